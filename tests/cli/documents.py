"""What the tools say of themselves: their help and their manual pages.

SPDX-License-Identifier: MIT
"""
import os
import re
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tools"
PROGRAMS = {"covcalc": os.environ["COVCALC"], "covmerge": os.environ["COVMERGE"]}


def help_text(tool):
    return subprocess.run([PROGRAMS[tool], "--help"], stdout=subprocess.PIPE,
                          check=True).stdout.decode()


def help_options(tool):
    """{"--output", "-o", ...} of the lines that begin an option."""
    found = set()
    for line in help_text(tool).splitlines():
        match = re.match(r"  (?:(-\w), |    )(--[a-z-]+)", line)
        if match:
            found.update(o for o in match.groups() if o)
    return found


def manual_text(tool):
    return (FOLDER / f"{tool}.1").read_text(encoding="utf-8").replace("\\-", "-")


def completion_text(name):
    return (FOLDER / "completions" / name).read_text(encoding="utf-8")
