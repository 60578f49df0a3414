"""What people use to count households by commune.

Each function: a Contender, or None where the program isn't there; ogr2ogr always is, for it makes
data. What a peer wants loaded and indexed is, before anything is timed.
"""
import subprocess
from pathlib import Path

from .bench import PEERS, installed
from .contest import Contender
from .counts import read

OGR_LIMIT = 10_000  # households: ogr2ogr tries each of them in each commune

POSTGIS = "PostGIS, join alone"
GEOPANDAS = "GeoPandas sjoin, shapely 2"
QGIS = "QGIS count points in polygon"
EXACTEXTRACT = "exactextract, without Python's start"

PACKAGES = {
    "PostGIS": "postgresql-15-postgis-3 (Debian; or postgis, of another version)",
    "SpatiaLite": "spatialite-bin (Debian)",
    "QGIS": "qgis (Debian)",
    "GeoPandas": "no package of Debian has shapely 2: make python, or pip install geopandas",
    "exactextract": "not in Debian: pip install exactextract rasterio geopandas",
}


def geopandas(bench, region, n, _folder):
    python = bench.venv_python
    if not imports(python, "geopandas"):
        return None
    out = bench.data.answer(f"geopandas-{region}.csv")
    argv = [python, PEERS / "geopandas_join.py", bench.data.layer(region, "communes"),
            bench.data.households(region, n), out]
    return Contender(GEOPANDAS, argv, out.with_suffix(".out"),
                     lambda: read(out, "code", "hh_size"))


def postgis(cluster, bench, region, n, _folder):
    """Its join alone, and as many workers as it likes."""
    if cluster is None:
        return None
    cluster.load(bench.data.layer(region, "communes"), "communes", "MULTIPOLYGON")
    cluster.load(bench.data.households(region, n), "households", "POINT")
    out = bench.data.answer(f"postgis-{region}.csv")
    join = ("copy (select c.code, sum(h.hh_size) from communes c join households h "
            "on st_intersects(c.geom, h.geom) group by c.code) to stdout csv")
    return Contender(POSTGIS, cluster.psql("-c", join), out,
                     lambda: read(out, 0, 1, header=False), is_client=True)


def spatialite(bench, region, n, folder):
    """Its join alone."""
    if not installed("spatialite"):
        return None
    path = f"{folder}/{region}-{n}.sqlite"
    _load_sqlite(path, "c", bench.data.layer(region, "communes"), "MULTIPOLYGON")
    _load_sqlite(path, "h", bench.data.households(region, n), "POINT")
    out = bench.data.answer(f"spatialite-{region}.txt")
    join = ("select c.code, sum(h.hh_size) from c join h on st_intersects(c.geometry, h.geometry) "
            "and h.rowid in (select rowid from SpatialIndex where f_table_name = 'h' "
            "and search_frame = c.geometry) group by c.code;")
    return Contender("SpatiaLite, join alone", ["spatialite", "-silent", path, join], out,
                     lambda: read(out, 0, 1, delimiter="|", header=False))


def ogr_sqlite(bench, region, n, folder):
    both = f"{folder}/both.vrt"
    with open(both, "w", encoding="utf-8") as file:
        file.write("<OGRVRTDataSource>")
        for name, path in (("c", bench.data.layer(region, "communes")),
                           ("h", bench.data.households(region, n))):
            file.write(f"<OGRVRTLayer name='{name}'><SrcDataSource>{path}</SrcDataSource>"
                       f"<SrcLayer>{path.stem}</SrcLayer></OGRVRTLayer>")
        file.write("</OGRVRTDataSource>")
    out = bench.data.answer(f"ogr2ogr-{region}.csv")
    join = ("select c.code code, sum(h.hh_size) n from c join h "
            "on st_intersects(c.geometry, h.geometry) group by c.code")
    return Contender("ogr2ogr -dialect sqlite",
                     ["ogr2ogr", "-q", "-f", "CSV", "/vsistdout/", both, "-dialect", "sqlite",
                      "-sql", join], out, lambda: read(out, "code", "n"))


def qgis(bench, region, n, folder):
    program = qgis_program()
    if program is None:
        return None
    out = bench.data.answer(f"qgis-{region}.csv")
    argv = [program, "run", "native:countpointsinpolygon",
            f"--POLYGONS={bench.data.layer(region, 'communes')}",
            f"--POINTS={_with_index(bench.data.households(region, n), folder)}",
            "--WEIGHT=hh_size", "--FIELD=n",
            f"--OUTPUT={out}"]
    return Contender(QGIS, argv, out.with_suffix(".out"),
                     lambda: read(out, "code", "n"),
                     {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(folder),
                      "HOME": str(folder),
                      "PATH": "/usr/bin:/bin"})  # the Python that comes first is taken for its own


def exactextract(bench, region):
    """Its sums alone: Python's start isn't counted."""
    if not imports(bench.venv_python, "exactextract", "rasterio", "geopandas"):
        return None
    out = bench.data.answer(f"exactextract-{region}.csv")
    argv = [bench.venv_python, PEERS / "exactextract_sums.py",
            bench.data.layer(region, "communes"), bench.data.layer(region, "raster"), out]
    return Contender(EXACTEXTRACT, argv, out.with_suffix(".out"),
                     lambda: read(out, "code", "sum"), tells_seconds=True)


def qgis_program():
    """Debian's wrapper passes an option that the program doesn't know."""
    return next(filter(installed, ("qgis_process.bin", "qgis_process")), None)


def imports(python, *modules):
    if not python.exists():
        return False
    return subprocess.run([python, "-c", f"import {', '.join(modules)}"], capture_output=True,
                          check=False).returncode == 0


def _with_index(path, folder):
    """A shapefile of its own with a spatial index, without which QGIS reads all of it for each
    commune."""
    for part in path.parent.glob(f"{path.stem}.*"):
        link = Path(folder) / part.name
        if not link.exists():
            link.symlink_to(part)
    copy = Path(folder) / path.name
    subprocess.run(["ogrinfo", "-q", copy, "-sql", f'CREATE SPATIAL INDEX ON "{path.stem}"'],
                   check=True, capture_output=True)
    return copy


def _load_sqlite(path, table, source, kind):
    more = ["-update"] if table != "c" else ["-dsco", "SPATIALITE=YES"]
    subprocess.run(["ogr2ogr", "-q", "-f", "SQLite", *more, "-gt", "200000", "-nlt", kind, "-nln",
                    table, path, source], check=True)
