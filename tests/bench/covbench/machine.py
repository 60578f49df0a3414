"""The machine and the programs that were measured, and what else it had to do."""
import os
import platform
import subprocess
import time

QUIET = 0.5  # load


def describe(commands):
    """commands: {name: argv that prints a version}."""
    return {"time": time.strftime("%Y-%m-%d %H:%M %Z"), "system": _system(),
            "processor": _line("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
            "memory_kb": _line("/proc/meminfo", "MemTotal"),
            "load_at_start": os.getloadavg()[0],
            "versions": {name: version(argv) for name, argv in commands.items()}}


def quiet():
    return os.getloadavg()[0] < QUIET


def version(argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[-1].strip() if lines and done.returncode == 0 else None


def _system():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform()


def _line(path, key):
    try:
        with open(path, encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith(key))
    except (OSError, StopIteration):
        return None
