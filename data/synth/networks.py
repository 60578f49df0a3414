"""Fiber zones of two operators."""
import numpy as np

from . import dice
from .mosaic import Grid, absorb_fragments, polygons
from .planar import distance, distance_to_line, inside

VIETTEL, VNPT = "Viettel", "VNPT"
_ZONE_STEP = 0.0007

# Part of the places where both operators build.
_BOTH = 0.26


class Candidate:
    """A stretch of cable, or a single box, that could bring fiber to houses.

    A stretch knows its way and the part of it; a box at a commune centre knows the commune.
    """

    def __init__(self, line, radius, key, way=None, part=None, commune=None):
        self.line, self.radius, self.key = line, radius, key
        self.way, self.part, self.commune = way, part, commune


def _drawn(candidate, variant):
    """The zone of a candidate: a ragged buffer, a little different per operator."""
    radius = candidate.radius * dice.between(0.85, 1.2, "zone width", candidate.key, variant)
    margin = 1.6 * radius + 3 * _ZONE_STEP
    west, south = candidate.line.min(axis=0) - margin
    east, north = candidate.line.max(axis=0) + margin
    grid = Grid(west, south, east, north, _ZONE_STEP)
    x, y = grid.centres()
    gap = distance_to_line(x, y, candidate.line)
    ragged = radius * (1.0 + 0.30 * dice.rough_noise(f"zone edge {variant}", x, y, 2.0 * radius))
    covered = absorb_fragments((gap < ragged).astype(np.int64))
    return polygons(covered, grid)[1]


def _stretches(land):
    """Cut every way into stretches of 1.5 to 4 km."""
    result = []
    for key, way in enumerate(land.ways):
        at, turn = 0, 0
        while at < len(way.line) - 4:
            step = int(dice.between(13, 36, "stretch", key, turn))
            radius = dice.between(0.0014, 0.0032, "radius", key, turn)
            result.append(Candidate(way.line[at:at + step + 1:3], radius, len(result),
                                    way=key, part=slice(at, at + step + 1)))
            at, turn = at + step, turn + 1
    return result


def _boxes(land, seats, xy, hamlet_key):
    """A disc at every commune centre, several in towns, and one per hamlet."""
    centre_discs, others = [], []
    for commune, seat in zip(land.communes, seats):
        size = (0.013, 0.017) if commune.urban else (0.0045, 0.0075)
        key = 100000 + commune.label
        centre_discs.append(Candidate(seat[None, :].repeat(2, axis=0),
                                      dice.between(*size, "disc", key), key, commune=commune))
    for k, one in enumerate(np.unique(hamlet_key).tolist()):
        middle = xy[hamlet_key == one].mean(axis=0)
        key = 200000 + k
        others.append(Candidate(middle[None, :].repeat(2, axis=0),
                                dice.between(0.0035, 0.0075, "disc", key), key))
    return centre_discs, others


def _goals(land, seats):
    """Share of points to be reached per commune: high in towns, low far away."""
    towns = [seat for commune, seat in zip(land.communes, seats) if commune.urban]
    goals = []
    for commune, seat in zip(land.communes, seats):
        if commune.urban:
            goals.append(dice.between(0.92, 0.97, "goal", commune.label))
            continue
        gap = min(float(distance(seat[0], seat[1], town)) for town in towns)
        share = 0.71 - 3.4 * gap + 0.09 * dice.bell("goal", commune.label)
        goals.append(min(max(share, 0.29), 0.80))
    return goals


class _Rollout:
    """Builds zones while the communes they serve are short of their goals."""

    def __init__(self, goals, xy, label):
        self.xy, self.label = xy, label
        points = np.bincount(label, minlength=len(goals) + 1)
        self.wanted = np.concatenate([[0.0], goals]) * points
        self.reached = np.zeros(len(xy), dtype=bool)
        self.zones = {VIETTEL: [], VNPT: []}
        self.built = {VIETTEL: [], VNPT: []}

    def _main_commune(self, served):
        """The commune with most of the points in a mask, 0 without points."""
        return int(np.argmax(np.bincount(self.label[served]))) if served.any() else 0

    def _worthwhile(self, served):
        """Enough new points, in a commune that still needs them."""
        fresh = served & ~self.reached
        if fresh.sum() < 6:
            return False
        main = self._main_commune(fresh)
        return (self.reached & (self.label == main)).sum() < self.wanted[main]

    def _owners(self, candidate, served):
        """Who builds here: one operator, by the leaning of the commune, or both."""
        leaning = dice.between(0.33, 0.77, "leaning", self._main_commune(served))
        draw = dice.unit("owner", candidate.key)
        if draw < _BOTH:
            return (VIETTEL, VNPT)
        return (VIETTEL,) if (draw - _BOTH) / (1.0 - _BOTH) < leaning else (VNPT,)

    def offer(self, candidate, always=False):
        """Build a candidate if it is worthwhile, or always."""
        rings = _drawn(candidate, 0)
        served = inside(rings, self.xy[:, 0], self.xy[:, 1])
        if not always and not self._worthwhile(served):
            return
        owners = self._owners(candidate, served)
        self.zones[owners[0]].append(rings)
        if len(owners) > 1:
            self.zones[owners[1]].append(_drawn(candidate, 1))
        for owner in owners:
            self.built[owner].append(candidate)
        self.reached |= served


def _from_centres_outwards(candidates, seats):
    """Candidates by distance from the nearest commune centre, slightly shuffled."""
    middle = np.array([c.line[len(c.line) // 2] for c in candidates])
    gap = np.min([distance(middle[:, 0], middle[:, 1], seat) for seat in seats], axis=0)
    gap = gap + 0.012 * dice.unit("turn", np.array([c.key for c in candidates]))
    return [candidates[k] for k in np.argsort(gap, kind="stable")]


def fiber_zones(land, seats, xy, label, hamlet_key):
    """Zones (lists of rings) per operator: first every commune centre, then the rest.

    Returns the zones and, in the same order, the candidates they were drawn around.
    """
    discs, boxes = _boxes(land, seats, xy, hamlet_key)
    rollout = _Rollout(_goals(land, seats), xy, label)
    for candidate in discs:
        rollout.offer(candidate, always=True)
    for candidate in _from_centres_outwards(_stretches(land) + boxes, seats):
        rollout.offer(candidate)
    return rollout.zones, rollout.built
