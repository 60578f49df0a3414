"""A country: 27,000,000 households, 3,321 communes, 8 services, two cores (7)."""
from .aims import at_most
from .bench import human
from .contest import Contender
from .timing import Timing, ratio

UNKNOWN = Timing(None, None, None, None, 0)


def country(bench):
    """Against what cat takes for the same files; memory against that of fewer households."""
    services = [(f"{kind}/{who}", bench.data.layer("country", layer, bench.data.seed + 1 + i))
                for kind, layer in (("fiber", "fiber"), ("4g", "mobile"))
                for i, who in enumerate("abcd")]
    few, many = (_run(bench, services, n) for n in (bench.size.few, bench.size.country))
    cat = _cat(bench, services)
    timings = bench.report.contest(
        f"a country, {human(bench.size.country)} households, 8 services", [cat, many, few])
    read, whole, small = (timings.get(each.name, UNKNOWN) for each in (cat, many, few))
    limit = read.seconds and 3 * read.seconds + 5
    bench.report.aim(at_most(7, "a country: time, of 3 x that of cat + 5 s",
                             ratio(whole.seconds, limit), 1.0))
    bench.report.aim(at_most(7, f"a country: peak memory, of {human(bench.size.few)} households",
                             ratio(whole.megabytes, small.megabytes), 1.1))


def _cat(bench, services):
    households = bench.data.households("country", bench.size.country)
    inputs = [bench.data.layer("country", "communes"), *(path for _, path in services),
              households, households.with_suffix(".dbf")]
    return Contender("cat of the files", ["sh", "-c", 'cat "$@" >/dev/null', "cat", *inputs],
                     bench.data.answer("cat.out"))


def _run(bench, services, n):
    out = bench.data.answer(f"country-{n}.csv")
    more = [word for name, path in services for word in ("--service", f"{name}={path}")]
    return Contender(f"covcalc, {human(n)} households",
                     [bench.covcalc, bench.data.layer("country", "communes"),
                      bench.data.households("country", n), "--id", "code", "--weight", "hh_size",
                      "--threads", "2", *more, "-q", "--overwrite", "-o", out],
                     out.with_suffix(".out"))
