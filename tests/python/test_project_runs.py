"""The example projects: the published figures, and the same bytes as the command line gives."""

import os
import re
import subprocess
from pathlib import Path

PROVINCE = Path(__file__).resolve().parents[2] / "data" / "province"


def covcalc(*args, cwd=None):
    result = subprocess.run(
        [os.environ["COVCALC"], *map(str, args)], capture_output=True, text=True, cwd=cwd
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def shares(text, base):
    """The cells of the lines of one base, by the columns of the headings above them."""
    found, heading = {}, []
    for line in text.splitlines():
        cells = re.split(r" {2,}", line.strip())
        if cells[0] == "base":
            heading = cells
        elif heading and cells[0] == base:
            assert len(cells) == len(heading), line
            found.update(zip(heading, cells))
    return found


def test_every_published_figure():
    text = covcalc("--project", PROVINCE / "province.yaml")
    for base in ["centres 64", "schools 281", "clinics 75"]:
        name, n = base.split()
        # "64/64 100.0%" may be parted by several blanks
        assert re.search(rf"^{name} +{n} +{n}/{n} +100\.0%", text, re.M), text
    households, persons = shares(text, "households"), shares(text, "persons")
    assert households["count"] == "223,000"
    assert persons["count"] == "907,236"
    for key, of_households, of_persons in [
        ("fiber", "66.5%", "66.5%"),  # 66.547 and 66.467
        ("fiber/viettel", "50.0%", "49.9%"),
        ("fiber/vnpt", "40.4%", "40.4%"),
        ("fiber_both", "23.9%", "23.9%"),
        ("2g", "100.0%", "100.0%"),
        ("3g", "98.9%", "98.9%"),
        ("4g", "96.1%", "96.1%"),
        ("mobile", "100.0%", "100.0%"),
    ]:
        assert (households[key], persons[key]) == (of_households, of_persons), key
    assert "fiber >= 80%: 148,400 of 223,000 (66.5%), 30,000 missing;" in text
    assert "30,000 connections suffice" in text
    assert "teams: 450 of 1,050 (42.9%)" in text
    assert "subscriptions: 89.2 per 100 persons (809,500 of 907,236)" in text


def sources(*pairs):
    for option, value in pairs:
        yield from (f"--{option}", value.replace("@", f"{PROVINCE}/"))


COMMON = [
    PROVINCE / "communes.shp",
    PROVINCE / "households.shp",
    *("--id ma_xa --name ten_xa --parent ten_huyen --weight households").split(),
]


def assert_same(project, args, tmp_path):
    ours, theirs = tmp_path / "project" / "out.geojson", tmp_path / "line" / "out.geojson"
    ours.parent.mkdir()
    theirs.parent.mkdir()
    covcalc("--project", project, "-o", ours)
    covcalc(*COMMON, *args, "-o", theirs)
    assert ours.stat().st_size > 10000
    assert ours.read_bytes() == theirs.read_bytes()


def test_province_is_its_command_line(tmp_path):
    args = sources(
        ("base", "persons=column:nhan_khau"),
        ("base", "centres=@commune_centres.shp"),
        ("base", "schools=@schools.shp"),
        ("base", "clinics=@clinics.shp"),
        ("fiber", "viettel=@fiber_viettel.shp"),
        ("fiber", "vnpt=@fiber_vnpt.shp"),
        ("service", "2g=@mobile_2g.shp"),
        ("service", "3g=@mobile_3g.shp"),
        ("service", "4g=@mobile_4g.shp"),
        ("indicator", "fiber_both=fiber/viettel & fiber/vnpt"),
        ("indicator", "mobile=any(2g, 3g, 4g)"),
        ("target", "fiber>=80%,with=30000"),
        ("ratio", "teams=@teams.csv,key=ma_xa,n=formed,of=planned"),
        ("ratio", "subscriptions=@subscriptions.csv,key=ma_xa,n=subscriptions,of=base:persons,per=100"),
    )
    assert_same(PROVINCE / "province.yaml", args, tmp_path)


def test_planning_is_its_command_line(tmp_path):
    args = sources(
        ("household-id", "ma_ho"),
        ("invalid", "fix"),
        ("base", "persons=column:nhan_khau"),
        ("base", "schools=@schools.shp,where=loai = 'THPT'"),
        ("base", "population=@population.tif"),
        ("base", "roads=@roads.shp"),
        ("base", "area"),
        ("fiber", "viettel=@fiber_viettel.shp"),
        ("fiber", "vnpt=@fiber_vnpt.shp"),
        ("service", "4g/*=@mobile.shp,split=network"),
        ("service", "cable/viettel=@cables_viettel.shp,within=150m,except=@rivers.shp"),
        ("service", "cable/vnpt=@cables_vnpt.shp,within=150m,except=@rivers.shp"),
        ("service", "node=@fiber_nodes.shp,within=300m"),
        ("service", "signal/viettel=@rsrp_viettel.tif,min=-105"),
        ("service", "indoor/viettel=@rsrp_viettel.tif,min=-105,indoor=12"),
        (
            "service",
            "reliable/viettel=@rsrp_viettel.tif,min=-105,sigma=8,probability=90,bilinear",
        ),
        ("service", "dl25=column:down_mbps >= 25"),
        ("service", "dl100=column:down_mbps >= 100"),
        ("service", "dl1000=column:down_mbps >= 1000"),
        (
            "service",
            "claimed=@claims.csv,key=location_id,if=technology=50"
            " & max_advertised_download_speed>=100 & business_residential_code!=B",
        ),
        ("indicator", "4g=classes(4g)"),
        ("indicator", "profile(dl25, dl100)"),
        ("indicator", "4g_sdg=best(4g/*)"),
        ("tiers", "dl25,dl100,dl1000"),
        ("target", "dl100>=80%"),
        ("target", "4g>=99.5%"),
    )
    assert_same(PROVINCE / "planning.yaml", args, tmp_path)


def test_a_project_means_the_same_anywhere(tmp_path):
    results = set()
    for folder in [tmp_path, PROVINCE, PROVINCE.parent]:
        path = os.path.relpath(PROVINCE / "province.yaml", folder)
        covcalc("--project", path, "-o", tmp_path / "out.geojson", "--overwrite", cwd=folder)
        results.add((tmp_path / "out.geojson").read_bytes())
    assert len(results) == 1


def test_dry_run_says_what_is_read_and_counts_nothing(tmp_path):
    text = covcalc("--project", PROVINCE / "planning.yaml", "--dry-run")
    assert all(len(line) <= 80 for line in text.splitlines())
    for name in [
        "communes.shp: ESRI Shapefile, 64 polygons, EPSG:4326",
        "households.shp: ESRI Shapefile, 25000 points, EPSG:4326",
        "population.tif: raster, 85 x 72 cells, EPSG:4326",
        "rsrp_viettel.tif: raster, 340 x 288 cells, EPSG:4326",
        "roads.shp: ESRI Shapefile, 659 lines, EPSG:4326",
        "rivers.shp: ESRI Shapefile, 8 lines, EPSG:4326",
        "4g_black: operators(4g) >= 2",
    ]:
        assert f"  {name}\n" in text
    assert "223,000" not in text
