"""What Spark and Dask share: a plan that travels, a partition's counts, their merging.

The driver prepares a plan once: the areas, the services, the columns to read. A worker unpacks it
once a process, whatever the number of its tasks, counts a partition into an empty tally and gives
back that tally's bytes. Nothing else leaves a task, so that one that fails, is repeated or runs
twice at a time changes nothing: its bytes are merged when they are returned, once.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import libcov
from libcov import Areas, Tally, _crs, _errors

MARK = '{"libcov": '
KEPT = 2  # plans unpacked in one process: the one in use and, for what runs beside it, one more


@dataclass(frozen=True)
class Columns:
    """Where a household's place and weight stand: `geometry`, or `x` and `y`."""

    geometry: str | None
    x: str | None
    y: str | None
    weight: str | None
    services: tuple[str, ...]

    def names(self) -> list[str]:
        """All columns to read, each once."""
        named = (self.geometry, self.x, self.y, self.weight, *self.services)
        return list(dict.fromkeys(name for name in named if name is not None))


@dataclass(frozen=True)
class Plan:
    """All that a worker must know. `token` is equal for equal contents."""

    token: str
    payload: bytes
    columns: Columns


_unpacked: OrderedDict[str, Tally] = OrderedDict()
_unpacking = threading.Lock()


def template(plan: Plan) -> Tally:
    """The empty tally of a plan, unpacked on the first call of the process: it builds the index."""
    with _unpacking:
        tally = _unpacked.get(plan.token)
        if tally is None:
            areas, services, scale = pickle.loads(plan.payload)
            tally = Tally(areas, services, scale=scale)
        _keep(plan, tally)
        return tally


def _keep(plan: Plan, tally: Tally) -> None:
    _unpacked[plan.token] = tally
    _unpacked.move_to_end(plan.token)
    while len(_unpacked) > KEPT:
        _unpacked.popitem(last=False)


@contextmanager
def at_hand(plan: Plan, tally: Tally) -> Iterator[None]:
    """Let tasks that are threads of this process use the driver's tally, and no longer than it."""
    with _unpacking:
        _keep(plan, tally)
    try:
        yield
    finally:
        with _unpacking:
            _unpacked.pop(plan.token, None)


def _seal(tally: Tally, areas: Areas, services: Mapping[str, Any], columns: Columns) -> Plan:
    payload = pickle.dumps((areas, dict(services), tally.scale), protocol=5)
    return Plan(hashlib.sha256(payload).hexdigest(), payload, columns)


def prepare(
    areas: Any,
    services: Mapping[str, Any],
    columns: Columns,
    *,
    crs: Any = None,
    id: str | None = None,
    name: str | None = None,
    parents: Iterable[str] = (),
    scale: int = 1,
) -> tuple[Tally, Plan]:
    """The empty tally of a run, and its plan. Reads files, so it belongs on the driver."""
    built = _areas(areas, crs=crs, id=id, name=name, parents=parents)
    answers = {service: _answer(service, told, built) for service, told in services.items()}
    tally = Tally(built, answers, scale=scale)
    asked = tuple(column for column in answers.values() if isinstance(column, str))
    columns = replace(columns, services=asked)
    return tally, _seal(tally, built, answers, columns)


def columns(
    geometry: str | None, x: str | None, y: str | None, weight: str | None, default: str | None
) -> Columns:
    """Check what says where a household is; `default` is the geometry where nothing does."""
    if (x is None) != (y is None):
        raise libcov.ArgumentError("x and y belong together: name both columns, or neither")
    if x is not None and geometry is not None:
        raise libcov.ArgumentError("geometry= and x=, y= say the same thing: name one of them")
    return Columns(default if geometry is None and x is None else geometry, x, y, weight, ())


def _areas(
    areas: Any, *, crs: Any, id: str | None, name: str | None, parents: Iterable[str]
) -> Areas:
    if isinstance(areas, Areas):
        _crs.same(crs, areas.crs, "the households", "the areas")
        return areas
    if crs is None:
        raise libcov.CRSError(
            'say which coordinate system the households are in, crs="EPSG:4326": areas and services'
            " are brought into it"
        )
    return Areas(areas, id=id, name=name, parents=parents, crs=crs)


def agreed(stated: Any, crs: Any) -> Any:
    """The system that the households state, if they do, else the one that is said."""
    _crs.same(stated, crs, "the households", "crs=")
    return crs if stated is None else stated


def _answer(service: str, told: Any, areas: Areas) -> Any:
    """A footprint in the system of the areas, or the name of a column."""
    if isinstance(told, libcov.Footprint):
        return told
    if isinstance(told, libcov.Column):
        return told.column
    if isinstance(told, (libcov.Signal, libcov.Table, list)):
        raise libcov.ArgumentError(
            f"the service {service} is answered by what a cluster can't take: it takes footprints,"
            " polygons, distances and columns; make a column of the others first"
        )
    return libcov.Footprint(told, crs=areas.crs)


def scale_of(scale: int | None, weight: str | None, whole: bool) -> int:
    """The scale that is said, else whole households, or thousandths where weights aren't whole."""
    if scale is not None:
        return scale
    return 1 if weight is None or whole else 1000


def check_columns(columns: Columns, known: Iterable[str]) -> None:
    """A condition in the place of a column is told as such, rather than as a column that lacks."""
    for name in columns.services:
        if name not in known and any(sign in name for sign in "<>="):
            raise libcov.ArgumentError(
                f"{name!r} is a condition, and a cluster takes columns: make a column of it first"
            )


def count(plan: Plan, frames: Iterable[Any], where: str) -> bytes:
    """Count what a partition holds, all frames or, on an error, nothing: the bytes of its tally."""
    tally = template(plan).empty()
    told = plan.columns
    with located(where):
        for frame in frames:
            tally.push(frame, x=told.x, y=told.y, weight=told.weight, geometry=told.geometry)
        return bytes(tally.save())


def merge(plan: Plan, saved: Iterable[Any], where: str) -> bytes:
    """The bytes of the sum of saved tallies."""
    with located(where):
        return bytes(merged(template(plan), saved).save())


def merged(empty: Tally, saved: Iterable[Any]) -> Tally:
    """The sum of saved tallies; of none, an empty one."""
    total = empty.empty()
    for part in saved:
        total.merge(Tally.load(empty.areas, part))
    return total


@contextmanager
def located(where: str) -> Iterator[None]:
    """Say of an error of libcov in which partition it happened; its class stays what it is."""
    try:
        yield
    except libcov.Error as error:
        raise type(error)(f"{where}: {error}") from None


def marked(error: libcov.Error) -> str:
    """An error as one line of text that `unmarked` finds again in whatever it is wrapped in."""
    return json.dumps({"libcov": error.code, "message": str(error)}, ensure_ascii=False)


def unmarked(text: str) -> libcov.Error | None:
    """The error that was `marked` in a text, of the class of its code; None where there is none."""
    start = text.find(MARK)
    if start < 0:
        return None
    try:
        told, _ = json.JSONDecoder().raw_decode(text, start)
        return _errors.of(told["libcov"], told["message"])
    except (ValueError, KeyError):  # the text was cut off
        return None
