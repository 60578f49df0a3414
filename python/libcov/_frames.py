"""Reports as data frames of pandas and GeoPandas.

Both are made of ``Report.to_dict``, so that neither needs pyarrow. SPDX-License-Identifier: MIT
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import geopandas  # type: ignore[import-untyped,unused-ignore]
    import pandas  # type: ignore[import-untyped,unused-ignore]

TEXT_ROLES = frozenset({"id", "name", "parent", "level"})
REAL_ROLES = frozenset({"percent", "share", "rate"})


class ColumnLike(Protocol):
    """A column of a report.

    ``role`` is one of ``id``, ``name``, ``parent``, ``level``, ``measure``, ``count``,
    ``percent``, ``unknown``, ``missing``, ``above``, ``below``, ``share``, ``rate``;
    ``indicator`` is the name of the indicator that a count, a percentage, an unknown or a missing
    belongs to, else None. Columns of a further base stand behind the ``measure`` of it.
    """

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def indicator(self) -> str | None: ...


class CountLike(Protocol):
    """What a bucket of the ledger holds."""

    @property
    def points(self) -> int: ...
    @property
    def weight(self) -> int | float: ...


class ReportLike(Protocol):
    """What the frames, the table and the map need of a report.

    ``to_dict(geometry=True)`` has one column more than ``columns``, the last, of WKB as bytes,
    None for parents and the total; ``geometry_crs`` is its coordinate system (PROJJSON, WKT or a
    code), None where nothing says. It need not be that of the counting: areas keep their shapes as
    they were read, whatever the households are in.
    """

    def to_dict(self, geometry: bool = ...) -> Mapping[str, Sequence[Any]]: ...
    @property
    def columns(self) -> Sequence[ColumnLike]: ...
    @property
    def ledger(self) -> Mapping[str, CountLike]: ...
    @property
    def measure(self) -> str: ...
    @property
    def geometry_crs(self) -> str | None: ...


def need(module: str, what: str, packages: str | None = None) -> Any:
    """Import a module that is optional, or say what to install."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        # a broken installation must not be told that it is none
        if error.name != module.partition(".")[0]:
            raise
        packages = packages or module
        raise ImportError(
            f"{what} needs {packages}, not installed here: pip install {packages}",
            name=error.name,
        ) from error


def to_pandas(report: ReportLike) -> pandas.DataFrame:
    """Give a report as a DataFrame, one row for each of its rows.

    Ids, names, parents and levels are text: a code keeps its zeros. Counts are ``int64``, ``Int64``
    where one is null, ``float64`` where households are counted in decimals; percentages are
    ``float64``, NaN where nothing is known.
    """
    pandas = need("pandas", "to_pandas()")
    data = report.to_dict()
    return pandas.DataFrame(
        {c.name: _series(pandas, data[c.name], c.role) for c in report.columns}
    )


def to_geopandas(report: ReportLike) -> geopandas.GeoDataFrame:
    """Give a report as a GeoDataFrame: ``to_pandas`` and the geometry of the areas.

    Parents and the total have none; ``frame[frame.level == "area"]`` leaves the areas.
    """
    geopandas = need("geopandas", "to_geopandas()")
    frame = to_pandas(report)
    data = report.to_dict(geometry=True)
    geometry = list(data)[-1]
    shapes = geopandas.GeoSeries.from_wkb(list(data[geometry]), crs=report.geometry_crs)
    return geopandas.GeoDataFrame(
        frame.assign(**{geometry: shapes}), geometry=geometry, crs=report.geometry_crs
    )


def _series(pandas: Any, values: Sequence[Any], role: str) -> Any:
    return pandas.Series(list(values), dtype=_dtype(pandas, values, role))


def _dtype(pandas: Any, values: Sequence[Any], role: str) -> Any:
    if role in TEXT_ROLES:
        # before version 3 dtype str makes the text "None" of a null
        return "str" if int(pandas.__version__.partition(".")[0]) >= 3 else object
    if role in REAL_ROLES or any(isinstance(v, float) for v in values):
        return "float64"
    return "Int64" if any(v is None for v in values) else "int64"
