#!/usr/bin/env python3
"""Write the synthetic demonstration province.

usage: make_province.py [DIRECTORY]     (default: the folder province/ beside this file)

The same bytes come out on every machine; data/README.md describes them.
Needs Python 3.10 and NumPy.
"""
import sys
from pathlib import Path

import numpy as np

from synth import cables, facilities, fields, mobile, networks, offers, people, tables, waterside
from synth.geotiff import write_raster
from synth.land import Land
from synth.networks import VIETTEL, VNPT
from synth.planar import inside_any, too_close
from synth.shapefile import Text, Whole, write_lines, write_points, write_polygons

# The figures of the report: 223,000 households, 66.5 % of them with fiber, so
# that 30,000 more make exactly 80 %.
FIBER_HOUSEHOLDS = 148400

# No point lies closer than this to any border, so every program that counts
# correctly counts the same.
CLEARANCE = 2e-6

MOBILE = (mobile.Generation("2G", 0.052, 0.10, True), mobile.Generation("3G", 0.032, -0.02, False),
          mobile.Generation("4G", 0.026, -0.08, False))

# Districts whose providers have filed claims.
CLAIMED_DISTRICTS = ("012", "013")


class Province:
    """All layers in memory, consistent with each other."""

    def __init__(self):
        self.land = Land()
        self.seats = people.centres(self.land)
        xy, label = people.house_places(self.land, self.seats)
        thon = people.hamlets(xy, label)
        key = label * 1000 + thon
        self.zones, self.built = networks.fiber_zones(self.land, self.seats, xy, label, key)
        self.masts = mobile.sites(self.seats, xy, key)
        self.cells = {g.name: g.cells(self.masts, xy) for g in MOBILE}
        self.mobile = {name: mobile.drawn(cells) for name, cells in self.cells.items()}
        self._settle(xy, label, thon)
        self._advertise()
        self._share_masts()
        self._lay_cables()

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

    def _advertise(self):
        """Persons and the speed on sale at every point."""
        self.persons = people.persons(self.sizes)
        self.speeds = offers.speeds(self.fiber)

    def _share_masts(self):
        """Give the 4G coverage to operators, clear of all points."""
        generation, cells = MOBILE[2], self.cells["4G"]
        points = np.concatenate([self.xy, self.seats])
        self.operators = mobile.drawn_within(generation.by_operator(self.masts, cells), cells,
                                             points, CLEARANCE)

    def _lay_cables(self):
        """Cables and nodes of each fiber operator, clear of all borders and on dry land."""
        self.shore = waterside.Shore(self.land)
        borders = self.borders() + [rings for group in self.operators.values() for rings in group]
        self.cables, self.nodes = {}, {}
        for name, built in self.built.items():
            laid = cables.cables(built, name, self.land, self.shore, self.xy)
            self.cables[name] = laid
            self.nodes[name] = cables.nodes(laid, self.xy, borders, CLEARANCE)

    def by_commune(self, values):
        """The sum of a value of the points, commune by commune."""
        total = np.bincount(self.label, weights=values, minlength=len(self.land.communes) + 1)
        return total[1:].astype(np.int64)


def write_communes(folder, province):
    columns = [Text("ma_xa", 5), Text("ten_xa", 40), Text("ma_huyen", 3), Text("ten_huyen", 40)]
    rows = [(c.code, c.name, c.district_code, c.district_name) for c in province.land.communes]
    shapes = [province.land.rings[c.label] for c in province.land.communes]
    write_polygons(folder / "communes", shapes, columns, rows)


def write_households(folder, province):
    columns = [Text("ma_ho", 7), Whole("households", 4), Text("thon", 9),
               Whole("nhan_khau", 4), Whole("down_mbps", 4)]
    urban = {c.label: c.urban for c in province.land.communes}
    rows = [(f"{k + 1:07d}", size, f"{'Khóm' if urban[label] else 'Ấp'} {thon}",
             persons, speed)
            for k, (size, label, thon, persons, speed) in enumerate(zip(
                province.sizes, province.label.tolist(), province.thon.tolist(),
                province.persons.tolist(), province.speeds.tolist()))]
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


def write_operators(folder, province):
    """The same coverage as mobile_4g, told by operator."""
    shapes, rows = [], []
    for name, patches in province.operators.items():
        shapes += patches
        rows += [(name, k + 1) for k in range(len(patches))]
    write_polygons(folder / "mobile", shapes, [Text("network", 8), Whole("part", 4)], rows)


def write_cables(folder, province):
    columns = [Text("ma", 7), Text("loai", 5), Whole("core", 3)]
    for name, laid in province.cables.items():
        rows = [(f"{name[:2].upper()}C{k + 1:04d}", cable.kind, cable.core)
                for k, cable in enumerate(laid)]
        lines = [cable.line for cable in laid]
        write_lines(folder / f"cables_{name.lower()}", lines, columns, rows)
    rows = [(f"{name[:2].upper()}N{k + 1:04d}", kind, name)
            for name, (_, kinds) in province.nodes.items() for k, kind in enumerate(kinds)]
    write_points(folder / "fiber_nodes", np.concatenate([xy for xy, _ in province.nodes.values()]),
                 [Text("ma", 7), Text("loai", 3), Text("operator", 8)], rows)


def write_waterside(folder, province):
    lines, rows = waterside.rivers(province.land.ways, province.xy, CLEARANCE)
    write_lines(folder / "rivers", lines, [Text("ten", 30), Text("loai", 4)], rows)
    lines, rows = waterside.roads(province.land, province.seats, province.shore)
    write_lines(folder / "roads", lines, [Text("ten", 30), Text("loai", 3)], rows)


def write_rasters(folder, province):
    masts = province.masts[mobile.masts_of("viettel", len(province.masts))]
    write_raster(folder / "rsrp_viettel.tif", fields.signal(masts), fields.WEST, fields.SOUTH,
                 fields.SIGNAL_STEP, fields.NO_SIGNAL)
    people_there = fields.population(province.land.labels, province.xy, province.persons)
    write_raster(folder / "population.tif", people_there, fields.WEST, fields.SOUTH,
                 fields.PEOPLE_STEP, fields.NO_PEOPLE)


def claims(province):
    """Claims of fixed service at the points of some districts, in the columns of the FCC."""
    commune = {c.label: c for c in province.land.communes}
    for k, (label, speed) in enumerate(zip(province.label.tolist(), province.speeds.tolist())):
        c = commune[label]
        if c.district_code not in CLAIMED_DISTRICTS:
            continue
        zones = [f"{name.lower()} zone" for name in (VIETTEL, VNPT) if province.served[name][k]]
        block = f"99{c.district_code}0{c.code}{province.thon[k]:04d}"
        for frn, number, brand, *offer, customers in offers.claims_at(k, speed, zones):
            yield (frn, number, brand, f"{k + 1:07d}", *offer, 1, customers, "ZZ", block, "")


def write_tables(folder, province):
    communes = province.land.communes
    hamlets = np.array([len(np.unique(province.thon[province.label == c.label]))
                        for c in communes])
    tables.write_csv(folder / "teams.csv", "ma_xa,formed,planned", tables.teams(communes, hamlets))
    tables.write_csv(folder / "subscriptions.csv", "ma_xa,subscriptions",
                     tables.subscriptions(communes, province.by_commune(province.persons)))
    tables.write_csv(folder / "claims.csv", offers.CLAIMS_HEADER, claims(province))


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
    for write in (write_communes, write_households, write_zones, write_mobile, write_facilities,
                  write_operators, write_cables, write_waterside, write_rasters, write_tables):
        write(folder, province)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
