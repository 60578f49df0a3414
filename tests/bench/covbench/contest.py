"""Contenders that do the same job, in turns: what else the machine does hits all of them alike."""
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Callable, NamedTuple

from .process import ProcessFailed, measure
from .timing import Timing

PATIENCE = 60  # seconds: whoever has used up so many isn't asked again


@dataclass
class Contender:
    """Who does the job, with what command, and how to read its answer."""
    name: str
    argv: list
    out: Path
    answer: Callable = None  # of nothing: the counts by commune
    environment: dict = field(default_factory=dict)
    tells_seconds: bool = False  # the last word of its output is to be taken for the seconds
    is_client: bool = False  # of a server, whose memory isn't known

    def run(self):
        usage = measure(self.argv, self.out, self.environment)
        if self.tells_seconds:
            usage = replace(usage, seconds=float(Path(self.out).read_text().split()[-1]))
        return replace(usage, megabytes=None) if self.is_client else usage


class Results(NamedTuple):
    timings: dict
    answers: dict
    failures: dict


def hold(contenders, runs):
    """Each of them once a round. A first round that isn't counted brings the files into memory,
    unless one run is all that is wanted, or all that there is time for."""
    usages = {each.name: [] for each in contenders}
    results = Results({}, {}, {})
    for _ in range(runs + (runs > 1)):
        for each in contenders:
            if each.name not in results.failures and _spent(usages[each.name]) < PATIENCE:
                _run(each, usages[each.name], results.failures)
    for each in contenders:
        if each.name not in results.failures:
            results.timings[each.name] = Timing.of(usages[each.name][1:] or usages[each.name])
            if each.answer:
                results.answers[each.name] = each.answer()
    return results


def _run(contender, usages, failures):
    try:
        usages.append(contender.run())
    except (ProcessFailed, OSError, ValueError) as error:
        failures[contender.name] = str(error)


def _spent(usages):
    return sum(usage.seconds for usage in usages)
