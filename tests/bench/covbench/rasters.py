"""What a raster adds to a run, against merely reading it; fractional sums by commune (6)."""
from . import peers
from .aims import at_most
from .bench import human
from .contest import Contender
from .counts import TOLERANCE
from .jobs import counting, job, read_rows
from .timing import of_time, ratio

READER, WITHOUT, WITH = "GDAL merely reads the raster", "covcalc", "covcalc, a raster's threshold"
OWN_SUMS = "covcalc --base population=raster"


def rasters(bench):
    for region in bench.size.regions:
        _threshold(bench, region)
        _sums(bench, region)


def _threshold(bench, region):
    raster = bench.data.layer(region, "raster")
    households = bench.data.households(region, bench.size.few)
    timings = bench.report.contest(
        f"{region}, {human(bench.size.few)} households, 5,000 x 5,000 cells", [
            Contender(READER, [bench.tool("bench_read"), "raster", raster],
                      bench.data.answer("read-raster.txt")),
            counting(bench, region, households, WITHOUT),
            job(bench, region, households, WITH, ["--service", f"4g={raster},min=0.5"])])
    bench.report.aim(at_most(6, f"a raster's threshold, {region}: of reading the raster",
                             _added(timings), 1.3))


def _added(timings):
    """Of the time of merely reading."""
    if not {READER, WITHOUT, WITH} <= timings.keys():
        return None
    return ratio(timings[WITH].seconds - timings[WITHOUT].seconds, timings[READER].seconds)


def _sums(bench, region):
    raster = bench.data.layer(region, "raster")
    out = bench.data.answer(f"covcalc-{region}-sums.csv")
    own = Contender(OWN_SUMS,
                    [bench.covcalc, bench.data.layer(region, "communes"), "--id", "code", "--base",
                     f"population={raster}", "-q", "--overwrite", "-o", out],
                    out.with_suffix(".out"), lambda: read_rows(out, "population"))
    peer = peers.exactextract(bench, region)
    if peer is None:
        bench.report.miss(f"exactextract: {peers.PACKAGES['exactextract']}")
    timings = bench.report.contest(f"{region}, fractional sums of 5,000 x 5,000 cells",
                                   [own, *filter(None, [peer])], TOLERANCE)
    bench.report.aim(at_most(6, f"fractional sums, {region}: of exactextract's time",
                             of_time(timings, OWN_SUMS, peers.EXACTEXTRACT), 1.0))
