"""Tables without geometry: digital teams, subscriptions, and claims of availability."""
import numpy as np

from . import dice
from .people import shares

TEAMS_FORMED, TEAMS_PLANNED = 450, 1050
SUBSCRIPTIONS = 809500


def write_csv(path, header, rows):
    """Write a CSV whose values need no quotes."""
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))


def teams(communes, hamlets):
    """Community digital teams formed and planned per commune, by its number of hamlets."""
    planned = shares(hamlets, TEAMS_PLANNED)
    zeal = dice.between(0.1, 0.8, "teams", np.arange(len(communes)))
    formed = shares(np.floor(1000.0 * planned * zeal).astype(np.int64), TEAMS_FORMED)
    return [(c.code, *row) for c, row in zip(communes, zip(formed.tolist(), planned.tolist()))]


def subscriptions(communes, persons):
    """Fixed and mobile subscriptions per commune, by its persons, more in towns."""
    each = np.array([dice.between(0.95, 1.2, "subscriptions", c.label) if c.urban
                     else dice.between(0.65, 1.0, "subscriptions", c.label) for c in communes])
    found = shares(np.floor(1000.0 * persons * each).astype(np.int64), SUBSCRIPTIONS)
    return [(c.code, number) for c, number in zip(communes, found.tolist())]
