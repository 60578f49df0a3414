"""`compute`: one call from sources to a report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from libcov import _crs, _inputs, _libcov
from libcov._answers import Area, Column, Layer, Measure, Near, Polygons, Ratio, Signal, Source, Table
from libcov._errors import ArgumentError
from libcov._inputs import Base, Given, Proportion, Service


def compute(
    areas: Any,
    households: Any = None,
    *,
    services: Mapping[str, Any] | None = None,
    indicators: Any = None,
    targets: Any = None,
    id: str | None = None,
    name: str | None = None,
    parents: Iterable[str] = (),
    weight: str | None = None,
    household_id: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: Any = None,
    bases: Mapping[str, Any] | None = None,
    tiers: Any = None,
    ratios: Mapping[str, Ratio] | None = None,
    invalid: str = "error",
    threads: int = 0,
    progress: Any = None,
    allow_drivers: Iterable[str] = (),
    allow_network: bool = False,
) -> _libcov.Report:
    """Count households by area and by the services that reach them, and answer indicators.

    Parameters
    ----------
    areas : path, data or Source
        Polygons. A path, a GeoDataFrame, anything with ``__arrow_c_stream__`` (pyarrow, polars,
        DuckDB), a mapping of columns: all give the same numbers, to the byte.
    households : path, data or Source, optional
        Points: the same, or arrays ``{"x": ..., "y": ..., "persons": ...}``, or an array of shape
        (n, 2). None where only `bases` are counted.
    services : mapping
        Name ("fiber", "4g/viettel", "fiber/vnpt:planned") to answer: `Polygons`, `Near`, `Signal`,
        `Column`, `Table`; a path or a table of polygons; an array with a value for each household.
        A list of answers is their union.
    indicators : mapping or sequence, optional
        Name -> expression, or expressions: ``{"fixed": "any(fiber, cable)"}``. Each technology and
        each service where it is not said.
    targets : mapping, optional
        Indicator -> share: "80%", 0.8, or (share, connections that could be made).
    id, name : str, optional
        Columns of the areas; guessed, with a note, where they are obvious.
    parents : sequence of str
        Columns of the areas with the ids of their parents, nearest level first.
    weight : str, optional
        Column of the households: how many each point stands for.
    household_id : str, optional
        Column of the households' ids, for `Table`.
    x, y : str, optional
        Columns of the households' coordinates, where they aren't a geometry, or called x and y or
        lon and lat.
    crs : str or object, optional
        The coordinate system of every source that states none.
    bases : mapping, optional
        What is counted besides: name -> path, data or `Layer` (points, lines in km, a raster of
        people), `Measure` or `Area`.
    tiers : sequence, optional
        Expressions that must lie within each other, the widest first, or several such chains.
    ratios : mapping, optional
        Name -> `Ratio`.
    invalid : {"error", "fix", "skip"}
        What to do with invalid polygons.
    threads : int
        0: one per processor, at most 8. The number changes no result.
    progress : bool or callable, optional
        True for a bar, or ``progress(phase, fraction)``; anything true that it returns ends the
        call with `CancelledError`.
    allow_drivers : sequence of str
        GDAL drivers to allow besides those of the list.
    allow_network : bool
        Whether paths may be URLs.

    Returns
    -------
    Report

    Raises
    ------
    InputError, CRSError, GeometryError, IdError, ExpressionError, TiersError, LimitError
        Each names the file or table, the row and the remedy.

    Notes
    -----
    Distances are in metres, on the ellipsoid where the households are in degrees. In a build
    without GDAL (``libcov.has_io`` is False) sources are tables in one coordinate system.

    Examples
    --------
    >>> import struct, libcov
    >>> ring = struct.pack("<BIII10d", 1, 3, 1, 5, 105, 9, 106, 9, 106, 10, 105, 10, 105, 9)
    >>> report = libcov.compute(
    ...     {"id": ["91"], "geometry": [ring]},
    ...     {"x": [105.5, 105.6, 107.0], "y": [9.5, 9.5, 9.5], "fiber": [True, False, True]},
    ...     services={"fiber": libcov.Column("fiber")}, id="id", crs="EPSG:4326")
    >>> report.to_dict()["fiber_pct"]
    [50.0, 50.0]
    >>> report.ledger["outside"].points
    1
    """
    told, bases, ratios = (
        _inputs.mapping(services, "services"), _inputs.mapping(bases, "bases"), _inputs.mapping(ratios, "ratios")
    )  # fmt: skip
    if not told and not bases:
        raise ArgumentError("name at least one service, services=")
    asked = _Asked(_crs.text(crs), targets)
    answers = asked.services(told)
    job: dict[str, Any] = {
        "id": _inputs.name(id, "id"),
        "name": _inputs.name(name, "name"),
        "parents": _inputs.names(parents, "parents"),
        "weight": _inputs.name(weight, "weight"),
        "household_id": _inputs.name(household_id, "household_id"),
        "indicators": _inputs.indicators(indicators),
        "tiers": _inputs.tiers(tiers),
        "targets": _inputs.targets(targets),
        "threads": threads,
    }
    with _inputs.watching(progress) as callback:
        if _libcov.has_io:
            return _libcov.Job(
                areas=_inputs.resolve(areas, "areas"),
                households=asked.households(households, x, y),
                services=answers,
                bases=[asked.base(key, base) for key, base in bases.items()],
                ratios=[asked.ratio(key, ratio) for key, ratio in ratios.items()],
                assume_crs=asked.crs,
                invalid=invalid,
                drivers=tuple(allow_drivers),
                allow_network=allow_network,
                progress=callback,
                **job,
            ).run()
        if bases or ratios or household_id is not None:
            raise ArgumentError("this build of libcov reads no files: bases and ratios need one that does")
        return _in_core(asked, areas, (households, x, y), answers, job, callback)


def run_project(
    path: str | os.PathLike[str], *, threads: int | None = None, progress: Any = None
) -> _libcov.Report:
    """Do the job of a project file (YAML). Its outputs are not written: ask the report for them.

    Parameters
    ----------
    path : str or os.PathLike
    threads : int, optional
        Instead of those of the file.
    progress : bool or callable, optional
        As for `compute`.
    """
    with _inputs.watching(progress) as callback:
        return _libcov.run_project_file(_inputs.path(path), threads, callback)


def merge(
    parts: Iterable[str | os.PathLike[str]],
    *,
    indicators: Any = None,
    targets: Any = None,
    tiers: Any = None,
    threads: int = 0,
    progress: Any = None,
) -> _libcov.Report:
    """Put parts together, .cov files of `Report.save` or ``covcalc --tally``.

    The result is that of a single run over the households of all parts, whatever their order.

    Parameters
    ----------
    parts : sequence of path
    indicators, targets, tiers : optional
        As for `compute`. Those of the parts, which must be equal, where none of the three is said.
    threads, progress
        As for `compute`.

    Raises
    ------
    MismatchError
        Parts with other areas, services or measures, or the same part twice.
    FormatError
        A file that is no part, or a damaged one.
    """
    paths = [_inputs.path(part) for part in ([parts] if isinstance(parts, (str, os.PathLike)) else parts)]
    if not paths:
        raise ArgumentError("there are no parts to merge")
    with _inputs.watching(progress) as callback:
        job = _libcov.Job(
            indicators=_inputs.indicators(indicators), targets=_inputs.targets(targets),
            tiers=_inputs.tiers(tiers), threads=threads, progress=callback,
        )  # fmt: skip
        return _libcov.merge_parts(paths, job)


class _Asked:
    """Puts in order what `compute` was told."""

    def __init__(self, crs: str | None, targets: Any) -> None:
        self.crs = crs
        self.targets = targets
        self.beside: dict[str, Any] = {}  # arrays that answer, as columns of the households

    def services(self, told: dict[str, Any]) -> list[Service]:
        """One entry for each answer."""
        return [self.service(name, answer) for name, all in told.items() for answer in self.each(all)]

    @staticmethod
    def each(answer: Any) -> list[Any]:
        """The answers of a union. A list of plain values is an array, one of shapes a layer."""
        if isinstance(answer, (list, tuple)) and not all(_is_value(one) for one in answer):
            if not all(one is None or _inputs.is_shape(one) for one in answer):
                return list(answer)
        return [answer]

    def service(self, name: str, answer: Any) -> Service:
        """An answer of one service."""
        if isinstance(answer, Polygons):
            return Service(name, 0, _inputs.resolve(answer.source, name), split=answer.split)
        if isinstance(answer, Near):
            barriers = None if answer.barriers is None else _inputs.resolve(answer.barriers, f"barriers of {name}")
            source = _inputs.resolve(answer.source, name)
            metres = _inputs.metres(answer.within)
            return Service(name, 1, source, split=answer.split, metres=metres, barriers=barriers)
        if isinstance(answer, Signal):
            return Service(
                name, 2, Given(_inputs.path(answer.path), None, None, None),
                min=float(answer.min), indoor=float(answer.indoor), sigma=float(answer.sigma),
                probability=float(answer.probability), bilinear=answer.bilinear,
            )  # fmt: skip
        if isinstance(answer, Column):
            return Service(name, 3, column=answer.column)
        if isinstance(answer, Table):
            source = _inputs.resolve(answer.source, name)
            return Service(name, 4, source, key=answer.key, condition=answer.where)
        if _is_array(answer):
            column = f"answers of {name}, {len(self.beside) + 1}"
            self.beside[column] = answer
            return Service(name, 3, column=column)
        return Service(name, 0, _inputs.resolve(answer, name))

    def households(self, told: Any, x: str | None, y: str | None) -> Given | None:
        """The points, with the arrays that answer as further columns."""
        if told is None:
            if self.beside:
                raise ArgumentError("arrays of answers go with households")
            return None
        if (_inputs.name(x, "x") is None) != (_inputs.name(y, "y") is None):
            raise ArgumentError("x= and y= are columns both, or neither")
        renamed = {old: new for old, new in ((x, "x"), (y, "y")) if old is not None and old != new}
        if isinstance(told, Source) and isinstance(told.source, (str, os.PathLike)) and (x or self.beside):
            raise ArgumentError("x=, y= and arrays of answers go with a table of households, not with a file")
        return _inputs.resolve(told, "households", beside=self.beside, renamed=renamed)

    def points(
        self, told: Any, x: str | None, y: str | None
    ) -> tuple[_Stream, str | None, str | None, str | None]:
        """A stream of the households, the columns of their coordinates, their system."""
        if told is None or isinstance(told, (str, os.PathLike, Source)):
            raise ArgumentError("this build of libcov reads no files: give households as a table")
        if (x is None) != (y is None):
            raise ArgumentError("x= and y= are columns both, or neither")
        capsule = _inputs.stream(told)
        if self.beside:
            capsule = _inputs.frame_stream(self.beside, capsule)
        geometry = _inputs.active(told)
        points = _Stream(capsule, geometry)
        stated = _crs.text(_inputs.stated(capsule, geometry)) or self.crs
        columns = [name for name, *_ in _libcov.stream_fields(capsule)]
        if x is not None or geometry is not None or any(name in columns for name in _inputs.GEOMETRY):
            return points, x, y, stated
        for east, north, crs in (("lon", "lat", "EPSG:4326"), ("x", "y", self.crs)):
            if east in columns and north in columns:
                return points, east, north, crs
        return points, None, None, stated

    def base(self, name: str, told: Any) -> Base:
        """What is counted besides."""
        if isinstance(told, Measure):
            return Base(name, 1, weight=told.column)
        if isinstance(told, Area):
            return Base(name, 2)
        if isinstance(told, Layer):
            return Base(name, 0, _inputs.resolve(told.source, name), told.weight)
        return Base(name, 0, _inputs.resolve(told, name))

    def ratio(self, name: str, told: Any) -> Proportion:
        """A ratio."""
        if not isinstance(told, Ratio):
            raise ArgumentError(f"ratios: {name!r} is not a libcov.Ratio")
        source = _inputs.resolve(told.source, name)
        return Proportion(name, source, told.key, told.n, told.of, told.of_base, told.per)


def _is_value(one: Any) -> bool:
    """A number, a truth value, or a missing one; no array of them."""
    return _inputs.missing(one) or hasattr(one, "__float__") and not hasattr(one, "__len__")


def _is_array(answer: Any) -> bool:
    """A value for each household: an array of one dimension or a series, no table."""
    if isinstance(answer, (list, tuple)):
        return all(_is_value(one) for one in answer)
    if isinstance(answer, (str, os.PathLike, Source, Mapping)) or hasattr(answer, "columns"):
        return False
    if hasattr(answer, "geom_type") or hasattr(answer, "column_names"):
        return False
    listed = any(hasattr(answer, name) for name in ("to_list", "tolist", "to_pylist"))
    return listed and not hasattr(answer, "schema") or _inputs.is_buffer(answer)


class _Stream:
    """A capsule that was made already, of a frame with this geometry."""

    def __init__(self, capsule: Any, geometry: str | None) -> None:
        self.capsule = capsule
        self.active_geometry_name = geometry

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.capsule


def _in_core(
    asked: _Asked, areas: Any, told: tuple[Any, str | None, str | None], answers: list[Service],
    job: dict[str, Any], callback: Any,
) -> _libcov.Report:  # fmt: skip
    """Without files: areas, footprints, a tally, all of one coordinate system."""
    points, x, y, crs = asked.points(*told)
    built = _libcov.Areas(
        areas, id=job["id"], name=job["name"], parents=job["parents"], crs=crs, assume_crs=asked.crs,
        threads=job["threads"],
    )  # fmt: skip
    by: dict[str, Any] = {}
    for service in answers:
        if service.name in by or service.split is not None or service.by not in (0, 1, 3):
            raise ArgumentError(
                f"the service {service.name!r}: this build of libcov reads no files, and knows one answer of "
                "polygons, a distance or a column for each service"
            )
        by[service.name] = service.column if service.by == 3 else _footprint(service, crs, asked.crs)
    formats = {name: form for name, form, _ in _libcov.stream_fields(points.capsule)}
    whole = job["weight"] is None or formats.get(job["weight"], "") in tuple("cCsSiIlLb")
    tally = _libcov.Tally(built, by, scale=1 if whole else 1000)
    tally.push(points, x=x, y=y, weight=job["weight"], progress=callback)
    return tally.report(job["indicators"], asked.targets, job["tiers"], job["weight"])


def _footprint(service: Service, crs: str | None, assume: str | None) -> _libcov.Footprint:
    within = service.metres if service.by == 1 else None
    return _libcov.Footprint(service.source, within=within, barriers=service.barriers, crs=crs, assume_crs=assume)


__all__ = ["compute", "merge", "run_project"]
