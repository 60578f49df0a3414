"""Turn a grid of labels into polygons that fit together without gaps.

Every grid corner where labels meet becomes one vertex, shared by all the
polygons around it. Vertices may move to smooth the border, but each stays in
its own box of one grid step. Two neighbouring boxes form a convex shape, so a
border segment never leaves the two boxes of its ends and borders cannot
cross: the polygons are valid and edge-matched by construction.

Label 0 is the outside and yields no polygon; the rim of a grid must be 0.
"""
import numpy as np

from .planar import rounded

# Half a step would let vertices of neighbouring boxes meet.
_BOX = 0.45
_SMOOTHING = 12


class Grid:
    """A regular grid: `step` degrees per cell, row 0 in the south."""

    def __init__(self, west, south, east, north, step):
        self.west, self.south, self.east, self.north = west, south, east, north
        self.step = step
        self.columns = int((east - west) / step + 0.5)
        self.rows = int((north - south) / step + 0.5)

    def centres(self):
        """Longitude and latitude of every cell centre, as two 2-D arrays."""
        x = self.west + (np.arange(self.columns) + 0.5) * self.step
        y = self.south + (np.arange(self.rows) + 0.5) * self.step
        return np.meshgrid(x, y)

    def cell(self, x, y):
        """Row and column of the cell that holds a point (or many)."""
        row = np.floor((np.asarray(y) - self.south) / self.step).astype(np.int64)
        column = np.floor((np.asarray(x) - self.west) / self.step).astype(np.int64)
        return row, column


def part_corners(labels):
    """Change single cells until no label touches itself across a corner only.

    Such a corner would be a point where a ring touches itself.
    """
    labels = labels.copy()
    for _ in range(100):
        a, b, c, d = labels[:-1, :-1], labels[:-1, 1:], labels[1:, :-1], labels[1:, 1:]
        rising = (a == d) & (b != a) & (c != a)
        falling = (b == c) & (a != b) & (d != b) & ~rising
        if not rising.any() and not falling.any():
            return labels
        changed = labels.copy()
        changed[:-1, 1:][rising] = a[rising]
        changed[:-1, :-1][falling] = b[falling]
        labels = changed
    raise RuntimeError("corners do not settle")


def components(labels):
    """Number the 4-connected patches of equal labels: 1, 2, ... in grid order."""
    rows, columns = labels.shape
    flat = labels.ravel().tolist()
    patch = [0] * len(flat)
    count = 0
    for start in range(len(flat)):
        if patch[start]:
            continue
        count += 1
        patch[start] = count
        stack = [start]
        while stack:
            here = stack.pop()
            column = here % columns
            for there, legal in ((here - 1, column > 0), (here + 1, column < columns - 1),
                                 (here - columns, here >= columns),
                                 (here + columns, here < (rows - 1) * columns)):
                if legal and not patch[there] and flat[there] == flat[here]:
                    patch[there] = count
                    stack.append(there)
    return np.array(patch).reshape(rows, columns)


def absorb_fragments(labels):
    """Keep the largest patch of every label; neighbours take over the rest."""
    patch = components(labels)
    sizes = np.bincount(patch.ravel())
    owner = np.zeros(len(sizes), dtype=labels.dtype)
    owner[patch.ravel()] = labels.ravel()
    keep = np.zeros(len(sizes), dtype=bool)
    for label in np.unique(labels):
        patches = np.flatnonzero((owner == label) & (sizes > 0))
        keep[patches[np.argmax(sizes[patches])]] = True
    return fill(labels, ~keep[patch])


def fill(labels, holes):
    """Labels with the cells in `holes` taken over by their neighbours."""
    labels, holes = labels.copy(), holes.copy()
    while holes.any():
        for shift, axis in ((1, 1), (-1, 1), (1, 0), (-1, 0)):
            from_side = np.roll(labels, shift, axis=axis)
            ready = holes & ~np.roll(holes, shift, axis=axis)
            labels[ready] = from_side[ready]
            holes &= ~ready
    return labels


def grown(mask, cells):
    """The mask widened by a number of cells in all eight directions."""
    for _ in range(cells):
        wide = mask.copy()
        wide[1:] |= mask[:-1]
        wide[:-1] |= mask[1:]
        mask = wide.copy()
        mask[:, 1:] |= wide[:, :-1]
        mask[:, :-1] |= wide[:, 1:]
    return mask


def _borders(labels):
    """Where labels differ: sides running north and sides running east."""
    rows, columns = labels.shape
    north = np.zeros((rows + 1, columns + 1), dtype=bool)
    east = np.zeros((rows + 1, columns + 1), dtype=bool)
    north[:-1, 1:-1] = labels[:, :-1] != labels[:, 1:]
    east[1:-1, :-1] = labels[:-1, :] != labels[1:, :]
    return north, east


def _sides_at_corners(north, east):
    """How many border sides meet at every corner."""
    count = 1 * north + 1 * east
    count[1:] += north[:-1]
    count[:, 1:] += east[:, :-1]
    return count


def _relaxed_corners(north, east, rounds):
    """Corner positions in grid steps after smoothing, each kept in its box."""
    rows, columns = north.shape
    column, row = np.meshgrid(np.arange(columns) * 1.0, np.arange(rows) * 1.0)
    count = _sides_at_corners(north, east)
    on_border = count > 0
    x, y = column.copy(), row.copy()
    for _ in range(rounds):
        moved = []
        for value, home in ((x, column), (y, row)):
            total = np.zeros_like(value)
            total[:-1] += np.where(north[:-1], value[1:], 0.0)
            total[1:] += np.where(north[:-1], value[:-1], 0.0)
            total[:, :-1] += np.where(east[:, :-1], value[:, 1:], 0.0)
            total[:, 1:] += np.where(east[:, :-1], value[:, :-1], 0.0)
            mean = total / np.maximum(count, 1)
            step = np.where(on_border, 0.5 * (value + mean) - home, 0.0)
            moved.append(home + np.clip(step, -_BOX, _BOX))
        x, y = moved
    return x, y


def _directed_sides(labels, north, east):
    """Border sides as (label, from corner, to corner), the label on the right."""
    width = labels.shape[1] + 1
    row, column = np.nonzero(north)
    start, end = row * width + column, (row + 1) * width + column
    left, right = labels[row, column - 1], labels[row, column]
    sides = [(right, start, end), (left, end, start)]
    row, column = np.nonzero(east)
    start, end = row * width + column, row * width + column + 1
    below, above = labels[row - 1, column], labels[row, column]
    sides += [(below, start, end), (above, end, start)]
    label, start, end = (np.concatenate(part) for part in zip(*sides))
    return label, start, end


def _walk(following):
    """Closed walks through a map from corner to next corner."""
    rings = []
    for start in sorted(following):
        if start not in following:
            continue
        ring, here = [start], following.pop(start)
        while here != start:
            ring.append(here)
            here = following.pop(here)
        rings.append(ring + [start])
    return rings


def join_corners(mask, allowed):
    """Add allowed cells to a mask until it touches itself across no corner only."""
    mask = mask.copy()
    a, b, c, d = mask[:-1, :-1], mask[:-1, 1:], mask[1:, :-1], mask[1:, 1:]
    free_a, free_b = allowed[:-1, :-1], allowed[:-1, 1:]
    while True:
        rising, falling = a & d & ~b & ~c, b & c & ~a & ~d
        if not rising.any() and not falling.any():
            return mask
        for touching, first, second, free in ((rising, b, c, free_b), (falling, a, d, free_a)):
            first |= touching & free
            second |= touching & ~free


def polygons(labels, grid):
    """Map each label to its closed rings: outer ones clockwise, holes anticlockwise."""
    labels = part_corners(labels)
    north, east = _borders(labels)
    x, y = _relaxed_corners(north, east, _SMOOTHING)
    return _traced(labels, north, east, x, y, grid)


def polygons_within(layers, outer, grid, nudge):
    """Rings of several label grids that may overlap and lie within the labels of `outer`.

    They share all vertices, and where they run along a border that `polygons` draws for `outer`,
    those vertices: nothing gapes between them. The other vertices are moved by `nudge` (an
    array) grid steps, less than their boxes leave free.
    """
    around = _borders(part_corners(outer))
    borders = [_borders(labels) for labels in layers]
    everywhere = [np.logical_or.reduce(sides) for sides in zip(around, *borders)]
    x, y = _relaxed_corners(*everywhere, _SMOOTHING)
    outer_x, outer_y = _relaxed_corners(*around, _SMOOTHING)
    shared = _sides_at_corners(*around) > 0
    x, y = np.where(shared, outer_x, x + nudge), np.where(shared, outer_y, y + nudge)
    return [_traced(labels, *sides, x, y, grid) for labels, sides in zip(layers, borders)]


def _traced(labels, north, east, x, y, grid):
    """Map each label to its rings through corners given in grid steps."""
    corners = rounded(np.stack([grid.west + x.ravel() * grid.step,
                                grid.south + y.ravel() * grid.step], axis=1))
    label, start, end = _directed_sides(labels, north, east)
    result = {}
    for one in np.unique(label[label > 0]).tolist():
        pick = label == one
        following = dict(zip(start[pick].tolist(), end[pick].tolist()))
        result[one] = [corners[ring] for ring in _walk(following)]
    return result
