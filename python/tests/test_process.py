"""What only shows in a process of its own: Ctrl-C, threads, memory, other users of GDAL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from shapes import board, square

import libcov

HERE = Path(__file__).parent


def run(code: str, *args: str, **options: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(HERE)}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *args],
        env=env, text=True, capture_output=True, timeout=300, check=False,
    )  # fmt: skip


def interrupted(code: str) -> tuple[int, str, str]:
    """Send Ctrl-C as soon as the program says that it is in the call."""
    env = {**os.environ, "PYTHONPATH": str(HERE)}
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert program.stdout is not None
        if program.stdout.readline() != "in the call\n":
            raise AssertionError(program.communicate(timeout=20)[1])
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)
    finally:
        program.kill()
        program.communicate()
    return program.returncode, out, err


CANCELLED = """
import libcov
from shapes import board, line, square

told = []
def progress(phase, fraction):
    if not told:
        print("in the call", flush=True)
        told.append(phase)
"""

ENDLESS = {
    "a stream without end": """
import pyarrow as pa
schema = pa.schema([("x", pa.float64()), ("y", pa.float64())])
batch = pa.record_batch([[0.5] * 1000] * 2, schema=schema)
def batches():
    while True:
        yield batch
libcov.Tally(board(), {}).push(
    pa.RecordBatchReader.from_batches(schema, batches()), x="x", y="y", progress=progress)
print("done", flush=True)
""",
    "a run": """
import numpy as np
xy = np.random.default_rng(1).uniform(0, 2, (4_000_000, 2))
libcov.compute(
    {"id": ["1"], "geometry": [square(0, 0, 2)]}, xy,
    services={"a": libcov.Near([line((k / 50, 0), (k / 50, 2)) for k in range(100)], within="100 km")},
    id="id", crs="EPSG:4326", threads=1, progress=progress)
print("done", flush=True)
""",
}


@pytest.mark.parametrize("what", ENDLESS)
def test_ctrl_c(what: str) -> None:
    pytest.importorskip("pyarrow")
    if what == "a run" and not libcov.has_io:
        pytest.skip("reads no files")
    code, out, err = interrupted(CANCELLED + ENDLESS[what])
    assert "KeyboardInterrupt" in err and "Error:" not in err.replace("KeyboardInterrupt", "")
    assert code != 0 and "done" not in out


# Told by a method that runs nothing of Python, so that no other turn is there for the signal.
QUIET = """
import threading, time
def wait():
    while not told:
        time.sleep(0.01)
    print("in the call", flush=True)
told = {}
progress = told.__setitem__
threading.Thread(target=wait, daemon=True).start()
"""


@pytest.mark.skipif(not libcov.has_io, reason="reads no files")
def test_ctrl_c_is_heard_in_the_call_not_after_it() -> None:
    pytest.importorskip("numpy")
    code, out, err = interrupted(CANCELLED + QUIET + ENDLESS["a run"])
    assert err.rstrip().endswith("KeyboardInterrupt") and code != 0 and "done" not in out
    assert "_libcov.look" in err


def test_ctrl_c_counts_nothing_of_a_large_array() -> None:
    pytest.importorskip("numpy")
    code, out, err = interrupted(
        """
        import libcov, numpy as np
        from shapes import board
        tally = libcov.Tally(board(), {})
        zeros = np.zeros(1 << 28)
        try:
            print("in the call", flush=True)
            tally.push(x=zeros, y=zeros)
        except KeyboardInterrupt:
            print(tally.ledger["read"].points)
        """
    )
    assert (code, out) == (0, "0\n"), err


@pytest.mark.parametrize("call", ["board().locate", "libcov.Footprint([square(0, 0)]).reaches"])
def test_ctrl_c_is_heard_while_points_are_located(call: str) -> None:
    """In the call: behind it, its name would not be told."""
    pytest.importorskip("numpy")
    code, _, err = interrupted(
        f"""
        import threading
        import libcov, numpy as np
        from shapes import board, square
        zeros = np.zeros(1 << 27)
        call = {call}
        threading.Timer(0.3, print, ["in the call"], {{"flush": True}}).start()
        call(zeros, zeros)
        """
    )
    name = "_libcov.Areas.locate" if "locate" in call else "_libcov.Footprint.reaches"
    assert code != 0 and err.rstrip().endswith("KeyboardInterrupt") and name in err


@pytest.mark.skipif(not libcov.has_io, reason="reads no files")
def test_a_callback_that_ends_the_call(province: Path) -> None:
    np = pytest.importorskip("numpy")
    xy = np.full((1_500_000, 2), 0.5)
    job = {"services": {"a": [square(0, 0)]}, "id": "id", "crs": "EPSG:4326", "threads": 1}
    areas = {"id": ["1"], "geometry": [square(0, 0, 2)]}
    seen: list[tuple[str, float | None]] = []
    libcov.compute(areas, xy, progress=lambda phase, fraction: seen.append((phase, fraction)), **job)
    assert seen and all(phase and (part is None or 0 <= part <= 1) for phase, part in seen)
    with pytest.raises(libcov.CancelledError):
        libcov.compute(areas, xy, progress=lambda phase, fraction: True, **job)

    def fail(phase: str, fraction: float | None) -> None:
        raise LookupError(phase)

    with pytest.raises(LookupError):
        libcov.compute(areas, xy, progress=fail, **job)
    libcov.compute(areas, xy, progress=True, **job)


def test_the_interpreter_runs_on_while_points_are_counted() -> None:
    np = pytest.importorskip("numpy")
    tally = libcov.Tally(board(), {"a": libcov.Footprint([square(0, 0, 1.3)])})
    xy = np.random.default_rng(1).uniform(0, 2, (1 << 19, 2))
    turns, stop = [0], threading.Event()

    def turn() -> None:
        while not stop.is_set():
            turns[0] += 1
            time.sleep(0.0005)

    switch = sys.getswitchinterval()
    thread = threading.Thread(target=turn, daemon=True)
    thread.start()
    try:
        sys.setswitchinterval(60)  # who has the lock keeps it, unless it lets go
        before = turns[0]
        for _ in range(20):
            tally.push(xy)
        assert turns[0] > before
    finally:
        stop.set()
        sys.setswitchinterval(switch)
        thread.join()


LEAK = """
import resource, struct, sys
import libcov
from shapes import board, square, line

def once(k):
    areas = board()
    tally = libcov.Tally(areas, {"a": libcov.Footprint([square(0, 0)]), "b": "b", "c": libcov.Footprint([line((0, 0), (1, 1))], within=1)})
    tally.push({"x": [0.5, 9.0], "y": [0.5, 0.5], "b": [True, None]})
    tally.push({"geometry": [None, None], "b": ["yes", "no"]})
    for wrong in ({"x": [0.5], "y": [0.5]}, {"x": [0.5], "y": [0.5], "b": ["?"]}):
        try:
            tally.push(wrong)
        except libcov.Error:
            pass
    again = libcov.Tally.load(areas, tally.save())
    again += tally
    report = again.report({"x": "a & b"}, targets={"x": 0.5})
    report.to_dict(geometry=True)
    report.columns
    libcov._inputs.stated(report.to_arrow(geometry=True).__arrow_c_stream__())
    if libcov.has_io and k % 20 == 0:
        tally = libcov.Tally(board("EPSG:32648"), {"a": None})
        tally.report().to_dict(geometry=True)
        report = libcov.compute(
            {"id": ["1"], "geometry": [square(0, 0, 2)]}, {"x": [0.5, 0.7], "y": [0.5, 0.5]},
            services={"a": [True, None], "b": [square(0, 0)]}, targets={"b": "80%"}, id="id", crs="EPSG:4326")
        report.notes, report.manifest, report.phases, report.gaps
    try:
        libcov.Areas({"id": ["1", "1"], "geometry": [square(0, 0)] * 2}, id="id")
    except libcov.Error:
        pass

def pages():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

for k in range(2000):
    once(k)
before = pages()
for k in range(8000):
    once(k)
print(pages() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_memory_stays_flat_over_ten_thousand_calls() -> None:
    done = run(LEAK)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 2 << 20


@pytest.mark.skipif(not libcov.has_io, reason="reads no files")
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("other", ["pyogrio", "rasterio", "fiona"])
def test_beside_others_with_a_gdal_of_their_own(other: str, first: bool, province: Path) -> None:
    pytest.importorskip(other)
    imports = ["import libcov", f"import {other}"]
    code = "\n".join(imports if first else imports[::-1]) + textwrap.dedent(
        """
        import sys
        province = sys.argv[1] + "/"
        def ours():
            report = libcov.compute(
                province + "communes.shp", province + "households.shp",
                services={"signal": libcov.Signal(province + "rsrp_viettel.tif", min=-105)},
                id="ma_xa", weight="households")
            assert report.to_dict()["signal_n"][-1] == 186_735
            assert report.to_geojson().startswith("{")
        def theirs():
            if "pyogrio" in sys.modules:
                meta, _, shapes, _ = __import__("pyogrio.raw").raw.read(province + "communes.shp")
                assert len(shapes) == 64 and meta["crs"] == "EPSG:4326"
            if "fiona" in sys.modules:
                with __import__("fiona").open(province + "communes.shp") as layer:
                    assert len(layer) == 64 and layer.crs.to_epsg() == 4326
            if "rasterio" in sys.modules:
                with __import__("rasterio").open(province + "rsrp_viettel.tif") as raster:
                    assert raster.read(1).shape == raster.shape and raster.crs is not None
        ours(), theirs(), ours(), theirs()
        print("both")
        """
    )
    done = run(code, str(province))
    assert (done.returncode, done.stdout) == (0, "both\n"), done.stderr
