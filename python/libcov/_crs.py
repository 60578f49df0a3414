"""Coordinate systems as text: "EPSG:4326", WKT, PROJJSON.

The C library compares texts, and PROJ isn't always there: a text that states an authority's code is
written as that code, so that one system has one text.
"""

from __future__ import annotations

import json
import re
from numbers import Integral
from typing import Any

from libcov._errors import CRSError

# Longitude and latitude in degrees on WGS 84, x first as everywhere here.
_SAME = {"OGC:CRS84": "EPSG:4326", "CRS84": "EPSG:4326"}
_AUTHORITY = re.compile(r"(?:urn:ogc:def:crs:)?([A-Za-z]+):(?:[\d.]*:)?([A-Za-z0-9_.]+)")
_WKT_END = re.compile(r'(?:ID|AUTHORITY)\["([^"]+)",\s*"?([A-Za-z0-9_.]+)"?\]\s*\]\s*$')


def text(crs: Any) -> str | None:
    """A coordinate system as text; "EPSG:4326" where it is one that has a code."""
    if crs is None:
        return None
    if isinstance(crs, bool):
        raise CRSError(f"{crs!r} is no coordinate system")
    if isinstance(crs, Integral):
        return f"EPSG:{crs}"
    if isinstance(crs, dict):
        crs = json.dumps(crs, ensure_ascii=False)
    if not isinstance(crs, str):
        crs = _of_object(crs)
    stripped = crs.strip()
    code = _code(stripped)
    return _SAME.get(code, code) if code is not None else stripped


def _of_object(crs: Any) -> str:
    """pyproj.CRS and what is like it."""
    for name in ("to_json", "to_wkt"):
        if hasattr(crs, name):
            return str(getattr(crs, name)())
    raise CRSError(f'{crs!r} is no coordinate system: give "EPSG:4326", WKT or PROJJSON')


def _code(stated: str) -> str | None:
    if stated.startswith("{"):
        try:
            told = json.loads(stated).get("id", {})
            return f"{told['authority']}:{told['code']}".upper()
        except (ValueError, AttributeError, KeyError, TypeError):
            return None
    found = _AUTHORITY.fullmatch(stated) or _WKT_END.search(stated)
    return None if found is None else f"{found[1]}:{found[2]}".upper()


def same(one: Any, other: Any, what: str, whose: str = "what is asked for") -> None:
    """Two systems that must be one, where both are stated."""
    first, second = text(one), text(other)
    if first is not None and second is not None and first != second and not _meant_same(first, second):
        raise CRSError(
            f"the coordinate system of {what} ({label(first)}) is not that of {whose} ({label(second)}): "
            "transform one of them first"
        )


def _meant_same(one: str, other: str) -> bool:
    from libcov import _libcov

    return _libcov.has_io and _libcov.same_crs(one, other)


def label(crs: str | None) -> str:
    """Short, for messages."""
    if crs is None:
        return "not stated"
    if crs.startswith("{"):
        try:
            return str(json.loads(crs)["name"])
        except (ValueError, KeyError, TypeError):
            return "PROJJSON"
    if len(crs) > 60:
        named = re.match(r'\w+\["([^"]*)"', crs)
        return named[1] if named else crs[:57] + "..."
    return crs


def unit(crs: str | None) -> tuple[float, float, float]:
    """(metres per unit, semi-major axis, flattening) to measure distances with; 0 is degrees.

    For builds without PROJ, which know no more than what the text itself says.
    """
    ellipsoid = (6378137.0, 1 / 298.257223563)
    if crs is None:
        return (1.0, *ellipsoid)
    if crs in ("EPSG:4326", "EPSG:4979"):
        return (0.0, *ellipsoid)
    if crs.startswith("{"):
        try:
            units = {axis["unit"] for axis in json.loads(crs)["coordinate_system"]["axis"]}
        except (ValueError, KeyError, TypeError):
            units = set()
        if units == {"metre"}:
            return (1.0, *ellipsoid)
    if crs.startswith("EPSG:326") or crs.startswith("EPSG:327") or crs == "EPSG:3857":
        return (1.0, *ellipsoid)
    raise CRSError(
        f"this build of libcov can't tell the unit of {label(crs)}: state the system as PROJJSON with axes in "
        "metres, or EPSG:4326"
    )
