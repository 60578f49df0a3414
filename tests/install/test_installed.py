"""What is installed can be used: by pkg-config, in C and C++, with and without the io layer.

SPDX-License-Identifier: MIT
"""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(os.environ["COV_SOURCE_ROOT"])
BUILD = Path(os.environ["COV_BUILD_ROOT"])
CC = os.environ["COV_CC"].split()
CXX = [os.environ["COV_CXX"]]
MESON = os.environ["COV_MESON"]
WITH_IO = os.environ["COV_WITH_IO"] == "1"
INSTRUMENTED = os.environ["COV_INSTRUMENTED"] == "1"
SHARED = os.environ["COV_SHARED"] == "1"

EXPECTED = "01 1/1 1000000\n02 1/2 500000\ntotal 2/3 666667\n"
HEAVY = ("libgdal", "libproj", "libgeos", "libjansson", "libglib")

pytestmark = pytest.mark.skipif(shutil.which("pkg-config") is None, reason="there is no pkg-config")


def run(*command, env=None, cwd=None):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False, cwd=cwd, env={**os.environ, **(env or {})})
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"[:6000]
    return done.stdout


class Installed:
    """An installation: below `root`, which is a DESTDIR or /."""

    def __init__(self, root, prefix):
        self.root = root
        self.below = Path(f"{root}{prefix}")
        files = sorted(self.below.rglob("libcov.pc"))
        assert len(files) == 1, f"{len(files)} libcov.pc below {self.below}"
        self.pc = files[0]
        self.libdir = self.pc.parent.parent
        self.env = {"PKG_CONFIG_PATH": str(self.pc.parent), "LD_LIBRARY_PATH": str(self.libdir)}
        if str(root):
            self.env["PKG_CONFIG_SYSROOT_DIR"] = str(root)

    def pkg_config(self, *options):
        return run("pkg-config", *options, "libcov", env=self.env).split()

    def build(self, folder, language, *options):
        """Compile and link the consumer away from the tree; returns the program."""
        source, program = folder / "consumer.c", folder / f"consumer-{language}"
        shutil.copy(SOURCE / "tests" / "install" / "consumer.c", source)
        compiler, standard = (CC, "c11") if language == "c" else (CXX, "c++11")
        if not compiler[0]:
            pytest.skip("there is no C++ compiler")
        run(*compiler, "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic",
            "-Werror", *self.pkg_config("--cflags"), "-c", source, "-o", folder / "consumer.o",
            cwd=folder)
        run(*compiler, folder / "consumer.o", *self.pkg_config("--libs", *options), "-o", program,
            cwd=folder)
        return program


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """This build, installed to a folder of its own."""
    if INSTRUMENTED:
        pytest.skip("a program without the sanitizer can't load a library with it")
    root = tmp_path_factory.mktemp("destdir")
    run(MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root)
    return Installed(root, os.environ["COV_PREFIX"])


@pytest.fixture(scope="module", params=["shared", "static"])
def core(request, tmp_path_factory):
    """The core alone, built anew and installed."""
    folder = tmp_path_factory.mktemp(f"core-{request.param}")
    run(MESON, "setup", folder / "build", SOURCE, "-Dio=disabled", "-Dtools=disabled",
        "-Dtests=false", f"--prefix={folder / 'prefix'}", "-Dwerror=true",
        f"-Ddefault_library={request.param}")
    run(MESON, "compile", "-C", folder / "build", "-j", "2")
    run(MESON, "install", "-C", folder / "build", "--no-rebuild", "--quiet")
    installation = Installed("", folder / "prefix")
    installation.kind = request.param
    return installation


def test_installed_files(installed):
    headers = {path.name for path in (installed.below / "include" / "cov").iterdir()}
    assert headers == {"arrow.h", "cov.h", "version.h"} | ({"io.h"} if WITH_IO else set())
    libraries = {path.name.split(".so")[0] for path in installed.libdir.glob("lib*.*")}
    assert libraries <= {"libcov", "libcov.a"}, "only the library itself is to be installed"
    if SHARED:
        assert (installed.libdir / "libcov.so").is_symlink()


@pytest.mark.parametrize("language", ["c", "c++"])
def test_consumer(installed, language, tmp_path):
    program = installed.build(tmp_path, language)
    assert run(program, env=installed.env, cwd=tmp_path) == EXPECTED


def test_version(installed):
    version = run("pkg-config", "--modversion", "libcov", env=installed.env).strip()
    text = (installed.below / "include" / "cov" / "version.h").read_text(encoding="utf-8")
    assert f'"{version}"' in text


@pytest.mark.parametrize("language", ["c", "c++"])
def test_consumer_of_the_core(core, language, tmp_path):
    options = ["--static"] if core.kind == "static" else []
    program = core.build(tmp_path, language, *options)
    assert run(program, env=core.env, cwd=tmp_path) == EXPECTED
    linked = run("ldd", program, env=core.env)
    assert ("libcov" in linked) == (core.kind == "shared")
    assert not [name for name in HEAVY if name in linked]


def test_core_has_no_io_header(core):
    headers = {path.name for path in (core.below / "include" / "cov").iterdir()}
    assert headers == {"arrow.h", "cov.h", "version.h"}


def test_core_asks_for_nothing(core):
    """pkg-config of the core names no package and no library that a wheel would have to carry."""
    assert not core.pkg_config("--print-requires", "--print-requires-private")
    assert set(core.pkg_config("--static", "--libs-only-l")) <= {"-lcov", "-lm"}
