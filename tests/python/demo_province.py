"""What the tests of the demonstration province share: layers read by GDAL, shapes of GEOS."""
from pathlib import Path

import numpy as np
from osgeo import gdal, ogr
from shapely import wkb
from shapely.geometry import box
from shapely.prepared import prep

DATA = Path(__file__).resolve().parents[2] / "data"
PROVINCE = DATA / "province"

gdal.UseExceptions()
ogr.UseExceptions()


class Layer:
    """The geometries and attributes of one file."""

    def __init__(self, name):
        source = ogr.Open(str(PROVINCE / f"{name}.shp"))
        layer = source.GetLayer(0)
        self.crs = layer.GetSpatialRef().GetAuthorityCode(None)
        features = list(layer)
        self.rows = [feature.items() for feature in features]
        self.shapes = [wkb.loads(bytes(feature.GetGeometryRef().ExportToWkb()))
                       for feature in features]

    def column(self, name):
        return [row[name] for row in self.rows]


class Points(Layer):
    """A point layer with its coordinates as an array."""

    def __init__(self, name):
        super().__init__(name)
        self.xy = np.array([(shape.x, shape.y) for shape in self.shapes])

    def in_box(self, shape, margin=0.0):
        west, south, east, north = shape.bounds
        x, y = self.xy[:, 0], self.xy[:, 1]
        return np.flatnonzero((x >= west - margin) & (x <= east + margin)
                              & (y >= south - margin) & (y <= north + margin)).tolist()

    def times_inside(self, shapes):
        """How many of the shapes hold each point in their interior."""
        count = np.zeros(len(self.shapes), dtype=int)
        for shape in shapes:
            ready = prep(shape)
            for k in self.in_box(shape):
                count[k] += ready.contains(self.shapes[k])
        return count


def rings(shape):
    """All rings of a polygon or multipolygon as lists of coordinates."""
    for part in getattr(shape, "geoms", [shape]):
        for ring in (part.exterior, *part.interiors):
            yield list(ring.coords)


def holes(shapes):
    return sum(len(part.interiors) for shape in shapes
               for part in getattr(shape, "geoms", [shape]))


class Raster:
    """One band with its cells as an array, row 0 in the north: of the province, or by its path."""

    def __init__(self, name):
        source = gdal.Open(str(name if isinstance(name, Path) else PROVINCE / f"{name}.tif"))
        band = source.GetRasterBand(1)
        self.crs = source.GetSpatialRef().GetAuthorityCode(None)
        self.west, self.step, _, self.north, _, self.fall = source.GetGeoTransform()
        self.nodata, self.cells = band.GetNoDataValue(), band.ReadAsArray()

    def places(self, xy):
        """Column and row of points, with fractions."""
        return (xy[:, 0] - self.west) / self.step, (xy[:, 1] - self.north) / self.fall

    def at(self, xy):
        column, row = self.places(xy)
        return self.cells[row.astype(int), column.astype(int)]

    def box(self, row, column):
        west, north = self.west + column * self.step, self.north + row * self.fall
        return box(west, north + self.fall, west + self.step, north)


# ---------------------------------------------------------------- measures on WGS 84

_A, _F = 6378137.0, 1 / 298.257223563
_E2 = _F * (2 - _F)


def metres_per_radian(latitude):
    """Of longitude and of latitude, at a latitude in degrees."""
    phi = np.radians(latitude)
    w = np.sqrt(1 - _E2 * np.sin(phi) ** 2)
    return _A / w * np.cos(phi), _A * (1 - _E2) / w ** 3


def kilometres(shape):
    """Length of lines; their segments are too short for the curvature to matter."""
    total = 0.0
    for line in getattr(shape, "geoms", [shape]):
        if line.length > 0:
            xy = np.array(line.coords)
            wide, high = metres_per_radian((xy[1:, 1] + xy[:-1, 1]) / 2)
            step = np.radians(xy[1:] - xy[:-1])
            total += np.hypot(step[:, 0] * wide, step[:, 1] * high).sum() / 1000
    return total


def square_kilometres(shape):
    """Area of polygons whose edges are straight in longitude and latitude."""
    def to_equator(latitude):
        s, e = np.sin(np.radians(latitude)), _E2 ** 0.5
        return _A * _A * (1 - _E2) / 2 * (s / (1 - _E2 * s * s) + np.arctanh(e * s) / e)

    total = 0.0
    for part in getattr(shape, "geoms", [shape]):
        for turn, ring in enumerate((part.exterior, *part.interiors)):
            x, y = np.array(ring.coords).T
            middle = to_equator((y[:-1] + y[1:]) / 2)
            mean = (to_equator(y[:-1]) + 4 * middle + to_equator(y[1:])) / 6  # Simpson
            area = abs((np.radians(x[1:] - x[:-1]) * mean).sum())
            total += (-area if turn else area) / 1e6
    return total


def drops(xy, lines, reach):
    """Pairs (point, nearest place, metres) for every segment of lines within reach of a point."""
    order = np.argsort(xy[:, 0])
    x, y = xy[order].T
    for line in lines:
        ends = np.array(line.coords)
        ends = ends if len(ends) > 1 else ends[[0, 0]]
        for a, b in zip(ends[:-1], ends[1:]):
            margin = reach / 100000
            first, last = np.searchsorted(x, (min(a[0], b[0]) - margin, max(a[0], b[0]) + margin))
            near = first + np.flatnonzero((y[first:last] > min(a[1], b[1]) - margin)
                                          & (y[first:last] < max(a[1], b[1]) + margin))
            if len(near) == 0:
                continue
            # Local metres around each point: the error is far below a millimetre.
            wide, high = (np.radians(1) * scale for scale in metres_per_radian(y[near]))
            ax, ay = (a[0] - x[near]) * wide, (a[1] - y[near]) * high
            dx, dy = (b[0] - a[0]) * wide, (b[1] - a[1]) * high
            square = dx * dx + dy * dy
            t = np.clip(-(ax * dx + ay * dy) / np.where(square > 0, square, 1.0), 0, 1)
            metres = np.hypot(ax + t * dx, ay + t * dy)
            for k in np.flatnonzero(metres < reach):
                yield order[near[k]], a + t[k] * (b - a), metres[k]
