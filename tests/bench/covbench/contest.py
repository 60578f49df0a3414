"""Contenders that do the same job, in turns: what else the machine does hits all of them alike."""
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from .process import ProcessFailed, Usage, measure
from .timing import Timing

RUNS = 5
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

    def run(self):
        usage = measure(self.argv, self.out, self.environment)
        if not self.tells_seconds:
            return usage
        return Usage(float(Path(self.out).read_text().split()[-1]), usage.megabytes)


@dataclass
class Results:
    timings: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    failures: dict = field(default_factory=dict)


def hold(contenders, runs=RUNS, patience=PATIENCE):
    """Each of them once a round. A first round that isn't counted brings the files into memory."""
    usages = {each.name: [] for each in contenders}
    results = Results()
    for number in range(-1, runs):
        for each in contenders:
            if each.name in results.failures or _is_done(usages[each.name], patience):
                continue
            try:
                usages[each.name].append(each.run())
            except (ProcessFailed, OSError, ValueError) as error:
                results.failures[each.name] = str(error)
    for each in contenders:
        if each.name in results.failures:
            continue
        results.timings[each.name] = Timing.of(_without_first(usages[each.name]))
        if each.answer:
            results.answers[each.name] = each.answer()
    return results


def _is_done(usages, patience):
    return bool(usages) and sum(usage.seconds for usage in usages) >= patience


def _without_first(usages):
    return usages[1:] or usages
