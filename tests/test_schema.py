import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pathsim.scenario.files import Source, library
from pathsim.scenario.json_schema import json_schema
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import load

EVERY_KIND = Path(__file__).parent / "scenarios" / "pathway.toml"
FILES = [*sorted(library().glob("*.toml")), EVERY_KIND]

RANGE = 'kind = "plausible"\nbetween = [0.5, 0.7]\nfigure = "trial.randomized"\nderived = "x"'

# What stands in the file, and what is written there instead.
ACCEPTED = {
    "a count": ("hazard_per_day = 0.0005", 'hazard_per_day = "5/10000", source = "made_up:table3"'),
    "a number that speaks": ("max_delay = 14", 'max_delay = { value = 14, ci = [7, 21], derived = "x", note = "y" }'),
    "a count that speaks": ('grade3plus = "10/102"', 'grade3plus = { value = "10/102", source = "made_up" }'),
    "a list that speaks": ("days      = [28, 33, 35, 38, 50]", 'days = { value = [28, 50], assumed = "test" }'),
    "a whole number that speaks": ("block  = 6", 'block = { value = 6, assumed = "test" }'),
    "a mean that speaks": ("{ exponential = 35 }", '{ exponential = { value = 35, note = "x" }, assumed = "test" }'),
    "a date that speaks": ("begins        = 2020-01-01", 'begins = { value = 2020-01-01, source = "made_up:table1" }'),
    "a date of a cut-off that speaks": ("final.date   = 2024-01-01", 'final.date = { value = 2024-01-01, note = "x" }'),
    "evidence among levels": ("levels = { yes = 0.5, no = 0.5 }", 'levels = { yes = 0.5, no = 0.5, assumed = "x" }'),
    "evidence among days": ("by = { 30 = 0.05 }", 'by = { 30 = "2/40", source = "made_up" }'),
    "evidence among arms": ('usual = "usual_course" }', 'usual = "usual_course", note = "x" }'),
    "evidence for the file": ("[sources]", 'assumed = "test"\n[sources]'),
    "a plausible range": ("published = 0.6", f"{RANGE}\n[targets.other]\npublished = 0.6"),
    "an exit in one cycle": (
        "days = { exponential = 35 }",
        'days = 3\n[steps.new_course.cycle.1]\nexit = { death = { median_days = 500 }, loss = { next = "left" } }',
    ),
}
REFUSED = {
    "a misspelled key": ("max_delay = 14", "max_dely = 14"),
    "a misspelled exit": ("hazard_per_day = 0.0005", "hasard_per_day = 0.0005"),
    "misspelled evidence": ('note = "per calendar month"', 'notes = "per calendar month"'),
    "evidence that is no text": ('source = "made_up:table1"', "source = 1"),
    "empty evidence": ('source = "made_up:table1"', 'source = " "'),
    "evidence for a citation": ('doi = "10.1000/nothing"', 'source = "made_up"'),
    "a key beside a value": ("{ value = 10, ci = [8, 12]", "{ value = 10, low = 8"),
    "a key beside a date": ("begins        = 2020-01-01", "begins = { value = 2020-01-01, day = 3 }"),
    "a number for a date": ("begins        = 2020-01-01", "begins = { value = 2020 }"),
    "an interval of three": ("ci = [8, 12]", "ci = [8, 10, 12]"),
    "a range of three": ("published = 0.6", 'kind = "plausible"\nbetween = [0.5, 0.6, 0.7]'),
    "a text for a number": ("median_days = 4000", 'median_days = "long"'),
    "a count for a whole number": ("capacity   = 4", 'capacity = "8/2"'),
    "no fraction at all": ('grade3plus = "10/102"', 'grade3plus = "10 of 102"'),
    "a probability above 1": ("grade5 = 0.01", "grade5 = 1.5"),
    "a negative hazard": ("hazard_per_day = 0.0005", "hazard_per_day = -0.0005"),
    "a day that is none": ("by = { 14 = 0.01", "by = { soon = 0.01"),
    "a certain exit": ("35 = 0.02 }", "35 = 1 }"),
    "no kind": ('kind   = "randomize"', ""),
    "an unknown kind": ('kind   = "randomize"', 'kind = "randomise"'),
    "a key of another kind": ('kind  = "end"\nlabel = "Dead"', 'kind = "end"\nlabel = "Dead"\ndays = 4'),
    "a missing key": ("ready = [10, 30, 60]", ""),
    "a cycle without repeat": ("repeat = 2", ""),
    "a cycle without a number": ("cycle.2]", "cycle.last]"),
    "a key of a cycle": ("[steps.new_course.cycle.2]", "[steps.new_course.cycle.2]\nlength = 2"),
    "more patients than fit": ("patients      = 300", "patients      = 65536"),
    "a block that is too large": ("block  = 6", "block  = 1002"),
    "a number of cycles": ("repeat = 2", "repeat = 101"),
    "an unknown section": ("[resources.beds]", "[lesson]\n[resources.beds]"),
    "numbers set in a scenario that extends none": (
        "[resources.beds]",
        '[set]\n"trial.patients" = 3\n[resources.beds]',
    ),
    "a part left out of a scenario that extends none": ('title = "Every', 'without = ["resources"]\ntitle = "Every'),
    "no title": ('title = "Every kind of step, and every way of leaving one"', ""),
    "a list for a table": ("[resources.beds]", "resource_list = []\n[resources.beds]"),
}
EXTENSION = """
extends = "pathway"
without = ["resources.beds.priority"]
[steps]
assumed = "test"
[steps.induction]
days = { value = 40, note = "longer" }
[steps.induction.exit.death]
by = { 20 = 0.02 }
[steps.new_course.cycle.2]
days = { exponential = 20 }
[trial]
patients = { value = 30, assumed = "test" }
[trial.cutoffs.final]
date = { value = 2025-01-01, assumed = "test" }
[set]
"resources.beds.capacity" = { value = 3, assumed = "test" }
"trial.begins" = { value = 2020-02-01, assumed = "test" }
"""


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json_schema()


@pytest.fixture(scope="module")
def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema)


def _tree(text: str) -> Any:
    """The tree of a file as an editor of TOML sees it, with texts for dates."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def _changed(change: tuple[str, str]) -> str:
    text = EVERY_KIND.read_text(encoding="utf-8")
    assert text.count(change[0]) >= 1
    return text.replace(*change, 1)


def _tables(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from _tables(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _tables(inner)


def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:pathsim:scenario:1"
    assert schema == json.loads(json.dumps(schema))


def test_every_reference_leads_to_a_definition(schema: dict[str, Any]) -> None:
    references = {node["$ref"].removeprefix("#/$defs/") for node in _tables(schema) if "$ref" in node}
    assert references <= set(schema["$defs"])


def test_every_table_and_key_is_explained(schema: dict[str, Any]) -> None:
    for name, table in schema["$defs"].items():
        assert table["description"], name
        for key, node in table.get("properties", {}).items():
            assert node.get("description") or node["$ref"] == f"#/$defs/{key}", f"{name}.{key}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scenarios_are_valid(validator: Draft202012Validator, file: Path) -> None:
    validator.validate(_tree(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED)
def test_what_the_loader_accepts_is_valid(validator: Draft202012Validator, change: tuple[str, str]) -> None:
    text = _changed(change)
    load(Source("changed", "changed.toml", text))
    validator.validate(_tree(text))


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_what_is_not_valid_the_loader_refuses(validator: Draft202012Validator, change: tuple[str, str]) -> None:
    text = _changed(change)
    with pytest.raises(ScenarioError):
        load(Source("changed", "changed.toml", text))
    assert not validator.is_valid(_tree(text))


def test_a_file_that_extends_another_says_only_what_differs(validator: Draft202012Validator) -> None:
    load(Source("longer", str(EVERY_KIND.parent / "longer.toml"), EXTENSION))
    validator.validate(_tree(EXTENSION))
    assert not validator.is_valid(_tree(EXTENSION.replace("extends", "summary")))
    assert not validator.is_valid(_tree(EXTENSION.replace("days = {", "dais = {")))
