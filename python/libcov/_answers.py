"""What `compute` is told: sources, answers of services, bases, ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """A layer of a file, or some rows of a table.

    Parameters
    ----------
    source : path or data
    layer : str, optional
        The layer, of a file with several.
    where : str, optional
        Which features: SQL as in ``network = 'viettel'``.
    """

    source: Any
    layer: str | None = None
    where: str | None = None


@dataclass(frozen=True)
class Polygons:
    """Reached is who lives inside any polygon of the source.

    With `split`, each value of that column is a service of its own: NAME/VALUE, or NAME with the
    value in the place of its "*".
    """

    source: Any
    split: str | None = None


@dataclass(frozen=True)
class Near:
    """Reached is who lives within a distance of any line or point of the source.

    `within` is "150m", "0.5 km" or a number of metres. A straight drop must not cross `barriers`.
    """

    source: Any
    within: str | float
    barriers: Any = None
    split: str | None = None


@dataclass(frozen=True)
class Signal:
    """Reached is where a raster has at least a level, in its unit (dBm).

    `indoor` is a loss added to it, `sigma` with `probability` (in percent) a margin; `bilinear`
    reads between the centres of four cells.
    """

    path: Any
    min: float
    indoor: float = 0.0
    sigma: float = 0.0
    probability: float = 0.0
    bilinear: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the households says it: "has_fiber", or with a condition, "down_mbps>=25"."""

    column: str


@dataclass(frozen=True)
class Table:
    """Reached is whose id stands in a table: in the column `key`, in a row that `where` holds for.

    `where` is as in "technology=50 & down>=100". The households' ids are `household_id` of compute.
    """

    source: Any
    key: str
    where: str | None = None


@dataclass(frozen=True)
class Layer:
    """A base: points one each or by `weight`, lines in km, a raster of people."""

    source: Any
    weight: str | None = None


@dataclass(frozen=True)
class Measure:
    """A base: another column of the households, such as persons."""

    column: str


@dataclass(frozen=True)
class Area:
    """A base: the areas themselves, in km2."""


@dataclass(frozen=True)
class Ratio:
    """A ratio from a table with a row for each area: column `n` over column `of`, or over a base.

    `of` names a column of the table, `of_base` what is counted ("households"). `per` 0 is a
    percentage, 100 so many per hundred.
    """

    source: Any
    key: str
    n: str
    of: str | None = None
    of_base: str | None = None
    per: int = 0


def union(answer: Any) -> Sequence[Any]:
    """A list of answers is their union."""
    return answer if isinstance(answer, (list, tuple)) else [answer]
