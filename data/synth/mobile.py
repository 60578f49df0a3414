"""Mobile networks: three generations, and who of three operators offers 4G where."""
import numpy as np

from . import dice
from .land import GRID
from .mosaic import Grid, components, grown, join_corners, part_corners, polygons, polygons_within
from .planar import distance, too_close

OPERATORS = ("viettel", "vnpt", "mobifone")

_EDGE = 0.06
_SITES = Grid(GRID.west - _EDGE, GRID.south - _EDGE, GRID.east + _EDGE, GRID.north + _EDGE, 0.0025)

# Part of the masts that carry an operator's antennas.
_PRESENCE = {"viettel": 0.80, "vnpt": 0.62, "mobifone": 0.50}


def sites(seats, xy, hamlet_key):
    """Masts: one at every commune centre and one at every other hamlet."""
    masts = list(seats)
    for k, one in enumerate(np.unique(hamlet_key).tolist()):
        if dice.unit("mast", k) < 0.5:
            masts.append(xy[hamlet_key == one].mean(axis=0))
    return np.array(masts)


def masts_of(operator, count):
    """Numbers of the masts that an operator uses."""
    return np.flatnonzero(dice.unit(f"antennas {operator}", np.arange(count))
                          < _PRESENCE[operator])


class Generation:
    """One generation of mobile network: a mast reaches about `reach` degrees.

    Noise frays the edge and opens holes. With `everybody`, no house is left out.
    """

    def __init__(self, name, reach, bias, everybody):
        self.name, self.reach, self.bias, self.everybody = name, reach, bias, everybody

    def _heard(self, masts, chosen, fading):
        """Where the chosen masts are heard well enough (above 0)."""
        x, y = _SITES.centres()
        signal = np.full(x.shape, -np.inf)
        for k in chosen:
            radius = self.reach * dice.between(0.7, 1.3, f"reach {self.name}", k)
            signal = np.maximum(signal, 1.0 - distance(x, y, masts[k]) / radius)
        return signal + self.bias + 0.35 * dice.rough_noise(fading, x, y, 0.03, 3)

    def cells(self, masts, xy):
        """Covered cells, numbered by patch from 1; 0 where there is no coverage."""
        covered = self._heard(masts, range(len(masts)), f"fading {self.name}") > 0
        if self.everybody:
            houses = np.zeros_like(covered)
            houses[_SITES.cell(xy[:, 0], xy[:, 1])] = True
            covered |= grown(houses, 2)
        patch = components(covered)
        patch[~covered] = 0
        sizes = np.bincount(patch.ravel())
        patch[sizes[patch] < 6] = 0
        patch[[0, -1], :] = patch[:, [0, -1]] = 0
        numbers = np.unique(patch[patch > 0], return_inverse=True)[1]
        patch[patch > 0] = numbers + 1
        return patch

    def by_operator(self, masts, cells):
        """The covered cells of each operator; together they are all covered cells."""
        allowed = part_corners(cells) > 0
        heard = [self._heard(masts, masts_of(operator, len(masts)),
                             f"fading {self.name} {operator}") for operator in OPERATORS]
        best = np.argmax(heard, axis=0)
        return {operator: join_corners(allowed & ((heard[k] > 0) | (best == k)), allowed)
                for k, operator in enumerate(OPERATORS)}


def drawn(cells):
    """Patches (lists of rings) of covered cells."""
    return list(polygons(cells, _SITES).values())


def drawn_within(masks, cells, xy, clearance):
    """Patches of each operator, together all of `cells`, their borders clear of given points.

    Borders that are borders of `cells`, too, are known to be clear.
    """
    layers = []
    for mask in masks.values():
        layers.append(components(mask))
        layers[-1][~mask] = 0
    nudge = np.zeros((_SITES.rows + 1, _SITES.columns + 1))
    while nudge.max() < 0.05:
        rings = polygons_within(layers, cells, _SITES, nudge)
        patches = [list(one.values()) for one in rings]
        close = too_close(sum(patches, []), xy[:, 0], xy[:, 1], clearance)
        if not close.any():
            return dict(zip(masks, patches))
        for row, column in zip(*_SITES.cell(xy[close, 0], xy[close, 1])):
            nudge[row - 1:row + 3, column - 1:column + 3] += 0.004
    raise RuntimeError("the borders of the operators do not keep clear of all points")
