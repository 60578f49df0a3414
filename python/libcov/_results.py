"""What reports are made of, and what their columns are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Count(NamedTuple):
    """Points, and the households they stand for."""

    points: int
    weight: int | float


class Note(NamedTuple):
    """Something that a person should know; kind is "info" or "warning"."""

    kind: str
    text: str


class Indicator(NamedTuple):
    """A question asked of every household."""

    name: str
    expression: str


class Counted(NamedTuple):
    """What is counted: households, or a further base with its unit ("km", "km2", None)."""

    name: str
    unit: str | None


class Gap(NamedTuple):
    """What is missing to a target: in total, and with each area brought to the share by itself."""

    indicator: str
    share: float
    missing: int | float
    missing_in_areas: int | float
    connections: int


class Field(NamedTuple):
    """A column of a report.

    `role` is id, name, parent, level; measure; count, percent, unknown of an `indicator`; missing
    of a target; above, below, share or rate of a ratio. The columns of a further base stand behind
    its measure.
    """

    name: str
    role: str
    indicator: str | None


_OF_INDICATOR = {"_n": "count", "_pct": "percent", "_unknown": "unknown"}
_OF_RATIO = {"_n": "above", "_of": "below", "_pct": "share"}


def _safe(name: str) -> str:
    """A name of an indicator as it stands in names of columns."""
    return "".join(c if ord(c) > 127 or c.isalnum() or c in "_-." else "_" for c in name)


def _expected(report: Any) -> list[tuple[str, str, str | None]]:
    """Name, role and indicator of all columns there could be."""
    out: list[tuple[str, str, str | None]] = [(report.id_column, "id", None)]
    out += [(report.name_column, "name", None)]
    out += [(level, "parent", None) for level in report.levels] + [("level", "level", None)]
    for number, base in enumerate(report.bases):
        measure = base.name if base.unit is None else f"{base.name}_{base.unit}"
        out.append((measure if number == 0 else _safe(measure), "measure", None))
        before = "" if number == 0 else _safe(base.name) + "_"
        for one in report.indicators:
            stem = before + _safe(one.name)
            out += [(stem + end, role, one.name) for end, role in _OF_INDICATOR.items()]
    for gap in report.gaps:
        stem = _safe(gap.indicator)
        several = f"{stem}_{100 * gap.share:.4f}".rstrip("0").rstrip(".") + "pct_missing"
        out += [(name, "missing", gap.indicator) for name in (f"{stem}_missing", several)]
    for ratio in report.ratios:
        stem = _safe(ratio)
        out += [(stem + end, role, None) for end, role in _OF_RATIO.items()]
    return out


def fields(report: Any, columns: list[str]) -> list[Field]:
    """What each column of a report is; what is not expected is the rate of a ratio."""
    roles: dict[str, tuple[str, str | None]] = {}
    for name, role, indicator in _expected(report):
        roles.setdefault(name, (role, indicator))
    return [Field(name, *roles.get(name, ("rate", None))) for name in columns]


def same_rows(one: Mapping[str, list[Any]], other: Mapping[str, list[Any]]) -> bool:
    """Equal columns, in order."""
    return list(one) == list(other) and all(one[name] == other[name] for name in one)
