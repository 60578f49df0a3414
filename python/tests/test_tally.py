"""Areas, footprints and tallies against counting by hand."""

from __future__ import annotations

import array
import base64
import json
import pickle
import random
import threading
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from shapes import board, line, point, square

import libcov


def test_areas() -> None:
    areas = board()
    assert len(areas) == 4
    assert areas.ids == ["01", "02", "03", "04"]
    assert areas.names == ["a", "b", None, "d"]
    assert areas.parents == [("A",), ("A",), ("B",), ("B",)]
    assert areas.levels == ("district",)
    assert (areas.id_column, areas.name_column) == ("id", "name")
    assert areas.extent == (0, 0, 2, 2)
    assert areas.crs is None
    assert (areas.find("03"), areas.find("3")) == (2, -1)
    assert areas.shapes() == [square(0, 0), square(1, 0), square(0, 1), square(1, 1)]
    assert areas == board() and hash(areas) == hash(board())
    assert areas != board("EPSG:32648")
    assert areas.memory > 0
    assert "4 areas" in repr(areas)


def test_ids_that_are_numbers_are_text() -> None:
    areas = libcov.Areas({"id": [7, 12], "geometry": [square(0, 0), square(1, 0)]}, id="id")
    assert areas.ids == ["12", "7"]
    assert pickle.loads(pickle.dumps(areas)) == areas
    assert areas.shapes() == [square(1, 0), square(0, 0)]


def test_locate_takes_numbers_where_they_are() -> None:
    areas = board()
    nan = float("nan")
    x, y = [0.5, 1.0, 1.5, 9.0, nan], [0.5, 0.5, 1.5, 0.5, 0.5]
    expected = [0, 1, 3, -1, -2]
    assert list(areas.locate(x, y)) == expected
    assert list(areas.locate(array.array("d", x), array.array("f", y))) == expected
    assert list(areas.locate([], [])) == []
    np = pytest.importorskip("numpy")
    xy = np.array([x, y]).T
    for view in (xy, np.asfortranarray(xy), np.ascontiguousarray(xy[::-1])[::-1]):
        assert areas.locate(view[:, 0], view[:, 1]).tolist() == expected
    assert areas.locate(np.array(x)[::-1], np.array(y)[::-1]).tolist() == expected[::-1]
    assert areas.locate(np.array([0, 1, 1], "int16"), np.array([0, 0, 1], "uint8")).tolist() == [0, 1, 3]
    one = np.broadcast_to(np.array([0.5, 9, 9, 9])[:1], (4,))
    assert areas.locate(one, one).tolist() == [0, 0, 0, 0]
    series = pytest.importorskip("pandas").Series(x)
    assert areas.locate(series, y).tolist() == expected


def test_footprints() -> None:
    both = libcov.Footprint([square(0, 0), square(1, 1)])
    assert list(both.reaches([0.5, 1.5, 1.5, float("nan")], [0.5, 0.5, 1.5, 0.5])) == [True, False, True, False]
    assert both.extent == (0, 0, 2, 2)
    near = libcov.Footprint([line((0, 0), (10, 0)), point(20, 0)], within="2m", barriers=[line((0, 1), (10, 1))])
    x, y = [5.0, 5.0, 5.0, 21.5], [0.9, 1.5, -2.0, 0.0]
    assert list(near.reaches(x, y)) == [True, False, True, True]
    for footprint in (both, near):
        again = pickle.loads(pickle.dumps(footprint))
        assert again.extent == footprint.extent
        assert list(again.reaches(x, y)) == list(footprint.reaches(x, y))
        assert again.memory == footprint.memory > 0


def points(n: int = 2000, seed: int = 1) -> dict[str, list[Any]]:
    dice = random.Random(seed)
    return {
        "x": [dice.choice([dice.uniform(-0.2, 2.2), 1.0, float("nan")]) for _ in range(n)],
        "y": [dice.uniform(-0.2, 2.2) for _ in range(n)],
        "w": [dice.randrange(5) for _ in range(n)],
        "has": [dice.choice([True, False, None]) for _ in range(n)],
    }


def by_hand(data: dict[str, list[Any]]) -> dict[str, list[int]]:
    """Households, those with fiber (x and y < 1.5), those that have 4g and of whom nobody knows; by area."""
    out = {name: [0] * 4 for name in ("households", "fiber", "4g", "unknown")}
    for x, y, w, has in zip(*data.values(), strict=True):
        if 0 <= x < 2 and 0 <= y < 2:
            area = int(x) + 2 * int(y)
            out["households"][area] += w
            out["fiber"][area] += w * (x < 1.5 and y < 1.5)
            out["4g"][area] += w * (has is True)
            out["unknown"][area] += w * (has is None)
    return out


def services() -> dict[str, Any]:
    return {"fiber": libcov.Footprint([square(-5, -5, 6.5)]), "4g": "has"}


def check(tally: libcov.Tally, data: dict[str, list[Any]]) -> None:
    rows = tally.report().to_dict()
    known = by_hand(data)
    assert rows["households"][:4] == known["households"]
    assert rows["fiber_n"][:4] == known["fiber"]
    assert rows["4g_n"][:4] == known["4g"]
    assert rows["4g_unknown"][:4] == known["unknown"]
    assert rows["households"][-1] == sum(known["households"])


Push = Callable[[libcov.Tally, dict[str, list[Any]]], Any]


def numpy() -> Any:
    return pytest.importorskip("numpy")


def table(data: dict[str, list[Any]]) -> Any:
    return pytest.importorskip("pyarrow").table(data)


def xy_of(data: dict[str, list[Any]]) -> list[list[float]]:
    return [list(one) for one in zip(data["x"], data["y"], strict=True)]


def words(data: dict[str, list[Any]]) -> dict[str, Any]:
    return {
        "served": [2 * (has is True) for has in data["has"]],
        "unknown": array.array("Q", [2 * (has is None) for has in data["has"]]),
    }


# The same points, told in all ways.
WAYS: dict[str, Push] = {
    "mapping": lambda t, d: t.push(d, weight="w"),
    "table": lambda t, d: t.push(table(d), x="x", y="y", weight="w"),
    "batch": lambda t, d: t.push(table(d).to_batches()[0], x="x", y="y", weight="w"),
    "wkb": lambda t, d: t.push(
        {"geometry": [point(*one) for one in xy_of(d)], "w": d["w"], "has": d["has"]}, weight="w"
    ),
    "words": lambda t, d: t.push(x=d["x"], y=d["y"], weight=d["w"], **words(d)),
    "buffers": lambda t, d: t.push(
        x=array.array("d", d["x"]), y=array.array("d", d["y"]), weight=bytes(d["w"]), **words(d)
    ),
    "pairs": lambda t, d: t.push(numpy().array(xy_of(d)), weight=numpy().array(d["w"], "u8"), **words(d)),
    "lists of pairs": lambda t, d: t.push(xy_of(d), weight=d["w"], **words(d)),
    "answers": lambda t, d: t.push(xy_of(d), weight=[float(w) for w in d["w"]], served={"4g": d["has"]}),
    "decimals": lambda t, d: t.push(x=d["x"], y=d["y"], weight=array.array("f", d["w"]), **words(d)),
    "one by one": lambda t, d: [
        t.push({name: values[i : i + 1] for name, values in d.items()}, weight="w") for i in range(len(d["x"]))
    ],
}


@pytest.mark.parametrize("way", WAYS)
def test_points_are_counted_in_whatever_way_they_come(way: str) -> None:
    data = points(300 if way == "one by one" else 2000)
    tally = libcov.Tally(board(), services())
    WAYS[way](tally, data)
    check(tally, data)
    other = libcov.Tally(board(), services())
    other.push(data, weight="w")
    assert tally.save() == other.save()
    ledger = tally.ledger
    buckets = ("assigned", "outside", "no_location", "duplicate", "rejected")
    assert ledger["read"].points == sum(ledger[name].points for name in buckets) == len(data["x"])
    assert ledger["no_location"].points == sum(x != x for x in data["x"])


def test_large_batches_are_counted_in_slices() -> None:
    np = pytest.importorskip("numpy")
    n = (1 << 19) * 2 + 3
    x = np.random.default_rng(1).uniform(0, 2, (n, 2))
    weight = np.arange(n, dtype="uint64") % 3
    tally = libcov.Tally(board(), {"a": None})
    tally.push(x, weight=weight, served=weight == 1)
    halves = tally.empty()
    for part in (slice(None, n // 2), slice(n // 2, None)):
        halves.push(x[part], weight=weight[part], served=(weight == 1)[part])
    assert tally.save() == halves.save()
    assert tally.ledger["read"] == (n, int(weight.sum()))
    with pytest.raises(libcov.ArgumentError):
        tally.push(x, served=weight)  # a bit of no service, beyond the first slice too
    assert tally.save() == halves.save()


def test_decimals_are_rounded_half_to_even() -> None:
    tally = libcov.Tally(board(), {}, scale=10)
    tally.push({"x": [0.5] * 4, "y": [0.5] * 4, "w": [0.25, 0.35, 0.05, 1.0]}, weight="w")
    assert tally.scale == 10
    assert tally.ledger["read"] == (4, 1.6)
    tally.push(x=[0.5], y=[0.5], weight=[3])
    assert tally.ledger["read"] == (5, 4.6)
    assert tally.report().to_dict()["households"][0] == 4.6
    # by the decimals themselves, however they come: 4.35 * 100 is less than 435
    cents = [0.245, 0.255, 4.35, 1.0]
    for beside in ({}, {"served": [1, 0, 0, 0]}, {"served": {"a": [True, False, None, False]}}):
        whole = libcov.Tally(board(), {"a": None}, scale=100)
        whole.push(x=[0.5] * 4, y=[0.5] * 4, weight=cents, **(beside or {"served": [0] * 4}))
        whole.exclude("rejected", weight=4.35)
        assert whole.ledger["assigned"] == (4, 5.85) and whole.ledger["rejected"] == (1, 4.35)


def test_merging_saving_and_pickling() -> None:
    whole = libcov.Tally(board(), services())
    parts = [whole.empty() for _ in range(5)]
    data = points()
    whole.push(data, weight="w")
    for k, part in enumerate(parts):
        part.push({name: values[k::5] for name, values in data.items()}, weight="w")
    random.Random(3).shuffle(parts)
    total = whole.empty()
    for part in parts:
        total += pickle.loads(pickle.dumps(part))
    assert total.save() == whole.save()
    loaded = libcov.Tally.load(board(), bytearray(whole.save()))
    check(loaded, data)
    assert loaded.services == ["fiber", "4g"]
    assert libcov.Tally.load(board(), memoryview(loaded.save())).save() == whole.save()


# Areas, a footprint and a tally as version 0.1.0 pickled them.
PICKLED = (
    "c-m`VnJUV}00upLIhjex`DJ?X5PC`vpJP#KVzFL)QEG8Xeo^X_$x}3Xm@-"
    "qQ^swY5=B7^3^oyO+!(?DMrH3Qp@M49ByOtD8agJqV2AahP#H<Xszz2Kmd|cuPFr|G;V#$=CDH#ksLT>r_B?U#9c_k<g1iHytlM&"
    "=4CL-"
    "*glBnVC0A;(|e}FO^BSMxrfJL&)qgp;c)F_z}I|XVjS4d(`PNiN>eqsvHx(sgTtDVmNVZ2;YTue}ZUxk`y;(qAU5xyr~j8Hx&lx9"
    "MsS)epb9WxrAk%2lOEi);#h`}Ts#S#WIOD~<9YQHj2K50rD(7WwZ^Z+9qTCV"
)


def test_pickles_of_earlier_versions_are_read() -> None:
    areas, near, tally = pickle.loads(zlib.decompress(base64.b85decode(PICKLED)))
    assert (areas.ids, areas.names, areas.shapes()) == (["01"], ["Xã Ấp"], [square(0, 0)])
    assert list(near.reaches([0.5, 0.5], [1.9, 2.1])) == [True, False]
    assert tally.services == ["fiber", "4g"] and tally.ledger["assigned"] == (1, 3)
    assert tally.report({"both": "fiber & 4g"}).to_dict()["both_n"] == [3, 3]


def test_what_is_excluded_stays_in_the_ledger() -> None:
    tally = libcov.Tally(board(), {})
    tally.exclude("duplicate", 3)
    tally.exclude("rejected", 2, weight=5)
    assert tally.ledger["duplicate"] == (3, 3)
    assert tally.ledger["rejected"] == (2, 5)
    assert tally.ledger["read"] == (5, 8)
    with pytest.raises(libcov.ArgumentError):
        tally.exclude("lost")  # type: ignore[arg-type]


def test_many_threads_may_use_one_tally() -> None:
    tally = libcov.Tally(board(), services())
    data = points()
    failures: list[BaseException] = []

    def work(k: int) -> None:
        try:
            for _ in range(5):
                tally.push({name: values[k::4] for name, values in data.items()}, weight="w")
                assert tally.ledger["read"].points > 0
                tally.report()
                tally.save()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    once = tally.empty()
    for _ in range(5):
        once.push(data, weight="w")
    assert tally.save() == once.save()


def test_arrays_pushed_at_once_are_all_counted() -> None:
    np = pytest.importorskip("numpy")
    tally = libcov.Tally(board(), {"a": None})
    xy = np.random.default_rng(1).uniform(0, 2, (1 << 17, 2))
    served = np.arange(len(xy), dtype="uint64") % 2
    threads = [threading.Thread(target=lambda: [tally.push(xy, served=served) for _ in range(8)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    once = tally.empty()
    once.push(xy, served=served, weight=np.full(len(xy), 32, "uint64"))
    assert tally.ledger["read"].points == 32 * len(xy)
    assert tally.report() == once.report()


def test_a_tally_keeps_what_it_needs() -> None:
    def build() -> libcov.Report:
        tally = libcov.Tally(board(), services())
        tally.push(points(10), weight="w")
        return tally.report()

    report = build()
    assert len(report) == len(report.to_dict()["households"]) == 7


# ---------------------------------------------------------------- reports


def report_of(crs: str | None = None) -> libcov.Report:
    tally = libcov.Tally(board(crs), {"fiber": libcov.Footprint([square(0, 0, 1)]), "4g": None})
    tally.push(x=[0.5, 1.5, 0.5, 5], y=[0.5, 0.5, 1.5, 5], weight=[3, 1, 2, 1], served=[0, 2, 2, 2])
    return tally.report({"fiber": "fiber", "any": "fiber | 4g"}, targets={"fiber": "80%", "any": (1.0, 5)})


@pytest.mark.parametrize("crs", [None, "EPSG:32648"])
def test_a_report(crs: str | None) -> None:
    report = report_of(crs)
    rows = report.to_dict()
    assert rows["id"] == ["01", "02", "03", "04", None, None, None]
    assert rows["name"] == ["a", "b", None, "d", None, None, None]
    assert rows["district"] == ["A", "A", "B", "B", "A", "B", None]
    assert rows["level"] == ["area"] * 4 + ["district"] * 2 + ["total"]
    assert rows["households"] == [3, 1, 2, 0, 4, 2, 6]
    assert rows["fiber_n"] == [3, 0, 0, 0, 3, 0, 3]
    assert rows["fiber_pct"] == [100.0, 0.0, 0.0, None, 75.0, 0.0, 50.0]
    assert [one.role for one in report.columns][:9] == [
        "id", "name", "parent", "level", "measure", "count", "percent", "count", "percent",
    ]  # fmt: skip
    assert [(one.name, one.expression) for one in report.indicators] == [("fiber", "fiber"), ("any", "fiber | 4g")]
    assert report.gaps == [("fiber", 0.8, 2, 3, 0), ("any", 1.0, 0, 0, 5)]
    assert report.ledger["outside"] == (1, 1)
    assert report.measure == "households"
    assert (report.id_column, report.name_column, report.levels) == ("id", "name", ("district",))
    assert report == report_of(crs)
    other = libcov.Tally(board(crs), {"fiber": None}).report()
    assert report != other
    assert report.bases == [("households", None)]
    shapes = report.to_dict(geometry=True)["geometry"]
    assert shapes == [*board().shapes(), None, None, None]
    assert report.manifest["measure"] == "households"
    assert "households" in repr(report)
    with pytest.raises(TypeError):
        hash(report)


@pytest.mark.parametrize("crs", [None, "EPSG:32648"])
def test_a_report_is_a_table_of_arrow(crs: str | None) -> None:
    pa = pytest.importorskip("pyarrow")
    report = report_of(crs)
    for source in (report, report.to_arrow()):
        assert pa.table(source).to_pydict() == report.to_dict()
    told = report.to_arrow(geometry=True)
    table = pa.table(told)
    assert table.to_pydict() == report.to_dict(geometry=True)
    assert pa.schema(told).names == table.column_names
    field = table.schema.field("geometry")
    metadata = field.metadata or {}
    if metadata:
        assert metadata[b"ARROW:extension:name"] == b"geoarrow.wkb"
        assert (crs is None) == ("crs" not in json.loads(metadata[b"ARROW:extension:metadata"]))
    assert (report.geometry_crs is None) == (crs is None)


@pytest.mark.skipif(not libcov.has_io, reason="writes no files")
def test_a_report_without_a_system_has_no_files() -> None:
    with pytest.raises(libcov.ArgumentError, match="crs="):
        report_of().to_geojson()
    features = json.loads(report_of("EPSG:32648").to_geojson())["features"]
    assert [feature["properties"]["households"] for feature in features] == [3, 1, 2, 0, 4, 2, 6]


def test_a_report_is_not_moved_by_what_is_pushed_later() -> None:
    tally = libcov.Tally(board(), {"fiber": None})
    tally.push(x=[0.5], y=[0.5], served=[1])
    report = tally.report()
    before = report.to_dict()
    tally.push(x=[0.5], y=[0.5], served=[0])
    assert report.to_dict() == before
