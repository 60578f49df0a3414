"""What people see of a report. SPDX-License-Identifier: MIT"""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from fakes import Column, Count, FakeReport, province, square

from libcov import _show

VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
ATTRIBUTES = {"style", "scope", "colspan", "role", "aria-label", "aria-hidden", "title"}
ATTRIBUTES |= {"data-level"}
ALLOWED = {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "span"}


class Page(HTMLParser):
    """Reads a page, fails where an element isn't closed, collects rows and bars."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.rows: list[list[str]] = []
        self.levels: list[str | None] = []
        self.bold: list[bool] = []
        self.bars: list[list[str]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        assert tag not in VOID and len(told) == len(attrs)
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes |= set(told)
        if tag == "tr":
            self.rows.append([])
            self.bars.append([])
            self.levels.append(told.get("data-level"))
        if tag in ("th", "td"):
            self.rows[-1].append("")
        if tag == "th" and told["scope"] == "row":
            self.bold.append("font-weight:bold;" in told["style"])
        found = re.search(r"(?<![-\w])width:([^;]*)%;", told.get("style") or "")
        if found:
            self.bars[-1].append(found[1])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.open and {"th", "td"} & set(self.open):
            self.rows[-1][-1] += data


def country(areas: int, levels: int = 1, indicators: int = 1) -> FakeReport:
    """Areas of one household, two parents a level, the total."""
    parents = [(f"p{i}", [f"{i}{j}" for j in range(40)]) for i in range(levels)]
    n = areas + 40 * levels + 1
    level = ["area"] * areas + [name for name, _ in parents for _ in range(40)] + ["total"]
    columns = [(Column("id", "id"), [f"{i:05}" for i in range(areas)] + [None] * (n - areas))]
    for i, (name, ids) in enumerate(parents):
        values = ["x"] * n
        values[areas + 40 * i : areas + 40 * (i + 1)] = ids
        columns.append((Column(name, "parent"), values))
    columns.append((Column("level", "level"), level))
    columns.append((Column("households", "measure"), [1] * n))
    for k in range(indicators):
        columns.append((Column(f"s{k}_n", "count", f"s{k}"), [1] * n))
        columns.append((Column(f"s{k}_pct", "percent", f"s{k}"), [100.0] * n))
    return FakeReport(columns)


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("n", "of", "text"),
    [
        (0, 3, "0.0%"),
        (3, 3, "100.0%"),
        (2, 3, "66.7%"),
        (999_999, 1_000_000, "99.9%"),
        (1, 1_000_000, "0.1%"),
        (1, 2000, "0.1%"),
        (66_549_999, 100_000_000, "66.5%"),  # 66.5500 with four decimals
        (0.1, 0.3, "33.3%"),
        (0.3, 0.3, "100.0%"),
        (0, 0, "–"),
        (2, 1, "–"),
    ],
)
def test_percent_is_that_of_the_command_line(n, of, text):
    assert _show.percent(n, of) == text


def test_percent_against_fractions():
    for of in range(1, 130):
        for n in range(of + 1):
            tenths = Fraction(_show.percent(n, of)[:-1]) * 10
            assert (tenths == 1000) == (n == of) and (tenths == 0) == (n == 0)
            if 0 < tenths < 1000 and tenths not in (1, 999):
                assert -Fraction(1, 2) < tenths - Fraction(1000 * n, of) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0"), (223000, "223,000"), (1234.5, "1,234.5"), (0.0005, "0.001"), (2.0, "2")],
)
def test_number(value, text):
    assert _show.number(value) == text


# ---------------------------------------------------------------- text


def test_text():
    assert _show.text(province()).splitlines() == [
        "Report: 3 areas, 3,000 households",
        "  fiber        70.8%",
        "  4g/viettel  100.0%",
        "unknown: 4g/viettel 1,000 (left out of the shares)",
        "households: read 3,020 = assigned 3,000 + outside 20 + without location 0 + duplicate 0"
        " + rejected 0; points: 25",
    ]


def test_overlap_is_told():
    report = province()
    report.ledger = {**report.ledger, "overlap": Count(2, 17)}
    assert "of the assigned 17 in more than one area" in _show.text(report)
    assert "of the assigned 17 in more than one area" in _show.html(report)


# ---------------------------------------------------------------- HTML


def test_html_rows():
    page = Page(_show.html(province()))
    assert page.rows == [
        ["ma_xa", "ten_xa", "households", "fiber", "4g/viettel"],
        ["00123", "Xã Trúc & Lâm", "2,000", "99.9%", "100.0%"],
        ["00124", "", "0", "–", "–"],
        ["<script>alert(1)</script>", 'Ấp "Đước" ?', "1,000", "12.5%", "–"],
        ["012", "ma_huyen", "3,000", "70.8%", "100.0%"],
        ["total", "", "3,000", "70.8%", "100.0%"],
    ]
    assert page.levels == [None, "area", "area", "area", "ma_huyen", "total"]
    assert page.bold == [False, False, False, True, True]
    assert "4 more columns in to_pandas(): persons, " in page.text


def test_html_bars_are_the_shares():
    report = province()
    data = report.to_dict()
    bars = Page(_show.html(report)).bars[1:]
    for row, found in enumerate(bars):
        shares = [data[c][row] for c in ("fiber_pct", "4g_viettel_pct")]
        assert [float(width) for width in found] == [s for s in shares if s is not None]


def test_html_has_nothing_that_acts():
    page = _show.html(province())
    parsed = Page(page)
    assert parsed.tags <= ALLOWED
    assert parsed.attributes <= ATTRIBUTES
    assert "<script" not in page and "\u202e" not in page and "url(" not in page


@pytest.mark.parametrize("text", ['"><img src=x onerror=a>', "</table>", "' onclick='", "&lt;b&gt;"])
def test_html_escapes_every_text(text):
    report = FakeReport(
        [
            (Column(text + "i", "id"), [text, None, None]),
            (Column(text + "n", "name"), [text, None, None]),
            (Column(text + "p", "parent"), [text, text, None]),
            (Column("level", "level"), ["area", text + "p", "total"]),
            (Column(text + "m", "measure"), [1, 1, 1]),
            (Column(text + "_n", "count", text), [1, 1, 1]),
            (Column(text + "_pct", "percent", text), [100.0, 100.0, 100.0]),
            (Column(text + "_missing", "missing", text), [0, 0, 0]),
        ]
    )
    report.measure = text
    page = Page(_show.html(report))
    assert page.tags <= ALLOWED and page.attributes <= ATTRIBUTES
    assert page.levels == [None, "area", text + "p", "total"]
    assert page.rows[0] == [text + "i", text + "n", text + "m", text]
    assert page.rows[1][:2] == [text, text]
    assert page.rows[2][:2] == [text, text + "p"]


@pytest.mark.parametrize("levels", [0, 1, 2, 3])
def test_html_is_short(levels):
    page = Page(_show.html(country(5000, levels)))
    body = page.rows[1:]
    more = [row[0] for row in body if row[0].startswith("…")]
    told = [level for level in page.levels[1:] if level is not None]
    assert len(told) <= 60 and told[-1] == "total"
    assert {f"p{i}" for i in range(levels)} <= set(told)
    assert sum(int(m.strip("… more").replace(",", "")) for m in more) + len(told) == (
        5000 + 40 * levels + 1
    )


def test_html_of_few_areas_leaves_nothing_out():
    page = Page(_show.html(country(59, 0)))
    assert len(page.rows) == 61 and "…" not in page.text


def test_html_is_narrow():
    page = Page(_show.html(country(1, 0, 30)))
    assert len(page.rows[0]) == 2 + _show.INDICATORS_MOST
    assert f"{2 * (30 - _show.INDICATORS_MOST)} more columns" in page.text


def test_parents_of_one_id_are_told_apart():
    report = FakeReport(
        [
            (Column("id", "id"), ["1", "2", None, None, None]),
            (Column("district", "parent"), ["01", "01", "01", "01", None]),
            (Column("province", "parent"), ["91", None, "91", None, None]),
            (Column("level", "level"), ["area", "area", "district", "district", "total"]),
            (Column("households", "measure"), [1, 1, 1, 1, 2]),
        ]
    )
    rows = Page(_show.html(report)).rows
    assert rows[3][:2] == ["01", "district · 91"] and rows[4][:2] == ["01", "district"]


# ---------------------------------------------------------------- map


@pytest.fixture
def pyplot():
    matplotlib = pytest.importorskip("matplotlib")
    pytest.importorskip("geopandas")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_plot_says_what_it_shows(pyplot, tmp_path):
    ax = _show.plot(province())
    assert ax.get_title() == "fiber: 70.8% of households"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("longitude (°)", "latitude (°)")
    assert [t.get_text() for t in ax.texts] == ["counted: 3,000 of 3,020 households"]
    bar = [a for a in ax.figure.axes if a is not ax]
    assert [a.get_ylabel() for a in bar] == ["% of households"] and bar[0].get_ylim() == (0, 100)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["no share"]
    ax.figure.savefig(tmp_path / "map.png")
    image = pyplot.imread(tmp_path / "map.png")
    assert len({tuple(pixel) for row in image[::4, ::4] for pixel in row}) > 10


def test_plot_colours_are_the_shares(pyplot):
    ax = _show.plot(province())
    known, missing = ax.collections
    colours = [tuple(c) for c in known.get_facecolors()]
    assert colours == [tuple(pyplot.get_cmap("viridis")(v / 100)) for v in (99.95, 12.5)]
    assert missing.get_hatch() and len(missing.get_paths()) == 1


def test_plot_takes_settings(pyplot):
    _, mine = pyplot.subplots()
    ax = _show.plot(province(), "4g/viettel", ax=mine, cmap="cividis", vmin=50, legend=False)
    assert ax is mine and ax.get_legend() is None and len(ax.figure.axes) == 1
    assert ax.get_title() == "4g/viettel: 100.0% of households"
    assert tuple(ax.collections[0].get_facecolors()[0]) == tuple(pyplot.get_cmap("cividis")(1.0))


def test_plot_is_as_long_to_the_east_as_to_the_north(pyplot):
    assert _show.plot(province()).get_aspect() == pytest.approx(2.0030, abs=0.0002)  # 1 / cos(60.05)
    for crs, labels in (("EPSG:32648", "easting (metre)"), (None, "x")):
        report = province()
        report.geometry_crs = crs
        ax = _show.plot(report)
        assert ax.get_aspect() == 1 and ax.get_xlabel() == labels


def test_plot_of_a_column_of_a_further_base(pyplot):
    ax = _show.plot(province(), "persons_fiber_pct")
    assert ax.get_title() == "persons_fiber_pct: 70.8%"


def test_plot_without_any_share(pyplot):
    report = FakeReport(
        [
            (Column("id", "id"), ["a", None]),
            (Column("level", "level"), ["area", "total"]),
            (Column("households", "measure"), [0, 0]),
            (Column("$x^$_n", "count", "$x^$"), [0, 0]),
            (Column("$x^$_pct", "percent", "$x^$"), [None, None]),
        ],
        [square(0, 0), None],
    )
    ax = _show.plot(report)
    ax.figure.canvas.draw()
    assert ax.get_title() == "$x^$: – of households"


def test_plot_names_what_there_is(pyplot):
    with pytest.raises(ValueError, match='"5g" to plot; there are: fiber, 4g/viettel'):
        _show.plot(province(), "5g")
    report = province()
    report._geometry = [None] * 5
    with pytest.raises(ValueError, match="no area has a geometry"):
        _show.plot(report)


@pytest.mark.parametrize("absent", ["geopandas", "matplotlib"])
def test_plot_says_what_to_install(monkeypatch, absent):
    for name in [n for n in sys.modules if n.partition(".")[0] == absent]:
        monkeypatch.delitem(sys.modules, name)
    real = _show.need.__globals__["importlib"].import_module

    def without(name, *rest):
        if name.partition(".")[0] == absent:
            raise ModuleNotFoundError(f"No module named '{absent}'", name=absent)
        return real(name, *rest)

    monkeypatch.setattr("libcov._frames.importlib.import_module", without)
    with pytest.raises(ImportError, match="pip install geopandas matplotlib"):
        _show.plot(province())
