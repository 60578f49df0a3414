"""The machine and the programs that are measured."""
import os
import platform
import subprocess


def describe(commands):
    """commands: {name: argv that prints a version}."""
    memory = _line("/proc/meminfo", "MemTotal")
    return {"system": _system(), "processor": _line("/proc/cpuinfo", "model name"),
            "cores": os.cpu_count(),
            "memory": memory and f"{int(memory.split()[0]) / 1024 ** 2:.0f} GiB",
            **{name: version(argv) for name, argv in commands.items()}}


def version(argv):
    """None: there is no such program."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
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
