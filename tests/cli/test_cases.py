"""Command-line cases as files: cases/*.case.

SPDX-License-Identifier: MIT

A case runs covcalc in an empty folder that holds copies of data/*. It begins with lines

    # a comment
    args: areas.geojson points.csv --id ma      split as a shell would; may stand on several lines
    setup: shapefiles                           functions of inputs.py, run in the folder
    env: NO_COLOR=1
    exit: 3                                     the exit code, 0 where there is no line
    creates: out.csv                            files that must be there afterwards and were not
    changes: out.csv                            files that may differ afterwards

and goes on with sections, each begun by a line "--- WHAT":

    stdout, stderr            the exact text; a stream without a section must be empty
    stdout any, stderr any    anything
    stderr contains           every line must occur, in any case of its letters (also for stdout)
    stderr lacks              no line may occur
    stderr regex              every line is a regular expression that must be found
    file NAME                 the exact text of a file; "file NAME contains" and so on as above
    layer NAME                a vector file, as read by GDAL: a line of column names, then a line
                              per feature, '|' between the values, '~' for null, last the type and
                              the extent of the geometry

{tmp} stands for the folder. No other file may have come, gone or changed, so that a failed run
leaves nothing behind.
"""
import hashlib
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from osgeo import gdal, ogr

import inputs

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.case"))
COVCALC = os.environ["COVCALC"]
KEYS = {"args", "setup", "env", "exit", "creates", "changes"}

gdal.UseExceptions()


def parse(path):
    head, sections, section = {"args": "", "setup": "", "env": "", "exit": "0",
                               "creates": "", "changes": ""}, {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("--- "):
            section = line[4:].strip()
            assert section not in sections, f"{path.name}: section {section} stands twice"
            sections[section] = []
        elif section is not None:
            sections[section].append(line)
        elif line.strip() and not line.startswith("#"):
            key, value = line.split(":", 1)
            assert key in KEYS, f"{path.name}: unknown line {line!r}"
            head[key] = (head[key] + " " + value.strip()).strip() if key == "args" else value.strip()
    return head, sections


def snapshot(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in folder.rglob("*") if p.is_file()}


def check_text(what, kind, lines, text):
    if kind == "any":
        return
    if kind == "contains":
        for line in lines:
            assert line.lower() in text.lower(), f"{what} lacks {line!r}:\n{text}"
    elif kind == "lacks":
        for line in lines:
            assert line.lower() not in text.lower(), f"{what} has {line!r}:\n{text}"
    elif kind == "regex":
        for line in lines:
            assert re.search(line, text, re.MULTILINE), f"{what} lacks /{line}/:\n{text}"
    else:
        assert kind == "", f"unknown section {what} {kind}"
        assert text == "".join(line + "\n" for line in lines), f"{what} differs"


def dump_value(feature, index):
    if not feature.IsFieldSetAndNotNull(index):
        return "~"
    if feature.GetFieldDefnRef(index).GetType() == ogr.OFTReal:
        return f"{feature.GetFieldAsDouble(index):.4f}"
    return feature.GetFieldAsString(index)


def dump_geometry(geometry):
    if geometry is None:
        return "~"
    extent = " ".join(f"{v:g}" for v in geometry.GetEnvelope())
    return f"{geometry.GetGeometryName()} {extent}"


def dump_layer(path):
    data = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    layer = data.GetLayer(0)
    definition = layer.GetLayerDefn()
    names = [definition.GetFieldDefn(k).GetName() for k in range(definition.GetFieldCount())]
    lines = ["|".join(names)]
    for feature in layer:
        values = [dump_value(feature, k) for k in range(len(names))]
        lines.append("|".join(values + [dump_geometry(feature.GetGeometryRef())]))
    return "".join(line + "\n" for line in lines)


def run_case(head, folder):
    environment = {**os.environ, **dict(item.split("=", 1) for item in shlex.split(head["env"]))}
    args = [a.replace("{tmp}", str(folder)) for a in shlex.split(head["args"])]
    return subprocess.run([COVCALC, *args], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)


def check_files(head, before, after):
    created = sorted(set(after) - set(before))
    assert created == sorted(shlex.split(head["creates"])), "files that came into being"
    assert set(before) <= set(after), "files that went away"
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= set(shlex.split(head["changes"])), "files that changed"


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_case(path, tmp_path, monkeypatch):
    head, sections = parse(path)
    shutil.copytree(HERE / "data", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for name in head["setup"].split():
        getattr(inputs, name)()
    before = snapshot(tmp_path)
    done = run_case(head, tmp_path)
    after = snapshot(tmp_path)
    out = {"stdout": done.stdout.decode().replace(str(tmp_path), "{tmp}"),
           "stderr": done.stderr.decode().replace(str(tmp_path), "{tmp}")}
    assert done.returncode == int(head["exit"]), f"exit code; stderr:\n{out['stderr']}"
    for stream, text in out.items():
        if not any(s.split()[0] == stream for s in sections):
            assert text == "", f"{stream} is not empty"
    check_files(head, before, after)
    for section, lines in sections.items():
        what, *rest = section.split()
        if what in out:
            check_text(what, " ".join(rest), lines, out[what])
        elif what == "file":
            check_text(rest[0], " ".join(rest[1:]), lines,
                       Path(rest[0]).read_text(encoding="utf-8"))
        else:
            assert what == "layer", f"unknown section {section}"
            check_text(rest[0], "", lines, dump_layer(tmp_path / rest[0]))


def test_there_are_cases():
    assert len(CASES) > 50
