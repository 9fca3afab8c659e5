from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pathsim.fields import is_number
from pathsim.scenario.evidence import KEYS, Layer, read, unknown_references
from pathsim.scenario.files import Source, library, parse
from pathsim.scenario.scenario import load
from pathsim.steps.spec import KeyPath

FILES = sorted(library().glob("*.toml"))


def layer(text: str) -> Layer:
    return read(parse(Source("here", "here.toml", text)))


def told(text: str, *path: str | int) -> tuple[object, str, str]:
    rate = layer(text).rates[path]
    return rate.value, rate.evidence.kind, rate.evidence.text


def messages(text: str) -> list[str]:
    return [problem.message for problem in layer(text).problems]


@pytest.mark.parametrize(("key", "kind"), KEYS.items())
def test_a_table_speaks_for_its_numbers_in_one_of_four_ways(key: str, kind: str) -> None:
    assert told(f'[steps.a]\ndays = 28\n{key} = "why"\n', "steps", "a", "days") == (28.0, kind, "why")


def test_the_nearest_table_wins() -> None:
    text = """
        [steps]
        assumed = "outermost"
        [steps.a]
        days = 1
        source = "outer"
        [steps.a.toxicity.infection]
        onset = 2
        lasts = { value = 3, calibrated = "inner" }
        """
    assert told(text, "steps", "a", "days") == (1.0, "published", "outer")
    assert told(text, "steps", "a", "toxicity", "infection", "onset") == (2.0, "published", "outer")
    assert told(text, "steps", "a", "toxicity", "infection", "lasts") == (3.0, "calibrated", "inner")


def test_a_table_does_not_speak_for_its_neighbors() -> None:
    text = '[steps.a]\ndays = 1\nassumed = "why"\n[steps.b]\ndays = 2\n'
    assert [problem.path for problem in layer(text).problems] == [("steps", "b", "days")]


def test_a_count_gives_its_value_and_what_was_counted() -> None:
    rate = layer('[steps.a]\nmax_delay = " 10 / 102 "\nsource = "paper:table 3"\n').rates["steps", "a", "max_delay"]
    assert (rate.value, rate.n, rate.of, rate.source) == (10 / 102, 10, 102, "paper")


@pytest.mark.parametrize("key", ["source", "derived"])
def test_a_count_belongs_to_the_nearest_table_that_observes(key: str) -> None:
    text = f"""
        [steps.a]
        {key} = "seen"
        [steps.a.exit.death]
        assumed = "the day"
        by = {{ 28 = "3/40", 56 = 0.2 }}
        """
    by = ("steps", "a", "exit", "death", "by")
    assert told(text, *by, "28") == (3 / 40, KEYS[key], "seen")
    assert told(text, *by, "56") == (0.2, "assumed", "the day")


def test_a_count_without_an_observer_is_a_problem_and_says_what_to_write() -> None:
    (message,) = messages('[steps.a]\nmax_delay = "10/102"\nassumed = "why"\n')
    assert message.endswith("name its source, or write 0.098 instead")
    (message,) = messages('[steps.a]\nmax_delay = "10/102"\n')
    assert message.startswith("no evidence")


def test_a_text_that_looks_like_a_count_stays_a_text_where_texts_stand() -> None:
    text = 'title = "7/2014"\n[steps.a]\nlabel = "1/2"\n[sources]\npaper = { cite = "10/20" }\n'
    found = layer(text)
    assert not found.rates
    assert not found.problems
    assert (found.tree["title"], found.tree["steps"]["a"]["label"]) == ("7/2014", "1/2")


def test_a_number_can_speak_for_itself_with_an_interval_and_a_note() -> None:
    text = '[trial]\nper_month = { value = 10, ci = [8, 12], source = "paper:table 1", note = "in 2014" }\n'
    found = layer(text)
    rate = found.rates["trial", "per_month"]
    assert (rate.value, rate.ci, rate.source, rate.evidence.note) == (10.0, (8.0, 12.0), "paper", "in 2014")
    assert found.tree == {"trial": {"per_month": 10}}


def test_a_count_and_a_list_can_speak_for_themselves() -> None:
    text = """
        [cohort.age]
        quantiles = { value = [1, 40, 90], assumed = "why" }
        [cohort.sex.levels]
        female = { value = "97/208", source = "paper", ci = [0.4, 0.53] }
        male = "rest"
        """
    found = layer(text)
    assert found.rates["cohort", "age", "quantiles"].value == [1.0, 40.0, 90.0]
    female = found.rates["cohort", "sex", "levels", "female"]
    assert (female.n, female.of, female.ci) == (97, 208, (0.4, 0.53))
    assert found.tree["cohort"]["sex"]["levels"] == {"female": 97 / 208, "male": "rest"}


def test_a_list_of_numbers_is_one_rate() -> None:
    found = layer('[steps.a]\nready = [1, 2.5, 3]\nassumed = "why"\n')
    assert {path: rate.value for path, rate in found.rates.items()} == {("steps", "a", "ready"): [1.0, 2.5, 3.0]}


def test_a_date_has_evidence_as_a_number_has() -> None:
    text = """
        [trial]
        begins = 2020-01-01
        closes = { value = 2022-12-31, source = "paper:methods", quote = "until December 2022" }
        assumed = "the trial"
        [trial.cutoffs.final]
        date = 2024-06-30
        [trial.monitoring.order]
        date = 2023-06-30
        derived = "a year before the end"
        """
    found = layer(text)
    assert not found.problems
    assert told(text, "trial", "begins") == (date(2020, 1, 1), "assumed", "the trial")
    assert told(text, "trial", "closes") == (date(2022, 12, 31), "published", "paper:methods")
    assert told(text, "trial", "cutoffs", "final", "date") == (date(2024, 6, 30), "assumed", "the trial")
    assert told(text, "trial", "monitoring", "order", "date")[1:] == ("derived", "a year before the end")
    closes = found.rates["trial", "closes"]
    assert (closes.source, closes.evidence.place, closes.evidence.quote) == ("paper", "methods", "until December 2022")
    assert found.tree["trial"]["closes"] == date(2022, 12, 31)


@pytest.mark.parametrize("value", ["2024-06-30", "{ value = 2024-06-30 }"])
@pytest.mark.parametrize(
    ("table", "key"), [("trial", "begins"), ("trial.cutoffs.final", "date"), ("trial.monitoring.order", "date")]
)
def test_a_date_without_evidence_is_a_problem_in_the_words_for_numbers(table: str, key: str, value: str) -> None:
    (number,) = messages("[trial]\npatients = 3\n")
    (problem,) = layer(f"[{table}]\n{key} = {value}\n").problems
    assert (problem.path, problem.message) == ((*table.split("."), key), number)
    assert number.startswith("no evidence: say where this comes from")


def test_a_date_has_no_interval_and_no_range() -> None:
    assert messages('[trial]\nbegins = { value = 2020-01-01, ci = [1, 2], range = [1, 2], assumed = "why" }\n') == [
        "a range is for one number, and this is a date",
        "an interval is for one number, and this is a date",
    ]


@pytest.mark.parametrize("value", ["2020-01-01T08:00:00", "08:00:00"])
def test_a_time_of_day_is_no_date(value: str) -> None:
    found = layer(f'[trial]\nbegins = {value}\nassumed = "why"\n')
    assert not found.rates


def test_evidence_disappears_from_the_tree() -> None:
    found = layer('[steps.a]\nassumed = "why"\nnote = "so"\nkind = "phase"\ndays = { value = 3, derived = "1 + 2" }\n')
    assert found.tree == {"steps": {"a": {"kind": "phase", "days": 3}}}


@pytest.mark.parametrize("key", ["asumed", "assummed", "Assumed", "sourc", "derivd", "calibrate", "notes"])
def test_misspelled_evidence_is_one_problem_and_still_speaks(key: str) -> None:
    (message,) = messages(
        f'[steps.a]\n{key} = "why"\ndays = 3\nassumed = "why"\n'.replace('assumed = "why"\n', "", key != "notes")
    )
    assert message.startswith(f"'{key}' is not known here. Did you mean '")


def test_names_that_look_like_evidence_are_names() -> None:
    found = layer('[steps.a]\narms = { sourced = "b", noted = "c" }\n[cohort.x.levels]\nderive = "rest"\n')
    assert not found.problems
    assert found.tree["steps"]["a"]["arms"] == {"sourced": "b", "noted": "c"}


def test_a_number_where_none_belongs_is_not_asked_for_evidence() -> None:
    text = "[steps.a]\nlabel = 3\nnonsense = 4\n[nowhere]\nnumber = 5\n[steps.a.cycle.2]\nnonsense = 6\n"
    assert not layer(text).problems


@pytest.mark.parametrize("path", [("trial", "begins"), ("trial", "cutoffs", "final", "date")])
def test_a_date_is_never_calibrated(path: tuple[str, ...]) -> None:
    *table, key = path
    found = layer(f'[{".".join(table)}]\n{key} = {{ value = 2020-01-01, calibrated = "survival" }}\n')
    assert [(problem.path, problem.message) for problem in found.problems] == [
        (path, "a date is decided, not calibrated; say why it is assumed instead")
    ]


def test_an_unknown_source_is_reported_once_for_each_table_that_names_it() -> None:
    text = """
        [steps.a]
        source = "papper:table 1"
        days = 1
        max_delay = 2
        [steps.b]
        source = "papper:table 2"
        days = 1
        [steps.c]
        calibrated = "survivel"
        days = 1
        [trial]
        begins = { value = 2020-01-01, source = "papper" }
        """
    found = list(unknown_references(layer(text).rates, {"paper": None}, {"": ["survival"]}))
    assert [(problem.path, problem.message) for problem in found] == [
        (("steps", "a", "source"), "there is no source 'papper' in [sources]. Did you mean 'paper'?"),
        (("steps", "b", "source"), "there is no source 'papper' in [sources]. Did you mean 'paper'?"),
        (("steps", "c", "calibrated"), "there is no target 'survivel' in [targets]. Did you mean 'survival'?"),
        (("trial", "begins", "source"), "there is no source 'papper' in [sources]. Did you mean 'paper'?"),
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_number_and_date_of_the_library_has_evidence(file: Path) -> None:
    scenario = load(str(file))
    without = ("sources", "targets", "seed")
    tree = {key: value for key, value in scenario.layers.tree.items() if key not in without}
    numbers = {path for path, value in values_in(tree) if not isinstance(value, date)}
    dates = {path for path, value in values_in(tree) if isinstance(value, date)}
    assert ("trial", "begins") in dates
    assert numbers == set(scenario.rates)
    assert numbers | dates == set(scenario.stated)
    assert all(rate.evidence.text for rate in scenario.stated.values())


def values_in(tree: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """The numbers and dates of a tree, a list of numbers being one."""
    if is_number(tree) or isinstance(tree, date) or (isinstance(tree, list) and tree and all(map(is_number, tree))):
        yield path, tree
        return
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from values_in(value, (*path, key))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_the_library_observes_it_counted(file: Path) -> None:
    for rate in load(str(file)).rates.values():
        if rate.n is not None:
            assert rate.evidence.kind in ("published", "derived")
            assert rate.value == rate.n / (rate.of or 0)
