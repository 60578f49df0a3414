"""The sum of a raster's cells in each commune, each cell by its fraction inside, as a CSV.

SPDX-License-Identifier: MIT

    exactextract_sums.py COMMUNES RASTER OUT.csv

Prints its seconds without those that Python takes to start and to import.
"""
import sys
import time

import geopandas
import rasterio
from exactextract import exact_extract

communes, raster, out = sys.argv[1:4]
start = time.perf_counter()
with rasterio.open(raster) as cells:
    sums = exact_extract(cells, geopandas.read_file(communes), ["sum"], include_cols=["code"],
                         output="pandas")
sums[["code", "sum"]].to_csv(out, index=False)
print(f"seconds {time.perf_counter() - start:.4f}")
