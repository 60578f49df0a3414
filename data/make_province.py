#!/usr/bin/env python3
"""Write the synthetic demonstration province.

usage: make_province.py [DIRECTORY]     (default: the folder province/ beside this file)

The same bytes come out on every machine; data/README.md describes them.
Needs Python 3.10 and NumPy.
"""
import sys
from pathlib import Path

import numpy as np

from synth import facilities, networks, people
from synth.land import Land
from synth.networks import VIETTEL, VNPT
from synth.planar import inside_any, too_close
from synth.shapefile import Text, Whole, write_points, write_polygons

# The figures of the report: 223,000 households, 66.5 % of them with fiber, so
# that 30,000 more make exactly 80 %.
FIBER_HOUSEHOLDS = 148400

# No point lies closer than this to any border, so every program that counts
# correctly counts the same.
CLEARANCE = 2e-6

# Generation, reach of a mast in degrees, bias, whether nobody may be left out.
MOBILE = (("2G", 0.052, 0.10, True), ("3G", 0.032, -0.02, False), ("4G", 0.026, -0.08, False))


class Province:
    """All layers in memory, consistent with each other."""

    def __init__(self):
        self.land = Land()
        self.seats = people.centres(self.land)
        xy, label = people.house_places(self.land, self.seats)
        thon = people.hamlets(xy, label)
        key = label * 1000 + thon
        self.zones = networks.fiber_zones(self.land, self.seats, xy, label, key)
        self.mobile = {row[0]: networks.mobile_coverage(*row[:3], self.seats, xy, key, row[3])
                       for row in MOBILE}
        self._settle(xy, label, thon)

    def borders(self):
        """The rings of every polygon of every layer."""
        groups = [self.land.rings.values(), *self.zones.values(), *self.mobile.values()]
        return [rings for group in groups for rings in group]

    def _settle(self, xy, label, thon):
        """Drop points near a border, order the rest and give them households."""
        if too_close(self.borders(), self.seats[:, 0], self.seats[:, 1], CLEARANCE).any():
            raise RuntimeError("a commune centre lies on a border")
        clear = np.flatnonzero(~too_close(self.borders(), xy[:, 0], xy[:, 1], CLEARANCE))
        surplus = len(clear) - people.POINTS
        if surplus < 0:
            raise RuntimeError(f"{-surplus} points too few away from borders")
        # Every n-th point goes, so that no commune loses more than its part.
        gone = np.arange(surplus) * len(clear) // max(surplus, 1)
        kept = np.delete(clear, gone)
        kept = kept[np.lexsort((xy[kept, 1], xy[kept, 0], thon[kept], label[kept]))]
        self.xy, self.label, self.thon = xy[kept], label[kept], thon[kept]
        x, y = self.xy[:, 0], self.xy[:, 1]
        self.served = {name: inside_any(zones, x, y) for name, zones in self.zones.items()}
        fiber = self.served[VIETTEL] | self.served[VNPT]
        rest = people.HOUSEHOLDS - FIBER_HOUSEHOLDS
        self.sizes = people.fitted_sizes(people.raw_sizes(len(kept)),
                                         ((fiber, FIBER_HOUSEHOLDS), (~fiber, rest)))
        self.fiber = fiber


def write_communes(folder, province):
    columns = [Text("ma_xa", 5), Text("ten_xa", 40), Text("ma_huyen", 3), Text("ten_huyen", 40)]
    rows = [(c.code, c.name, c.district_code, c.district_name) for c in province.land.communes]
    shapes = [province.land.rings[c.label] for c in province.land.communes]
    write_polygons(folder / "communes", shapes, columns, rows)


def write_households(folder, province):
    columns = [Text("ma_ho", 7), Whole("households", 4), Text("thon", 9)]
    urban = {c.label: c.urban for c in province.land.communes}
    rows = [(f"{k + 1:07d}", size, f"{'Khóm' if urban[label] else 'Ấp'} {thon}")
            for k, (size, label, thon) in enumerate(zip(province.sizes, province.label.tolist(),
                                                        province.thon.tolist()))]
    write_points(folder / "households", province.xy, columns, rows)


def write_zones(folder, province):
    columns = [Text("zone", 8), Text("operator", 8)]
    for name, zones in province.zones.items():
        rows = [(f"{name[:2].upper()}{k + 1:04d}", name) for k in range(len(zones))]
        write_polygons(folder / f"fiber_{name.lower()}", zones, columns, rows)


def write_mobile(folder, province):
    columns = [Text("network", 2), Whole("part", 4)]
    for name, patches in province.mobile.items():
        rows = [(name, k + 1) for k in range(len(patches))]
        write_polygons(folder / f"mobile_{name.lower()}", patches, columns, rows)


def write_facilities(folder, province):
    communes = province.land.communes
    write_points(folder / "commune_centres", province.seats, [Text("ma_xa", 5), Text("ten", 60)],
                 [(c.code, f"Ủy ban nhân dân {c.name}") for c in communes])
    columns = [Text("ma", 6), Text("ten", 60), Text("loai", 4), Text("ma_xa", 5)]
    for name, choose in (("schools", facilities.schools), ("clinics", facilities.clinics)):
        places, rows = choose(communes, province.xy, province.label, province.fiber)
        write_points(folder / name, province.xy[places], columns, rows)


def main(arguments):
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent / "province"
    folder.mkdir(parents=True, exist_ok=True)
    province = Province()
    for write in (write_communes, write_households, write_zones, write_mobile, write_facilities):
        write(folder, province)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
