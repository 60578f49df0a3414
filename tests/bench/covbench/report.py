"""Everything that was found: printed as soon as it is, and kept in a file of JSON."""
import json
import os
import time
from dataclasses import asdict

from . import results
from .contest import hold
from .counts import disagreements


class Report:
    """Part by part. A part that is measured again replaces the old one in the file."""

    def __init__(self, path, machine, seed, runs):
        self.path, self.machine, self.seed, self.runs = path, machine, seed, runs
        self.parts, self.part = {}, None

    def begin(self, name):
        load = os.getloadavg()[0]
        print(f"\n## {name.capitalize()}, load {load:.1f}", flush=True)
        self.part = self.parts[name] = {
            "started": time.strftime("%Y-%m-%d %H:%M %Z"), "seed": self.seed, "load": load,
            "machine": self.machine, "tables": [], "aims": [], "missing": [], "trouble": []}

    def end(self):
        """Whoever loses patience later keeps what is measured by now."""
        whole = read(self.path) if self.path.exists() else {}
        text = json.dumps({**whole, **self.parts}, indent=1, ensure_ascii=False)
        self.path.write_text(text + "\n", encoding="utf-8")

    def contest(self, title, contenders, tolerance=0.0):
        """Hold it and compare the answers. {name: Timing}"""
        timings, answers, failures = hold(contenders, self.runs)
        for name, error in failures.items():
            self.disagree(f"{title}: {name} failed: {error}")
        found = disagreements(answers, tolerance)
        for line in found:
            self.disagree(f"{title}: {line}")
        agree = len(answers) > 1 and not found
        self.table("times", title, [{"name": name, **asdict(timing)}
                                    for name, timing in timings.items()],
                   f"The counts of {len(answers)} agree in every commune." if agree else "")
        return timings

    def table(self, kind, title, rows, note=""):
        table = {"kind": kind, "title": title, "rows": rows, "note": note}
        self.part["tables"].append(table)
        print("\n" + "\n".join(results.show(table)), flush=True)

    def aim(self, aim):
        self.part["aims"].append(aim.told())

    def disagree(self, line):
        print(f"\n*** {line}\n", flush=True)
        self.part["trouble"].append(line)

    def miss(self, peer):
        if peer not in self.part["missing"]:
            self.part["missing"].append(peer)
            print(f"Missing, and skipped: {peer}", flush=True)

    def close(self):
        """Print the aims; the exit status."""
        print("\n" + "\n".join(results.summary(self.parts)))
        print(f"\nThe same as JSON: {self.path}")
        return 1 if any(part["trouble"] for part in self.parts.values()) else 0


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))
