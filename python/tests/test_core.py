"""`compute` on hand-made data: the same in a build that reads files and in one that doesn't."""

from __future__ import annotations

from typing import Any

import pytest
from shapes import line, square

import libcov


def compute(**more: Any) -> libcov.Report:
    options: dict[str, Any] = {
        "services": {
            "fiber/a": [square(0, 0, 1.5)],
            "near": libcov.Near({"geometry": [line((0.0, 1.0), (2.0, 1.0))]}, within="40 km"),
            "dl": libcov.Column("dl"),
            "has": [True, False, None, True],
        },
        "id": "id",
        "weight": "persons",
        "crs": "EPSG:4326",
        **more,
    }
    return libcov.compute(
        {"id": ["b", "a"], "district": ["D", "D"], "geometry": [square(1, 0), square(0, 0)]},
        {"lon": [0.5, 1.2, 1.8, 5.0], "lat": [0.5, 0.8, 0.1, 5.0], "persons": [2, 3, 4, 1], "dl": [1, 0, 1, None]},
        **options,
    )


def test_rows() -> None:
    report = compute(parents=["district"], targets={"near": "80%"})
    rows = report.to_dict()
    assert rows["id"] == ["a", "b", None, None]
    assert rows["persons"] == [2, 7, 9, 9]
    assert rows["fiber_a_n"] == [2, 3, 5, 5]
    assert rows["near_n"] == [0, 3, 3, 3]
    assert rows["dl_n"] == [2, 4, 6, 6]
    assert rows["has_pct"] == [100.0, 0.0, 40.0, 40.0]
    assert rows["has_unknown"] == [0, 4, 4, 4]
    assert report.ledger["outside"] == (1, 1)
    assert report.measure == "persons"
    assert report.crs == "EPSG:4326"
    assert [gap[2:4] for gap in report.gaps] == [(5, 5)]


def test_fingerprints_and_tallies_are_those_of_any_build() -> None:
    areas = libcov.Areas({"id": ["1"], "geometry": [square(0, 0)]}, id="id", assume_crs="EPSG:4326")
    assert areas.fingerprint == FINGERPRINT
    tally = libcov.Tally(areas, {"a": libcov.Footprint([square(0, 0, 0.5)], assume_crs="EPSG:4326")})
    tally.push(x=[0.2, 0.7], y=[0.2, 0.7])
    assert tally.report().to_dict()["a_n"] == [1, 1]


FINGERPRINT = 18146455959808377460


def test_systems_must_be_one() -> None:
    plane = libcov.Footprint([square(0, 0)], assume_crs="EPSG:32648")
    areas = libcov.Areas({"id": ["1"], "geometry": [square(0, 0)]}, id="id", assume_crs="EPSG:4326")
    with pytest.raises(libcov.CRSError, match="fiber"):
        libcov.Tally(areas, {"fiber": plane})


@pytest.mark.skipif(libcov.has_io, reason="reads files")
def test_without_files_it_says_so(tmp_path: Any) -> None:
    with pytest.raises(libcov.ArgumentError, match="reads no files"):
        libcov.Areas("communes.gpkg", id="id")
    with pytest.raises(libcov.ArgumentError, match="reads no files"):
        libcov.Footprint("fiber.gpkg")
    with pytest.raises(libcov.ArgumentError, match="reads no files"):
        libcov.compute("a.gpkg", "b.gpkg", services={"fiber": [square(0, 0)]})
    with pytest.raises(libcov.ArgumentError, match="no files"):
        libcov.run_project("x.yaml")
    with pytest.raises(libcov.ArgumentError, match="reads no files"):
        compute(services={"signal": libcov.Signal("x.tif", min=-105)})
    with pytest.raises(libcov.ArgumentError, match="bases"):
        compute(bases={"area": libcov.Area()})
    with pytest.raises(libcov.ArgumentError, match="files"):
        compute().to_geojson()
    with pytest.raises(libcov.CRSError, match="4326"):
        libcov.Areas({"id": ["1"], "geometry": [square(0, 0)]}, id="id", assume_crs="EPSG:4326", crs="EPSG:32648")


def test_which_build_it_is() -> None:
    import os

    told = os.environ.get("LIBCOV_EXPECT_IO")
    if told is None:
        pytest.skip("nobody says which it should be")
    assert libcov.has_io == (told == "1")
