"""How the benchmark compares and what it prints. Nothing here takes the time of anything."""
import subprocess
import sys
import time
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench"
sys.path.insert(0, str(BENCH))

from covbench import aims, cluster, counts, machine, table  # noqa: E402
from covbench.contest import Contender, hold  # noqa: E402
from covbench.process import ProcessFailed, Usage, measure  # noqa: E402
from covbench.report import Report  # noqa: E402
from covbench.timing import Timing, ratio  # noqa: E402

import bench  # noqa: E402


# ---------------------------------------------------------------- comparing

def test_medians_of_any_order():
    timing = Timing.of([Usage(9, 10), Usage(1, 30), Usage(2, 20)])
    assert timing == Timing(seconds=2, low=1, high=9, megabytes=30, runs=3)


def test_ratio_of_nothing():
    assert ratio(6, 3) == 2 and ratio(1, 0) == float("inf")


def test_aims_have_two_directions():
    assert aims.at_least(1, "", 120, 120).reached and not aims.at_least(1, "", 119, 120).reached
    assert aims.at_most(3, "", 0.6, 0.6).reached and not aims.at_most(3, "", 0.61, 0.6).reached
    assert not aims.at_least(1, "", float("nan"), 1).reached
    assert (aims.at_least(1, "", 1, 45).wanted, aims.at_most(3, "", 1, 1.3).wanted) == \
        (">= 45", "<= 1.3")


def test_counts_are_read_as_programs_write_them(tmp_path):
    def read(text, *arguments, **named):
        (tmp_path / "x").write_text(text, encoding="utf-8")
        return counts.read(tmp_path / "x", *arguments, **named)
    assert read('code,name,n\n"1",Xã,5\n2,Xã,\n,total,5\n', "code", "n") == {1: 5, 2: 0}
    assert read("1,5\n2,6.5\n", 0, 1, header=False) == {1: 5, 2: 6.5}
    assert read("1|5.0\n", 0, 1, delimiter="|", header=False) == {1: 5}


def test_who_differs_is_told_with_the_commune():
    answers = {"covcalc": {1: 5, 2: 6}, "same": {1: 5, 2: 6, 3: 0}, "other": {1: 5, 2: 7}}
    (line,) = counts.disagreements(answers)
    assert line == "covcalc and other differ in 1 communes; commune 2: 6 and 7"
    assert counts.disagreements({"a": {1: 1.0}, "b": {1: 1.0 + 1e-9}}, tolerance=1e-6) == []
    assert counts.disagreements({"a": {1: 0.04323}, "b": {1: 0.04323048}}, tolerance=1e-6) == []
    assert counts.disagreements({"a": {1: 1.0}, "b": {}}, tolerance=1e-6)
    assert counts.disagreements({"a": {1: 8_000_000}, "b": {1: 8_000_001}})
    assert counts.disagreements({"a": {1: 0}}) == ["a counted nothing"]


def shell(tmp_path, name, script, **more):
    return Contender(name, ["sh", "-c", script], tmp_path / name, **more)


def test_contenders_take_turns(tmp_path):
    log = tmp_path / "log"
    each = [shell(tmp_path, name, f"echo {name} >> {log}") for name in "ab"]
    results = hold(each, runs=3)
    assert log.read_text().split() == ["a", "b"] * 4  # the first round isn't counted
    assert {name: timing.runs for name, timing in results.timings.items()} == {"a": 3, "b": 3}


def test_patience_ends(tmp_path):
    slow = shell(tmp_path, "slow", "echo seconds 7", tells_seconds=True)
    fast = shell(tmp_path, "fast", "echo seconds 1", tells_seconds=True)
    timings = hold([slow, fast], runs=5, patience=20).timings
    assert (timings["slow"].runs, timings["fast"].runs) == (2, 5)
    assert timings["slow"].seconds == 7
    assert hold([slow], runs=5, patience=5).timings["slow"].runs == 1


def test_a_program_that_fails_is_no_result(tmp_path):
    results = hold([shell(tmp_path, "bad", "echo why >&2; exit 3"), shell(tmp_path, "good", "true")])
    assert "why" in results.failures["bad"] and list(results.timings) == ["good"]
    with pytest.raises(ProcessFailed):
        measure(["false"], tmp_path / "out")


def test_memory_is_that_of_the_child(tmp_path):
    script = "x = bytearray(300_000_000); x[::4096] = b'1' * len(x[::4096])"
    assert 290 < measure([sys.executable, "-c", script], tmp_path / "out").megabytes < 330


def test_who_ends_the_benchmark_ends_what_it_measures(tmp_path):
    """A child that isn't ended writes its pid and sleeps on."""
    program = f"""if True:
        import signal, sys
        sys.path.insert(0, {str(BENCH)!r})
        from covbench.process import measure
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        measure(["sh", "-c", "echo $$; exec sleep 600"], {str(tmp_path / "pid")!r})"""
    with subprocess.Popen([sys.executable, "-c", program]) as run:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            time.sleep(0.01)
        run.terminate()
    assert run.returncode == 143
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


# ---------------------------------------------------------------- printing

def test_tables_keep_within_100_columns():
    lines = table.lay_out(("part", "seconds", "ratio"),
                          [("x" * 300, "1.25", "2"), ("short", "10.0", "3")])
    assert all(len(line) <= 100 for line in lines) and max(map(len, lines)) == 100
    assert lines[1].endswith("...     1.25      2") and lines[2].startswith("short ")


def test_three_digits_that_matter():
    assert [table.short(x) for x in (1234.5, 99.94, 9.994, 0.1234)] == \
        ["1,234", "99.9", "9.99", "0.123"]


def test_disagreement_is_loud_and_fails(tmp_path, capsys):
    report = Report({}, 1, 60)
    report.contest("count", [
        shell(tmp_path, "one", "true", answer=lambda: {1: 5}),
        shell(tmp_path, "two", "true", answer=lambda: {1: 6})])
    report.aim(aims.at_most(3, "whole run", 9, 1))
    report.miss("QGIS: qgis")
    assert report.close(tmp_path / "out.json") == 1
    said = capsys.readouterr().out
    assert "*** count: one and two differ in 1 communes; commune 1: 5 and 6" in said
    assert "MISSED" in said and "missing: QGIS: qgis" in said
    assert '"reached": false' in (tmp_path / "out.json").read_text()


def test_what_is_slow_or_missing_does_not_fail(tmp_path):
    report = Report({}, 1, 60)
    report.contest("count", [shell(tmp_path, name, "true", answer=lambda: {1: 5}) for name in "ab"])
    report.aim(aims.at_least(4, "times faster", 1, 40))
    report.miss("QGIS: qgis")
    assert report.close(tmp_path / "out.json") == 0


def test_options():
    options = bench.read_options(["--points", "1e7,1e6", "--only", "reading,country"])
    assert options.points == [1_000_000, 10_000_000] and options.only == ["reading", "country"]
    assert "country" not in bench.read_options([]).only
    assert bench.read_options(["--quick"]).points == [100_000]
    with pytest.raises(SystemExit):
        bench.read_options(["--only", "speed"])


def test_versions_of_what_is_missing():
    assert machine.version(["no-such-program-here"]) is None
    assert machine.version(["false"]) is None


def test_a_cluster_of_its_own():
    programs = cluster.binaries()
    if programs is None:
        pytest.skip("PostGIS isn't installed")
    with cluster.Cluster(programs) as private:
        folder = private.folder
        assert private.sql("show listen_addresses") == ""
        assert private.sql("select st_npoints('LINESTRING(0 0, 1 1)'::geometry)") == "2"
    assert not folder.exists()
