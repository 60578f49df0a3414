"""A real population raster divided among real communes, against an independent engine.

SPDX-License-Identifier: MIT

The other engine is GEOS, through shapely: each cell that a border touches is cut out of the
commune and its area compared with the cell's, the sums are exact fractions. COUNT_POPULATION is
the program made from count_population.c, COV_SHARED_DATA the folder of the data; without the data
the tests are skipped.
"""
import json
import math
import os
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import shapely.geometry
import shapely.prepared
from osgeo import gdal
from shapely.geometry import box, mapping, shape
from shapely.validation import make_valid

gdal.UseExceptions()

SOURCE_ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("COV_SHARED_DATA") or SOURCE_ROOT.parent / "shared" / "data")
PROGRAM = os.environ["COUNT_POPULATION"]


def data(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no real data at {path} (set COV_SHARED_DATA)")
    return path


def polygons_of(geometry):
    """What a difference leaves, without its lines and points."""
    parts = [g for g in getattr(geometry, "geoms", [geometry])]
    return shapely.geometry.MultiPolygon([g for g in parts if g.geom_type == "Polygon" and g.area > 0])


@pytest.fixture(scope="module", name="communes")
def read_communes():
    """Bac Lieu's communes in order of their codes, each without what those before it hold."""
    path = data("vn-communes-pre2025/baclieu_communes_pre2025.geojson")
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    given = sorted((f["properties"]["ma_xa"], make_valid(shape(f["geometry"]))) for f in features)
    communes = []
    for code, geometry in given:
        for _, before in communes:
            if before.intersects(geometry):
                geometry = geometry.difference(before)
        communes.append((code, polygons_of(geometry)))
    return communes


@pytest.fixture(scope="module", name="raster")
def open_raster():
    path = data("vn-worldpop-1km/vnm_ppp_2020_1km_Aggregated_UNadj.tif")
    dataset = gdal.Open(str(path))
    band = dataset.GetRasterBand(1)
    values = band.ReadAsArray()
    return path, dataset.GetGeoTransform(), np.where(values == band.GetNoDataValue(), 0, values)


def expected(geometry, affine, values):
    """The persons in a geometry."""
    west, width, _, north, _, height = affine
    low_x, low_y, high_x, high_y = geometry.bounds
    inside = shapely.prepared.prep(geometry)
    total = Fraction(0)
    for row in range(int((high_y - north) / height), int((low_y - north) / height) + 1):
        for column in range(int((low_x - west) / width), int((high_x - west) / width) + 1):
            value = Fraction(float(values[row, column]))
            cell = box(west + column * width, north + (row + 1) * height,
                       west + (column + 1) * width, north + row * height)
            if value == 0 or not inside.intersects(cell):
                continue
            if not inside.contains_properly(cell):
                value *= Fraction(geometry.intersection(cell).area) / Fraction(cell.area)
            total += value
    return float(total)


def count(path, communes, tmp_path):
    layer = tmp_path / "communes.geojson"
    layer.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"code": code}, "geometry": mapping(geometry)}
        for code, geometry in communes]}), encoding="utf-8")
    done = subprocess.run([PROGRAM, str(path), str(layer), "code"], check=True, timeout=300,
                          stdout=subprocess.PIPE)
    return {name: int(weight) for name, weight in
            (line.split() for line in done.stdout.decode().splitlines())}


def test_communes(communes, raster, tmp_path):
    path, affine, values = raster
    found = count(path, communes, tmp_path)
    read, outside = found.pop("read"), found.pop("outside")
    # floats as fractions: the true sum of the file
    whole = sum((Fraction(float(v)) for v in values[values > 0]), Fraction(0))
    assert abs(read - whole * 1_000_000) <= Fraction(1, 2)
    assert sum(found.values()) + outside == read
    assert len(found) == 64
    for code, geometry in communes:
        persons = expected(geometry, affine, values)
        assert math.isclose(found[code] / 1e6, persons, rel_tol=1e-9), code
    assert 900_000 < sum(found.values()) / 1e6 < 1_000_000


def test_pieces_of_communes(communes, raster, tmp_path):
    """Communes cut in two along no line of theirs or the raster's hold what they held."""
    path, _, _ = raster
    whole = count(path, communes, tmp_path)
    pieces = []
    for code, geometry in communes:
        west, south, east, north = geometry.bounds
        middle = west + (east - west) * 0.437
        for side, half in enumerate((box(west - 1, south - 1, middle, north + 1),
                                     box(middle, south - 1, east + 1, north + 1))):
            pieces.append((f"{code}.{side}", polygons_of(geometry.intersection(half))))
    found = count(path, pieces, tmp_path)
    for code, _ in communes:
        assert abs(found[code + ".0"] + found[code + ".1"] - whole[code]) <= 2, code
    assert found["read"] == whole["read"]
