"""Every kind of service and of base over the demonstration province, counted a second time.

SPDX-License-Identifier: MIT

Points are counted exactly and have to be equal, in every commune, district and in total; areas,
roads and the population raster to the tolerance stated at each. The other engine is GEOS, GDAL and
plain arithmetic (kinds_province.py); what the figures are in all is tested in test_demo_sources.py.
"""
import csv
from decimal import Decimal

import numpy as np
import pytest
from osgeo import gdal

from demo_province import PROVINCE, Layer, Points, Raster, square_kilometres
from kinds import (UNKNOWN, Base, Best, Expected, Rows, both, compare_ledgers, either,
                   every, missing, neither, number, read_result, result, run)
from kinds_province import Places, answer, answers_of, cells_of, level, lines_of, pieces

OPERATORS = ("mobifone", "viettel", "vnpt")
MOBILE = tuple(f"4g/{o}" for o in OPERATORS)
CLAIMED = "technology=50 & max_advertised_download_speed>=100 & business_residential_code!='B'"
SIGNALS = {"outdoor": dict(minimum=-105), "indoor": dict(minimum=-105, indoor=12),
           "weak": dict(minimum=-110),
           "sure": dict(minimum=-105, indoor=4.5, sigma=8, probability=90),
           "half": dict(minimum=-97.5, sigma=8, probability=50)}


def shp(name):
    return PROVINCE / f"{name}.shp"


def shapes(name, **where):
    layer = Layer(name)
    return [s for s, row in zip(layer.shapes, layer.rows)
            if all(row[c] == v for c, v in where.items())]


def table(name):
    with open(PROVINCE / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Province:
    def __init__(self):
        communes = Layer("communes")
        order = sorted(range(len(communes.rows)), key=lambda k: communes.rows[k]["ma_xa"])
        self.ids = [communes.rows[k]["ma_xa"] for k in order]
        self.shapes = [communes.shapes[k] for k in order]
        districts = [communes.rows[k]["ma_huyen"] for k in order]
        self.rows = Rows(self.ids, [("ma_huyen", districts)])
        self.households = Points("households")
        self.places = Places(self.households.xy)
        self.owner = self.places.owner(self.shapes)
        self.signal, self.population = Raster("rsrp_viettel"), Raster("population")
        self.zones = {f"fiber/{o}": shapes(f"fiber_{o}") for o in OPERATORS[1:]}
        self.zones.update({f"4g/{o}": shapes("mobile", network=o) for o in OPERATORS})
        self.bases = {}

    def column(self, name):
        return np.array(self.households.column(name))

    def measures(self, answers, names=("households", "nhan_khau")):
        """The households, and the persons as `persons`."""
        called = {"nhan_khau": "persons"}
        return [Base(called.get(n, n), self.column(n), self.owner, answers) for n in names]

    def points(self, name, answers):
        """A base of points: one each. `answers` is told the places."""
        places = Places(Points(name).xy)
        return Base(name, np.ones(len(places.xy), int), places.owner(self.shapes),
                    answers(places))


@pytest.fixture(scope="module")
def province():
    return Province()


def job(*args, households=True):
    begin = [shp("communes"), *([shp("households"), "--weight", "households"] if households else []),
             "--id", "ma_xa", "--name", "ten_xa", "--parent", "ma_huyen"]
    return [*begin, *args]


def polygon_services():
    return ["--fiber", f"viettel={shp('fiber_viettel')}", "--fiber", f"vnpt={shp('fiber_vnpt')}",
            "--service", f"4g/*={shp('mobile')},split=network"]


def union_and_each(technology, names):
    return {technology: either(*names), **{n: either(n) for n in names}}


FIBER = ("fiber/viettel", "fiber/vnpt")
BY_PLACE = {**union_and_each("fiber", FIBER), **union_and_each("4g", MOBILE)}

QUESTIONS = {
    "sdg": ("best(4g/*)", Best(*(either(n) for n in MOBILE))),
    "either": ("any(fiber, 4g/v*)", either(*FIBER, "4g/viettel", "4g/vnpt")),
    "every": ("all(4g/*)", every(*MOBILE)),
    "two": ("count(4g/*) == 2", number(2, 2, *MOBILE)),
    "one_of_five": ("count(4g/*, fiber/*) <= 1", number(0, 1, *MOBILE, *FIBER)),
    "mixed": ("fiber & !4g/vnpt", both(either(*FIBER), neither(either("4g/vnpt"))))}
CLASSES = {"4g_white": number(0, 0, *MOBILE), "4g_grey": number(1, 1, *MOBILE),
           "4g_black": number(2, 9, *MOBILE)}


def asked(questions):
    return [a for name, (text, _) in questions.items() for a in ("--indicator", f"{name}={text}")]


def compare(found, province, bases, indicators, more=None):
    expected = Expected(province.rows, bases, indicators)
    if more:
        more(expected)
    expected.compare(found, "ma_xa", others=["ten_xa"])
    compare_ledgers(found, bases)


# ---------------------------------------------------------------- points

def by_place(province):
    return lambda places: {s: places.inside(z) for s, z in province.zones.items()}


def test_operators_over_households_persons_and_facilities(province, tmp_path):
    """By operator, any, all, exactly k, at most k, the best, classes, over five bases of points."""
    answers = by_place(province)
    names = ("commune_centres", "schools", "clinics", "fiber_nodes")
    found = result(tmp_path, *job(*polygon_services(), "--base", "persons=column:nhan_khau",
                                  *(a for n in names for a in ("--base", f"{n}={shp(n)}")),
                                  *asked(QUESTIONS), "--indicator", "classes(4g)"))
    bases = [*province.measures(answers(province.places)),
             *(province.points(n, answers) for n in names)]
    indicators = {**BY_PLACE, **{n: ask for n, (_, ask) in QUESTIONS.items()}, **CLASSES}
    compare(found, province, bases, indicators)


def test_generations(province, tmp_path):
    """Technologies without operators: each is an operator of its own in best()."""
    names = ("2g", "3g", "4g")
    found = result(tmp_path, *job(*(a for g in names
                                    for a in ("--service", f"{g}={shp('mobile_' + g)}")),
                                  "--base", "persons=column:nhan_khau",
                                  "--indicator", "mobile=any(2g, 3g, 4g)",
                                  "--indicator", "best=best(3g, 4g)"))
    answers = {g: province.places.inside(shapes(f"mobile_{g}")) for g in names}
    indicators = {**{g: either(g) for g in names}, "mobile": either(*names),
                  "best": Best(either("3g"), either("4g"))}
    compare(found, province, province.measures(answers), indicators)


NETWORKS = {"cable/viettel": ("cables_viettel", 150), "cable/vnpt": ("cables_vnpt", 150),
            "node": ("fiber_nodes", 300)}


def near(reach, barriers=()):
    """The answers within distances of networks: {service: (shapes, metres)}."""
    return lambda places: {s: places.within(network, metres, barriers)
                           for s, (network, metres) in reach.items()}


@pytest.mark.parametrize("barrier", [False, True])
def test_distance(province, tmp_path, barrier):
    """To the cables of two operators and to their nodes, from households and from schools."""
    names = tuple(NETWORKS)[:2] if barrier else tuple(NETWORKS)
    over = f",except={shp('rivers')}" if barrier else ""
    services = [a for n in names for file, metres in [NETWORKS[n]]
                for a in ("--service", f"{n}={shp(file)},within={metres}m{over}")]
    found = result(tmp_path, *job(*services, "--base", "persons=column:nhan_khau",
                                  "--base", f"schools={shp('schools')}",
                                  "--indicator", "classes(cable)"))
    answers = near({n: (shapes(NETWORKS[n][0]), NETWORKS[n][1]) for n in names},
                   shapes("rivers") if barrier else ())
    cables = names[:2]
    indicators = {**union_and_each("cable", cables), **{n: either(n) for n in names[2:]},
                  "cable_white": number(0, 0, *cables), "cable_grey": number(1, 1, *cables),
                  "cable_black": number(2, 2, *cables)}
    bases = [*province.measures(answers(province.places)), province.points("schools", answers)]
    compare(found, province, bases, indicators)


def test_distance_where_a_split_and_a_filter_choose_the_nodes(province, tmp_path):
    """Nodes of one file by operator, and cables of one class; distances in km and feet."""
    found = result(tmp_path, *job(
        "--service", f"node/*={shp('fiber_nodes')},within=0.25km,split=operator",
        "--service", f"feeder={shp('cables_vnpt')},within=500ft,where=loai = 'truc'"))
    answers = near({**{f"node/{o}": (shapes("fiber_nodes", operator=o), 250)
                       for o in ("VNPT", "Viettel")},
                    "feeder": (shapes("cables_vnpt", loai="truc"), 152.4)})
    indicators = {**union_and_each("node", ("node/VNPT", "node/Viettel")),
                  "feeder": either("feeder")}
    compare(found, province, province.measures(answers(province.places), ["households"]),
            indicators)


@pytest.mark.parametrize("smooth", [False, True])
def test_signal(province, tmp_path, smooth):
    """Thresholds, losses and margins, from cells and between them; the sheet that was not surveyed
    is unknown for households, persons and schools alike. Between cells whole levels are met
    exactly, and it would be rounding that decides."""
    aside = 0.03710003 if smooth else 0.0

    def source(minimum, **options):
        text = "".join(f",{k}={v}" for k, v in options.items())
        return f"{PROVINCE / 'rsrp_viettel.tif'},min={minimum - aside}{text}{',bilinear' * smooth}"

    def answers(places):
        return {n: places.signal(province.signal, level(**rule) - aside, smooth)
                for n, rule in SIGNALS.items()}

    found = result(tmp_path, *job(*(a for n, rule in SIGNALS.items()
                                    for a in ("--service", f"{n}={source(**rule)}")),
                                  "--base", "persons=column:nhan_khau",
                                  "--base", f"schools={shp('schools')}",
                                  "--indicator", "three=count(outdoor, indoor, weak, sure) >= 3",
                                  "--indicator", "tiers=profile(weak, indoor)"))
    indicators = {**{n: either(n) for n in SIGNALS},
                  "three": number(3, 4, "outdoor", "indoor", "weak", "sure"),
                  "tiers_unserved": neither(either("weak")),
                  "tiers_underserved": both(either("weak"), neither(either("indoor"))),
                  "tiers_served": either("indoor")}
    compare(found, province, [*province.measures(answers(province.places)),
                              province.points("schools", answers)], indicators)


def test_unknown_with_polygons(province, tmp_path):
    """One service known by polygons where it reaches, and by a raster: a yes counts before an
    unknown one, and that before a no; Kleene's logic with another service."""
    zones = shapes("mobile", network="viettel")
    found = result(tmp_path, *job(
        "--service", f"4g/viettel={shp('mobile')},where=network='viettel'",
        "--service", f"4g/viettel={PROVINCE / 'rsrp_viettel.tif'},min=-95",
        "--service", f"4g/vnpt={shp('mobile')},where=network = 'vnpt'",
        "--indicator", "alone=4g/viettel & !4g/vnpt", "--indicator", "sdg=best(4g/*)",
        "--indicator", "classes(4g)"))
    places = province.places
    answers = {"4g/viettel": np.maximum(places.inside(zones),
                                        places.signal(province.signal, -95)),
               "4g/vnpt": places.inside(shapes("mobile", network="vnpt"))}
    names = ("4g/viettel", "4g/vnpt")
    assert (answers["4g/viettel"] == UNKNOWN).any()
    indicators = {**union_and_each("4g", names),
                  "alone": both(either(names[0]), neither(either(names[1]))),
                  "sdg": Best(*(either(n) for n in names)), "4g_white": number(0, 0, *names),
                  "4g_grey": number(1, 1, *names), "4g_black": number(2, 2, *names)}
    compare(found, province, province.measures(answers, ["households"]), indicators)


# ---------------------------------------------------------------- columns and tables

def claims():
    """Who claims fiber of 100 Mbit/s for residents, and who anything."""
    rows = table("claims")
    fast = {r["location_id"] for r in rows if r["technology"] == "50" and
            int(r["max_advertised_download_speed"]) >= 100 and r["business_residential_code"] != "B"}
    return fast, {r["location_id"] for r in rows}


def test_speeds_and_claims(province, tmp_path):
    """Conditions on a column, the regulator's table, speed tiers, unserved and underserved."""
    speeds = (25, 100, 1000)
    key = f"{PROVINCE / 'claims.csv'},key=location_id"
    found = result(tmp_path, *job(
        *(a for s in speeds for a in ("--service", f"dl{s}=column:down_mbps>={s}")),
        "--service", "middle=column:down_mbps>20 & down_mbps != 50 & households<=10",
        "--service", f"claim={key},if={CLAIMED}", "--service", f"listed={key}",
        "--household-id", "ma_ho", "--tiers", "dl25,dl100,dl1000", "--tiers", "listed,claim",
        "--base", "persons=column:nhan_khau", "--base", f"schools={shp('schools')}",
        "--indicator", "profile(dl25, dl100)"))
    down, households = province.column("down_mbps"), province.column("households")
    fast, listed = (np.array([c in chosen for c in province.households.column("ma_ho")])
                    for chosen in claims())
    answers = {**{f"dl{s}": answer(down >= s) for s in speeds},
               "middle": answer((down > 20) & (down != 50) & (households <= 10)),
               "claim": answer(fast), "listed": answer(listed)}
    indicators = {**{n: either(n) for n in answers}, "unserved": neither(either("dl25")),
                  "underserved": both(either("dl25"), neither(either("dl100"))),
                  "served": either("dl100")}
    nobody_knows = lambda places: {n: np.full(len(places.xy), UNKNOWN) for n in answers}  # noqa: E731
    compare(found, province, [*province.measures(answers),
                              province.points("schools", nobody_knows)], indicators)


def test_targets_and_ratios(province, tmp_path):
    def more(expected):
        teams, subscriptions = ({r["ma_xa"]: r for r in table(n)}
                                for n in ("teams", "subscriptions"))
        each = [int(subscriptions[i]["subscriptions"]) for i in province.ids]
        persons = np.zeros(len(province.ids), int)
        np.add.at(persons, province.owner, province.column("nhan_khau"))
        expected.add_target("fiber_80pct_missing", either(*FIBER), "4/5")
        expected.add_target("fiber_66.5471pct_missing", either(*FIBER), "0.665471")
        expected.add_target("weak_missing", either("weak"), "0.95")
        expected.add_ratio("teams", [int(teams[i]["formed"]) for i in province.ids],
                           [int(teams[i]["planned"]) for i in province.ids])
        expected.add_ratio("subs", each, persons.tolist(), per=100)

    found = result(tmp_path, *job(
        "--fiber", f"viettel={shp('fiber_viettel')}", "--fiber", f"vnpt={shp('fiber_vnpt')}",
        "--service", f"weak={PROVINCE / 'rsrp_viettel.tif'},min=-110",
        "--base", "persons=column:nhan_khau", "--target", "fiber>=80%,with=30000",
        "--target", "fiber>=66.5471%", "--target", "weak>=95 %",
        "--ratio", f"teams={PROVINCE / 'teams.csv'},key=ma_xa,n=formed,of=planned",
        "--ratio", f"subs={PROVINCE / 'subscriptions.csv'},key=ma_xa,n=subscriptions,"
                   "of=base:persons,per=100"))
    answers = {f"fiber/{o}": province.places.inside(shapes(f"fiber_{o}")) for o in OPERATORS[1:]}
    answers["weak"] = province.places.signal(province.signal, -110)
    compare(found, province, province.measures(answers),
            {**union_and_each("fiber", FIBER), "weak": either("weak")}, more)
    target = found["libcov"]["targets"][0]
    assert (target["missing"], target["with"]) == (30000, 30000)


def test_what_is_missing_in_all_areas(province, tmp_path):
    """The sum over the communes, each brought to the share by itself."""
    found = result(tmp_path, *job("--fiber", f"viettel={shp('fiber_viettel')}",
                                  "--fiber", f"vnpt={shp('fiber_vnpt')}", "--target", "fiber>=80%"))
    areas = [f["properties"] for f in found["features"] if f["properties"]["level"] == "area"]
    assert len(areas) == len(province.ids)
    target = found["libcov"]["targets"][0]
    assert target["missing_in_areas"] == sum(missing(a["fiber_n"], a["households"], "4/5")
                                             for a in areas) == \
        sum(a["fiber_missing"] for a in areas)


def test_statuses(province, tmp_path):
    """Homes passed and homes connected are services of their own; a bare name means either."""
    found = result(tmp_path, *job(
        "--service", f"fiber/viettel:passed={shp('fiber_viettel')}",
        "--service", f"fiber/vnpt:passed={shp('fiber_vnpt')}",
        "--service", "fiber/vnpt:connected=column:down_mbps>=300",
        "--service", "wireless:planned=column:down_mbps=0",
        "--indicator", "uptake=fiber:passed & fiber:connected",
        "--indicator", "twice=all(fiber/*:passed)", "--indicator", "classes(fiber:passed)"))
    down = province.column("down_mbps")
    names = ("fiber/viettel:passed", "fiber/vnpt:passed")
    answers = {names[0]: province.places.inside(shapes("fiber_viettel")),
               names[1]: province.places.inside(shapes("fiber_vnpt")),
               "fiber/vnpt:connected": answer(down >= 300), "wireless:planned": answer(down == 0)}
    connected = either("fiber/vnpt:connected")
    indicators = {"fiber:passed": either(*names), **{n: either(n) for n in names},
                  "fiber:connected": connected, "fiber/vnpt:connected": connected,
                  "wireless:planned": either("wireless:planned"),
                  "uptake": both(either(*names), connected), "twice": every(*names),
                  "fiber:passed_white": number(0, 0, *names),
                  "fiber:passed_grey": number(1, 1, *names),
                  "fiber:passed_black": number(2, 2, *names)}
    compare(found, province, province.measures(answers, ["households"]), indicators)


def test_tiers_that_are_not_nested(province, tmp_path):
    """The error tells how many households contradict it, the first commune and its number."""
    down, weights = province.column("down_mbps"), province.column("households")
    wrong = (down >= 100) & (down < 200)
    first = min(province.owner[wrong])
    done = run(*job("--service", "wide=column:down_mbps>=200",
                    "--service", "narrow=column:down_mbps>=100", "--tiers", "wide,narrow"), code=3)
    said = done.stderr.decode()
    assert str(weights[wrong].sum()) in said.replace(",", "")
    assert province.ids[first] in said
    assert str(weights[wrong & (province.owner == first)].sum()) in said.replace(",", "")


def test_csv_says_the_same(province, tmp_path):
    """Every number of the CSV is that of the GeoJSON, which the other tests compare."""
    out = [tmp_path / n for n in ("out.csv", "out.geojson")]
    run(*job(*polygon_services(), "--base", "area", "--base", f"schools={shp('schools')}",
             "--service", f"signal={PROVINCE / 'rsrp_viettel.tif'},min=-105",
             "--target", "fiber>=80%", "--ratio",
             f"teams={PROVINCE / 'teams.csv'},key=ma_xa,n=formed,of=planned"),
        "-q", "-o", out[0], "-o", out[1])
    with open(out[0], encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    features = [f["properties"] for f in read_result(out[1])["features"]]
    assert len(rows) == len(features) and list(rows[0]) == list(features[0])
    for row, properties in zip(rows, features):
        for column, value in properties.items():
            assert row[column] == ("" if value is None else row[column] if
                                   isinstance(value, Decimal) else value)
            assert not isinstance(value, Decimal) or Decimal(row[column]) == value, column


# ---------------------------------------------------------------- area, roads, population

SIGNAL = "signal"
NEAR = "near"


@pytest.fixture(scope="module")
def cut(province):
    return pieces(province.shapes, province.zones)


def constant(slack):
    """A tolerance in units of the base, for each area of a row."""
    return lambda ask, rows: [slack * len(areas) for areas in rows]


def test_area(province, cut, tmp_path):
    """To 30 square metres a commune: each of its up to 30 pieces is rounded to a square metre."""
    found = result(tmp_path, *job(*polygon_services(), "--base", "area", *asked(QUESTIONS),
                                  "--indicator", "classes(4g)"))
    answers = by_place(province)(province.places)
    area = Base("area", [square_kilometres(p.shape) if p.shape.geom_type == "Polygon" else
                         sum(map(square_kilometres, p.shape.geoms)) for p in cut],
                [p.area for p in cut], answers_of(cut, province.zones), unit="km2",
                slack=constant(3e-5))
    indicators = {**BY_PLACE, **{n: ask for n, (_, ask) in QUESTIONS.items()}, **CLASSES}
    compare(found, province, [*province.measures(answers, ["households"]), area], indicators)


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """The levels a little to the east: as they are, corners of their cells are the centres of those
    of the population, and rounding would decide."""
    path = tmp_path_factory.mktemp("moved") / "rsrp.tif"
    gdal.Translate(str(path), str(PROVINCE / "rsrp_viettel.tif"))
    raster = gdal.Open(str(path), gdal.GA_Update)
    transform = list(raster.GetGeoTransform())
    transform[0] += 0.0007
    transform[3] += 0.0004
    raster.SetGeoTransform(transform)
    return path


def place_answers(levels, places):
    """What is asked at the middle of a slice of road, and at the centre of a cell."""
    return {NEAR: places.within(shapes("cables_viettel"), 150),
            SIGNAL: places.signal(Raster(levels), -105)}


def place_services(levels):
    return ["--service", f"{NEAR}={shp('cables_viettel')},within=150m",
            "--service", f"{SIGNAL}={levels},min=-105"]


def test_population_raster(province, cut, moved, tmp_path):
    """Cells divided by polygons, asked at their centre for all else, to a hundredth of a person."""
    found = result(tmp_path, *job(*polygon_services(), *place_services(moved), "--base",
                                  f"people={PROVINCE / 'population.tif'}",
                                  "--indicator", f"both=fiber & {NEAR}", "--indicator",
                                  "classes(4g)", households=False))
    parts = list(cells_of(province.population, cut))
    where = [p for p, _, _ in parts]
    answers = {**answers_of(where, province.zones),
               **place_answers(moved, Places([c for _, _, c in parts]))}
    people = Base("people", [w for _, w, _ in parts], [p.area for p in where], answers,
                  slack=constant(1e-3))
    indicators = {**BY_PLACE, NEAR: either(NEAR), SIGNAL: either(SIGNAL),
                  "both": both(either(*FIBER), either(NEAR)), **CLASSES}
    compare(found, province, [people], indicators)


class Roads(Base):
    """Polygons cut a road to the metre; of what is asked in the middle of slices each change
    along the road is uncertain by half a slice, theirs and ours."""

    def allowance(self, ask, rows):
        if ask is None or isinstance(ask, Best):
            return [0.001 * len(areas) for areas in rows]
        found = ask(self.answers)
        change = np.flatnonzero(np.diff(found) != 0)
        uncertain = np.zeros(max(map(max, rows)) + 1)
        np.add.at(uncertain, self.owner[change], 0.018)
        np.add.at(uncertain, self.owner[change + 1], 0.018)
        return [uncertain[list(areas)].sum() + 0.05 * len(areas) for areas in rows]


def test_roads(province, cut, moved, tmp_path):
    found = result(tmp_path, *job(*polygon_services(), *place_services(moved), "--base",
                                  f"roads={shp('roads')}", "--indicator", f"both=fiber & {NEAR}",
                                  "--indicator", "sdg=best(4g/*)", households=False))
    parts = list(lines_of(Layer("roads"), cut, 0.01))
    where = [p for p, _, _ in parts]
    answers = {**answers_of(where, province.zones),
               **place_answers(moved, Places([c for _, _, c in parts]))}
    roads = Roads("roads", [w for _, w, _ in parts], [p.area for p in where], answers, unit="km")
    roads.slack = roads.allowance
    indicators = {**BY_PLACE, NEAR: either(NEAR), SIGNAL: either(SIGNAL),
                  "both": both(either(*FIBER), either(NEAR)),
                  "sdg": Best(*(either(n) for n in MOBILE))}
    compare(found, province, [roads], indicators)
