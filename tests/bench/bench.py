"""covcalc against merely reading its files, and against what people use.

SPDX-License-Identifier: MIT

    python3 tests/bench/bench.py [--build build] [--quick] [--only reading,peers] [--points 1e6]

Nothing fails by time. The exit status is 1 where two programs count differently, or one fails.
"""
import argparse
import signal
import sys
from pathlib import Path

from covbench import machine, parts
from covbench.bench import ROOT, Bench
from covbench.contest import PATIENCE, RUNS
from covbench.country import country
from covbench.dataset import Dataset
from covbench.report import Report

PARTS = {"locating": parts.locating, "reading": parts.reading, "peers": parts.against_peers,
         "rasters": parts.rasters}
TOOLS = "bench_locate", "bench_near", "bench_read"


def read_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--build", type=Path, default=ROOT / "build", help="where covcalc was built")
    add("--data", type=Path, help="where the data is kept (BUILD/bench-data)")
    add("--venv", type=Path, help="an environment with GeoPandas (BUILD/venv, or build/venv)")
    add("--seed", type=int, default=1, help="of the data")
    add("--points", type=sizes, default=[1_000_000, 10_000_000], help="such as 1e6,1e7")
    add("--regions", type=words, default=["province", "nation"], help="province, nation or both")
    add("--only", type=words, default=list(PARTS), help=f"of {', '.join(PARTS)}, country")
    add("--communes", type=Path, help="for country: real ones, with a column ma_xa")
    add("--runs", type=int, default=RUNS, help="of each; the median counts")
    add("--patience", type=float, default=PATIENCE, help="seconds; who used them up is done")
    add("--quick", action="store_true", help="100,000 households of the province, three runs at most")
    add("--json", type=Path, help="where the figures go (DATA/bench.json)")
    options = parser.parse_args(arguments)
    unknown = set(options.only) - {*PARTS, "country"}
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if options.quick:
        options.points, options.regions = [100_000], ["province"]
        options.runs = min(options.runs, 3)
    return options


def words(text):
    return text.split(",")


def sizes(text):
    return sorted(int(float(word)) for word in text.split(","))


def versions(options, venv):
    python = str(venv / "bin" / "python")
    return {"covcalc": [str(options.build / "tools" / "covcalc"), "--version"],
            "GDAL": ["gdalinfo", "--version"], "GEOS": ["geos-config", "--version"],
            "PostgreSQL": ["psql", "--version"], "SpatiaLite": ["spatialite", "--version"],
            "QGIS": ["dpkg-query", "-W", "-f", "${Version}", "qgis"],
            "GeoPandas, shapely": [python, "-c", "import geopandas, shapely; "
                                   "print(geopandas.__version__, shapely.__version__)"],
            "exactextract": [python, "-c", "import exactextract; print(exactextract.__version__)"]}


def find_venv(options):
    places = [options.venv] if options.venv else [options.build / "venv", ROOT / "build" / "venv"]
    return next((place for place in places if (place / "bin" / "python").exists()), places[0])


def prepare(options):
    venv = find_venv(options)
    report = Report(machine.describe(versions(options, venv)), options.runs, options.patience)
    folder = options.data or options.build / "bench-data"
    data = Dataset(folder, options.build / "tests" / "bench" / "bench_data", options.seed)
    bench = Bench(options.build, venv, data, report, options.points, options.regions)
    for path in (bench.covcalc, data.maker, *map(bench.tool, TOOLS)):
        if not path.exists():
            sys.exit(f"{path} isn't there: make bench builds it")
    return bench


def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster is stopped, too
    options = read_options(arguments)
    bench = prepare(options)
    print_machine(bench.report.machine)
    for name in options.only:
        if name == "country":
            country(bench, options.communes)
        else:
            PARTS[name](bench)
    return bench.report.close(options.json or bench.data.folder / "bench.json")


def print_machine(about):
    for name, value in {**about, **about["versions"]}.items():
        if name != "versions":
            print(f"{name.replace('_', ' ')}: {value if value is not None else 'missing'}")
    if not machine.quiet():
        print("The machine has other things to do: trust ratios rather than seconds.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
