"""What every part needs: the programs, the data, the report."""
import shutil
from dataclasses import dataclass
from pathlib import Path

from .dataset import Dataset
from .report import Report

ROOT = Path(__file__).resolve().parents[3]
PEERS = Path(__file__).resolve().parents[1] / "peers"


@dataclass
class Bench:
    build: Path
    venv: Path
    data: Dataset
    report: Report
    points: list  # how many households, least first
    regions: list

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
    """1e6 as people say it."""
    return f"{n // 1_000_000} M" if n % 1_000_000 == 0 else f"{n:,}"
