"""What Tally.push costs beside the C library itself, on NumPy's points.

    python python/bench/push.py build/libcov/libcov.so [points]

The same arrays are pushed by the package and, through ctypes, by the shared library of a build: the
difference is the binding. Prints nanoseconds a point and their ratio, the best of five.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import libcov

SIDE = 40


class Area(ctypes.Structure):
    _fields_ = [
        ("id", ctypes.c_char_p), ("name", ctypes.c_char_p), ("parents", ctypes.c_void_p),
        ("wkb", ctypes.c_char_p), ("wkb_size", ctypes.c_size_t),
    ]  # fmt: skip


class Points(ctypes.Structure):
    _fields_ = [
        ("n", ctypes.c_size_t), ("x", ctypes.c_void_p), ("y", ctypes.c_void_p),
        ("x_stride", ctypes.c_size_t), ("y_stride", ctypes.c_size_t), ("weight", ctypes.c_void_p),
        ("served", ctypes.c_void_p), ("unknown", ctypes.c_void_p), ("area", ctypes.c_void_p),
        ("overlap", ctypes.c_void_p),
    ]  # fmt: skip


class Service(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("footprint", ctypes.c_void_p)]


def square(x: float, y: float) -> bytes:
    ring = np.array([[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]], "<f8")
    return b"\x01" + np.array([3, 1, 5], "<u4").tobytes() + ring.tobytes()


def squares() -> dict[str, list[Any]]:
    places = [(i, j) for i in range(SIDE) for j in range(SIDE)]
    return {"id": [f"{i:02}{j:02}" for i, j in places], "geometry": [square(*one) for one in places]}


def pushes_of_c(path: str, xy: Any, weight: Any) -> Callable[[], None]:
    lib = ctypes.CDLL(path)
    told = squares()
    shapes = (Area * len(told["id"]))(
        *(Area(id.encode(), None, None, wkb, len(wkb)) for id, wkb in zip(*told.values(), strict=True))
    )
    areas = ctypes.c_void_p()
    assert lib.cov_areas_create(shapes, ctypes.c_size_t(len(shapes)), None, ctypes.byref(areas), None) == 0
    service = (Service * 1)(Service(b"told", None))
    points = Points(
        len(xy), xy.ctypes.data, xy.ctypes.data + xy.strides[1], xy.strides[0], xy.strides[0],
        weight.ctypes.data, weight.ctypes.data, None, None, None,
    )  # fmt: skip

    def push() -> None:
        tally = ctypes.c_void_p()
        assert lib.cov_tally_create(areas, service, ctypes.c_size_t(1), None, ctypes.byref(tally), None) == 0
        assert lib.cov_tally_push(tally, ctypes.byref(points), None) == 0
        lib.cov_tally_free(tally)

    return push


def pushes_of_python(xy: Any, weight: Any) -> Callable[[], None]:
    areas = libcov.Areas(squares(), id="id")
    return lambda: libcov.Tally(areas, {"told": None}).push(xy, weight=weight, served=weight)


def best(push: Callable[[], None], n: int) -> float:
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        push()
        times.append(time.perf_counter() - begin)
    return min(times) * 1e9 / n


def main() -> None:
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    xy = np.random.default_rng(1).uniform(0, SIDE, (n, 2))
    weight = np.ones(n, "uint64")
    by_c = best(pushes_of_c(sys.argv[1], xy, weight), n)
    by_python = best(pushes_of_python(xy, weight), n)
    print(f"C {by_c:.1f} ns a point, Python {by_python:.1f} ns, ratio {by_python / by_c:.3f}")


if __name__ == "__main__":
    main()
