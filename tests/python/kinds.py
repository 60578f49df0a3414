"""Whole runs of covcalc over several bases, counted a second time from plain arrays.

A base is a list of items: each has a weight, an area, and for every service an answer, NO, UNKNOWN
or YES. With these numbers Kleene's logic is arithmetic: and is min, or is max, not is 2 - x. What a
run writes is compared column by column; a column that is missing or too many is a difference.
"""
import json
import os
import subprocess
from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np

COVCALC = os.environ["COVCALC"]
NO, UNKNOWN, YES = 0, 1, 2


# ---------------------------------------------------------------- questions

def either(*names):
    return lambda answers: np.max([answers[n] for n in names], axis=0)


def every(*names):
    return lambda answers: np.min([answers[n] for n in names], axis=0)


def number(low, high, *names):
    """Between `low` and `high` of the services."""
    def ask(answers):
        yes = np.sum([answers[n] == YES for n in names], axis=0)
        most = yes + np.sum([answers[n] == UNKNOWN for n in names], axis=0)
        surely, never = (yes >= low) & (most <= high), (most < low) | (yes > high)
        return np.where(surely, YES, np.where(never, NO, UNKNOWN))
    return ask


def both(a, b):
    return lambda answers: np.minimum(a(answers), b(answers))


def neither(a):
    return lambda answers: 2 - a(answers)


class Best:
    """The greatest share of a row."""

    def __init__(self, *asks):
        self.asks = asks


# ---------------------------------------------------------------- bases

class Base:
    """Weights are whole numbers of 10^-digits where counts must be equal, else any numbers, with
    the tolerance of a count of `changes` items."""

    def __init__(self, name, weights, owner, answers, digits=0, unit=None, slack=None):
        self.name, self.unit, self.digits, self.slack = name, unit, digits, slack
        self.weights, self.owner = np.asarray(weights), np.asarray(owner)
        self.answers = {s: np.asarray(a) for s, a in answers.items()}

    def column(self):
        return f"{self.name}_{self.unit}" if self.unit else self.name

    def sums(self, chosen, rows):
        """The weight of the chosen items in each row, given as arrays of its areas."""
        inside = chosen & (self.owner >= 0)
        n = max(map(max, rows)) + 1
        kind = float if self.slack else np.int64
        each = np.zeros(n, kind)
        np.add.at(each, self.owner[inside], self.weights[inside].astype(kind))
        return [each[list(areas)].sum().item() for areas in rows]

    def share(self, ask, rows):
        """[(n, unknown)] of each row."""
        if isinstance(ask, Best):
            of = self.sums(np.ones(len(self.weights), bool), rows)
            shares = [self.share(a, rows) for a in ask.asks]
            return [max((s[r] for s in shares), key=lambda c: ratio(c[0], of[r] - c[1]))
                    for r in range(len(rows))]
        found = ask(self.answers)
        return list(zip(self.sums(found == YES, rows), self.sums(found == UNKNOWN, rows)))


def ratio(n, of):
    return Fraction(n) / Fraction(of) if of > 0 else Fraction(-1)


def percent(n, of):
    """100 n / of with 4 decimals, half up, the ends reserved for none and all."""
    if of == 0:
        return None
    units = int(Fraction(n) * 1_000_000 / Fraction(of) + Fraction(1, 2))
    units = min(units, 999_999) if n != of else units
    return Decimal(max(units, 1) if n != 0 else units) / 10_000


def missing(n, of, share):
    return max(0, ceil(Fraction(share) * Fraction(of)) - n)


# ---------------------------------------------------------------- runs

def run(*args, code=0):
    done = subprocess.run([COVCALC, *map(str, args)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=600)
    assert done.returncode == code, done.stderr.decode()
    return done


def result(folder, *args):
    out = folder / "out.geojson"
    run(*args, "-q", "-o", out, "--overwrite")
    return read_result(out)


def read_result(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)


def plain(name):
    """The name of an indicator as part of that of a column."""
    return "".join(c if c.isalnum() or c in "_-." else "_" for c in name)


class Rows:
    """The rows of a report: areas by id, parents by their path, the total."""

    def __init__(self, ids, parents=()):
        """`parents`: [(column, id of each area)], nearest first."""
        self.areas = {}
        for k, code in enumerate(ids):
            self.add("area", (code,), k)
            for level, (column, _) in enumerate(parents):
                self.add(column, tuple(values[k] for _, values in parents[level:]), k)
            self.add("total", (), k)
        self.columns = [column for column, _ in parents]

    def add(self, level, path, area):
        self.areas.setdefault((level, path), []).append(area)

    def key(self, properties, id_column):
        level = properties["level"]
        if level == "area":
            return level, (properties[id_column],)
        if level == "total":
            return level, ()
        at = self.columns.index(level)
        return level, tuple(properties[c] for c in self.columns[at:])


class Expected:
    """The columns of a run: {column: value of each row}."""

    def __init__(self, rows, bases, indicators):
        self.rows, self.bases = rows, bases
        self.areas = list(rows.areas.values())
        self.columns, self.near = {}, {}
        for place, base in enumerate(bases):
            self.add_base(base, indicators, first=place == 0)

    def put(self, column, values, base=None, slack=None):
        assert column not in self.columns, f"{column} twice"
        self.columns[column] = values
        if base is not None and base.slack:
            self.near[column] = (base, slack)

    def add_base(self, base, indicators, first):
        of = base.sums(np.ones(len(base.weights), bool), self.areas)
        self.put(base.column(), of, base, base.slack and base.slack(None, self.areas))
        total = list(self.rows.areas).index(("total", ()))
        for name, ask in indicators.items():
            shares = base.share(ask, self.areas)
            stem = plain(name) if first else f"{base.name}_{plain(name)}"
            if not first and shares[total][1] >= of[total] > 0:
                continue  # nothing is known: no columns
            slack = base.slack and base.slack(ask, self.areas)
            self.put(stem + "_n", [n for n, _ in shares], base, slack)
            self.put(stem + "_pct", [None if base.slack else percent(n, of[r] - u)
                                     for r, (n, u) in enumerate(shares)], base, None)
            if shares[total][1] > 0:
                self.put(stem + "_unknown", [u for _, u in shares], base, slack)

    def add_target(self, column, ask, share):
        base = self.bases[0]
        of = base.sums(np.ones(len(base.weights), bool), self.areas)
        self.put(column, [missing(n, of[r] - u, share)
                          for r, (n, u) in enumerate(base.share(ask, self.areas))])

    def add_ratio(self, name, above, below, per=None):
        """Above and below the line for each area."""
        n = [sum(above[k] for k in areas) for areas in self.areas]
        of = [sum(below[k] for k in areas) for areas in self.areas]
        self.put(name + "_n", n)
        self.put(name + "_of", of)
        if per is None:
            self.put(name + "_pct", [percent(*pair) for pair in zip(n, of)])
        else:
            self.put(f"{name}_per{per}", [Decimal(int(Fraction(int(a) * per * 10000, int(b))
                                                      + Fraction(1, 2))) / 10000
                                          for a, b in zip(n, of)])

    # -------------------------------------------------------- comparison

    def compare(self, found, id_column, others=()):
        """Every number of every row; `others` are columns that aren't numbers."""
        given = {self.rows.key(f["properties"], id_column): f["properties"]
                 for f in found["features"]}
        assert len(given) == len(found["features"]), "a row stands twice"
        assert given.keys() == self.rows.areas.keys()
        known = {id_column, "level", *self.rows.columns, *others}
        for r, key in enumerate(self.rows.areas):
            properties = given[key]
            assert set(properties) - known == set(self.columns), key
            for column, values in self.columns.items():
                self.compare_value(key, column, properties, values[r], r)

    def compare_value(self, key, column, properties, value, r):
        got = properties[column]
        base, slack = self.near.get(column, (None, None))
        if base is None:
            assert got == value, (key, column, got, value)
        elif slack is None:
            self.compare_percent(key, column, properties, base)
        else:
            assert abs(float(got) - value) <= slack[r], (key, column, got, value)

    @staticmethod
    def compare_percent(key, column, properties, base):
        """Of what is not counted exactly: the percentage of the numbers beside it."""
        stem = column.removesuffix("_pct")
        of = properties[base.column()] - properties.get(stem + "_unknown", 0)
        assert properties[column] == percent(properties[stem + "_n"], of), (key, column)


def compare_ledgers(found, bases):
    """What was read is what was assigned and what wasn't, for every base that is counted exactly."""
    manifest = found["libcov"]
    ledgers = [manifest, *manifest.get("bases", [])]
    assert len(ledgers) == len(bases)
    for base, ledger in zip(bases, ledgers):
        whole = ledger["ledger"]
        assert whole["read"] == sum(w for bucket, w in whole.items() if bucket != "read")
        if base.slack is None:
            one = Decimal(10) ** -base.digits
            assert whole["read"] == int(base.weights.sum()) * one
            assert whole["assigned"] == int(base.weights[base.owner >= 0].sum()) * one
            assert ledger["ledger_points"]["read"] == len(base.weights)
