"""Parts: runs that are saved, put together by whoever has all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import libcov

if not libcov.has_io:
    pytest.skip("saves no files", allow_module_level=True)


def run(province: Path, **more: Any) -> libcov.Report:
    where = more.pop("where", None)
    return libcov.compute(
        province / "communes.shp",
        libcov.Source(province / "households.shp", where=where),
        services={"fiber/vnpt": province / "fiber_vnpt.shp", "dl": libcov.Column("down_mbps>=25")},
        id="ma_xa", parents=["ma_huyen"], weight="households", **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def parts(province: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("parts")
    out = []
    for k, where in enumerate(("down_mbps < 25", "down_mbps >= 25 AND down_mbps < 100", "down_mbps >= 100")):
        out.append(folder / f"{k}.cov")
        run(province, where=where).save(out[-1])
    return out


def rows(report: libcov.Report) -> str:
    return report.to_geojson().partition('"features"')[2]


def test_parts_together_are_the_whole(province: Path, parts: list[Path]) -> None:
    whole = run(province)
    for order in (parts, parts[::-1], [str(part) for part in parts]):
        merged = libcov.merge(order)
        assert rows(merged) == rows(whole)
        assert merged == whole and merged.ledger == whole.ledger
    forth, back = libcov.merge(parts).to_geojson(), libcov.merge(parts[::-1]).to_geojson()
    assert forth == back
    assert json.loads(forth)["libcov"]["ledger"] == whole.manifest["ledger"]


def test_other_questions(province: Path, parts: list[Path]) -> None:
    asked: dict[str, Any] = {"indicators": {"both": "fiber & dl"}, "targets": {"both": "50%"}}
    assert libcov.merge(parts, **asked) == run(province, **asked)
    assert libcov.merge(parts, **asked).gaps == run(province, **asked).gaps


def test_what_is_refused(province: Path, parts: list[Path], tmp_path: Path) -> None:
    with pytest.raises(libcov.MismatchError):
        libcov.merge([parts[0], parts[0]])
    with pytest.raises(libcov.ArgumentError, match="no parts"):
        libcov.merge([])
    damaged = tmp_path / "damaged.cov"
    content = bytearray(parts[0].read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(libcov.FormatError, match="damaged.cov"):
        libcov.merge([damaged, parts[1]])
    report = run(province)
    report.save(tmp_path / "a.cov")
    with pytest.raises(libcov.ExistsError):
        report.save(tmp_path / "a.cov")
    report.save(tmp_path / "a.cov", overwrite=True)
    with pytest.raises(libcov.ArgumentError):
        run(province, bases={"area": libcov.Area()}).save(tmp_path / "b.cov")
