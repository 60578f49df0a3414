"""Spark counts what a single process counts, to the byte, whatever befalls its tasks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pyspark = pytest.importorskip("pyspark")
pa = pytest.importorskip("pyarrow")
pytest.importorskip("geopandas")

if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java", allow_module_level=True)

import cluster_cases as cases
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import libcov
import libcov.spark
from libcov import _cluster

XY = {"x": "x", "y": "y", "weight": "persons"}

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Two threads of one small JVM that speaks to nobody; a task may fail twice."""
    pyspark.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with pytest.MonkeyPatch.context() as patch:
        here = os.path.dirname(__file__)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYSPARK_DRIVER_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYTHONPATH", os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]))
        patch.delenv("SPARK_HOME", raising=False)
        home = tmp_path_factory.mktemp("spark")
        session = (
            SparkSession.builder.master("local[2,3]")
            .appName("libcov")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.memory", "512m")
            .config("spark.local.dir", str(home))
            .config("spark.sql.warehouse.dir", str(home / "warehouse"))
            .config("spark.sql.shuffle.partitions", "8")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "100")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "OFF")
            .getOrCreate()
        )
        yield session
        session.stop()


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    return cases.households()


@pytest.fixture(scope="module")
def frame(
    spark: SparkSession, rows: pa.Table, tmp_path_factory: pytest.TempPathFactory
) -> DataFrame:
    import pyarrow.parquet as parquet

    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    parquet.write_table(rows, path)
    return spark.read.parquet(str(path))


@pytest.fixture(scope="module")
def expected(rows: pa.Table) -> libcov.Tally:
    return cases.alone(rows, **XY)


def count(frame: DataFrame, **told: Any) -> libcov.Tally:
    told = {**XY, "scale": cases.SCALE, **told}
    return libcov.spark.tally(frame, cases.areas(), cases.services(), **told)


@pytest.mark.parametrize(("partitions", "reducers"), [(1, 4), (2, 4), (7, 0), (7, 4), (64, 4)])
def test_bytes_do_not_depend_on_partitions(
    frame: DataFrame, expected: libcov.Tally, partitions: int, reducers: int
) -> None:
    assert count(frame.repartition(partitions), reducers=reducers).save() == expected.save()


def test_bytes_do_not_depend_on_the_order(frame: DataFrame, expected: libcov.Tally) -> None:
    shuffled = frame.orderBy(F.rand(7)).repartition(5, "persons")
    assert count(shuffled, reducers=3).save() == expected.save()


def test_the_driver_is_given_few_tallies(
    spark: SparkSession, frame: DataFrame, expected: libcov.Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect = libcov.spark._collect
    given = []

    def look(parts: DataFrame) -> Any:
        rows = collect(parts)
        given.append(len(rows))
        return rows

    monkeypatch.setattr(libcov.spark, "_collect", look)
    coalesce = "spark.sql.adaptive.coalescePartitions.enabled"
    spark.conf.set(coalesce, "false")
    try:
        assert count(frame.repartition(20), reducers=3).save() == expected.save()
    finally:
        spark.conf.unset(coalesce)
    assert count(frame.repartition(20), reducers=3).save() == expected.save()
    assert count(frame.repartition(20), reducers=0).save() == expected.save()
    assert 1 <= given[0] <= 3
    assert given[1:] == [1, 20]


def test_report_is_that_of_one_process(frame: DataFrame, expected: libcov.Tally) -> None:
    report = libcov.spark.compute(
        frame.repartition(5), cases.areas(), cases.services(), indicators=cases.WANTED,
        scale=cases.SCALE, **XY,
    )  # fmt: skip
    single = expected.report(indicators=cases.WANTED, measure="persons")
    if libcov.has_io:
        assert report.to_geojson() == single.to_geojson()
    assert pa.table(report).equals(pa.table(single))


@pytest.mark.skipif(not libcov.has_io, reason="compute transforms with PROJ")
def test_report_is_that_of_compute(frame: DataFrame, rows: pa.Table) -> None:
    services = {**cases.services(), "fiber/vnpt": cases.zones()}
    told = {"crs": cases.CRS, "indicators": cases.WANTED, **XY}
    report = libcov.spark.compute(
        frame.repartition(5), cases.communes(), services, **told, **cases.BUILT
    )
    single = cases.computed(rows.drop_columns(["geometry"]), services, **told)
    assert report.to_dict() == single.to_dict()
    assert report.ledger == single.ledger


@pytest.mark.skipif(not libcov.has_io, reason="files are read by GDAL")
def test_areas_and_networks_in_files(frame: DataFrame, rows: pa.Table, tmp_path: Path) -> None:
    cases.communes().to_crs("EPSG:3857").to_file(tmp_path / "communes.gpkg")
    cases.cables().to_file(tmp_path / "cables.gpkg")
    services = {"fiber": libcov.Near(tmp_path / "cables.gpkg", within="20 km")}
    told = {"crs": cases.CRS, "x": "x", "y": "y"}
    report = libcov.spark.compute(
        frame.repartition(3), tmp_path / "communes.gpkg", services, **told, **cases.BUILT
    )
    single = libcov.compute(
        tmp_path / "communes.gpkg",
        rows.drop_columns(["geometry"]),
        services=services,
        **told,
        **cases.BUILT,
    )
    assert report.to_dict() == single.to_dict()
    assert 0 < report.to_dict()["fiber_n"][-1] < report.to_dict()["households"][-1]


def test_whole_weights_are_counted_whole(frame: DataFrame) -> None:
    told = {"x": "x", "y": "y", "weight": "n"}
    for kind, scale in (("int", 1), ("decimal(9,0)", 1), ("decimal(9,1)", 1000), ("double", 1000)):
        whole = frame.withColumn("n", F.lit(2).cast(kind))
        tally = libcov.spark.tally(whole, cases.areas(), cases.services(), **told)
        assert (tally.scale, tally.ledger["read"].weight) == (scale, 2 * cases.ROWS)
    assert libcov.spark.tally(frame, cases.areas(), {}, x="x", y="y").scale == 1


def test_points_as_wkb(frame: DataFrame, rows: pa.Table) -> None:
    single = cases.alone(rows, geometry="geometry", weight="persons")
    got = count(frame.repartition(3), x=None, y=None)
    assert got.save() == single.save()
    assert got.ledger == single.ledger


@pytest.mark.skipif(not hasattr(F, "st_geomfromwkb"), reason="before Spark had geometries")
def test_points_as_geometries_of_spark(frame: DataFrame, rows: pa.Table) -> None:
    single = cases.alone(rows, geometry="geometry", weight="persons")
    for made in ("st_geomfromwkb(geometry)", "st_geomfromwkb(geometry, 4326)"):
        own = frame.withColumn("geometry", F.expr(made))
        assert count(own, x=None, y=None).save() == single.save()


@pytest.mark.skipif(not hasattr(F, "st_geomfromwkb"), reason="before Spark had geometries")
def test_a_geometry_of_spark_states_its_system(frame: DataFrame, rows: pa.Table) -> None:
    single = cases.alone(rows, geometry="geometry", weight="persons")
    own = frame.withColumn("geometry", F.expr("st_geomfromwkb(geometry, 4326)"))
    told = {"weight": "persons", "scale": cases.SCALE}
    built = {"id": "ma_xa", "name": "ten_xa", "parents": ["huyen"]}
    got = libcov.spark.tally(own, cases.communes(), cases.services(), **told, **built)
    assert got.save() == single.save()
    with pytest.raises(libcov.CRSError, match="EPSG:4326.*EPSG:3405"):
        libcov.spark.tally(own, cases.communes(), {}, crs="EPSG:3405", **built)
    with pytest.raises(libcov.CRSError, match="EPSG:4326.*EPSG:3857"):
        square = cases.communes().to_crs("EPSG:3857")
        libcov.spark.tally(own, libcov.Areas(square, crs="EPSG:3857", **built), {})
    with pytest.raises(libcov.InputError, match="of its own"):
        count(
            frame.withColumn("geometry", F.expr("st_setsrid(st_geomfromwkb(geometry), int(x))")),
            x=None,
            y=None,
        )


def test_decimal_weights_and_odd_names(frame: DataFrame, expected: libcov.Tally) -> None:
    odd = frame.withColumn("số.người `x`", F.col("persons").cast("decimal(12,4)"))
    assert count(odd, weight="số.người `x`").save() == expected.save()


def test_areas_as_a_table_and_services_as_data(frame: DataFrame, expected: libcov.Tally) -> None:
    services = {**cases.services(), "fiber/vnpt": cases.zones()}
    got = libcov.spark.tally(
        frame, cases.communes(), services, id="ma_xa", name="ten_xa", parents=["huyen"],
        crs=cases.CRS, scale=cases.SCALE, **XY,
    )  # fmt: skip
    assert got.save() == expected.save()


def test_no_rows_are_an_empty_tally(frame: DataFrame, rows: pa.Table) -> None:
    empty = cases.alone(rows.slice(0, 0), **XY)
    assert count(frame.limit(0)).save() == empty.save()
    assert count(frame.repartition(4).where("x > 1000")).save() == empty.save()


def test_empty_partitions_add_nothing(
    spark: SparkSession, frame: DataFrame, rows: pa.Table
) -> None:
    few = frame.limit(3).repartition(16)
    assert count(few).ledger["read"] == cases.alone(rows.slice(0, 3), **XY).ledger["read"]


def test_other_columns_stay_where_they_are(frame: DataFrame, expected: libcov.Tally) -> None:
    trap = frame.withColumn("note", F.raise_error(F.lit("this column was computed")))
    assert count(trap).save() == expected.save()


# ------------------------------------------------------------------------------ exactly once


def first(flag: Path) -> bool:
    """Whether this is the first task that asks; of two at a time one is."""
    try:
        os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def failing_once(
    make: Callable[..., Any], flag: Path, attempts: Path
) -> Callable[..., Callable[[Any], Iterator[Any]]]:
    """A mapper whose first task fails when all that it has counted is given out already."""

    def maker(*told: Any) -> Callable[[Any], Iterator[Any]]:
        whole = make(*told)

        def mapper(batches: Any) -> Iterator[Any]:
            for row in whole(batches):
                yield row
                with open(attempts, "a") as log:
                    log.write("x")
                if first(flag):
                    raise RuntimeError("lost")

        return mapper

    return maker


@pytest.mark.parametrize(("mapper", "tasks"), [("_counter", 6), ("_merger", 1)])
def test_a_task_that_fails_and_is_repeated_counts_once(
    frame: DataFrame,
    expected: libcov.Tally,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    mapper: str,
    tasks: int,
) -> None:
    flag, attempts = tmp_path / "flag", tmp_path / "attempts"
    patched = failing_once(getattr(libcov.spark, mapper), flag, attempts)
    monkeypatch.setattr(libcov.spark, mapper, patched)
    assert count(frame.repartition(6), reducers=1).save() == expected.save()
    assert flag.exists()
    assert len(attempts.read_text()) == tasks + 1


def test_a_worker_that_dies_counts_once(
    frame: DataFrame, expected: libcov.Tally, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    make = libcov.spark._counter

    def maker(*told: Any) -> Any:
        whole = make(*told)

        def mapper(batches: Any) -> Iterator[Any]:
            for row in whole(batches):
                yield row
                if first(flag):
                    os._exit(7)

        return mapper

    monkeypatch.setattr(libcov.spark, "_counter", maker)
    assert count(frame.repartition(6)).save() == expected.save()
    assert flag.exists()


def test_the_index_is_built_once_a_process(spark: SparkSession, frame: DataFrame) -> None:
    columns = _cluster.columns("geometry", None, None, None, default=None)
    _, plan = _cluster.prepare(cases.areas(), cases.services(), columns)
    shared = spark.sparkContext.broadcast(plan)

    def look(batches: Any) -> Iterator[Any]:
        import os

        for _ in batches:
            pass
        cells = {"pid": [os.getpid()], "place": [id(_cluster.template(shared.value))]}
        yield pa.RecordBatch.from_pydict(cells)

    seen = frame.repartition(12).mapInArrow(look, "pid long, place long").collect()
    assert len(seen) == 12
    assert len({row["pid"] for row in seen}) < 12
    assert len(set(seen)) == len({row["pid"] for row in seen})


# ------------------------------------------------------------------------------ Spark Connect

CONNECTED = """
import sys
import cluster_cases as cases, libcov, libcov.spark
from pyspark.sql import SparkSession, functions as F

own = {"host": "127.0.0.1", "bindAddress": "127.0.0.1", "memory": "512m"}
builder = SparkSession.builder.remote("local[2]").config("spark.ui.enabled", "false")
builder = builder.config("spark.connect.grpc.binding.address", "127.0.0.1")
for name, value in own.items():
    builder = builder.config(f"spark.driver.{name}", value)
spark = builder.getOrCreate()
rows = cases.households()
told = {"x": "x", "y": "y", "weight": "persons", "scale": cases.SCALE}
frame = spark.createDataFrame(rows).repartition(5)
got = libcov.spark.tally(frame, cases.areas(), cases.services(), **told)
assert got.save() == cases.alone(rows, x="x", y="y", weight="persons").save()
try:
    bad = frame.withColumn("persons", F.lit(-1))
    libcov.spark.tally(bad, cases.areas(), cases.services(), **told)
except libcov.InputError as error:
    assert str(error).startswith("partition "), error
    print("done")
spark.stop()
"""


def test_spark_connect(tmp_path: Path) -> None:
    pytest.importorskip("grpc")
    pytest.importorskip("grpc_status")
    here = os.path.dirname(__file__)
    path = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    unset = ("SPARK_HOME", "PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET")
    env = {name: value for name, value in os.environ.items() if name not in unset}
    env |= {"PYTHONPATH": path, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    run = subprocess.run(
        [sys.executable, "-c", CONNECTED], env=env, cwd=tmp_path, capture_output=True, text=True,
        timeout=300, check=False, start_new_session=True,
    )  # fmt: skip
    assert run.returncode == 0 and run.stdout.endswith("done\n"), run.stderr[-5000:]


# ------------------------------------------------------------------------------ errors


def test_an_error_of_a_worker_keeps_its_class(frame: DataFrame) -> None:
    line = F.unhex(F.lit("010200000002000000" + 32 * "00"))
    bad = frame.withColumn("geometry", F.when(F.col("x") < 2, line).otherwise(F.col("geometry")))
    with pytest.raises(libcov.InputError, match=r"^partition 0: .*, row \d+.*no point") as caught:
        count(bad.coalesce(1), x=None, y=None)
    assert "Traceback" in str(caught.value.__cause__)
    assert caught.value.code == 10


def test_rows_are_numbered_through_the_partition(frame: DataFrame) -> None:
    ordered = frame.orderBy("note").coalesce(1)
    last_but_one = F.col("note") == "not to be shipped 998"  # in the order of texts
    bad = ordered.withColumn("persons", F.when(last_but_one, -1).otherwise(F.col("persons")))
    with pytest.raises(libcov.InputError, match="row 2999"):
        count(bad)


def test_an_answer_that_is_none(frame: DataFrame) -> None:
    with pytest.raises(libcov.InputError, match='partition .*"has_4g".*yes nor no'):
        count(frame.withColumn("has_4g", F.lit("maybe")), reducers=2)


def test_errors_of_spark_are_left_alone(frame: DataFrame) -> None:
    with pytest.raises(Exception, match="on purpose") as caught:
        count(frame.withColumn("persons", F.raise_error(F.lit("on purpose")).cast("int")))
    assert not isinstance(caught.value, libcov.Error)


def test_what_is_said_is_checked_before_anything_runs(frame: DataFrame) -> None:
    with pytest.raises(libcov.CRSError, match="crs="):
        libcov.spark.tally(frame, cases.communes(), {}, id="ma_xa", x="x", y="y")
    with pytest.raises(libcov.CRSError, match="EPSG:3405"):
        count(frame, crs="EPSG:3405")
    with pytest.raises(libcov.ArgumentError, match="'persons>=2' is a condition"):
        conditioned = {"4g": libcov.Column("persons>=2")}
        libcov.spark.tally(frame, cases.areas(), conditioned, x="x", y="y")
    with pytest.raises(libcov.ArgumentError, match="service 4g is answered by"):
        libcov.spark.tally(frame, cases.areas(), {"4g": libcov.Signal("a.tif", -100)}, x="x", y="y")
    with pytest.raises(libcov.ArgumentError, match="split"):
        split = {"4g": libcov.Polygons(cases.zones(), split="network")}
        libcov.spark.tally(frame, cases.areas(), split, x="x", y="y")
    with pytest.raises(libcov.ArgumentError, match="both columns"):
        count(frame, y=None)
    with pytest.raises(libcov.ArgumentError, match="same thing"):
        count(frame, geometry="geometry")
    with pytest.raises(libcov.ArgumentError, match="reducers"):
        count(frame, reducers=-1)
    with pytest.raises(libcov.InputError, match="column x is of type double"):
        count(frame, x=None, y=None, geometry="x")
