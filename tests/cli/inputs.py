"""Inputs of the cases that are not text: made in the working folder of a case by its `setup:` line.

SPDX-License-Identifier: MIT
"""
import os
import shutil
import zipfile

from osgeo import gdal, ogr, osr

gdal.UseExceptions()


def translate(source, target, **options):
    gdal.VectorTranslate(target, source, **options)


def shapefiles():
    """areas.shp with all its parts, UTF-8."""
    translate("areas.geojson", "areas.shp", format="ESRI Shapefile",
              layerCreationOptions=["ENCODING=UTF-8"])


def points_shapefile():
    """points.shp: the points of points.csv that lie in an area."""
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4326)
    data = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource("points.shp")
    layer = data.CreateLayer("points", srs, ogr.wkbPoint)
    layer.CreateField(ogr.FieldDefn("so_cn", ogr.OFTInteger))
    for x, y, weight in ((1, 1, 3), (5, 5, 1), (10, 5, 2), (15, 5, 4)):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("so_cn", weight)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT ({x} {y})"))
        layer.CreateFeature(feature)


def without(*parts):
    shapefiles()
    for part in parts:
        os.remove("areas." + part)


def without_shx():
    without("shx")


def without_dbf():
    without("dbf")


def without_prj():
    without("prj")


def without_cpg():
    without("cpg")


def _cut(path, share):
    with open(path, "r+b") as file:
        size = os.path.getsize(path)
        file.truncate(int(size * share))


def truncated_shp():
    shapefiles()
    _cut("areas.shp", 0.5)


def truncated_dbf():
    shapefiles()
    _cut("areas.dbf", 0.5)


def truncated_shx():
    shapefiles()
    _cut("areas.shx", 0.6)


def truncated_points():
    points_shapefile()
    _cut("points.shp", 0.6)


def damaged_points():
    """damaged.gpkg: points, a page of which in the middle is overwritten."""
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4326)
    data = ogr.GetDriverByName("GPKG").CreateDataSource("damaged.gpkg")
    layer = data.CreateLayer("points", srs, ogr.wkbPoint, ["SPATIAL_INDEX=NO"])
    layer.StartTransaction()
    for i in range(3000):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT ({i / 300} 5)"))
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    layer = data = None
    with open("damaged.gpkg", "r+b") as file:
        file.seek(os.path.getsize("damaged.gpkg") * 3 // 4 // 4096 * 4096)
        file.write(b"\xff" * 4096)


def truncated_footprint():
    translate("vnpt.geojson", "vnpt.shp", format="ESRI Shapefile")
    _cut("vnpt.shp", 0.6)


def null_shape():
    """Shapefile whose second area has no geometry."""
    translate("null_geometry.geojson", "null_shape.shp", format="ESRI Shapefile")


def two_layers():
    """two.gpkg with the layers areas and zones."""
    translate("areas.geojson", "two.gpkg", format="GPKG", layerName="areas")
    translate("viettel.geojson", "two.gpkg", format="GPKG", layerName="zones", accessMode="update")


def no_crs():
    """no_crs.shp: the areas, without a stated coordinate system."""
    translate("areas.geojson", "no_crs.shp", format="ESRI Shapefile",
              layerCreationOptions=["ENCODING=UTF-8"])
    os.remove("no_crs.prj")


def _two_squares(name):
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4326)
    data = ogr.GetDriverByName("GPKG").CreateDataSource(name)
    layer = data.CreateLayer("areas", srs, ogr.wkbMultiPolygon)
    layer.CreateField(ogr.FieldDefn("ma", ogr.OFTString))
    for k, (x, y) in enumerate(((105.0, 9.0), (105.5, 9.0))):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("ma", f"{k + 1:05d}")
        feature.SetGeometry(ogr.CreateGeometryFromWkt(
            f"MULTIPOLYGON ((({x} {y},{x + 0.5} {y},{x + 0.5} {y + 0.5},"
            f"{x} {y + 0.5},{x} {y})))"))
        layer.CreateFeature(feature)


def vn2000():
    """vietnam.gpkg, two squares in EPSG:4326, and vn2000.gpkg, points in VN-2000 / UTM zone 48N (EPSG:3405)."""
    _two_squares("vietnam.gpkg")
    source, target = osr.SpatialReference(), osr.SpatialReference()
    source.ImportFromEPSG(4326)
    target.ImportFromEPSG(3405)
    source.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    target.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    data = ogr.GetDriverByName("GPKG").CreateDataSource("vn2000.gpkg")
    layer = data.CreateLayer("points", target, ogr.wkbPoint)
    change = osr.CoordinateTransformation(source, target)
    for x, y in ((105.1, 9.1), (105.2, 9.4), (105.4999, 9.2), (105.5001, 9.2), (106.5, 9.2)):
        east, north, _ = change.TransformPoint(x, y)
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT ({east:.4f} {north:.4f})"))
        layer.CreateFeature(feature)


def typed_columns():
    """typed.gpkg: points with a boolean, an integer and a real column that answer."""
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4326)
    data = ogr.GetDriverByName("GPKG").CreateDataSource("typed.gpkg")
    layer = data.CreateLayer("points", srs, ogr.wkbPoint)
    boolean = ogr.FieldDefn("yes", ogr.OFTInteger)
    boolean.SetSubType(ogr.OFSTBoolean)
    layer.CreateField(boolean)
    layer.CreateField(ogr.FieldDefn("number", ogr.OFTInteger))
    layer.CreateField(ogr.FieldDefn("share", ogr.OFTReal))
    for x, yes, number, share in ((1, 1, 0, 0.0), (2, 0, 7, 0.5), (3, 1, -1, 0.0), (4, 1, 0, 1.0)):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("yes", yes)
        feature.SetField("number", number)
        feature.SetField("share", share)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT ({x} 5)"))
        layer.CreateFeature(feature)


def existing():
    """Files that stand where the output wants to go."""
    for name in ("out.csv", "out.geojson"):
        with open(name, "w", encoding="utf-8") as file:
            file.write("old\n")


def odd_paths():
    """Blanks, Vietnamese letters, signs of the source syntax, in names of folders and files."""
    os.makedirs("Bạc Liêu 2025")
    shutil.copy("areas.geojson", "Bạc Liêu 2025/xã, phường.geojson")
    shutil.copy("points.csv", "Bạc Liêu 2025/hộ gia đình.csv")
    shutil.copy("viettel.geojson", "a=b,c=d.geojson")
    shutil.copy("vnpt.geojson", "vnpt=2025,layer=x.geojson")


def zipped():
    """areas.shp.zip."""
    shapefiles()
    with zipfile.ZipFile("areas.shp.zip", "w") as archive:
        for part in ("shp", "shx", "dbf", "prj", "cpg"):
            archive.write("areas." + part)
    for part in ("shp", "shx", "dbf", "prj", "cpg"):
        os.remove("areas." + part)


def many_areas():
    """strips.geojson: 120 areas of two districts; a point in each of the first 60."""
    with open("strips.geojson", "w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [\n')
        for k in range(120):
            ring = [[k, 0], [k + 1, 0], [k + 1, 1], [k, 1], [k, 0]]
            file.write(",\n" if k else "")
            file.write(f'{{"type": "Feature", "properties": {{"ma": "{k:03d}", '
                       f'"huyen": "{"A" if k < 40 else "B"}"}}, "geometry": '
                       f'{{"type": "Polygon", "coordinates": [{ring}]}}}}')
        file.write("\n]}\n")
    with open("strip_points.csv", "w", encoding="utf-8") as file:
        file.write("lon,lat\n")
        for k in range(60):
            file.write(f"{k}.5,0.5\n")


def csvt():
    """Points whose .csvt calls a column of words a boolean."""
    with open("typed.csv", "w", encoding="utf-8") as file:
        file.write("lon,lat,co\n1,1,co\n5,5,khong\n")
    with open("typed.csvt", "w", encoding="utf-8") as file:
        file.write('"Real","Real","Integer(Boolean)"\n')


def broken_tables():
    """CSVs that GDAL reads to their end without a word."""
    for name, rows in {"quote": '1,1,"a\n5,5,b\n', "nul": "1,1,1\x002\n", "comma": "1,5,1,5,2\n",
                       "cut": "1,1,3\n5,"}.items():
        with open(f"{name}.csv", "w", encoding="utf-8") as file:
            file.write("lon,lat,so\n" + rows)
    with open("cases.csv", "w", encoding="utf-8") as file:
        file.write("lon,lat,LON,LAT,so,SO\n1,1,5,5,3,4\n")


def odd_names():
    """Names of files that look like options, or hold what a shell or SQL would mind."""
    for old, new in (("viettel.geojson", "mạng, 4=g.geojson"),
                     ("nets.geojson", "người, 'x'=1.geojson"),
                     ("lines.geojson", "tuyến,within=9km.geojson"),
                     ("river.geojson", 'sông "q",min=3.geojson'),
                     ("claims.csv", "khai, if=x.csv"),
                     ("schools.csv", "trường=1,weight=2.csv")):
        os.rename(old, new)


def project(more=""):
    """work/p.yaml, whose paths are relative to it."""
    os.mkdir("work")
    with open("work/p.yaml", "w", encoding="utf-8") as file:
        file.write("areas: {file: ../areas.geojson, id: ma}\n"
                   "households: {file: ../nha.csv, weight: so_cn}\n"
                   "services:\n"
                   "  - name: fiber\n"
                   "    file: ../viettel.geojson\n"
                   f"{more}"
                   "outputs:\n"
                   "  - file: out.csv\n")


def project_typo():
    project("    servise: x\n")


def mixed_barriers():
    """mixed.geojson: a line, then a line and a point together."""
    line = '{"type": "LineString", "coordinates": [[0,1],[3,1]]}'
    with open("mixed.geojson", "w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [\n'
                   f'{{"type": "Feature", "properties": {{}}, "geometry": {line}}},\n'
                   '{"type": "Feature", "properties": {}, "geometry": {"type": '
                   f'"GeometryCollection", "geometries": [{line}, '
                   '{"type": "Point", "coordinates": [1,1]}]}}\n]}\n')


def single_vertex():
    """single.gpkg: three lines, the last of which has one vertex."""
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4326)
    data = ogr.GetDriverByName("GPKG").CreateDataSource("single.gpkg")
    layer = data.CreateLayer("single", srs, ogr.wkbLineString)
    layer.CreateField(ogr.FieldDefn("kind", ogr.OFTInteger))
    for kind, n in ((1, 2), (2, 2), (3, 1)):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("kind", kind)
        line = ogr.Geometry(ogr.wkbLineString)
        for k in range(n):
            line.AddPoint_2D(k, 1)
        feature.SetGeometryDirectly(line)
        layer.CreateFeature(feature)
