"""Whatever comes in: a path, or a table that becomes a stream of Arrow."""

from __future__ import annotations

import array
import json
import math
import os
import struct
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

from libcov import _answers, _crs
from libcov._errors import ArgumentError, InputError, LimitError

# ---------------------------------------------------------------- what the extension takes


class Given(NamedTuple):
    """A source: a path or a `_libcov.Table`."""

    path: str | None
    layer: str | None
    where: str | None
    table: Any


@dataclass
class Service:
    """An answer, as the C library has it."""

    name: str
    by: int
    source: Given | None = None
    split: str | None = None
    metres: float = 0.0
    barriers: Given | None = None
    min: float = 0.0
    indoor: float = 0.0
    sigma: float = 0.0
    probability: float = 0.0
    bilinear: bool = False
    column: str | None = None
    key: str | None = None
    condition: str | None = None


@dataclass
class Base:
    """What is counted besides, as the C library has it."""

    name: str
    kind: int
    source: Given | None = None
    weight: str | None = None


@dataclass
class Proportion:
    """A ratio, as the C library has it."""

    name: str
    source: Given
    key: str
    n: str
    of: str | None
    of_base: str | None
    per: int


# ---------------------------------------------------------------- small things


def names(value: Any, what: str) -> tuple[str, ...]:
    """A tuple of names; one text is one name."""
    out = (value,) if isinstance(value, str) else tuple(value or ())
    for name in out:
        if not isinstance(name, str):
            raise ArgumentError(f"{what}: names of columns are texts, not {name!r}")
    return out


def name(value: Any, what: str) -> str | None:
    """The name of a column, or None."""
    if value is not None and not isinstance(value, str):
        raise ArgumentError(f"{what}= is the name of a column, not {type(value).__name__}")
    return value


def mapping(value: Any, what: str) -> dict[str, Any]:
    """Things by name; none where it is not said."""
    if value is not None and not isinstance(value, Mapping):
        raise ArgumentError(f"{what}= maps names to what they mean, it is no {type(value).__name__}")
    return dict(value or {})


def path(value: Any) -> str:
    """A path as text."""
    out = os.fspath(value)
    if isinstance(out, bytes):
        out = os.fsdecode(out)
    if not isinstance(out, str):
        raise ArgumentError(f"{value!r} is no path")
    return out


def processors() -> int:
    """As many workers as `threads=0` means."""
    return min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def metres(within: Any) -> float:
    """A distance in metres."""
    from libcov import _libcov

    if isinstance(within, Real) and not isinstance(within, bool):
        return float(within)
    if not isinstance(within, str):
        raise ArgumentError(f'within={within!r}: give "150m", "0.5 km" or a number of metres')
    if _libcov.has_io:
        return float(_libcov.metres(within))
    number, unit = within.strip(), 0.0
    for ending, size in (("km", 1000.0), ("ft", 0.3048), ("m", 1.0)):
        if number.endswith(ending):
            number, unit = number[: -len(ending)].strip(), size
            break
    try:
        out = float(number) * unit
    except ValueError:
        out = 0.0
    if not out > 0:
        raise ArgumentError(f'within={within!r}: give a distance with its unit, "150m", "0.5 km", "500ft"')
    return out


def millionths(share: Any) -> int:
    """A share in millionths: "80%", or 0.8."""
    from libcov import _libcov

    if isinstance(share, str):
        return int(_libcov.millionths(share))
    if isinstance(share, bool) or not isinstance(share, Real) or not 0 <= float(share) <= 1:
        raise ArgumentError(f'a share is "80%" or a number from 0 to 1, not {share!r}')
    return round(float(share) * 1_000_000)


def guess_id(columns: Sequence[str]) -> str:
    """The id column of a table that nobody named."""
    for name in ("id", "code", "ma"):
        if name in columns:
            return name
    raise InputError(f"areas: say which column holds the ids, id=: there are {', '.join(columns)}")


# ---------------------------------------------------------------- questions


def indicators(asked: Any) -> list[tuple[str | None, str]]:
    """(name or None, expression)."""
    if asked is None:
        return []
    if isinstance(asked, str):
        return [(None, asked)]
    if isinstance(asked, Mapping):
        return [(name, expression) for name, expression in asked.items()]
    return [(None, one) if isinstance(one, str) else (one[0], one[1]) for one in asked]


def tiers(asked: Any) -> list[list[str]]:
    """Chains of expressions."""
    chains = list(asked or ())
    if chains and all(isinstance(one, str) for one in chains):
        chains = [chains]
    for chain in chains:
        if isinstance(chain, str):
            raise ArgumentError("tiers: give expressions, or several sequences of them")
    return [list(chain) for chain in chains]


def targets(asked: Any) -> list[tuple[str, int, int]]:
    """(indicator, millionths, connections)."""
    out = []
    for indicator, goal in mapping(asked, "targets").items():
        for one in goal if isinstance(goal, list) else [goal]:
            share, connections = one if isinstance(one, tuple) else (one, 0)
            out.append((indicator, millionths(share), int(connections)))
    return out


# ---------------------------------------------------------------- progress


@contextmanager
def watching(progress: Any) -> Iterator[Callable[[str, float | None], Any] | None]:
    """What the library calls: None, a callable, or, for True, a bar of tqdm."""
    if progress is None or progress is False:
        yield None
        return
    if progress is not True:
        if not callable(progress):
            raise ArgumentError("progress is True or a callable that takes a phase and a fraction")
        yield progress
        return
    try:
        from tqdm.auto import tqdm
    except ImportError:
        with _line() as told:
            yield told
        return
    with tqdm(total=1.0, bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}", leave=False) as bar:

        def tell(phase: str, fraction: float | None) -> None:
            if bar.desc != phase:
                bar.set_description_str(phase, refresh=False)
            bar.n = 0.0 if fraction is None else fraction
            bar.refresh()

        yield tell


@contextmanager
def _line() -> Iterator[Callable[[str, float | None], None]]:
    last = [""]

    def tell(phase: str, fraction: float | None) -> None:
        text = phase if fraction is None else f"{phase}: {int(100 * fraction)} %"
        if text != last[0]:
            print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)
            last[0] = text

    try:
        yield tell
    finally:
        if last[0]:
            print("\r" + " " * 60, end="\r", file=sys.stderr, flush=True)


# ---------------------------------------------------------------- columns of our own

# Formats of Arrow for those of Python's buffers: native sizes of a 64-bit machine.
_FORMATS = {
    "?": "C", "b": "c", "B": "C", "h": "s", "H": "S", "i": "i", "I": "I",
    "l": "l", "q": "l", "L": "L", "Q": "L", "f": "f", "d": "g",
}  # fmt: skip
_NATIVE = "@=<" if sys.byteorder == "little" else "@=>"

GEOMETRY = ("geometry", "geom", "wkb", "wkb_geometry", "the_geom")


class _ColumnOf(NamedTuple):
    name: str
    format: str
    metadata: bytes | None
    buffers: list[Any]
    nulls: int


def _view(values: Any) -> memoryview | None:
    """The numbers of a buffer of one dimension in the order and the sizes of this machine, or None."""
    if isinstance(values, (str, bytes, bytearray)) or hasattr(values, "mask"):  # a mask hides numbers
        return None
    try:
        view = memoryview(values)
    except (TypeError, ValueError, BufferError):
        return None
    form = view.format.lstrip(_NATIVE)
    return view if view.ndim == 1 and form in _FORMATS and struct.calcsize(form) == view.itemsize else None


def is_buffer(values: Any) -> bool:
    """Whether it is a buffer of numbers of one dimension."""
    return _view(values) is not None


def _listed(values: Any, what: str) -> list[Any]:
    if getattr(getattr(values, "dtype", None), "kind", "") in ("m", "M"):  # which would be nanoseconds
        raise ArgumentError(f"{what}: numbers were expected, not dates or times")
    try:
        for name in ("to_list", "tolist", "to_pylist"):
            if hasattr(values, name):
                return list(getattr(values, name)())
        return list(values)
    except TypeError:
        raise ArgumentError(f"{what}: an array was expected, not {values!r}") from None


def is_shape(value: Any) -> bool:
    """WKB, or a geometry of Shapely."""
    return isinstance(value, (bytes, bytearray, memoryview)) or hasattr(value, "wkb")


def missing(value: Any) -> bool:
    """None, NaN of a list, pandas' NA."""
    if isinstance(value, float):
        return value != value
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _validity(values: list[Any]) -> tuple[bytes | None, int]:
    nulls = sum(missing(value) for value in values)
    if nulls == 0:
        return None, 0
    bits = bytearray(-(-len(values) // 8))
    for i, value in enumerate(values):
        if not missing(value):
            bits[i >> 3] |= 1 << (i & 7)
    return bytes(bits), nulls


def column(name: str, values: Any) -> tuple[_ColumnOf, int]:
    """A column of Arrow, and its length. Buffers of numbers stay where they are."""
    if hasattr(values, "to_numpy") and _view(values) is None:
        values = _numpy_of(values)
    view = _view(values)
    if view is not None:
        form = _FORMATS[view.format.lstrip(_NATIVE)]
        data: Any = view if view.c_contiguous else view.tobytes()
        return _ColumnOf(name, form, None, [None, data], 0), len(view)
    listed = _listed(values, f"the column {name!r}")
    return _of_values(name, listed), len(listed)


def _numpy_of(values: Any) -> Any:
    try:
        return values.to_numpy()
    except (TypeError, ValueError):
        return values


def _of_values(name: str, values: list[Any]) -> _ColumnOf:
    known = [value for value in values if not missing(value)]
    validity, nulls = _validity(values)
    if known and all(isinstance(value, str) for value in known):
        texts = [b"" if missing(value) else value.encode() for value in values]
        return _of_bytes(name, "u", None, texts, validity, nulls)
    if known and all(is_shape(value) for value in known) or not known and name in GEOMETRY:
        blobs = [b"" if missing(v) else bytes(v.wkb if hasattr(v, "wkb") else v) for v in values]
        return _of_bytes(name, "z", _wkb_metadata(name), blobs, validity, nulls)
    try:
        if all(type(value).__name__ in ("bool", "bool_") for value in known):
            return _ColumnOf(name, "C", None, [validity, bytes(not missing(v) and bool(v) for v in values)], nulls)
        if all(hasattr(value, "__index__") for value in known):
            whole = _whole([0 if missing(value) else value for value in values])
            return _ColumnOf(name, _FORMATS[whole.typecode], None, [validity, whole], nulls)
        real = array.array("d", [0.0 if missing(value) else float(value) for value in values])
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"the column {name!r} is neither numbers nor texts nor geometries: {error}") from None
    return _ColumnOf(name, "g", None, [validity, real], nulls)


def _of_bytes(
    name: str, form: str, metadata: bytes | None, values: list[bytes], validity: bytes | None, nulls: int
) -> _ColumnOf:
    ends, total = [0], 0
    for value in values:
        total += len(value)
        ends.append(total)
    wide = total > 0x7FFFFFFF
    offsets = array.array("q" if wide else "i", ends)
    return _ColumnOf(name, form.upper() if wide else form, metadata, [validity, offsets, b"".join(values)], nulls)


def _wkb_metadata(name: str) -> bytes | None:
    if name not in GEOMETRY:
        return None
    key, value = b"ARROW:extension:name", b"geoarrow.wkb"
    return struct.pack("=ii", 1, len(key)) + key + struct.pack("=i", len(value)) + value


def frame_stream(columns: Mapping[str, Any], beside: Any = None, renamed: Mapping[str, str] | None = None) -> Any:
    """A stream of columns, whose lengths must be one; behind those of `beside`, another stream."""
    from libcov import _libcov

    names(columns, "a mapping of columns")
    made = [column(name, values) for name, values in columns.items()]
    rows = made[0][1] if made else 0
    for one, n in made:
        if n != rows:
            raise InputError(f"the column {made[0][0].name!r} has {rows} values, {one.name!r} has {n}")
    return _libcov.Frame([one for one, _ in made], rows, dict(renamed or {})).stream(beside)


# ---------------------------------------------------------------- anything -> stream


def stream(thing: Any) -> Any:
    """A capsule of an Arrow stream of whatever is a table."""
    from libcov import _libcov

    if hasattr(thing, "to_arrow") and hasattr(thing, "crs") and hasattr(thing, "geometry"):
        frame = thing if hasattr(thing, "columns") else thing.to_frame("geometry")
        return frame.to_arrow(geometry_encoding="WKB", index=False).__arrow_c_stream__()
    if hasattr(thing, "__arrow_c_stream__"):
        try:
            return thing.__arrow_c_stream__()
        except ImportError:
            if not hasattr(thing, "columns"):
                raise
            return frame_stream({str(name): thing[name] for name in thing.columns})  # pandas without pyarrow
    if hasattr(thing, "__arrow_c_array__"):
        return _libcov.stream_of_array(thing.__arrow_c_array__())
    if isinstance(thing, Mapping):
        return frame_stream(thing)
    xy = pairs(thing)
    if xy is not None:
        return frame_stream({"x": xy[0], "y": xy[1]})
    if isinstance(thing, (list, tuple)) or hasattr(thing, "__array__"):
        return frame_stream({"geometry": thing})
    raise ArgumentError(
        f"{type(thing).__name__} is neither a path nor a table: give a GeoDataFrame, anything with "
        "__arrow_c_stream__, or a mapping of columns"
    )


def resolve(
    thing: Any,
    name: str,
    *,
    geometry: str | None = None,
    beside: Mapping[str, Any] | None = None,
    renamed: Mapping[str, str] | None = None,
) -> Given:
    """A path, or a table called `name`; `beside` are further columns, `renamed` some of its own."""
    from libcov import _libcov

    layer = where = None
    if isinstance(thing, Given):
        return thing
    if isinstance(thing, _answers.Source):
        thing, layer, where = thing.source, thing.layer, thing.where
    if isinstance(thing, (str, os.PathLike)):
        if beside or renamed:
            raise ArgumentError(f"{name}: arrays and names of columns go with a table, not with a file")
        return Given(path(thing), layer, where, None)
    if layer is not None:
        raise ArgumentError(f"{name}: a table has no layer {layer!r}")
    capsule = stream(thing)
    if beside or renamed:
        capsule = frame_stream(beside or {}, capsule, renamed)
    geometry = geometry if geometry is not None else active(thing)
    # A system with a code goes in as the code, so that it has one text in every build.
    return Given(None, None, where, _libcov.Table.of(capsule, name, geometry, _crs.text(stated(capsule, geometry))))


def active(thing: Any) -> str | None:
    """Of the geometries of a GeoDataFrame the active one, by name."""
    name = getattr(thing, "active_geometry_name", None)
    return None if name is None else str(name)


def stated(capsule: Any, geometry: str | None = None) -> str | None:
    """The coordinate system that a stream states of a geometry, the first where none is named."""
    from libcov import _libcov

    for name, _, metadata in _libcov.stream_fields(capsule):
        extension = metadata.get(b"ARROW:extension:name", b"")
        if name == geometry or geometry is None and (extension.startswith(b"geoarrow.") or extension == b"ogc.wkb"):
            return _stated_by(metadata)
    return None


def _stated_by(metadata: Mapping[bytes, bytes]) -> str | None:
    try:
        crs = json.loads(metadata.get(b"ARROW:extension:metadata") or b"{}").get("crs")
    except (ValueError, AttributeError):
        return None
    return crs if crs is None or isinstance(crs, str) else json.dumps(crs, ensure_ascii=False)


def plain_shapes(given: Given, what: str) -> list[bytes]:
    """WKB of a table, where nothing reads files or transforms."""
    if given.table is None:
        raise ArgumentError(f"this build of libcov reads no files: give {what} as a table, not as a path")
    if given.where is not None:
        raise ArgumentError(f"{what}: a table is taken as it is, filter it first")
    if given.table.geometry is None:
        raise InputError(f"{what} has no geometry column")
    return [shape for shape in given.table.shapes() if shape is not None]


def footprint(source: Any, within: Any, barriers: Any) -> tuple[Any, Any, Any]:
    """What a Footprint is made of: answers of `compute` are taken apart."""
    if isinstance(source, (_answers.Near, _answers.Polygons)):
        if within is not None or barriers is not None:
            raise ArgumentError("Near and Polygons say it all: leave within= and barriers= out")
        if source.split is not None:
            raise ArgumentError("split= makes several services: give each of them a footprint")
        if isinstance(source, _answers.Near):
            return source.source, source.within, source.barriers
        return source.source, None, None
    if within is None and barriers is not None:
        raise ArgumentError("barriers= goes with within=")
    return source, within, barriers


# ---------------------------------------------------------------- numbers


def numbers(thing: Any, what: str) -> memoryview:
    """One row of numbers: where they lie, or a copy of what are others."""
    if isinstance(thing, str):
        raise ArgumentError(f"{what}: an array of numbers was expected, not the text {thing!r}")
    view = _view(thing)
    if view is None and hasattr(thing, "to_numpy"):
        view = _view(_numpy_of(thing))
    if view is not None:
        return view
    listed = [math.nan if missing(value) else value for value in _listed(thing, what)]
    try:
        if all(hasattr(value, "__index__") for value in listed):
            return memoryview(_whole(listed))
        return memoryview(array.array("d", [float(value) for value in listed]))
    except OverflowError:
        raise LimitError(f"{what}: whole numbers from 0 to 2^64-1 were expected, or smaller ones with a sign") from None
    except (TypeError, ValueError):
        raise ArgumentError(f"{what}: one row of numbers was expected") from None


def _whole(values: list[Any]) -> array.array[int]:
    """Whole numbers of 64 bits, with a sign where they fit."""
    whole = [int(value) for value in values]
    try:
        return array.array("q", whole)
    except OverflowError:
        return array.array("Q", whole)


def pairs(thing: Any) -> tuple[Any, Any] | None:
    """x and y of an (n, 2) array or a list of pairs; None for anything else."""
    if isinstance(thing, (list, tuple)):
        if not thing or not all(_is_pair(one) for one in thing):
            return None
        return [one[0] for one in thing], [one[1] for one in thing]
    if getattr(thing, "ndim", 0) != 2 or hasattr(thing, "columns"):
        return None
    if thing.shape[1] != 2:
        raise ArgumentError(f"an array of shape (n, 2) was expected, not {tuple(thing.shape)}")
    if isinstance(thing, memoryview):
        return pairs(thing.tolist()) or ([], [])
    return thing[:, 0], thing[:, 1]


def _is_pair(one: Any) -> bool:
    return isinstance(one, (list, tuple)) and len(one) == 2 and not isinstance(one[0], (str, bytes))


def columns_of(
    x: Any, y: Any, weight: Any, served: Mapping[str, Any], services: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str | None]]:
    """Arrays as columns, and for each service the name of its column."""
    out = {"x": x, "y": y}
    if weight is not None:
        out["weight"] = weight
    columns: dict[str, str | None] = dict.fromkeys(services)
    for service, answers in served.items():
        if service not in services:
            raise ArgumentError(f"served= tells of {service!r}, which is no service of the tally")
        columns[service] = f"served {service}"
        out[f"served {service}"] = answers
    for service, answer in services.items():
        if columns[service] is None and (answer is None or isinstance(answer, str)):
            raise ArgumentError(f"served= says nothing of the service {service!r}, which has no footprint")
    return out, list(columns.values())


def array_of(data: bytearray, form: str) -> Any:
    """A NumPy array of bytes, or a memoryview where there is no NumPy."""
    try:
        import numpy
    except ImportError:
        return memoryview(data).cast("i" if form == "i" else "?")
    return numpy.frombuffer(data, dtype={"i": "int32", "?": "bool"}[form])
