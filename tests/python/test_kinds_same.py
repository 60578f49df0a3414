"""What must not change a result: threads, the order of rows, how services are cut into files, the
system that a base or a table of points is in.

SPDX-License-Identifier: MIT

The jobs ask every kind of service and count every kind of base of the demonstration province.
"""
import csv
import random

import pytest
from osgeo import gdal, ogr

from demo_province import PROVINCE
from kinds import result, run

gdal.UseExceptions()

CLAIMED = "technology=50 & max_advertised_download_speed>=100"
NAMES = ("communes", "households", "fiber_viettel", "fiber_vnpt", "mobile", "cables_viettel",
         "fiber_nodes", "rivers", "roads", "schools")


def files(**others):
    """The files of the province, or others in their place."""
    return {**{n: PROVINCE / f"{n}.shp" for n in NAMES}, "rsrp": PROVINCE / "rsrp_viettel.tif",
            "population": PROVINCE / "population.tif", "claims": PROVINCE / "claims.csv", **others}


def services(f):
    return ["--fiber", f"viettel={f['fiber_viettel']}", "--fiber", f"vnpt={f['fiber_vnpt']}",
            "--service", f"4g/*={f['mobile']},split=network",
            "--service", f"cable={f['cables_viettel']},within=150m,except={f['rivers']}",
            "--service", f"node={f['fiber_nodes']},within=300m",
            "--service", f"signal={f['rsrp']},min=-105.3,bilinear",
            "--service", f"claim={f['claims']},key=location_id,if={CLAIMED}",
            "--service", "dl=column:down_mbps>=25", "--household-id", "ma_ho"]


def job(f, *args):
    return [f["communes"], f["households"], "--id", "ma_xa", "--name", "ten_xa", "--parent",
            "ma_huyen", "--weight", "households", *services(f), "--indicator", "best(4g/*)",
            "--indicator", "classes(4g)", "--indicator", "profile(dl, fiber)", *args]


def bases(f):
    return ["--base", "persons=column:nhan_khau", "--base", f"schools={f['schools']}", "--base",
            "area", "--base", f"roads={f['roads']}", "--base", f"people={f['population']}"]


def shuffled(folder, name, seed):
    """The features of a layer in another order."""
    source = ogr.Open(str(PROVINCE / f"{name}.shp"))
    layer = source.GetLayer(0)
    features = list(layer)
    random.Random(seed).shuffle(features)
    path = folder / f"{name}.shp"
    target = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(str(path))
    out = target.CreateLayer(name, layer.GetSpatialRef(), layer.GetGeomType(),
                             options=["ENCODING=UTF-8"])
    for i in range(layer.GetLayerDefn().GetFieldCount()):
        out.CreateField(layer.GetLayerDefn().GetFieldDefn(i))
    for feature in features:
        feature.SetFID(-1)
        out.CreateFeature(feature)
    return path


def values(found):
    return [f["properties"] for f in found["features"]]


def bytes_of(folder, *args):
    folder.mkdir()
    run(*args, "-q", "-o", folder / "out.geojson", "-o", folder / "out.csv")
    return [(folder / n).read_bytes() for n in ("out.geojson", "out.csv")]


def test_threads(tmp_path):
    f = files()
    made = [bytes_of(tmp_path / str(n), *job(f, *bases(f)), "--threads", n) for n in (1, 2, 3, 8)]
    assert all(m == made[0] for m in made)


def test_order_of_rows(tmp_path):
    """Households, the features of every service, the areas, the roads and the rows of a table."""
    first = files()
    moved = {n: shuffled(tmp_path, n, k) for k, n in enumerate(NAMES)}
    with open(PROVINCE / "claims.csv", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    random.Random(3).shuffle(rows)
    with open(tmp_path / "claims.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    other = files(**moved, claims=tmp_path / "claims.csv")
    made = [bytes_of(tmp_path / n, *job(f, *bases(f)))
            for n, f in (("first", first), ("other", other))]
    assert made[0] == made[1]


def test_one_file_for_each_operator(tmp_path):
    """A layer that is split, filtered, or cut into a file for each value; two files of one name."""
    mobile, parts = PROVINCE / "mobile.shp", []
    for name in ("mobifone", "viettel", "vnpt"):
        path = tmp_path / f"{name}.gpkg"
        gdal.VectorTranslate(str(path), str(mobile), where=f"network = '{name}'")
        parts.append((name, path))
    west, east = tmp_path / "west.gpkg", tmp_path / "east.gpkg"
    gdal.VectorTranslate(str(west), str(mobile), where="part % 2 = 0")
    gdal.VectorTranslate(str(east), str(mobile), where="part % 2 <> 0")
    ways = (["--service", f"4g={mobile},split=network"],
            [a for n, _ in parts for a in ("--service", f"4g/{n}={mobile},where=network='{n}'")],
            [a for n, p in parts for a in ("--service", f"4g/{n}={p}")],
            ["--service", f"4g/*={west},split=network", "--service", f"4g/*={east},split=network"])
    begin = [PROVINCE / "communes.shp", PROVINCE / "households.shp", "--id", "ma_xa", "--weight",
             "households", "--base", f"schools={PROVINCE / 'schools.shp'}", "--base", "area",
             "--indicator", "classes(4g)", "--indicator", "sdg=best(4g/*)"]
    found = [values(result(tmp_path, *begin, *way)) for way in ways]
    assert found[0] == found[1] == found[2]
    for a, b in zip(found[0], found[3]):
        assert without_area(a) == without_area(b)
        assert all(abs(a[c] - b[c]) < 1e-4 for c in a if c.startswith("area_") and c[-2:] != "ct")


def without_area(row):
    return {c: v for c, v in row.items() if not c.startswith("area_")}


@pytest.mark.parametrize("system", ["EPSG:32648", "EPSG:9210", "EPSG:3857"])
def test_base_in_another_system(tmp_path, system):
    """No school is so close to a border, or to the distance, that the way there would matter."""
    f = files()
    path = tmp_path / "schools.gpkg"
    gdal.VectorTranslate(str(path), str(f["schools"]), dstSRS=system, reproject=True)
    found = [values(result(tmp_path, *job(f, "--base", f"schools={p}")))
             for p in (f["schools"], path)]
    assert found[0] == found[1]


@pytest.mark.parametrize("system", ["EPSG:32648", "EPSG:32748"])
def test_households_in_another_system(tmp_path, system):
    """The plane of the run is a projected one: no household is within 20 cm of a distance, which
    is more than the scale of these systems takes from 300 m, nor within 4 cm of any border."""
    f, path = files(), tmp_path / "households.gpkg"
    gdal.VectorTranslate(str(path), str(f["households"]), dstSRS=system, reproject=True)
    found = [values(result(tmp_path, *job_without_bilinear(files(households=p)), "--base",
                           f"schools={f['schools']}")) for p in (f["households"], path)]
    assert found[0] == found[1]


def job_without_bilinear(f):
    return [str(a).replace(",bilinear", "") for a in job(f)]


def table_of(path, layer, names=("lon", "lat")):
    source = ogr.Open(str(PROVINCE / f"{layer}.shp"))
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["ma", *names])
        for feature in source.GetLayer(0):
            at = feature.GetGeometryRef()
            out.writerow([feature.GetField("ma"), repr(at.GetX()), repr(at.GetY())])
    return path


def test_tables_of_points(tmp_path):
    """Nodes and schools as a CSV with coordinates: within a distance, and as a base."""
    nodes = table_of(tmp_path / "nút mạng, 2025.csv", "fiber_nodes")
    schools = table_of(tmp_path / "trường học.csv", "schools", ("kinh_do", "vi_do"))
    f = files()
    found = [values(result(tmp_path, f["communes"], f["households"], "--id", "ma_xa", "--service",
                           f"node={n},within=300m", "--base", f"schools={s}"))
             for n, s in ((f["fiber_nodes"], f["schools"]), (nodes, schools))]
    assert found[0] == found[1]


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """Layers of lines and points without anything in them, and with nothing but null geometry."""
    folder = tmp_path_factory.mktemp("empty")
    roads = ogr.Open(str(PROVINCE / "roads.shp"))
    system = roads.GetLayer(0).GetSpatialRef()
    driver = ogr.GetDriverByName("GPKG")
    for kind, geometry in (("lines", ogr.wkbLineString), ("points", ogr.wkbPoint)):
        for name, rows in ((kind, 0), (f"null_{kind}", 2)):
            source = driver.CreateDataSource(str(folder / f"{name}.gpkg"))
            layer = source.CreateLayer("l", system, geometry)
            for _ in range(rows):
                layer.CreateFeature(ogr.Feature(layer.GetLayerDefn()))
    return folder


@pytest.mark.parametrize("arguments, says", [
    (["--base", "b={empty}/lines.gpkg"], "there are no b"),
    (["--base", "b={empty}/points.gpkg"], "there are no b"),
    (["--base", "b={empty}/null_lines.gpkg"], "none of its 2 features has a geometry"),
    (["--base", "b={empty}/null_points.gpkg"], "none of its 2 features has a geometry"),
    (["--base", "b={province}/roads.shp,where=loai = 'X'"], "leaves nothing of 659 features"),
    (["--base", "b={province}/communes.shp"], "Polygon, where points are needed"),
    (["--service", "s={empty}/lines.gpkg,within=1km"], "there are no lines or points"),
    (["--service", "s={empty}/null_points.gpkg,within=1km"], "feature 1 has no geometry"),
    (["--service", "s={province}/communes.shp,within=1km"], "a distance is one to lines or points"),
    (["--service", "s={province}/roads.shp,within=1km,except={empty}/lines.gpkg"],
     "there are no lines or polygons"),
    (["--service", "s={province}/roads.shp,within=1km,except={province}/schools.shp"],
     "schools.shp, feature 1 is a POINT")])
def test_nothing_to_count_or_to_be_near(tmp_path, empty, arguments, says):
    arguments = [a.format(empty=empty, province=PROVINCE) for a in arguments]
    done = run(PROVINCE / "communes.shp", PROVINCE / "households.shp", "--id", "ma_xa", "-o",
               tmp_path / "out.csv", *arguments, code=3)
    assert says in done.stderr.decode()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("row, says", [("X,105.1,", "no coordinates"), ("X,abc,9", "abc"),
                                       ("X,nan,9", "no coordinates")])
def test_tables_of_points_with_holes(tmp_path, row, says):
    path = tmp_path / "nodes.csv"
    path.write_text(f"ma,lon,lat\nA,105.5,9.3\n{row}\n", encoding="utf-8")
    done = run(PROVINCE / "communes.shp", PROVINCE / "households.shp", "--id", "ma_xa",
               "--service", f"node={path},within=300m", code=3)
    assert says in done.stderr.decode() and "feature 2" in done.stderr.decode()
