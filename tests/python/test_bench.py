"""How the benchmark compares and what it prints. Nothing here takes the time of anything.

COVCALC and BENCH_DATA name programs.
"""
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench"
sys.path.insert(0, str(BENCH))

from covbench import aims, cluster, contest, counts, jobs  # noqa: E402
from covbench import machine, peers, results, table  # noqa: E402
from covbench.bench import QUICK, Bench  # noqa: E402
from covbench.contest import Contender, hold  # noqa: E402
from covbench.dataset import Dataset  # noqa: E402
from covbench.process import ProcessFailed, Usage, measure  # noqa: E402
from covbench.report import Report, read  # noqa: E402
from covbench.timing import Timing, of_time, ratio  # noqa: E402

import bench  # noqa: E402


# ---------------------------------------------------------------- comparing

def test_medians_of_any_order():
    timing = Timing.of([Usage(9, 10), Usage(1, 30), Usage(2, 20)])
    assert timing == Timing(seconds=2, low=1, high=9, megabytes=30, runs=3)


def test_ratio_of_nothing():
    timings = {"a": Timing.of([Usage(6, None)]), "b": Timing.of([Usage(3, None)])}
    assert of_time(timings, "a", "b") == 2 and of_time(timings, "a", "c") is None
    assert ratio(1, 0) is None and ratio(None, 1) is None and ratio(0, 1) == 0


def test_aims_have_two_directions():
    assert [aims.at_least(1, "", value, 120).verdict for value in (120, 119, None)] == \
        ["reached", "not reached", "not measured"]
    assert [aims.at_most(3, "", value, 0.6).verdict for value in (0.6, 0.61)] == \
        ["reached", "not reached"]
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
    timings = hold(each, runs=3).timings
    assert log.read_text().split() == ["a", "b"] * 4  # the first round isn't counted
    assert {name: timing.runs for name, timing in timings.items()} == {"a": 3, "b": 3}


def test_one_run_needs_no_other_before(tmp_path):
    log = tmp_path / "log"
    assert hold([shell(tmp_path, "a", f"echo a >> {log}")], runs=1).timings["a"].runs == 1
    assert log.read_text() == "a\n"


def test_patience_ends(tmp_path, monkeypatch):
    slow = shell(tmp_path, "slow", "echo seconds 7", tells_seconds=True)
    fast = shell(tmp_path, "fast", "echo seconds 1", tells_seconds=True)
    monkeypatch.setattr(contest, "PATIENCE", 20)
    timings = hold([slow, fast], runs=5).timings
    assert (timings["slow"].runs, timings["fast"].runs) == (2, 5)
    assert timings["slow"].seconds == 7
    monkeypatch.setattr(contest, "PATIENCE", 5)
    assert hold([slow], runs=5).timings["slow"].runs == 1


def test_a_program_that_fails_is_no_result(tmp_path):
    found = hold([shell(tmp_path, "bad", "echo why >&2; exit 3"), shell(tmp_path, "good", "true")],
                 runs=2)
    assert "why" in found.failures["bad"] and list(found.timings) == ["good"]
    with pytest.raises(ProcessFailed):
        measure(["false"], tmp_path / "out")


def test_memory_is_that_of_the_child(tmp_path):
    script = "x = bytearray(300_000_000); x[::4096] = b'1' * len(x[::4096])"
    assert 290 < measure([sys.executable, "-c", script], tmp_path / "out").megabytes < 330


def test_memory_of_a_client_is_not_that_of_its_server(tmp_path):
    assert shell(tmp_path, "client", "true", is_client=True).run().megabytes is None


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


# ---------------------------------------------------------------- counting

@pytest.fixture(name="few", scope="module")
def few_households(tmp_path_factory):
    data = Dataset(tmp_path_factory.mktemp("bench"), Path(os.environ["BENCH_DATA"]), 7)
    build = Path(os.environ["COVCALC"]).parents[1]
    return Bench(build, build, data, None, QUICK)


def count(bench, tmp_path, change=lambda counts: counts):
    """500 households, by covcalc and by ogr2ogr, whose answer may be changed."""
    own = jobs.counting(bench, "province", bench.data.households("province", 500))
    other = peers.ogr_sqlite(bench, "province", 500, tmp_path)
    answer, other.answer = other.answer, lambda: change(answer())
    report = Report(tmp_path / "found.json", {}, 7, 1)
    report.begin("peers")
    report.contest("count", [own, other])
    return report


def test_covcalc_and_another_count_the_same(few, tmp_path):
    report = count(few, tmp_path)
    assert report.part["trouble"] == [] and report.close() == 0
    assert report.part["tables"][0]["note"] == "The counts of 2 agree in every commune."


def test_one_person_more_is_found(few, tmp_path):
    report = count(few, tmp_path, lambda counts: {**counts, 9: counts.get(9, 0) + 1})
    assert "differ in 1 communes; commune 9" in report.part["trouble"][0] and report.close() == 1
    assert report.part["tables"][0]["note"] == ""


# ---------------------------------------------------------------- printing

def test_tables_are_aligned_markdown():
    assert table.lay_out(("part", "seconds"), [("all of it", "1.25"), ("b", None)]) == [
        "| part      | seconds |", "| --------- | ------: |", "| all of it |    1.25 |",
        "| b         |         |"]


def test_three_digits_that_matter():
    assert [table.short(x) for x in (1234.5, 99.94, 9.994, 0.1234)] == \
        ["1,234", "99.9", "9.99", "0.123"]


def found(path, value=5, name="peers"):
    """A report of one part."""
    report = Report(path, {"cores": 2, "QGIS": None}, 1, 1)
    report.begin(name)
    report.miss("QGIS: qgis")
    report.contest("who counts", [shell(path.parent, "one", "true", answer=lambda: {1: 5}),
                                  shell(path.parent, "two", "true", answer=lambda: {1: value})])
    report.table("rates", "in memory", [{"name": "a", "rate": 5e6, "geos_rate": 1e6}])
    report.table("phases", "phases of it", [{"name": "read areas", "seconds": 0.25}])
    report.aim(aims.at_most(3, "whole run", 9, 1))
    report.end()
    return report


def test_disagreement_is_loud_and_fails(tmp_path, capsys):
    assert found(tmp_path / "x.json", 6).close() == 1
    assert "*** who counts: one and two differ in 1 communes; commune 1: 5 and 6" in \
        capsys.readouterr().out


def test_what_is_slow_or_missing_does_not_fail(tmp_path, capsys):
    assert found(tmp_path / "x.json").close() == 0
    said = capsys.readouterr().out
    assert "not reached" in said and "Missing:\n\n- QGIS: qgis" in said


def test_a_part_that_is_measured_again_replaces_the_old_one(tmp_path):
    path = tmp_path / "x.json"
    for name, value in (("peers", 6), ("reading", 5), ("peers", 5)):
        found(path, value, name=name)
    parts = read(path)
    assert list(parts) == ["peers", "reading"] and parts["peers"]["trouble"] == []


def test_results_are_written_from_the_file(tmp_path, capsys):
    path = tmp_path / "RESULTS.md"
    path.write_text(f"# Results\n\n{results.MARK}\nold\n", encoding="utf-8")
    found(tmp_path / "x.json")
    printed = capsys.readouterr().out
    results.rewrite(path, read(tmp_path / "x.json"))
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# Results\n\n{results.MARK}\n\n## What to reach\n")
    assert "old" not in text and "- QGIS: missing\n" in text
    for title in ("who counts", "in memory", "phases of it"):
        shown = printed[printed.index(f"### {title}"):].split("\n\n")[:2]
        assert "\n\n".join(shown).rstrip() in text, title
    path.write_text("# Results\n", encoding="utf-8")
    with pytest.raises(ValueError):
        results.rewrite(path, {})


def test_options():
    assert bench.read_options(["--only", "reading,country"]).only == ["reading", "country"]
    assert "country" not in bench.read_options([]).only
    assert "peers-10m" in bench.read_options([]).only
    assert "peers-10m" not in bench.read_options(["--quick"]).only
    with pytest.raises(SystemExit):
        bench.read_options(["--only", "speed"])


def test_versions_of_what_is_missing():
    assert machine.version(["no-such-program-here"]) is None
    assert machine.version(["false"]) is None
    assert machine.version(["sh", "-c", "echo 3.3; echo a warning >&2"]) == "3.3"


# ---------------------------------------------------------------- a private server

@pytest.fixture(name="programs")
def postgresql():
    programs = cluster.binaries()
    if programs is None:
        pytest.skip("PostGIS isn't installed")
    return programs


def test_a_cluster_of_its_own(programs):
    with cluster.Cluster(programs) as private:
        assert private.sql("show listen_addresses") == ""
        assert private.sql("select postgis_lib_version()") == cluster.postgis_version(programs)
    assert not private.folder.exists() and private.server.returncode is not None


def test_who_ends_the_benchmark_ends_its_server(programs):
    """In the midst of a join."""
    program = f"""if True:
        import signal, sys
        sys.path.insert(0, {str(BENCH)!r})
        from covbench.cluster import Cluster, binaries
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with Cluster(binaries()) as private:
            print(private.folder, private.server.pid, flush=True)
            private.sql("select pg_sleep(600)")"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        folder, pid = run.stdout.readline().split()
        assert Path(f"/proc/{pid}").exists() and Path(folder).exists()
        run.terminate()
    assert run.returncode == 143
    assert not Path(f"/proc/{pid}").exists() and not Path(folder).exists()
