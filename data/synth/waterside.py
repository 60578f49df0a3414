"""What runs along the water: the rivers themselves, and roads on their banks."""
import numpy as np

from . import dice
from .land import GRID
from .mosaic import grown
from .planar import distance_to_line, meander, resample, rounded

_RIVERS = ("Sông Trúc Giang", "Sông Đước", "Sông Sao")
_STREETS, _STREET_GAP, _STREET_REACH = 7, 0.0036, 0.0130

# Kind of way: class of the road on its bank, its name, the part of ways that have one.
_ROADS = {"trunk": ("DT", "Đường tỉnh", 1.0), "coast": ("DT", "Đường tỉnh", 1.0),
          "canal": ("DH", "Đường kênh", 0.85), "ditch": ("DX", "Đường xóm", 0.45)}


def beside(line, away):
    """The polyline moved sideways by `away` degrees, to the left where that is positive."""
    ahead = np.concatenate([line[1:], line[-1:]]) - np.concatenate([line[:1], line[:-1]])
    size = np.sqrt(ahead[:, 0] * ahead[:, 0] + ahead[:, 1] * ahead[:, 1])[:, None]
    return line + away * np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / size


def bank(way):
    """On which bank of a way, by its number, the road and the cables are."""
    return 1.0 if dice.unit("bank", way) < 0.5 else -1.0


class Shore:
    """Tells which parts of a line keep well inside the province."""

    def __init__(self, land):
        self._deep = ~grown(land.labels == 0, 2)

    def inland(self, line):
        """The stretches of a polyline (vertices up to 0.001 apart) away from the sea."""
        row, column = GRID.cell(line[:, 0], line[:, 1])
        row, column = np.clip(row, 0, GRID.rows - 1), np.clip(column, 0, GRID.columns - 1)
        dry = np.concatenate([[False], self._deep[row, column], [False]])
        edges = np.flatnonzero(dry[1:] != dry[:-1])
        return [line[first:last] for first, last in zip(edges[::2], edges[1::2])
                if last - first >= 4]


def rivers(ways, xy, clearance):
    """Lines and rows (name, kind) of the rivers and main canals, clear of all houses."""
    lines, rows = [], []
    for way in ways:
        if way.kind not in ("river", "trunk"):
            continue
        lines.append(_clear_line(way.line, xy, clearance))
        number = sum(row[1] == ("song" if way.kind == "river" else "kenh") for row in rows)
        rows.append((_RIVERS[number], "song") if way.kind == "river"
                    else (f"Kênh Trục {number + 1}", "kenh"))
    return lines, rows


def _clear_line(line, xy, clearance):
    for attempt in range(50):
        moved = rounded(line + np.array([1.3e-5, 0.7e-5]) * attempt)
        near = np.all((xy >= moved.min(axis=0) - clearance) & (xy <= moved.max(axis=0) + clearance),
                      axis=1)
        if distance_to_line(xy[near, 0], xy[near, 1], moved).min(initial=1.0) > clearance:
            return moved
    raise RuntimeError("a river does not keep clear of houses")


def crossing(stream, key):
    """Two directions at a right angle, as vectors of length 1."""
    x = dice.between(0.3, 1.0, f"{stream} x", key)
    y = dice.between(-1.0, 1.0, f"{stream} y", key)
    along = np.array([x, y]) / np.sqrt(x * x + y * y)
    return along, np.array([-along[1], along[0]])


def streets(seat, key):
    """Streets of a town: two families that cross at its centre."""
    lines = []
    for direction in crossing("street", key):
        across = np.array([-direction[1], direction[0]])
        for k in range(_STREETS):
            offset = (k - _STREETS // 2) * _STREET_GAP
            reach = _STREET_REACH * dice.between(0.75, 1.1, "street reach", key, len(lines))
            ends = np.array([seat + across * offset - direction * reach,
                             seat + across * offset + direction * reach])
            bent = meander(ends, 0.02, "street bends", key * 100 + len(lines), rounds=3)
            lines.append(resample(bent, 0.001))
    return lines


def _highway(number):
    """The first two trunks are national roads."""
    return ("QL", f"Quốc lộ {801 + number}") if number < 2 else None


def roads(land, seats, shore):
    """Lines and rows (name, class) of all roads, cut where they would leave the land."""
    found = []
    count = dict.fromkeys(_ROADS, 0)
    for key, way in enumerate(land.ways):
        if way.kind not in _ROADS or dice.unit("road", key) >= _ROADS[way.kind][2]:
            continue
        short, title, _ = _ROADS[way.kind]
        row = (short, f"{title} {count[way.kind] + 1}")
        if way.kind == "trunk":
            row = _highway(count["trunk"]) or row
        count[way.kind] += 1
        found.append((beside(way.line, 0.00018 * bank(key)), row))
    for commune, seat in zip(land.communes, seats):
        if commune.urban:
            found += [(line, ("PHO", f"Phố {k + 1}"))
                      for k, line in enumerate(streets(seat, commune.label))]
    lines = [(rounded(part), row) for line, row in found for part in shore.inland(line)]
    return [line for line, _ in lines], [(name, short) for _, (short, name) in lines]
