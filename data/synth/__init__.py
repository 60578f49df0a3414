"""Building blocks of the synthetic demonstration province.

    dice        reproducible random numbers and noise
    planar      polylines, distances, points in polygons
    mosaic      label grids turned into edge-matched polygons
    shapefile   a writer of ESRI Shapefiles that gives the same bytes everywhere
    names       the invented names and codes
    land        coast, waterways, districts and communes
    people      households and hamlets
    networks    fiber zones and mobile coverage
    facilities  commune centres, schools and clinics

Only additions, multiplications, divisions and square roots are used on
floating-point numbers. IEEE 754 fixes their results to the last bit, whereas
sines, logarithms and geometry libraries differ between versions and
processors. That is what makes the files reproducible to the byte.
"""
