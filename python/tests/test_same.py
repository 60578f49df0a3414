"""The same data, in whatever it comes, gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import libcov

gpd = pytest.importorskip("geopandas")
np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

LAYERS = ("communes", "households", "fiber_viettel", "cables_vnpt", "rivers")


@pytest.fixture(scope="module")
def frames(province: Path) -> dict[str, Any]:
    return {name: gpd.read_file(province / f"{name}.shp") for name in LAYERS}


def compute(of: Callable[[str], Any], **more: Any) -> libcov.Report:
    return libcov.compute(
        of("communes"),
        of("households"),
        services={
            "fiber/viettel": of("fiber_viettel"),
            "fiber/vnpt": libcov.Near(of("cables_vnpt"), within="150m", barriers=of("rivers")),
            "dl": libcov.Column("down_mbps>=100"),
        },
        indicators={"fiber": "fiber", "one": "operators(fiber) >= 1", "dl": "dl", "all": "all(fiber, dl)"},
        targets={"fiber": "80%"},
        id="ma_xa",
        name="ten_xa",
        parents=["ma_huyen"],
        weight="households",
        **more,
    )


@pytest.fixture(scope="module")
def expected(frames: dict[str, Any]) -> str:
    return compute(frames.__getitem__).to_geojson()


def rows_of(geojson: str) -> list[Any]:
    features: list[Any] = json.loads(geojson)["features"]
    return features


def without_notes(geojson: str) -> dict[str, Any]:
    """Everything but the notes, one of which says that a system was assumed."""
    out: dict[str, Any] = json.loads(geojson)
    notes = out["libcov"].pop("notes", [])
    assert all("no coordinate reference system" in note["text"] for note in notes)
    return out


def test_files_and_frames_count_the_same(province: Path, expected: str) -> None:
    files = compute(lambda name: province / f"{name}.shp").to_geojson()
    assert rows_of(files) == rows_of(expected)
    told, known = (json.loads(text)["libcov"] for text in (files, expected))
    for key in ("ledger", "indicators", "measure", "scale", "version"):
        assert told[key] == known[key]


def test_the_figures_of_the_province(expected: str) -> None:
    total = rows_of(expected)[-1]["properties"]
    assert total["households"] == 223_000
    assert total["dl_n"] == 148_400


def arrow(frame: Any) -> Any:
    return pa.table(frame.to_arrow(geometry_encoding="WKB", index=False))


def polars_frame(frame: Any) -> Any:
    polars = pytest.importorskip("polars")
    table = arrow(frame)
    plain = pa.table({name: pa.array(table[name].to_pylist()) for name in table.column_names})
    return polars.DataFrame(plain)


def duckdb_relation(frame: Any) -> Any:
    duckdb = pytest.importorskip("duckdb")
    table = arrow(frame)
    plain = pa.table({name: pa.array(table[name].to_pylist()) for name in table.column_names})
    return duckdb.from_arrow(plain)


def chunked(frame: Any) -> Any:
    """Batches of uneven sizes, slices with offsets among them."""
    table = arrow(frame)
    ends = sorted({0, 1, 7, 8, 9, len(table) // 3, len(table)} & set(range(len(table) + 1)))
    slices = [table.slice(a, b - a) for a, b in zip(ends, ends[1:], strict=False)]
    return pa.concat_tables(slices)


def native(frame: Any) -> Any:
    return pa.table(frame.to_arrow(geometry_encoding="geoarrow", index=False))


class OnlyArray:
    """A producer that knows one batch and no streams."""

    def __init__(self, frame: Any) -> None:
        self.batch = arrow(frame).combine_chunks().to_batches()[0]

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return self.batch.__arrow_c_array__(requested_schema)


KINDS: dict[str, Callable[[Any], Any]] = {
    "pyarrow": arrow,
    "pyarrow reader": lambda frame: arrow(frame).to_reader(max_chunksize=1000),
    "chunks": chunked,
    "geoarrow": native,
    "polars": polars_frame,
    "duckdb": duckdb_relation,
    "array": OnlyArray,
    "mapping": lambda frame: {name: frame[name] for name in frame.columns},
    "lists": lambda frame: {
        **{name: frame[name].tolist() for name in frame.columns if name != "geometry"},
        "geometry": [shape.wkb for shape in frame.geometry],
    },
    "pandas": lambda frame: __import__("pandas").DataFrame(frame.assign(geometry=frame.geometry.to_wkb())),
}


STATE_NO_CRS = ("polars", "duckdb", "mapping", "lists", "pandas")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_gives_the_same_bytes(kind: str, frames: dict[str, Any], expected: str) -> None:
    def of(name: str) -> Any:
        mixed = len(set(frames[name].geom_type)) > 1  # GeoPandas writes no native encoding of these
        return frames[name] if kind == "geoarrow" and mixed else KINDS[kind](frames[name])

    got = compute(of, crs="EPSG:4326").to_geojson()
    if kind in STATE_NO_CRS:
        assert without_notes(got) == without_notes(expected)
        assert got.partition('"features"')[2] == expected.partition('"features"')[2]
    else:
        assert got == expected


def households(frames: dict[str, Any]) -> dict[str, Any]:
    frame = frames["households"]
    return {
        "x": frame.geometry.x.to_numpy(),
        "y": frame.geometry.y.to_numpy(),
        "households": frame["households"].to_numpy(),
        "down_mbps": frame["down_mbps"].to_numpy(),
    }


def test_arrays_of_numpy(frames: dict[str, Any], expected: str) -> None:
    arrays = households(frames)
    wide = np.zeros((len(arrays["x"]), 3))
    wide[:, 1], wide[:, 2] = arrays["x"], arrays["y"]
    for points in (
        arrays,
        {**arrays, "x": wide[:, 1], "y": wide[:, 2]},  # with strides
        {**arrays, "households": arrays["households"].astype("uint8")},
        {**arrays, "down_mbps": arrays["down_mbps"].astype("float32")},
        {**arrays, "x": list(arrays["x"]), "households": arrays["households"].tolist()},
    ):
        got = compute(lambda n, p=points: p if n == "households" else frames[n], crs="EPSG:4326")  # type: ignore[misc]
        assert rows_of(got.to_geojson()) == rows_of(expected)


def test_columns_of_coordinates_by_other_names(frames: dict[str, Any], expected: str) -> None:
    arrays = households(frames)
    named = {"east": arrays.pop("x"), "north": arrays.pop("y"), **arrays}
    for points in (named, pa.table(named)):
        got = compute(
            lambda n, p=points: p if n == "households" else frames[n],  # type: ignore[misc]
            crs="EPSG:4326", x="east", y="north",
        )  # fmt: skip
        assert rows_of(got.to_geojson()) == rows_of(expected)


ANSWERS: dict[str, Callable[[Any], Any]] = {
    "bool": lambda yes: yes,
    "int": lambda yes: yes.astype("int32") * 7,
    "float": lambda yes: yes.astype("float64"),
    "list": lambda yes: yes.tolist(),
    "series": lambda yes: __import__("pandas").Series(yes),
    "nullable": lambda yes: __import__("pandas").Series(yes, dtype="boolean"),
    "arrow": lambda yes: pa.array(yes),
}


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("batch", [None, 999])
def test_an_array_of_answers_stands_beside_the_households(kind: str, batch: int | None, frames: dict[str, Any]) -> None:
    frame = frames["households"]
    yes = (frame["down_mbps"] >= 100).to_numpy()
    points = frame if batch is None else arrow(frame).slice(3).to_reader(max_chunksize=batch)
    if batch is not None:
        yes = yes[3:]
    report = libcov.compute(
        frames["communes"], points, services={"dl": ANSWERS[kind](yes)}, id="ma_xa", weight="households"
    )
    known = libcov.compute(
        frames["communes"], frame if batch is None else arrow(frame).slice(3),
        services={"dl": libcov.Column("down_mbps>=100")}, id="ma_xa", weight="households",
    )  # fmt: skip
    assert report == known
    assert report.ledger == known.ledger


def test_answers_beside_batches_with_nulls_and_offsets(frames: dict[str, Any]) -> None:
    frame = frames["households"].head(100)
    told = [None if k % 7 == 0 else k % 3 == 0 for k in range(100)]
    whole = arrow(frame)
    known = libcov.compute(
        frames["communes"], whole.append_column("dl", pa.array(told)), services={"dl": libcov.Column("dl")}, id="ma_xa"
    )
    assert known.to_dict()["dl_unknown"][-1] == 15

    class Struct:
        """A batch that says itself where its rows begin."""

        def __init__(self, begin: int) -> None:
            self.rows = pa.concat_arrays(whole.to_struct_array().chunks).slice(begin)

        def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
            return self.rows.__arrow_c_array__(requested_schema)

    for answers in (told, np.array(told, object)):
        for points in (whole, whole.to_reader(max_chunksize=9), Struct(0)):
            assert libcov.compute(frames["communes"], points, services={"dl": answers}, id="ma_xa") == known
    rest = libcov.compute(
        frames["communes"], whole.slice(3), services={"dl": pa.array(told[3:])}, id="ma_xa"
    )
    assert libcov.compute(frames["communes"], Struct(3), services={"dl": told[3:]}, id="ma_xa") == rest
    yes = np.array([one is True for one in told])
    assert libcov.compute(frames["communes"], Struct(3), services={"dl": yes[3:]}, id="ma_xa") == libcov.compute(
        frames["communes"], whole.slice(3), services={"dl": yes[3:]}, id="ma_xa"
    )


@pytest.mark.parametrize("kind", ["U", "object", "pyarrow"])
def test_answers_in_words_stand_beside_batches(kind: str, frames: dict[str, Any]) -> None:
    frame = frames["households"].head(100)
    words = ["có" if k % 3 == 0 else f"{' ' * (k % 40)}không" for k in range(100)]
    whole = arrow(frame)
    known = libcov.compute(
        frames["communes"], whole.append_column("dl", pa.array(words)), services={"dl": libcov.Column("dl")}, id="ma_xa"
    )
    assert known.to_dict()["dl_n"][-1] == 34
    answers = pa.array(words) if kind == "pyarrow" else np.array(words, kind)
    for points in (whole, whole.to_reader(max_chunksize=7), whole.to_reader(max_chunksize=1)):
        assert libcov.compute(frames["communes"], points, services={"dl": answers}, id="ma_xa") == known


def test_answers_of_another_length_are_refused(frames: dict[str, Any]) -> None:
    for n in (24_999, 25_001):
        with pytest.raises(libcov.InputError, match="beside 25000 rows|beside"):
            libcov.compute(
                frames["communes"], frames["households"], services={"dl": np.ones(n, bool)}, id="ma_xa"
            )


@pytest.mark.parametrize("kind", ["bool", "int", "dictionary", "text", "decimal"])
def test_columns_that_answer(kind: str, frames: dict[str, Any]) -> None:
    frame = frames["households"]
    yes = (frame["down_mbps"] >= 100).to_numpy()
    table = arrow(frame)
    columns = {
        "bool": lambda: pa.array(yes),
        "int": lambda: pa.array(yes.astype("uint16") * 300),
        "dictionary": lambda: pa.array(np.where(yes, "có", "không")).dictionary_encode(),
        "text": lambda: pa.array(np.where(yes, "Yes ", "n")),
        "decimal": lambda: pa.array(yes.astype("int64")).cast(pa.decimal128(20, 0)),
    }
    got = libcov.compute(
        frames["communes"], table.append_column("dl", columns[kind]()),
        services={"dl": libcov.Column("dl")}, id="ma_xa", weight="households",
    )  # fmt: skip
    assert got.to_dict()["dl_n"][-1] == 148_400


def test_unknown_answers(frames: dict[str, Any]) -> None:
    frame = frames["households"].head(4)
    told = [True, None, False, None]
    nan = float("nan")
    answers = {
        "list": told,
        "arrow": pa.array(told),
        "chunks": pa.chunked_array([told[:1], told[1:]]),
        "whole": pa.chunked_array([[2, None, 0, None]]),
        "float": np.array([1.0, nan, 0.0, nan]),
        "masked": np.ma.masked_array([1, 1, 0, 0], [0, 1, 0, 1]),
        "polars": pytest.importorskip("polars").Series(told),
    }
    for answer in answers.values():
        report = libcov.compute(frames["communes"], frame, services={"dl": answer}, id="ma_xa")
        row = {name: values[-1] for name, values in report.to_dict().items()}
        assert (row["dl_n"], row["dl_pct"], row["dl_unknown"]) == (1, 50.0, 2)


def test_a_frame_is_transformed_as_a_file_is(province: Path, frames: dict[str, Any]) -> None:
    plane = frames["households"].to_crs("EPSG:32648")
    report = libcov.compute(
        frames["communes"], plane, services={"fiber": province / "fiber_viettel.shp"}, id="ma_xa", weight="households"
    )
    assert report.to_dict()["fiber_n"][-1] == 111_414
    assert report.crs == "EPSG:32648"


def test_layers_and_filters(province: Path, frames: dict[str, Any]) -> None:
    where = "down_mbps >= 100"
    by_file = libcov.compute(
        province / "communes.shp", libcov.Source(province / "households.shp", where=where),
        services={"f": frames["fiber_viettel"]}, id="ma_xa",
    )  # fmt: skip
    by_table = libcov.compute(
        frames["communes"], libcov.Source(frames["households"], where=where),
        services={"f": frames["fiber_viettel"]}, id="ma_xa",
    )  # fmt: skip
    assert by_file == by_table
    assert 0 < by_file.ledger["read"].points < 25_000


def test_split_and_union_and_tables_and_signal(province: Path, frames: dict[str, Any]) -> None:
    mobile = gpd.read_file(province / "mobile_4g.shp")
    claims = __import__("pandas").read_csv(province / "claims.csv", dtype=str)
    split = "network"

    def run(of: Callable[[str, Any], Any]) -> libcov.Report:
        return libcov.compute(
            frames["communes"], of("households.shp", frames["households"]),
            services={
                "4g": libcov.Polygons(of("mobile_4g.shp", mobile), split=split),
                "fiber": [of("fiber_viettel.shp", frames["fiber_viettel"]),
                          libcov.Near(of("cables_vnpt.shp", frames["cables_vnpt"]), within=150)],
                "signal": libcov.Signal(province / "rsrp_viettel.tif", min=-105),
                "claimed": libcov.Table(of("claims.csv", claims), key="location_id", where="technology=50"),
            },
            household_id="ma_ho", id="ma_xa", weight="households",
            bases={"persons": libcov.Measure("nhan_khau"), "area": libcov.Area(),
                   "schools": of("schools.shp", gpd.read_file(province / "schools.shp"))},
        )  # fmt: skip

    files = run(lambda path, frame: province / path)
    tables = run(lambda path, frame: frame)
    assert files == tables
    assert tables.to_dict()["signal_n"][-1] == 186_735
    assert [base.name for base in tables.bases] == ["households", "persons", "area", "schools"]
    roles = {field.name: field.role for field in tables.columns}
    assert roles["persons"] == roles["area_km2"] == "measure"
    assert roles["persons_fiber_pct"] == "percent"


def test_tallies_count_what_compute_counts(province: Path, frames: dict[str, Any], expected: str) -> None:
    areas = libcov.Areas(province / "communes.shp", id="ma_xa", name="ten_xa", parents=["ma_huyen"])
    near = libcov.Near(frames["cables_vnpt"], within="150m", barriers=frames["rivers"])
    services = {
        "fiber/viettel": libcov.Footprint(frames["fiber_viettel"]),
        "fiber/vnpt": libcov.Footprint(near),
        "dl": "dl",
    }
    frame = frames["households"].assign(dl=frames["households"]["down_mbps"] >= 100)
    tally = libcov.Tally(areas, services)
    for part in np.array_split(np.arange(len(frame)), 7):
        shard = tally.empty()
        shard.push(frame.iloc[part], weight="households")
        tally += shard
    asked: dict[str, Any] = {
        "indicators": {"fiber": "fiber", "one": "operators(fiber) >= 1", "dl": "dl", "all": "all(fiber, dl)"},
        "targets": {"fiber": "80%"},
        "measure": "households",
    }
    report = tally.report(**asked)
    assert rows_of(report.to_geojson()) == rows_of(expected)
    loaded = libcov.Tally.load(areas, tally.save())
    assert loaded.report(**asked).to_geojson() == report.to_geojson()
    assert report.gaps == compute(frames.__getitem__).gaps
