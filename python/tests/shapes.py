"""WKB made by hand, so that tests need no GeoPandas."""

from __future__ import annotations

import struct

import libcov


def square(x: float, y: float, side: float = 1.0) -> bytes:
    ring = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    return struct.pack("<BIII10d", 1, 3, 1, 5, *(number for point in ring for number in point))


def point(x: float, y: float) -> bytes:
    return struct.pack("<BI2d", 1, 1, x, y)


def line(*xy: tuple[float, float]) -> bytes:
    return struct.pack("<BII", 1, 2, len(xy)) + b"".join(struct.pack("<2d", *one) for one in xy)


def board(crs: str | None = None) -> libcov.Areas:
    """Four squares in two districts, given from last to first."""
    rows = [("04", "d", "B", 1, 1), ("03", None, "B", 0, 1), ("02", "b", "A", 1, 0), ("01", "a", "A", 0, 0)]
    return libcov.Areas(
        {
            "id": [row[0] for row in rows],
            "name": [row[1] for row in rows],
            "district": [row[2] for row in rows],
            "geometry": [square(row[3], row[4]) for row in rows],
        },
        id="id",
        name="name",
        parents=["district"],
        assume_crs=crs,
    )
