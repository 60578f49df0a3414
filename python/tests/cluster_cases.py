"""Households, areas and services that Spark and Dask are tried on."""

from __future__ import annotations

import random
from typing import Any

import geopandas
import pyarrow as pa
import shapely

import libcov

CRS = "EPSG:4326"
SIDE = 4
ROWS = 3000
SCALE = 1000
WANTED = ["fiber", "fiber/vnpt", "4g", "operators(fiber/*, 4g) >= 2"]


def communes() -> geopandas.GeoDataFrame:
    """A board of squares, so that a point of whole coordinates lies on borders."""
    squares = [(i, j) for i in range(SIDE) for j in range(SIDE)]
    return geopandas.GeoDataFrame(
        {
            "ma_xa": [f"{i}{j}" for i, j in squares],
            "ten_xa": [f"Xã {i}-{j}" for i, j in squares],
            "huyen": [f"H{i // 2}" for i, _ in squares],
        },
        geometry=[shapely.box(i, j, i + 1, j + 1) for i, j in squares],
        crs=CRS,
    )


def zones() -> geopandas.GeoDataFrame:
    discs = [shapely.Point(x, x / 2).buffer(0.8) for x in range(SIDE)]
    return geopandas.GeoDataFrame(geometry=discs, crs=CRS)


def cables() -> geopandas.GeoDataFrame:
    lines = [shapely.LineString([(0, i), (SIDE, i + 0.5)]) for i in range(SIDE)]
    return geopandas.GeoDataFrame(geometry=lines, crs=CRS)


def areas() -> libcov.Areas:
    return libcov.Areas(communes(), id="ma_xa", name="ten_xa", parents=["huyen"], crs=CRS)


def services() -> dict[str, Any]:
    return {
        "fiber/vnpt": libcov.Footprint(zones(), crs=CRS),
        "fiber/viettel": libcov.Column("viettel"),
        "4g": libcov.Column("has_4g"),
    }


def households() -> pa.Table:
    """Points on borders, outside and without location; decimals; answers that are null."""
    dice = random.Random(20)

    def place() -> float | None:
        kind = dice.random()
        if kind < 0.02:
            return None
        return float(dice.randint(0, SIDE)) if kind < 0.2 else dice.uniform(-0.3, SIDE + 0.3)

    x, y = ([place() for _ in range(ROWS)] for _ in "xy")
    both = [None not in point for point in zip(x, y, strict=True)]
    return pa.table(
        {
            "x": pa.array(x, pa.float64()),
            "y": pa.array(y, pa.float64()),
            "geometry": pa.array(
                [
                    shapely.Point(*p).wkb if ok else None
                    for p, ok in zip(zip(x, y, strict=True), both, strict=True)
                ],
                pa.binary(),
            ),
            "persons": pa.array([dice.choice([0, 1, 2.5, 0.001, 4.125]) for _ in x], pa.float64()),
            "viettel": pa.array([dice.choice([True, False, None]) for _ in x], pa.bool_()),
            "has_4g": pa.array([dice.choice(["yes", "no", " CÓ ", None]) for _ in x], pa.string()),
            "note": pa.array([f"not to be shipped {i}" for i in range(ROWS)], pa.string()),
        }
    )


def alone(rows: pa.Table, **columns: Any) -> libcov.Tally:
    """What a single process counts."""
    answers = {
        service: told.column if isinstance(told, libcov.Column) else told
        for service, told in services().items()
    }
    tally = libcov.Tally(areas(), answers, scale=SCALE)
    tally.push(rows.drop_columns(["note"]), **columns)
    return tally


BUILT = {"id": "ma_xa", "name": "ten_xa", "parents": ["huyen"]}


def computed(households: Any, services: dict[str, Any], **told: Any) -> libcov.Report:
    """What the other way of counting gives, that of files and tables."""
    return libcov.compute(communes(), households, services=services, **BUILT, **told)
