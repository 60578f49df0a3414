"""Many measurements of the same: medians, and ratios of them."""
from dataclasses import dataclass
from statistics import median
from typing import Optional


@dataclass(frozen=True)
class Timing:
    seconds: float
    low: float
    high: float
    megabytes: Optional[float]
    runs: int

    @classmethod
    def of(cls, usages):
        seconds = [usage.seconds for usage in usages]
        memory = [usage.megabytes for usage in usages if usage.megabytes is not None]
        return cls(median(seconds), min(seconds), max(seconds), max(memory, default=None),
                   len(seconds))


def ratio(a, b):
    """How many times b is in a; None where one of them isn't known."""
    return None if a is None or not b else a / b


def of_time(timings, one, other):
    """The seconds of one by those of the other, of {name: Timing}."""
    one, other = timings.get(one), timings.get(other)
    return ratio(one.seconds, other.seconds) if one and other else None
