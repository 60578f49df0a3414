"""Persons by commune, against what people use to count them (4)."""
import subprocess
from contextlib import ExitStack
from functools import partial
from tempfile import TemporaryDirectory

from . import peers
from .aims import at_least
from .bench import human
from .cluster import Cluster, binaries
from .jobs import counting, whole
from .timing import of_time

BOUNDS = {1_000_000: {peers.POSTGIS: 8, peers.GEOPANDAS: 40, peers.QGIS: 25},
          10_000_000: {peers.POSTGIS: 40, peers.GEOPANDAS: 300, peers.QGIS: 100}}


def against_peers(bench):
    """SpatiaLite and ogr2ogr are slow: on one region, and ogr2ogr on few households."""
    with ExitStack() as stack:
        users = _users(stack)
        _hold(bench, "province", bench.size.few, {**users, "SpatiaLite": peers.spatialite})
        if "nation" in bench.size.regions:
            _hold(bench, "nation", bench.size.few, users)
    _hold(bench, "province", peers.OGR_LIMIT, {"ogr2ogr": peers.ogr_sqlite})


def against_peers_with_many(bench):
    """On one region, since each of them takes minutes."""
    with ExitStack() as stack:
        _hold(bench, "province", bench.size.many, _users(stack))


def _users(stack):
    """Those whom BOUNDS names. {name: what makes a Contender, or None where it isn't there}"""
    programs = binaries()
    cluster = stack.enter_context(Cluster(programs)) if programs else None
    return {"PostGIS": partial(peers.postgis, cluster), "GeoPandas": peers.geopandas,
            "QGIS": peers.qgis}


def _hold(bench, region, n, makers):
    households = bench.data.households(region, n)
    with TemporaryDirectory(prefix="bench-") as folder:
        contenders = [counting(bench, region, households)]
        for name, make in makers.items():
            contenders += _prepare(bench, name, partial(make, bench, region, n, folder))
        contenders.append(whole(bench, region, households, "covcalc, fiber and 4g as well"))
        timings = bench.report.contest(f"{region}, {human(n)} households by commune", contenders)
    for name, bound in BOUNDS.get(n, {}).items():
        bench.report.aim(at_least(4, f"{region}, {human(n)}: times {name}",
                                  of_time(timings, name, "covcalc"), bound))


def _prepare(bench, name, make):
    """A list of one, or of none: a peer that isn't there, or that can't load the data."""
    try:
        contender = make()
    except (OSError, subprocess.CalledProcessError) as error:
        bench.report.disagree(f"{name} can't be prepared: {error}")
        return []
    if contender is None:
        bench.report.miss(f"{name}: {peers.PACKAGES[name]}")
    return [contender] if contender else []
