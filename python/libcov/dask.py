"""Coverage of the households of a Dask collection.

>>> import libcov.dask
>>> report = libcov.dask.compute(
...     households, "communes.gpkg", {"fiber/vnpt": "zones.gpkg", "4g": libcov.Column("has_4g")},
...     weight="persons", id="ma_xa",
... )  # doctest: +SKIP

`households` is a dask_geopandas.GeoDataFrame (its coordinate system is known), a dask.dataframe
with columns of coordinates, a dask.bag of frames, or a list of delayed frames; a frame is anything
that `libcov.Tally.push` takes. Each partition is counted where it lies and answers with a few
bytes, the saved tally of its counts, which are merged in a tree. Counts are integers and a
partition's bytes are merged once, however often Dask ran it: the report is byte for byte that of a
single process, whatever the partitioning, the order of rows, retries and workers that die.

libcov, of one version, must be installed on the workers; they need no GDAL. The index of the areas
and services is built once for each worker process, and shared by its threads.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import libcov
from libcov import Report, Tally, _cluster

if TYPE_CHECKING:
    from dask.delayed import Delayed

__all__ = ["compute", "tally"]


def compute(
    households: Any,
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
    client: Any = None,
    split_every: int = 8,
    retries: int | None = None,
) -> Report:
    """Count the rows of a Dask collection and answer indicators for each area.

    The counting is that of `tally`, which explains the other parameters; the answers are those of
    `libcov.Tally.report`. `measure` says what was counted: the name of the weight where it isn't
    said, "households" without one.
    """
    counted = tally(
        households, areas, services, geometry=geometry, x=x, y=y, weight=weight, crs=crs, id=id,
        name=name, parents=parents, scale=scale, client=client, split_every=split_every,
        retries=retries,
    )  # fmt: skip
    counts = weight if measure is None else measure
    return counted.report(indicators=indicators, targets=targets, tiers=tiers, measure=counts)


def tally(
    households: Any,
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
    client: Any = None,
    split_every: int = 8,
    retries: int | None = None,
) -> Tally:
    """Count the rows of a Dask collection.

    Parameters
    ----------
    households : dask_geopandas.GeoDataFrame, dask.dataframe, dask.bag or sequence of Delayed
        One row a household, or as many as its weight says. Of a data frame only the columns named
        here are computed.
    areas : libcov.Areas, path or table
        Areas as they are, or what `libcov.Areas` is made of, with `id`, `name` and `parents`.
    services : mapping
        Name of a service to its answer: a `libcov.Footprint`, what one is made of (a path or a
        table of polygons, `libcov.Near`, `libcov.Polygons`), or `libcov.Column` for a column of the
        households (boolean, a number, text; null is unknown).
    geometry : str, optional
        The column of points. Where neither it nor `x` and `y` are said: the active geometry of a
        GeoDataFrame, else the column that `libcov.Tally.push` takes for one.
    x, y : str, optional
        The columns of the coordinates, east and north; null or NaN is "without location".
    weight : str, optional
        The column with the households of each row; one each where it isn't said.
    crs : optional
        The coordinate system of the households: areas and services are brought into it. Needed
        unless the households state it (dask_geopandas) or `areas` is a `libcov.Areas`.
    scale : int, optional
        Units per household that a weight is counted in, a power of ten. 1 for a column of whole
        numbers and 1000, thousandths, for any other where it isn't said.
    client : distributed.Client, optional
        Where to run; None: the scheduler that is in force.
    split_every : int
        So many tallies are merged by one task, in as many rounds as it takes.
    retries : int, optional
        How often a task may fail before the run does, under distributed.

    Returns
    -------
    libcov.Tally
        It merges, saves and reports like any other. Byte for byte that of one process.

    Raises
    ------
    libcov.Error
        What a worker raised, with the partition in its message.

    Notes
    -----
    Rows that stand twice count twice: drop duplicates before.
    """
    if split_every < 2:
        raise libcov.ArgumentError("split_every must be 2 or more")
    columns = _cluster.columns(geometry, x, y, weight, default=_geometry(households))
    stated = households.crs if _is_geo(households) else None
    empty, plan = _cluster.prepare(
        areas,
        services,
        columns,
        crs=_cluster.agreed(stated, crs),
        id=id,
        name=name,
        parents=parents,
        scale=_cluster.scale_of(scale, weight, _is_whole(households, weight)),
    )
    frames, several = _frames(households, plan.columns)
    if not frames:
        return _cluster.merged(empty, ())
    root = _tree(plan, frames, several, split_every)
    with _cluster.at_hand(plan, empty):
        saved = _run(root, client, retries, len(plan.payload))
    return _cluster.merged(empty, [saved])


def _is_geo(households: Any) -> bool:
    geo = sys.modules.get("dask_geopandas")
    return geo is not None and isinstance(households, geo.GeoDataFrame)


def _is_frame(households: Any) -> bool:
    return hasattr(households, "to_delayed") and hasattr(households, "columns")


def _geometry(households: Any) -> str | None:
    if _is_geo(households):
        return str(households.geometry.name)
    return "geometry" if _is_frame(households) else None


def _is_whole(households: Any, weight: str | None) -> bool:
    """Whether a column is known to be of whole numbers; of a list of frames nothing is known."""
    if weight is None or not _is_frame(households) or weight not in households.columns:
        return False
    return getattr(households.dtypes[weight], "kind", "O") in "biu"


def _frames(households: Any, columns: _cluster.Columns) -> tuple[list[Any], bool]:
    """What each partition is, and whether that is several frames."""
    if _is_frame(households):
        _cluster.check_columns(columns, list(households.columns))
        return list(households[columns.names()].to_delayed()), False
    if hasattr(households, "to_delayed"):
        return list(households.to_delayed()), True
    if isinstance(households, Sequence) and not isinstance(households, (str, bytes)):
        return list(households), False
    raise libcov.ArgumentError(
        f"households are {type(households).__name__}: give a dask_geopandas.GeoDataFrame, a"
        " dask.dataframe, a dask.bag of frames or a list of delayed frames"
    )


def _tree(plan: _cluster.Plan, frames: list[Any], several: bool, split_every: int) -> Delayed:
    """The graph: a task for each partition, then rounds of merging until one tally is left.

    The plan is a task, too, and not scattered: what is scattered is gone with the worker that holds
    it, while the result of a task is made again.
    """
    from dask import delayed

    given = delayed(partial(_given, plan), name=f"libcov-plan-{uuid4().hex}")()
    count, merge = delayed(_count), delayed(_merge)
    parts = [count(given, frame, several, i) for i, frame in enumerate(frames)]
    while len(parts) > 1:
        groups = (parts[i : i + split_every] for i in range(0, len(parts), split_every))
        parts = [merge(given, group) for group in groups]
    return parts[0]


def _given(plan: _cluster.Plan) -> _cluster.Plan:
    return plan


def _count(plan: _cluster.Plan, frame: Any, several: bool, part: int) -> bytes:
    return _cluster.count(plan, frame if several else [frame], f"partition {part}")


def _merge(plan: _cluster.Plan, saved: list[bytes]) -> bytes:
    return _cluster.merge(plan, saved, "merging tallies")


def _run(root: Delayed, client: Any, retries: int | None, size: int) -> bytes:
    import dask

    told: dict[str, Any] = {} if retries is None else {"retries": retries}
    if client is not None:
        told["scheduler"] = client
    # The plan is in the graph once: no reason to warn of a graph that is as large.
    warn = "distributed.admin.large-graph-warning-threshold"
    with dask.config.set({warn: size + 10_000_000}):
        (saved,) = dask.compute(root, **told)
    return bytes(saved)
