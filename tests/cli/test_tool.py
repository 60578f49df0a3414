"""What a case file can't say: signals, terminals, full disks, locales, threads, documentation.

SPDX-License-Identifier: MIT
"""
import errno
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import stat
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from documents import help_text, manual_text

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / "tools"
PROVINCE = HERE.parents[1] / "data" / "province"
COVCALC = os.environ["COVCALC"]
BASIC = ["areas.geojson", "points.csv", "--id", "ma"]
SERVICES = ["--name", "ten", "--parent", "huyen", "--weight", "nguoi",
            "--fiber", "viettel=viettel.geojson", "--fiber", "vnpt=vnpt.geojson"]
KINDS = ["--service", "near=lines.geojson,within=110.6km,except=river.geojson", "--service",
         "4g=signal.asc,min=-105.5,indoor=0.25,sigma=0.5,probability=80", "--assume-crs",
         "EPSG:4326", "--service", "few=column:nguoi<=12.5", "--base", "people=people.asc",
         "--base", "area", "--base", "schools=schools.csv", "--base", "roads=lines.geojson",
         "--target", "fiber>=33.25%,with=3", "--ratio",
         "teams=teams.csv,key=ma,n=formed,of=planned"]
MANY = 3_000_000  # points: some seconds of reading


@pytest.fixture(name="folder")
def folder_fixture(tmp_path, monkeypatch):
    shutil.copytree(HERE / "data", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(name="many", scope="module")
def many_fixture(tmp_path_factory):
    path = tmp_path_factory.mktemp("many") / "many.csv"
    with open(path, "w", encoding="utf-8") as file:
        file.write("lon,lat\n")
        block = "".join(f"{k % 200 / 10},{k % 97 / 10}\n" for k in range(100_000))
        for _ in range(MANY // 100_000):
            file.write(block)
    yield path
    path.unlink()


def run(*args, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 120, **options}
    return subprocess.run([COVCALC, *map(str, args)], check=False, **options)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


# ---------------------------------------------------------------- signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("threads", [1, 4])
def test_signal_cancels(folder, many, number, threads):
    before = names(folder)
    with subprocess.Popen([COVCALC, "areas.geojson", many, "--id", "ma", "--threads", str(threads),
                           "-o", "out.gpkg"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        time.sleep(0.5)
        assert process.poll() is None, "the run is too short to be cancelled"
        asked = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        took = time.monotonic() - asked
    assert process.returncode == 4
    assert out == b""
    assert err.startswith(b"covcalc: ") and b"cancel" in err.lower()
    assert names(folder) == before
    assert took < 1


def test_signal_keeps_the_old_output(folder, many):
    (folder / "out.csv").write_text("old\n", encoding="utf-8")
    with subprocess.Popen([COVCALC, "areas.geojson", many, "--id", "ma", "-o", "out.csv",
                           "--overwrite"], stderr=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 4
    assert (folder / "out.csv").read_text(encoding="utf-8") == "old\n"


# ---------------------------------------------------------------- terminals


def run_on_terminal(*args, columns=80):
    """(exit code, all that a terminal on stdout and stderr gets)."""
    try:
        master, slave = pty.openpty()
    except OSError as why:  # a bare chroot
        pytest.skip(f"there are no terminals on this machine: {why}")
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen([COVCALC, *map(str, args)], stdin=slave, stdout=slave,
                          stderr=slave) as process:
        os.close(slave)
        text = b""
        while True:
            select.select([master], [], [], 60)
            try:
                part = os.read(master, 65536)
            except OSError as e:
                if e.errno != errno.EIO:
                    raise
                break
            if not part:
                break
            text += part
        process.wait(timeout=60)
    os.close(master)
    return process.returncode, text.decode().replace("\r\n", "\n")


def test_progress_is_drawn_and_erased(folder, many):
    code, text = run_on_terminal("areas.geojson", many, "--id", "ma")
    assert code == 0
    drawn = re.findall(r"\r([^\r\n\x1b]+)\x1b\[K", text)
    assert drawn, "no progress was shown"
    assert any(re.fullmatch(r"read households \d+ (%|s)", d) for d in drawn)
    assert len(drawn) < 300, "too many updates"
    assert "\r\x1b[K" in text[text.rindex(drawn[-1]):], "the progress line stays"
    assert "total" in text


def test_quiet_has_no_progress(folder, many):
    code, text = run_on_terminal("areas.geojson", many, "--id", "ma", "--quiet")
    assert (code, text) == (0, "")


def test_no_progress_without_a_terminal(folder, many):
    done = run("areas.geojson", many, "--id", "ma")
    assert done.returncode == 0
    assert b"\r" not in done.stderr and b"\x1b" not in done.stderr


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_table_fits_the_terminal(folder, columns):
    code, text = run_on_terminal(*BASIC, *SERVICES, columns=columns)
    assert code == 0
    assert max(map(len, text.splitlines())) <= max(columns, 60)
    assert "Phường" in text


@pytest.mark.parametrize("columns", [80, 120])
def test_table_of_every_kind_fits_the_terminal(folder, columns):
    code, text = run_on_terminal(*BASIC, *SERVICES, *KINDS, columns=columns)
    assert code == 0
    assert max(map(len, text.splitlines())) <= columns
    for word in ("area (km2)", "fiber >= 33.25%", "teams: 4 of 7", "unknown"):
        assert word in text


@pytest.mark.parametrize("columns", [80, 120])
def test_district_names_leave_room_for_those_of_communes(columns):
    """A parent known by its name is wider than the code of an area, and is not cut."""
    layers = [PROVINCE / "communes.shp", PROVINCE / "households.shp"]
    services = [f"--service={n}={PROVINCE / f'mobile_{n}.shp'}" for n in ("2g", "3g", "4g")]
    code, text = run_on_terminal(*layers, "--weight", "households", "--id", "ma_xa", "--name",
                                 "ten_xa", "--parent",
                                 "ten_huyen", "--fiber", f"viettel={PROVINCE}/fiber_viettel.shp",
                                 "--fiber", f"vnpt={PROVINCE}/fiber_vnpt.shp", *services,
                                 columns=columns)
    assert code == 0
    lines = re.sub(r"\r[^\n]*\x1b\[K", "", text).splitlines()  # without the progress
    assert max(map(len, lines)) <= columns
    blocks = 1 if columns == 120 else 2
    for name in ("Phường Hương Sen Đông ", "Thành phố Sông Trúc "):
        assert sum(name in line for line in lines) == blocks
    ends = [line.index("households") for line in lines if line.startswith(("ma_xa", "ten_huyen"))]
    assert len(ends) == 2 * blocks and len(set(ends)) == 1


def test_names_cannot_command_the_terminal(folder):
    code, text = run_on_terminal("escape.geojson", "points.csv", "--id", "ma", "--name", "ten")
    assert code == 0
    assert "red ?[31m ? alert" in text
    assert "\x1b[31m" not in text and "\u202e" not in text


# ---------------------------------------------------------------- full and forbidden places


def test_stdout_full(folder):
    with open("/dev/full", "wb") as full:
        done = run(*BASIC, stdout=full)
    assert done.returncode == 1
    assert b"covcalc: writing to standard output failed" in done.stderr


@pytest.mark.parametrize("form", ["CSV", "GeoJSON", "GeoJSONSeq"])
def test_output_on_full_stdout(folder, form):
    with open("/dev/full", "wb") as full:
        done = run(*BASIC, "-o", "-", "-f", form, stdout=full)
    assert done.returncode == 1
    assert done.stderr.startswith(b"covcalc: ")


def test_help_on_full_stdout():
    with open("/dev/full", "wb") as full:
        assert run("--help", stdout=full).returncode == 1


def test_reader_that_goes_away(folder):
    read, write = os.pipe()
    os.close(read)
    done = run(*BASIC, stdout=write)
    os.close(write)
    assert done.returncode == 1
    assert b"writing to standard output failed" in done.stderr


def test_output_to_dev_full(folder):
    before = names(folder)
    done = run(*BASIC, "-o", "/dev/full", "-f", "CSV", "--overwrite")
    assert done.returncode in (1, 3)
    assert done.stderr.startswith(b"covcalc: ")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
    assert names(folder) == before


def test_output_folder_missing(folder):
    before = names(folder)
    done = run(*BASIC, "-o", "nowhere/out.csv")
    assert done.returncode in (1, 3)
    assert b"nowhere" in done.stderr
    assert names(folder) == before


def test_output_folder_forbidden(folder):
    """Root may write anywhere, so that root asks as nobody."""
    place = folder / "locked"
    place.mkdir()
    place.chmod(0o555)
    options = {}
    if os.geteuid() == 0:
        for parent in (folder, *folder.parents):
            if parent.stat().st_uid == 0 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o055)
        options = {"user": "nobody", "group": "nogroup"}
        try:
            runs = run("--version", **options).returncode == 0
        except PermissionError:  # the build lies below a folder such as /root
            runs = False
        if not runs:
            pytest.skip("nobody cannot run the tool here")
    done = run(*BASIC, "-o", "locked/out.csv", **options)
    assert done.returncode in (1, 3)
    assert b"locked" in done.stderr
    assert names(place) == []


# ---------------------------------------------------------------- the same bytes


def outputs(folder, *args, **options):
    """The table and the files of one run; none of them is there before or after."""
    done = run(*BASIC, *SERVICES, *KINDS, "-o", "out.geojson", *args, **options)
    assert done.returncode == 0, done.stderr
    result = (folder / "out.geojson").read_bytes()
    (folder / "out.geojson").unlink()
    sheet = run(*BASIC, *SERVICES, *KINDS, "-o", "-", "-f", "CSV", *args, **options)
    return done.stdout, result, sheet.stdout


def test_same_bytes_for_any_threads(folder):
    assert outputs(folder, "--threads", 1) == outputs(folder, "--threads", 4)


def test_same_bytes_for_any_order(folder):
    expected = outputs(folder)
    lines = (folder / "points.csv").read_text(encoding="utf-8").splitlines()
    (folder / "points.csv").write_text("\n".join(lines[:1] + lines[:0:-1]) + "\n",
                                       encoding="utf-8")
    assert outputs(folder) == expected


@pytest.mark.parametrize("name", ["vi_VN", "de_DE"])
def test_same_bytes_in_any_locale(folder, name):
    """Locales with a decimal comma, made here where the machine has none."""
    environment = {**os.environ, "LC_ALL": name + ".UTF-8"}
    installed = subprocess.run(["locale", "-a"], stdout=subprocess.PIPE, check=True)
    if f"{name}.utf8" not in installed.stdout.decode().split():
        made = subprocess.run(["localedef", "-i", name, "-f", "UTF-8", f"./{name}.UTF-8"],
                              check=False, stderr=subprocess.DEVNULL)
        if made.returncode != 0:
            pytest.skip(f"no locale {name}")
        environment["LOCPATH"] = str(folder)
    for c in ("C", "POSIX", "C.UTF-8"):
        assert outputs(folder, env=environment) == outputs(folder,
                                                           env={**os.environ, "LC_ALL": c})


# ---------------------------------------------------------------- documentation


def typed(text):
    """The commands of a text of help or manual, each on one line."""
    text = text.replace("\\e\n", "\\\n").replace("\\(aq", "'").replace("\\\n", "")
    return re.findall(r"^ *(covcalc .*)$", text, re.M)


def help_examples():
    return typed(help_text("covcalc").split("Examples:")[1])


def manual_examples():
    """[(command, [what it prints in total])]."""
    found = re.findall(r"^\.nf\n(covcalc .*?)\n\.fi\n\.RE\n(?:\.\\\" prints ([^\n]*)\n)?",
                       manual_text("covcalc"), re.M | re.S)
    return [(typed(command)[0], prints.split()) for command, prints in found]


@pytest.fixture(name="province")
def province_fixture(tmp_path, monkeypatch):
    shutil.copytree(PROVINCE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_example(example, folder):
    """Standard output of a command as printed; files come of it only where it says so."""
    before = names(folder)
    ran = subprocess.run(["bash", "-c", example.replace("covcalc", '"$COVCALC"', 1)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    new = set(names(folder)) - set(before)
    assert bool(new) == bool(re.search("-o |> |--tally ", example))
    assert all((folder / name).stat().st_size > 0 for name in new)
    assert ran.stdout or ">" in example
    return ran.stdout.decode()


@pytest.mark.parametrize("example", help_examples())
def test_example_of_help_works(province, example):
    run_example(example, province)


@pytest.mark.parametrize(("example", "prints"), manual_examples(),
                         ids=lambda x: x if isinstance(x, str) else "")
def test_example_of_manual_works(province, example, prints):
    """The figures that the manual tells are those of the total and what follows it."""
    printed = run_example(example, province)
    total = (" ".join(re.findall(r"^total .*", printed, re.M))  # of each block of the table
             + printed[printed.rfind("\ntotal"):])
    assert all(word in total for word in prints), total


def test_manual_tells_the_figures_of_its_examples():
    """What an example prints is said in the words below it."""
    text = manual_text("covcalc")
    found = re.findall(r"^\.\\\" prints ([^\n]*)\n(.*?)(?=^\.[STP])", text, re.M | re.S)
    assert len(found) > 20
    for prints, words in found:
        assert words.strip() == "" or any(word in words for word in prints.split()), words


def test_manual_has_an_example_of_every_kind():
    commands = [command for command, _ in manual_examples()]
    for part in (",where=", ",split=", ",within=", ",except=", ",min=", ",indoor=", ",sigma=",
                 "=column:", ">=25", ",key=", ",if=", "--base persons=column:", "roads=roads.shp",
                 "=population.tif", "--base area", "all(", "count(", "operators(", "best(",
                 "classes(", "profile(", ":planned", "--tiers", "--target", "of=planned",
                 ",per=100", "--project", "--dry-run", "--household-id", "--parent"):
        assert any(part in command for command in commands), part


def complete(words, current):
    """What the bash completion offers."""
    script = f"""
        source /usr/share/bash-completion/bash_completion
        source {TOOLS}/completions/covcalc.bash
        COMP_WORDS=({words})
        COMP_CWORD={current}
        COMP_LINE="${{COMP_WORDS[*]}}"
        COMP_POINT=${{#COMP_LINE}}
        _covcalc 2>/dev/null
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    return done.stdout.decode().split("\n")[:-1]


@pytest.mark.skipif(not Path("/usr/share/bash-completion/bash_completion").exists(),
                    reason="no bash-completion here")
def test_bash_completion_works(folder):
    assert complete("covcalc --inv", 1) == ["--invalid"]
    assert complete("covcalc --invalid f", 2) == ["fix"]
    assert complete("covcalc -f Geo", 2) == ["GeoJSON", "GeoJSONSeq"]
    assert complete("covcalc --fiber vnpt=vi", 2) == ["vnpt=viettel.geojson"]
    assert complete("covcalc --fiber a=lines.geojson,wi", 2) == ["a=lines.geojson,within="]
    assert (complete("covcalc --fiber lines.geojson,within=1m,except=ri", 2)
            == ["lines.geojson,within=1m,except=river.geojson"])
    assert complete("covcalc --base people=pe", 2) == ["people=people.asc"]
    assert "area" in complete("covcalc --base ar", 2)
    assert complete("covcalc --base s=schools.csv,we", 2) == ["s=schools.csv,weight="]
    assert complete("covcalc --ratio t=teams.csv,k", 2) == ["t=teams.csv,key="]
    (folder / "p.yaml").write_text("", encoding="utf-8")
    assert complete("covcalc --project p", 2) == ["p.yaml"]
    assert complete("covcalc --tiers a", 2) == [""]
    assert "areas.geojson" in complete("covcalc ar", 1)


# ---------------------------------------------------------------- inputs stay


@pytest.fixture(name="inputs")
def inputs_fixture(tmp_path, monkeypatch):
    """Communes, and households that are a CSV with a .csvt."""
    shutil.copytree(HERE / "data", tmp_path, dirs_exist_ok=True)
    (tmp_path / "points.csvt").write_text('"Real","Real","String"\n', encoding="utf-8")
    (tmp_path / "people.prj").write_text("EPSG:4326\n", encoding="utf-8")
    if shutil.which("ogr2ogr") is None:
        pytest.skip("there is no ogr2ogr to make a shapefile with")
    subprocess.run(["ogr2ogr", "hh.shp", "viettel.geojson"], cwd=tmp_path, check=True)
    subprocess.run(["ogr2ogr", "-f", "MapInfo File", "map.tab", "viettel.geojson"], cwd=tmp_path,
                   check=True)
    (tmp_path / "map.ind").write_bytes(b"index")
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "viettel.geojson")
    (tmp_path / "linked.dbf").hardlink_to(tmp_path / "hh.dbf")
    for part in list(tmp_path.glob("hh.*")):
        part.with_stem("soft").symlink_to(part)
    (tmp_path / "deep").mkdir()
    shutil.copy(tmp_path / "viettel.geojson", tmp_path / "deep")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("source, output", [
    ("hh.shp", "hh.dbf,CSV"), ("hh.shp", "hh.prj,GeoJSON"), ("hh.shp", "deep/../hh.shx,CSV"),
    ("deep/../hh.shp", "hh.shp,"), ("hh.shp", "linked.shp,"), ("soft.shp", "hh.shp,"),
    ("hh.shp", "soft.shp,"), ("map.tab", "map.shp,"), ("map.tab", "map.dat,CSV"),
    ("packed.zip", "packed.zip,CSV"), ("deep", "deep/viettel.geojson,"), ("/vsizip/packed.zip/viettel.geojson", "packed.zip,CSV"),
    ("/vsizip/{packed.zip}/viettel.geojson", "packed.zip,CSV"),
    ("viettel.geojson", "points.csvt,CSV"), ("result.csv.libcov.json", "result.csv,")])
def test_output_never_takes_an_input_away(inputs, source, output):
    shutil.copy(inputs / "viettel.geojson", inputs / "result.csv.libcov.json")
    before = {p: p.read_bytes() for p in inputs.rglob("*") if p.is_file()}
    path, form = output.split(",")
    ended = run("areas.geojson", "points.csv", "--id", "ma", "--fiber", source, "--overwrite", "-o",
                path, *(["--format", form] if form else []))
    after = {p: p.read_bytes() for p in inputs.rglob("*") if p.is_file()}
    assert {n: b for n, b in after.items() if n in before} == before
    assert ended.returncode == 3, ended.stderr
    assert b"one of the files that were read" in ended.stderr


def test_output_beside_an_input_is_replaced(inputs):
    for _ in range(2):
        ended = run("areas.geojson", "points.csv", "--id", "ma", "--fiber", "viettel.geojson",
                    "--overwrite", "-o", "viettel.shp")
        assert ended.returncode == 0, ended.stderr
