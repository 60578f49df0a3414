"""Everything that was found: printed part by part, and as JSON in the end."""
import json
from dataclasses import asdict

from .contest import hold
from .counts import disagreements
from .table import lay_out, short
from .timing import ratio


class Report:
    def __init__(self, machine, runs, patience):
        self.machine, self.runs, self.patience = machine, runs, patience
        self.timings, self.figures, self.aims = [], [], []
        self.missing, self.trouble = [], []

    def contest(self, title, contenders, tolerance=0.0):
        """Hold it, print it, compare the answers. {name: Timing}"""
        results = hold(contenders, self.runs, self.patience)
        self.timings += [{"part": title, "name": name, **asdict(timing)}
                         for name, timing in results.timings.items()]
        _print_timings(title, results.timings)
        for name, error in results.failures.items():
            self.disagree(f"{title}: {name} failed: {error}")
        found = disagreements(results.answers, tolerance)
        for line in found:
            self.disagree(f"{title}: {line}")
        if len(results.answers) > 1 and not found:
            print(f"The counts of {len(results.answers)} agree in every commune.")
        return results.timings

    def figure(self, part, name, value, unit):
        self.figures.append({"part": part, "name": name, "value": value, "unit": unit})

    def aim(self, aim):
        self.aims.append(aim)

    def disagree(self, line):
        print(f"\n*** {line}\n", flush=True)
        self.trouble.append(line)

    def miss(self, peer):
        if peer not in self.missing:
            self.missing.append(peer)
            print(f"Missing, and skipped: {peer}", flush=True)

    def close(self, path):
        """Print the aims, write the file; the exit status."""
        self._print_aims()
        for peer in self.missing:
            print(f"missing: {peer}")
        for line in self.trouble:
            print(f"*** {line}")
        whole = {"machine": self.machine, "timings": self.timings, "figures": self.figures,
                 "aims": [{**asdict(aim), "reached": aim.reached} for aim in self.aims],
                 "missing": self.missing, "trouble": self.trouble}
        path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"The same as JSON: {path}")
        return 1 if self.trouble else 0

    def _print_aims(self):
        rows = [(aim.what, f"({aim.point})", short(aim.value), aim.wanted,
                 "reached" if aim.reached else "MISSED") for aim in self.aims]
        if rows:
            print("\n" + "\n".join(lay_out(("what to reach", "", "is", "aim", ""), rows)) + "\n")


def _print_timings(title, timings):
    if not timings:
        return
    first = next(iter(timings.values())).seconds
    rows = [(name, short(t.seconds), f"{short(t.low)}-{short(t.high)}", t.runs,
             f"{t.megabytes:,.0f}" if t.megabytes else "-", short(ratio(t.seconds, first)))
            for name, t in timings.items()]
    print("\n" + "\n".join(lay_out((title, "seconds", "from-to", "runs", "peak MB", "ratio"), rows)),
          flush=True)
