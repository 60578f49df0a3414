"""Whatever form the data come in, the result is the same, to the byte."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import libcov

PROVINCE = Path(__file__).parents[2] / "data" / "province"
SERVICES = ("fiber/vnpt", "4g/viettel")


def frame(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(PROVINCE / f"{name}.shp")


@pytest.fixture(scope="module")
def communes() -> gpd.GeoDataFrame:
    return frame("communes")


@pytest.fixture(scope="module")
def households() -> gpd.GeoDataFrame:
    return frame("households")


def features(report: libcov.Report) -> str:
    """All of a GeoJSON but its manifest, which names the sources."""
    whole = json.loads(report.to_geojson())
    del whole["libcov"]
    return json.dumps(whole)


def count(areas: Any, points: Any, **more: Any) -> libcov.Report:
    services = {"fiber/vnpt": libcov.Near(PROVINCE / "cables_vnpt.shp", within="150m",
                                        barriers=PROVINCE / "rivers.shp")}
    return libcov.compute(areas, points, services=services, id="ma_xa", name="ten_xa",
                          parents=["ma_huyen"], weight="households", **more)


@pytest.fixture(scope="module")
def expected() -> str:
    return features(count(PROVINCE / "communes.shp", PROVINCE / "households.shp"))


def test_the_total_is_the_documented_one() -> None:
    """The figure of data/README.md, found there by GEOS."""
    total = count(PROVINCE / "communes.shp", PROVINCE / "households.shp").to_dict()
    assert round(total["fiber_vnpt_pct"][-1], 1) == 33.7


def test_geopandas(communes: Any, households: Any, expected: str) -> None:
    assert features(count(communes, households)) == expected


def test_pyarrow_tables_and_readers(communes: Any, households: Any, expected: str) -> None:
    areas, points = pa.table(communes.to_arrow(index=False)), pa.table(households.to_arrow(index=False))
    assert features(count(areas, points)) == expected
    reader = pa.RecordBatchReader.from_batches(points.schema, points.to_batches(max_chunksize=999))
    assert features(count(areas, reader)) == expected


def test_native_geoarrow(communes: Any, households: Any, expected: str) -> None:
    areas = communes.to_arrow(index=False, geometry_encoding="geoarrow")
    points = households.to_arrow(index=False, geometry_encoding="geoarrow")
    assert features(count(areas, points)) == expected


def test_polars(communes: Any, households: Any, expected: str) -> None:
    wkb = households.to_wkb()
    points = pl.DataFrame({c: list(wkb[c]) for c in wkb.columns})
    assert features(count(communes, points, crs="EPSG:4326")) == expected


def test_duckdb(communes: Any, households: Any, expected: str) -> None:
    xy = households.assign(lon=households.geometry.x, lat=households.geometry.y)
    rows = pa.table({"lon": xy.lon, "lat": xy.lat, "households": xy.households})
    relation = duckdb.sql("select * from rows")
    assert features(count(communes, relation)) == expected


def test_numpy(communes: Any, households: Any, expected: str) -> None:
    points = {"lon": households.geometry.x.to_numpy(), "lat": households.geometry.y.to_numpy(),
              "households": households.households.to_numpy()}
    assert features(count(communes, points)) == expected
    # views with strides, and whole numbers of another width
    both = np.stack([points["lon"], points["lat"]], axis=1)
    strided = {"lon": both[:, 0], "lat": both[:, 1],
               "households": points["households"].astype(np.int16)}
    assert features(count(communes, strided)) == expected


def square(x: float, y: float, side: float) -> str:
    return (f"POLYGON(({x} {y},{x + side} {y},{x + side} {y + side},{x} {y + side},{x} {y}))")


@pytest.fixture
def two() -> Any:
    shapes = gpd.GeoSeries.from_wkt([square(0, 0, 1), square(1, 0, 1)], crs="EPSG:32648")
    return gpd.GeoDataFrame({"ma": ["01", "02"]}, geometry=shapes)


@pytest.mark.parametrize("column", [
    pa.array([True, False, None]),
    pa.array([3, 0, None], pa.int8()),
    pa.array([0.5, 0.0, None]),
    pa.array(["yes", "no", None]),
    pa.array(["có", "không", None]).dictionary_encode(),
    pa.array(["yes", "no", None], pa.large_string()),
])
def test_columns_of_any_type_answer(two: Any, column: pa.Array) -> None:
    points = pa.table({"x": [0.5, 0.5, 1.5], "y": [0.5, 0.5, 0.5], "has": column})
    report = libcov.compute(two, points, services={"fiber": libcov.Column("has")}, crs="EPSG:32648")
    rows = report.to_dict()
    assert rows["fiber_n"] == [1, 0, 1]
    assert rows["fiber_unknown"] == [0, 1, 1]
    assert rows["fiber_pct"] == [50.0, None, 50.0]


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
    points = {"x": [0.5], "y": [0.5]}
    with pytest.raises(ValueError, match="no id column .nope."):
        libcov.compute(two, points, services={"fiber": two}, id="nope", crs="EPSG:32648")
    with pytest.raises(libcov.CRSError):
        libcov.compute(two, points, services={"fiber": two})
    report = libcov.compute(two, points, services={"fiber": two}, crs="EPSG:32648")
    report.write(tmp_path / "tệp kết quả.geojson")
    with pytest.raises(FileExistsError):
        report.write(tmp_path / "tệp kết quả.geojson")


def test_libraries_with_a_gdal_of_their_own_may_come_first_or_last() -> None:
    others = ["pyogrio", "rasterio", "fiona"]
    for order in (["libcov", *others], [*others, "libcov"]):
        work = "; ".join(f"import {name}" for name in order)
        work += (f"; r = libcov.compute({str(PROVINCE / 'communes.shp')!r}, "
                 f"{str(PROVINCE / 'households.shp')!r}, weight='households', id='ma_xa', "
                 f"services={{'fiber': libcov.Near("
                 f"{str(PROVINCE / 'cables_vnpt.shp')!r}, within='150m')}}); "
                 f"pyogrio.read_dataframe({str(PROVINCE / 'communes.shp')!r}); "
                 "assert r.to_dict()['households'][-1] == 223000")
        done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


CANCEL = """
import numpy, libcov, sys
areas = libcov.Areas({areas!r}, id="ma_xa")
w, s, e, n = areas.extent
points = numpy.random.default_rng(1).uniform([w, s], [e, n], (2_000_000, 2))
print("ready", flush=True)
while True:
    libcov.Tally(areas, {{}}).push(points)
"""


def test_ctrl_c_is_heard() -> None:
    work = subprocess.Popen([sys.executable, "-c", CANCEL.format(areas=str(PROVINCE / "communes.shp"))],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert work.stdout is not None
    assert work.stdout.readline() == "ready\n"
    time.sleep(0.5)
    work.send_signal(signal.SIGINT)
    _, said = work.communicate(timeout=20)
    assert "KeyboardInterrupt" in said


def test_memory_stays() -> None:
    psutil = pytest.importorskip("psutil")
    shape = gpd.GeoSeries.from_wkt([square(0, 0, 1)])
    table = pa.table({"id": ["a"], "geometry": [shape.iloc[0].wkb]})
    x = np.full(100, 0.5)

    def call() -> None:
        areas = libcov.Areas(table, id="id", assume_crs="EPSG:32648")
        tally = libcov.Tally(areas, {"fiber": "has"})
        tally.push({"x": x, "y": x, "has": x > 0})
        tally.save()

    process = psutil.Process()
    for _ in range(1000):
        call()
    before = process.memory_info().rss
    for _ in range(10_000):
        call()
    assert process.memory_info().rss - before < 8 << 20


def test_one_module_for_every_python_from_3_11() -> None:
    from libcov import _libcov

    assert Path(_libcov.__file__).name == "_libcov.abi3.so"


def test_the_version_is_the_librarys() -> None:
    from importlib.metadata import version

    assert version("libcov") == libcov.__version__
