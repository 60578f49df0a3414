"""What covcalc is asked."""
from .contest import Contender
from .counts import read


def counting(bench, region, households, name="covcalc"):
    """Persons of each commune, which all peers can count."""
    return job(bench, region, households, name, [])


def whole(bench, region, households, name="covcalc", services=None):
    """And the share of them that one fiber and one mobile layer reach."""
    if services is None:
        services = ["--fiber", bench.data.layer(region, "fiber"),
                    "--service", f"4g={bench.data.layer(region, 'mobile')}"]
    return job(bench, region, households, name, services)


def job(bench, region, households, name, services):
    out = bench.data.answer(f"covcalc-{region}-{_plain(name)}.csv")
    argv = [bench.covcalc, bench.data.layer(region, "communes"), households, "--id", "code",
            "--weight", "hh_size", *services, "-q", "--overwrite", "-o", out]
    return Contender(name, argv, out.with_suffix(".out"), lambda: read_rows(out, "hh_size"))


def read_rows(path, column):
    """Of communes: the row of the total has no code."""
    return read(path, "code", column)


def phases(argv):
    """The same, telling its phases."""
    return [word if word != "-q" else "-v" for word in argv]


def _plain(name):
    return "".join(c if c.isalnum() else "-" for c in name)
