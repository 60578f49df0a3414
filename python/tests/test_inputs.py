"""Arrays, columns and frames of every kind, and those that can't be meant."""

from __future__ import annotations

import ctypes
import json
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import shapely
from shapes import board, square

import libcov

PROVINCE = Path(__file__).parents[2] / "data" / "province"
NAN = float("nan")

# ---------------------------------------------------------------- arrays of points

XY = np.array([[0.5, 0.5], [1.5, 0.5], [9.0, 9.0]])
SPOILT = b"x" + XY.tobytes()  # no double in it is where doubles belong

PAIRS: dict[str, Any] = {
    "big-endian": XY.astype(">f8"),
    "half": XY.astype("f2"),
    "long": XY.astype("g"),
    "objects": XY.astype(object),
    "fortran": np.asfortranarray(XY),
    "backwards": XY[::-1],
    "columns backwards": XY[:, ::-1],
    "not aligned": np.frombuffer(SPOILT, "f8", offset=1).reshape(-1, 2),
    "memoryview": memoryview(XY),
    "big-endian memoryview": memoryview(XY.astype("i4")),
    "tuples": [tuple(one) for one in XY],
    "lists": XY.tolist(),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_pairs(kind: str) -> None:
    tally = libcov.Tally(board(), {})
    tally.push(PAIRS[kind])
    assert (tally.ledger["read"].points, tally.ledger["outside"].points) == (3, 1)


@pytest.mark.parametrize("none", [np.empty((0, 2)), [], memoryview(np.empty((0, 2)))])
def test_no_points(none: Any) -> None:
    tally = libcov.Tally(board(), {})
    tally.push(none)
    assert tally.ledger["read"].points == 0


def test_what_a_mask_hides_is_nowhere() -> None:
    hidden = np.ma.masked_array(XY, [[0, 0], [1, 1], [0, 0]])
    for push in ({"data": hidden}, {"x": hidden[:, 0], "y": hidden[:, 1]}):
        tally = libcov.Tally(board(), {})
        tally.push(**push)
        assert [tally.ledger[name].points for name in ("assigned", "no_location", "outside")] == [1, 1, 1]
    with pytest.raises(libcov.ArgumentError, match="value 2 is missing"):
        tally.push(XY, weight=np.ma.masked_array([1, 2, 3], [0, 1, 0]))


NUMBERS: dict[str, Any] = {
    "ctypes": (ctypes.c_long * 3)(3, 0, 2),  # a buffer that states no strides
    "ctypes, narrow": (ctypes.c_ushort * 3)(3, 0, 2),
    "big-endian": np.array([3, 0, 2], ">i4"),
    "packed": np.array([(9, 3), (9, 0), (9, 2)], np.dtype([("a", "u1"), ("w", "i8")]))["w"],
    "backwards": np.array([2, 0, 3], "u8")[::-1],
    "nullable": pd.Series([3, 0, 2], dtype="UInt32"),
    "arrow": pa.chunked_array([[3, 0], [2]]),
    "polars": pl.Series([3, 0, 2]),
    "decimals": [Decimal(3), Decimal(0), Decimal(2)],
    "floats": np.array([3, 0, 2], "f4"),
}


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("beside", [{}, {"served": [1, 1, 0]}, {"served": {"a": [True, True, False]}}])
def test_weights(kind: str, beside: dict[str, Any]) -> None:
    tally = libcov.Tally(board(), {"a": None})
    tally.push(XY, weight=NUMBERS[kind], **(beside or {"served": [1, 1, 0]}))
    assert tally.ledger["read"] == (3, 5)
    tally = libcov.Tally(board(), {})
    tally.push({"x": XY[:, 0], "y": XY[:, 1], "w": NUMBERS[kind]}, weight="w")
    assert tally.ledger["read"] == (3, 5)


DATES = pd.to_datetime(["2026-01-01", None, None])


@pytest.mark.parametrize(
    ("kind", "match", "told"),
    [
        (libcov.ArgumentError, r"\(n, 2\).*\(4, 3\)", {"data": np.zeros((4, 3))}),
        (libcov.ArgumentError, "x: an array", {"x": 0.5, "y": 0.5}),
        (libcov.ArgumentError, "x: an array", {"x": np.float64(0.5), "y": np.float64(0.5)}),
        (libcov.ArgumentError, "x: one row", {"x": XY, "y": XY}),
        (libcov.ArgumentError, "x: one row", {"x": XY[:, 0] + 0j, "y": XY[:, 1]}),
        (libcov.ArgumentError, "dates", {"x": DATES, "y": [0.5] * 3}),
        (libcov.ArgumentError, "dates", {"data": XY, "weight": np.array(["2026-01-01"] * 3, "M8[ns]")}),
        (libcov.ArgumentError, "dates", {"data": XY, "weight": pd.Series(pd.to_timedelta([1, 2, 3]))}),
        (libcov.ArgumentError, "dates", {"data": {"x": XY[:, 0], "y": XY[:, 1], "w": DATES}, "weight": "w"}),
        (libcov.ArgumentError, "value 3 is missing", {"data": XY, "weight": [1, 2, None]}),
        (libcov.ArgumentError, "value 3 is missing", {"data": XY, "weight": [1, 2, NAN]}),
        (libcov.ArgumentError, "value 3 is negative", {"data": XY, "weight": [1, 2, -0.5]}),
        (libcov.LimitError, "value 3 is too large", {"data": XY, "weight": [1, 2, float("inf")]}),
        (libcov.LimitError, "weight: whole numbers", {"data": XY, "weight": [1, 2, 2**64]}),
        (libcov.LimitError, "weight: whole numbers", {"data": XY, "weight": [1, -1, 2**63]}),
        (libcov.LimitError, "sum of the weights", {"data": XY, "weight": [2**64 - 1, 1, 1]}),
        (libcov.ArgumentError, "served: whole", {"data": XY, "served": [1.0, 0.0, 0.0]}),
        (libcov.ArgumentError, "texts, not 0", {"data": {0: [0.5], 1: [0.5]}}),
    ],
)
def test_arrays_that_cant_be_meant(kind: type[libcov.Error], match: str, told: dict[str, Any]) -> None:
    tally = libcov.Tally(board(), {})
    with pytest.raises(kind, match=match):
        tally.push(**told)
    assert tally.ledger["read"] == (0, 0)


def test_a_point_of_a_large_batch_is_named_by_its_number() -> None:
    tally = libcov.Tally(board(), {"a": None})
    n = (1 << 19) + 5
    served = np.zeros(n, "u8")
    served[-1] = 2
    with pytest.raises(libcov.ArgumentError, match=f"from point {n - 4} on: point number 5 of the batch"):
        tally.push(np.full((n, 2), 0.5), served=served)


# ---------------------------------------------------------------- columns of answers

ANSWERS: dict[str, Any] = {
    "booleans": [True, False, None],
    "NumPy's booleans": [np.True_, np.False_, None],
    "NumPy's numbers": [np.int64(2), np.float32(0), None],
    "decimals": [Decimal(1), 0, None],
    "objects with NaN": pd.Series([True, False, np.nan], dtype=object),
    "objects with NA": pd.Series([True, False, pd.NA], dtype=object),
    "nullable": pd.Series([True, False, None], dtype="boolean", index=[7, 8, 9]),
    "nullable numbers": pd.Series([3, 0, None], dtype="Int8"),
    "categories": pd.Series(["yes", "no", None], dtype="category"),
    "text": pd.Series(["yes", "no", None]),
    "text as objects": pd.Series(["yes", "no", np.nan], dtype=object),
    "text of Arrow": pd.Series(["yes", "no", None], dtype=pd.ArrowDtype(pa.string())),
    "text of NumPy": np.array(["yes", "no", ""]),
    "masked": np.ma.masked_array([True, False, True], [0, 0, 1]),
    "arrow": pa.array([True, False, None]),
    "int8": pa.array([3, 0, None], pa.int8()),
    "float": pa.array([0.5, 0.0, None]),
    "string": pa.array(["yes", "no", None]),
    "dictionary": pa.array(["có", "không", None]).dictionary_encode(),
    "large string": pa.array(["yes", "no", None], pa.large_string()),
    "polars": pl.Series(["yes", "no", None]),
}


@pytest.fixture
def two() -> Any:
    shapes = gpd.GeoSeries.from_wkb([square(0, 0), square(1, 0)], crs="EPSG:32648")
    return gpd.GeoDataFrame({"ma": ["01", "02"]}, geometry=shapes)


@pytest.mark.parametrize("kind", ANSWERS)
def test_answers(two: Any, kind: str) -> None:
    where = {"x": [0.5, 0.5, 1.5], "y": [0.5, 0.5, 0.5]}
    column = libcov.Column("has")
    for points, answer in ((where, ANSWERS[kind]), ({**where, "has": ANSWERS[kind]}, column)):
        report = libcov.compute(two, points, services={"fiber": answer}, crs="EPSG:32648")
        rows = report.to_dict()
        assert (rows["fiber_n"], rows["fiber_unknown"]) == ([1, 0, 1], [0, 1, 1])
        assert rows["fiber_pct"] == [50.0, None, 50.0]


def test_columns_of_a_frame(two: Any) -> None:
    """As pandas hands them over itself."""
    names = {kind: f"has {k}" for k, kind in enumerate(ANSWERS) if isinstance(ANSWERS[kind], (list, pd.Series))}
    del names["NumPy's numbers"], names["decimals"]  # pyarrow knows no such mixture
    frame = pd.DataFrame({"x": [0.5, 0.5, 1.5], "y": [0.5] * 3})
    for kind, name in names.items():
        frame[name] = pd.Series(list(ANSWERS[kind]), dtype=getattr(ANSWERS[kind], "dtype", object))
    services: dict[str, Any] = {f"s{k}": libcov.Column(name) for k, name in enumerate(names.values())}
    rows = libcov.compute(two, frame, services=services, crs="EPSG:32648").to_dict()
    assert all(rows[f"{service}_n"] == [1, 0, 1] for service in services)
    assert all(rows[f"{service}_unknown"] == [0, 1, 1] for service in services)


# ---------------------------------------------------------------- frames


def points(x: float, name: str = "geometry", crs: Any = None) -> Any:
    return gpd.GeoDataFrame({name: gpd.points_from_xy([x], [0.5], crs=crs)}, geometry=name)


def test_the_active_geometry_counts(two: Any) -> None:
    frame = points(0.5, "nhà")
    frame["cột điện"] = gpd.points_from_xy([1.5], [0.5], crs="EPSG:4326")
    frame = frame.set_crs("EPSG:32648")
    areas = libcov.Areas(two.assign(tâm=two.centroid), id="ma")
    for active, counts in (("nhà", [1, 0, 1]), ("cột điện", [0, 1, 1])):
        moved = frame.set_geometry(active).set_crs("EPSG:32648", allow_override=True)
        tally = libcov.Tally(areas, {"a": libcov.Footprint(two.assign(tâm=two.centroid))})
        tally.push(moved)
        assert tally.report().to_dict()["a_n"] == counts
        assert libcov.compute(two.assign(tâm=two.centroid), moved, services={"a": two}, id="ma") == tally.report()
    tally.push(frame, geometry="nhà")
    assert tally.report().to_dict()["a_n"] == [1, 1, 2]
    with pytest.raises(libcov.CRSError, match="points.*4326"):
        tally.push(frame, geometry="cột điện")
    with pytest.raises(libcov.InputError, match="several geometry columns"):
        tally.push(pa.table(frame.to_arrow()))
    with pytest.raises(libcov.GeometryError if not libcov.has_io else libcov.InputError, match="POINT"):
        libcov.Areas(two.assign(tâm=two.centroid).set_geometry("tâm"), id="ma")


def test_a_frame_that_states_no_system_is_taken_as_it_is(two: Any) -> None:
    tally = libcov.Tally(libcov.Areas(two, id="ma"), {})
    tally.push(points(0.5))
    tally.push(points(0.5, crs="EPSG:32648"))
    assert tally.ledger["assigned"].points == 2
    with pytest.raises(libcov.CRSError):
        tally.push(points(0.5, crs="EPSG:4326"))


def test_frames_without_rows(two: Any) -> None:
    tally = libcov.Tally(libcov.Areas(two, id="ma"), {"a": "has"})
    tally.push(gpd.GeoDataFrame({"has": []}, geometry=[], crs="EPSG:32648"))
    tally.push(pd.DataFrame({"x": [], "y": [], "has": []}), x="x", y="y")
    tally.push(pa.table({"x": pa.array([], pa.float64()), "y": pa.array([], pa.float64()), "has": pa.nulls(0)}),
               x="x", y="y")  # fmt: skip
    assert tally.ledger["read"].points == 0
    with pytest.raises(libcov.InputError, match="areas is empty"):
        libcov.Areas(two.iloc[:0], id="ma")
    with pytest.raises(libcov.InputError, match="is empty"):
        libcov.Footprint(two.iloc[:0])


def test_columns_of_one_name_are_refused() -> None:
    tally = libcov.Tally(board(), {})
    with pytest.raises(libcov.InputError, match='two columns called "w"'):
        tally.push(pa.table([[0.5], [0.5], [1], [2]], names=["x", "y", "w", "w"]), x="x", y="y", weight="w")
    with pytest.raises(ValueError, match="Duplicate column names"):
        tally.push(pd.DataFrame([[0.5, 0.5, 1, 2]], columns=["x", "y", "w", "w"]), x="x", y="y", weight="w")


class Unnamed:
    """A batch with a column that has no name, which Arrow allows."""

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        schema, batch = pa.record_batch([[0.5], [0.5], [7]], names=["x", "y", "z"]).__arrow_c_array__()
        pointer = ctypes.pythonapi.PyCapsule_GetPointer
        pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        at = pointer(schema, b"arrow_schema")
        # format, name, metadata, flags, n_children, children
        children = ctypes.cast(at + 40, ctypes.POINTER(ctypes.c_void_p))[0]
        third = ctypes.cast(children, ctypes.POINTER(ctypes.c_void_p))[2]
        ctypes.cast(third + 8, ctypes.POINTER(ctypes.c_void_p))[0] = None
        return schema, batch


def test_a_column_without_a_name(two: Any) -> None:
    tally = libcov.Tally(board(), {})
    tally.push(Unnamed(), x="x", y="y")
    assert tally.ledger["assigned"].points == 1
    with pytest.raises(libcov.InputError, match="no geometry column"):
        tally.push(Unnamed())
    report = libcov.compute(two, Unnamed(), services={"a": [True]}, crs="EPSG:32648")
    assert report.to_dict()["a_n"][-1] == 1


def test_an_exporter_that_fails_is_heard() -> None:
    class Broken:
        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            raise ImportError("no module named far_away")

    with pytest.raises(ImportError, match="far_away"):
        libcov.Tally(board(), {}).push(Broken())


def test_numbers_of_numpy_are_numbers(two: Any) -> None:
    line = gpd.GeoSeries([shapely.LineString([(0, 0.5), (2, 0.5)])], crs="EPSG:32648")
    for within in (0.25, np.float32(0.25), np.float64(0.25)):
        report = libcov.compute(
            two, {"x": [0.5, 0.5], "y": [0.6, 0.9]}, services={"a": libcov.Near(line, within=within)},
            targets={"a": np.float32(0.75)}, crs=np.int64(32648), threads=np.int64(1),
        )  # fmt: skip
        assert report.to_dict()["a_n"][-1] == 1 and report.gaps[0].share == 0.75
    assert libcov.Tally(board(), {}, scale=np.int64(10)).scale == 10


@pytest.mark.parametrize(
    ("match", "told"),
    [
        ("services= maps names", {"services": ["fiber"]}),
        ("targets= maps names", {"targets": ["fiber"]}),
        ("bases= maps names", {"bases": ["area"]}),
        ("weight= is the name of a column", {"weight": [1, 2, 3]}),
        ("id= is the name of a column", {"id": 5}),
        ("x= is the name of a column", {"x": [0.5], "y": [0.5]}),
    ],
)
def test_arguments_that_cant_be_meant(two: Any, match: str, told: dict[str, Any]) -> None:
    told = {"services": {"fiber": two}, "crs": "EPSG:32648", **told}
    with pytest.raises(libcov.ArgumentError, match=match):
        libcov.compute(two, {"x": [0.5], "y": [0.5]}, **told)


# ---------------------------------------------------------------- the whole


def test_the_total_is_the_documented_one() -> None:
    """The figure of data/README.md, found there by GEOS."""
    near = libcov.Near(PROVINCE / "cables_vnpt.shp", within="150m", barriers=PROVINCE / "rivers.shp")
    report = libcov.compute(
        PROVINCE / "communes.shp", PROVINCE / "households.shp", services={"fiber/vnpt": near},
        id="ma_xa", name="ten_xa", parents=["ma_huyen"], weight="households",
    )  # fmt: skip
    assert round(report.to_dict()["fiber_vnpt_pct"][-1], 1) == 33.7


def test_a_tally_travels_and_adds_up(two: Any) -> None:
    areas = libcov.Areas(two, id="ma")
    tally = libcov.Tally(areas, {"fiber": libcov.Footprint(two.iloc[:1])})
    rng = np.random.default_rng(7)
    xy = rng.uniform(-0.5, 2.5, (10_000, 2))
    tally.push(xy)
    parts = [tally.empty() for _ in range(3)]
    for i, part in enumerate(parts):
        part.push(x=xy[i::3, 0], y=xy[i::3, 1])
    whole = pickle.loads(pickle.dumps(parts[2]))
    whole += pickle.loads(pickle.dumps(parts[0]))
    whole.merge(parts[1])
    assert whole.save() == tally.save()
    inside = ((xy >= 0) & (xy < [2, 1])).all(axis=1).sum()
    assert tally.ledger["assigned"].points == inside
    assert pickle.loads(pickle.dumps(areas)) == areas


def test_errors_are_built_in_ones_too(two: Any, tmp_path: Path) -> None:
    where = {"x": [0.5], "y": [0.5]}
    with pytest.raises(ValueError, match="no id column .nope."):
        libcov.compute(two, where, services={"fiber": two}, id="nope", crs="EPSG:32648")
    with pytest.raises(libcov.CRSError, match='crs=, e.g. crs="EPSG:9210"'):
        libcov.compute(two, where, services={"fiber": two})
    report = libcov.compute(two, where, services={"fiber": two}, crs="EPSG:32648")
    report.write(tmp_path / "tệp kết quả.geojson")
    with pytest.raises(FileExistsError, match="overwrite="):
        report.write(tmp_path / "tệp kết quả.geojson")
    assert json.loads(report.to_geojson())["features"]
