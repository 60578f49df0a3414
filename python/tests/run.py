"""Run tests in the virtual environment that `make python` makes; without it, skip (code 77)."""

import os
import sys

environment, arguments = sys.argv[1], sys.argv[2:]
python = os.path.join(environment, "bin", "python")
if not os.path.exists(os.path.join(environment, "installed")):
    print(f"skipped: there is no {environment} with the package in it: make python")
    sys.exit(77)
os.environ.update(
    PYTHONSAFEPATH="1",
    PYTHONDONTWRITEBYTECODE="1",
    PATH=os.path.join(environment, "bin") + os.pathsep + os.environ.get("PATH", ""),
)
os.execv(python, [python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *arguments])
