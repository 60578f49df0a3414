"""The package as it is installed: names, types, documentation."""

from __future__ import annotations

import doctest
import importlib
import inspect
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import libcov
from libcov import _libcov

HERE = Path(__file__).parent
EXAMPLES = {"_libcov": {"Areas", "Footprint", "Report", "Tally"}, "_compute": {"compute"}}


def test_one_module_for_all_versions_of_python() -> None:
    assert Path(_libcov.__file__ or "").name == "_libcov.abi3.so"
    assert metadata.version("libcov") == libcov.__version__


def test_what_a_wheel_holds() -> None:
    names = {str(file) for file in metadata.files("libcov") or []}
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"libcov"}
    assert not any(name.endswith((".h", ".a", ".pc", ".c", ".pyx")) for name in names)
    assert {"libcov/py.typed", "libcov/_libcov.pyi"} <= names
    tags = (metadata.distribution("libcov").read_text("WHEEL") or "").split()
    assert any(tag.startswith("cp311-abi3-") for tag in tags)
    assert metadata.requires("libcov") is None or all("extra ==" in one for one in metadata.requires("libcov") or [])


def test_no_name_of_the_library_is_seen_from_outside() -> None:
    nm = shutil.which("nm")
    if nm is None:
        pytest.skip("nm is not installed")
    listed = subprocess.run(
        [nm, "-D", "--defined-only", _libcov.__file__ or ""], capture_output=True, text=True, check=True
    ).stdout
    names = {line.split()[-1] for line in listed.splitlines()}
    assert names - {"__bss_start", "_edata", "_end"} == {"PyInit__libcov"}


def test_names() -> None:
    assert sorted(libcov.__all__) == sorted(set(libcov.__all__))
    for name in libcov.__all__:
        thing = getattr(libcov, name)
        assert not callable(thing) or inspect.getdoc(thing), name
    for owner in (libcov.Areas, libcov.Footprint, libcov.Tally, libcov.Report):
        for name, member in vars(owner).items():
            if not name.startswith("_"):
                assert inspect.getdoc(member), f"{owner.__name__}.{name}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"libcov.{name}")
    found = [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]
    assert {test.name.rpartition(".")[2] for test in found} == EXAMPLES[name]
    assert doctest.testmod(module).failed == 0


def test_examples_of_the_readme() -> None:
    readme = HERE.parent / "README.md"
    result = doctest.testfile(str(readme), module_relative=False, encoding="utf-8")
    assert result.failed == 0 and result.attempted > 0


def test_types_are_strict(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", str(HERE.parent / "pyproject.toml"), "-p", "libcov"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stub_is_what_the_module_is(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "libcov._libcov", "--allowlist", str(HERE / "stubtest.allow"),
         "--ignore-unused-allowlist"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
