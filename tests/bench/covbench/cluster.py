"""A private PostgreSQL with PostGIS: made, started, stopped and removed here."""
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

SETTINGS = {"listen_addresses": "", "shared_buffers": "1GB", "work_mem": "256MB",
            "maintenance_work_mem": "1GB", "max_wal_size": "8GB", "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off"}


def binaries():
    """The folder of initdb of the newest version that has PostGIS, or None."""
    found = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin")
             if (folder / "initdb").exists() and postgis_version(folder)]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


def postgis_version(programs):
    """None: this PostgreSQL has none."""
    control = Path(f"/usr/share/postgresql/{programs.parent.name}/extension/postgis.control")
    if not control.exists():
        return None
    return re.search(r"default_version = '(.*)'", control.read_text(encoding="utf-8")).group(1)


class Cluster:
    """Talks through a socket in its own folder, to nobody else. Its user is never root."""

    def __init__(self, programs):
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.server = None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.send_signal(signal.SIGQUIT)  # at once: its data is thrown away
            self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, *more):
        """The command that runs SQL, for whoever runs it."""
        return [str(self.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h",
                str(self.folder), "-U", self.user, "-d", "postgres", *map(str, more)]

    def sql(self, *statements):
        commands = [word for statement in statements for word in ("-c", statement)]
        done = subprocess.run(self.psql("-A", "-t", *commands), check=True, capture_output=True,
                              text=True)
        return done.stdout.strip()

    def load(self, path, table, kind):
        """A layer with an index, and what the planner wants to know about it."""
        dump = ["ogr2ogr", "-q", "--config", "PG_USE_COPY", "YES", "-f", "PGDUMP", "-nln", table,
                "-nlt", kind, "-lco", "GEOMETRY_NAME=geom", "-lco", "SPATIAL_INDEX=NONE", "-lco",
                "DROP_TABLE=IF_EXISTS", "-lco", "CREATE_SCHEMA=OFF", "/vsistdout/", str(path)]
        quiet = {**os.environ, "PGOPTIONS": "-c client_min_messages=error"}
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
            subprocess.run(self.psql(), check=True, stdin=source.stdout, stdout=subprocess.DEVNULL,
                           env=quiet)
        if source.returncode != 0:
            raise OSError(f"ogr2ogr can't load {path}")
        self.sql(f"create index on {table} using gist(geom)", f"vacuum analyze {table}")

    def _start(self):
        os.chmod(self.folder, 0o755)
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        data = self.folder / "data"
        subprocess.run([self.programs / "initdb", "-D", data, "-A", "trust", "-E", "UTF8",
                        "--locale=C", "-U", self.user], check=True, **self._as_user())
        settings = {**SETTINGS, "unix_socket_directories": str(self.folder)}
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        with open(self.folder / "log", "wb") as log:
            # Who interrupts the benchmark from a terminal lets it stop its server itself.
            self.server = subprocess.Popen([self.programs / "postgres", "-D", data], stderr=log,
                                           start_new_session=True, **self._as_user())
        self._wait()
        self.sql("create extension postgis")

    def _wait(self):
        while subprocess.run([self.programs / "pg_isready", "-q", "-h", self.folder],
                             check=False).returncode != 0:
            if self.server.poll() is not None:
                raise OSError("PostgreSQL doesn't start: " + (self.folder / "log").read_text())
            time.sleep(0.1)

    def _as_user(self):
        whose = {"user": self.user, "group": self.user, "extra_groups": []} \
            if os.geteuid() == 0 else {}
        return {"cwd": self.folder, "stdout": subprocess.DEVNULL, **whose}
