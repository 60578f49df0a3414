"""Fiber cables and nodes of an operator, along what it has built."""
import numpy as np

from . import dice
from .metric import metres_per_degree
from .planar import distance, distance_to_line, meander, resample, rounded, too_close
from .waterside import bank, beside, crossing, streets

# A house at about this distance of a cable or node (metres) would be counted
# by some programs and not by others; none is within the margin of it.
CABLE_REACH, NODE_REACH = 150.0, 300.0
_MARGIN = 0.25

_CORES = {"river": 48, "trunk": 48, "coast": 48, "canal": 24, "ditch": 12}


class Cable:
    """One cable: its line, feeder or branch, its number of fibers and its kind of node if any."""

    def __init__(self, line, kind, core, node=None):
        self.line, self.kind, self.core, self.node = line, kind, core, node


def _on_the_edge(line, xy, reach):
    """Whether any house lies about `reach` metres from a line."""
    margin = 1.1 * (reach + _MARGIN) / 108000.0
    near = np.all((xy > line.min(axis=0) - margin) & (xy < line.max(axis=0) + margin), axis=1)
    scale = np.array(metres_per_degree((line[:, 1].min() + line[:, 1].max()) / 2.0))
    # From the first vertex, so that no digit is lost.
    house, metric = (xy[near] - line[0]) * scale, (line - line[0]) * scale
    gap = distance_to_line(house[:, 0], house[:, 1], metric)
    return bool((np.abs(gap - reach) < _MARGIN).any())


def _settled(line, xy):
    """The line, moved a little where a house would be on the edge of its reach."""
    for attempt in range(60):
        moved = rounded(line + np.array([0.7e-5, 1.1e-5]) * attempt)
        if not _on_the_edge(moved, xy, CABLE_REACH):
            return moved
    raise RuntimeError("a cable has houses on the edge of its reach")


def _cross(candidate):
    """Two lanes through the middle of a hamlet."""
    middle, key = candidate.line[0], candidate.key
    lanes = []
    for turn, way in enumerate(crossing("lane", key)):
        half = way * (0.8 * candidate.radius)
        lanes.append(resample(meander(np.array([middle - half, middle + half]), 0.05, "lanes",
                                      key * 10 + turn, rounds=3), 0.001))
    return lanes


def _streets_with_cable(candidate, operator):
    """Parts of the streets of a town within its zone, one in four left out."""
    middle, commune = candidate.line[0], candidate.commune
    lines = []
    for k, street in enumerate(streets(middle, commune.label)):
        if dice.unit(f"street {operator}", commune.label, k) < 0.75:
            street = street[distance(street[:, 0], street[:, 1], middle) < 0.9 * candidate.radius]
            lines.append(beside(street, 0.00004) if len(street) > 3 else street)
    return [line for line in lines if len(line) > 3]


def _on_its_bank(candidate, land):
    """The line of a stretch beside the water, 24 metres away."""
    way = land.ways[candidate.way]
    return beside(way.line[candidate.part], 0.00022 * bank(candidate.way))


def _branches(candidate, operator, land):
    """Cables inside the zone of a candidate."""
    if candidate.way is not None:
        core = _CORES[land.ways[candidate.way].kind]
        return [Cable(_on_its_bank(candidate, land), "nhanh", core, "FDT")]
    if candidate.commune is not None and candidate.commune.urban:
        return [Cable(line, "nhanh", 48, "FDT" if k else "OLT")
                for k, line in enumerate(_streets_with_cable(candidate, operator))]
    return [Cable(line, "nhanh", 12, None if k else "FDT")
            for k, line in enumerate(_cross(candidate))]


def _tree(places):
    """Pairs of places that connect all of them with the least length (Prim)."""
    gap = distance(places[:, 0], places[:, 1], places[0])
    nearest = np.zeros(len(places), dtype=np.int64)
    waiting = np.arange(len(places)) > 0
    pairs = []
    while waiting.any():
        new = int(np.argmin(np.where(waiting, gap, np.inf)))
        pairs.append((int(nearest[new]), new))
        waiting[new] = False
        away = distance(places[:, 0], places[:, 1], places[new])
        nearest = np.where(away < gap, new, nearest)
        gap = np.minimum(gap, away)
    return pairs


def _feeders(built, operator, land):
    """Cables from one candidate to the next, all connected."""
    lines = [c.line if c.way is None else _on_its_bank(c, land) for c in built]
    places = np.unique([line[len(line) // 2] for line in lines], axis=0)
    for turn, (a, b) in enumerate(_tree(places)):
        line = meander(places[[a, b]], 0.06, f"feeder {operator}", turn, rounds=4)
        yield Cable(resample(line, 0.001), "truc", 144 if turn < 20 else 96)


def cables(built, operator, land, shore, xy):
    """All cables of an operator: feeders first, then what brings fiber to the houses."""
    drawn = list(_feeders(built, operator, land))
    for candidate in built:
        drawn += _branches(candidate, operator, land)
    return [Cable(_settled(part, xy), cable.kind, cable.core, cable.node)
            for cable in drawn for part in shore.inland(cable.line)]


def nodes(found, xy, borders, clearance):
    """Places and kinds of nodes: one vertex of every cable that has a node."""
    with_node = [cable for cable in found if cable.node]
    every = np.concatenate([cable.line for cable in with_node])
    close = too_close(borders, every[:, 0], every[:, 1], clearance)
    starts = np.cumsum([0] + [len(cable.line) for cable in with_node])
    places = [_node_place(cable.line, close[start:start + len(cable.line)], xy)
              for cable, start in zip(with_node, starts)]
    return np.array(places), [cable.node for cable in with_node]


def _node_place(line, close, xy):
    """The first good vertex of a cable from its middle on."""
    for k in range(len(line)):
        k = (k + len(line) // 2) % len(line)
        if not close[k] and not _on_the_edge(line[[k, k]], xy, NODE_REACH):
            return line[k]
    raise RuntimeError("no place for a node")
