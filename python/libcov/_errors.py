"""What can go wrong: one class for each code of the C library.

Each class is also the class that Python has for such a mistake, so that ``except ValueError`` and
``except OSError`` mean what they say.
"""

from __future__ import annotations

import re
from typing import ClassVar


class Error(Exception):
    """Everything that libcov raises by itself; `code` is the number of the C library, `name` its name."""

    code: ClassVar[int] = 0
    name: ClassVar[str] = "COV_ERR_UNKNOWN"


class ArgumentError(Error, ValueError):
    """The caller's mistake: something missing, out of range, an unknown option."""

    code = 1
    name = "COV_ERR_ARGUMENT"


class OutOfMemoryError(Error, MemoryError):
    """An allocation failed."""

    code = 2
    name = "COV_ERR_MEMORY"


class LimitError(Error, OverflowError):
    """More than can be counted exactly."""

    code = 3
    name = "COV_ERR_LIMIT"


class GeometryError(Error, ValueError):
    """Not a polygon, damaged WKB, a coordinate that is not a number."""

    code = 4
    name = "COV_ERR_GEOMETRY"


class IdError(Error, ValueError):
    """An id that is missing, empty or stands twice."""

    code = 5
    name = "COV_ERR_ID"


class ExpressionError(Error, ValueError):
    """An indicator that can't be understood."""

    code = 6
    name = "COV_ERR_EXPRESSION"


class FormatError(Error, ValueError):
    """Bytes that are not a saved tally or part, or a damaged or newer one."""

    code = 7
    name = "COV_ERR_FORMAT"


class MismatchError(Error, ValueError):
    """Tallies or parts that don't belong together."""

    code = 8
    name = "COV_ERR_MISMATCH"


class LedgerError(Error, RuntimeError):
    """A ledger that doesn't balance: never expected, never hidden."""

    code = 9
    name = "COV_ERR_LEDGER"


class InputError(Error, ValueError):
    """A file or table whose content can't be used."""

    code = 10
    name = "COV_ERR_INPUT"


class CRSError(Error, ValueError):
    """A coordinate reference system that is missing, unknown or unsafe."""

    code = 11
    name = "COV_ERR_CRS"


class ExistsError(Error, FileExistsError):
    """The output exists already."""

    code = 12
    name = "COV_ERR_EXISTS"


class FileError(Error, OSError):
    """Reading or writing failed."""

    code = 13
    name = "COV_ERR_IO"


class CancelledError(Error):
    """The progress callback asked to stop. (An exception that it raises is raised itself.)"""

    code = 14
    name = "COV_ERR_CANCELLED"


class TiersError(Error, ValueError):
    """Speed tiers that don't lie within each other."""

    code = 15
    name = "COV_ERR_TIERS"


_BY_CODE: dict[int, type[Error]] = {
    kind.code: kind
    for kind in (
        ArgumentError, OutOfMemoryError, LimitError, GeometryError, IdError, ExpressionError,
        FormatError, MismatchError, LedgerError, InputError, CRSError, ExistsError, FileError,
        CancelledError, TiersError,
    )
}  # fmt: skip


def of(code: int, message: str) -> Error:
    """The exception for a code; a code of a newer library is an `Error`."""
    return _BY_CODE.get(code, Error)(message)


# The library names the options of its command line, some with a value behind them.
_OPTION = re.compile(
    r'--(allow-driver|assume-crs|invalid) ("[^"]*"|EPSG:[\w.]+|fix\b|skip\b)|--(weight) (.+)$'
    r"|--(allow-driver|allow-network|assume-crs|household-id|id|invalid|name|overwrite|weight)\b"
)
_ARGUMENTS = {"allow-driver": "allow_drivers", "allow-network": "allow_network", "household-id": "household_id"}


def in_python(message: str, assume: str = "crs") -> str:
    """A message with arguments in the place of options; `assume` is the one that assumes a system."""
    arguments = {**_ARGUMENTS, "assume-crs": assume}

    def argument(found: re.Match[str]) -> str:
        option = found[1] or found[3] or found[5]
        value = found[2] or found[4]
        if value is None:
            value = ""
        elif option == "allow-driver":
            value = f"[{value}]"
        else:
            value = f'"{value}"'
        return f"{arguments.get(option, option)}={value}"

    return _OPTION.sub(argument, message)
