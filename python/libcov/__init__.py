"""Exact coverage statistics per administrative area.

>>> import libcov
>>> report = libcov.compute("communes.gpkg", "households.gpkg", services={
...     "fiber/vnpt": libcov.Near("cables.gpkg", within="150m"),
...     "4g/viettel": "viettel.gpkg",
... }, parents=["ma_huyen", "ma_tinh"])  # doctest: +SKIP
>>> report.to_geojson("coverage.geojson")  # doctest: +SKIP

`compute` does all of it in one call. `Areas`, `Footprint` and `Tally` are its parts: for points
that come in batches, from many processes or from a cluster (`libcov.spark`, `libcov.dask`).
"""

from libcov._answers import Area, Column, Layer, Measure, Near, Polygons, Ratio, Signal, Source, Table
from libcov._compute import compute, merge, run_project
from libcov._errors import (
    ArgumentError,
    CancelledError,
    CRSError,
    Error,
    ExistsError,
    ExpressionError,
    FileError,
    FormatError,
    GeometryError,
    IdError,
    InputError,
    LedgerError,
    LimitError,
    MismatchError,
    OutOfMemoryError,
    TiersError,
)
from libcov._libcov import Areas, Footprint, Report, Tally, __version__, has_io
from libcov._results import Count, Counted, Field, Gap, Indicator, Note

__all__ = [
    "Area", "Areas", "ArgumentError", "CRSError", "CancelledError", "Column", "Count", "Counted", "Error", "ExistsError",
    "ExpressionError", "Field", "FileError", "Footprint", "FormatError", "Gap", "GeometryError", "IdError",
    "Indicator", "InputError", "Layer", "LedgerError", "LimitError", "Measure", "MismatchError", "Near", "Note",
    "OutOfMemoryError", "Polygons", "Ratio", "Report", "Signal", "Source", "Table", "Tally", "TiersError",
    "__version__", "compute", "has_io", "merge", "run_project",
]  # fmt: skip
