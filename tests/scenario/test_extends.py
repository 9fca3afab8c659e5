from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import Scenario, load

BASE = """
title = "Base"

[cohort]
assumed = "the base says so"
[cohort.age]
quantiles = [1, 40, 90]
[cohort.sex]
levels = { female = 0.5, male = "rest" }

[trial]
begins    = 2020-01-01
patients  = 100
per_month = 10
assumed   = "the base says so"
[trial.cutoffs.final]
day = 1000

[steps.treatment]
kind    = "phase"
days    = 28
next    = "follow_up"
assumed = "the base says so"
exit    = { refusal = { hazard_per_day = 0.001, next = "gone" }, death = { median_days = 900, next = "dead" } }

[steps.follow_up]
kind    = "phase"
assumed = "the base says so"
exit    = { death = { by = { 365 = 0.2, 730 = 0.3 }, next = "dead" } }

[steps.dead]
kind = "end"
[steps.gone]
kind = "end"
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return written


def problems_of(path: Path) -> list[Problem]:
    with pytest.raises(ScenarioError) as wrong:
        load(str(path))
    return wrong.value.problems


def said(scenario: Scenario, *path: str | int) -> tuple[object, str, str]:
    rate = scenario.rates[path]
    return rate.value, rate.evidence.kind, rate.evidence.text


def test_a_child_says_only_what_differs(write: Write) -> None:
    write("base.toml", BASE)
    child = load(str(write("child.toml", 'extends = "base"\ntitle = "Child"\n[trial]\narrivals = "even"')))
    assert (child.name, child.title, child.trial.arrivals, child.patients) == ("child", "Child", "even", 100)
    assert [step.name for step in child.steps] == ["treatment", "follow_up", "dead", "gone"]


def test_a_scenario_can_be_made_again_when_what_it_builds_on_has_changed(write: Write) -> None:
    write("oldest.toml", BASE)
    write("base.toml", 'extends = "oldest"\n[trial]\npatients = 120\nassumed = "more"')
    child = load(str(write("child.toml", 'extends = "base"\ntitle = "Child"')), {"trial.per_month": "12"})
    write("oldest.toml", BASE.replace("days    = 28", "days    = 21"))
    write("base.toml", 'extends = "oldest"')
    again = load(child.layers.source, child.layers.given)
    assert (again.sha256, again.patients, again.overrides) == (child.sha256, 120, {"trial.per_month": 12})
    assert again.rates == child.rates


def test_tables_merge_at_every_depth_and_lists_are_replaced(write: Write) -> None:
    write("base.toml", BASE)
    text = """
        extends = "base"
        [cohort.age]
        quantiles = [5, 6]
        assumed   = "the child says so"
        [steps.follow_up.exit.death.by]
        730  = 0.5
        1095 = 0.6
        assumed = "the child says so"
        """
    child = load(str(write("child.toml", text)))
    by = ("steps", "follow_up", "exit", "death", "by")
    assert said(child, "cohort", "age", "quantiles") == ([5.0, 6.0], "assumed", "the child says so")
    assert [said(child, *by, day)[0] for day in ("365", "730", "1095")] == [0.2, 0.5, 0.6]
    assert child.sections.cohort["sex"].levels == {"female": 0.5, "male": 0.5}


def test_evidence_of_the_base_does_not_speak_for_the_numbers_of_the_child(write: Write) -> None:
    write("base.toml", BASE)
    (problem,) = problems_of(write("child.toml", 'extends = "base"\n[trial]\npatients = 300\n'))
    assert (problem.path, problem.line) == (("trial", "patients"), 3)
    assert Path(problem.file).name == "child.toml"
    assert problem.message.startswith("no evidence")


def test_a_date_of_the_child_has_evidence_of_the_child(write: Write) -> None:
    write("base.toml", BASE)
    (problem,) = problems_of(write("child.toml", 'extends = "base"\n[trial]\nbegins = 2021-01-01\n'))
    assert (problem.path, problem.line) == (("trial", "begins"), 3)
    assert problem.message.startswith("no evidence")
    begins = '{ value = 2021-01-01, assumed = "the child says so" }'
    child = load(str(write("child.toml", f'extends = "base"\n[trial]\nbegins = {begins}\n')))
    rate = child.stated["trial", "begins"]
    assert (rate.value, rate.evidence.text) == (child.trial.begins, "the child says so")
    assert child.trial.begins.isoformat() == "2021-01-01"


def test_evidence_of_the_child_does_not_speak_for_the_numbers_of_the_base(write: Write) -> None:
    write("base.toml", BASE)
    text = 'extends = "base"\n[trial]\npatients = 300\nassumed = "the child says so"\n'
    child = load(str(write("child.toml", text)))
    assert said(child, "trial", "patients") == (300.0, "assumed", "the child says so")
    assert said(child, "trial", "per_month") == (10.0, "assumed", "the base says so")


def test_a_number_that_becomes_a_list_leaves_no_old_rate_behind(write: Write) -> None:
    write("base.toml", BASE)
    text = 'extends = "base"\n[steps.treatment]\ndays = { exponential = 20 }\nassumed = "the child says so"\n'
    child = load(str(write("child.toml", text)))
    assert ("steps", "treatment", "days") not in child.rates
    assert said(child, "steps", "treatment", "days", "exponential")[0] == 20.0


def test_without_takes_things_out_with_their_numbers(write: Write) -> None:
    write("base.toml", BASE)
    text = 'extends = "base"\nwithout = ["steps.treatment.exit.refusal", "steps.gone", "cohort.sex"]\n'
    child = load(str(write("child.toml", text)))
    assert [step.name for step in child.steps] == ["treatment", "follow_up", "dead"]
    assert list(child.sections.cohort) == ["age"]
    assert not [path for path in child.rates if "refusal" in path or "sex" in path]


def test_what_is_taken_out_can_be_written_anew(write: Write) -> None:
    write("base.toml", BASE)
    text = """
        extends = "base"
        without = ["steps.follow_up.exit.death"]
        [steps.follow_up.exit.death]
        median_days = 500
        next        = "dead"
        assumed     = "the child says so"
        """
    child = load(str(write("child.toml", text)))
    below = [path[4:] for path in child.rates if path[:4] == ("steps", "follow_up", "exit", "death")]
    assert below == [("median_days",)]


def test_taking_out_what_is_still_needed_is_a_problem_where_it_is_needed(write: Write) -> None:
    write("base.toml", BASE)
    (problem,) = problems_of(write("child.toml", 'extends = "base"\nwithout = ["steps.gone"]\n'))
    assert Path(problem.file).name == "base.toml"
    assert problem.path == ("steps", "treatment", "exit", "refusal", "next")
    assert "there is no step 'gone'" in problem.message


def test_a_chain_of_three_is_read_from_the_first_on(write: Write) -> None:
    write("one.toml", BASE)
    write("two.toml", 'extends = "one"\ntitle = "Two"\n[trial]\npatients = 200\nassumed = "two says so"\n')
    third = load(str(write("three.toml", 'extends = "two"\n[trial]\nper_month = 30\nassumed = "three says so"\n')))
    assert third.title == "Two"
    assert [source.name for source in third.layers.sources] == ["one", "two", "three"]
    assert said(third, "trial", "patients") == (200.0, "assumed", "two says so")
    assert said(third, "trial", "per_month") == (30.0, "assumed", "three says so")
    assert said(third, "steps", "treatment", "days") == (28.0, "assumed", "the base says so")


def test_the_hash_of_a_child_changes_with_its_base(write: Write) -> None:
    write("base.toml", BASE)
    child = write("child.toml", 'extends = "base"\ntitle = "Child"\n')
    before = load(str(child)).sha256
    write("base.toml", BASE.replace("28", "29"))
    assert load(str(child)).sha256 != before


def test_a_base_is_looked_for_beside_the_file_that_names_it(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("trials/base.toml", BASE)
    child = write("trials/deep/child.toml", 'extends = "../base.toml"\ntitle = "Child"\n')
    monkeypatch.chdir(child.parents[2])
    assert load("trials/deep/child.toml").title == "Child"
    monkeypatch.chdir(child.parent)
    assert load("child.toml").patients == 100


def test_a_base_can_be_one_of_the_library(write: Write) -> None:
    child = load(str(write("child.toml", 'extends = "two-arm-exponential"\ntitle = "Longer"\n')))
    assert child.title == "Longer"
    assert child.arms == ("experimental", "control")


def test_a_name_means_the_file_beside_before_the_one_of_the_library(write: Write) -> None:
    write("two-arm-exponential.toml", BASE)
    assert load(str(write("child.toml", 'extends = "two-arm-exponential"\n'))).title == "Base"


def test_standard_input_is_no_base(write: Write) -> None:
    (problem,) = problems_of(write("child.toml", 'extends = "-"\n'))
    assert "there is no scenario '-'" in problem.message


def test_no_more_than_ten_build_on_each_other(write: Write) -> None:
    write("s0.toml", BASE)
    for number in range(1, 11):
        write(f"s{number}.toml", f'extends = "s{number - 1}"\n')
    assert load(str(write("s9.toml", 'extends = "s8"\n'))).title == "Base"
    (problem,) = problems_of(write("s10.toml", 'extends = "s9"\n'))
    assert problem.message == "more than 10 scenarios build on each other"


def test_a_source_that_only_the_base_names_is_a_problem_of_the_base(write: Write) -> None:
    write(
        "base.toml",
        BASE.replace('assumed = "the base says so"\nexit    = { refusal', 'source = "paper"\nexit = { refusal'),
    )
    text = 'extends = "base"\n[sources]\nother = { cite = "O" }\n[steps.treatment]\ndays = 30\nsource = "other"\n'
    (problem,) = problems_of(write("child.toml", text))
    assert Path(problem.file).name == "base.toml"
    assert "there is no source 'paper'" in problem.message
    assert BASE.splitlines()[(problem.line or 0) - 1].startswith("assumed")


def test_files_from_windows_are_read(write: Write) -> None:
    path = write("base.toml", "")
    path.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert load(str(path)).title == "Base"


CALIBRATED = """
extends = "base"
[endpoints.os]
label   = "Survival"
start   = "treatment"
events  = ["death"]
at_days = [365]
assumed = "a test"
[targets.alive]
published = 0.6
figure    = "endpoints.os.arms.all.at.365.survival"
assumed   = "a test"
[set]
"steps.treatment.exit.death.median_days" = { value = 800, range = [500, 1000], calibrated = "alive" }
"""


def test_a_file_can_leave_out_the_targets_that_numbers_of_another_were_calibrated_to(write: Write) -> None:
    write("base.toml", BASE)
    write("middle.toml", CALIBRATED)
    child = load(str(write("child.toml", 'extends = "middle"\nwithout = ["targets", "endpoints"]\n')))
    assert said(child, "steps", "treatment", "exit", "death", "median_days")[:2] == (800, "calibrated")
    assert not child.sections.targets


def test_a_number_cannot_be_calibrated_to_a_target_that_its_own_file_leaves_out(write: Write) -> None:
    write("base.toml", BASE)
    write("middle.toml", CALIBRATED)
    text = """
    extends = "middle"
    without = ["targets"]
    [set]
    "steps.treatment.exit.refusal.hazard_per_day" = { value = 0.002, range = [0.001, 0.01], calibrated = "alive" }
    """
    (problem,) = problems_of(write("child.toml", text))
    assert (problem.line, problem.message) == (5, "there is no target 'alive' in [targets]. There are none yet.")


def test_a_number_can_be_calibrated_to_a_target_that_a_later_file_adds(write: Write) -> None:
    number = "hazard_per_day = 0.001"
    write("base.toml", BASE.replace(number, 'hazard_per_day = { value = 0.001, calibrated = "alive" }'))
    found = load(str(write("middle.toml", CALIBRATED)))
    assert said(found, "steps", "treatment", "exit", "refusal", "hazard_per_day")[:2] == (0.001, "calibrated")


def test_what_is_set_can_be_calibrated_to_any_target(write: Write) -> None:
    write("base.toml", BASE)
    path = "steps.treatment.exit.refusal.hazard_per_day"
    found = load(str(write("middle.toml", CALIBRATED)), {path: '{ value = 0.002, calibrated = "alive" }'})
    assert found.rates[tuple(path.split("."))].evidence.kind == "calibrated"


def test_a_target_that_no_file_has_is_still_a_problem(write: Write) -> None:
    write("base.toml", BASE)
    text = CALIBRATED.replace('calibrated = "alive"', 'calibrated = "alife"')
    messages = {problem.message for problem in problems_of(write("middle.toml", text))}
    assert messages == {"there is no target 'alife' in [targets]. Did you mean 'alive'?"}
