"""Reports as data frames. SPDX-License-Identifier: MIT"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from fakes import Column, FakeReport, province

from libcov import _frames

pandas = pytest.importorskip("pandas")


def test_codes_stay_text_and_counts_whole():
    frame = _frames.to_pandas(province())
    assert list(frame.columns) == [c.name for c in province().columns]
    assert list(frame["ma_xa"][:2]) == ["00123", "00124"] and frame["ma_xa"].isna().sum() == 2
    assert frame["ten_xa"][0] == "Xã Trúc & Lâm"
    kinds = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    assert kinds["households"] == kinds["fiber_n"] == "int64"
    assert kinds["fiber_missing"] == "Int64" and kinds["fiber_pct"] == "float64"
    assert frame["fiber_missing"][1] is pandas.NA and frame["fiber_missing"].sum() == 675 + 552
    assert list(frame["fiber_pct"].isna()) == [False, True, False, False, False]


def test_counts_beyond_doubles_stay_exact():
    large = 2**53 + 1
    frame = _frames.to_pandas(FakeReport([(Column("fiber_missing", "missing"), [large, None])]))
    assert int(frame["fiber_missing"][0]) == large


def test_columns_that_are_all_null_keep_their_kind():
    columns = [("a", "name"), ("b", "percent"), ("c", "missing"), ("d", "rate")]
    report = FakeReport([(Column(n, role), [None, None]) for n, role in columns])
    kinds = [str(k) for k in _frames.to_pandas(report).dtypes]
    assert kinds[0] == ("str" if int(pandas.__version__.partition(".")[0]) >= 3 else "object")
    assert kinds[1:] == ["float64", "Int64", "float64"]


def test_counts_in_decimals():
    report = FakeReport([(Column("households", "measure"), [1.5, 2.0, None])])
    assert list(_frames.to_pandas(report)["households"][:2]) == [1.5, 2.0]


def test_geometry_and_its_system():
    geopandas = pytest.importorskip("geopandas")
    frame = _frames.to_geopandas(province())
    assert isinstance(frame, geopandas.GeoDataFrame) and frame.crs == "EPSG:4326"
    assert list(frame.geometry.isna()) == [False, False, False, True, True]
    assert frame.geometry[0].bounds == (105.0, 60.0, 105.1, 60.1)
    assert frame.geometry.name == "geometry" and len(frame) == 5
    plain = province()
    plain.geometry_crs = None
    assert _frames.to_geopandas(plain).crs is None


def test_pandas_needs_no_pyarrow():
    # a fresh interpreter, since pandas looks for it once
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import fakes; from libcov import _frames\n"
        "frame = _frames.to_pandas(fakes.province())\n"
        "assert frame['ma_xa'][0] == '00123' and str(frame['fiber_missing'].dtype) == 'Int64'\n"
        "_frames.to_geopandas(fakes.province())\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ,
                   "PYTHONPATH": ":".join(p for p in sys.path if p)})  # fmt: skip


def test_absent_packages_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)

    def absent(name):
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)

    monkeypatch.setattr(_frames.importlib, "import_module", absent)
    with pytest.raises(ImportError, match=r"to_pandas\(\) needs pandas.*pip install pandas"):
        _frames.to_pandas(province())


def test_a_broken_package_is_not_called_absent(monkeypatch):
    def broken(name):
        raise ModuleNotFoundError("No module named 'numpy'", name="numpy")

    monkeypatch.setattr(_frames.importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="numpy"):
        _frames.to_pandas(province())
