"""The demonstration province as items of bases, by GEOS, GDAL and plain arithmetic."""
from statistics import NormalDist

import numpy as np
from shapely.geometry import LineString, Point
from shapely.ops import unary_union
from shapely.prepared import prep

from demo_province import drops, kilometres
from kinds import NO, UNKNOWN, YES

def answer(reached, known=None):
    found = np.where(reached, YES, NO)
    return found if known is None else np.where(known, found, UNKNOWN)


def level(minimum, indoor=0.0, sigma=0.0, probability=None):
    z = NormalDist().inv_cdf(probability / 100) if probability else 0.0
    return minimum + indoor + sigma * z


def bilinear(raster, xy):
    """Values between the centres of four cells; NaN where one that counts has none."""
    column, row = (place - 0.5 for place in raster.places(xy))
    height, width = raster.cells.shape
    assert ((column > -0.5) & (column < width - 0.5)).all()
    assert ((row > -0.5) & (row < height - 0.5)).all()
    c, r = np.floor(column).astype(int), np.floor(row).astype(int)
    u, v = column - c, row - r
    total = np.zeros(len(xy))
    for dc, dr, part in ((0, 0, (1 - u) * (1 - v)), (1, 0, u * (1 - v)),
                         (0, 1, (1 - u) * v), (1, 1, u * v)):
        cell = raster.cells[np.clip(r + dr, 0, height - 1), np.clip(c + dc, 0, width - 1)]
        value = np.where(cell == raster.nodata, np.nan, cell.astype(float))
        total += np.where(part == 0, 0.0, value * part)
    return total


class Places:
    """Points and how each kind of service answers for them."""

    def __init__(self, xy):
        self.xy = np.asarray(xy, dtype=float)
        self.shapes = [Point(*p) for p in self.xy]

    def inside(self, shapes):
        found = np.zeros(len(self.xy), bool)
        x, y = self.xy.T
        for shape in shapes:
            west, south, east, north = shape.bounds
            ready = prep(shape)
            for k in np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north)
                                    & ~found):
                found[k] = ready.contains(self.shapes[k])
        return answer(found)

    def owner(self, areas):
        found = np.full(len(self.xy), -1)
        for k, shape in reversed(list(enumerate(areas))):
            found[self.inside([shape]) == YES] = k
        return found

    def within(self, network, metres, barriers=()):
        """A drop may be as long as the distance; with barriers none may be in its way."""
        found = np.zeros(len(self.xy), bool)
        water = prep(unary_union(list(barriers))) if barriers else None
        for k, end, _ in drops(self.xy, network, metres):
            if water is None or not found[k]:
                found[k] = water is None or not water.intersects(LineString([self.xy[k], end]))
        return answer(found)

    def signal(self, raster, threshold, smooth=False):
        values = bilinear(raster, self.xy) if smooth else raster.at(self.xy).astype(float)
        known = ~np.isnan(values) & (values != raster.nodata)
        assert not smooth or (np.abs(values[known] - threshold) > 1e-9).all()
        return answer(values >= threshold, known)


# ---------------------------------------------------------------- pieces of the areas

class Piece:
    def __init__(self, area, shape, services):
        self.area, self.shape, self.services = area, shape, services
        self.ready, self.bounds = prep(shape), shape.bounds


def polygons(shape):
    """What has an area of whatever an overlay left."""
    parts = getattr(shape, "geoms", [shape])
    return unary_union([p for p in parts if p.geom_type in ("Polygon", "MultiPolygon")])


def pieces(areas, services):
    """The areas cut along the polygons of each service: {name: shapes}."""
    whole = {name: unary_union(shapes) for name, shapes in services.items()}
    out = []
    for k, area in enumerate(areas):
        parts = [(area, ())]
        for name, union in whole.items():
            zone = union.intersection(area)
            parts = [part for shape, found in parts
                     for part in ((shape.intersection(zone), (*found, name)),
                                  (shape.difference(zone), found))]
            parts = [(polygons(shape), found) for shape, found in parts]
            parts = [(shape, found) for shape, found in parts if not shape.is_empty]
        out += [Piece(k, shape, found) for shape, found in parts]
    return out


def answers_of(cut, names):
    """The answers of services with polygons for pieces, or what lies in one."""
    return {name: answer(np.array([name in piece.services for piece in cut])) for name in names}


def cells_of(raster, cut):
    """(piece, value, centre) of each part of a cell that lies in a piece."""
    for piece in cut:
        west, south, east, north = piece.bounds
        corners = np.array([[west, north], [east, south]])
        columns, rows = (np.floor(p).astype(int) for p in raster.places(corners))
        height, width = raster.cells.shape
        for row in range(max(rows[0], 0), min(rows[1] + 1, height)):
            for column in range(max(columns[0], 0), min(columns[1] + 1, width)):
                value = float(raster.cells[row, column])
                if value == raster.nodata or value == 0:
                    continue
                cell = raster.box(row, column)
                part = 1.0 if piece.ready.contains(cell) else \
                    piece.shape.intersection(cell).area / cell.area
                if part > 0:
                    yield piece, part * value, cell.centroid.coords[0]


def apart(a, b):
    return a[0] > b[2] or b[0] > a[2] or a[1] > b[3] or b[1] > a[3]


def lines_of(layer, cut, step):
    """(piece, km, middle) of parts of lines no longer than `step` km, in order along the lines."""
    for line in layer.shapes:
        for piece in cut:
            if apart(piece.bounds, line.bounds) or not piece.ready.intersects(line):
                continue
            inside = piece.shape.intersection(line)
            for part in getattr(inside, "geoms", [inside]):
                if part.length > 0:
                    yield from slices(part, piece, step)


def slices(part, piece, step):
    length = kilometres(part)
    n = int(length / step) + 1
    for i in range(n):
        yield piece, length / n, part.interpolate((i + 0.5) / n, normalized=True).coords[0]
