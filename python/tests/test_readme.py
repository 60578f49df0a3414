"""The blocks of code of README.md run as they stand, on files called as there."""

from __future__ import annotations

import inspect
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import libcov

if not libcov.has_io:
    pytest.skip("the examples read files", allow_module_level=True)
gpd = pytest.importorskip("geopandas")
matplotlib = pytest.importorskip("matplotlib")
pytest.importorskip("polars")

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)


@pytest.fixture
def folder(province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demonstration province under the names of the README."""
    communes = gpd.read_file(province / "communes.shp").assign(ma_tinh="95")
    households = gpd.read_file(province / "households.shp")
    households = households.rename(columns={"nhan_khau": "persons", "ma_ho": "location_id"})
    households["has_cable"] = households["down_mbps"] >= 100
    mobile = gpd.read_file(province / "mobile_4g.shp").assign(network="viettel")
    for name, frame in (
        ("communes", communes), ("households", households), ("mobile_4g", mobile),
        ("cables", gpd.read_file(province / "cables_vnpt.shp")), ("rivers", gpd.read_file(province / "rivers.shp")),
    ):  # fmt: skip
        frame.to_file(tmp_path / f"{name}.gpkg")
    shutil.copy(province / "rsrp_viettel.tif", tmp_path / "rsrp.tif")
    claims = (province / "claims.csv").read_text(encoding="utf-8")
    claims = claims.replace("max_advertised_download_speed", "down", 1)
    (tmp_path / "claims.csv").write_text(claims, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    return tmp_path


def test_one_call(folder: Path) -> None:
    told: dict[str, Any] = {}
    exec(compile(BLOCKS[0], str(README), "exec"), told)
    report = told["report"]
    total = {name: values[-1] for name, values in report.to_dict().items()}
    assert total["persons"] == report.ledger["assigned"].weight > 0
    assert {"fixed_pct", "choice_pct"} <= total.keys() and total["ma_tinh"] is None
    assert [gap.indicator for gap in report.gaps] == ["fixed"]
    assert len(gpd.read_file(folder / "coverage.gpkg")) == len(report)
    matplotlib.pyplot.close("all")


def test_clusters_are_called_as_they_are() -> None:
    """What Spark and Dask do with it is tried elsewhere: here whether the arguments are theirs."""
    pytest.importorskip("dask")
    import libcov.dask
    import libcov.spark

    called = []

    def instead(function: Any) -> Any:
        def call(*args: Any, **options: Any) -> None:
            inspect.signature(function).bind(*args, **options)
            called.append(function)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for module in (libcov.spark, libcov.dask):
            patch.setattr(module, "compute", instead(module.compute))
        exec(compile(BLOCKS[1], str(README), "exec"), {"libcov": libcov, "df": 0, "ddf": 0, "client": 0})
    assert len(called) == 2


def test_every_block_is_tried() -> None:
    assert len(BLOCKS) == 2
