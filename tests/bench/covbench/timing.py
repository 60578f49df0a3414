"""Many measurements of the same: medians, and ratios of them."""
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Timing:
    seconds: float
    low: float
    high: float
    megabytes: float
    runs: int

    @classmethod
    def of(cls, usages):
        seconds = [usage.seconds for usage in usages]
        return cls(median(seconds), min(seconds), max(seconds),
                   max(usage.megabytes for usage in usages), len(seconds))


def ratio(a, b):
    """How many times b is in a; none in nothing."""
    return a / b if b > 0 else float("inf")
