"""Households: dots along the waterways, denser in towns, grouped into hamlets."""
import numpy as np

from . import dice
from .land import GRID, ISLANDS
from .mosaic import grown
from .planar import distance, inside, rounded

POINTS = 25000
HOUSEHOLDS = 223000
PERSONS = 907236

# Candidates per thousandth of a degree along a way, and how far houses stand from it.
_RATE = {"river": 70, "trunk": 95, "coast": 50, "canal": 64, "ditch": 40}
_FAR = {"river": 0.0020, "trunk": 0.0016, "coast": 0.0020, "canal": 0.0012, "ditch": 0.0010}

# A few more than needed, because points that touch a border are dropped later.
_SPARE = 400


def _along_ways(ways):
    """House places on both sides of every way, thinner towards its far end."""
    places = []
    for key, way in enumerate(ways):
        a, b = way.line[:-1], way.line[1:]
        part = np.repeat(np.arange(len(a)), _RATE[way.kind])
        house = np.arange(len(part))
        busy = dice.noise("busy stretches", a[part, 0], a[part, 1], 0.025)
        kept = dice.unit("houses kept", key, house) < 0.45 + 0.45 * busy
        part, house = part[kept], house[kept]
        chord = b[part] - a[part]
        side = np.stack([-chord[:, 1], chord[:, 0]], axis=1)
        side /= np.sqrt(side[:, 0] * side[:, 0] + side[:, 1] * side[:, 1])[:, None]
        away = 0.0003 + _FAR[way.kind] * dice.unit("houses away", key, house) ** 2
        away = np.where(dice.unit("houses side", key, house) < 0.5, away, -away)
        along = dice.unit("houses along", key, house)
        places.append(a[part] + chord * along[:, None] + side * away[:, None])
    return np.concatenate(places)


def _around(centre, size, count, key):
    """A dense cluster: the streets of a town or the market of a village."""
    n = np.arange(count)
    return np.stack([centre[0] + size * dice.bell("cluster x", key, n),
                     centre[1] + size * dice.bell("cluster y", key, n)], axis=1)


def _scattered(count):
    """Lone houses anywhere on the map."""
    n = np.arange(count)
    width, height = GRID.columns * GRID.step, GRID.rows * GRID.step
    return np.stack([GRID.west + width * dice.unit("lone x", n),
                     GRID.south + height * dice.unit("lone y", n)], axis=1)


def _commune_middle(labels, label):
    """The place in a commune with the most room around it (islands excepted)."""
    inner = labels == label
    while True:
        smaller = ~grown(~inner, 1)
        if not smaller.any():
            break
        inner = smaller
    row, column = np.argwhere(inner)[0]
    return np.array([GRID.west + (column + 0.5) * GRID.step,
                     GRID.south + (row + 0.5) * GRID.step])


def centres(land):
    """Where each commune has its seat: on the way nearest to its middle."""
    on_ways = np.concatenate([way.line for way in land.ways if way.kind != "ditch"])
    row, column = GRID.cell(on_ways[:, 0], on_ways[:, 1])
    row, column = np.clip(row, 0, GRID.rows - 1), np.clip(column, 0, GRID.columns - 1)
    result = []
    for commune in land.communes:
        seat = _commune_middle(land.labels, commune.label)
        # Towns fill their commune; a village centre lies by the water.
        if not commune.urban:
            deep = ~grown(land.labels != commune.label, 5)[row, column]
            near = distance(on_ways[:, 0], on_ways[:, 1], seat)
            near = np.where(deep, near, np.inf)
            if near.min() < 0.03:
                seat = on_ways[np.argmin(near)] + 0.0002
        result.append(seat)
    return rounded(np.array(result))


def located(land, xy):
    """Label of the commune that holds each point, 0 outside all of them."""
    label = np.zeros(len(xy), dtype=np.int64)
    for one, rings in land.rings.items():
        label[inside(rings, xy[:, 0], xy[:, 1])] = one
    return label


def _wanted(land):
    """How many points each commune gets: more for towns and for large communes."""
    area = np.bincount(land.labels.ravel(), minlength=len(land.communes) + 1)[1:] / 82.0
    raw = []
    for commune, size in zip(land.communes, area):
        base = 430.0 + 9.0 * min(size, 20.0) if commune.urban else 170.0 + 5.0 * min(size, 60.0)
        raw.append(int(base * dice.between(0.8, 1.2, "inhabitants", commune.label)))
    return shares(np.array(raw), POINTS + _SPARE)


def shares(parts, total):
    """Whole numbers in proportion to whole parts that add up to the total exactly."""
    reached = np.concatenate([[0], np.cumsum(parts.astype(np.int64))])
    reached = reached * total // reached[-1]
    return reached[1:] - reached[:-1]


def house_places(land, seats):
    """Coordinates and commune label of every candidate, commune by commune."""
    groups = [_around(seat, 0.007 if commune.urban else 0.0035, 2400 if commune.urban else 120,
                      commune.label) for commune, seat in zip(land.communes, seats)]
    islands = [_around(centre, 0.4 * size, int(20000 * size), 1000 + k)
               for k, (centre, size) in enumerate(ISLANDS)]
    lone, strings = _scattered(5000), _along_ways(land.ways)
    xy = rounded(np.concatenate([strings, *groups, *islands, lone]))
    xy = np.unique(xy, axis=0)
    label = located(land, xy)
    order = np.argsort(dice.unit("order", np.arange(len(xy))), kind="stable")
    chosen = []
    for commune, wanted in zip(land.communes, _wanted(land)):
        mine = order[label[order] == commune.label]
        if len(mine) < wanted:
            raise RuntimeError(f"{commune.name}: {len(mine)} places for {wanted} points")
        chosen.append(mine[:wanted])
    chosen = np.concatenate(chosen)
    return xy[chosen], label[chosen]


def hamlets(xy, label):
    """Number the hamlets of each commune: compact groups of about 45 points."""
    number = np.zeros(len(xy), dtype=np.int64)
    for one in np.unique(label).tolist():
        mine = np.flatnonzero(label == one)
        x, y = xy[mine, 0], xy[mine, 1]
        gap = distance(x, y, xy[mine[0]])
        nearest = np.zeros(len(mine), dtype=np.int64)
        for k in range(1, max(3, len(mine) // 45)):
            away = distance(x, y, xy[mine[np.argmax(gap)]])
            nearest = np.where(away < gap, k, nearest)
            gap = np.minimum(gap, away)
        number[mine] = nearest + 1
    return number


def raw_sizes(count):
    """Households per point before they are fitted to a total."""
    n = np.arange(count)
    return 1 + np.floor(3.0 + 14.0 * dice.unit("size", n) * dice.unit("size again", n)
                        + 4.0 * dice.unit("size more", n)).astype(np.int64)


def fitted_sizes(raw, groups):
    """Whole sizes of at least 1; each (mask, total) group adds up exactly."""
    sizes = np.zeros(len(raw), dtype=np.int64)
    for mask, total in groups:
        sizes[mask] = 1 + shares(raw[mask], total - int(mask.sum()))
    return sizes


def persons(sizes):
    """Persons per point, about four a household, who add up exactly."""
    n = np.arange(len(sizes))
    each = 3.1 + dice.unit("persons", n) + dice.unit("persons again", n)
    return shares(np.floor(1000.0 * sizes * each).astype(np.int64), PERSONS)
