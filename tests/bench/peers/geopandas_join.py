"""What people do with GeoPandas: read, join, group; persons of each commune as a CSV.

SPDX-License-Identifier: MIT

    geopandas_join.py COMMUNES HOUSEHOLDS OUT.csv
"""
import sys

import geopandas

communes, households, out = sys.argv[1:4]
areas = geopandas.read_file(communes)[["code", "geometry"]]
points = geopandas.read_file(households)
joined = geopandas.sjoin(points, areas, how="inner", predicate="intersects")
joined.groupby("code")["hh_size"].sum().to_csv(out)
