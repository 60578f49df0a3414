"""Commune centres, schools and clinics, all within reach of fiber."""
import numpy as np

from . import dice

SCHOOLS, CLINICS = 281, 75
_LEVELS = (("MN", "Mầm non"), ("TH", "Tiểu học"), ("THCS", "THCS"), ("THPT", "THPT"))
_SHORT = ("Phường ", "Thị trấn ", "Xã ")


def _plain(name):
    """The name of a commune without its rank."""
    for rank in _SHORT:
        if name.startswith(rank):
            return name[len(rank):]
    return name


def _served_places(commune, count, xy, label, served, stream):
    """Distinct house places of a commune that have fiber."""
    mine = np.flatnonzero((label == commune.label) & served)
    order = np.argsort(dice.unit(stream, mine), kind="stable")
    return mine[order[:count]]


def schools(communes, xy, label, served):
    """Places and rows (code, name, level, commune) of all schools."""
    count = [4] * len(communes)
    for k in range(SCHOOLS - sum(count)):
        count[k * 7 % len(communes)] += 1
    places, rows = [], []
    for commune, number in zip(communes, count):
        picked = _served_places(commune, number, xy, label, served, "schools")
        for k, place in enumerate(picked.tolist()):
            # The fourth school is the upper one; a fifth is one more primary school.
            short, title = _LEVELS[k if k < 4 else 1]
            suffix = f" {k - 2}" if k >= 4 else ""
            places.append(place)
            name = f"Trường {title} {_plain(commune.name)}{suffix}"
            rows.append((f"TR{len(rows) + 1:04d}", name, short, commune.code))
    return places, rows


def clinics(communes, xy, label, served):
    """A clinic for every commune and a hospital for eleven of them."""
    urban = [commune for commune in communes if commune.urban]
    hospitals = urban[:CLINICS - len(communes)]
    places, rows = [], []
    for title, short, group in (("Trạm Y tế", "TYT", communes), ("Bệnh viện", "BV", hospitals)):
        for commune in group:
            picked = _served_places(commune, 1, xy, label, served, short)
            places += picked.tolist()
            rows.append((f"YT{len(rows) + 1:04d}", f"{title} {_plain(commune.name)}",
                         short, commune.code))
    return places, rows
