"""The parts of a report, which are what its JSON holds, as Markdown."""
from .table import lay_out, short
from .timing import ratio

MARK = "<!-- Below, everything is written by bench.py --results. -->"


def rewrite(path, parts):
    """Everything below the mark."""
    head, mark, _ = path.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{path} has no line {MARK}")
    path.write_text("\n".join([head + MARK, "", *_all(parts)]) + "\n", encoding="utf-8")


def _all(parts):
    lines = summary(parts) + _machines(parts)
    for name, part in parts.items():
        lines += ["", f"## {name.capitalize()}", "",
                  f"{part['started']}, seed {part['seed']}, load {part['load']:.1f}."]
        for table in part["tables"]:
            lines += ["", *show(table)]
    return lines


def summary(parts):
    """What is to be reached, what is missing, and what went wrong."""
    aims = sorted((aim for part in parts.values() for aim in part["aims"]),
                  key=lambda aim: aim["item"])
    rows = [(aim["what"], aim["item"], short(aim["value"]), aim["wanted"], aim["verdict"])
            for aim in aims]
    lines = ["## What to reach", "", *lay_out(("ratio", "item", "is", "aim", ""), rows)]
    for title, key in (("Missing", "missing"), ("Trouble", "trouble")):
        found = dict.fromkeys(line for part in parts.values() for line in part[key])
        lines += ["", f"{title}:", "", *(f"- {line}" for line in found)] if found else []
    return lines


def _machines(parts):
    """One, unless parts were measured elsewhere, or with other programs."""
    lines = []
    for machine in {repr(part["machine"]): part["machine"] for part in parts.values()}.values():
        names = [name for name, part in parts.items() if part["machine"] == machine]
        lines += ["", f"## Machine of {', '.join(names)}", "",
                  *(f"- {name}: {value or 'missing'}" for name, value in machine.items())]
    return lines


def show(table):
    """A table with its title."""
    note = ["", table["note"]] if table["note"] else []
    return [f"### {table['title']}", "", *TABLES[table["kind"]](table["rows"]), *note]


def _times(rows):
    first = rows[0]["seconds"] if rows else None
    return lay_out(("", "seconds", "from-to", "runs", "peak MB", "ratio"), [
        (row["name"], short(row["seconds"]), f"{short(row['low'])}-{short(row['high'])}",
         row["runs"], _whole(row["megabytes"]), short(ratio(row["seconds"], first)))
        for row in rows])


def _whole(number):
    return None if number is None else f"{number:,.0f}"


def _phases(rows):
    return lay_out(("", "seconds"), [(row["name"], f"{row['seconds']:.3f}") for row in rows])


def _rates(rows):
    """Points a second, of the engines in memory."""
    def millions(row, key):
        return short(row[key] / 1e6) if key in row else None
    return lay_out(
        ("", "M/s", "2 threads", "GEOS", "times", "of lines", "build s", "of GEOS", "B/vertex"), [
            (row["name"], millions(row, "rate"), millions(row, "rate_two"),
             millions(row, "geos_rate"), short(ratio(row["rate"], row.get("geos_rate"))),
             short(ratio(row["rate"], row.get("lines"))), short(row.get("build")),
             short(ratio(row.get("build"), row.get("geos_build"))),
             short(row.get("bytes_per_vertex")))
            for row in rows])


TABLES = {"times": _times, "phases": _phases, "rates": _rates}
