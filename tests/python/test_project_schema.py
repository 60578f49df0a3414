"""The JSON Schema of project files: it says for editors what the library says."""

import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

DATA = Path(__file__).resolve().parents[2] / "data"
EXAMPLES = ["province/province.yaml", "province/planning.yaml"]
SCHEMA = json.loads((DATA / "project.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def dry_run(path):
    return subprocess.run(
        [os.environ["COVCALC"], "--project", str(path), "--dry-run"], capture_output=True, text=True
    )


def test_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def keys_of(schema, path=""):
    """Every key with its path, and whether it is needed, as `test_project --keys` lists them."""
    schema = schema.get("items", schema)
    for key, value in schema.get("properties", {}).items():
        yield f"{path}/{key}{' needed' if key in schema.get('required', []) else ''}"
        yield from keys_of(value, f"{path}/{key}")


def test_keys_are_those_of_the_library():
    lines = subprocess.run(
        [os.environ["TEST_PROJECT"], "--keys"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(lines) > 60
    assert sorted(keys_of(SCHEMA)) == sorted(lines)


def maps_of(schema):
    if schema.get("type") == "object":
        yield schema
    for value in [*schema.get("properties", {}).values(), schema.get("items", {})]:
        yield from maps_of(value) if value else ()


def test_every_key_is_described_and_no_other_taken():
    for schema in maps_of(SCHEMA):
        assert schema["additionalProperties"] is False
        for key, value in schema["properties"].items():
            assert value["description"][-1] in ".?", key


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name):
    text = (DATA / name).read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../project.schema.json\n")
    VALIDATOR.validate(yaml.safe_load(text))
    result = dry_run(DATA / name)
    assert result.returncode == 0, result.stderr


def test_examples_have_every_key_of_a_service():
    used = set()
    for name in EXAMPLES:
        for service in yaml.safe_load((DATA / name).read_text(encoding="utf-8"))["services"]:
            used |= set(service)
    known = set(SCHEMA["properties"]["services"]["items"]["properties"])
    assert known - used <= {"layer", "where"}


WHOLE = """\
areas: {file: a.shp}
households: {file: h.shp, id: i}
services:
  - {name: a, file: a.shp}
"""
MISTAKES = [
    "fibre: 1",
    "  - {name: b}",
    "  - {name: b, file: c, within: 150}",
    "  - {name: b, file: c, within: 150 miles}",
    "  - {name: b, file: c, column: d}",
    "  - {name: b, file: c, within: 5m, min: 1}",
    "  - {name: b, file: c, except: {file: r}}",
    "  - {name: b, file: c, within: 5m, except: r.shp}",
    "  - {name: b, file: c, min: much}",
    "  - {name: b, file: c, min: 1, sigma: 8}",
    "  - {name: b, file: c, min: 1, sigma: 8, probability: 100}",
    "  - {name: b, file: c, min: 1, sigma: 8, probability: 0.9}",
    "  - {name: b, file: c, min: 1, indoor: -12}",
    "  - {name: b, file: c, min: 1, bilinear: maybe}",
    "  - {name: b, file: c, indoor: 1}",
    "  - {name: b, file: c, if: d=1}",
    "  - {name: b, file: c, key: d, split: e}",
    "bases: [{name: b}]",
    "bases: [{name: b, kind: areas}]",
    "bases: [{name: b, kind: area, file: c}]",
    "indicators: [{name: b}]",
    "indicators: [defaults()]",
    "tiers: [{chain: [b]}]",
    "targets: [{indicator: b, at_least: 80}]",
    "targets: [{indicator: b, at_least: 80%, with: 1.5}]",
    "ratios: [{name: b, file: c, key: d, n: e}]",
    "ratios: [{name: b, file: c, key: d, n: e, of: f, of_base: g}]",
    "ratios: [{name: b, file: c, key: d, n: e, of: f, per: 0}]",
    "options: {invalid: drop}",
    "options: {threads: 1000}",
    "outputs: [{format: CSV}]",
]


def test_mistakes_are_on_a_base_that_is_none():
    VALIDATOR.validate(yaml.safe_load(WHOLE))


@pytest.mark.parametrize("line", MISTAKES)
def test_mistakes(line, tmp_path):
    text = WHOLE + line + "\n"
    assert not VALIDATOR.is_valid(yaml.safe_load(text))
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    result = dry_run(path)
    assert result.returncode != 0
    assert "p.yaml, line 5, column " in result.stderr


# Of every key that takes numbers or lists of some length: values on both sides of each limit.
SIGNAL = "  - {name: b, file: c.tif, min: 1, %s}"
LIMITS = {
    "/services": ("", ["[]", "[{name: a, file: a.shp}]"]),
    "/services/within": (
        "  - {name: b, file: c, within: '%s'}",
        ["0m", "0.0 km", "0.001m", "1m", "007ft", ".5km", ".0m", "5.m", ".m", "-1m", "1e3m", "1 km ",
         "1\u00a0km",
         " 1km", "1.5.2m", "1 mile"],
    ),
    "/services/min": ("  - {name: b, file: c.tif, min: %s}", ["-1000", "0", "-105.5", "x"]),
    "/services/indoor": (SIGNAL % "indoor: %s", ["-0.001", "0", "0.001", "-12"]),
    "/services/sigma": (SIGNAL % "probability: 90, sigma: %s", ["-1", "0", "0.001", "8"]),
    "/services/probability": (
        SIGNAL % "sigma: 8, probability: %s",
        ["0", "0.9", "0.999", "1", "90", "99.999", "100", "101"],
    ),
    "/tiers/chain": ("tiers: [{chain: %s}]", ["[]", "[a]", "[a, b]"]),
    "/targets/at_least": (
        "targets: [{indicator: b, at_least: '%s'}]",
        ["0%", "00%", "80 %", "80\u00a0%", "66.55%", "99.9999%", "100%", "0100.0000%", "100.0001%", "101%",
         "1000%", "80", "80.12345%", "80.%", ".8%", "-1%", "80%%"],
    ),
    "/targets/with": (
        "targets: [{indicator: b, at_least: 80%%, with: %s}]",
        ["-1", "0", "1", "18446744073709551", "18446744073709552", "1.5"],
    ),
    "/ratios/per": (
        "ratios: [{name: b, file: c, key: d, n: e, of: f, per: %s}]",
        ["-1", "0", "1", "1000000000", "1000000001", "2.5"],
    ),
    "/options/threads": ("options: {threads: %s}", ["-1", "0", "1", "256", "257", "1.5"]),
}
LIMITING = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern", "minItems"}


def limited(schema, path=""):
    """The keys that the schema limits, or that are numbers."""
    if path and (LIMITING & set(schema) or schema.get("type") in ("number", "integer")):
        yield path
    for key, value in schema.get("items", schema).get("properties", {}).items():
        yield from limited(value, f"{path}/{key}")


def test_every_limit_is_compared():
    assert sorted(limited(SCHEMA)) == sorted(LIMITS)


@pytest.mark.parametrize("key", LIMITS)
def test_limits_are_those_of_the_library(key, tmp_path):
    form, values = LIMITS[key]
    path = tmp_path / "p.yaml"
    for value in values:
        if key == "/services":
            text = WHOLE[: WHOLE.index("services")] + f"services: {value}\n"
        else:
            text = WHOLE + form % value + "\n"
        path.write_text(text, encoding="utf-8")
        taken = "p.yaml, line" not in dry_run(path).stderr
        assert (value, VALIDATOR.is_valid(yaml.safe_load(text))) == (value, taken)
