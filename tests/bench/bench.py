"""covcalc against merely reading its files, and against what people use.

SPDX-License-Identifier: MIT

    python3 tests/bench/bench.py [--build build] [--quick] [--only reading,peers]
    python3 tests/bench/bench.py --results build/bench-data/seed1/bench.json

Nothing fails by time. The exit status is 1 where two programs count differently, or one fails.
"""
import argparse
import signal
import sys
from pathlib import Path

from covbench import machine, report, results
from covbench.against import against_peers, against_peers_with_many
from covbench.bench import FULL, QUICK, ROOT, Bench, installed
from covbench.cluster import binaries, postgis_version
from covbench.country import country
from covbench.dataset import Dataset
from covbench.locating import locating
from covbench.rasters import rasters
from covbench.reading import reading

PARTS = {"locating": locating, "reading": reading, "peers": against_peers,
         "peers-10m": against_peers_with_many, "rasters": rasters, "country": country}
TOOLS = "bench_locate", "bench_near", "bench_read"


def read_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--build", type=Path, default=ROOT / "build", help="where covcalc was built")
    add("--data", type=Path, help="where the data is kept (BUILD/bench-data)")
    add("--venv", type=Path, help="an environment with GeoPandas (BUILD/venv, or build/venv)")
    add("--seed", type=int, default=1, help="of the data")
    add("--only", type=lambda text: text.split(","), help=f"of {', '.join(PARTS)}")
    add("--quick", action="store_true", help="100,000 households of the province, once")
    add("--results", type=Path, metavar="JSON", help="write the tables of RESULTS.md from it")
    options = parser.parse_args(arguments)
    options.data = options.data or options.build / "bench-data"
    usual = [name for name in PARTS if name != "country" and not (options.quick and "10m" in name)]
    options.only = options.only or usual
    unknown = set(options.only) - PARTS.keys()
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return options


def versions(options, venv):
    python = str(venv / "bin" / "python")
    return {"covcalc": [str(options.build / "tools" / "covcalc"), "--version"],
            "GDAL": ["gdalinfo", "--version"], "GEOS": ["geos-config", "--version"],
            "PostgreSQL": ["psql", "--version"],
            "SpatiaLite": ["spatialite", "-silent", ":memory:", "select spatialite_version()"],
            "QGIS": ["dpkg-query", "-W", "-f", "${Version}", "qgis"],
            "GeoPandas, shapely": [python, "-c", "import geopandas, shapely; "
                                   "print(geopandas.__version__, shapely.__version__)"],
            "exactextract": [python, "-c", "import exactextract; print(exactextract.__version__)"]}


def find_venv(options):
    places = [options.venv] if options.venv else [options.build / "venv", ROOT / "build" / "venv"]
    return next((place for place in places if (place / "bin" / "python").exists()), places[0])


def prepare(options):
    venv = find_venv(options)
    data = Dataset(options.data, options.build / "tests" / "bench" / "bench_data", options.seed)
    size = QUICK if options.quick else FULL
    about = machine.describe(versions(options, venv))
    about["PostGIS"] = binaries() and postgis_version(binaries())
    name = "bench-quick.json" if options.quick else "bench.json"
    bench = Bench(options.build, venv, data,
                  report.Report(data.folder / name, about, options.seed, size.runs), size)
    for path in (bench.covcalc, data.maker, *map(bench.tool, TOOLS)):
        if not path.exists():
            sys.exit(f"{path} isn't there: make bench builds it")
    if not installed("ogr2ogr"):
        sys.exit("ogr2ogr isn't there, which makes some of the data: install gdal-bin")
    return bench


def measure(options):
    bench = prepare(options)
    for name in options.only:
        bench.report.begin(name)
        PARTS[name](bench)
        bench.report.end()
    return bench.report.close()


def main(arguments):
    for number in (signal.SIGTERM, signal.SIGHUP):  # so that the cluster is stopped, too
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    options = read_options(arguments)
    if options.results:
        parts = report.read(options.results)
        results.rewrite(Path(__file__).with_name("RESULTS.md"),
                        {name: parts[name] for name in PARTS if name in parts})
        return 0
    try:
        return measure(options)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
