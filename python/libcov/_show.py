"""Reports for people: a line or two, a table with bars, a map.

SPDX-License-Identifier: MIT
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

from ._frames import ColumnLike, ReportLike, need, to_geopandas

if TYPE_CHECKING:
    from matplotlib.axes import Axes  # type: ignore[import-untyped,unused-ignore]

NONE = "\N{EN DASH}"
MORE = "\N{HORIZONTAL ELLIPSIS}"
ROWS_MOST = 60
PARENTS_MOST = 20
INDICATORS_MOST = 8
COLUMNS_TOLD = 6

# what would leave its place in the page, as in covcalc: controls, and overrides of direction
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


# ---------------------------------------------------------------- numbers


def percent(n: int | float | Fraction, of: int | float | Fraction, decimals: int = 1) -> str:
    """Give the share of n in `of` as a text, ``"66.5%"``.

    Rounded half up from the counts themselves, as by the command line; but 100 only where all are
    reached and 0 only where nobody is.
    """
    whole, part = _exact(of), _exact(n)
    if whole <= 0 or part < 0 or part > whole:
        return NONE
    most = 100 * 10**decimals
    units = math.floor(part / whole * most + Fraction(1, 2))
    if units == most and part < whole:
        units -= 1
    if units == 0 and part > 0:
        units = 1
    return f"{Decimal(units).scaleb(-decimals):.{decimals}f}%"


def _exact(number: int | float | Fraction) -> Fraction:
    # of a float the decimal that was meant, not its binary neighbour
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def number(value: int | float | None) -> str:
    """Give a count as a text: ``"223,000"``, of decimals at most three."""
    if value is None:
        return NONE
    if isinstance(value, int):
        return f"{value:,}"
    rounded = Decimal(repr(float(value))).quantize(Decimal("0.001"), ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".")


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True)
class Shown:
    """An indicator: where its numbers are."""

    label: str
    percent: str
    count: str | None
    unknown: str | None


@dataclass(frozen=True)
class Line:
    """A row: what it is called, and where its numbers are."""

    row: int
    level: str
    label: str
    about: str


def _shown(columns: Sequence[ColumnLike]) -> list[Shown]:
    """Give the indicators of the first base; those of others stand behind their measures."""
    bases = [i for i, c in enumerate(columns) if c.role == "measure"]
    own = columns[: bases[1]] if len(bases) > 1 else columns
    by_role = {(c.role, c.indicator): c.name for c in own}
    return [
        Shown(
            c.indicator or c.name,
            c.name,
            by_role.get(("count", c.indicator)),
            by_role.get(("unknown", c.indicator)),
        )
        for c in own
        if c.role == "percent"
    ]


def _only(columns: Sequence[ColumnLike], role: str) -> str | None:
    return next((c.name for c in columns if c.role == role), None)


def _share(data: Mapping[str, Sequence[Any]], measure: str | None, shown: Shown, row: int) -> str:
    """Give a share from its counts; from its percentage where they aren't there."""
    value = data[shown.percent][row]
    if value is None:
        return NONE
    if measure is None or shown.count is None:
        return percent(value, 100)
    of = _exact(data[measure][row])
    if shown.unknown is not None:
        of -= _exact(data[shown.unknown][row])
    n = _exact(data[shown.count][row])
    return percent(n, of)


def _lines(data: Mapping[str, Sequence[Any]], columns: Sequence[ColumnLike]) -> list[Line]:
    """Give all rows their labels, whatever is null in them."""
    ids, names, levels = (_only(columns, role) for role in ("id", "name", "level"))
    parents = [c.name for c in columns if c.role == "parent"]
    lines = []
    for row in range(len(next(iter(data.values()), ()))):
        level = "area" if levels is None else data[levels][row]
        if level in parents:
            above = parents[parents.index(level) + 1 :]
            path = [level, *(str(data[p][row]) for p in above if data[p][row] is not None)]
            lines.append(Line(row, level, _text(data[level][row]), " · ".join(path)))
        elif level == "total":
            lines.append(Line(row, level, "total", ""))
        else:
            name = "" if names is None else data[names][row] or ""
            lines.append(Line(row, "area", _text(data[ids][row] if ids else None), name))
    return lines


def _text(value: Any) -> str:
    return NONE if value is None else str(value)


# ---------------------------------------------------------------- the ledger


def ledger_line(report: ReportLike) -> str:
    """Give the sum that every household is in, as the command line does."""
    ledger = report.ledger
    buckets = [
        ("assigned", "assigned"),
        ("outside", "outside"),
        ("without location", "no_location"),
        ("duplicate", "duplicate"),
        ("rejected", "rejected"),
    ]
    parts = " + ".join(f"{label} {number(ledger[key].weight)}" for label, key in buckets)
    line = f"{report.measure}: read {number(ledger['read'].weight)} = {parts}"
    overlap = ledger["overlap"]
    if overlap.points:
        line += f"; of the assigned {number(overlap.weight)} in more than one area"
    return f"{line}; points: {number(ledger['read'].points)}"


def _unknown_line(
    data: Mapping[str, Sequence[Any]], lines: Sequence[Line], shown: Iterable[Shown]
) -> str | None:
    """Give what is unknown in all, the total being the last row."""
    if not lines:
        return None
    told = [
        f"{s.label} {number(data[s.unknown][lines[-1].row])}"
        for s in shown
        if s.unknown is not None and data[s.unknown][lines[-1].row]
    ]
    return f"unknown: {', '.join(told)} (left out of the shares)" if told else None


# ---------------------------------------------------------------- text


def text(report: ReportLike) -> str:
    """Give a report in a few lines: how much was counted, the shares of all of it, the ledger."""
    data, columns = report.to_dict(), report.columns
    lines, shown = _lines(data, columns), _shown(columns)
    measure = _only(columns, "measure")
    areas = sum(line.level == "area" for line in lines)
    head = f"Report: {areas:,} area{'s' * (areas != 1)}"
    if lines and measure is not None:
        head += f", {number(data[measure][lines[-1].row])} {_plain(report.measure)}"
    width = max((len(_plain(s.label)) for s in shown), default=0)
    shares = [
        f"  {_plain(s.label):{width}}  {_share(data, measure, s, lines[-1].row):>6}"
        for s in shown
        if lines
    ]
    unknown = _unknown_line(data, lines, shown)
    return "\n".join(
        [head, *shares, *([_plain(unknown)] if unknown else []), _plain(ledger_line(report))]
    )


def _plain(value: str) -> str:
    return UNSAFE.sub("?", value)


# ---------------------------------------------------------------- HTML
#
# Styles stand in the elements: some viewers drop <style>, and none of ours may reach theirs.
# Colours of text are those of the page; the others are seen on white and on black.

_FAINT = "rgba(128,128,128,.25)"
_RULE = "rgba(128,128,128,.7)"
_BAR = "#3f87c9"
_CELL = "padding:.15em .6em;vertical-align:top;"
_LEFT = _CELL + "text-align:left;"
_RIGHT = _CELL + "text-align:right;font-variant-numeric:tabular-nums;"


def _safe(value: str) -> str:
    return escape(_plain(value), quote=True)


def _head(label: str, style: str) -> str:
    style += f"border-bottom:1px solid {_RULE};"
    return f'<th scope="col" style="{style}">{_safe(label)}</th>'


def _bar(value: float) -> str:
    """Draw a share; the text beside it says the same, so that readers aloud skip it."""
    width = f"{value:.4f}".rstrip("0").rstrip(".")
    return (
        f'<div aria-hidden="true" style="height:.35em;min-width:5em;background:{_FAINT};">'
        f'<div style="height:100%;width:{width}%;background:{_BAR};"></div></div>'
    )


def _share_cell(value: float | None, share: str, rule: str) -> str:
    if value is None:
        text = f'<span role="img" aria-label="no share" title="no share">{NONE}</span>'
        return f'<td style="{_RIGHT}{rule}">{text}</td>'
    return f'<td style="{_RIGHT}{rule}">{_safe(share)}{_bar(value)}</td>'


def _row(
    data: Mapping[str, Sequence[Any]],
    measure: str | None,
    shown: Sequence[Shown],
    line: Line,
    *,
    about: bool,
    first: bool,
) -> str:
    # the first of a level is set off from what is above it
    rule = f"border-top:1px solid {_RULE};" if first else ""
    weight = "font-weight:normal;" if line.level == "area" else "font-weight:bold;"
    cells = [f'<th scope="row" style="{_LEFT}{weight}{rule}">{_safe(line.label)}</th>']
    if about:
        cells.append(f'<td style="{_LEFT}{rule}">{_safe(line.about)}</td>')
    if measure is not None:
        cells.append(f'<td style="{_RIGHT}{rule}">{number(data[measure][line.row])}</td>')
    cells += [
        _share_cell(data[s.percent][line.row], _share(data, measure, s, line.row), rule)
        for s in shown
    ]
    return f'<tr data-level="{_safe(line.level)}">{"".join(cells)}</tr>'


def _groups(lines: Sequence[Line]) -> list[tuple[list[Line], int]]:
    """Give the lines level by level, each with the number of those that are left out."""
    levels: dict[str, list[Line]] = {}
    for line in lines:
        levels.setdefault(line.level, []).append(line)
    parents = [key for key in levels if key not in ("area", "total")]
    kept = {key: min(len(levels[key]), PARENTS_MOST // len(parents)) for key in parents}
    kept["total"] = len(levels.get("total", ()))
    kept["area"] = ROWS_MOST - sum(kept.values())
    return [(group[: kept[key]], max(0, len(group) - kept[key])) for key, group in levels.items()]


def _body(
    data: Mapping[str, Sequence[Any]],
    lines: Sequence[Line],
    measure: str | None,
    shown: Sequence[Shown],
    about: bool,
) -> str:
    rows: list[str] = []
    width = 1 + about + (measure is not None) + len(shown)
    for group, more in _groups(lines):
        for i, line in enumerate(group):
            rows.append(
                _row(data, measure, shown, line, about=about, first=i == 0 and bool(rows))
            )
        if more:
            rows.append(f'<tr><td colspan="{width}" style="{_LEFT}">{MORE} {more:,} more</td></tr>')
    return f"<tbody>{''.join(rows)}</tbody>"


def _further(columns: Sequence[ColumnLike], seen: set[str]) -> str | None:
    """Give what the table leaves out."""
    names = [c.name for c in columns if c.name not in seen]
    if not names:
        return None
    told = ", ".join(names[:COLUMNS_TOLD]) + (f", {MORE}" if len(names) > COLUMNS_TOLD else "")
    return f"{len(names):,} more column{'s' * (len(names) != 1)} in to_pandas(): {told}"


def html(report: ReportLike) -> str:
    """Give a report as a table with bars, for notebooks.

    At most 60 rows; areas first, then parents, then the total. Without scripts, with every text
    escaped.
    """
    data, columns = report.to_dict(), report.columns
    lines, shown = _lines(data, columns), _shown(columns)
    measure = _only(columns, "measure")
    about = any(line.about for line in lines)
    areas = sum(line.level == "area" for line in lines)
    table = shown[:INDICATORS_MOST]
    seen = {c.name for c in columns if c.role in ("id", "name", "parent", "level")}
    seen |= {measure or ""} | {n for s in table for n in (s.percent, s.count, s.unknown) if n}

    head = [_head(_only(columns, "id") or "", _LEFT)]
    if about:
        head.append(_head(_only(columns, "name") or "", _LEFT))
    if measure is not None:
        head.append(_head(measure, _RIGHT))
    head += [_head(s.label, _RIGHT) for s in table]
    caption = f"Coverage of {areas:,} area{'s' * (areas != 1)}, in percent of {report.measure}"
    below = [
        _unknown_line(data, lines, shown),
        ledger_line(report),
        _further(columns, seen),
    ]
    return (
        '<div style="overflow-x:auto;">'
        '<table style="border-collapse:collapse;">'
        f'<caption style="text-align:left;caption-side:top;">{_safe(caption)}</caption>'
        f"<thead><tr>{''.join(head)}</tr></thead>"
        f"{_body(data, lines, measure, table, about)}</table>"
        + "".join(f'<div style="font-size:smaller;">{_safe(t)}</div>' for t in below if t)
        + "</div>"
    )


# ---------------------------------------------------------------- map


def plot(
    report: ReportLike, indicator: str | None = None, ax: Axes | None = None, **kw: Any
) -> Axes:
    """Draw the areas, coloured by a share, on a scale from 0 to 100 %.

    Parameters
    ----------
    indicator
        The name of an indicator, or of a column of percentages such as ``"persons_fiber_pct"``;
        without it the first.
    ax
        Where to draw; a new figure without it, of size ``figsize``.
    **kw
        ``cmap`` (viridis), ``vmin`` (0), ``vmax`` (100), ``legend`` (True); anything else goes to
        ``GeoDataFrame.plot``.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ImportError
        Where GeoPandas or Matplotlib is missing.
    ValueError
        Where there is no such indicator, or no area has a geometry.
    """
    packages = "geopandas matplotlib"
    need("geopandas", "plot()", packages)
    pyplot = need("matplotlib.pyplot", "plot()", packages)
    shown = _find(report.columns, indicator)
    frame = to_geopandas(report)
    areas = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    if areas.empty:
        raise ValueError("no area has a geometry to draw")
    figsize = kw.pop("figsize", None)
    if ax is None:
        _, ax = pyplot.subplots(figsize=figsize, layout="constrained")
    legend = kw.pop("legend", True)
    scale = pyplot.cm.ScalarMappable(
        pyplot.Normalize(kw.pop("vmin", 0), kw.pop("vmax", 100)), kw.pop("cmap", "viridis")
    )
    kw = {"edgecolor": "white", "linewidth": 0.4, **kw}
    known = areas[areas[shown.percent].notna()]
    _draw_known(known, shown.percent, scale, ax, kw)
    _draw_missing(areas.drop(known.index), ax, legend)
    _frame_map(areas, ax)
    if legend:
        ax.figure.colorbar(scale, ax=ax, shrink=0.7, label=_unit(report, shown))
    _name_map(report, shown, ax)
    return ax


def _find(columns: Sequence[ColumnLike], indicator: str | None) -> Shown:
    """Find the indicator of the first base, else any column of percentages."""
    own = _shown(columns)
    others = [c.name for c in columns if c.role in ("percent", "share")]
    if indicator is None and own:
        return own[0]
    for s in own:
        if indicator in (s.label, s.percent):
            return s
    if indicator is not None and indicator in others:
        return Shown(indicator, indicator, None, None)
    names = ", ".join([s.label for s in own]) or "none"
    raise ValueError(f'there is no indicator "{indicator}" to plot; there are: {names}')


def _draw_known(known: Any, column: str, scale: Any, ax: Any, kw: Mapping[str, Any]) -> None:
    if len(known):
        colours = scale.to_rgba(known[column].to_numpy())
        known.plot(ax=ax, color=colours, aspect=None, **kw)


def _draw_missing(missing: Any, ax: Any, legend: bool) -> None:
    """Draw what has no share apart from any share there is."""
    if not len(missing):
        return
    style = {"facecolor": "lightgrey", "edgecolor": "grey", "hatch": "////", "linewidth": 0.4}
    missing.plot(ax=ax, aspect=None, **style)
    if legend:
        patch = need("matplotlib.patches", "plot()").Patch(**style, label="no share")
        ax.legend(handles=[patch], loc="best", fontsize="small")


def _frame_map(areas: Any, ax: Any) -> None:
    """Set the axes: as long to the east as to the north, in degrees as well."""
    west, south, east, north = areas.total_bounds
    crs = areas.crs
    if crs is not None and crs.is_geographic:
        latitude = math.radians(min(max((south + north) / 2, -89), 89))
        ax.set_aspect(1 / math.cos(latitude))
        ax.set(xlabel="longitude (°)", ylabel="latitude (°)")
        return
    ax.set_aspect("equal")
    unit = f" ({crs.axis_info[0].unit_name})" if crs is not None and crs.axis_info else ""
    ax.set(xlabel=f"easting{unit}" if crs is not None else "x")
    ax.set(ylabel=f"northing{unit}" if crs is not None else "y")


def _unit(report: ReportLike, shown: Shown) -> str:
    return f"% of {report.measure}" if shown.count is not None else "%"


def _name_map(report: ReportLike, shown: Shown, ax: Any) -> None:
    """Say what is shown and what it was counted of."""
    data, columns = report.to_dict(), report.columns
    lines = _lines(data, columns)
    measure = _only(columns, "measure")
    total = _share(data, measure, shown, lines[-1].row)
    of = f" of {report.measure}" if shown.count is not None else ""
    assigned, read = report.ledger["assigned"].weight, report.ledger["read"].weight
    source = f"counted: {number(assigned)} of {number(read)} {report.measure}"
    # names are no mathematics: a dollar stays one
    ax.set_title(f"{_plain(shown.label)}: {total}{_plain(of)}", parse_math=False)
    ax.annotate(
        _plain(source),
        (0, 0),
        (0, -38),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize="small",
        va="top",
        parse_math=False,
    )
