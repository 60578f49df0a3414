"""Errors: a class for each code, with the Python class for it, and sentences that name the thing."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from shapes import board, point, square

import libcov
from libcov import _errors

KINDS = {
    libcov.ArgumentError: (1, ValueError),
    libcov.OutOfMemoryError: (2, MemoryError),
    libcov.LimitError: (3, OverflowError),
    libcov.GeometryError: (4, ValueError),
    libcov.IdError: (5, ValueError),
    libcov.ExpressionError: (6, ValueError),
    libcov.FormatError: (7, ValueError),
    libcov.MismatchError: (8, ValueError),
    libcov.LedgerError: (9, RuntimeError),
    libcov.InputError: (10, ValueError),
    libcov.CRSError: (11, ValueError),
    libcov.ExistsError: (12, FileExistsError),
    libcov.FileError: (13, OSError),
    libcov.CancelledError: (14, Exception),
    libcov.TiersError: (15, ValueError),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_class_for_each_code(kind: type[libcov.Error]) -> None:
    code, built_in = KINDS[kind]
    assert kind.code == code
    error = _errors.of(code, "why")
    assert type(error) is kind
    assert isinstance(error, libcov.Error) and isinstance(error, built_in)
    assert str(error) == "why"
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind and str(again) == "why"


def test_a_code_of_a_newer_library() -> None:
    assert type(_errors.of(99, "why")) is libcov.Error


def column(**columns: Any) -> dict[str, Any]:
    return {"id": ["1", "2"], "geometry": [square(0, 0), square(1, 0)], **columns}


@pytest.mark.parametrize(
    ("kind", "match", "source", "options"),
    [
        (libcov.IdError, "1", column(id=["1", "1"]), {"id": "id"}),
        (libcov.IdError, "id", column(id=["1", ""]), {"id": "id"}),
        (libcov.InputError, "row 2", column(id=["1", None]), {"id": "id"}),
        (libcov.InputError, "row 2", column(geometry=[square(0, 0), None]), {"id": "id"}),
        (libcov.GeometryError, "2", column(geometry=[square(0, 0), b"\x01\x03"]), {"id": "id"}),
        (libcov.GeometryError, "2", column(geometry=[square(0, 0), point(0, 0)]), {"id": "id"}),
        (libcov.InputError, "code", column(), {"id": "code"}),
        (libcov.InputError, "values", column(name=["one"]), {"id": "id"}),
        (libcov.InputError, "geometry", {"id": ["1"]}, {"id": "id"}),
        (libcov.InputError, "areas", {"id": [], "geometry": []}, {"id": "id"}),
        (libcov.ArgumentError, "neither a path nor a table", 7, {"id": "id"}),
        (libcov.ArgumentError, "NUL", column(), {"id": "i\0d"}),
        (libcov.ArgumentError, "layer", libcov.Source(column(), layer="x"), {"id": "id"}),
    ],
)
def test_areas_that_are_none(kind: type[libcov.Error], match: str, source: Any, options: Any) -> None:
    with pytest.raises(kind, match=match):
        libcov.Areas(source, **options)


def test_what_a_tally_refuses() -> None:
    areas = board()
    tally = libcov.Tally(areas, {"fiber": None, "4g": "has_4g"})
    with pytest.raises(libcov.ArgumentError, match="column 'has_4g'"):
        tally.push(x=[0.5], y=[0.5])
    with pytest.raises(libcov.ArgumentError, match="x has 1 values, y has 2"):
        tally.push(x=[0.5], y=[0.5, 0.5], served=[0])
    with pytest.raises(libcov.ArgumentError, match="x has 1 values, served has 2"):
        tally.push(x=[0.5], y=[0.5], served=[0, 1])
    with pytest.raises(libcov.ArgumentError, match="negative"):
        tally.push(x=[0.5], y=[0.5], served=[0], weight=[-1])
    with pytest.raises(libcov.ArgumentError):
        tally.push(x=[0.5], y=[0.5], served=[4])  # no such service
    with pytest.raises(libcov.ArgumentError, match="fiber"):
        tally.push({"x": [0.5], "y": [0.5], "has_4g": [True]})  # nothing says who has fiber
    with pytest.raises(libcov.ArgumentError, match="fiber"):
        tally.push(x=[0.5], y=[0.5], served={"4g": [True]})
    assert tally.ledger["read"] == (0, 0)
    tally = libcov.Tally(areas, {"4g": "has_4g"})
    with pytest.raises(libcov.InputError, match="has_4g"):
        tally.push({"x": [0.5], "y": [0.5]})
    with pytest.raises(libcov.InputError, match="row 2"):
        tally.push({"x": [0.5, 0.5], "y": [0.5, 0.5], "has_4g": ["yes", "perhaps"]})
    with pytest.raises(libcov.InputError, match="row 2.*negative"):
        tally.push({"x": [0.5, 0.5], "y": [0.5, 0.5], "has_4g": [1, 1], "w": [1.5, -2.0]}, weight="w")
    with pytest.raises(libcov.ArgumentError, match="numbers"):
        tally.push(x=["a"], y=["b"], served=[0])
    with pytest.raises(libcov.ArgumentError, match="name of a column"):
        tally.push({"x": [0.5], "y": [0.5], "has_4g": [1]}, weight=[1])
    with pytest.raises(libcov.ArgumentError, match="no service"):
        tally.push(x=[0.5], y=[0.5], served={"5g": [True]})
    assert tally.ledger["read"] == (0, 0)
    assert tally.save() == tally.empty().save()


def test_tallies_that_dont_belong_together() -> None:
    tally = libcov.Tally(board(), {"fiber": None})
    with pytest.raises(libcov.MismatchError):
        tally.merge(libcov.Tally(board(), {"4g": None}))
    with pytest.raises(libcov.MismatchError):
        tally.merge(libcov.Tally(board("EPSG:32648"), {"fiber": None}))
    with pytest.raises(libcov.ArgumentError, match="itself"):
        tally.merge(tally)
    with pytest.raises(libcov.FormatError):
        libcov.Tally.load(board(), b"nothing")
    saved = bytearray(tally.save())
    saved[40] ^= 1
    with pytest.raises((libcov.FormatError, libcov.MismatchError)):
        libcov.Tally.load(board(), saved)
    with pytest.raises(libcov.ArgumentError, match="loaded"):
        libcov.Tally.load(board(), tally.save()).push(x=[0.5], y=[0.5])
    with pytest.raises(libcov.ArgumentError, match="loaded"):
        libcov.Tally.load(board(), tally.save()).empty()


def test_names_and_expressions() -> None:
    with pytest.raises(libcov.ArgumentError):
        libcov.Tally(board(), {"a b": None})
    with pytest.raises(libcov.ArgumentError, match="Footprint"):
        libcov.Tally(board(), {"fiber": 5})  # type: ignore[dict-item]
    with pytest.raises(libcov.ArgumentError):
        libcov.Tally(board(), {}, scale=7)
    tally = libcov.Tally(board(), {"fiber": None})
    with pytest.raises(libcov.ExpressionError, match="cable"):
        tally.report({"x": "cable"})
    with pytest.raises(libcov.ArgumentError, match="80"):
        tally.report(targets={"fiber": 80})
    tally.push(x=[0.5], y=[0.5], served=[1])
    wide = libcov.Tally(board(), {"dl25": None, "dl100": None})
    wide.push(x=[0.5], y=[0.5], served=[2])
    with pytest.raises(libcov.TiersError, match="dl100"):
        wide.report(tiers=["dl25", "dl100"])
    wide.report(tiers=[["dl100"], ["dl25"]])


def test_sums_that_are_too_large() -> None:
    tally = libcov.Tally(board(), {})
    with pytest.raises(libcov.LimitError):
        tally.push(x=[0.5, 0.5], y=[0.5, 0.5], weight=[2**63, 2**63])
    with pytest.raises(libcov.LimitError):
        tally.exclude("rejected", 2**64)
    small = libcov.Tally(board(), {}, max_cells=1)
    with pytest.raises(libcov.LimitError):
        small.push(x=[0.5, 1.5], y=[0.5, 0.5])
    assert small.ledger["read"].points == 0


@pytest.mark.skipif(not libcov.has_io, reason="reads no files")
def test_files(tmp_path: Path, province: Path) -> None:
    with pytest.raises((libcov.InputError, libcov.FileError), match="no file"):
        libcov.compute(tmp_path / "nowhere.gpkg", tmp_path / "x.gpkg", services={"fiber": "a.gpkg"})
    areas = libcov.Areas(province / "communes.shp", id="ma_xa")
    report = libcov.Tally(areas, {"fiber": None}).report()
    report.write(tmp_path / "a.geojson")
    with pytest.raises(libcov.ExistsError, match="a.geojson"):
        report.write(tmp_path / "a.geojson")
    report.write(tmp_path / "a.geojson", overwrite=True)
    with pytest.raises(libcov.ArgumentError):
        report.write(tmp_path / "a.docx")
    with pytest.raises((libcov.FileError, libcov.ArgumentError)):
        report.write(tmp_path / "no" / "folder" / "a.csv")
    with pytest.raises(libcov.ArgumentError, match="to_geojson"):
        report.write("-", format="CSV")
    with pytest.raises(libcov.InputError):
        libcov.run_project(province / "communes.shp")


@pytest.mark.skipif(not libcov.has_io, reason="transforms nothing")
def test_coordinate_systems(province: Path) -> None:
    gpd = pytest.importorskip("geopandas")
    frame = gpd.read_file(province / "households.shp").head(10)
    areas = libcov.Areas(province / "communes.shp", id="ma_xa")
    tally = libcov.Tally(areas, {})
    tally.push(frame)
    with pytest.raises(libcov.CRSError, match="32648"):
        tally.push(frame.to_crs("EPSG:32648"))
    assert tally.ledger["read"].points == 10
    with pytest.raises(libcov.CRSError, match="fiber"):
        libcov.Tally(areas, {"fiber": libcov.Footprint(province / "fiber_vnpt.shp", crs="EPSG:32648")})
    with pytest.raises(libcov.CRSError):
        libcov.compute(province / "communes.shp", {"x": [105.0], "y": [9.0]}, services={"f": [True]}, id="ma_xa")
    with pytest.raises(libcov.CRSError):
        libcov.Areas(province / "communes.shp", id="ma_xa", crs="EPSG:0")
    with pytest.raises(libcov.CRSError):
        libcov.Areas(province / "communes.shp", id="ma_xa", crs=object())
    plane = libcov.Areas(province / "communes.shp", id="ma_xa", crs="EPSG:32648")
    moved = libcov.Tally(plane, {})
    moved.push(frame.to_crs("EPSG:32648"))
    assert moved.ledger["assigned"].points == 10


@pytest.mark.skipif(not libcov.has_io, reason="knows no PROJ")
def test_a_system_without_a_code() -> None:
    """A local meridian of VN-2000, as surveyors' offices have it: PROJJSON here, WKT there."""
    pyproj = pytest.importorskip("pyproj")
    gpd = pytest.importorskip("geopandas")
    shapely = pytest.importorskip("shapely")
    local = "+proj=tmerc +lon_0={} +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m +no_defs +type=crs"
    here, there = (pyproj.CRS(local.format(meridian)) for meridian in (105.25, 105.5))
    frame = gpd.GeoDataFrame({"id": ["1"]}, geometry=[shapely.box(500_000, 1_000_000, 500_100, 1_000_100)], crs=here)
    points = gpd.GeoDataFrame(geometry=[shapely.Point(500_050, 1_000_050)], crs=here)
    areas = libcov.Areas(frame, id="id")
    tally = libcov.Tally(areas, {"fiber": libcov.Footprint(frame), "near": libcov.Footprint(points, within=10)})
    tally.push(points)
    assert tally.report().to_dict()["fiber_n"] == [1, 1]
    with pytest.raises(libcov.CRSError, match="points"):
        tally.push(points.set_crs(there, allow_override=True))


def test_arguments() -> None:
    ring = [square(0, 0)]
    for options in ({"invalid": "mend"}, {"threads": -1}, {"threads": 1.5}, {"progress": 3}):
        with pytest.raises(libcov.ArgumentError):
            libcov.Areas({"id": ["1"], "geometry": ring}, id="id", crs="EPSG:4326", assume_crs="EPSG:4326", **options)
    with pytest.raises(libcov.ArgumentError, match="within="):
        libcov.Footprint(ring, barriers=ring)
    with pytest.raises(libcov.ArgumentError):
        libcov.Footprint(ring, within="far")
    with pytest.raises(libcov.ArgumentError):
        libcov.Footprint(ring, within=-1)
    with pytest.raises(libcov.ArgumentError, match="service"):
        libcov.compute({"id": ["1"], "geometry": ring}, {"x": [0], "y": [0]})
    with pytest.raises(TypeError):
        libcov.Report()
    with pytest.raises(libcov.InputError):
        libcov.Footprint([])


UNMADE = {
    libcov.Areas: ["ids", "names", "parents", "crs", "extent", "fingerprint", "memory", "shapes", "find", "locate"],
    libcov.Footprint: ["crs", "extent", "memory", "reaches"],
    libcov.Tally: ["ledger", "scale", "services", "save", "empty", "report", "exclude"],
    libcov.Report: ["to_dict", "to_arrow", "ledger", "levels", "crs", "indicators", "gaps", "manifest", "columns"],
}
ARGUMENTS = {"find": ("1",), "locate": ([0.5], [0.5]), "reaches": ([0.5], [0.5]), "exclude": ("rejected",)}


@pytest.mark.parametrize("kind", UNMADE)
def test_what_was_never_made_is_no_crash(kind: Any) -> None:
    """A subclass may forget to call __init__."""
    thing = kind.__new__(kind)
    errors = (libcov.ArgumentError, TypeError, AttributeError)
    for name in UNMADE[kind]:
        with pytest.raises(errors):
            found = getattr(thing, name)
            found = found(*ARGUMENTS.get(name, ()))
            found.__arrow_c_stream__()
    for use in (repr, pickle.dumps):
        with pytest.raises(errors):
            use(thing)
    if kind is not libcov.Footprint:
        with pytest.raises(errors):
            hash(thing) if kind is not libcov.Tally else thing.push([[0.5, 0.5]])
    if hasattr(kind, "__len__"):
        with pytest.raises(errors):
            len(thing)


def test_nothing_is_made_from_what_was_never_made() -> None:
    areas, footprint = libcov.Areas.__new__(libcov.Areas), libcov.Footprint.__new__(libcov.Footprint)
    tally = libcov.Tally(board(), {})
    for wrong in (
        lambda: libcov.Tally(areas, {}),
        lambda: libcov.Tally(board(), {"a": footprint}),
        lambda: libcov.Tally.load(areas, tally.save()),
        lambda: tally.merge(libcov.Tally.__new__(libcov.Tally)),
        lambda: libcov.Tally.__new__(libcov.Tally).merge(tally),
    ):
        with pytest.raises(libcov.ArgumentError):
            wrong()


def test_what_is_made_is_not_made_again() -> None:
    """Others hold it: tallies their areas, reports their tallies."""
    areas, footprint = board(), libcov.Footprint([square(0, 0)])
    tally = libcov.Tally(areas, {"a": footprint})
    tally.push([[0.5, 0.5]])
    for thing, told in ((areas, (column(),)), (footprint, ([square(5, 5)],)), (tally, (areas, {}))):
        with pytest.raises(libcov.ArgumentError, match="made already"):
            thing.__init__(*told)  # type: ignore[misc]
    tally.push([[0.5, 0.5]])
    assert tally.report().to_dict()["a_n"][-1] == 2


@pytest.mark.parametrize(
    ("said", "here"),
    [
        ("choose another column with --id", "choose another column with id="),
        ("--assume-crs, e.g. --assume-crs EPSG:9210", 'crs=, e.g. crs="EPSG:9210"'),
        ("name it with --assume-crs EPSG:...", 'name it with crs="EPSG:..."'),
        ("use --invalid fix to repair it or --invalid skip", 'use invalid="fix" to repair it or invalid="skip"'),
        ('by name (--allow-driver "WFS"), because', 'by name (allow_drivers=["WFS"]), because'),
        ("says how many, add --weight số hộ", 'says how many, add weight="số hộ"'),
        ("(--household-id), (--allow-network)", "(household_id=), (allow_network=)"),
        ("written by covcalc --tally; ogrinfo -so --config X", "written by covcalc --tally; ogrinfo -so --config X"),
    ],
)
def test_messages_name_arguments_in_the_place_of_options(said: str, here: str) -> None:
    assert _errors.in_python(said) == here


def test_every_option_that_the_library_names_has_an_argument() -> None:
    sources = sorted((Path(__file__).parents[2] / "libcov").glob("io/*.c"))
    if not sources:
        pytest.skip("the library's sources are elsewhere")
    of_others = {"--config", "--tally"}
    for source in sources:
        told = re.findall(r"""[ ("](--[a-z][a-z-]+)[ "),:]""", source.read_text(encoding="utf-8"))
        for option in set(told) - of_others:
            assert _errors.in_python(option).endswith("="), f"{source.name}: {option}"


@pytest.mark.skipif(not libcov.has_io, reason="reads no files")
def test_areas_are_told_their_own_argument(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,wkt\n1,"POLYGON((0 0,1 0,1 1,0 0))"\n', encoding="utf-8")
    with pytest.raises(libcov.CRSError, match="assume_crs="):
        libcov.Areas(path, id="id")


class Broken:
    """A stream that fails when it is read, with an exception of Python."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        pa = pytest.importorskip("pyarrow")
        schema = pa.schema([("x", pa.float64()), ("y", pa.float64())])

        def batches() -> Any:
            yield pa.record_batch([[0.5], [0.5]], schema=schema)
            raise RuntimeError("the line is cut")

        return pa.RecordBatchReader.from_batches(schema, batches()).__arrow_c_stream__()


def test_a_stream_that_breaks_counts_nothing() -> None:
    tally = libcov.Tally(board(), {})
    with pytest.raises(libcov.InputError, match="the line is cut"):
        tally.push(Broken(), x="x", y="y")
    assert tally.ledger["read"].points == 0


def test_a_stream_is_used_once() -> None:
    pa = pytest.importorskip("pyarrow")
    capsule = pa.table({"x": [0.5], "y": [0.5]}).__arrow_c_stream__()

    class Once:
        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return capsule

    tally = libcov.Tally(board(), {})
    tally.push(Once(), x="x", y="y")
    with pytest.raises(libcov.ArgumentError, match="used already"):
        tally.push(Once(), x="x", y="y")
    with pytest.raises(libcov.ArgumentError, match="capsule"):
        tally.push(type("No", (), {"__arrow_c_stream__": lambda self: 5})(), x="x", y="y")
