"""Rasters: the signal of one operator and where the people live.

The edges of the cells lie half a millionth of a degree beside whole
millionths, so that no point of any layer is on one.
"""
import numpy as np

from . import dice
from .land import GRID
from .metric import decades, metres_per_degree
from .mosaic import Grid, grown

_HALF = 0.5e-6
WEST, SOUTH = GRID.west + _HALF, GRID.south + _HALF
SIGNAL_STEP, PEOPLE_STEP = 0.0025, 0.01
NO_SIGNAL, NO_PEOPLE = -32768, -1

# A sheet of the survey that was never delivered: west, south, east, north.
MISSING_SHEET = (105.40, 9.47, 105.45, 9.52)

_WEAKEST, _STRONGEST = -140.0, -44.0


def _grid(step):
    return Grid(WEST, SOUTH, GRID.east + _HALF, GRID.north + _HALF, step)


def signal(masts):
    """RSRP in whole dBm: the best mast, 35 dB less for each decade of distance, and fading.

    A strong mast is like a near one, so the best is found before any logarithm.
    """
    grid = _grid(SIGNAL_STEP)
    x, y = grid.centres()
    wide, high = metres_per_degree(y)
    least = np.full(x.shape, np.inf)
    for k, (mast_x, mast_y) in enumerate(masts):
        east, north = (x - mast_x) * wide, (y - mast_y) * high
        away = np.sqrt(east * east + north * north + 2500.0)
        least = np.minimum(least, away / dice.between(0.77, 1.30, "mast power", k))
    best = -70.0 - 35.0 * (decades(least) - decades(200.0))
    best = best + 5.0 * dice.rough_noise("shadow", x, y, 0.012, 3)
    values = np.round(np.clip(best, _WEAKEST, _STRONGEST)).astype(np.int16)
    west, south, east, north = MISSING_SHEET
    values[(x > west) & (x < east) & (y > south) & (y < north)] = NO_SIGNAL
    return values


def population(labels, xy, persons):
    """Persons per cell: those of its points, a 32nd lent to each inhabited neighbour.

    The values are estimates with fractions, as such grids have them, yet their sum is exact:
    all are multiples of 1/32. Cells without land have no value.
    """
    grid = _grid(PEOPLE_STEP)
    count = np.zeros((grid.rows, grid.columns))
    np.add.at(count, grid.cell(xy[:, 0], xy[:, 1]), persons)
    spread = count.copy()
    for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        there = np.roll(count, shift, axis=axis)
        both = (count > 0) & (there > 0)
        spread[both] += (there[both] - count[both]) / 32.0
    land = grown(labels > 0, 2).reshape(grid.rows, 10, grid.columns, 10).any(axis=(1, 3))
    return np.where(land, spread, NO_PEOPLE).astype(np.float32)
