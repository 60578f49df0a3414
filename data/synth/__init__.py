"""Building blocks of the synthetic demonstration province.

    dice        reproducible random numbers and noise
    planar      polylines, distances, points in polygons
    metric      metres and logarithms
    mosaic      label grids turned into edge-matched polygons
    shapefile   a writer of ESRI Shapefiles that gives the same bytes everywhere
    geotiff     the same for rasters
    names       the invented names and codes
    land        coast, waterways, districts and communes
    people      households, persons and hamlets
    networks    fiber zones
    mobile      mobile coverage by generation and by operator
    waterside   rivers, roads and streets
    cables      fiber cables and nodes
    fields      rasters of signal and population
    offers      advertised speeds and claims of service
    tables      teams and subscriptions per commune
    facilities  commune centres, schools and clinics

Only additions, multiplications, divisions and square roots are used on
floating-point numbers. IEEE 754 fixes their results to the last bit, whereas
sines, logarithms and geometry libraries differ between versions and
processors. That is what makes the files reproducible to the byte.
"""
