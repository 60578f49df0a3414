"""The parts of a run. Each measures, compares and tells its aims; none fails by time."""
import json
import subprocess
from contextlib import ExitStack

from . import peers
from .aims import at_least, at_most
from .bench import human
from .cluster import Cluster, binaries
from .contest import Contender
from .counts import TOLERANCE
from .jobs import counting, job, phases, read_rows, whole
from .process import ProcessFailed, measure
from .table import lay_out, short
from .timing import ratio

FORMATS = ("shp", "gpkg", "fgb", "csv")


# ---------------------------------------------------------------- locating, 1, 2, 5 and 8

def locating(bench):
    """The engine alone, in memory, against GEOS: bench_locate and bench_near tell."""
    n, found = bench.points[-1], {}
    for region in bench.regions:
        points = bench.data.households(region, n, "bin")
        for what in ("communes", "mobile"):
            told = _tell(bench, f"{region}: {what}", "bench_locate",
                         bench.data.layer(region, what), points)
            found[region, what] = told
        _tell_near(bench, region, points)
    for region, bound in (("nation", 120), ("province", 45)):
        told = found.get((region, "communes"))
        if told:
            _aim_locating(bench, region, bound, told, n)
    if "nation" in bench.regions and "province" in bench.regions:
        cost = ratio(found["province", "communes"]["rate"], found["nation", "communes"]["rate"])
        bench.report.aim(at_most(8, "10,600 against 64 communes, per point", cost, 3))


def _aim_locating(bench, region, bound, told, n):
    aim = bench.report.aim
    if "geos_rate" in told:
        aim(at_least(1, f"locating, {region}: times GEOS prepared",
                     ratio(told["rate"], told["geos_rate"]), bound))
    aim(at_least(1, f"locating, {region}: of random line reads", ratio(told["rate"], told["lines"]),
                 0.75))
    if n >= 10_000_000:
        aim(at_least(1, f"locating, {region}: two threads against one",
                     ratio(told["rate_two"], told["rate"]), 1.4))
    if region == "nation":
        aim(at_most(2, "index, nation: of GEOS's time to build",
                    ratio(told["build"], told["geos_build"]), 1.0))
        aim(at_most(2, "index, nation: bytes a vertex", told["bytes_per_vertex"], 32))


def _tell_near(bench, region, points):
    told = _tell(bench, f"{region}: within 500 m of cables", "bench_near",
                 bench.data.layer(region, "cables"), "500", points)
    if told and "geos_rate" in told:
        bench.report.aim(at_least(5, f"within 500 m of cables, {region}: times GEOS",
                                  ratio(told["rate"], told["geos_rate"]), 50))


def _tell(bench, title, tool, *arguments):
    """What a program says, and its last line: the same as JSON. Its status tells disagreement."""
    out = bench.data.answer(f"{tool}.txt")
    try:
        measure([bench.tool(tool), *arguments], out)
    except ProcessFailed as error:
        bench.report.disagree(f"{title}: {error}")
        print(out.read_text())
        return {}
    *said, last = out.read_text().splitlines()
    told = json.loads(last)
    print(f"\n{title}\n  " + "\n  ".join(said), flush=True)
    for name, value in told.items():
        bench.report.figure(title, name, value, "")
    return told


# ---------------------------------------------------------------- reading, 3 and 8

def reading(bench):
    """Whole runs with a fiber and a mobile layer, against GDAL merely reading the households."""
    for region in bench.regions:
        seconds = {}
        for n in bench.points:
            seconds[n] = _read_all(bench, region, n)
        _show_phases(bench, region, bench.points[-1])
        for n in bench.points:
            if 10 * n in seconds:
                grown = ratio(seconds[10 * n], seconds[n])
                bench.report.aim(at_most(
                    8, f"whole run, {region}, shp: {human(10 * n)} against {human(n)}", grown, 10))


def _read_all(bench, region, n):
    contenders = []
    for extension in FORMATS:
        path = bench.data.households(region, n, extension)
        contenders.append(whole(bench, region, path, f"covcalc, whole run, {extension}"))
        ways = ("features",) if extension == "csv" else ("features", "arrow")
        contenders += [_reader(bench, path, way) for way in ways]
    title = f"{region}, {human(n)} households, fiber and 4g"
    timings = bench.report.contest(title, contenders)
    if region == "province":
        _aim_reading(bench, n, timings)
    own = timings.get("covcalc, whole run, shp")
    return own.seconds if own else float("nan")


def _reader(bench, path, way):
    name = {"features": "GDAL's features", "arrow": "GDAL's Arrow stream"}[way]
    return Contender(f"{name} merely read, {path.suffix[1:]}",
                     [bench.tool("bench_read"), way, path], bench.data.answer(f"read-{way}.txt"))


def _aim_reading(bench, n, timings):
    def against(extension, way):
        one, other = (timings.get(name) for name in
                      (f"covcalc, whole run, {extension}", f"{way} merely read, {extension}"))
        return ratio(one.seconds, other.seconds) if one and other else None

    bound = {1_000_000: 0.6, 10_000_000: 0.2}.get(n)
    value = against("shp", "GDAL's features")
    if bound and value is not None:
        bench.report.aim(at_most(3, f"whole run, {human(n)}, shp: of GDAL's features", value,
                                 bound))
    for extension in ("gpkg", "fgb"):
        value = against(extension, "GDAL's Arrow stream")
        if n == 10_000_000 and value is not None:
            bench.report.aim(at_most(3, f"whole run, {human(n)}, {extension}: of the Arrow stream",
                                     value, 1.3))


def _show_phases(bench, region, n):
    contender = whole(bench, region, bench.data.households(region, n))
    measure(phases(contender.argv), contender.out)
    told = [line.split() for line in open(f"{contender.out}.err", encoding="utf-8")
            if line.split()[2:3] == ["s"]]
    rows = [(" ".join(words[3:]), words[1]) for words in told]
    for name, value in rows:
        bench.report.figure(f"phases, {region}, {n}", name, float(value), "s")
    title = f"phases of a whole run, {region}, {human(n)}, shp"
    print("\n" + "\n".join(lay_out((title, "seconds"), rows)), flush=True)


# ---------------------------------------------------------------- peers, 4

BOUNDS = {1_000_000: {"PostGIS, join alone": 8, "GeoPandas sjoin, shapely 2": 40,
                      "QGIS count points in polygon": 25},
          10_000_000: {"PostGIS, join alone": 40, "GeoPandas sjoin, shapely 2": 300,
                       "QGIS count points in polygon": 100}}


def against_peers(bench):
    """What people use to count persons by commune."""
    sizes = bench.points if bench.points[0] <= peers.SQLITE_LIMIT else \
        [peers.SQLITE_LIMIT, *bench.points]
    with ExitStack() as stack:
        cluster = _start_cluster(bench, stack)
        for region in bench.regions:
            for n in sizes:
                only_sqlite = n not in bench.points
                if not only_sqlite or region == "province":
                    _hold(bench, region, n, cluster, only_sqlite)


def _start_cluster(bench, stack):
    programs = binaries()
    if programs is None:
        return None
    cluster = stack.enter_context(Cluster(programs))
    bench.report.machine["versions"]["PostGIS"] = cluster.sql("select postgis_full_version()")
    return cluster


def _hold(bench, region, n, cluster, only_sqlite):
    with peers.scratch() as folder:
        found = {} if only_sqlite else {
            "PostGIS": peers.postgis(bench, region, n, cluster),
            "GeoPandas": peers.geopandas(bench, region, n),
            "QGIS": peers.qgis(bench, region, n, folder),
            "SpatiaLite": peers.spatialite(bench, region, n, folder)}
        if n <= peers.SQLITE_LIMIT and region == "province":
            found["ogr2ogr"] = peers.ogr_sqlite(bench, region, n, folder)
        for name, contender in found.items():
            if contender is None:
                bench.report.miss(f"{name}: {peers.PACKAGES[name]}")
        households = bench.data.households(region, n)
        contenders = [counting(bench, region, households),
                      *filter(None, found.values()),
                      whole(bench, region, households, "covcalc, fiber and 4g as well")]
        timings = bench.report.contest(f"{region}, {human(n)} households by commune", contenders)
    _aim_peers(bench, region, n, timings)


def _aim_peers(bench, region, n, timings):
    own = timings.get("covcalc")
    for name, bound in BOUNDS.get(n, {}).items():
        if own and name in timings:
            bench.report.aim(at_least(4, f"{region}, {human(n)}: times faster than {name}",
                                      ratio(timings[name].seconds, own.seconds), bound))


# ---------------------------------------------------------------- rasters, 6

def rasters(bench):
    """What a raster adds to a run, against merely reading it; fractional sums."""
    for region in bench.regions:
        raster = bench.data.layer(region, "raster")
        households = bench.data.households(region, bench.points[0])
        reader = Contender("GDAL merely reads the raster",
                           [bench.tool("bench_read"), "raster", raster],
                           bench.data.answer("read-raster.txt"))
        threshold = job(bench, region, households, "covcalc, with a raster's threshold",
                        ["--service", f"4g={raster},min=0.5"])
        timings = bench.report.contest(
            f"{region}, {human(bench.points[0])} households, 5,000 x 5,000 cells",
            [reader, counting(bench, region, households), threshold])
        if len(timings) == 3:
            read, without, with_raster = (t.seconds for t in timings.values())
            bench.report.aim(at_most(6, f"a raster's threshold, {region}: of reading the raster",
                                     ratio(with_raster - without, read), 1.3))
        _sums(bench, region, raster)


def _sums(bench, region, raster):
    out = bench.data.answer(f"covcalc-{region}-sums.csv")
    own = Contender("covcalc --base population=raster",
                    [bench.covcalc, bench.data.layer(region, "communes"), "--id", "code", "--base",
                     f"population={raster}", "-q", "--overwrite", "-o", out],
                    out.with_suffix(".out"), lambda: read_rows(out, "population"))
    peer = peers.exactextract(bench, region)
    if peer is None:
        bench.report.miss(f"exactextract: {peers.PACKAGES['exactextract']}")
    timings = bench.report.contest(f"{region}, fractional sums of 5,000 x 5,000 cells",
                                   [own, *filter(None, [peer])], TOLERANCE)
    if len(timings) == 2:
        one, other = (t.seconds for t in timings.values())
        bench.report.aim(at_most(6, f"fractional sums, {region}: of exactextract's time",
                                 ratio(one, other), 1.0))
