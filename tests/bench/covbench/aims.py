"""What to reach: ratios that are measured in one run, and whether they are reached."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    point: int
    what: str
    value: float
    bound: float
    at_least: bool

    @property
    def reached(self):
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def wanted(self):
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


def at_least(point, what, value, bound):
    return Aim(point, what, value, bound, True)


def at_most(point, what, value, bound):
    return Aim(point, what, value, bound, False)
