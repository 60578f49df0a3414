"""The real Report as a frame, a table and a map. SPDX-License-Identifier: MIT"""

from __future__ import annotations

import pytest

libcov = pytest.importorskip("libcov", exc_type=ImportError)
if not getattr(libcov, "has_io", False):
    pytest.skip("coordinate systems differ here", allow_module_level=True)
geopandas = pytest.importorskip("geopandas")
shapely = pytest.importorskip("shapely")


@pytest.fixture(scope="module")
def report():
    """Areas in a plane, households in degrees."""
    boxes = [shapely.box(105 + x, 9, 105.1 + x, 9.1) for x in (0, 0.1, 0.2)]
    areas = geopandas.GeoDataFrame(
        {"code": ["007", "008", "009"], "name": ["Ấp <b>", "Khóm", "Xa"], "district": ["01"] * 3},
        geometry=boxes,
        crs="EPSG:4326",
    ).to_crs("EPSG:32648")
    # 009 has nobody
    homes = geopandas.GeoDataFrame(
        {"fiber": [True, False, True, None]},
        geometry=geopandas.points_from_xy([105.05, 105.06, 105.15, 105.16], [9.05] * 4),
        crs="EPSG:4326",
    )
    return libcov.compute(
        areas,
        homes,
        services={"fiber": libcov.Column("fiber")},
        targets={"fiber": "80%"},
        id="code",
        name="name",
        parents=["district"],
    )


def test_frames(report):
    frame = report.to_geopandas()
    assert list(frame["code"][:3]) == ["007", "008", "009"]
    assert list(frame["households"]) == [2, 2, 0, 4, 4]
    # 80 % of 2 is 1.6, of the 3 known in the district 2.4
    assert list(frame["fiber_missing"]) == [1, 0, 0, 1, 1]
    assert list(report.to_pandas().columns) == [c.name for c in report.columns]


def test_shapes_keep_their_own_system(report):
    frame = report.to_geopandas()
    assert frame.crs == "EPSG:32648"
    bounds = frame.to_crs("EPSG:4326").geometry[0].bounds
    assert bounds == pytest.approx((105, 9, 105.1, 9.1), abs=1e-6)


def test_table(report):
    page = report._repr_html_()
    assert "Ấp &lt;b&gt;" in page and "<b>" not in page
    assert "50.0%" in page and "100.0%" in page and "66.7%" in page and "–" in page
    assert "unknown: fiber 1 (left out of the shares)" in page


def test_text(report):
    assert repr(report).splitlines()[:2] == ["Report: 3 areas, 4 households", "  fiber   66.7%"]


def test_map(report):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    ax = report.plot()
    assert ax.get_title() == "fiber: 66.7% of households" and ax.get_xlabel() == "easting (metre)"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["no share"]
    matplotlib.pyplot.close("all")
