"""Help, manual pages and completions of the tools against each other.

SPDX-License-Identifier: MIT
"""
import os
import re
import shutil
import subprocess

import pytest

from documents import FOLDER, PROGRAMS, completion_text, help_options, help_text, manual_text


@pytest.fixture(name="tool", params=sorted(PROGRAMS))
def tool_fixture(request):
    return request.param


def section(tool, title):
    return re.search(rf"^\.SH {title}$(.*?)^\.SH ", manual_text(tool), re.M | re.S).group(1)


def test_help_is_narrow(tool):
    assert max(map(len, help_text(tool).splitlines())) <= 80


def test_help_lists_options(tool):
    assert {"--output", "-o", "--indicator", "--help", "--version"} <= help_options(tool)


def test_manual_has_every_option_of_help(tool):
    tags = re.findall(r"^\.TP\n(.*)", section(tool, "OPTIONS"), re.M)
    found = {o for tag in tags for o in re.findall(r"(?<![\w-])-{1,2}[a-z][a-z-]*", tag)}
    assert found == help_options(tool)


@pytest.mark.parametrize("name", ["{}.bash", "_{}"])
def test_completion_has_every_option_of_help(tool, name):
    text = completion_text(name.format(tool))
    found = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*|(?<![\w-])-[fhoqv]\b(?!-)", text))
    assert found == help_options(tool)


def test_fish_completion_has_every_option_of_help(tool):
    text = completion_text(f"{tool}.fish")
    found = {"--" + o for o in re.findall(r" -l (\S+)", text)}
    found |= {"-" + o for o in re.findall(r" -s (\S+)", text)}
    assert found == help_options(tool)


def test_manual_names_every_exit_code(tool):
    assert re.findall(r"^\.B (\d)$", section(tool, "EXIT STATUS"), re.M) == list("01234")


def test_manual_of_covcalc_names_its_columns():
    for word in ("INDICATORS", "SOURCES", "BORDERS", "_pct", "level", "Ledger"):
        assert word in manual_text("covcalc")


def test_manual_is_clean(tool):
    if shutil.which("man") is None:
        pytest.skip("no man here")
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z",
                           FOLDER / f"{tool}.1"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "",
                               "MANWIDTH": "80"})
    assert (done.returncode, done.stderr) == (0, b"")
