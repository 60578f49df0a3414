"""The engine alone, in memory, against GEOS and random reads of memory (1, 2, 5 and 8).

bench_locate and bench_near measure; their last line tells the figures as JSON.
"""
import json

from .aims import at_least, at_most
from .process import ProcessFailed, measure
from .timing import ratio

TWO_THREADS_FROM = 10_000_000  # households
ASKED = {"communes": ("bench_locate",), "mobile": ("bench_locate",),
         "cables": ("bench_near", "500")}


def locating(bench):
    rows = {(region, what): _ask(bench, region, what)
            for region in bench.size.regions for what in ASKED}
    bench.report.table("rates", f"{bench.size.many:,} households in memory, one thread",
                       [row for row in rows.values() if "rate" in row])
    for region, bound in (("nation", 120), ("province", 45)):
        if region in bench.size.regions:
            _aim_locating(bench, region, bound, rows[region, "communes"])
            bench.report.aim(at_least(5, f"within 500 m of cables, {region}: times GEOS",
                                      _ratio(rows[region, "cables"], "rate", "geos_rate"), 50))
    if "nation" in bench.size.regions:
        _aim_nation(bench, rows["nation", "communes"], rows["province", "communes"])


def _aim_locating(bench, region, bound, row):
    aim = bench.report.aim
    aim(at_least(1, f"locating, {region}: times GEOS prepared", _ratio(row, "rate", "geos_rate"),
                 bound))
    aim(at_least(1, f"locating, {region}: of random line reads", _ratio(row, "rate", "lines"),
                 0.75))
    if bench.size.many >= TWO_THREADS_FROM:
        aim(at_least(1, f"locating, {region}: two threads against one",
                     _ratio(row, "rate_two", "rate"), 1.4))


def _aim_nation(bench, nation, province):
    aim = bench.report.aim
    aim(at_most(2, "index, nation: of GEOS's time to build", _ratio(nation, "build", "geos_build"),
                1.0))
    aim(at_most(2, "index, nation: bytes a vertex", nation.get("bytes_per_vertex"), 32))
    aim(at_most(8, "10,600 communes against 64, per point",
                ratio(province.get("rate"), nation.get("rate")), 3))


def _ratio(row, one, other):
    return ratio(row.get(one), row.get(other))


def _ask(bench, region, what):
    """What a program tells. It fails where it and GEOS disagree."""
    tool, *more = ASKED[what]
    out = bench.data.answer(f"{tool}-{region}-{what}.txt")
    name = f"{region}, {what}"
    argv = [bench.tool(tool), bench.data.layer(region, what), *more,
            bench.data.households(region, bench.size.many, "bin"), bench.size.geos_points]
    try:
        measure(argv, out)
    except ProcessFailed as error:
        bench.report.disagree(f"{name}: {error}\n{out.read_text()}")
        return {}
    return {"name": name, **json.loads(out.read_text().splitlines()[-1])}
