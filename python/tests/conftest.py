"""What the tests share: the demonstration province."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROVINCE = Path(os.environ.get("LIBCOV_PROVINCE", Path(__file__).parents[2] / "data" / "province"))


@pytest.fixture(scope="session")
def province() -> Path:
    return PROVINCE
