"""What to reach: ratios that are measured in one run, and whether they are reached."""
from dataclasses import asdict, dataclass
from typing import Optional


@dataclass(frozen=True)
class Aim:
    item: int
    what: str
    value: Optional[float]  # None: a peer is missing, or failed
    bound: float
    at_least: bool

    @property
    def verdict(self):
        if self.value is None:
            return "not measured"
        good = self.value >= self.bound if self.at_least else self.value <= self.bound
        return "reached" if good else "not reached"

    @property
    def wanted(self):
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"

    def told(self):
        """For JSON."""
        return {**asdict(self), "wanted": self.wanted, "verdict": self.verdict}


def at_least(item, what, value, bound):
    return Aim(item, what, value, bound, True)


def at_most(item, what, value, bound):
    return Aim(item, what, value, bound, False)
