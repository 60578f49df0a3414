"""What every part needs: the programs, the data, the report."""
import shutil
from dataclasses import dataclass
from pathlib import Path

from .dataset import Dataset
from .report import Report

ROOT = Path(__file__).resolve().parents[3]
PEERS = Path(__file__).resolve().parents[1] / "peers"


@dataclass(frozen=True)
class Size:
    """How much is measured."""
    few: int  # households
    many: int
    country: int
    geos_points: int
    regions: tuple
    runs: int


FULL = Size(1_000_000, 10_000_000, 27_000_000, 200_000, ("province", "nation"), 5)
QUICK = Size(100_000, 100_000, 1_000_000, 20_000, ("province",), 1)


@dataclass
class Bench:
    build: Path
    venv: Path
    data: Dataset
    report: Report
    size: Size

    @property
    def covcalc(self):
        return self.build / "tools" / "covcalc"

    def tool(self, name):
        return self.build / "tests" / "bench" / name

    @property
    def venv_python(self):
        return self.venv / "bin" / "python"


def installed(program):
    return shutil.which(program) is not None


def human(n):
    """1,000,000 as people say it."""
    return f"{n // 1_000_000} M" if n % 1_000_000 == 0 else f"{n:,}"
