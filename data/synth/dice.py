"""Random numbers from a counter-based hash (splitmix64).

NumPy's own generators may change between versions. Here every number is a
pure function of the seed, the name of a stream and some integer keys.
"""
import zlib

import numpy as np

SEED = 20220815

_U64 = np.uint64


def _scramble(x):
    """One round of splitmix64 on an array of uint64."""
    with np.errstate(over="ignore"):
        x = x + _U64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> _U64(30))) * _U64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> _U64(27))) * _U64(0x94D049BB133111EB)
        return x ^ (x >> _U64(31))


def _hash(stream, keys):
    state = np.atleast_1d(np.array([SEED << 32 | zlib.crc32(stream.encode())], dtype=_U64))
    state = _scramble(state)
    for key in keys:
        key = np.atleast_1d(np.asarray(key, dtype=np.int64)).view(_U64)
        state = _scramble(state ^ key)
    return state


def _shape(value, keys):
    """Scalar keys give a float, array keys an array."""
    if all(np.ndim(key) == 0 for key in keys):
        return float(value[0])
    return value


def unit(stream, *keys):
    """Uniform in [0, 1)."""
    value = (_hash(stream, keys) >> _U64(11)).astype(np.float64) / 9007199254740992.0
    return _shape(value, keys)


def between(low, high, stream, *keys):
    """Uniform in [low, high)."""
    return low + (high - low) * unit(stream, *keys)


def bell(stream, *keys):
    """Bell-shaped with mean 0 and variance 1: four uniforms added up."""
    total = sum(unit(stream, *keys, extra) for extra in range(4))
    return (total - 2.0) * 1.7320508075688772


def _smooth(t):
    return t * t * (3.0 - 2.0 * t)


def noise(stream, x, y, size):
    """Smooth noise in [-1, 1] whose bumps are about `size` degrees wide."""
    u, v = np.asarray(x) / size, np.asarray(y) / size
    i, j = np.floor(u), np.floor(v)
    a, b = _smooth(u - i), _smooth(v - j)
    shape = i.shape
    i, j = i.astype(np.int64).ravel(), j.astype(np.int64).ravel()
    corner = [[unit(stream, i + di, j + dj).reshape(shape) for di in (0, 1)] for dj in (0, 1)]
    low = corner[0][0] * (1.0 - a) + corner[0][1] * a
    high = corner[1][0] * (1.0 - a) + corner[1][1] * a
    return 2.0 * (low * (1.0 - b) + high * b) - 1.0


def rough_noise(stream, x, y, size, octaves=3):
    """Noise with finer and finer detail, each octave half as strong."""
    total, strength = 0.0, 1.0
    for octave in range(octaves):
        total = total + strength * noise(f"{stream}/{octave}", x, y, size)
        size, strength = size / 2.0, strength / 2.0
    return total
