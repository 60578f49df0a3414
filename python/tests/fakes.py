"""A report made of plain lists, with what the frames, the table and the map ask of one.

SPDX-License-Identifier: MIT
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Column(NamedTuple):
    name: str
    role: str
    indicator: str | None = None


class Count(NamedTuple):
    points: int
    weight: int | float


class FakeReport:
    def __init__(
        self,
        columns: Sequence[tuple[Column, list[Any]]],
        geometry: list[bytes | None] | None = None,
        crs: str | None = "EPSG:4326",
        overlap: Count = Count(0, 0),
    ) -> None:
        self.columns = [column for column, _ in columns]
        self.measure = "households"
        self.geometry_crs = crs
        self.crs = "EPSG:9210"  # of the counting: not for the shapes
        self._data = {column.name: values for column, values in columns}
        self._geometry = geometry
        none = Count(0, 0)
        self.ledger: Mapping[str, Count] = {
            "read": Count(25, 3020),
            "assigned": Count(22, 3000),
            "outside": Count(3, 20),
            "no_location": none,
            "duplicate": none,
            "rejected": none,
            "overlap": overlap,
        }

    def to_dict(self, geometry: bool = False) -> dict[str, list[Any]]:
        return {**self._data, **({"geometry": self._geometry or []} if geometry else {})}


def square(x: float, y: float) -> bytes:
    """WKB of a polygon, a tenth of a degree wide."""
    import struct

    ring = [(x, y), (x + 0.1, y), (x + 0.1, y + 0.1), (x, y + 0.1), (x, y)]
    points = b"".join(struct.pack("<dd", *point) for point in ring)
    return struct.pack("<BIII", 1, 3, 1, len(ring)) + points


def province() -> FakeReport:
    """Three areas, one without households, one all but full; a district; the total."""
    return FakeReport(
        [
            (Column("ma_xa", "id"), ["00123", "00124", "<script>alert(1)</script>", None, None]),
            (Column("ten_xa", "name"), ["Xã Trúc & Lâm", None, 'Ấp "Đước" \u202e', None, None]),
            (Column("ma_huyen", "parent"), ["012", "012", "012", "012", None]),
            (Column("level", "level"), ["area", "area", "area", "ma_huyen", "total"]),
            (Column("households", "measure"), [2000, 0, 1000, 3000, 3000]),
            (Column("fiber_n", "count", "fiber"), [1999, 0, 125, 2124, 2124]),
            (Column("fiber_pct", "percent", "fiber"), [99.95, None, 12.5, 70.8, 70.8]),
            (Column("4g_viettel_n", "count", "4g/viettel"), [2000, 0, 0, 2000, 2000]),
            (Column("4g_viettel_pct", "percent", "4g/viettel"), [100.0, None, 0.0, 100.0, 100.0]),
            (Column("4g_viettel_unknown", "unknown", "4g/viettel"), [0, 0, 1000, 1000, 1000]),
            (Column("persons", "measure"), [8000, 0, 4000, 12000, 12000]),
            (Column("persons_fiber_n", "count", "fiber"), [7996, 0, 500, 8496, 8496]),
            (Column("persons_fiber_pct", "percent", "fiber"), [99.95, None, 12.5, 70.8, 70.8]),
            (Column("fiber_missing", "missing", "fiber"), [0, None, 675, 276, 276]),
        ],
        [square(105.0, 60.0), square(105.1, 60.0), square(105.2, 60.0), None, None],
    )
