"""Whole runs with a fiber and a mobile layer, against GDAL merely reading the households (3, 8)."""
from .aims import at_most
from .bench import human
from .contest import Contender
from .jobs import phases, whole
from .process import measure
from .timing import of_time, ratio

WAYS = {"features": "GDAL's features", "arrow": "GDAL's Arrow stream"}
FEATURES = {1_000_000: 0.6, 10_000_000: 0.2}  # a run on a shapefile, of GDAL's feature loop
ARROW = {10_000_000: 1.3}  # on others, of its Arrow stream


def reading(bench):
    sizes = sorted({bench.size.few, bench.size.many})
    for region in bench.size.regions:
        runs = [_hold(bench, region, n) for n in sizes]
        _tell_phases(bench, region, bench.size.many)
        for n, few, many in zip(sizes, runs, runs[1:]):
            what = f"{region}: time for {human(10 * n)} by that for {human(n)}"
            bench.report.aim(at_most(8, what, ratio(many, few), 10))


def _hold(bench, region, n):
    """Seconds of the run on a shapefile."""
    contenders = []
    for extension, ways in _formats(bench, region, n).items():
        path = bench.data.households(region, n, extension)
        contenders.append(whole(bench, region, path, _run(extension)))
        contenders += [_reader(bench, path, way) for way in ways]
    timings = bench.report.contest(f"{region}, {human(n)} households, fiber and 4g", contenders)
    if region == "province":
        _aim_reading(bench, n, timings)
    own = timings.get(_run("shp"))
    return own and own.seconds


def _formats(bench, region, n):
    """And the ways to merely read them. They differ alike everywhere: one region has them all; and
    what is as slow as CSV is read of few households."""
    if region != "province":
        return {"shp": ("features",)}
    csv = {"csv": ("features",)} if n == bench.size.few else {}
    return {"shp": WAYS, "gpkg": WAYS, "fgb": WAYS, **csv}


def _aim_reading(bench, n, timings):
    for extension, way, bounds in (("shp", "features", FEATURES), ("gpkg", "arrow", ARROW),
                                   ("fgb", "arrow", ARROW)):
        if n in bounds:
            value = of_time(timings, _run(extension), _merely(way, extension))
            bench.report.aim(at_most(3, f"whole run, {human(n)}, {extension}: of {WAYS[way]}",
                                     value, bounds[n]))


def _run(extension):
    return f"covcalc, {extension}"


def _merely(way, extension):
    return f"{WAYS[way]}, {extension}"


def _reader(bench, path, way):
    return Contender(_merely(way, path.suffix[1:]), [bench.tool("bench_read"), way, path],
                     bench.data.answer(f"read-{way}.txt"))


def _tell_phases(bench, region, n):
    """As --verbose says them: "time: 0.123 s read areas"."""
    contender = whole(bench, region, bench.data.households(region, n))
    measure(phases(contender.argv), contender.out)
    with open(f"{contender.out}.err", encoding="utf-8") as file:
        told = [line.split() for line in file]
    bench.report.table("phases", f"{region}, {human(n)} households: phases of covcalc, shp",
                       [{"name": " ".join(words[3:]), "seconds": float(words[1])}
                        for words in told if words[2:3] == ["s"]])
