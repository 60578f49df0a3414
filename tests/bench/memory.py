"""The peak memory of whole runs of covcalc, when what is read grows tenfold.

SPDX-License-Identifier: MIT

    COVCALC=build/tools/covcalc python3 tests/bench/memory.py [POINTS [CELLS]]

POINTS (100,000) and CELLS (1,000,000) are the smaller sizes; each run is one of the demonstration
province with every kind of service, at that size and at ten times as much. Points are a CSV, rasters
tiled and compressed GeoTIFFs. The table tells the peaks in MB and their ratio; nothing passes or
fails.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROVINCE = Path(__file__).resolve().parents[2] / "data" / "province"
BOX = 105.0, 8.95, 105.9, 9.7


# ---------------------------------------------------------------- what is read

def make_points(path, n):
    import numpy as np
    chance = np.random.default_rng(1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("ma,lon,lat,households,persons,down\n")
        for begin in range(0, n, 100_000):
            for i in range(begin, min(n, begin + 100_000)):
                x, y = chance.uniform(BOX[0], BOX[2]), chance.uniform(BOX[1], BOX[3])
                file.write(f"{i % 25000:07},{x:.7f},{y:.7f},{1 + i % 9},{3 + i % 30},{i % 200}\n")


def make_raster(path, n, low, high):
    import numpy as np
    from osgeo import gdal, osr
    gdal.UseExceptions()
    side = int(n ** 0.5)
    raster = gdal.GetDriverByName("GTiff").Create(
        str(path), side, side, 1, gdal.GDT_Float32,
        ["TILED=YES", "COMPRESS=DEFLATE", "ZLEVEL=1", "BIGTIFF=IF_SAFER"])
    system = osr.SpatialReference()
    system.ImportFromEPSG(4326)
    raster.SetProjection(system.ExportToWkt())
    raster.SetGeoTransform([BOX[0], (BOX[2] - BOX[0]) / side, 0,
                            BOX[3], 0, (BOX[1] - BOX[3]) / side])
    chance = np.random.default_rng(2)
    for row in range(0, side, 256):
        height = min(256, side - row)
        cells = chance.integers(low, high, (height, side)).astype("float32")
        raster.GetRasterBand(1).WriteArray(cells, 0, row)


def make(kind, path, n):
    """In a process of its own: a child's peak is never below what its parent held."""
    subprocess.run([sys.executable, __file__, "--make", kind, str(path), str(n)], check=True)


# ---------------------------------------------------------------- what is measured

def shp(name):
    return str(PROVINCE / f"{name}.shp")


SERVICES = ["--fiber", f"viettel={shp('fiber_viettel')}", "--service",
            f"4g/*={shp('mobile')},split=network", "--service",
            f"near={shp('cables_viettel')},within=150m,except={shp('rivers')}"]
TABLE = ["--household-id", "ma", "--service", f"claim={PROVINCE / 'claims.csv'},key=location_id",
         "--service", "dl=column:down>=100", "--base", "persons=column:persons"]


def points(path):
    signal = f"signal={PROVINCE / 'rsrp_viettel.tif'},min=-105,bilinear"
    return [shp("communes"), str(path), "--weight", "households", *SERVICES, "--service", signal,
            *TABLE]


def signal(path):
    return [shp("communes"), shp("households"), "--weight", "households", "--service",
            f"signal={path},min=-105", "--service", f"smooth={path},min=-105,bilinear"]


def population(path):
    return [shp("communes"), "--base", f"people={path}", *SERVICES]


def peak(job, folder):
    """Megabytes."""
    out = folder / "out.csv"
    pid = os.posix_spawn(os.environ["COVCALC"], ["covcalc", *job, "--id", "ma_xa", "-q",
                                                 "--overwrite", "-o", str(out)], os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"covcalc failed: {' '.join(job)}")
    return usage.ru_maxrss / 1024


def main(n_points=100_000, n_cells=1_000_000):
    runs = (("points", "csv", points, n_points), ("signal", "tif", signal, n_cells),
            ("population", "tif", population, n_cells))
    print(f"{'grows':12}{'from':>14}{'to':>14}{'MB':>10}{'MB':>10}{'ratio':>9}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, extension, job, n in runs:
            found = []
            for size in (n, 10 * n):
                path = folder / f"{kind}.{extension}"
                make(kind, path, size)
                found.append(peak(job(path), folder))
                path.unlink()
            print(f"{kind:12}{n:14,}{10 * n:14,}{found[0]:10.1f}{found[1]:10.1f}"
                  f"{found[1] / found[0]:9.2f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        kind, path, n = sys.argv[2:]
        if kind == "points":
            make_points(path, int(n))
        else:
            make_raster(path, int(n), *((-130, -60) if kind == "signal" else (0, 9)))
    else:
        main(*map(int, sys.argv[1:]))
