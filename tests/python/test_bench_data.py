"""The data that the benchmark makes.

BENCH_DATA names the program that makes it.
"""
import csv
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from osgeo import ogr
from shapely import wkb
from shapely.ops import unary_union

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from covbench.dataset import Dataset  # noqa: E402

ogr.UseExceptions()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return Dataset(tmp_path_factory.mktemp("bench"), Path(os.environ["BENCH_DATA"]), 7)


def shapes(path):
    source = ogr.Open(str(path))
    return [wkb.loads(bytes(f.GetGeometryRef().ExportToWkb())) for f in source[0]]


def vertices(shape):
    parts = getattr(shape, "geoms", [shape])
    return [xy for part in parts for ring in (part.exterior, *part.interiors)
            for xy in ring.coords[1:]]


@pytest.fixture(scope="module")
def communes(data):
    return shapes(data.layer("province", "communes"))


def test_communes_are_many_and_detailed(communes):
    assert len(communes) == 64
    assert 60_000 < sum(len(vertices(c)) for c in communes) < 72_000
    assert all(c.is_valid for c in communes)
    assert any(len(getattr(c, "geoms", [c])) > 1 for c in communes)
    assert any(part.interiors for c in communes for part in getattr(c, "geoms", [c]))


def test_communes_have_no_overlaps_and_no_gaps(communes):
    whole = unary_union(communes)
    assert whole.geom_type == "Polygon" and not whole.interiors
    assert sum(c.area for c in communes) == pytest.approx(whole.area, rel=1e-12)


def test_neighbours_have_the_same_vertices(communes):
    """Each vertex inside the province is one of at least two communes."""
    edge = set(unary_union(communes).exterior.coords)
    owners = {}
    for i, commune in enumerate(communes):
        for xy in vertices(commune):
            owners.setdefault(xy, set()).add(i)
    assert all(len(of) > 1 for xy, of in owners.items() if xy not in edge)


def test_mobile_is_one_multipolygon_full_of_holes(data):
    (mobile,) = shapes(data.layer("province", "mobile"))
    assert mobile.is_valid
    assert 200_000 <= len(vertices(mobile)) <= 310_000
    assert sum(len(part.interiors) for part in mobile.geoms) > 2_000


def test_zones_overlap(data):
    zones = shapes(data.layer("province", "fiber"))
    assert len(zones) == 2_000 and all(zone.is_valid for zone in zones)
    assert sum(zone.area for zone in zones) > 1.5 * unary_union(zones).area


def test_households_are_the_same_in_each_format(data):
    packed = data.households("province", 500, "bin").read_bytes()
    records = list(struct.iter_unpack("<ddqii", packed))
    with open(data.households("province", 500, "csv"), newline="", encoding="utf-8") as file:
        lines = [(float(r["lon"]), float(r["lat"]), int(r["hh_id"]), int(r["hh_size"]))
                 for r in csv.DictReader(file)]
    assert len(records) == 500 and lines == [r[:4] for r in records]
    for extension in ("shp", "gpkg", "fgb"):
        source = ogr.Open(str(data.households("province", 500, extension)))
        assert [(f.GetGeometryRef().GetX(), f.GetGeometryRef().GetY(), f["hh_id"], f["hh_size"])
                for f in source[0]] == lines, extension


def test_households_are_in_no_order(data):
    """Of villages: neighbours in the file are rarely neighbours on the ground."""
    records = struct.iter_unpack("<ddqii", data.households("province", 500, "bin").read_bytes())
    village = [r[4] for r in records]
    assert sum(a == b for a, b in zip(village, village[1:])) < 50
    assert len(set(village)) < 450


def test_more_households_begin_with_the_fewer(data):
    few = data.households("province", 500, "bin").read_bytes()
    assert data.households("province", 600, "bin").read_bytes()[:len(few)] == few


def test_the_seed_alone_decides(data, tmp_path):
    def make(seed, name):
        subprocess.run([data.maker, "province", "communes", str(seed), tmp_path / name], check=True)
        return (tmp_path / name).read_bytes()
    first = make(7, "a.shp")
    assert make(7, "b.shp") == first == data.layer("province", "communes").read_bytes()
    assert make(8, "c.shp") != first


def test_what_is_not_whole_is_made_again(data):
    path = data.households("province", 40)
    whole = path.read_bytes()
    path.write_bytes(b"half")
    assert data.households("province", 40).read_bytes() == b"half"  # made once
    path.with_name(path.name + ".made").unlink()
    assert data.households("province", 40).read_bytes() == whole


def test_wrong_words_are_refused(data):
    for words in (["atlantis", "communes", "1", "x.shp"], ["province", "roads", "1", "x.shp"],
                  ["province", "households", "1", "x.shp"], ["province"]):
        done = subprocess.run([data.maker, *words], capture_output=True, check=False)
        assert done.returncode == 1
