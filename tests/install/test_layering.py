"""Layers go down only; headers stand alone; the library exports what it declares, no more.

SPDX-License-Identifier: MIT
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(os.environ["COV_SOURCE_ROOT"])
BUILD = Path(os.environ["COV_BUILD_ROOT"])
CC = os.environ["COV_CC"].split()
WITH_IO = os.environ["COV_WITH_IO"] == "1"
INSTRUMENTED = os.environ["COV_INSTRUMENTED"] == "1"

RANK = {"base": 0, "geometry": 1, "engine": 2, "sheet": 3, "arrow": 4, "io": 5}
CORE = ("base", "geometry", "engine", "sheet", "arrow")

C_STANDARD = {
    "assert.h", "complex.h", "ctype.h", "errno.h", "fenv.h", "float.h", "inttypes.h", "iso646.h",
    "limits.h", "locale.h", "math.h", "setjmp.h", "signal.h", "stdalign.h", "stdarg.h",
    "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "stdnoreturn.h",
    "string.h", "tgmath.h", "threads.h", "time.h", "uchar.h", "wchar.h", "wctype.h",
}
POSIX = {"fcntl.h", "langinfo.h", "poll.h", "pthread.h", "strings.h", "termios.h", "unistd.h"}
# Still libc: large pages for large blocks (behind #ifdef), and threads that build an index.
EXCEPTIONS = {"mem.c": {"sys/mman.h"}, "cells_build.c": {"pthread.h"},
              "near_cells.c": {"pthread.h"}}
FOREIGN = re.compile(r"^(gdal|ogr|proj|geos|cpl|jansson|iconv|zlib|sqlite3)")

instrumented = pytest.mark.skipif(
    INSTRUMENTED, reason="a sanitizer or coverage build has symbols of its own")


def includes_of(path):
    """The headers a file names, each with '<' or '"'."""
    text = path.read_text(encoding="utf-8")
    return re.findall(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', text, re.MULTILINE)


def sources_of(*layers):
    for layer in layers:
        for path in sorted((SOURCE / "libcov" / layer).rglob("*.[ch]")):
            yield layer, path


def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"[:3000]
    return done.stdout


# ---------------------------------------------------------------- include lines


def test_every_folder_is_a_layer():
    folders = {p.name for p in (SOURCE / "libcov").iterdir() if p.is_dir()}
    assert folders <= set(RANK), "give the new folder a rank here"
    assert set(CORE) <= folders
    assert sum(1 for _ in sources_of(*CORE)) > 20


def test_layers_go_down_only():
    breaches = []
    for layer, path in sources_of(*RANK):
        for kind, name in includes_of(path):
            target = name.split("/")[0]
            if kind == '"' and target not in RANK:
                breaches.append(f"{path.name} includes \"{name}\", which names no layer")
            elif kind == '"' and target != layer and RANK[target] >= RANK[layer]:
                breaches.append(f"{layer}/{path.name} includes {name}")
    assert not breaches


def test_core_includes_the_c_library_only():
    breaches = [f"{path.name} includes <{name}>"
                for _, path in sources_of(*CORE)
                for kind, name in includes_of(path)
                if kind == "<" and name not in C_STANDARD | EXCEPTIONS.get(path.name, set())
                | {"cov/arrow.h", "cov/cov.h", "cov/version.h"}]
    assert not breaches


def test_core_writes_decimals_in_one_place():
    """printf's have the decimal sign of the locale, which no message may depend on."""
    breaches = []
    for _, path in sources_of(*CORE):
        texts = re.findall(r'"(?:[^"\\\n]|\\.)*"', without_comments(path.read_text("utf-8")))
        if any(re.search(r"%[-+ #0]*[\d*.]*L?[aefg]", text.replace("%%", ""), re.IGNORECASE)
               for text in texts):
            breaches.append(path.name)
    assert breaches == ["text.c"], "use cov_numeral_of"


def test_foreign_headers_stay_in_io():
    breaches = []
    for top in ("include", "libcov", "tools"):
        for path in sorted((SOURCE / top).rglob("*.[ch]")):
            if path.is_relative_to(SOURCE / "libcov" / "io"):
                continue
            breaches += [f"{path.name} includes {name}"
                         for _, name in includes_of(path) if FOREIGN.match(name)]
    assert not breaches


def test_tools_use_the_public_headers():
    own = {p.name for p in (SOURCE / "tools").glob("*.h")}
    breaches = []
    for path in sorted((SOURCE / "tools").rglob("*.[ch]")):
        for kind, name in includes_of(path):
            allowed = name in own if kind == '"' else (
                name in C_STANDARD | POSIX or name.startswith(("cov/", "glib", "gio/", "sys/")))
            if not allowed:
                breaches.append(f"{path.name} includes {name}")
    assert not breaches


def test_public_headers_include_public_headers():
    breaches = [f"{path.name} includes {name}"
                for path in sorted((SOURCE / "include" / "cov").glob("*.h"))
                for _, name in includes_of(path)
                if name not in C_STANDARD and not name.startswith("cov/")]
    assert not breaches


# ---------------------------------------------------------------- public headers

HEADERS = ["arrow.h", "cov.h", "version.h"] + (["io.h"] if WITH_IO else [])


def initialisers(header):
    """The NAME_INIT macros of a header, and the types they initialise."""
    path = SOURCE / "include" / "cov" / header
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [(name, name[:-5].lower()) for name in re.findall(r"#define (COV_\w+_INIT)\b", text)]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("language, standard", [("c", "c11"), ("c++", "c++11"), ("c++", "c++17")])
def test_header_compiles_alone(header, language, standard, tmp_path):
    compiler = CC if language == "c" else [os.environ["COV_CXX"]]
    if not compiler[0]:
        pytest.skip("there is no C++ compiler")
    text = f"#include <cov/{header}>\n#include <cov/{header}>\n"
    for i, (macro, name) in enumerate(initialisers(header)):
        text += f"extern const {name} one_{i};\nconst {name} one_{i} = {macro};\n"
    text += "int main(void) { return 0; }\n"
    source = tmp_path / "alone.c"
    source.write_text(text, encoding="utf-8")
    run(*compiler, "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
        "-fsyntax-only", "-I", SOURCE / "include", "-I", BUILD / "include", source)


def test_initialisers_are_found():
    assert ("COV_POINTS_INIT", "cov_points") in initialisers("cov.h")


# ---------------------------------------------------------------- symbols


def declared_functions():
    names = set()
    for header in ["arrow.h", "cov.h"] + (["io.h"] if WITH_IO else []):
        text = without_comments((SOURCE / "include" / "cov" / header).read_text(encoding="utf-8"))
        text = re.sub(r"^[ \t]*#(\\\n|.)*$", "", text, flags=re.MULTILINE)
        for declaration in re.findall(r"\bCOV_API\b([^;]*);", text):
            names.add(re.search(r"(\w+)\s*\(", declaration).group(1))
    return names


def shared_library():
    found = BUILD / "libcov" / "libcov.so"
    if not found.exists():
        pytest.skip("there is no shared library in this build")
    return found


@instrumented
def test_exports_are_the_declarations():
    lines = run("nm", "-D", "--defined-only", shared_library()).splitlines()
    by_linker = {"__bss_start", "_edata", "_end", "_init", "_fini"}
    exported = {line.split()[-1].split("@")[0] for line in lines} - by_linker
    declared = declared_functions()
    assert len(declared) > 40
    assert exported == declared


def core_objects():
    objects = [path for layer in CORE
               for path in sorted((BUILD / "libcov").glob(f"*cov.so*.p/{layer}_*.o"))]
    if not objects:
        pytest.skip("there are no objects of a shared library in this build")
    return objects


def symbols(path, kind):
    """Names that an object defines or leaves undefined."""
    lines = run("nm", f"--{kind}-only", path).splitlines()
    return {line.split()[-1].split("@")[0] for line in lines if line.split()}


# No printing, no ending, no environment, no locale, no numbers read by locale, no chance.
FORBIDDEN = re.compile(
    r"^_*(printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|putc|fputc|fwrite|perror|stdout|stderr"
    r"|stdin|abort|exit|_exit|quick_exit|atexit|assert_fail|assert|signal|raise|getenv|secure_getenv"
    r"|setenv|setlocale|localeconv|newlocale|uselocale|strtod|strtof|strtold|atof|sscanf|rand|srand"
    r"|random|time|clock|fopen|open|system|strtok|setjmp|longjmp)(_chk)?$")


@instrumented
def test_core_is_silent_and_alone():
    for path in core_objects():
        assert not {name for name in symbols(path, "undefined") if FORBIDDEN.match(name)}, path.name


def libc_names():
    names = set()
    for library in ("libc.so.6", "libm.so.6"):
        path = run(*CC, f"-print-file-name={library}").strip()
        if not os.path.isabs(path):
            pytest.skip(f"{library} is not where the compiler looks")
        lines = run("nm", "-D", "--defined-only", path).splitlines()
        names |= {line.split()[-1].split("@")[0] for line in lines}
    # What the compiler itself puts in place of an instruction that a processor may not have.
    return names | symbols(run(*CC, "-print-libgcc-file-name").strip(), "defined")


@instrumented
def test_core_needs_libc_and_libm_only():
    objects = core_objects()
    known = libc_names() | {"_GLOBAL_OFFSET_TABLE_"}
    for path in objects:
        known |= symbols(path, "defined")
    for path in objects:
        assert symbols(path, "undefined") <= known, path.name


@instrumented
def test_core_has_no_globals():
    """Data that is written after loading would be state shared by all threads."""
    for path in core_objects():
        for line in run("nm", "--defined-only", "-f", "sysv", path).splitlines():
            fields = [field.strip() for field in line.split("|")]
            if len(fields) == 7 and fields[3] == "OBJECT":
                section = fields[6]
                assert not re.match(r"^(\.bss|\.tbss|\.tdata|\.data(?!\.rel\.ro)|\*COM\*)", section), \
                    f"{path.name}: {fields[0]} lies in {section}"


@instrumented
@pytest.mark.skipif(shutil.which("readelf") is None, reason="there is no readelf")
def test_layers_link_downwards():
    """A function declared by hand would pass the check of include lines: look at symbols, too."""
    owner = {}
    objects = core_objects()
    for path in objects:
        for name in symbols(path, "defined"):
            if not name.startswith("."):
                owner.setdefault(name, set()).add(path.name.split("_")[0])
    for path in objects:
        layer = path.name.split("_")[0]
        for name in symbols(path, "undefined"):
            for target in owner.get(name, ()):
                assert RANK[target] <= RANK[layer], f"{path.name} needs {name} of {target}"
