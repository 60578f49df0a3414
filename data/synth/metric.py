"""Metres on the ellipsoid and decades, by arithmetic that is the same everywhere."""
import numpy as np

_RADIANS = 0.017453292519943295


def _cosine(degrees):
    """Cosine of a latitude below 20 degrees, to ten digits."""
    square = (degrees * _RADIANS) * (degrees * _RADIANS)
    total = 1.0
    for factors in (56.0, 30.0, 12.0, 2.0):
        total = 1.0 - square / factors * total
    return total


def metres_per_degree(latitude):
    """Length of a degree of longitude and of latitude on WGS 84."""
    one = _cosine(latitude)
    two, three = 2.0 * one * one - 1.0, (4.0 * one * one - 3.0) * one
    return 111412.84 * one - 93.5 * three, 111132.95 - 559.82 * two


def decades(value):
    """Decimal logarithm: a power of two taken off exactly, then the series of artanh."""
    fraction, exponent = np.frexp(value)
    t = (fraction - 1.0) / (fraction + 1.0)
    square, total = t * t, 0.0
    for k in range(41, 0, -2):
        total = total * square + 1.0 / k
    return (exponent * 0.6931471805599453 + 2.0 * t * total) / 2.302585092994046
