"""Whole runs of covcalc against an independent engine, on real data.

SPDX-License-Identifier: MIT

The other engine is GEOS, through shapely, one polygon after the other, with sums in decimal
arithmetic. Where a point is within 1e-9 of a border GEOS is not asked: the border rule of cov.h
(look at (x + e, y + e*e)) is applied in exact rational arithmetic. Every count of every area,
parent and total, every percentage and the whole ledger are compared, and have to be equal.

COVCALC is the tool, COV_SHARED_DATA the folder of the data; without the data the tests are skipped.
"""
import csv
import io
import json
import os
import random
import subprocess
import zipfile
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import shapely.vectorized
import shapely.wkb
from osgeo import gdal, ogr
from shapely.geometry import MultiPolygon, Polygon
from shapely.validation import make_valid

gdal.UseExceptions()

SOURCE_ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("COV_SHARED_DATA") or SOURCE_ROOT.parent / "shared" / "data")
COVCALC = os.environ["COVCALC"]
NEAR = 1e-9
PAIRS = 4_000_000  # points times edges looked at in one go


def data(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no real data at {path} (set COV_SHARED_DATA)")
    return path


# ---------------------------------------------------------------- the other engine: geometry


def polygons_of(geometry):
    """The polygons of whatever a repair has left."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    return [p for part in getattr(geometry, "geoms", []) for p in polygons_of(part)]


class Shape:
    """A polygon or multipolygon with its edges as an array."""

    def __init__(self, geometry):
        self.geometry = MultiPolygon(polygons_of(geometry))
        rings = [r for p in self.geometry.geoms for r in (p.exterior, *p.interiors)]
        edges = []
        for ring in rings:
            c = np.asarray(ring.coords)[:, :2]
            edges.append(np.hstack([c[:-1], c[1:]]))
        self.edges = np.vstack(edges)
        self.bounds = self.geometry.bounds

    def near_border(self, x, y):
        near = np.zeros(len(x), bool)
        x1, y1, x2, y2 = self.edges.T
        dx, dy = x2 - x1, y2 - y1
        length2 = np.where(dx * dx + dy * dy == 0, 1, dx * dx + dy * dy)
        step = max(1, PAIRS // len(self.edges))
        for i in range(0, len(x), step):
            px, py = x[i:i + step, None], y[i:i + step, None]
            t = np.clip(((px - x1) * dx + (py - y1) * dy) / length2, 0, 1)
            distance2 = (px - x1 - t * dx) ** 2 + (py - y1 - t * dy) ** 2
            near[i:i + step] = (distance2 < NEAR * NEAR).any(axis=1)
        return near

    def holds_exactly(self, x, y):
        """Whether (x + e, y + e*e) is inside: the parity of the edges to its east. An edge meets
        the line y + e*e at its point on y plus something times e*e, which e outweighs."""
        x1, y1, x2, y2 = self.edges.T
        crosses = (y1 > y) != (y2 > y)
        west = np.minimum(x1, x2)
        east = np.maximum(x1, x2)
        count = int((crosses & (west > x)).sum())
        for ax, ay, bx, by in self.edges[crosses & (west <= x) & (east > x)]:
            ax, ay, bx, by = (Fraction(float(v)) for v in (ax, ay, bx, by))
            count += ax + (Fraction(y) - ay) * (bx - ax) / (by - ay) > Fraction(x)
        return count % 2 == 1

    def holds(self, x, y):
        """Which of the points are inside, by the border rule."""
        west, south, east, north = self.bounds
        inside = np.zeros(len(x), bool)
        with np.errstate(invalid="ignore"):
            box = np.flatnonzero((x >= west - NEAR) & (x <= east + NEAR) &
                                 (y >= south - NEAR) & (y <= north + NEAR))
        if len(box) == 0:
            return inside
        inside[box] = shapely.vectorized.contains(self.geometry, x[box], y[box])
        for i in box[self.near_border(x[box], y[box])]:
            inside[i] = self.holds_exactly(float(x[i]), float(y[i]))
        return inside


def open_path(path):
    return f"/vsizip/{path}" if str(path).endswith(".zip") else str(path)


def read_shapes(path, layer=None, columns=(), invalid="error", where=None):
    """[(values of the columns, Shape)]; invalid polygons are fixed, skipped or not expected."""
    source = gdal.OpenEx(open_path(path), gdal.OF_VECTOR)
    table = source.GetLayerByName(layer) if layer else source.GetLayer(0)
    table.SetAttributeFilter(where)
    out = []
    for feature in table:
        geometry = shapely.wkb.loads(bytes(feature.GetGeometryRef().ExportToWkb()))
        if not geometry.is_valid:
            assert invalid != "error", "an invalid polygon that was not expected"
            if invalid == "skip":
                continue
            geometry = make_valid(geometry)
            if not polygons_of(geometry):
                continue
        out.append(([feature.GetField(c) for c in columns], Shape(geometry)))
    return out


# ---------------------------------------------------------------- the other engine: counting


def read_table(path):
    if str(path).endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode("utf-8")
    else:
        text = Path(path).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def read_points(path, x, y, weight=None):
    rows = read_table(path)
    number = [float(r[c]) if r[c] else float("nan") for r in rows for c in (x, y)]
    xy = np.array(number).reshape(-1, 2)
    weights = [Decimal(r[weight]) for r in rows] if weight else [Decimal(1)] * len(rows)
    if any(w != w.to_integral_value() for w in weights):
        weights = [w.quantize(Decimal("0.001"), ROUND_HALF_EVEN) for w in weights]
    return xy[:, 0].copy(), xy[:, 1].copy(), weights


def locate(areas, x, y):
    """The first area in the order of ids that holds each point, and how many hold it."""
    owner = np.full(len(x), -1)
    holders = np.zeros(len(x), int)
    for k, (_, shape) in enumerate(areas):
        inside = shape.holds(x, y)
        owner[inside & (owner < 0)] = k
        holders += inside
    return owner, holders


def percent(n, of):
    """100 n / of with 4 decimals, half up, the ends reserved for none and all."""
    if of == 0:
        return None
    units = int(Fraction(n) * 1_000_000 / Fraction(of) + Fraction(1, 2))
    if n != of:
        units = min(units, 999_999)
    if n != 0:
        units = max(units, 1)
    return Decimal(units) / 10_000


class Expected:
    """Counts by the other engine: {(level, path): [households, of service 1, ...]}."""

    def __init__(self, areas, n_parents, points, services):
        x, y, weights = points
        self.areas = sorted(areas, key=lambda a: a[0][0].encode())
        self.services = list(services)
        owner, holders = locate(self.areas, x, y)
        reached = [np.any([s.holds(x, y) for s in shapes], axis=0) for shapes in services.values()]
        self.counts = defaultdict(lambda: [Decimal(0)] * (1 + len(reached)))
        for values, _ in self.areas:
            for key in self.keys(values, n_parents):
                self.counts[key] = [Decimal(0)] * (1 + len(reached))
        self.ledger = defaultdict(lambda: [0, Decimal(0)])
        for i, weight in enumerate(weights):
            self.book("read", weight)
            if not (np.isfinite(x[i]) and np.isfinite(y[i])):
                self.book("no_location", weight)
                continue
            self.book("assigned" if owner[i] >= 0 else "outside", weight)
            if holders[i] > 1:
                self.book("overlap", weight)
            if owner[i] < 0:
                continue
            for key in self.keys(self.areas[owner[i]][0], n_parents):
                self.counts[key][0] += weight
                for k, hits in enumerate(reached):
                    if hits[i]:
                        self.counts[key][1 + k] += weight

    def book(self, bucket, weight):
        self.ledger[bucket][0] += 1
        self.ledger[bucket][1] += weight

    @staticmethod
    def keys(values, n_parents):
        """The area, its parents by their whole path, the total."""
        yield 0, (values[0],)
        for level in range(1, n_parents + 1):
            yield level, tuple(values[level:n_parents + 1])
        yield n_parents + 1, ()


# ---------------------------------------------------------------- covcalc


def run(*args, code=0):
    done = subprocess.run([COVCALC, *map(str, args)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=300)
    assert done.returncode == code, done.stderr.decode()
    return done


def result(tmp_path, *args):
    out = tmp_path / "out.geojson"
    run(*args, "-o", out, "--overwrite")
    text = out.read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def key_of(properties, columns):
    """(level, path) of a row, as in Expected."""
    names = ["area", *columns[1:], "total"]
    level = names.index(properties["level"])
    if level == 0:
        return 0, (properties[columns[0]],)
    return level, tuple(properties[c] for c in columns[level:])


def compare_rows(found, expected, columns, measure, services):
    rows = {key_of(f["properties"], columns): f["properties"] for f in found["features"]}
    assert len(rows) == len(found["features"]), "a row stands twice"
    assert rows.keys() == expected.counts.keys()
    for key, counts in expected.counts.items():
        assert rows[key][measure] == counts[0], key
        for service, n in zip(services, counts[1:]):
            name = service.replace("/", "_")
            assert rows[key][name + "_n"] == n, (key, service)
            assert rows[key][name + "_pct"] == percent(n, counts[0]), (key, service)


def ledger_of(found):
    """{bucket: [points, weight]} of the manifest."""
    manifest = found["libcov"]
    ledger = {b: [manifest["ledger_points"][b], w] for b, w in manifest["ledger"].items()}
    return {**ledger, "overlap": [manifest["overlap"]["points"], manifest["overlap"]["weight"]]}


def compare_ledger(found, expected):
    ledger = ledger_of(found)
    for bucket in ("read", "assigned", "outside", "no_location", "duplicate", "rejected",
                   "overlap"):
        assert ledger[bucket] == expected.ledger[bucket], bucket


def compare(tmp_path, areas, households, points, columns, args=(), services=None, weight=None,
            layer=None, invalid="error", service_args=()):
    """One run and the same by the other engine. `columns`: id, parents. `services`: {name: list of
    Shape}."""
    services = services or {}
    options = ["--id", columns[0]]
    for parent in columns[1:]:
        options += ["--parent", parent]
    options += ["--weight", weight] if weight else []
    options += ["--layer", f"areas={layer}"] if layer else []
    options += ["--invalid", invalid] if invalid != "error" else []
    found = result(tmp_path, areas, households, *options, *service_args, *args)
    shapes = read_shapes(areas, layer, columns, invalid)
    expected = Expected(shapes, len(columns) - 1, points, services)
    compare_rows(found, expected, columns, weight or "households", services)
    compare_ledger(found, expected)
    return expected


def write_points(path, xy):
    with open(path, "w", encoding="utf-8") as file:
        file.write("lon,lat\n")
        for x, y in xy:
            file.write(f"{x!r},{y!r}\n")
    return path


def border_points(areas, seed, step=1):
    """Vertices, middles of edges, vertices moved by one ulp: what a border rule is for."""
    chance = random.Random(seed)
    out = []
    for _, shape in areas:
        for x1, y1, x2, y2 in shape.edges[::step].tolist():
            x, y = chance.choice(((x1, y1), ((x1 + x2) / 2, (y1 + y2) / 2)))
            how = chance.randrange(4)
            if how == 1:
                x = float(np.nextafter(x, chance.choice((-1e9, 1e9))))
            elif how == 2:
                y = float(np.nextafter(y, chance.choice((-1e9, 1e9))))
            out.append((x, y))
    return out


# ---------------------------------------------------------------- the tests

BACLIEU = "vn-communes-2025/baclieu_communes_2025.geojson"
BACLIEU_OLD = "vn-communes-pre2025/baclieu_communes_pre2025.geojson"
BACLIEU_CELLS = "vn-worldpop-1km/baclieu_cells.csv"
DISTRICTS = "vn-gso-codes-2025h1/baclieu_districts.gpkg"
CAMAU = "vn-communes-2025/camau_communes_2025.gpkg"
VIETNAM = "vn-communes-2025/vn_communes_2025_60m.fgb.zip"
VN_PLACES = "vn-places-geonames/vn_places.csv.zip"
CITIES = "world-naturalearth/cities1000.csv.zip"
LON_LAT_POP = ("lon", "lat", "pop")


def test_bac_lieu_2025(tmp_path):
    """Persons in thousandths, in the communes and in those that the old districts cover."""
    cells, districts = data(BACLIEU_CELLS), data(DISTRICTS)
    fiber = [s for _, s in read_shapes(districts)]
    expected = compare(tmp_path, data(BACLIEU), cells, read_points(cells, *LON_LAT_POP),
                       ["ma_xa", "ma_tinh"], weight="pop", services={"fiber": fiber},
                       service_args=["--fiber", districts])
    assert expected.ledger["assigned"][0] > 2900


def test_bac_lieu_2025_borders(tmp_path):
    areas = data(BACLIEU)
    shapes = read_shapes(areas, columns=["ma_xa"])
    path = write_points(tmp_path / "points.csv", border_points(shapes, 1, step=7))
    compare(tmp_path, areas, path, read_points(path, "lon", "lat"), ["ma_xa"])


def test_bac_lieu_before_2025(tmp_path):
    """Boundaries with overlaps and gaps, districts as parents and as two operators' footprints."""
    cells, districts = data(BACLIEU_CELLS), data(DISTRICTS)
    layers = {}
    arguments = []
    for operator, where in (("viettel", "ma_huyen < '958'"), ("vnpt", "ma_huyen >= '957'")):
        path = tmp_path / f"{operator}.gpkg"
        gdal.VectorTranslate(str(path), str(districts), where=where)
        layers[f"fiber/{operator}"] = [s for _, s in read_shapes(path)]
        arguments += ["--fiber", f"{operator}={path}"]
    services = {"fiber": layers["fiber/viettel"] + layers["fiber/vnpt"], **layers}
    expected = compare(tmp_path, data(BACLIEU_OLD), cells, read_points(cells, *LON_LAT_POP),
                       ["ma_xa", "ma_huyen", "ma_tinh"], weight="pop", services=services,
                       service_args=arguments)
    assert expected.ledger["overlap"][0] > 0


@pytest.mark.parametrize("points, weight", [("vn-worldpop-1km/camau_cells.csv", "pop"),
                                            ("vn-places-geonames/camau_places.csv", None)])
def test_ca_mau(tmp_path, points, weight):
    path = data(points)
    expected = compare(tmp_path, data(CAMAU), path, read_points(path, "lon", "lat", weight),
                       ["ma_xa", "ma_tinh"], weight=weight)
    assert expected.ledger["overlap"][0] == 0


@pytest.mark.parametrize("invalid", ["skip", "fix"])
def test_vietnam(tmp_path, invalid):
    path = data(VN_PLACES)
    expected = compare(tmp_path, data(VIETNAM), path, read_points(path, "X", "Y"),
                       ["ma_xa", "ma_tinh"], invalid=invalid,
                       args=["--assume-crs", "EPSG:4326"])
    assert expected.ledger["read"][0] == 40478


def test_vietnam_refuses_invalid_polygons(tmp_path):
    out = tmp_path / "out.geojson"
    done = run(data(VIETNAM), data(VN_PLACES), "--id", "ma_xa", "--assume-crs", "EPSG:4326",
               "-o", out, code=3)
    message = done.stderr.decode()
    assert any(i in message for i in ("16177", "16258", "09676", "28948")), message
    assert "--invalid" in message
    assert not out.exists()


@pytest.mark.parametrize("layer, id_column", [("output_areas", "oa11cd"),
                                              ("local_authority", "lad20cd")])
def test_gateshead(tmp_path, layer, id_column):
    """The official 202,055 of the district must come out."""
    path = data("uk-gateshead-oa/oa_points.csv")
    expected = compare(tmp_path, data("uk-gateshead-oa/gateshead.gpkg"), path,
                       read_points(path, "easting", "northing", "population"), [id_column],
                       weight="population", layer=layer, args=["--assume-crs", "EPSG:27700"])
    assert expected.ledger["read"] == [706, Decimal(202055)]
    assert expected.ledger["assigned"] == [706, Decimal(202055)]


def test_baarle(tmp_path):
    """Enclaves in enclaves: every vertex, and points within an ulp of the borders."""
    areas = data("benl-baarle-enclaves/baarle.geojson")
    shapes = read_shapes(areas, columns=["country"])
    chance = random.Random(3)
    inside = [(chance.uniform(4.8, 5.02), chance.uniform(51.38, 51.48)) for _ in range(20000)]
    path = write_points(tmp_path / "points.csv", border_points(shapes, 2) + inside)
    expected = compare(tmp_path, areas, path, read_points(path, "lon", "lat"), ["country"])
    assert expected.counts[0, ("BE",)][0] > 1000


def test_french_communes(tmp_path):
    areas = data("fr-communes/fr_communes_5dep.gpkg")
    shapes = read_shapes(areas, columns=["code"])
    chance = random.Random(4)
    cities = [(float(r["lon"]), float(r["lat"])) for r in read_table(data(CITIES))
              if r["country"] == "FR"]
    near = [(x + chance.gauss(0, .02), y + chance.gauss(0, .02)) for x, y in cities]
    path = write_points(tmp_path / "points.csv",
                        cities + near + border_points(shapes, 5, step=4))
    expected = compare(tmp_path, areas, path, read_points(path, "lon", "lat"), ["code", "dep"])
    assert expected.ledger["assigned"][0] > 5000


@pytest.mark.parametrize("invalid", ["fix", "skip"])
def test_us_counties(tmp_path, invalid):
    path = data(CITIES)
    expected = compare(tmp_path, data("us-counties/us_counties_10m.fgb.zip"), path,
                       read_points(path, "lon", "lat"), ["fips"], invalid=invalid)
    assert expected.ledger["assigned"][0] > 10000


def test_ibiza_networks(tmp_path):
    """Schools and cell sites by network: four services from four files."""
    coverage = data("es-ibiza-mobile-coverage/mobile_coverage.gpkg")
    box = tmp_path / "ibiza.geojson"
    box.write_text('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": '
                   '{"code": "ibiza"}, "geometry": {"type": "Polygon", "coordinates": [[[1.1, 38.8],'
                   ' [1.7, 38.8], [1.7, 39.2], [1.1, 39.2], [1.1, 38.8]]]}}]}', encoding="utf-8")
    services, arguments = {"4g": []}, []
    for network in ("23626", "23691", "23692", "23693"):
        path = tmp_path / f"{network}.gpkg"
        gdal.VectorTranslate(str(path), str(coverage), where=f"network = '{network}'")
        services[f"4g/{network}"] = [s for _, s in read_shapes(path)]
        services["4g"] += services[f"4g/{network}"]
        arguments += ["--service", f"4g/{network}={path}"]
    for name, union in (("schools.csv", 8), ("cell_sites.csv", None)):
        path = data("es-ibiza-mobile-coverage/" + name)
        expected = compare(tmp_path, box, path, read_points(path, "lon", "lat"), ["code"],
                           services=services, service_args=arguments)
        assert union is None or expected.counts[0, ("ibiza",)][1] == union


def test_same_bytes_for_any_threads(tmp_path):
    outputs = []
    for threads in (1, 4):
        (tmp_path / str(threads)).mkdir()
        out = tmp_path / str(threads) / "out.geojson"
        run(data(CAMAU), data("vn-worldpop-1km/camau_cells.csv"), "--id", "ma_xa", "--weight",
            "pop", "--threads", threads, "-o", out)
        outputs.append(out.read_bytes())
    assert outputs[0] == outputs[1]
