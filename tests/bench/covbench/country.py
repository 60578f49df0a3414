"""A country: 27,000,000 households, 3,321 communes, 8 services, two cores (7)."""
from .aims import at_most
from .bench import ROOT, human
from .contest import Contender
from .timing import ratio

HOUSEHOLDS, SMALL = 27_000_000, 1_000_000
REAL = ROOT.parent / "shared" / "data" / "vn-communes-2025" / "vn_communes_2025_60m.fgb.zip"


def country(bench, communes=None, households=HOUSEHOLDS):
    """Against what cat takes for the same files; memory against fewer households."""
    areas, code = _communes(bench, communes or REAL)
    services = [(f"{kind}/{who}", bench.data.layer("nation", layer, bench.data.seed + 1 + i))
                for kind, layer in (("fiber", "fiber"), ("4g", "mobile"))
                for i, who in enumerate("abcd")]
    points = {n: bench.data.households("nation", n) for n in (households, min(SMALL, households))}
    small, large = (_run(bench, areas, code, services, n, path)
                    for n, path in sorted(points.items()))
    inputs = [areas, *(path for _, path in services), points[households],
              points[households].with_suffix(".dbf")]
    inputs = [str(path).removeprefix("/vsizip/") for path in inputs]
    cat = Contender("cat of the files", ["sh", "-c", 'cat "$@" >/dev/null', "cat", *inputs],
                    bench.data.answer("cat.out"))
    timings = bench.report.contest(f"a country, {human(households)} households x 8 services",
                                   [cat, large, small])
    if len(timings) == 3:
        read, whole, few = (timings[each.name] for each in (cat, large, small))
        bench.report.aim(at_most(7, "a country: of 3 x cat + 5 s",
                                 ratio(whole.seconds, 3 * read.seconds + 5), 1.0))
        bench.report.aim(at_most(7, f"a country: peak memory, of {human(SMALL)} households",
                                 ratio(whole.megabytes, few.megabytes), 1.1))


def _communes(bench, real):
    if real.exists():
        path = f"/vsizip/{real}" if real.suffix == ".zip" else str(real)
        return path, "ma_xa"
    print(f"{real} isn't there: the communes are generated ones")
    return bench.data.layer("nation", "communes"), "code"


def _run(bench, areas, code, services, n, households):
    out = bench.data.answer(f"country-{n}.csv")
    more = [word for name, path in services for word in ("--service", f"{name}={path}")]
    return Contender(f"covcalc, {human(n)}",
                     [bench.covcalc, areas, households, "--id", code, "--weight", "hh_size",
                      "--invalid", "fix", "--threads", "2", *more, "-q", "--overwrite", "-o", out],
                     out.with_suffix(".out"))
