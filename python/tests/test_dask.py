"""Dask counts what a single process counts, to the byte, whatever befalls its tasks."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

dask = pytest.importorskip("dask")
dd = pytest.importorskip("dask.dataframe")
geo = pytest.importorskip("dask_geopandas")
distributed = pytest.importorskip("distributed")
pa = pytest.importorskip("pyarrow")

import cloudpickle
import cluster_cases as cases
import dask.bag as bags
import geopandas
import pandas as pd

import libcov
import libcov.dask
from libcov import _cluster

XY = {"x": "x", "y": "y", "weight": "persons"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two processes of two threads, which a nanny starts again when they die."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    settings = {
        "distributed.worker.daemon": False,
        "temporary-directory": str(tmp_path_factory.mktemp("dask")),
        "logging.distributed": "critical",
    }
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, host="127.0.0.1", dashboard_address=None,
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    return cases.households()


@pytest.fixture(scope="module")
def pandas(rows: pa.Table) -> pd.DataFrame:
    return rows.drop_columns(["geometry"]).to_pandas(types_mapper=pd.ArrowDtype)


@pytest.fixture(scope="module")
def geopandas_frame(rows: pa.Table, pandas: pd.DataFrame) -> geopandas.GeoDataFrame:
    points = geopandas.GeoSeries.from_wkb(rows["geometry"].to_pylist(), crs=cases.CRS)
    return geopandas.GeoDataFrame(pandas, geometry=points)


@pytest.fixture(scope="module")
def expected(rows: pa.Table) -> libcov.Tally:
    return cases.alone(rows, **XY)


def count(households: Any, **told: Any) -> libcov.Tally:
    told = {**XY, "scale": cases.SCALE, **told}
    return libcov.dask.tally(households, cases.areas(), cases.services(), **told)


@pytest.mark.parametrize("scheduler", ["sync", "threads"])
@pytest.mark.parametrize("partitions", [1, 2, 7, 64])
def test_bytes_do_not_depend_on_partitions(
    pandas: pd.DataFrame, expected: libcov.Tally, partitions: int, scheduler: str
) -> None:
    with dask.config.set(scheduler=scheduler):
        got = count(dd.from_pandas(pandas, npartitions=partitions), split_every=3)
    assert got.save() == expected.save()


@pytest.mark.parametrize("partitions", [1, 7, 64])
def test_bytes_of_a_cluster(
    client: Any, pandas: pd.DataFrame, expected: libcov.Tally, partitions: int
) -> None:
    shuffled = pandas.sample(frac=1, random_state=partitions)
    frame = dd.from_pandas(shuffled, npartitions=partitions, sort=False)
    assert count(frame, client=client).save() == expected.save()


def test_bytes_after_repartitioning(
    client: Any, pandas: pd.DataFrame, expected: libcov.Tally
) -> None:
    frame = dd.from_pandas(pandas, npartitions=4).repartition(npartitions=2)
    assert count(frame.shuffle("persons"), client=client).save() == expected.save()


def test_report_is_that_of_one_process(pandas: pd.DataFrame, expected: libcov.Tally) -> None:
    report = libcov.dask.compute(
        dd.from_pandas(pandas, npartitions=5), cases.areas(), cases.services(),
        indicators=cases.WANTED, scale=cases.SCALE, **XY,
    )  # fmt: skip
    single = expected.report(indicators=cases.WANTED, measure="persons")
    if libcov.has_io:
        assert report.to_geojson() == single.to_geojson()
    assert pa.table(report).equals(pa.table(single))


@pytest.mark.parametrize("remote", [False, True])
def test_points_of_dask_geopandas(
    request: pytest.FixtureRequest,
    geopandas_frame: geopandas.GeoDataFrame,
    rows: pa.Table,
    remote: bool,
) -> None:
    told = {"client": request.getfixturevalue("client")} if remote else {}
    single = cases.alone(rows, geometry="geometry", weight="persons")
    frame = geo.from_geopandas(geopandas_frame.rename_geometry("nơi"), npartitions=3)
    got = libcov.dask.tally(
        frame, cases.communes(), cases.services(), id="ma_xa", name="ten_xa", parents=["huyen"],
        weight="persons", scale=cases.SCALE, **told,
    )  # fmt: skip
    assert got.save() == single.save()
    assert got.ledger == single.ledger


@pytest.mark.skipif(not libcov.has_io, reason="compute transforms with PROJ")
def test_report_is_that_of_compute(geopandas_frame: geopandas.GeoDataFrame) -> None:
    """The households are in metres, the areas and zones in degrees."""
    metres = geopandas_frame.to_crs("EPSG:32631")
    services = {**cases.services(), "fiber/vnpt": cases.zones()}
    told = {"indicators": cases.WANTED, "weight": "persons"}
    report = libcov.dask.compute(
        geo.from_geopandas(metres, npartitions=3), cases.communes(), services, **told, **cases.BUILT
    )
    single = cases.computed(metres, services, **told)
    assert report.to_dict() == single.to_dict()
    assert report.ledger == single.ledger


def test_whole_weights_are_counted_whole(pandas: pd.DataFrame) -> None:
    for kind, scale in (("int32", 1), ("int64[pyarrow]", 1), ("float64", 1000)):
        whole = dd.from_pandas(pandas.assign(persons=pd.Series(2, pandas.index, kind)), 2)
        tally = libcov.dask.tally(whole, cases.areas(), cases.services(), **XY)
        assert (tally.scale, tally.ledger["read"].weight) == (scale, 2 * cases.ROWS)


def test_bags_and_lists_of_frames(
    client: Any, rows: pa.Table, pandas: pd.DataFrame, expected: libcov.Tally
) -> None:
    pieces = [pandas[i::5] for i in range(5)]
    assert count(bags.from_sequence(pieces, npartitions=2)).save() == expected.save()
    assert count([dask.delayed(piece) for piece in pieces]).save() == expected.save()
    assert count([rows.slice(0, 1000), rows.slice(1000)]).save() == expected.save()
    futures = client.scatter(pieces)
    assert count(futures, client=client).save() == expected.save()


def test_no_rows_are_an_empty_tally(pandas: pd.DataFrame, rows: pa.Table) -> None:
    empty = cases.alone(rows.slice(0, 0), **XY).save()
    assert count([]).save() == empty
    frame = dd.from_pandas(pandas, npartitions=3)
    assert count(frame[frame["x"] > 1000]).save() == empty


def test_other_columns_stay_where_they_are(pandas: pd.DataFrame, expected: libcov.Tally) -> None:
    frame = dd.from_pandas(pandas, npartitions=3)

    def explode(texts: pd.Series) -> pd.Series:
        raise RuntimeError("this column was computed")

    trap = frame.assign(note=frame["note"].map_partitions(explode, meta=frame["note"]._meta))
    assert count(trap).save() == expected.save()


# ------------------------------------------------------------------------------ exactly once


def first(flag: Path) -> bool:
    """Whether this is the first task that asks; of several at a time one is."""
    try:
        os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def failing_once(task: Callable[..., bytes], flag: Path, fail: Callable[[], None]) -> Any:
    """A task that fails the first time, when all is counted."""

    def once(*told: Any) -> bytes:
        saved = task(*told)
        if first(flag):
            fail()
        return saved

    return once


def lose() -> None:
    raise RuntimeError("lost")


def die() -> None:
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("task", ["_count", "_merge"])
@pytest.mark.parametrize(("fail", "retries"), [(lose, 1), (die, None)])
def test_a_task_that_is_repeated_counts_once(
    client: Any,
    pandas: pd.DataFrame,
    expected: libcov.Tally,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    task: str,
    fail: Callable[[], None],
    retries: int | None,
) -> None:
    flag = tmp_path / "flag"
    monkeypatch.setattr(libcov.dask, task, failing_once(getattr(libcov.dask, task), flag, fail))
    frame = dd.from_pandas(pandas, npartitions=8)
    got = count(frame, client=client, split_every=3, retries=retries)
    assert got.save() == expected.save()
    assert flag.exists()


def test_a_task_that_fails_without_retries_fails_the_run(
    client: Any, pandas: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    monkeypatch.setattr(libcov.dask, "_count", failing_once(libcov.dask._count, flag, lose))
    with pytest.raises(RuntimeError, match="lost"):
        count(dd.from_pandas(pandas, npartitions=2), client=client)


def test_the_index_is_built_once_a_process(client: Any) -> None:
    columns = _cluster.columns("geometry", None, None, None, default=None)
    _, plan = _cluster.prepare(cases.areas(), cases.services(), columns)

    def look(i: int) -> tuple[int, int]:
        return os.getpid(), id(_cluster.template(plan))

    seen = client.gather(client.map(look, range(40), pure=False))
    assert len(set(seen)) == len({pid for pid, _ in seen}) <= 2


def test_plans_do_not_pile_up() -> None:
    columns = _cluster.columns("geometry", None, None, None, default=None)
    plans = [_cluster.prepare(cases.areas(), {}, columns, scale=10**i) for i in range(4)]
    for tally, plan in plans:
        with _cluster.at_hand(plan, tally):
            assert _cluster.template(plan) is tally
    assert not _cluster._unpacked
    kept = [_cluster.template(plan) for _, plan in plans]
    assert list(_cluster._unpacked.values()) == kept[-_cluster.KEPT :]


def test_a_large_plan_is_no_reason_to_warn(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seal = _cluster._seal

    def larger(*told: Any) -> _cluster.Plan:
        plan = seal(*told)
        padding = b"\0" * 12_000_000  # behind the end of what is read
        return _cluster.Plan(plan.token, plan.payload + padding, plan.columns)

    monkeypatch.setattr(_cluster, "_seal", larger)
    frame = pa.table({"x": [0.5], "y": [0.5]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = libcov.dask.tally([frame] * 3, cases.areas(), {}, x="x", y="y", client=client)
    assert got.ledger["read"].points == 3


# ------------------------------------------------------------------------------ errors


@pytest.mark.parametrize("remote", [False, True])
def test_an_error_of_a_worker_keeps_its_class(
    request: pytest.FixtureRequest, rows: pa.Table, remote: bool
) -> None:
    told = {"client": request.getfixturevalue("client")} if remote else {}
    bad = pa.table({"geometry": [bytes.fromhex("010200000002000000" + 32 * "00")]})
    good = rows.select(["geometry"])
    with pytest.raises(libcov.InputError, match=r"^partition 1: .*, row 1.*no point"):
        libcov.dask.tally([good, bad], cases.areas(), {}, geometry="geometry", **told)


def test_what_is_said_is_checked_before_anything_runs(
    pandas: pd.DataFrame, geopandas_frame: geopandas.GeoDataFrame
) -> None:
    frame = dd.from_pandas(pandas, npartitions=2)
    located = geo.from_geopandas(geopandas_frame, npartitions=2)
    with pytest.raises(libcov.CRSError, match="crs="):
        libcov.dask.tally(frame, cases.communes(), {}, id="ma_xa", x="x", y="y")
    with pytest.raises(libcov.CRSError, match="EPSG:4326.*EPSG:3405"):
        count(located, x=None, y=None, crs="EPSG:3405")
    with pytest.raises(libcov.ArgumentError, match="'persons>=2' is a condition"):
        conditioned = {"4g": libcov.Column("persons>=2")}
        libcov.dask.tally(frame, cases.areas(), conditioned, x="x", y="y")
    with pytest.raises(libcov.ArgumentError, match="both columns"):
        count(frame, y=None)
    with pytest.raises(libcov.ArgumentError, match="split_every"):
        count(frame, split_every=1)
    with pytest.raises(libcov.ArgumentError, match="households are DataFrame"):
        count(pandas)
