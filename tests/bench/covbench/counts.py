"""Counts by commune, as each program writes them, and where they differ."""
import csv

TOLERANCE = 1e-6  # of fractional sums: covcalc's are millionths


def read(path, code, value, delimiter=",", header=True):
    """{code: number} of two columns: their names, or their numbers where there is no header."""
    with open(path, newline="", encoding="utf-8") as file:
        lines = csv.DictReader(file, delimiter=delimiter) if header else \
            csv.reader(file, delimiter=delimiter)
        pairs = ((row[code], row[value]) for row in lines if row)
        return {int(key): _number(text) for key, text in pairs if key}


def _number(text):
    number = float(text or 0)
    return int(number) if number.is_integer() else number


def differences(one, other, tolerance=0.0):
    """Lines that say where; a commune that isn't told has none."""
    lines = []
    for code in sorted(one.keys() | other.keys()):
        a, b = one.get(code, 0), other.get(code, 0)
        if abs(a - b) > tolerance * max(1, abs(a), abs(b)):
            lines.append(f"commune {code}: {a:,} and {b:,}")
    return lines


def disagreements(answers, tolerance=0.0):
    """Of everybody with the first one: a line each."""
    if not answers:
        return []
    (first, expected), *others = answers.items()
    lines = []
    if not any(expected.values()):
        lines.append(f"{first} counted nothing")
    for name, answer in others:
        found = differences(expected, answer, tolerance)
        if found:
            lines.append(f"{first} and {name} differ in {len(found)} communes; {found[0]}")
    return lines
