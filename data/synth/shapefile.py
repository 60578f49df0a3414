"""Write ESRI Shapefiles with fixed bytes.

Drivers stamp the current date into the .dbf header and change details from
version to version; files kept under version control should not.
"""
import struct

import numpy as np

_POINT, _LINE, _POLYGON = 1, 3, 5
_DATE = (126, 1, 1)  # 2026-01-01, years counted from 1900
_WGS84 = ('GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
          'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]')


class Text:
    """A text column; `width` is in bytes of UTF-8."""

    def __init__(self, name, width):
        self.name, self.kind, self.width = name, b"C", width

    def encode(self, value):
        raw = value.encode("utf-8")
        if len(raw) > self.width:
            raise ValueError(f"{self.name}: '{value}' is longer than {self.width} bytes")
        return raw.ljust(self.width)


class Whole:
    """A column of whole numbers with up to `width` digits."""

    def __init__(self, name, width):
        self.name, self.kind, self.width = name, b"N", width

    def encode(self, value):
        raw = b"%d" % int(value)
        if len(raw) > self.width:
            raise ValueError(f"{self.name}: {value} has more than {self.width} digits")
        return raw.rjust(self.width)


def write_points(base, xy, columns, rows):
    """Write points and their attribute rows to base.shp and its companions."""
    bodies = [struct.pack("<i2d", _POINT, x, y) for x, y in xy]
    box = (*xy.min(axis=0), *xy.max(axis=0))
    _write(base, _POINT, box, bodies, columns, rows)


def write_lines(base, lines, columns, rows):
    """Write polylines of one part each."""
    _write_parts(base, _LINE, [[line] for line in lines], columns, rows)


def write_polygons(base, shapes, columns, rows):
    """Write polygons; each shape is a list of closed rings, outer ones clockwise."""
    _write_parts(base, _POLYGON, shapes, columns, rows)


def _write_parts(base, kind, shapes, columns, rows):
    everything = np.concatenate([part for parts in shapes for part in parts])
    box = (*everything.min(axis=0), *everything.max(axis=0))
    _write(base, kind, box, [_body(kind, parts) for parts in shapes], columns, rows)


def _body(kind, parts):
    vertices = np.concatenate(parts)
    starts = np.cumsum([0] + [len(part) for part in parts[:-1]])
    return (struct.pack("<i4d2i", kind, *vertices.min(axis=0), *vertices.max(axis=0),
                        len(parts), len(vertices))
            + starts.astype("<i4").tobytes() + vertices.astype("<f8").tobytes())


def _header(kind, box, size):
    return (struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size // 2)
            + struct.pack("<2i8d", 1000, kind, *box, 0.0, 0.0, 0.0, 0.0))


def _write(base, kind, box, bodies, columns, rows):
    if len(bodies) != len(rows):
        raise ValueError(f"{base}: {len(bodies)} shapes but {len(rows)} rows")
    shapes, index, offset = [], [], 100
    for number, body in enumerate(bodies, start=1):
        index.append(struct.pack(">2i", offset // 2, len(body) // 2))
        shapes.append(struct.pack(">2i", number, len(body) // 2) + body)
        offset += 8 + len(body)
    _save(base, ".shp", _header(kind, box, offset) + b"".join(shapes))
    _save(base, ".shx", _header(kind, box, 100 + 8 * len(index)) + b"".join(index))
    _save(base, ".dbf", _table(columns, rows))
    _save(base, ".prj", _WGS84.encode("ascii"))
    _save(base, ".cpg", b"UTF-8")


def _table(columns, rows):
    record = 1 + sum(column.width for column in columns)
    start = 32 + 32 * len(columns) + 1
    head = struct.pack("<B3BI2H20x", 3, *_DATE, len(rows), start, record)
    fields = b"".join(struct.pack("<11sc4xBB14x", column.name.encode("ascii"), column.kind,
                                  column.width, 0) for column in columns)
    records = b"".join(b" " + b"".join(column.encode(value)
                                       for column, value in zip(columns, row, strict=True))
                       for row in rows)
    return head + fields + b"\r" + records + b"\x1a"


def _save(base, suffix, content):
    with open(str(base) + suffix, "wb") as file:
        file.write(content)
