"""covcalc --tally and covmerge: a whole counted in parts is the whole.

SPDX-License-Identifier: MIT
"""
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from osgeo import gdal, ogr

from documents import help_text, manual_text

HERE = Path(__file__).parent
PROVINCE = HERE.parents[1] / "data" / "province"
COVCALC = os.environ["COVCALC"]
COVMERGE = os.environ["COVMERGE"]
AREAS = ["--id", "ma_xa", "--name", "ten_xa", "--parent", "ten_huyen"]
ASKS = ["--weight", "households", "--base", "persons=column:nhan_khau",
        "--fiber", f"viettel={PROVINCE}/fiber_viettel.shp",
        "--fiber", f"vnpt={PROVINCE}/fiber_vnpt.shp",
        "--service", f"near={PROVINCE}/cables_vnpt.shp,within=150m,except={PROVINCE}/rivers.shp",
        "--service", f"4g={PROVINCE}/rsrp_viettel.tif,min=-105",
        "--indicator", "both=fiber/viettel & fiber/vnpt", "--indicator", "best=best(fiber)",
        "--tiers", "fiber,fiber/vnpt", "--target", "fiber>=80%,with=30000"]
BASIC = ["areas.geojson", "points.csv", "--id", "ma", "--fiber", "viettel=viettel.geojson"]

gdal.UseExceptions()


def run(*command, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 300, **options}
    return subprocess.run([str(part) for part in command], check=False, **options)


def done(*command):
    ended = run(*command)
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout.decode()


def refused(code, *command):
    """What is said; nothing is printed, and no file comes, goes or changes."""
    before = {p: p.read_bytes() for p in Path.cwd().iterdir() if p.is_file()}
    ended = run(*command)
    text = ended.stderr.decode()
    assert ended.returncode == code, text
    assert ended.stdout == b""
    assert {p: p.read_bytes() for p in Path.cwd().iterdir() if p.is_file()} == before
    return text


def copy_points(source, target, keep):
    """The features of a shapefile of points whose number `keep` likes."""
    read = gdal.OpenEx(str(source))
    layer = read.GetLayer(0)
    write = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(str(target))
    copy = write.CreateLayer(target.stem, layer.GetSpatialRef(), ogr.wkbPoint,
                             ["ENCODING=UTF-8"])
    definition = layer.GetLayerDefn()
    for k in range(definition.GetFieldCount()):
        copy.CreateField(definition.GetFieldDefn(k))
    for number, feature in enumerate(layer):
        if keep(number):
            copy.CreateFeature(feature)
    del copy, write


@pytest.fixture(name="whole", scope="module")
def whole_fixture(tmp_path_factory):
    """One run over the province: its table, and files of each kind."""
    folder = tmp_path_factory.mktemp("whole")
    outputs = [f"-o={folder}/coverage.{e}" for e in ("geojson", "csv", "gpkg", "fgb", "shp")]
    table = done(COVCALC, PROVINCE / "communes.shp", PROVINCE / "households.shp", *AREAS, *ASKS,
                 *[a for o in outputs for a in o.split("=", 1)], "--tally", folder / "whole.cov")
    return folder, table


def count_shards(folder, number):
    """The province's households dealt out to so many files, each counted: the parts."""
    parts = []
    for i in range(number):
        shard = folder / f"households_{i}.shp"
        copy_points(PROVINCE / "households.shp", shard, lambda k, i=i: k % number == i)
        parts.append(folder / f"part-{i}.cov")
        done(COVCALC, PROVINCE / "communes.shp", shard, *AREAS, *ASKS, "--tally", parts[-1], "-q")
    return parts


@pytest.fixture(name="parts", scope="module", params=[1, 2, 7])
def parts_fixture(request, tmp_path_factory):
    return count_shards(tmp_path_factory.mktemp(f"parts-{request.param}"), request.param)


def features(path):
    text = path.read_text(encoding="utf-8")
    return text[text.index('"features"'):]


# ---------------------------------------------------------------- the same as in one run


def test_one_part_is_the_run_to_the_byte(whole, tmp_path):
    folder, table = whole
    printed = done(COVMERGE, folder / "whole.cov", "-o", tmp_path / "coverage.geojson", "-o",
                   tmp_path / "coverage.csv", "-o", tmp_path / "coverage.gpkg", "-o",
                   tmp_path / "coverage.fgb", "-o", tmp_path / "coverage.shp")
    assert printed == table
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
    assert len(list(tmp_path.iterdir())) == 12


def test_rows_of_all_parts_are_those_of_the_run(whole, parts, tmp_path):
    folder, table = whole
    for k in range(3):
        random.Random(k).shuffle(parts)
        place = tmp_path / str(k)
        place.mkdir()
        outputs = [place / f"coverage.{e}" for e in ("geojson", "csv", "fgb", "shp")]
        printed = done(COVMERGE, *parts, *[a for o in outputs for a in ("-o", o)])
        assert printed == table
        assert features(outputs[0]) == features(folder / "coverage.geojson")
        for path in outputs[1:] + [place / f"coverage.{e}" for e in ("dbf", "shx", "prj", "cpg")]:
            assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
        for path in place.iterdir():  # and nothing of the order
            assert path.read_bytes() == (tmp_path / "0" / path.name).read_bytes(), path.name


def test_manifest_of_parts(whole, parts, tmp_path):
    done(COVMERGE, *parts, "-o", tmp_path / "coverage.geojson")
    one, all_parts = (json.loads((f / "coverage.geojson").read_text(encoding="utf-8"))["libcov"]
                      for f in (whole[0], tmp_path))
    for key in one:
        if key not in ("sources", "notes"):
            assert one[key] == all_parts[key], key
    files = [f"households_{i}.shp" for i in range(len(parts))]
    listed = [s["file"] for s in all_parts["sources"] if s["role"] == "households"]
    assert listed == files
    assert [s for s in all_parts["sources"] if s["role"] not in ("households", "persons")] == \
        [s for s in one["sources"] if s["role"] not in ("households", "persons")]
    texts = [n["text"] for n in all_parts["notes"]]
    assert len(set(texts)) == len(texts)


def test_parts_of_parts(whole, tmp_path):
    parts = count_shards(tmp_path, 3)
    done(COVMERGE, parts[2], parts[0], "-o", tmp_path / "two.cov", "-q")
    done(COVMERGE, parts[1], tmp_path / "two.cov", "-o", tmp_path / "a.geojson", "-q")
    done(COVMERGE, *parts, "-o", tmp_path / "b.geojson", "-q")
    assert features(tmp_path / "a.geojson") == features(whole[0] / "coverage.geojson")
    assert features(tmp_path / "b.geojson") == features(whole[0] / "coverage.geojson")
    text = run(COVMERGE, tmp_path / "two.cov", parts[0]).stderr.decode()
    assert "two.cov" in text and "part-0.cov" in text and "same households" in text


def test_other_questions(whole, parts, tmp_path):
    """What is asked of the parts is what one run would have been asked."""
    asks = ["--indicator", "any=fiber | 4g", "--target", "any>=90%"]
    done(COVMERGE, *parts, *asks, "-o", tmp_path / "a.geojson", "-q")
    given = [a for k in range(0, len(ASKS), 2) for a in ASKS[k:k + 2]
             if ASKS[k] not in ("--indicator", "--tiers", "--target")]
    done(COVCALC, PROVINCE / "communes.shp", PROVINCE / "households.shp", *AREAS, *given, *asks,
         "-o", tmp_path / "b.geojson", "-q")
    assert features(tmp_path / "a.geojson") == features(tmp_path / "b.geojson")


@pytest.fixture(name="folder")
def folder_fixture(tmp_path, monkeypatch):
    shutil.copytree(HERE / "data", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_weights_with_decimals_in_one_share(folder):
    head = "lon,lat,pop\n"
    shares = ["1,1,3\n15,5,2\n", "5,5,1.25\n12,2,0.0004\n", "2,2,7\n"]
    (folder / "whole.csv").write_text(head + "".join(shares), encoding="utf-8")
    common = ["--id", "ma", "--weight", "pop", "--fiber", "viettel.geojson"]
    names = []
    for i, share in enumerate(shares):
        (folder / f"s{i}.csv").write_text(head + share, encoding="utf-8")
        names.append(f"s{i}.cov")
        done(COVCALC, "areas.geojson", f"s{i}.csv", *common, "--tally", names[-1])
    table = done(COVCALC, "areas.geojson", "whole.csv", *common, "-o", "whole.geojson")
    for i, order in enumerate(itertools.permutations(names)):
        assert done(COVMERGE, *order, "-o", f"{i}.geojson") == table
        assert features(folder / f"{i}.geojson") == features(folder / "whole.geojson")
    one, merged = (json.loads((folder / f"{n}.geojson").read_text(encoding="utf-8"))["libcov"]
                   for n in ("whole", "0"))
    assert one["scale"] == 1000 and one["rounding"] != 0
    assert {k: one[k] for k in ("scale", "rounding", "ledger", "ledger_points")} == \
        {k: merged[k] for k in ("scale", "rounding", "ledger", "ledger_points")}


def test_equal_runs_make_equal_parts(folder):
    for name, threads in (("a.cov", 1), ("b.cov", 4)):
        done(COVCALC, *BASIC, "--tally", name, "--threads", threads)
    assert (folder / "a.cov").read_bytes() == (folder / "b.cov").read_bytes()


# ---------------------------------------------------------------- covcalc --tally


def test_tally_stands_beside_the_table_and_outputs(folder):
    table = done(COVCALC, *BASIC)
    assert done(COVCALC, *BASIC, "--tally", "a.cov") == table
    assert done(COVCALC, *BASIC, "--tally", "b.cov", "-o", "out.csv") == table
    printed = done(COVCALC, *BASIC, "--tally", "c.cov", "-o", "-", "-f", "CSV")
    assert printed == (folder / "out.csv").read_text(encoding="utf-8")
    done(COVCALC, *BASIC, "-o", "d.cov", "-q")
    done(COVCALC, *BASIC, "-o", "e", "-f", "part", "-q")
    parts = {(folder / name).read_bytes() for name in ("a.cov", "b.cov", "c.cov", "d.cov", "e")}
    assert len(parts) == 1
    assert "wrote a.cov" in run(COVCALC, *BASIC, "--tally", "a.cov", "--overwrite").stderr.decode()


def test_tally_of_a_project(folder):
    (folder / "p.yaml").write_text("areas: {file: areas.geojson, id: ma}\n"
                                   "households: {file: points.csv}\n"
                                   "services: [{name: fiber, file: viettel.geojson}]\n"
                                   "outputs: [{file: a.cov}, {file: out.csv}]\n",
                                   encoding="utf-8")
    done(COVCALC, "--project", "p.yaml", "--tally", "b.cov")
    assert (folder / "a.cov").read_bytes() == (folder / "b.cov").read_bytes()
    assert (folder / "out.csv").exists()
    text = done(COVCALC, "--project", "p.yaml", "--tally", "c.cov", "--dry-run", "--overwrite")
    assert "a.cov" in text and "c.cov" in text and not (folder / "c.cov").exists()


@pytest.mark.parametrize("also, name", [
    (["--base", "schools=schools.csv"], "schools"), (["--base", "area"], "area"),
    (["--assume-crs", "EPSG:4326", "--ratio", "teams=teams.csv,key=ma,n=formed,of=planned"],
     "teams")])
@pytest.mark.parametrize("output", [["--tally", "x.cov"], ["-o", "x.cov"],
                                    ["-o", "x", "-f", "PART"]])
def test_what_counts_again_is_refused_before_it_is_read(folder, also, name, output):
    (folder / "points.csv").write_text("not read", encoding="utf-8")
    text = refused(2, COVCALC, *BASIC, *also, *output)
    assert f'"{name}"' in text and "leave it out" in text


def test_tally_is_written_like_any_output(folder):
    (folder / "old.cov").write_text("old", encoding="utf-8")
    assert "old.cov" in refused(3, COVCALC, *BASIC, "--tally", "old.cov")
    assert "one of the files that were read" in refused(3, COVCALC, *BASIC, "--tally",
                                                        "points.csv", "--overwrite")
    assert "nowhere" in refused(1, COVCALC, *BASIC, "--tally", "nowhere/x.cov")
    assert "standard output" in refused(2, COVCALC, *BASIC, "--tally", "-")
    assert "twice" in refused(2, COVCALC, *BASIC, "--tally", "x.cov", "--tally", "y.cov")
    assert "same file" in refused(2, COVCALC, *BASIC, "--tally", "x.cov", "-o", "x.cov")
    assert done(COVCALC, *BASIC, "--tally", "old.cov", "--overwrite")
    assert (folder / "old.cov").read_bytes().startswith(b"\x89libcov part\r\n\x1a\n")


# ---------------------------------------------------------------- covmerge


@pytest.fixture(name="pair")
def pair_fixture(folder):
    """a.cov and b.cov, of two files of households."""
    lines = (folder / "points.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "a.csv").write_text(lines[0] + "".join(lines[1:4]), encoding="utf-8")
    (folder / "b.csv").write_text(lines[0] + "".join(lines[4:]), encoding="utf-8")
    for name in "ab":
        done(COVCALC, "areas.geojson", f"{name}.csv", *BASIC[2:], "--tally", f"{name}.cov")
    return folder


def test_merge_prints_the_table_of_the_whole(pair):
    assert done(COVMERGE, "b.cov", "a.cov") == done(COVCALC, *BASIC)
    assert done(COVMERGE, "b.cov", "a.cov", "-q") == ""
    verbose = run(COVMERGE, "b.cov", "a.cov", "-v").stderr.decode()
    assert "covmerge: note: a.csv: coordinates" in verbose and "read parts" in verbose
    sheet = done(COVMERGE, "a.cov", "b.cov", "-o", "-", "-f", "CSV")
    assert sheet == done(COVCALC, *BASIC, "-o", "-", "-f", "CSV")


def test_merge_is_refused(pair):
    assert "PART is missing" in refused(2, COVMERGE, "-q")
    assert "none.cov" in refused(3, COVMERGE, "a.cov", "none.cov")
    assert "is not a part" in refused(3, COVMERGE, "a.cov", "points.csv")
    text = refused(3, COVMERGE, "a.cov", "b.cov", "./a.cov", "-o", "x.csv")
    assert "a.cov" in text and "same file" in text
    shutil.copy("a.cov", "copy.cov")
    text = refused(3, COVMERGE, "a.cov", "b.cov", "copy.cov", "-o", "x.csv")
    assert "copy.cov" in text and "same households" in text
    assert "5g" in refused(2, COVMERGE, "a.cov", "b.cov", "--indicator", "5g", "-o", "x.csv")
    assert "80" in refused(2, COVMERGE, "a.cov", "--target", "fiber>=80")
    assert "no indicator" in refused(2, COVMERGE, "a.cov", "--target", "5g>=80%")
    assert "--overwrite" in refused(3, COVMERGE, "a.cov", "b.cov", "-o", "points.csv")
    for name in ("b.cov", "./b.cov"):
        text = refused(3, COVMERGE, "a.cov", "b.cov", "-o", name, "--overwrite")
        assert "one of the files that were read" in text
    whole = (pair / "b.cov").read_bytes()
    (pair / "cut.cov").write_bytes(whole[:-1])
    (pair / "bad.cov").write_bytes(whole[:400] + bytes([whole[400] ^ 1]) + whole[401:])
    assert "cut.cov is damaged" in refused(3, COVMERGE, "a.cov", "cut.cov", "-o", "x.csv")
    assert "bad.cov is damaged" in refused(3, COVMERGE, "a.cov", "bad.cov", "-o", "x.csv")
    done(COVCALC, "areas.geojson", "b.csv", "--id", "ma", "--fiber", "vnpt=vnpt.geojson",
         "--tally", "other.cov")
    text = refused(3, COVMERGE, "a.cov", "other.cov")
    assert all(w in text for w in ("a.cov", "other.cov", "fiber/viettel", "fiber/vnpt"))


def test_services_of_a_split_must_agree(pair):
    """What a split makes of other files are other services."""
    layer = json.loads((pair / "nets.geojson").read_text(encoding="utf-8"))
    columns = sorted(layer["features"][0]["properties"])
    column = next(c for c in columns
                  if len({f["properties"][c] for f in layer["features"]}) > 1)
    first = layer["features"][0]["properties"][column]
    layer["features"] = [f for f in layer["features"] if f["properties"][column] == first]
    (pair / "fewer.geojson").write_text(json.dumps(layer), encoding="utf-8")
    for name, nets in (("a", "nets"), ("b", "fewer")):
        done(COVCALC, "areas.geojson", f"{name}.csv", "--id", "ma", "--service",
             f"4g/*={nets}.geojson,split={column}", "--tally", f"{name}.cov", "--overwrite")
    assert "a service is \"4g/" in refused(3, COVMERGE, "a.cov", "b.cov")


def test_shards_without_anybody_inside(folder):
    """In a batch over many shards some lie outside, or hold nobody: they are told of and count."""
    head, *lines = (folder / "points.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    width = head.count(",") - 1
    shards = {"all": lines, "far": ["-170,-80" + ",1" * width + "\n"], "none": [], "void": [
        "," + ",1" * width + "\n"]}
    assert head.startswith("lon,lat")
    for name, rows in shards.items():
        (folder / name).mkdir()
        (folder / name / "same name.csv").write_text(head + "".join(rows), encoding="utf-8")
        command = [COVCALC, "areas.geojson", f"{name}/same name.csv", *BASIC[2:]]
        if name != "all":
            refused(3, *command)
        said = run(*command, "--tally", f"{name}.cov").stderr.decode()
        assert ("right for a part" in said) == (name != "all"), said
    (folder / "whole.csv").write_text(head + "".join(sum(shards.values(), [])), encoding="utf-8")
    table = done(COVCALC, "areas.geojson", "whole.csv", *BASIC[2:])
    for order in itertools.permutations(["all.cov", "far.cov", "none.cov", "void.cov"]):
        assert done(COVMERGE, *order) == table
    assert "don't meet" in refused(3, COVMERGE, "far.cov", "none.cov", "void.cov")
    assert "has a location" in refused(3, COVMERGE, "none.cov", "void.cov")
    assert "no part holds" in refused(3, COVMERGE, "none.cov")
    done(COVMERGE, "far.cov", "none.cov", "-o", "two.cov", "-q")  # a part of the whole itself
    assert done(COVMERGE, "two.cov", "void.cov", "all.cov") == table
    assert "don't meet" in refused(3, COVMERGE, "two.cov")


def test_names_with_blanks_and_vietnamese_letters(folder):
    place = folder / "Th\u1eeba Thi\u00ean Hu\u1ebf"
    place.mkdir()
    shutil.copy("points.csv", place / "h\u1ed9 d\u00e2n 1.csv")
    part = place / "ph\u1ea7n 1.cov"
    table = done(COVCALC, "areas.geojson", place / "h\u1ed9 d\u00e2n 1.csv", *BASIC[2:], "--tally",
                 part)
    assert done(COVMERGE, part, "-o", place / "k\u1ebft qu\u1ea3.geojson") == table
    manifest = json.loads((place / "k\u1ebft qu\u1ea3.geojson").read_text(encoding="utf-8"))["libcov"]
    assert "h\u1ed9 d\u00e2n 1.csv" in [s["file"] for s in manifest["sources"]]
    part.write_bytes(part.read_bytes()[:-1])
    assert f"{part} is damaged" in refused(3, COVMERGE, part)


def test_a_full_disk_or_a_closed_folder_leaves_what_was_there(pair):
    old = (pair / "a.cov").read_bytes()
    limited = f'ulimit -f 1; trap "" XFSZ; exec "{COVCALC}" "$@"'
    ended = run("bash", "-c", limited, "covcalc", *BASIC, "--tally", "a.cov", "--overwrite")
    assert ended.returncode == 1 and "a.cov" in ended.stderr.decode()
    assert (pair / "a.cov").read_bytes() == old
    if os.geteuid() != 0:
        closed = pair / "closed"
        closed.mkdir(mode=0o500)
        assert "closed" in refused(1, COVCALC, *BASIC, "--tally", "closed/x.cov")


def test_many_parts_of_one_name(folder):
    head, *lines = (folder / "points.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [f"{1 + i / 100},{1 + i % 50 / 10}" + lines[0][lines[0].index(",", 4):].rstrip() + "\n"
            for i in range(1000)]
    (folder / "whole.csv").write_text(head + "".join(rows), encoding="utf-8")
    table = done(COVCALC, "areas.geojson", "whole.csv", *BASIC[2:])
    names = []
    for i in range(40):
        (folder / "s.csv").write_text(head + "".join(rows[i::40]), encoding="utf-8")
        names.append(f"{i}.cov")
        done(COVCALC, "areas.geojson", "s.csv", *BASIC[2:], "--tally", names[-1], "-q")
    results = set()
    for k in range(3):
        random.Random(k).shuffle(names)
        assert done(COVMERGE, *names, "-o", "out.geojson", "--overwrite") == table
        results.add((folder / "out.geojson").read_bytes())
    assert len(results) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_cancels(pair, number):
    """All parts are read before it is found that some are the same."""
    before = sorted(pair.iterdir())
    command = [COVMERGE, *(["a.cov", "b.cov"] * 20_000), "-o", "x.csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(0.5)
        assert process.poll() is None, "the merge is too short to be cancelled"
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (4, b"")
    assert err.startswith(b"covmerge: ") and b"cancel" in err.lower()
    assert sorted(pair.iterdir()) == before


# ---------------------------------------------------------------- documentation


def test_version_and_usage():
    assert done(COVMERGE, "--version").startswith("covmerge ")
    assert run(COVMERGE).returncode == 2


def test_examples_work(tmp_path, monkeypatch):
    """Those of the manual and of the help, one after the other, in a province of two files."""
    shutil.copytree(PROVINCE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for i in range(2):
        copy_points(PROVINCE / "households.shp", tmp_path / f"households{i}.shp",
                    lambda k, i=i: k % 2 == i)
    for path in tmp_path.glob("households.*"):
        path.unlink()
    monkeypatch.setenv("PATH", f"{Path(COVCALC).parent}:{os.environ['PATH']}")
    text = manual_text("covmerge").replace("\\e\n", "\\\n").replace("\\(aq", "'")
    blocks = re.findall(r"^\.nf\n(.*?)^\.fi", text, re.M | re.S)
    assert len(blocks) == 2
    for block in blocks:
        done("bash", "-ec", block)
    assert "66.5%" not in done("bash", "-ec", blocks[1])
    assert "40.4%" in done("bash", "-ec", blocks[1])
    (tmp_path / "coverage.geojson").unlink()
    for path in tmp_path.glob("part-*.cov"):
        path.unlink()
    for i in range(2):
        done(COVCALC, "communes.shp", f"households{i}.shp", "--fiber",
             "viettel=fiber_viettel.shp", "--fiber", "vnpt=fiber_vnpt.shp", "--weight",
             "households", "--tally", f"part-{i}.cov")
    examples = re.findall(r"^  (covmerge .*)$", help_text("covmerge").split("Examples:")[1], re.M)
    assert len(examples) == 3
    for example in examples:
        assert "223,000" in done("bash", "-ec", example)
