"""The demonstration province, source by source: what reaches the households, and what is counted.

All figures are computed here from the files alone, by GEOS, GDAL and plain arithmetic, and
compared with the tables of data/README.md.

    /usr/bin/python3 -m pytest tests/python/test_demo_sources.py
"""
import csv
import re
from collections import Counter, defaultdict
from itertools import takewhile

import pytest

np = pytest.importorskip("numpy", reason="numpy is not installed")
pytest.importorskip("osgeo.ogr", reason="the GDAL bindings (osgeo) are not installed")
pytest.importorskip("shapely", reason="shapely is not installed")

from shapely.geometry import LineString  # noqa: E402
from shapely.ops import unary_union  # noqa: E402
from shapely.prepared import prep  # noqa: E402

from demo_province import (DATA, PROVINCE, Layer, Points, Raster, drops,  # noqa: E402
                           kilometres, square_kilometres)

CLEARANCE = 1e-6
OPERATORS = ("viettel", "vnpt", "mobifone")
CABLES = ("cables_viettel", "cables_vnpt")
MISSING_SHEET = (105.40, 9.47, 105.45, 9.52)
CLAIMED_DISTRICTS = ("012", "013")
CLAIMS_HEADER = ("frn,provider_id,brand_name,location_id,technology,max_advertised_download_speed,"
                 "max_advertised_upload_speed,low_latency,business_residential_code,state_usps,"
                 "block_geoid,h3_res8_id")


def read_csv(name):
    with open(PROVINCE / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def readme_table(first):
    """The cells of the table of data/README.md whose first heading is given, by first column."""
    lines = iter((DATA / "README.md").read_text(encoding="utf-8").splitlines())
    next(line for line in lines if line.startswith(f"| {first} |"))
    next(lines)
    rows = {}
    for line in lines:
        if not line.startswith("|"):
            return rows
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        rows[name] = cells
    return rows


class World:
    """All layers and what several tests ask of them."""

    def __init__(self):
        self.households = Points("households")
        self.weights = np.array(self.households.column("households"))
        self.persons = np.array(self.households.column("nhan_khau"))
        self.speeds = np.array(self.households.column("down_mbps"))
        self.communes = Layer("communes")
        self.outline = unary_union(self.communes.shapes)
        self.fiber = {name: unary_union(Layer(f"fiber_{name}").shapes) for name in OPERATORS[:2]}
        self.generations = {g: Layer(f"mobile_{g}").shapes for g in ("2g", "3g", "4g")}
        self.mobile, self.rivers, self.roads = Layer("mobile"), Layer("rivers"), Layer("roads")
        self.cables = {name: Layer(name) for name in CABLES}
        self.nodes = Points("fiber_nodes")
        self.signal, self.population = Raster("rsrp_viettel"), Raster("population")
        self.claims = read_csv("claims")
        self.of_operator = {o: [shape for shape, row in zip(self.mobile.shapes, self.mobile.rows)
                                if row["network"] == o] for o in OPERATORS}

    def inside(self, shapes):
        return self.households.times_inside(shapes) > 0

    def near(self, lines, reach):
        found = np.zeros(len(self.weights), dtype=bool)
        for k, _, _ in drops(self.households.xy, lines, reach):
            found[k] = True
        return found

    def near_on_this_bank(self, lines, reach):
        """Points with a drop that crosses no river, and would not if it were a little longer.

        The second array tells the same of drops a little shorter.
        """
        rivers = unary_union(self.rivers.shapes)
        water, along = prep(rivers), self.inside([rivers.buffer(2 * reach / 108000)])
        found = np.zeros((2, len(self.weights)), dtype=bool)
        for k, end, _ in drops(self.households.xy, lines, reach):
            start = self.households.xy[k]
            if not along[k]:
                found[:, k] = True
                continue
            for variant, stretched in enumerate((1.0001, 0.9999)):
                drop = LineString([start, start + stretched * (end - start)])
                found[variant, k] = found[variant, k] or not water.intersects(drop)
        return found


@pytest.fixture(scope="module")
def world():
    return World()


def counts(cell):
    """The whole numbers at the start of a cell: 398 and 336 polygons."""
    words = cell.replace(",", "").replace(" and ", " ").replace(" x ", " ").split()
    return [int(word) for word in takewhile(str.isdigit, words)]


def names(cell):
    return re.findall("`([^`]+)`", cell)


def test_readme_states_features_and_columns():
    listed = []
    for files, (features, columns) in readme_table("file").items():
        listed += names(files)
        layers = [Layer(name) for name in names(files)]
        assert counts(features) in ([len(layer.rows) for layer in layers], [])
        assert all(set(layer.rows[0]) <= set(names(columns)) for layer in layers)
    for files, (cells, _) in readme_table("raster").items():
        raster = Raster(names(files)[0].removesuffix(".tif"))
        assert counts(cells) == list(raster.cells.shape[::-1])
        listed += names(files)
    for files, (number, columns) in readme_table("table").items():
        rows = read_csv(names(files)[0].removesuffix(".csv"))
        assert counts(number) == [len(rows)]
        assert files == "`claims.csv`" or set(rows[0]) == set(names(columns))
        listed += names(files)
    there = {file.name.removesuffix(".shp") for file in PROVINCE.iterdir()
             if file.suffix in (".shp", ".tif", ".csv")}
    assert sorted(listed) == sorted(there)


# ---------------------------------------------------------------- households

def test_persons(world):
    assert world.persons.sum() == 907236
    each = world.persons / world.weights
    assert 2.5 < each.min() and each.max() < 6


def test_speeds_agree_with_fiber(world):
    fiber = world.inside(list(world.fiber.values()))
    assert set(world.speeds[fiber]) == {100, 150, 200, 300, 500, 1000}
    assert set(world.speeds[~fiber]) == {0, 5, 10, 20, 25, 30, 50}


# ---------------------------------------------------------------- mobile operators

def test_operators_together_are_mobile_4g(world):
    all_4g = unary_union(world.generations["4g"])
    assert all(shape.is_valid for shape in world.mobile.shapes)
    assert set(world.mobile.column("network")) == set(OPERATORS)
    assert unary_union(world.mobile.shapes).symmetric_difference(all_4g).area < 1e-15
    for mine in world.of_operator.values():
        assert len(mine) > 1 and unary_union(mine).area < 0.95 * all_4g.area
        assert sum(shape.area for shape in mine) == pytest.approx(unary_union(mine).area)


# ---------------------------------------------------------------- cables, nodes, roads

@pytest.mark.parametrize("name", CABLES + ("roads",))
def test_lines_stay_strictly_inside(world, name):
    layer, ready = world.cables.get(name, world.roads), prep(world.outline)
    for shape in layer.shapes:
        assert shape.geom_type == "LineString" and shape.length > 0 and ready.contains(shape)
        assert world.outline.boundary.distance(shape) > CLEARANCE


@pytest.mark.parametrize("name", CABLES)
def test_cables_follow_the_zones(world, name):
    layer, operator = world.cables[name], name.split("_")[1]
    assert set(layer.column("loai")) == {"truc", "nhanh"}
    assert set(layer.column("core")) == {12, 24, 48, 96, 144}
    codes = layer.column("ma")
    assert len(set(codes)) == len(codes)
    together = prep(unary_union(layer.shapes))
    assert all(together.intersects(zone) for zone in Layer(f"fiber_{operator}").shapes)
    branches = [shape for shape, row in zip(layer.shapes, layer.rows) if row["loai"] == "nhanh"]
    inside = sum(shape.intersection(world.fiber[operator]).length for shape in branches)
    assert inside > 0.95 * sum(shape.length for shape in branches)


def test_nodes(world):
    rows = world.nodes.rows
    assert len({row["ma"] for row in rows}) == len(rows)
    assert {row["loai"] for row in rows} == {"FDT", "OLT"}
    for operator, cables in zip(("Viettel", "VNPT"), CABLES):
        vertices = {place for shape in world.cables[cables].shapes for place in shape.coords}
        mine = [shape for shape, row in zip(world.nodes.shapes, rows)
                if row["operator"] == operator]
        assert len(mine) > 300 and all((node.x, node.y) in vertices for node in mine)
    assert (world.nodes.times_inside(world.communes.shapes) == 1).all()


def test_households_are_on_one_bank(world):
    assert set(world.rivers.column("loai")) == {"song", "kenh"}
    for river in world.rivers.shapes:
        # Only the points in a narrow strip are measured.
        strip = prep(river.buffer(3 * CLEARANCE, resolution=1))
        for k in world.households.in_box(river, CLEARANCE):
            if strip.intersects(world.households.shapes[k]):
                assert river.distance(world.households.shapes[k]) > CLEARANCE


@pytest.mark.parametrize("name", CABLES)
def test_no_drop_ends_on_a_river(world, name):
    longer, shorter = world.near_on_this_bank(world.cables[name].shapes, 150)
    assert (longer == shorter).all()
    assert longer.any() and (world.near(world.cables[name].shapes, 150) & ~longer).sum() > 100


@pytest.mark.parametrize("reach, name", [(150, CABLES[0]), (150, CABLES[1]), (300, "fiber_nodes")])
def test_no_household_is_on_the_edge_of_reach(world, reach, name):
    for shape in (world.cables.get(name) or world.nodes).shapes:
        least = defaultdict(lambda: np.inf)
        for k, _, metres in drops(world.households.xy, [shape], reach + 1):
            least[k] = min(least[k], metres)
        assert all(abs(metres - reach) > 0.2 for metres in least.values())


def test_roads(world):
    classes = Counter(world.roads.column("loai"))
    assert set(classes) == {"QL", "DT", "DH", "DX", "PHO"} and min(classes.values()) >= 2
    assert all(world.roads.column("ten"))


# ---------------------------------------------------------------- rasters

def test_signal(world):
    signal = world.signal
    assert (signal.crs, signal.nodata, signal.cells.dtype) == ("4326", -32768, np.int16)
    known = signal.cells[signal.cells != -32768]
    assert known.min() >= -140 and known.max() <= -44 and known.max() > -60
    row, column = np.nonzero(signal.cells == -32768)
    x, y = signal.west + (column + 0.5) * signal.step, signal.north + (row + 0.5) * signal.fall
    west, south, east, north = MISSING_SHEET
    assert len(row) == 400
    assert ((x > west) & (x < east) & (y > south) & (y < north)).all()
    at = signal.at(world.households.xy)
    reached = world.inside(world.of_operator["viettel"])
    assert np.median(at[reached]) > np.median(at[~reached & (at != -32768)]) + 10


def test_population(world):
    population = world.population
    assert (population.crs, population.nodata, population.cells.dtype) == ("4326", -1, np.float32)
    cells = population.cells.astype(float)
    assert cells[cells >= 0].sum() == 907236
    assert set(cells[cells < 0]) == {-1.0} and (cells * 32 == np.floor(cells * 32)).all()
    assert (population.at(world.households.xy) > 0).all()
    for row, column in zip(*np.nonzero(cells < 0)):
        assert not world.outline.intersects(population.box(row, column))


@pytest.mark.parametrize("name", ["signal", "population"])
def test_no_point_lies_on_the_edge_of_a_cell(world, name):
    raster = getattr(world, name)
    for layer in (world.households, *map(Points, ("commune_centres", "schools", "clinics"))):
        for place in raster.places(layer.xy):
            assert (np.abs(place - np.round(place)) * raster.step > 0.4e-6).all()


# ---------------------------------------------------------------- tables

def residential(claims):
    return [row for row in claims if row["business_residential_code"] != "B"]


def test_claims_have_the_form_of_the_regulator(world):
    assert (PROVINCE / "claims.csv").read_text(encoding="utf-8").split("\n")[0] == CLAIMS_HEADER
    assert {row["technology"] for row in world.claims} == {"10", "40", "50", "70"}
    assert {row["business_residential_code"] for row in world.claims} == {"B", "R", "X"}
    assert {(row["low_latency"], row["state_usps"], row["h3_res8_id"])
            for row in world.claims} == {("1", "ZZ", "")}
    assert len({row["provider_id"] for row in world.claims}) == 4
    assert len({(row["provider_id"], row["frn"], row["brand_name"]) for row in world.claims}) == 4
    assert len({(row["location_id"], row["provider_id"], row["technology"])
                for row in world.claims}) == len(world.claims)
    assert all(len(row["frn"]) == 10 and len(row["block_geoid"]) == 15
               and row["block_geoid"][:2] == "99" for row in world.claims)


def test_claims_agree_with_the_households(world):
    number = {code: k for k, code in enumerate(world.households.column("ma_ho"))}
    claimed = np.zeros(len(number), dtype=int)
    best = np.zeros(len(number), dtype=int)
    for row in world.claims:
        claimed[number[row["location_id"]]] += 1
    for row in residential(world.claims):
        k = number[row["location_id"]]
        best[k] = max(best[k], int(row["max_advertised_download_speed"]))
    filed = world.households.times_inside(
        [shape for shape, row in zip(world.communes.shapes, world.communes.rows)
         if row["ma_huyen"] in CLAIMED_DISTRICTS]) > 0
    assert (best[filed] == world.speeds[filed]).all() and not claimed[~filed].any()
    assert (claimed.max(), (claimed > 0).sum(), filed.sum()) == (4, 5296, 6168)
    assert not world.speeds[filed & (claimed == 0)].any()
    assert ((claimed > 0) & (best == 0)).sum() > 50
    zones = world.inside(list(world.fiber.values()))
    assert all(zones[number[row["location_id"]]] for row in residential(world.claims)
               if row["technology"] == "50")


def test_tables_of_communes(world):
    codes = world.communes.column("ma_xa")
    teams, subscriptions = read_csv("teams"), read_csv("subscriptions")
    assert [row["ma_xa"] for row in teams] == [row["ma_xa"] for row in subscriptions] == codes
    assert sum(int(row["formed"]) for row in teams) == 450
    assert sum(int(row["planned"]) for row in teams) == 1050
    assert all(0 <= int(row["formed"]) <= int(row["planned"]) for row in teams)
    assert sum(int(row["subscriptions"]) for row in subscriptions) == 809500
    for shape, row in zip(world.communes.shapes, subscriptions):
        persons = world.persons[world.inside([shape])].sum()
        assert 0.5 < int(row["subscriptions"]) / persons < 1.25


# ---------------------------------------------------------------- the figures of the README

def reached_by_place(world):
    viettel, vnpt = (world.inside([world.fiber[name]]) for name in OPERATORS[:2])
    yield "fiber, both operators together", viettel | vnpt
    yield "fiber, Viettel", viettel
    yield "fiber, VNPT", vnpt
    yield "fiber, both operators", viettel & vnpt
    for generation, shapes in world.generations.items():
        yield f"mobile {generation.upper()}", world.inside(shapes)
    by_operator = [world.inside(shapes) for shapes in world.of_operator.values()]
    for name, reached in zip(("Viettel", "VNPT", "MobiFone"), by_operator):
        yield f"mobile 4G, {name}", reached
    operators = np.sum(by_operator, axis=0)
    yield "mobile 4G, exactly one operator", operators == 1
    yield "mobile 4G, two or more operators", operators >= 2


def reached_within_a_distance(world):
    cables = [world.cables[name].shapes for name in CABLES]
    for title, ask in (("within 150 m of a cable", world.near),
                       ("the same, not across a river",
                        lambda lines, reach: world.near_on_this_bank(lines, reach)[0])):
        viettel, vnpt = (ask(lines, 150) for lines in cables)
        yield f"{title}, Viettel", viettel
        yield f"{title}, VNPT", vnpt
        yield f"{title}, either", viettel | vnpt
    yield "within 300 m of a node", world.near(world.nodes.shapes, 300)


def reached_by_table(world):
    for speed in (25, 100, 1000):
        yield f"advertised {speed:,} Mbit/s or more", world.speeds >= speed
    fast = {row["location_id"] for row in residential(world.claims) if row["technology"] == "50"
            and int(row["max_advertised_download_speed"]) >= 100}
    yield "claimed fiber of 100 Mbit/s or more", np.array(
        [code in fast for code in world.households.column("ma_ho")])


def stated(reached, known, weights):
    n, of = weights[reached & known].sum(), weights[known].sum()
    return [f"{n:,}", "100 %" if n == of else f"{100 * n / of:.2f} %"]


def test_readme_states_who_is_reached(world):
    everywhere = np.ones(len(world.weights), dtype=bool)
    signal = world.signal.at(world.households.xy)
    surveyed = signal != world.signal.nodata
    rows = [(name, reached, everywhere) for find in (reached_by_place, reached_within_a_distance,
                                                     reached_by_table)
            for name, reached in find(world)]
    rows += [("signal of -105 dBm or more, Viettel", signal >= -105, surveyed),
             ("the same indoors, where it is 12 dB weaker", signal >= -93, surveyed),
             ("signal of -110 dBm or more, Viettel", signal >= -110, surveyed)]
    found = {name: stated(reached, known, world.weights) + stated(reached, known, world.persons)
             for name, reached, known in rows}
    assert readme_table("service") == found
    unknown = world.weights[~surveyed].sum(), world.persons[~surveyed].sum()
    assert f"{unknown[0]:,} households with {unknown[1]:,} persons" in \
        " ".join((DATA / "README.md").read_text(encoding="utf-8").split())


def raster_sum(raster, shape):
    """Sum of the cells, each by the part of it inside the shape."""
    ready, total = prep(shape), 0.0
    for row, column in zip(*np.nonzero(raster.cells > 0)):
        cell = raster.box(row, column)
        part = 1.0 if ready.contains(cell) else shape.intersection(cell).area / cell.area
        total += part * float(raster.cells[row, column])
    return total


def test_readme_states_area_roads_and_population(world):
    fiber = unary_union(list(world.fiber.values())).intersection(world.outline)
    mobile = unary_union(world.generations["4g"]).intersection(world.outline)
    measures = (
        ("area, km2", square_kilometres, ".2f"),
        ("roads, km", lambda shape: sum(kilometres(road.intersection(shape))
                                        for road in world.roads.shapes), ".2f"),
        ("population raster, persons", lambda shape: raster_sum(world.population, shape), ".1f"))
    found = {}
    for name, measure, style in measures:
        whole, *parts = (measure(shape) for shape in (world.outline, fiber, mobile))
        found[name] = [f"{whole:,{style}}"]
        for part in parts:
            found[name] += [f"{part:,{style}}", f"{100 * part / whole:.2f} %"]
    assert readme_table("base") == found
