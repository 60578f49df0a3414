"""Coverage of the households of a Spark data frame.

>>> import libcov.spark
>>> report = libcov.spark.compute(
...     households, "communes.gpkg", {"fiber/vnpt": "zones.gpkg", "4g": libcov.Column("has_4g")},
...     x="lon", y="lat", weight="persons", crs="EPSG:4326", id="ma_xa",
... )  # doctest: +SKIP

Each partition is counted where it lies and answers with a few bytes, the saved tally of its counts.
Those are merged on the cluster, then on the driver. Counts are integers and a partition's bytes are
merged once, however often Spark ran it: the report is byte for byte that of a single process,
whatever the partitioning, the order of rows, retries and speculation.

libcov, of one version, must be installed on the driver and on the workers; they need no GDAL. The
index of the areas and services is broadcast once and built once for each Python worker, so leave
`spark.python.worker.reuse` as it is (true).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

import libcov
from libcov import Report, Tally, _cluster

if TYPE_CHECKING:
    import pyarrow
    import pyspark.sql

    _OverBatches = Callable[[Iterator[pyarrow.RecordBatch]], Iterator[pyarrow.RecordBatch]]

__all__ = ["compute", "tally"]

SCHEMA = "bucket int, tally binary"


def compute(
    df: pyspark.sql.DataFrame,
    areas: Any,
    services: Mapping[str, Any],
    *,
    indicators: Any = None,
    targets: Any = None,
    tiers: Any = None,
    measure: str | None = None,
    geometry: str | None = None,
    x: str | None = None,
    y: str | None = None,
    weight: str | None = None,
    crs: Any = None,
    id: str | None = None,
    name: str | None = None,
    parents: Iterable[str] = (),
    scale: int | None = None,
    reducers: int = 32,
) -> Report:
    """Count the rows of a Spark data frame and answer indicators for each area.

    The counting is that of `tally`, which explains the other parameters; the answers are those of
    `libcov.Tally.report`. `measure` says what was counted: the name of the weight where it isn't
    said, "households" without one.
    """
    counted = tally(
        df, areas, services, geometry=geometry, x=x, y=y, weight=weight, crs=crs,
        id=id, name=name, parents=parents, scale=scale, reducers=reducers,
    )  # fmt: skip
    counts = weight if measure is None else measure
    return counted.report(indicators=indicators, targets=targets, tiers=tiers, measure=counts)


def tally(
    df: pyspark.sql.DataFrame,
    areas: Any,
    services: Mapping[str, Any],
    *,
    geometry: str | None = None,
    x: str | None = None,
    y: str | None = None,
    weight: str | None = None,
    crs: Any = None,
    id: str | None = None,
    name: str | None = None,
    parents: Iterable[str] = (),
    scale: int | None = None,
    reducers: int = 32,
) -> Tally:
    """Count the rows of a Spark data frame.

    Parameters
    ----------
    df : pyspark.sql.DataFrame
        One row a household, or as many as its weight says. Only the columns named here leave Spark.
    areas : libcov.Areas, path or table
        Areas as they are, or what `libcov.Areas` is made of, with `id`, `name` and `parents`.
    services : mapping
        Name of a service to its answer: a `libcov.Footprint`, what one is made of (a path or a
        table of polygons, `libcov.Near`, `libcov.Polygons`), or `libcov.Column` for a column of
        `df` (boolean, a number, text; null is unknown).
    geometry : str, optional
        The column of points: WKB in a binary column, or Spark's own geometry. "geometry" where
        neither it nor `x` and `y` are said.
    x, y : str, optional
        The columns of the coordinates, east and north; null or NaN is "without location".
    weight : str, optional
        The column with the households of each row; one each where it isn't said.
    crs : optional
        The coordinate system of the households: areas and services are brought into it. Columns
        of WKB or coordinates state none, so it must be said, unless the geometry is of Spark's own
        type with an SRID or `areas` is a `libcov.Areas`, which knows its own.
    scale : int, optional
        Units per household that a weight is counted in, a power of ten. 1 for a column of whole
        numbers and 1000, thousandths, for any other where it isn't said.
    reducers : int
        At most so many tasks merge on the cluster, and so many tallies come to the driver. 0: all
        come to it, which saves a small stage where partitions are few.

    Returns
    -------
    libcov.Tally
        It merges, saves and reports like any other. Byte for byte that of one process.

    Raises
    ------
    libcov.Error
        What a worker raised, as the class it had there, with the partition in its message. Spark
        hands over texts only, wrapped in a PythonException or Py4JJavaError, which is its cause.
        Errors of Spark itself are left as they are.

    Notes
    -----
    Rows that stand twice count twice: `df.dropDuplicates(["household_id"])` before. Each Python
    worker holds an index of its own, so an executor needs memory for as many as it has cores.
    """
    if reducers < 0:
        raise libcov.ArgumentError("reducers must be 0 or more")
    columns = _cluster.columns(geometry, x, y, weight, default="geometry")
    crs = _cluster.agreed(_stated(df, columns.geometry), crs)
    scale = _cluster.scale_of(scale, weight, weight is not None and _is_whole(_type(df, weight)))
    empty, plan = _cluster.prepare(
        areas, services, columns, crs=crs, id=id, name=name, parents=parents, scale=scale
    )
    shared, let_go = _share(df, plan)
    try:
        parts = _select(df, plan.columns).mapInArrow(_counter(shared, reducers), SCHEMA)
        if reducers > 0:
            # No number of partitions here: Spark then joins small ones, so that a few tallies take
            # one task. By a column that is the partition's number: where a lost task is repeated,
            # its tally goes to the reducer that its first edition went to, whatever is in it.
            parts = parts.repartition("bucket").mapInArrow(_merger(shared), SCHEMA)
        return _cluster.merged(empty, (row["tally"] for row in _collect(parts)))
    finally:
        let_go()


class _Shared(Protocol):
    """A plan on its way: a broadcast variable, or the plan itself."""

    @property
    def value(self) -> _cluster.Plan: ...


class _Enclosed:
    """Spark Connect knows no broadcast: the plan goes with the function."""

    def __init__(self, plan: _cluster.Plan) -> None:
        self.value = plan


def _share(df: pyspark.sql.DataFrame, plan: _cluster.Plan) -> tuple[_Shared, Callable[[], None]]:
    if type(df).__module__.startswith("pyspark.sql.connect"):
        return _Enclosed(plan), lambda: None
    variable = df.sparkSession.sparkContext.broadcast(plan)
    return variable, variable.destroy


def _column(name: str) -> pyspark.sql.Column:
    """A column by its name as it is: a dot in it is no field of a structure."""
    from pyspark.sql import functions as F

    return F.col("`" + name.replace("`", "``") + "`")


def _type(df: pyspark.sql.DataFrame, name: str) -> Any:
    return df.select(_column(name)).schema[0].dataType


def _is_whole(told: Any) -> bool:
    if told.typeName() == "decimal":
        return bool(told.scale == 0)
    return told.typeName() in ("boolean", "byte", "short", "integer", "long")


def _stated(df: pyspark.sql.DataFrame, geometry: str | None) -> str | None:
    """The coordinate system that a geometry of Spark states; WKB states none."""
    if geometry is None:
        return None
    told = _type(df, geometry)
    srid = getattr(told, "srid", 0)
    if srid < 0:
        raise libcov.InputError(
            f"column {geometry} is of type {told.simpleString()}, each row may be in a system of"
            " its own: bring them into one, and state it with ST_SetSRID(.., 4326)"
        )
    if told.typeName() != "binary" and not hasattr(told, "srid"):
        raise libcov.InputError(
            f"column {geometry} is of type {told.simpleString()}, no geometry: give WKB in a binary"
            " column (ST_AsBinary makes it), or the columns of coordinates, x= and y="
        )
    return f"EPSG:{srid}" if srid > 0 else None


def _select(df: pyspark.sql.DataFrame, columns: _cluster.Columns) -> pyspark.sql.DataFrame:
    """The columns to ship, by number: mapInArrow takes no names with dots or backticks."""
    from pyspark.sql import functions as F

    _cluster.check_columns(columns, df.columns)
    shipped = []
    for i, name in enumerate(columns.names()):
        column = _column(name)
        if name == columns.geometry and hasattr(_type(df, name), "srid"):
            column = F.st_asbinary(column)
        shipped.append(column.alias(str(i)))
    return df.select(*shipped)


def _counter(shared: _Shared, reducers: int) -> _OverBatches:
    """Count a partition: one row, or none where it is empty."""

    def count(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        first = next(batches, None)
        if first is not None:
            part = _part()
            with _told_as_text():
                plan = shared.value
                stream = _stream(chain([first], batches), plan.columns.names())
                saved = _cluster.count(plan, [stream], f"partition {part}")
            yield _row(part % max(reducers, 1), saved)

    return count


def _merger(shared: _Shared) -> _OverBatches:
    """Merge what tallies a task is given: one row, or none."""

    def merge(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        first = next(batches, None)
        if first is not None:
            part = _part()
            cells = (cell for batch in chain([first], batches) for cell in batch.column("tally"))
            with _told_as_text():
                saved = (cell.as_buffer() for cell in cells)
                total = _cluster.merge(shared.value, saved, f"merging, task {part}")
            yield _row(part, total)

    return merge


def _part() -> int:
    from pyspark import TaskContext

    task = TaskContext.get()
    return 0 if task is None else int(task.partitionId())


def _stream(batches: Iterator[pyarrow.RecordBatch], names: list[str]) -> pyarrow.RecordBatchReader:
    """A partition as one stream, so that rows are numbered through and all are counted or none."""
    import pyarrow

    named = (pyarrow.RecordBatch.from_arrays(batch.columns, names=names) for batch in batches)
    first = next(named)
    return pyarrow.RecordBatchReader.from_batches(first.schema, chain([first], named))


def _row(bucket: int, saved: bytes) -> pyarrow.RecordBatch:
    import pyarrow

    cells = [pyarrow.array([bucket], pyarrow.int32()), pyarrow.array([saved], pyarrow.binary())]
    return pyarrow.RecordBatch.from_arrays(cells, names=["bucket", "tally"])


class _TaskError(Exception):
    """An error of libcov on its way to the driver, where only its text arrives."""


@contextmanager
def _told_as_text() -> Iterator[None]:
    try:
        yield
    except libcov.Error as error:
        raise _TaskError(_cluster.marked(error)) from None


def _collect(parts: pyspark.sql.DataFrame) -> list[pyspark.sql.Row]:
    try:
        rows: list[pyspark.sql.Row] = parts.collect()
        return rows
    except Exception as failure:
        error = _cluster.unmarked(str(failure))
        if error is None:
            raise
        raise error from failure
