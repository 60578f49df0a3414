"""The demonstration province: reproducible to the byte, and what its README says.

The files are judged by GEOS (shapely) and read by GDAL, neither of which took
part in making them. Run with a Python that has both:

    /usr/bin/python3 -m pytest tests/python/test_demo_data.py
"""
import os
import subprocess
import sys
import unicodedata
from collections import Counter

import pytest

np = pytest.importorskip("numpy", reason="numpy is not installed")
pytest.importorskip("osgeo.ogr", reason="the GDAL bindings (osgeo) are not installed")
pytest.importorskip("shapely", reason="shapely is not installed")

from shapely.ops import unary_union  # noqa: E402
from shapely.prepared import prep  # noqa: E402

from demo_province import DATA, PROVINCE, Layer, Points, holes, rings  # noqa: E402

POLYGONS = ("communes", "fiber_viettel", "fiber_vnpt", "mobile_2g", "mobile_3g", "mobile_4g",
            "mobile")
LINES = ("cables_viettel", "cables_vnpt", "rivers", "roads")
POINTS = ("households", "commune_centres", "schools", "clinics", "fiber_nodes")
CLEARANCE = 1e-6

# Households reached, as data/README.md states them.
VIETTEL, VNPT = 111414, 90198
MOBILE_3G, MOBILE_4G = 220466, 214280


@pytest.fixture(scope="module")
def layers():
    result = {name: Layer(name) for name in POLYGONS + LINES}
    result.update({name: Points(name) for name in POINTS})
    return result


@pytest.fixture(scope="module")
def fiber(layers):
    return unary_union(layers["fiber_viettel"].shapes + layers["fiber_vnpt"].shapes)


def served(layers, shapes):
    """Households inside at least one of the shapes."""
    households = layers["households"]
    weights = np.array(households.column("households"))
    return int(weights[households.times_inside(shapes) > 0].sum())


def test_generator_gives_the_same_bytes(tmp_path):
    subprocess.run([sys.executable, str(DATA / "make_province.py"), str(tmp_path)], check=True,
                   env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    # the project files are written by hand
    kept = {file.name: file.read_bytes() for file in PROVINCE.iterdir() if file.suffix != ".yaml"}
    assert sorted(made) == sorted(kept)
    assert [name for name in sorted(made) if made[name] != kept[name]] == []


def test_sizes():
    sizes = {file.name: file.stat().st_size for file in PROVINCE.iterdir()}
    assert sizes["communes.shp"] < 1_500_000
    assert max(sizes.values()) < 3_000_000
    assert sum(sizes.values()) < 7_000_000


@pytest.mark.parametrize("name", POLYGONS + LINES + POINTS)
def test_crs_encoding_and_text(layers, name):
    layer = layers[name]
    assert layer.crs in ("4326", None) and (PROVINCE / f"{name}.prj").read_text().startswith(
        'GEOGCS["GCS_WGS_1984"')
    assert (PROVINCE / f"{name}.cpg").read_text() == "UTF-8"
    for row in layer.rows:
        for value in row.values():
            assert value not in (None, "")
            if isinstance(value, str):
                assert unicodedata.is_normalized("NFC", value) and "\ufffd" not in value


@pytest.mark.parametrize("name", POLYGONS)
def test_polygons_are_valid(layers, name):
    assert all(shape.is_valid and shape.area > 0 for shape in layers[name].shapes)


def test_communes_and_districts(layers):
    communes = layers["communes"]
    codes, districts = communes.column("ma_xa"), communes.column("ma_huyen")
    assert len(codes) == len(set(codes)) == len(set(communes.column("ten_xa"))) == 64
    assert len(set(districts)) == len(set(communes.column("ten_huyen"))) == 7
    assert len(set(zip(districts, communes.column("ten_huyen")))) == 7
    assert all(len(code) == 5 and code.isdigit() and code[0] == "0" for code in codes)
    assert all(len(code) == 3 and code.isdigit() and code[0] == "0" for code in districts)
    ranks = Counter(name.split()[0] for name in communes.column("ten_xa"))
    assert ranks == {"Phường": 10, "Thị": 6, "Xã": 48}
    assert sum(shape.geom_type == "MultiPolygon" for shape in communes.shapes) == 5
    assert holes(communes.shapes) == 3


def test_communes_fit_together(layers):
    shapes = layers["communes"].shapes
    directed = Counter()
    for shape in shapes:
        for ring in rings(shape):
            directed.update(zip(ring[:-1], ring[1:]))
    assert max(directed.values()) == 1
    interior = sum((b, a) in directed for a, b in directed)
    outline = unary_union(shapes)
    outer = [edge for ring in rings(outline) for edge in zip(ring[:-1], ring[1:])]
    # What has no reverse is the coast or the province border, and nothing else.
    assert len(directed) - interior == len(outer)
    assert all(edge in directed or edge[::-1] in directed for edge in outer)
    assert outline.area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-12)
    assert holes([outline]) == 0


def test_every_household_lies_in_one_commune(layers):
    households, communes = layers["households"], layers["communes"]
    assert (households.times_inside(communes.shapes) == 1).all()
    weights = households.column("households")
    assert len(weights) == 25000 and sum(weights) == 223000 and min(weights) >= 1
    assert len(set(map(tuple, households.xy.tolist()))) == 25000
    codes = households.column("ma_ho")
    assert len(set(codes)) == 25000 and all(len(c) == 7 and c[0] == "0" for c in codes)
    for shape in communes.shapes:
        ready = prep(shape)
        assert sum(ready.contains(households.shapes[k]) for k in households.in_box(shape)) >= 150


def test_fiber_totals(layers, fiber):
    assert served(layers, [fiber]) == 148400
    viettel = served(layers, [unary_union(layers["fiber_viettel"].shapes)])
    vnpt = served(layers, [unary_union(layers["fiber_vnpt"].shapes)])
    assert (viettel, vnpt) == (VIETTEL, VNPT)


def test_fiber_varies_between_communes(layers, fiber):
    households, communes = layers["households"], layers["communes"]
    weights = np.array(households.column("households"))
    connected = households.times_inside([fiber]) > 0
    share = {}
    for shape, row in zip(communes.shapes, communes.rows):
        mine = np.zeros(len(weights), dtype=bool)
        ready = prep(shape)
        mine[[k for k in households.in_box(shape) if ready.contains(households.shapes[k])]] = True
        share[row["ten_xa"]] = weights[mine & connected].sum() / weights[mine].sum()
    urban = [value for name, value in share.items() if not name.startswith("Xã")]
    assert min(urban) > 0.90
    assert 0.25 < min(share.values()) < 0.40


def test_mobile_totals(layers):
    reached = [served(layers, layers[f"mobile_{name}"].shapes) for name in ("2g", "3g", "4g")]
    assert reached == [223000, MOBILE_3G, MOBILE_4G]
    for name in ("2g", "3g", "4g"):
        assert set(layers[f"mobile_{name}"].column("network")) == {name.upper()}
        assert holes(layers[f"mobile_{name}"].shapes) >= 1


@pytest.mark.parametrize("name, count", [("commune_centres", 64), ("schools", 281),
                                         ("clinics", 75)])
def test_facilities_have_fiber(layers, fiber, name, count):
    facilities, communes = layers[name], layers["communes"]
    assert len(facilities.shapes) == count
    assert (facilities.times_inside([fiber]) == 1).all()
    commune = dict(zip(communes.column("ma_xa"), communes.shapes))
    assert set(facilities.column("ma_xa")) == set(commune)
    assert all(commune[row["ma_xa"]].contains(shape)
               for row, shape in zip(facilities.rows, facilities.shapes))


@pytest.mark.parametrize("name", POINTS)
def test_points_keep_clear_of_borders(layers, name):
    points = layers[name]
    for layer in POLYGONS:
        for shape in layers[layer].shapes:
            border = shape.boundary
            for k in points.in_box(shape, CLEARANCE):
                assert border.distance(points.shapes[k]) > CLEARANCE
