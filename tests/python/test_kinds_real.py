"""Every kind of service and of base over real data, counted a second time.

SPDX-License-Identifier: MIT

Distances are PROJ's (the command `geod`) in degrees and exact fractions in a plane, coordinates are
transformed by GDAL's bindings; the border rule is that of test_differential.py. Without the data
(COV_SHARED_DATA) the tests are skipped.
"""
import csv
import random
import shutil
import subprocess
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from osgeo import gdal, osr
from shapely.ops import unary_union

from demo_province import Raster, square_kilometres
from kinds import (NO, UNKNOWN, YES, Base, Best, Expected, Rows, compare_ledgers, either, every,
                   neither, number, result)
from kinds_province import Places, answer, answers_of, cells_of, level, pieces
from test_differential import (BACLIEU, BACLIEU_CELLS, BACLIEU_OLD, CAMAU, DISTRICTS, data,
                               read_points, read_shapes, read_table)

BACLIEU_PLACES = "vn-places-geonames/baclieu_places.csv"
WORLDPOP = "vn-worldpop-1km/vnm_ppp_2020_1km_Aggregated_UNadj.tif"
NETWORKS = ("23626", "23691", "23692", "23693")
MOBILE = tuple(f"4g/{n}" for n in NETWORKS)


# ---------------------------------------------------------------- another engine

class Ground:
    """Areas by id, with points located by the border rule."""

    def __init__(self, path, id_column, layer=None, parents=(), invalid="error"):
        found = sorted(read_shapes(path, layer, [id_column, *parents], invalid),
                       key=lambda a: a[0][0].encode())
        self.ids = [values[0] for values, _ in found]
        self.shapes = [shape for _, shape in found]
        self.rows = Rows(self.ids, [(p, [values[1 + i] for values, _ in found])
                                    for i, p in enumerate(parents)])

    def owner(self, xy):
        return locate(self.shapes, xy)

    @property
    def geometries(self):
        return [shape.geometry for shape in self.shapes]


def locate(shapes, xy):
    owner = np.full(len(xy), -1)
    for k, shape in reversed(list(enumerate(shapes))):
        owner[shape.holds(*xy.T)] = k
    return owner


def inside(shapes, xy):
    found = np.zeros(len(xy), bool)
    for shape in shapes:
        found |= shape.holds(*xy.T)
    return answer(found)


def xy_of(path, x="lon", y="lat"):
    return np.array([(float(r[x]), float(r[y])) for r in read_table(path)])


def geodesics(pairs):
    """Metres between (x, y, x, y) in degrees, by PROJ."""
    if shutil.which("geod") is None:
        pytest.skip("geod (PROJ) is not installed")
    lines = "".join(f"{b!r} {a!r} {d!r} {c!r}\n" for a, b, c, d in pairs)
    done = subprocess.run(["geod", "+ellps=WGS84", "-I", "-f", "%.9f", "-F", "%.6f"],
                          input=lines, stdout=subprocess.PIPE, check=True, text=True)
    return np.array([float(line.split()[2]) for line in done.stdout.splitlines()])


def within_geodesic(xy, network, metres):
    """Candidates in a box of twice the size; nothing is closer to the distance than 1 mm."""
    wide = 2 * metres / 111000 / np.cos(np.radians(np.abs(xy[:, 1]).max()))
    pairs, owner = [], []
    for k, (x, y) in enumerate(xy.tolist()):
        near = network[(np.abs(network[:, 0] - x) < wide)
                       & (np.abs(network[:, 1] - y) < 2 * metres / 111000)]
        pairs += [(x, y, a, b) for a, b in near.tolist()]
        owner += [k] * len(near)
    length = geodesics(pairs)
    assert (np.abs(length - metres) > 0.001).all(), "the distance itself is not asked here"
    found = np.zeros(len(xy), bool)
    found[np.array(owner)[length < metres]] = True
    return answer(found)


def within_plane(xy, network, metres):
    """Exactly, of points in metres."""
    least = np.full(len(xy), np.inf)
    for a in network:
        least = np.minimum(least, np.hypot(*(xy - a).T))
    found = least <= metres
    for k in np.flatnonzero(np.abs(least - metres) < 1e-6):
        found[k] = any(sum((Fraction(float(p)) - Fraction(float(q))) ** 2
                           for p, q in zip(xy[k], a)) <= Fraction(metres) ** 2 for a in network)
    return answer(found)


def transform(xy, source, target):
    systems = []
    for code in (source, target):
        system = osr.SpatialReference()
        system.ImportFromEPSG(code)
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        systems.append(system)
    change = osr.CoordinateTransformation(*systems)
    return np.array(change.TransformPoints(xy.tolist()))[:, :2]


def write_csv(path, xy, names=("lon", "lat"), **columns):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([*names, *columns])
        for k, (x, y) in enumerate(np.asarray(xy).tolist()):
            out.writerow([repr(x), repr(y), *(c[k] for c in columns.values())])
    return path


def squares(path, west, south, step, columns, rows):
    """A layer of squares `code`, row by row."""
    features = []
    for i in range(columns * rows):
        x, y = west + i % columns * step, south + i // columns * step
        ring = [[x, y], [x + step, y], [x + step, y + step], [x, y + step], [x, y]]
        features.append(f'{{"type": "Feature", "properties": {{"code": "{i:03}"}}, "geometry": '
                        f'{{"type": "Polygon", "coordinates": [{ring}]}}}}')
    path.write_text('{"type": "FeatureCollection", "features": [' + ",".join(features) + "]}",
                    encoding="utf-8")
    return path


def compare(found, rows, bases, indicators, id_column, others=()):
    Expected(rows, bases, indicators).compare(found, id_column, others)
    compare_ledgers(found, bases)


def ones(name, xy, ground, answers, **kwargs):
    return Base(name, np.ones(len(xy), int), ground.owner(xy), answers, **kwargs)


# ---------------------------------------------------------------- Ibiza

def test_ibiza(tmp_path):
    """Four operators out of one layer, cell sites of three generations within distances, over
    points spread by chance, schools, the sites themselves and the area of squares."""
    coverage, sites, schools = (data("es-ibiza-mobile-coverage/" + n) for n in
                                ("mobile_coverage.gpkg", "cell_sites.csv", "schools.csv"))
    areas = squares(tmp_path / "squares.geojson", 1.15, 38.82, 0.05, 10, 7)
    ground = Ground(areas, "code")
    chance = random.Random(6)
    spread = np.array([(chance.uniform(1.1, 1.7), chance.uniform(38.8, 39.2))
                       for _ in range(3000)])
    zones = {f"4g/{n}": [s for _, s in read_shapes(coverage, where=f"network = '{n}'")]
             for n in NETWORKS}
    kinds = [r["radio_type"] for r in read_table(sites)]
    masts = {f"mast/{k}": xy_of(sites)[[x == k for x in kinds]] for k in sorted(set(kinds))}

    def answers(xy):
        return {**{n: inside(shapes, xy) for n, shapes in zones.items()},
                **{n: within_geodesic(xy, at, 2500) for n, at in masts.items()},
                "far": within_geodesic(xy, xy_of(sites), 8000)}

    points = write_csv(tmp_path / "spread.csv", spread, weight=[1 + k % 7 for k in range(3000)])
    found = result(tmp_path, areas, points, "--weight", "weight", "--id", "code", "--service",
                   f"4g/*={coverage},split=network", "--service",
                   f"mast={sites},within=2.5km,split=radio_type", "--service",
                   f"far={sites},within=8km", "--base", f"schools={schools}", "--base",
                   f"sites={sites}", "--base", "area", "--indicator", "sdg=best(4g/*)",
                   "--indicator", "all=all(4g/*)", "--indicator", "three=count(4g/*) >= 3",
                   "--indicator", "lost=4g & !far", "--indicator", "classes(mast)")
    cut = pieces(ground.geometries, {n: [s.geometry for s in shapes]
                                     for n, shapes in zones.items()})
    nobody = {n: np.full(len(cut), UNKNOWN) for n in (*masts, "far")}
    area = Base("area", [area_of(p.shape) for p in cut], [p.area for p in cut],
                {**answers_of(cut, zones), **nobody}, unit="km2",
                slack=lambda ask, rows: [2e-5 * len(r) for r in rows])
    bases = [Base("weight", [1 + k % 7 for k in range(3000)], ground.owner(spread),
                  answers(spread)),
             *(ones(n, xy_of(p), ground, answers(xy_of(p)))
               for n, p in (("schools", schools), ("sites", sites))), area]
    masts = tuple(masts)
    indicators = {"4g": either(*MOBILE), **{n: either(n) for n in MOBILE}, "mast": either(*masts),
                  **{n: either(n) for n in masts}, "far": either("far"),
                  "sdg": Best(*(either(n) for n in MOBILE)), "all": every(*MOBILE),
                  "three": number(3, 4, *MOBILE),
                  "lost": lambda a: np.minimum(either(*MOBILE)(a), neither(either("far"))(a)),
                  "mast_white": number(0, 0, *masts), "mast_grey": number(1, 1, *masts),
                  "mast_black": number(2, 9, *masts)}
    compare(found, ground.rows, bases, indicators, "code")


def area_of(shape):
    return sum(square_kilometres(part) for part in getattr(shape, "geoms", [shape]))


# ---------------------------------------------------------------- Gateshead

@pytest.mark.parametrize("metres, text", [(500, "500m"), (1000, "1km"), (304.8, "1000ft")])
def test_gateshead(tmp_path, metres, text):
    """Persons within a distance of every ninth centroid, in the plane of the British grid."""
    points = data("uk-gateshead-oa/oa_points.csv")
    areas = data("uk-gateshead-oa/gateshead.gpkg")
    ground = Ground(areas, "oa11cd", layer="output_areas")
    xy = xy_of(points, "easting", "northing")
    network = xy[::9]
    offices = write_csv(tmp_path / "offices.csv", network, names=("x", "y"))
    found = result(tmp_path, areas, points, "--layer", "areas=output_areas", "--id", "oa11cd",
                   "--weight", "population", "--assume-crs", "EPSG:27700", "--service",
                   f"office={offices},within={text}", "--base", f"offices={offices}")
    weights = [int(r["population"]) for r in read_table(points)]
    bases = [Base("population", weights, ground.owner(xy),
                  {"office": within_plane(xy, network, metres)}),
             ones("offices", network, ground, {"office": within_plane(network, network, metres)})]
    compare(found, ground.rows, bases, {"office": either("office")}, "oa11cd")


# ---------------------------------------------------------------- Bạc Liêu

def cells():
    """Of one kilometre: places, and persons in thousandths."""
    path = data(BACLIEU_CELLS)
    x, y, persons = read_points(path, "lon", "lat", "pop")
    return path, np.column_stack([x, y]), [int(1000 * p) for p in persons]


class Thousandths(Base):
    """Compared as the decimals they are written as."""

    def sums(self, chosen, rows):
        return [Decimal(n) / 1000 for n in super().sums(chosen, rows)]


def test_cells_as_households_with_persons(tmp_path):
    """One household a cell and its persons as a second measure, with decimals; commune and
    province; old districts by code; hamlets within 1.5 km on the ellipsoid."""
    path, xy, persons = cells()
    areas, districts, places = data(BACLIEU), data(DISTRICTS), data(BACLIEU_PLACES)
    ground = Ground(areas, "ma_xa", parents=["ma_tinh"])
    codes = sorted({values[0] for values, _ in read_shapes(districts, columns=["ma_huyen"])})
    zones = {c: [s for _, s in read_shapes(districts, where=f"ma_huyen = '{c}'")] for c in codes}
    answers = {**{f"fiber/{c}": inside(zones[c], xy) for c in codes},
               "hamlet": within_geodesic(xy, np.unique(xy_of(places), axis=0), 1500)}
    found = result(tmp_path, areas, path, "--id", "ma_xa", "--name", "ten_xa", "--parent",
                   "ma_tinh", "--fiber", f"{districts},split=ma_huyen", "--service",
                   f"hamlet={places},within=1500m", "--base", "persons=column:pop")
    owner = ground.owner(xy)
    bases = [Base("households", np.ones(len(xy), int), owner, answers),
             Thousandths("persons", persons, owner, answers, digits=3)]
    fiber = [f"fiber/{c}" for c in codes]
    compare(found, ground.rows, bases, {"fiber": either(*fiber), **{n: either(n) for n in fiber},
                                        "hamlet": either("hamlet")}, "ma_xa", ["ten_xa"])


SYSTEMS = {4326: ("lon", "lat"), 32648: ("x", "y"), 9210: ("x", "y"), 3405: ("x", "y")}


@pytest.mark.parametrize("of_network", [4326, 32648])
@pytest.mark.parametrize("of_points", SYSTEMS)
def test_distances_in_any_system(tmp_path, of_points, of_network):
    """The plane is that of the households, whatever the system of what they are near; in it
    distances are straight, in degrees they are geodesics."""
    _, xy, _ = cells()
    xy, metres = xy[::3], 1500
    areas, network = data(BACLIEU), np.unique(xy_of(data(BACLIEU_PLACES)), axis=0)
    ground = Ground(areas, "ma_xa")
    layer = gpkg(tmp_path / "hamlets.gpkg", transform(network, 4326, of_network), of_network)
    households = gpkg(tmp_path / "households.gpkg", transform(xy, 4326, of_points), of_points)
    found = result(tmp_path, areas, households, "--id", "ma_xa", "--name", "ten_xa", "--service",
                   f"hamlet={layer},within={metres}m", "--base", f"hamlets={layer}")
    if of_points == 4326:
        near = [within_geodesic(p, network, metres) for p in (xy, network)]
    else:
        there = transform(network, 4326, of_points)
        near = [within_plane(p, there, metres) for p in (transform(xy, 4326, of_points), there)]
    bases = [ones(n, p, ground, {"hamlet": a}) for n, p, a in
             zip(("households", "hamlets"), (xy, network), near)]
    compare(found, ground.rows, bases, {"hamlet": either("hamlet")}, "ma_xa", ["ten_xa"])
    true = within_geodesic(xy, network, metres)
    other = xy[true != near[0]]
    assert len(other) < 5
    if len(other) > 0:
        assert (within_geodesic(other, network, metres * 1.001) == YES).all()
        assert (within_geodesic(other, network, metres * 0.999) == NO).all()


def gpkg(path, xy, code):
    source = write_csv(path.with_suffix(".csv"), xy, names=("x", "y"))
    gdal.VectorTranslate(str(path), gdal.OpenEx(str(source), open_options=[
        "X_POSSIBLE_NAMES=x", "Y_POSSIBLE_NAMES=y"]), dstSRS=f"EPSG:{code}",
        srcSRS=f"EPSG:{code}", layerName="points")
    return path


def test_area_where_communes_overlap(tmp_path):
    """Thinned boundaries with 93 overlaps and as many gaps: the first by id has what two hold."""
    areas, districts = data(BACLIEU_OLD), data(DISTRICTS)
    ground = Ground(areas, "ma_xa", parents=["ma_huyen"])
    zones = [s.geometry for _, s in read_shapes(districts, where="ma_huyen < '957'")]
    found = result(tmp_path, areas, "--id", "ma_xa", "--parent", "ma_huyen", "--name", "ten_xa",
                   "--fiber", f"{districts},where=ma_huyen < '957'", "--base", "area")
    mine, taken = [], None
    for shape in ground.geometries:
        mine.append(shape if taken is None else shape.difference(taken))
        taken = shape if taken is None else taken.union(shape)
    cut = pieces(mine, {"fiber": zones})
    area = Base("area", [area_of(p.shape) for p in cut], [p.area for p in cut],
                answers_of(cut, ["fiber"]), unit="km2",
                slack=lambda ask, rows: [5e-6 * len(r) for r in rows])
    compare(found, ground.rows, [area], {"fiber": either("fiber")}, "ma_xa", ["ten_xa"])
    assert found["libcov"]["ledger"]["assigned"] == pytest.approx(
        Decimal(area_of(unary_union(ground.geometries))), abs=Decimal("0.001"))


@pytest.mark.parametrize("name", [BACLIEU, CAMAU])
def test_population_raster(tmp_path, name):
    """Persons of cells of one kilometre, those on borders by their share, districts and hamlets
    as services; to a thousandth of a person a commune."""
    areas, districts, places = data(name), data(DISTRICTS), data(BACLIEU_PLACES)
    raster = Raster(data(WORLDPOP))
    ground = Ground(areas, "ma_xa", parents=["ma_tinh"])
    zones = {"fiber": [s.geometry for _, s in read_shapes(districts)]}
    found = result(tmp_path, areas, "--id", "ma_xa", "--parent", "ma_tinh", "--name", "ten_xa",
                   "--fiber", districts, "--service", f"hamlet={places},within=3km", "--base",
                   f"persons={data(WORLDPOP)}")
    cut = list(cells_of(raster, pieces(ground.geometries, zones)))
    where = [p for p, _, _ in cut]
    centres = np.array([c for _, _, c in cut])
    answers = {**answers_of(where, zones),
               "hamlet": within_geodesic(centres, np.unique(xy_of(places), axis=0), 3000)}
    persons = Base("persons", [w for _, w, _ in cut], [p.area for p in where], answers,
                   slack=lambda ask, rows: [1e-3 * len(r) for r in rows])
    compare(found, ground.rows, [persons], {n: either(n) for n in ("fiber", "hamlet")}, "ma_xa",
            ["ten_xa"])


# ---------------------------------------------------------------- terrain as levels

def sampled(raster, xy):
    """The values of cells; NaN beside the raster."""
    column, row = (np.floor(p).astype(int) for p in raster.places(xy))
    height, width = raster.cells.shape
    there = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    values = np.full(len(xy), np.nan)
    values[there] = raster.cells[row[there], column[there]]
    if raster.nodata is not None:
        values[values == raster.nodata] = np.nan
    return values


TERRAIN = {"dem-samples/jacksboro_3arcsec.tif": (-84.45, 36.42, -84.05, 36.76, 400),
           "dem-samples/luxembourg_elev_30arcsec.tif": (5.7, 49.4, 6.6, 50.25, 320)}


@pytest.mark.parametrize("name", TERRAIN)
def test_terrain(tmp_path, name):
    """Levels of a raster with nodata, and beside it, by chance points; where there is no value
    nothing is known."""
    path = data(name)
    west, south, east, north, minimum = TERRAIN[name]
    areas = squares(tmp_path / "squares.geojson", west, south, (east - west) / 4, 4, 4)
    chance = np.random.default_rng(8)
    xy = np.column_stack([chance.uniform(west, east, 20000), chance.uniform(south, north, 20000)])
    points = write_csv(tmp_path / "points.csv", xy)
    code = int(Raster(path).crs)
    found = result(tmp_path, areas, points, "--id", "code", "--service",
                   f"high={path},min={minimum}", "--service",
                   f"sure={path},min={minimum},indoor=20,sigma=30,probability=75")
    ground = Ground(areas, "code")
    values = sampled(Raster(path), xy if code == 4326 else same_place(xy, code))
    answers = {n: answer(values >= level(**rule), ~np.isnan(values)) for n, rule in
               {"high": dict(minimum=minimum),
                "sure": dict(minimum=minimum, indoor=20, sigma=30, probability=75)}.items()}
    assert (answers["high"] == UNKNOWN).any() and (answers["high"] == YES).any()
    compare(found, ground.rows, [ones("households", xy, ground, answers)],
            {n: either(n) for n in answers}, "code")


def same_place(xy, code):
    """NAD 83 is WGS 84 to its accuracy: nothing is moved."""
    assert code == 4269
    return xy


def test_terrain_in_another_system(tmp_path):
    """Levels under households in UTM, and the same raster as a base: its values are summed."""
    path = data("dem-samples/luxembourg_elev_30arcsec.tif")
    chance = np.random.default_rng(9)
    xy = np.column_stack([chance.uniform(5.7, 6.6, 8000), chance.uniform(49.4, 50.25, 8000)])
    there = transform(xy, 4326, 32631)
    points = gpkg(tmp_path / "points.gpkg", there, 32631)
    areas = squares(tmp_path / "squares.geojson", 5.7, 49.4, 0.21, 5, 5)
    ground, raster = Ground(areas, "code"), Raster(path)
    found = result(tmp_path, areas, points, "--id", "code", "--service", f"high={path},min=320")
    values = sampled(raster, transform(there, 32631, 4326))
    compare(found, ground.rows,
            [ones("households", xy, ground, {"high": answer(values >= 320, ~np.isnan(values))})],
            {"high": either("high")}, "code")
    found = result(tmp_path, areas, "--id", "code", "--base", f"metres={path}", "--service",
                   f"high={path},min=320")
    cells = list(cells_of(raster, pieces(ground.geometries, {})))
    values = sampled(raster, np.array([c for _, _, c in cells]))
    metres = Base("metres", [w for _, w, _ in cells], [p.area for p, _, _ in cells],
                  {"high": answer(values >= 320)}, slack=lambda ask, rows: [1e-4] * len(rows))
    compare(found, ground.rows, [metres], {"high": either("high")}, "code")
