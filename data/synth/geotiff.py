"""Write GeoTIFFs in longitude and latitude (EPSG:4326) with fixed bytes.

One band, not compressed: libraries for compression differ between versions.
"""
import struct

_SHORT, _LONG, _ASCII, _DOUBLE = 3, 4, 2, 12
_CODES = {_SHORT: "H", _LONG: "I", _DOUBLE: "d"}
_SAMPLE_FORMAT = {"i": 2, "f": 3}

# Geographic, pixels are areas, WGS 84, degrees.
_KEYS = (1, 1, 0, 4, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326, 2054, 0, 1, 9102)


def write_raster(path, values, west, south, step, nodata):
    """Write a grid of numbers whose row 0 is in the south, as everywhere here."""
    rows, columns = values.shape
    little = values[::-1].astype(values.dtype.newbyteorder("<"))
    north = south + rows * step
    tags = [
        (256, _LONG, (columns,)), (257, _LONG, (rows,)),
        (258, _SHORT, (8 * values.itemsize,)), (259, _SHORT, (1,)), (262, _SHORT, (1,)),
        (273, _LONG, (8,)), (277, _SHORT, (1,)), (278, _LONG, (rows,)),
        (279, _LONG, (little.nbytes,)), (284, _SHORT, (1,)),
        (339, _SHORT, (_SAMPLE_FORMAT[values.dtype.kind],)),
        (33550, _DOUBLE, (step, step, 0.0)), (33922, _DOUBLE, (0.0, 0.0, 0.0, west, north, 0.0)),
        (34735, _SHORT, _KEYS), (42113, _ASCII, b"%d\0" % nodata)]
    start = 8 + little.nbytes + little.nbytes % 2
    with open(path, "wb") as file:
        file.write(struct.pack("<2sHI", b"II", 42, start))
        file.write(little.tobytes().ljust(start - 8, b"\0"))
        file.write(_directory(tags, start))


def _directory(tags, start):
    """The directory of tags; values too long for an entry follow it."""
    entries, tail = b"", b""
    after = start + 2 + 12 * len(tags) + 4
    for tag, kind, value in tags:
        raw = value if kind == _ASCII else struct.pack(f"<{len(value)}{_CODES[kind]}", *value)
        if len(raw) <= 4:
            field = raw.ljust(4, b"\0")
        else:
            field = struct.pack("<I", after + len(tail))
            tail += raw.ljust(len(raw) + len(raw) % 2, b"\0")
        entries += struct.pack("<HHI", tag, kind, len(value)) + field
    return struct.pack("<H", len(tags)) + entries + b"\0\0\0\0" + tail
