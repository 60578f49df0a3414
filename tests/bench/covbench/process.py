"""One whole process, measured: seconds and peak memory."""
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional


@dataclass(frozen=True)
class Usage:
    seconds: float
    megabytes: Optional[float]


class ProcessFailed(Exception):
    pass


def measure(argv, out, environment=None):
    """Run a command, its standard output into the file out, its errors next to it.

    A child's peak of memory is never below what its parent held, so this program holds little.
    """
    errors = Path(f"{out}.err")
    keep = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
             (os.POSIX_SPAWN_OPEN, 1, str(out), keep, 0o644),
             (os.POSIX_SPAWN_OPEN, 2, str(errors), keep, 0o644)]
    command = [str(word) for word in argv]
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, {**os.environ, **(environment or {})},
                          file_actions=files)
    try:
        _, status, usage = os.wait4(pid, 0)
    except BaseException:  # who ends this program ends what it measures
        os.kill(pid, signal.SIGKILL)
        os.wait4(pid, 0)
        raise
    seconds = time.perf_counter() - start
    if status != 0:
        said = errors.read_text(errors="replace").strip()[-2000:]
        raise ProcessFailed(f"{' '.join(command)}\n{said or 'said nothing'}")
    return Usage(seconds, usage.ru_maxrss / 1024)
