"""Whatever comes in: a path, or a table that becomes a stream of Arrow."""

from __future__ import annotations

import array
import math
import os
import struct
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from libcov import _answers, _crs
from libcov._errors import ArgumentError, InputError

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

    if isinstance(within, (int, float)) and not isinstance(within, bool):
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
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
        raise ArgumentError(f'a share is "80%" or a number from 0 to 1, not {share!r}')
    return round(share * 1_000_000)


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
    for indicator, goal in dict(asked or {}).items():
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

    yield tell
    if last[0]:
        print("\r" + " " * 60, end="\r", file=sys.stderr, flush=True)


# ---------------------------------------------------------------- columns of our own

# Formats of Arrow for those of Python's buffers: native sizes of a 64-bit machine.
_FORMATS = {
    "?": "C", "b": "c", "B": "C", "h": "s", "H": "S", "i": "i", "I": "I",
    "l": "l", "q": "l", "L": "L", "Q": "L", "f": "f", "d": "g",
}  # fmt: skip

GEOMETRY = ("geometry", "geom", "wkb", "wkb_geometry", "the_geom")


class _ColumnOf(NamedTuple):
    name: str
    format: str
    metadata: bytes | None
    buffers: list[Any]
    nulls: int


def _view(values: Any) -> memoryview | None:
    """The numbers of a buffer of one dimension, or None."""
    if isinstance(values, (str, bytes, bytearray)) or hasattr(values, "mask"):
        return None
    try:
        view = memoryview(values)
    except (TypeError, ValueError, BufferError):
        return None
    return view if view.ndim == 1 and view.format.lstrip("@=<") in _FORMATS else None


def is_buffer(values: Any) -> bool:
    """Whether it is a buffer of numbers of one dimension."""
    return _view(values) is not None


def _listed(values: Any) -> list[Any]:
    for name in ("to_list", "tolist", "to_pylist"):
        if hasattr(values, name):
            return list(getattr(values, name)())
    return list(values)


def is_shape(value: Any) -> bool:
    """WKB, or a geometry of Shapely."""
    return isinstance(value, (bytes, bytearray, memoryview)) or hasattr(value, "wkb")


def _missing(value: Any) -> bool:
    """None, NaN of a list, pandas' NA."""
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _validity(values: list[Any]) -> tuple[bytes | None, int]:
    nulls = sum(_missing(value) for value in values)
    if nulls == 0:
        return None, 0
    bits = bytearray(-(-len(values) // 8))
    for i, value in enumerate(values):
        if not _missing(value):
            bits[i >> 3] |= 1 << (i & 7)
    return bytes(bits), nulls


def column(name: str, values: Any) -> tuple[_ColumnOf, int]:
    """A column of Arrow, and its length. Buffers of numbers stay where they are."""
    if hasattr(values, "to_numpy") and _view(values) is None:
        values = _numpy_of(values)
    view = _view(values)
    if view is not None:
        form = _FORMATS[view.format.lstrip("@=<")]
        data: Any = view if view.c_contiguous else view.tobytes()
        return _ColumnOf(name, form, None, [None, data], 0), len(view)
    listed = _listed(values)
    return _of_values(name, listed), len(listed)


def _numpy_of(values: Any) -> Any:
    try:
        return values.to_numpy()
    except (TypeError, ValueError):
        return values


def _of_values(name: str, values: list[Any]) -> _ColumnOf:
    known = [value for value in values if not _missing(value)]
    validity, nulls = _validity(values)
    if known and all(isinstance(value, str) for value in known):
        texts = [b"" if _missing(value) else value.encode() for value in values]
        return _of_bytes(name, "u", None, texts, validity, nulls)
    if known and all(is_shape(value) for value in known) or not known and name in GEOMETRY:
        blobs = [b"" if _missing(v) else bytes(v.wkb if hasattr(v, "wkb") else v) for v in values]
        return _of_bytes(name, "z", _wkb_metadata(name), blobs, validity, nulls)
    try:
        if all(type(value).__name__ in ("bool", "bool_") for value in known):
            return _ColumnOf(name, "C", None, [validity, bytes(bool(v) and not _missing(v) for v in values)], nulls)
        if all(hasattr(value, "__index__") for value in known):
            whole = array.array("q", [0 if _missing(value) else int(value) for value in values])
            return _ColumnOf(name, "l", None, [validity, whole], nulls)
        real = array.array("d", [0.0 if _missing(value) else float(value) for value in values])
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
        except ImportError:  # pandas without pyarrow
            return frame_stream({str(name): thing[name] for name in thing.columns})
    if hasattr(thing, "__arrow_c_array__"):
        return _libcov.stream_of_array(thing.__arrow_c_array__())
    if isinstance(thing, Mapping):
        return frame_stream(thing)
    xy = pairs(thing)
    if xy is not None:
        return frame_stream({"x": half(xy, 0), "y": half(xy, 1)})
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
    crs: str | None = None,
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
    geometry, stated_crs = stated(capsule, geometry)
    # A system with a code goes in as the code, so that it has one text in every build.
    return Given(None, None, where, _libcov.Table.of(capsule, name, geometry, crs or _crs.text(stated_crs)))


def stated(capsule: Any, geometry: str | None) -> tuple[str | None, str | None]:
    """The geometry to read, and its coordinate system as stated."""
    from libcov import _libcov

    _, crs = _libcov.stream_crs(capsule, geometry)
    return geometry, crs


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


def numbers(thing: Any, what: str) -> Any:
    """Something with a buffer of numbers."""
    if isinstance(thing, str):
        raise ArgumentError(f"{what}: an array of numbers was expected, not the text {thing!r}")
    if hasattr(thing, "mask") and hasattr(thing, "filled"):  # NumPy's masked arrays
        thing = [math.nan if value is None else value for value in thing.tolist()]
    if _view(thing) is not None:
        return thing
    if hasattr(thing, "to_numpy"):
        found = _numpy_of(thing)
        if _view(found) is not None:
            return found
    listed = [math.nan if _missing(value) else value for value in _listed(thing)]
    try:
        if all(hasattr(value, "__index__") for value in listed):
            return array.array("q", [int(value) for value in listed])
        return array.array("d", [float(value) for value in listed])
    except OverflowError:
        return array.array("Q", [int(value) for value in listed])
    except (TypeError, ValueError):
        raise ArgumentError(f"{what}: numbers were expected") from None


def has_decimals(thing: Any) -> bool:
    """Whether an array holds floating numbers."""
    view = _view(numbers(thing, "weight"))
    return view is not None and view.format.lstrip("@=<") in ("f", "d")


def pairs(thing: Any) -> Any:
    """An (n, 2) buffer of what is one, None for anything else."""
    if isinstance(thing, (list, tuple)) and thing and all(_is_pair(one) for one in thing):
        flat = array.array("d", [float(value) for one in thing for value in one])
        return memoryview(flat).cast("B").cast("d", (len(thing), 2))
    if hasattr(thing, "__arrow_c_stream__") or hasattr(thing, "__arrow_c_array__"):
        return None
    try:
        view = memoryview(thing)
    except (TypeError, ValueError, BufferError):
        return None
    return thing if view.ndim == 2 and (view.shape or ())[1] == 2 else None


def _is_pair(one: Any) -> bool:
    return isinstance(one, (list, tuple)) and len(one) == 2 and not isinstance(one[0], (str, bytes))


def half(xy: Any, k: int) -> Any:
    """x or y of an (n, 2) buffer."""
    return xy[:, k] if not isinstance(xy, memoryview) else array.array("d", list(xy.cast("B").cast("d"))[k::2])


def columns_of(
    xy: Any, x: Any, y: Any, weight: Any, served: Mapping[str, Any] | None, services: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str | None]]:
    """Arrays as columns, and for each service the name of its column."""
    out = {"x": x if xy is None else half(xy, 0), "y": y if xy is None else half(xy, 1)}
    if weight is not None:
        out["weight"] = weight
    columns: dict[str, str | None] = dict.fromkeys(services)
    for service, answers in (served or {}).items():
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
