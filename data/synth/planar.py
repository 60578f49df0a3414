"""Plane geometry in degrees: polylines, distances, points in polygons.

At 9.3 degrees north a degree of longitude is within 1 % of a degree of
latitude, so distances are simply taken in degrees (1 degree is 110 km).
"""
import numpy as np

from .dice import unit


def rounded(xy):
    """Coordinates as they are stored: whole millionths of a degree (11 cm)."""
    return np.round(np.asarray(xy) * 1e6) / 1e6


def length_along(line):
    """Distance from the start of a polyline at each of its vertices."""
    step = line[1:] - line[:-1]
    reach = np.sqrt(step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1])
    return np.concatenate([[0.0], np.add.accumulate(reach)])


def resample(line, spacing):
    """The same polyline with vertices about `spacing` apart."""
    along = length_along(line)
    count = max(2, int(along[-1] / spacing) + 1)
    at = np.arange(count) * (along[-1] / (count - 1))
    return np.stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])], axis=1)


def meander(line, sway, stream, key, rounds=5):
    """Bend a polyline like a river: midpoints move sideways, again and again."""
    for level in range(rounds):
        a, b = line[:-1], line[1:]
        chord = b - a
        side = np.stack([-chord[:, 1], chord[:, 0]], axis=1)
        shift = sway * (2.0 * unit(stream, key, level, np.arange(len(a))) - 1.0)
        bent = np.empty((2 * len(line) - 1, 2))
        bent[0::2], bent[1::2] = line, (a + b) / 2.0 + side * shift[:, None]
        line = bent
        sway *= 0.8
    return line


def round_corners(ring, rounds):
    """Chaikin's corner cutting on a closed ring given without its last point."""
    for _ in range(rounds):
        following = np.roll(ring, -1, axis=0)
        cut = np.empty((2 * len(ring), 2))
        cut[0::2] = 0.75 * ring + 0.25 * following
        cut[1::2] = 0.25 * ring + 0.75 * following
        ring = cut
    return ring


def distance_to_line(x, y, line):
    """Distance of each (x, y) to a polyline with any number of vertices."""
    best = np.full(np.shape(x), np.inf)
    for (ax, ay), (bx, by) in zip(line[:-1], line[1:]):
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        t = ((x - ax) * dx + (y - ay) * dy) / square if square > 0 else 0.0
        t = np.clip(t, 0.0, 1.0)
        ex, ey = x - (ax + t * dx), y - (ay + t * dy)
        best = np.minimum(best, ex * ex + ey * ey)
    return np.sqrt(best)


def distance(x, y, to):
    """Distance of each (x, y) to one point."""
    dx, dy = x - to[0], y - to[1]
    return np.sqrt(dx * dx + dy * dy)


def inside(rings, x, y):
    """Even-odd test of points against closed rings, holes and parts alike.

    Ordinary double precision is enough: points closer to a border than
    `too_close` allows are never kept.
    """
    result = np.zeros(len(x), dtype=bool)
    west, south = np.min([ring.min(axis=0) for ring in rings], axis=0)
    east, north = np.max([ring.max(axis=0) for ring in rings], axis=0)
    pick = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
    pick = pick[np.argsort(y[pick], kind="stable")]
    px, py = x[pick], y[pick]
    odd = np.zeros(len(pick), dtype=bool)
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring[:-1], ring[1:]):
            low, high = (ay, by) if ay < by else (by, ay)
            first, last = np.searchsorted(py, (low, high))
            if first < last:
                cross = ax + (py[first:last] - ay) * ((bx - ax) / (by - ay))
                odd[first:last] ^= px[first:last] < cross
    result[pick] = odd
    return result


def inside_any(polygons, x, y):
    """True for points inside at least one of several polygons."""
    result = np.zeros(len(x), dtype=bool)
    for rings in polygons:
        result |= inside(rings, x, y)
    return result


def too_close(polygons, x, y, limit):
    """True for points within `limit` degrees of any border."""
    order = np.argsort(x, kind="stable")
    px, py = x[order], y[order]
    close = np.zeros(len(x), dtype=bool)
    for ring in (ring for rings in polygons for ring in rings):
        a, b = ring[:-1], ring[1:]
        first = np.searchsorted(px, np.minimum(a[:, 0], b[:, 0]) - limit)
        last = np.searchsorted(px, np.maximum(a[:, 0], b[:, 0]) + limit)
        for k in np.flatnonzero(first < last):
            part = slice(first[k], last[k])
            close[part] |= distance_to_line(px[part], py[part], ring[k:k + 2]) < limit
    result = np.zeros(len(x), dtype=bool)
    result[order] = close
    return result
