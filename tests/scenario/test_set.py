from datetime import date
from functools import cache

import pytest

from pathsim.paths import path_of
from pathsim.scenario.files import Source
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import Scenario, load

TEXT = """
title = "A scenario to change"

[sources]
paper = { cite = "Nobody 2020" }

[cohort]
assumed = "test"
[cohort.age]
label     = "Age"
whole     = false
quantiles = [1, 40, 90]
[cohort.sex]
levels = { female = 0.5, male = "rest" }

[trial]
begins    = 2020-01-01
patients  = 100
per_month = { value = 10, ci = [8, 12], source = "paper:table 1" }
arrivals  = "poisson"
assumed   = "test"
[trial.cutoffs.final]
date = 2024-01-01

[steps.treatment]
kind    = "phase"
days    = 28
repeat  = 2
next    = "follow_up"
assumed = "test"
toxicity = { fever = { grade3plus = "10/102", grade4plus = 0.05, onset = 3, lasts = 4, source = "paper" } }

[steps.follow_up]
kind    = "phase"
assumed = "test"
exit    = { death = { by = { "0.5" = 0.1, 365 = 0.2 }, next = "dead" } }

[steps.dead]
kind = "end"
"""

SOURCE = Source("here", "here.toml", TEXT)


def changed(**settings: str) -> Scenario:
    return load(SOURCE, {path.replace("__", "."): value for path, value in settings.items()})


def problems(settings: dict[str, str]) -> list[Problem]:
    with pytest.raises(ScenarioError) as wrong:
        load(SOURCE, settings)
    return wrong.value.problems


def problem(path: str, value: str) -> Problem:
    (found,) = problems({path: value})
    return found


@cache
def unchanged() -> Scenario:
    return load(SOURCE)


def test_a_number_is_set_and_its_evidence_is_that_it_was_set() -> None:
    scenario = changed(trial__patients="300")
    assert scenario.patients == 300
    rate = scenario.rates["trial", "patients"]
    assert (rate.value, rate.evidence.kind, rate.evidence.text) == (300.0, "assumed", "set on the command line")
    assert scenario.overrides == {"trial.patients": 300}


def test_nothing_else_changes() -> None:
    scenario = changed(trial__patients="300")
    assert scenario.sha256 == unchanged().sha256
    others = {path: rate for path, rate in scenario.rates.items() if path != ("trial", "patients")}
    assert others == {path: rate for path, rate in unchanged().rates.items() if path != ("trial", "patients")}


def test_a_number_that_spoke_for_itself_loses_its_source_and_its_interval() -> None:
    rate = changed(trial__per_month="20").rates["trial", "per_month"]
    assert (rate.value, rate.source, rate.ci) == (20.0, None, None)


@pytest.mark.parametrize(("value", "expected"), [("[5, 6]", [5.0, 6.0]), ("[1, 2, 3, 4]", [1.0, 2.0, 3.0, 4.0])])
def test_a_list_is_set_as_one(value: str, expected: list[float]) -> None:
    assert changed(cohort__age__quantiles=value).rates["cohort", "age", "quantiles"].value == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.33,0.66,1", [0.33, 0.66, 1.0]),
        ("[0.33, 0.66, 1]", [0.33, 0.66, 1.0]),
        ("80/131,1", [80 / 131, 1.0]),
        ("[80/131, 1]", [80 / 131, 1.0]),
        ("[1/1]", [1.0]),
    ],
)
def test_a_list_of_numbers_is_written_as_people_type_it(value: str, expected: list[float]) -> None:
    scenario = load("aall1331", {"trial.monitoring.information": value})
    plan = scenario.trial.monitoring
    assert plan is not None
    assert plan.information == pytest.approx(expected)
    assert scenario.rates["trial", "monitoring", "information"].value == expected
    assert scenario.overrides == {"trial.monitoring.information": expected}


def test_a_number_alone_is_no_list() -> None:
    """So --vary, which splits at commas, cannot take a list for several of one number each."""
    with pytest.raises(ScenarioError, match=r"expected a list, found 0\.5"):
        load("aall1331", {"trial.monitoring.information": "0.5"})


def test_any_list_of_numbers_is_written_so() -> None:
    scenario = load("aall1331", {"endpoints.dfs.at_days": "365, 730", "trial.reporting_delay": "5,10,20"})
    assert scenario.sections.endpoints["dfs"].at_days == (365, 730)
    assert scenario.rates["trial", "reporting_delay"].value == [5.0, 10.0, 20.0]


def test_a_text_with_commas_stays_a_text() -> None:
    assert changed(title="1,2").title == "1,2"


def test_a_list_with_a_word_in_it_is_told_as_it_was_typed() -> None:
    assert "found '0.5,x'" in problem("cohort.age.quantiles", "0.5,x").message


def test_an_entry_of_a_list_is_set_and_belongs_to_the_list() -> None:
    scenario = changed(cohort__age__quantiles__1="30")
    rate = scenario.rates["cohort", "age", "quantiles"]
    assert (rate.value, rate.evidence.text) == ([1.0, 30.0, 90.0], "set on the command line")
    assert ("cohort", "age", "quantiles", 1) not in scenario.rates


def test_a_name_with_a_point_can_stand_in_quotation_marks() -> None:
    wanted = ("steps", "follow_up", "exit", "death", "by", "0.5")
    for written in ("0.5", '"0.5"', "'0.5'"):
        assert load(SOURCE, {f"steps.follow_up.exit.death.by.{written}": "0.15"}).rates[wanted].value == 0.15


@pytest.mark.parametrize("day", ["365", "0.5"])
def test_a_probability_by_a_day_is_set_even_if_the_day_has_a_point(day: str) -> None:
    path = f"steps.follow_up.exit.death.by.{day}"
    scenario = load(SOURCE, {path: "0.15"})
    assert scenario.rates["steps", "follow_up", "exit", "death", "by", day].value == 0.15
    assert scenario.overrides == {path_of("steps", "follow_up", "exit", "death", "by", day): 0.15}


def test_a_new_day_can_be_added() -> None:
    scenario = changed(steps__follow_up__exit__death__by__730="0.4")
    assert scenario.rates["steps", "follow_up", "exit", "death", "by", "730"].value == 0.4


def test_a_count_is_a_way_to_write_a_fraction_and_no_observation() -> None:
    rate = changed(steps__treatment__toxicity__fever__grade3plus="20/100").rates[
        "steps", "treatment", "toxicity", "fever", "grade3plus"
    ]
    assert (rate.value, rate.n, rate.of, rate.evidence.kind) == (0.2, None, None, "assumed")


@pytest.mark.parametrize("value", ["even", '"even"', "'even'"])
def test_a_text_needs_no_quotation_marks(value: str) -> None:
    assert changed(trial__arrivals=value).trial.arrivals == "even"


def test_a_level_is_set_and_the_rest_follows() -> None:
    scenario = changed(cohort__sex__levels__female="0.3")
    assert scenario.sections.cohort["sex"].levels == {"female": 0.3, "male": 0.7}


def test_levels_are_set_as_a_table() -> None:
    scenario = changed(cohort__sex__levels='{ female = "1/4", male = 0.5, other = "rest" }')
    assert scenario.sections.cohort["sex"].levels == {"female": 0.25, "male": 0.5, "other": 0.25}


def test_a_date_a_text_and_true_are_set() -> None:
    scenario = changed(trial__begins="2019-02-01", cohort__age__label="Years of age", cohort__age__whole="true")
    assert scenario.trial.begins.isoformat() == "2019-02-01"
    assert scenario.sections.cohort["age"].label == "Years of age"
    assert scenario.sections.cohort["age"].whole


def test_the_evidence_of_a_date_that_is_set_is_that_it_was_set() -> None:
    source = Source("here", "here.toml", TEXT.replace("2020-01-01", '{ value = 2020-01-01, source = "paper:table 1" }'))
    assert load(source).stated["trial", "begins"].evidence.kind == "published"
    rate = load(source, {"trial.begins": "2019-02-01"}).stated["trial", "begins"]
    assert (rate.value, rate.evidence.kind, rate.evidence.text) == (
        date(2019, 2, 1),
        "assumed",
        "set on the command line",
    )


@pytest.mark.parametrize(("path", "value", "text"), [("begins", "2019-02-01", "x"), ("patients", "300", "x")])
def test_a_date_is_set_with_words_of_its_own_as_a_number_is(path: str, value: str, text: str) -> None:
    scenario = load(SOURCE, {f"trial.{path}": f'{{ value = {value}, assumed = "{text}" }}'})
    assert scenario.stated["trial", path].evidence.text == text
    assert str(getattr(scenario.trial, path)) == value


def test_a_table_with_a_date_is_set() -> None:
    scenario = changed(trial__cutoffs__final="{ date = 2025-06-30 }")
    rate = scenario.stated["trial", "cutoffs", "final", "date"]
    assert (rate.value, rate.evidence.text) == (date(2025, 6, 30), "set on the command line")


def test_a_day_instead_of_a_date_leaves_no_date() -> None:
    scenario = changed(trial__cutoffs__final="{ day = 1500 }")
    assert [path[2:] for path in scenario.stated if path[1] == "cutoffs"] == [("final", "day")]


def test_a_key_that_the_file_leaves_out_can_be_set() -> None:
    scenario = changed(steps__treatment__max_delay="7")
    assert scenario.rates["steps", "treatment", "max_delay"].value == 7.0


def test_a_repeated_phase_is_set_for_all_its_cycles() -> None:
    scenario = changed(steps__treatment__repeat="3", steps__treatment__days="21")
    assert [step.name for step in scenario.steps][:3] == ["treatment.1", "treatment.2", "treatment.3"]
    assert scenario.rates["steps", "treatment", "days"].value == 21.0


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tril.patients", "there is no 'tril' in this scenario. Did you mean 'trial'?"),
        ("steps.treatmnt.days", "there is no 'treatmnt' in 'steps'. Did you mean 'treatment'?"),
        ("steps.treatment.dayz", "'dayz' is not known here. Did you mean 'days'?"),
        ("cohort.age.quantiles.3", "there is no '3' in 'cohort.age.quantiles'. It has the entries 0 to 2."),
        ("cohort.age.quantiles.²", "there is no '²' in 'cohort.age.quantiles'"),
        ("cohort.age.quantiles.old", "there is no 'old' in 'cohort.age.quantiles'"),
        ("trial.patients.many", "there is no 'many' in 'trial.patients'"),
        ("trial.assumed", "there is no 'assumed' in 'trial'"),
    ],
)
def test_a_misspelled_path_is_explained(path: str, expected: str) -> None:
    found = problem(path, "3")
    assert expected in found.message
    assert str(found).startswith(f"--set: {path}: ")


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("trial.patients", "many", "expected a whole number of 1 or more, found 'many'"),
        ("trial.patients", "nan", "expected a whole number of 1 or more, found nan"),
        ("trial.patients", "[[[", "found '[[['"),
        ("trial.patients", "9" * 5000, "expected a whole number"),
        (
            "trial.begins",
            "17.12.2014",
            "expected a date such as 2014-12-17, without quotation marks, found '17.12.2014'",
        ),
        ("cohort.age.quantiles.2", "3", "quantiles must ascend, but 3 follows 40"),
        ("cohort.age.quantiles.1", "abc", "expected a number, found 'abc'"),
        ("cohort.sex.levels.female", "35%", "write it as a fraction: 0.35"),
        ("steps.treatment.toxicity.fever.grade3plus", "12/10", "'12/10' is not a count"),
        ("steps.treatment.next", "nowhere", "there is no step 'nowhere'"),
        ("steps.treatment.repeat", "two", "expected a whole number from 1 to 100, found 'two'"),
        ('steps.follow_up.exit.death.by."0.5"', "0.3", "a cumulative probability cannot fall"),
    ],
)
def test_a_wrong_value_is_a_problem_of_the_setting(path: str, value: str, expected: str) -> None:
    found = problem(path, value)
    assert expected in found.message
    assert found.file == "--set" or f"(after --set {path}=" in found.message
    assert path.split(".")[1] in str(found)


def test_what_a_setting_breaks_elsewhere_names_the_setting_and_the_line() -> None:
    found = problem("trial.begins", "2025-01-01")
    assert (found.path, found.file) == (("trial", "cutoffs", "final", "date"), "here.toml")
    assert TEXT.splitlines()[(found.line or 0) - 1] == "date = 2024-01-01"
    assert found.message.endswith("(after --set trial.begins=2025-01-01)")


def test_what_is_wrong_with_the_file_anyway_is_not_blamed_on_a_setting() -> None:
    source = Source("here", "here.toml", TEXT.replace('next = "dead"', 'next = "deda"'))
    with pytest.raises(ScenarioError) as wrong:
        load(source, {"trial.patients": "300"})
    (found,) = wrong.value.problems
    assert (found.file, found.message) == ("here.toml", "there is no step 'deda'. Did you mean 'dead'?")


def test_every_wrong_setting_is_reported() -> None:
    found = problems({"trial.patients": "-1", "tril.patients": "3", "steps.treatment.days": "soon"})
    assert {str(one).split(": ")[1] for one in found} == {"trial.patients", "tril.patients", "steps.treatment.days"}
    assert {one.file for one in found} == {"--set"}
