"""The land: a coast, rivers and canals, seven districts and 64 communes.

Districts and communes grow from their seeds over a grid on which water is
slow to cross, so that many borders follow a river or a canal as they do in a
real delta.
"""
import heapq

import numpy as np

from . import dice
from .mosaic import Grid, absorb_fragments, components, fill, grown, polygons
from .names import DISTRICTS, communes
from .planar import distance, distance_to_line, inside, meander, resample, round_corners

GRID = Grid(105.10, 8.96, 105.95, 9.68, 0.001)

_OUTLINE = np.array([
    (105.221, 9.277), (105.256, 9.399), (105.356, 9.499), (105.455, 9.586), (105.557, 9.602),
    (105.637, 9.544), (105.744, 9.555), (105.827, 9.458), (105.793, 9.349), (105.721, 9.271),
    (105.604, 9.181), (105.506, 9.116), (105.394, 9.039), (105.305, 9.078), (105.269, 9.174)])

# Offshore islands: centre, size in degrees.
ISLANDS = (((105.445, 8.990), 0.013), ((105.520, 9.035), 0.006), ((105.805, 9.222), 0.009))

# Labels of the communes that surround a patch of a neighbour.
_ENCLAVE_HOSTS = (13, 41)

# kind, how much it winds, where it runs.
_MAIN_WAYS = (
    ("river", 0.34, ((105.500, 9.650), (105.520, 9.560), (105.600, 9.470), (105.690, 9.400),
                     (105.720, 9.320), (105.790, 9.250))),
    ("river", 0.34, ((105.180, 9.330), (105.290, 9.270), (105.330, 9.170), (105.420, 9.110),
                     (105.450, 9.020))),
    ("river", 0.30, ((105.330, 9.560), (105.400, 9.450), (105.370, 9.370), (105.355, 9.295))),
    ("trunk", 0.03, ((105.150, 9.255), (105.355, 9.295), (105.500, 9.312), (105.640, 9.330),
                     (105.735, 9.455), (105.880, 9.480))),
    ("trunk", 0.05, ((105.355, 9.295), (105.395, 9.450), (105.545, 9.510), (105.735, 9.455))),
    ("trunk", 0.05, ((105.330, 9.160), (105.430, 9.180), (105.520, 9.205), (105.640, 9.330))),
    ("trunk", 0.06, ((105.290, 9.375), (105.395, 9.450), (105.500, 9.395), (105.640, 9.330))),
    ("trunk", 0.06, ((105.355, 9.295), (105.450, 9.245), (105.520, 9.205))),
    ("coast", 0.05, ((105.280, 9.090), (105.380, 9.060), (105.500, 9.130), (105.600, 9.192),
                     (105.720, 9.280), (105.800, 9.370))),
)


class Way:
    """A river, canal or road along which people live."""

    def __init__(self, kind, line):
        self.kind = kind
        self.line = resample(line, 0.001)


def _fixed_ways():
    ways = []
    for key, (kind, sway, points) in enumerate(_MAIN_WAYS):
        line = meander(np.array(points), sway, "main ways", key)
        ways.append(Way(kind, line))
    return ways


def _side_canals(parent, key, kind, spacing, length):
    """Canals that leave a way at irregular intervals to alternating sides."""
    line = parent.line
    canals, at, turn = [], spacing * 0.5, 0
    while at < len(line) * 0.001 - 0.004:
        here = int(at / 0.001)
        ahead, behind = line[min(here + 4, len(line) - 1)], line[max(here - 4, 0)]
        along = ahead - behind
        along = along / np.sqrt(along[0] * along[0] + along[1] * along[1])
        side = np.array([-along[1], along[0]]) * (1.0 if turn % 2 else -1.0)
        side = side + along * 0.3 * dice.bell(f"{kind} slant", key, turn)
        reach = length * dice.between(0.45, 1.4, f"{kind} length", key, turn)
        ends = np.array([line[here], line[here] + side * reach])
        canals.append(Way(kind, meander(ends, 0.06, f"{kind} bends", key * 1000 + turn, rounds=4)))
        at += spacing * dice.between(0.5, 1.5, f"{kind} spacing", key, turn)
        turn += 1
    return canals


def waterways():
    """All ways, the large ones first."""
    main = _fixed_ways()
    canals = [canal for key, way in enumerate(main)
              for canal in _side_canals(way, key, "canal", 0.022, 0.090)]
    ditches = [ditch for key, way in enumerate(canals)
               for ditch in _side_canals(way, key, "ditch", 0.022, 0.026)]
    return main + canals + ditches


def _mainland(x, y):
    """Land cells: the outline shaken by noise, cut open where rivers meet the sea."""
    shaken_x = x + 0.016 * dice.rough_noise("coast x", x, y, 0.05, 4)
    shaken_y = y + 0.016 * dice.rough_noise("coast y", x, y, 0.05, 4)
    ring = round_corners(_OUTLINE, 3)
    ring = np.concatenate([ring, ring[:1]])
    land = inside([ring], shaken_x.ravel(), shaken_y.ravel()).reshape(x.shape)
    return absorb_fragments(land.astype(np.int64)) == 1


def _cut_estuary(land, river, x, y, reach, width):
    """Open the last `reach` degrees of a river to the sea like a funnel."""
    on_land = np.flatnonzero(land[GRID.cell(river.line[:, 0], river.line[:, 1])])
    mouth = int(on_land[-1])
    first = mouth - int(reach / 0.001)
    for k in range(first, len(river.line)):
        half = width * min(1.0, (k - first) / (mouth - first))
        land &= distance(x, y, river.line[k]) > half
    return land


def _crossing_cost(ways, x, y):
    """Integer cost of entering each cell: rough ground, and water much dearer."""
    ground = np.maximum(1.0 + 0.8 * dice.rough_noise("ground", x, y, 0.016, 3), 0.1)
    cost = (20 + 80 * ground * ground).astype(np.int64)
    price = {"river": 3000, "trunk": 900, "canal": 700, "coast": 0, "ditch": 0}
    for way in reversed(ways):
        if price[way.kind]:
            line = resample(way.line, 0.0004)
            row, column = GRID.cell(line[:, 0], line[:, 1])
            # Two cells wide, so that a diagonal step cannot slip through.
            for wide in (0, 1):
                cost[row, column + wide] = price[way.kind]
    return cost


def _grow(cost, allowed, seeds, slowness):
    """Assign every allowed cell to the seed that reaches it first.

    `seeds` are (row, column), `slowness` is per seed in tenths. Returns 1 for
    the first seed, 2 for the second ...; 0 where not allowed.
    """
    columns = cost.shape[1]
    price = cost.ravel().tolist()
    free = allowed.ravel().tolist()
    label = [0] * len(free)
    steps = [(1, 70), (-1, 70), (columns, 70), (-columns, 70),
             (columns + 1, 99), (columns - 1, 99), (1 - columns, 99), (-1 - columns, 99)]
    queue = [(0, k, row * columns + column) for k, (row, column) in enumerate(seeds)]
    heapq.heapify(queue)
    while queue:
        time, k, here = heapq.heappop(queue)
        if not free[here]:
            continue
        free[here], label[here] = False, k + 1
        for step, weight in steps:
            there = here + step
            if free[there]:
                arrival = time + price[there] * weight * slowness[k] // 100
                heapq.heappush(queue, (arrival, k, there))
    return np.array(label).reshape(cost.shape)


def _spread(cells, taken, count, stream):
    """Choose further seeds far from those taken: the best of a few random cells each."""
    taken = list(taken)
    for k in range(count):
        pick = np.floor(dice.unit(stream, k, np.arange(14)) * len(cells)).astype(np.int64)
        away = [min((cells[p][0] - r) ** 2 + (cells[p][1] - c) ** 2 for r, c in taken)
                for p in pick]
        taken.append(tuple(cells[pick[int(np.argmax(away))]].tolist()))
    return taken


def _commune_seeds(number, cells):
    """Seeds of one district: urban ones close to the capital, rural ones spread out."""
    _, _, capital, urban, rural = DISTRICTS[number]
    centre = tuple(int(v) for v in GRID.cell(*capital))
    square = (cells[:, 0] - centre[0]) ** 2 + (cells[:, 1] - centre[1]) ** 2
    if urban > 2:
        near = cells[square < 30 ** 2]
    else:
        near = cells[(square > 60 ** 2) & (square < 140 ** 2)]
    seeds = _spread(near, [centre], urban - 1, f"urban seeds {number}")
    return _spread(cells, seeds, rural, f"rural seeds {number}")


def _enclosed_blob(labels, label, size, stream):
    """Cells of a roundish patch deep inside one label, near its middle."""
    deep = ~grown(labels != label, 6)
    row, column = np.nonzero(deep)
    middle = (row - row.mean()) ** 2 + (column - column.mean()) ** 2
    best = int(np.argmin(middle))
    x, y = GRID.centres()
    reach = distance(x, y, (x[row[best], column[best]], y[row[best], column[best]]))
    reach = reach + 0.3 * size * dice.rough_noise(stream, x, y, size)
    return deep & (reach < size)


def _carve(labels, host, guest, size):
    """Give a patch inside the host to another commune: a hole and an enclave."""
    blob = _enclosed_blob(labels, host, size, f"enclave {host}")
    labels[absorb_fragments(blob.astype(np.int64)) == 1] = guest


def _neighbours(labels, label):
    """Labels that touch one label, the longest border first."""
    ring = grown(labels == label, 1) & (labels != label) & (labels > 0)
    found, count = np.unique(labels[ring], return_counts=True)
    return found[np.argsort(-count, kind="stable")].tolist()


def _add_islands(labels, x, y):
    """Islands belong to the commune nearest to them and make it multipart."""
    row, column = np.nonzero(labels)
    for key, (centre, size) in enumerate(ISLANDS):
        gap = distance(x[row, column], y[row, column], centre)
        owner = labels[row[np.argmin(gap)], column[np.argmin(gap)]]
        reach = distance(x, y, centre)
        reach = reach + 0.35 * size * dice.rough_noise(f"island {key}", x, y, size)
        patch = absorb_fragments((reach < size).astype(np.int64)) == 1
        labels[patch & ~grown(labels > 0, 3)] = owner


def _shaken(labels, x, y):
    """The same map with small bends in every border."""
    shift_x = 0.0013 * dice.rough_noise("bends x", x, y, 0.007, 2)
    shift_y = 0.0013 * dice.rough_noise("bends y", x, y, 0.007, 2)
    row, column = GRID.cell(x + shift_x, y + shift_y)
    bent = labels[np.clip(row, 0, GRID.rows - 1), np.clip(column, 0, GRID.columns - 1)]
    patch = components(bent)
    return fill(bent, np.bincount(patch.ravel())[patch] < 20)


class Land:
    """Everything that is drawn on the map before people come."""

    def __init__(self):
        x, y = GRID.centres()
        self.ways = waterways()
        self.communes = communes()
        land = _mainland(x, y)
        for river in self.ways[:2]:
            land = _cut_estuary(land, river, x, y, 0.05, 0.007)
        land = absorb_fragments(land.astype(np.int64)) == 1
        cost = _crossing_cost(self.ways, x, y)
        labels = self._divide(land, cost)
        self._carve_enclaves(labels)
        _add_islands(labels, x, y)
        self.labels = _shaken(labels, x, y)
        self.rings = polygons(self.labels, GRID)

    def _divide(self, land, cost):
        """Districts first, then the communes of each."""
        capitals = [tuple(int(v) for v in GRID.cell(*d[2])) for d in DISTRICTS]
        district = absorb_fragments(_grow(cost, land, capitals, (13, 10, 10, 10, 10, 10, 10)))
        labels = np.zeros_like(district)
        for number in range(len(DISTRICTS)):
            seeds = _commune_seeds(number, np.argwhere(district == number + 1))
            urban = DISTRICTS[number][3]
            # Towns grow slowly and stay small.
            slowness = [30 if k < urban else 9 + int(5 * dice.unit("slowness", number, k))
                        for k in range(len(seeds))]
            part = _grow(cost, district == number + 1, seeds, slowness)
            labels[part > 0] = part[part > 0] + labels.max()
        return absorb_fragments(labels)

    def _carve_enclaves(self, labels):
        """Two patches of a commune inside its neighbour."""
        for host in _ENCLAVE_HOSTS:
            guest = _neighbours(labels, host)[0]
            _carve(labels, host, guest, 0.011)
