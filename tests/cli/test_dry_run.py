"""A dry run accepts what a run accepts and refuses what it refuses, in the same words: every kind of
source in every role.

SPDX-License-Identifier: MIT

A dry run reads no layer to its end, so that each one is wrong from its first feature on.
"""
import os
import subprocess

import pytest
from osgeo import ogr, osr

COVCALC = os.environ["COVCALC"]
SQUARE = "((0 0,9 0,9 9,0 9,0 0))"
KINDS = {
    "polygon": f"POLYGON {SQUARE}",
    "multipolygon": f"MULTIPOLYGON ({SQUARE})",
    "curved": "CURVEPOLYGON (CIRCULARSTRING (0 0,4 4,8 0,4 -4,0 0))",
    "line": "LINESTRING (1 1,5 5)",
    "multiline": "MULTILINESTRING ((1 1,5 5))",
    "curve": "CIRCULARSTRING (1 1,2 2,3 1)",
    "point": "POINT (1 1)",
    "multipoint": "MULTIPOINT ((1 1))",
    "collection": "GEOMETRYCOLLECTION (POINT (1 1),LINESTRING (1 1,5 5))",
    "collected": f"GEOMETRYCOLLECTION (POLYGON {SQUARE})",
    "nothing": None,
    "no_polygon": "POLYGON EMPTY",
    "no_line": "LINESTRING EMPTY",
    "no_point": "POINT EMPTY",
}
STATED = {"polygon": ogr.wkbPolygon, "line": ogr.wkbLineString, "point": ogr.wkbPoint}
TEXTS = {
    "points.csv": "id,lon,lat,n,of\n01,1,1,1,2\n",
    "plain.csv": "id,n,of\n01,1,2\n",
    "points_head.csv": "id,lon,lat,n,of\n",
    "plain_head.csv": "id,n,of\n",
    "nowhere.csv": "id,lon,lat,n,of\n01,,,1,2\n",
    "wkt.csv": f'id,WKT,n,of\n01,"POLYGON {SQUARE}",1,2\n',
    "grid.asc": "ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 4\n1 2\n3 4\n",
    "grid.dem": "ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 4\n1 2\n3 4\n",
    "cut.geojson": '{"type":"FeatureCollection","features":[{"type"',
    "words.txt": "words\n",
}
ROLES = {
    "areas": "{} ok.csv --id id --service f=ok_polygon.gpkg",
    "households": "ok_polygon.gpkg {} --service f=ok_polygon.gpkg",
    "part": "ok_polygon.gpkg {} --service f=ok_polygon.gpkg --tally part.cov --overwrite",
    "service": "ok_polygon.gpkg ok.csv --service f={}",
    "distance": "ok_polygon.gpkg ok.csv --service f={},within=1km",
    "barrier": "ok_polygon.gpkg ok.csv --service f=ok_line.gpkg,within=1km,except={}",
    "signal": "ok_polygon.gpkg ok.csv --service f={},min=1",
    "table": "ok_polygon.gpkg ok.csv --household-id id --service f={},key=id,if=n>=1",
    "base": "ok_polygon.gpkg ok.csv --service f=ok_polygon.gpkg --base b={}",
    "weighted": "ok_polygon.gpkg ok.csv --service f=ok_polygon.gpkg --base b={},weight=n",
    "ratio": "ok_polygon.gpkg ok.csv --service f=ok_polygon.gpkg --ratio r={},key=id,n=n,of=of",
}


def write(driver, name, wkt, stated, n=1):
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4326)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    data = ogr.GetDriverByName(driver).CreateDataSource(name)
    layer = data.CreateLayer("layer", srs if stated != ogr.wkbNone else None, stated)
    for column, kind in (("id", ogr.OFTString), ("n", ogr.OFTInteger), ("of", ogr.OFTInteger)):
        layer.CreateField(ogr.FieldDefn(column, kind))
    for _ in range(n):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature["id"], feature["n"], feature["of"] = "01", 1, 2
        if wkt is not None:
            feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt))
        layer.CreateFeature(feature)
    return name


@pytest.fixture(name="sources", scope="module")
def sources_fixture(tmp_path_factory):
    """A source of every kind, and of those that are right for a role one that states its kind."""
    folder = tmp_path_factory.mktemp("sources")
    before = os.getcwd()
    os.chdir(folder)
    made = [write("GPKG", f"{kind}.gpkg", wkt, ogr.wkbUnknown) for kind, wkt in KINDS.items()]
    for kind, stated in STATED.items():
        made.append(write("GPKG", f"ok_{kind}.gpkg", KINDS[kind], stated))
        made.append(write("GPKG", f"empty_{kind}.gpkg", None, stated, 0))
        made.append(write("ESRI Shapefile", f"null_{kind}.shp", None, stated))
    made.append(write("GPKG", "rows.gpkg", None, ogr.wkbNone))
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "ok.csv").write_text("id,lon,lat\n01,1,1\n02,2,2\n", encoding="utf-8")
    yield made + list(TEXTS)
    os.chdir(before)


def run(*args):
    args = [COVCALC, *args, "--assume-crs", "EPSG:4326", "--threads", "1"]
    result = subprocess.run(args, check=False, capture_output=True, timeout=60, text=True)
    return result.returncode, result.stderr


@pytest.mark.parametrize("role", ROLES)
def test_runs_agree(sources, role):
    accepted = 0
    for source in sources:
        args = ROLES[role].format(source).split()
        code, said = run(*args, "--quiet")
        assert code in (0, 2, 3), (source, said)
        dry_code, dry_said = run(*args, "--dry-run")
        assert (source, code, said) == (source, dry_code, dry_said)
        accepted += code == 0
    assert 0 < accepted < len(sources)
