"""The numbers that can be turned: each has a name of its own, and the shares of a table stay a whole."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from strategies import Text, examples, scenario_of, scenarios

from pathsim.player.parameters import parameters
from pathsim.player.user_session import UserSession
from pathsim.player.views.live import Parameter
from pathsim.scenario.files import Source, library
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario, load

LIBRARY = ("aall1331", "stroke-thrombectomy", "two-arm-exponential")
THREE = ("mild", "moderate", "severe")
SHARES = """
title = "Three shares, none of them the rest"
assumed = "to test"
[trial]
begins = 2024-01-01
patients = 40
arrivals = "even"
per_month = 20
[trial.cutoffs.final]
day = 400
[cohort.severity]
levels = { mild = 0.5, moderate = 0.3, severe = 0.2 }
[steps.care]
kind = "phase"
days = 10
next = "way"
[steps.way]
kind = "branch"
rules = [{ split = { home = 0.6, ward = 0.3, unit = 0.1 } }]
[steps.home]
kind = "end"
[steps.ward]
kind = "end"
[steps.unit]
kind = "end"
"""


def names(scenario: Scenario) -> list[str]:
    return [f"{one.group}: {one.label}" for one in parameters(scenario)]


def assert_are_unique(found: list[str]) -> None:
    assert [name for name, count in Counter(found).items() if count > 1] == []


@pytest.mark.parametrize("scenario", LIBRARY)
def test_no_two_numbers_of_a_scenario_share_a_name(scenario: str) -> None:
    found = names(load(scenario))
    assert_are_unique(found)
    assert not [name for name in found if re.search(r"\((case|effect|rule) \d+\)", name)]
    assert not [name for name in found if re.search(r"==|!=|'|_", name)]


@examples(30)
@given(text=scenarios())
def test_no_two_numbers_of_any_scenario_share_a_name(text: Text) -> None:
    assert_are_unique(names(scenario_of(text)))


@examples(10)
@given(scenarios())
def test_every_toxicity_of_any_scenario_can_be_turned_to_both_ends(text: Text) -> None:
    made = Source("generated", "<generated>", text)
    for one in parameters(load(made)):
        if ".toxicity." in one.path and "grade" in one.path:
            for end in (one.lowest, one.highest):
                load(made, {one.path: repr(end)})


@pytest.mark.slow
def test_no_number_can_be_turned_to_where_the_scenario_is_refused() -> None:
    """Both ends of every slider, as the app asks for them; a refusal is a ScenarioError."""
    user, scenario = UserSession("aall1331", 21, {}), load("aall1331")
    paths = {dotted(path): path for path in scenario.rates}
    for one in parameters(scenario):
        for value in {one.lowest, one.highest}:
            user.settings.clear()
            user.turn(one, value)
            scenario.with_values({paths[path]: float(text) for path, text in user.as_settings()})


CYCLES = """
title = "Toxicities within others, in cycles"
assumed = "to test"
[trial]
begins = 2024-01-01
patients = 40
per_month = 20
[trial.cutoffs.final]
day = 400
[toxicities.sepsis]
onset = 1
lasts = 2
[toxicities.infection]
onset = 1
lasts = 2
[steps.care]
kind = "phase"
days = 10
repeat = 3
next = "home"
toxicity = { infection = { grade3plus = 0.5 }, sepsis = { within = "infection", grade3plus = 0.3, grade4plus = 0.1 } }
cycle = { 2 = { toxicity = { infection = { grade3plus = 0.35 } } } }
[steps.care.exit.toxicity]
by = { 5 = 0.1, 10 = 0.2 }
next = "home"
[steps.home]
kind = "end"
"""


@pytest.mark.parametrize(
    ("path", "lowest", "highest"),
    [
        ("infection.grade3plus", 0.3, 1.0),
        ("sepsis.grade3plus", 0.1, 0.35),  # of cycle 2 no more than 0.35 have an infection
        ("sepsis.grade4plus", 0.0, 0.3),
    ],
)
def test_a_toxicity_can_be_turned_as_far_as_all_cycles_let_it(path: str, lowest: float, highest: float) -> None:
    found = {one.path: one for one in parameters(scenario_of(CYCLES))}
    one = found[f"steps.care.toxicity.{path}"]
    assert (one.lowest, one.highest) == pytest.approx((lowest, highest), abs=0.002)
    assert found["steps.care.cycle.2.toxicity.infection.grade3plus"].lowest == pytest.approx(0.3, abs=0.002)
    assert found["steps.care.exit.toxicity.by.5"].highest == 0.2  # no toxicity, though it is called so
    assert found["steps.care.repeat"].lowest == 2


def test_a_toxicity_that_cannot_be_fatal_has_no_slider_for_it() -> None:
    text = CYCLES.replace("grade4plus = 0.1 }", "grade4plus = 0.1, grade5 = 0.0 }")
    assert "steps.care.toxicity.sepsis.grade5" not in {one.path for one in parameters(scenario_of(text))}


def test_two_steps_of_one_name_have_numbers_of_their_own() -> None:
    text = SHARES.replace("[steps.care]", '[steps.care]\nlabel = "Ward"').replace(
        '[steps.home]\nkind = "end"', '[steps.home]\nlabel = "Ward"\nkind = "phase"\ndays = 20\nnext = "ward"'
    )
    found = [one for one in names(scenario_of(text)) if one.startswith("Ward: Days")]
    assert len(set(found)) == 2


def test_conditions_are_said_as_people_say_them() -> None:
    found = names(load("aall1331"))
    assert "After transplant: relapse hazard ratio (MRD is not negative)" in found
    assert "Block 1, reinduction: Response not in remission (site and time of relapse is extramedullary later)" in found
    assert [name for name in found if "marrow before 18 months or marrow 18 to 36 months" in name]


# ---- shares without a rest


def shares(settings: dict[str, str], table: str) -> dict[str, float]:
    """The shares of a table as they are set: those of the file, with what was changed in them."""
    here = tomllib.loads(SHARES)
    for key in table.split("."):
        here = here[int(key)] if isinstance(here, list) else here[key]
    return {name: float(settings.get(f"{table}.{name}", own)) for name, own in here.items()}


def parameter(path: str) -> Parameter:
    return next(one for one in parameters(scenario_of(SHARES)) if one.path == path)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        # The others keep their ratio: 0.3 to 0.2 of what is left.
        ("cohort.severity.levels.mild", 0.75, {"mild": 0.75, "moderate": 0.15, "severe": 0.1}),
        ("cohort.severity.levels.mild", 0.0, {"mild": 0.0, "moderate": 0.6, "severe": 0.4}),
        ("cohort.severity.levels.mild", 1.0, {"mild": 1.0, "moderate": 0.0, "severe": 0.0}),
        ("steps.way.rules.0.split.unit", 0.4, {"home": 0.4, "ward": 0.2, "unit": 0.4}),
    ],
)
def test_the_other_shares_give_way_in_proportion(path: str, value: float, expected: dict[str, float]) -> None:
    session = UserSession("any", 1)
    session.turn(parameter(path), value)
    found = shares(session.settings, path.rpartition(".")[0])
    assert found == pytest.approx(expected)
    assert sum(found.values()) == pytest.approx(1)


def test_a_share_that_is_turned_twice_is_as_if_it_were_turned_once() -> None:
    once, twice = UserSession("any", 1), UserSession("any", 1)
    mild = parameter("cohort.severity.levels.mild")
    once.turn(mild, 0.8)
    twice.turn(mild, 0.1)
    twice.turn(mild, 0.8)
    assert once.settings == twice.settings


def test_a_share_with_its_own_value_gives_the_others_theirs() -> None:
    session = UserSession("any", 1)
    for value in (0.9, None):
        session.turn(parameter("cohort.severity.levels.mild"), value)
    assert session.settings == {}


def test_a_turned_share_is_a_scenario_that_can_be_simulated(tmp_path: Path) -> None:
    """The file's own checks want a table to sum to 1."""
    file = tmp_path / "shares.toml"
    file.write_text(SHARES, encoding="utf-8")
    for value in (0.0, 1 / 3, 0.123456789, 0.999):
        session = UserSession(str(file), 1)
        session.turn(parameter("steps.way.rules.0.split.ward"), value)
        load(str(file), session.settings)


def test_the_library_has_such_shares() -> None:
    """Or nobody would see whether they give way."""
    assert library().is_dir()
    assert any(one.siblings for name in LIBRARY for one in parameters(load(name)))


def test_a_name_that_is_spelled_like_a_key_changes_no_unit() -> None:
    text = CYCLES.replace("[steps.care.exit.toxicity]\nby =", "[steps.care.exit.{}]\nhazard_per_day = 0.5 #")
    usual, *others = (
        next(one for one in parameters(scenario_of(text.replace("{}", name))) if one.path.endswith("hazard_per_day"))
        for name in ("leaves", "by", "levels", "hazard_ratio")
    )
    for one in others:
        assert (one.is_share, one.lowest, one.highest) == (usual.is_share, usual.lowest, usual.highest)


def test_a_name_that_is_spelled_like_a_key_is_said_and_can_be_turned() -> None:
    text = SHARES.replace("mild", "by").replace("moderate", "3").replace("severe", "block")
    labels = {one.path.rpartition(".")[2]: one.label for one in parameters(scenario_of(text)) if "levels" in one.path}
    assert labels == {"by": "Severity by", "3": "Severity 3", "block": "Severity block"}


def test_what_only_goes_with_other_numbers_is_not_turned() -> None:
    text = SHARES.replace(
        "per_month = 20", "pace = [{ from_day = 0, per_month = 9 }, { from_day = 90, per_month = 20 }]"
    )
    found = [one.path for one in parameters(scenario_of(text))]
    assert {"trial.pace.0.per_month", "trial.pace.1.per_month"} <= set(found)
    assert not [path for path in found if path.endswith("from_day")]
    assert not [one.path for one in parameters(scenario_of(CYCLES)) if one.path.startswith("toxicities.")]


def label_of(scenario: str, path: str) -> str:
    return next(one.label for one in parameters(load(scenario)) if one.path == path)


@pytest.mark.parametrize(
    ("scenario", "path", "label"),
    [
        # 0.006 and 0.035 of a day are 8.64 and 50.4 minutes, 0.1042 of one is 2.5 hours.
        ("stroke-thrombectomy", 'steps.preparation.exit.groin_puncture.by."0.006"', "groin puncture by 9 minutes"),
        ("stroke-thrombectomy", 'steps.preparation.exit.groin_puncture.by."0.035"', "groin puncture by 50 minutes"),
        ("stroke-thrombectomy", "steps.preparation.exit.groin_puncture.then", "groin puncture afterwards"),
        ("stroke-thrombectomy", "steps.suite_wait.exit.too_late.hazard_per_day", "too late hazard"),
        (
            "stroke-thrombectomy",
            "steps.leaving_suite.assess.0.cases.0.levels.small",
            "Infarct on the day after small (onset to groin < 2.5 hours)",
        ),
        ("stroke-thrombectomy", "trial.cutoffs.final.day", "Data cut final day"),
        ("two-arm-exponential", "steps.control.exit.death.median_days", "death median"),
        ("aall1331", "steps.donor.exit.withdrawal.by.60", "withdrawal by day 60"),
    ],
)
def test_times_are_told_in_the_unit_that_a_reader_would_choose(scenario: str, path: str, label: str) -> None:
    assert label_of(scenario, path) == label


@pytest.mark.parametrize(
    ("scenario", "path", "unit"),
    [
        ("aall1331", "steps.after_transplant.exit.relapse.hazard_ratio", "\N{MULTIPLICATION SIGN} #"),
        ("stroke-thrombectomy", "steps.after_thrombectomy.toxicity.hemorrhage.effects.0.risk_ratio", "RR #"),
        ("two-arm-exponential", "trial.per_month", "#/mo"),
        ("two-arm-exponential", "steps.control.exit.death.median_days", "# d"),
        ("aall1331", "steps.block_2.exit.death.by.28", ""),
    ],
)
def test_a_value_stands_with_its_unit(scenario: str, path: str, unit: str) -> None:
    assert next(one.unit for one in parameters(load(scenario)) if one.path == path) == unit


WITHIN = """
title = "x"
extends = "stroke-thrombectomy"
[[steps.triage.rules]]
when = "onset_to_image < 2 and age < 30"
split = { suite_wait = 0.7, stroke_unit = "rest" }
assumed = "a test"
[[steps.triage.rules]]
next = "stroke_unit"
"""


def test_only_columns_of_days_are_told_with_a_unit(tmp_path: Path) -> None:
    (tmp_path / "within.toml").write_text(WITHIN, encoding="utf-8")
    label = label_of(str(tmp_path / "within.toml"), "steps.triage.rules.0.split.suite_wait")
    assert label == "to Waits for the suite (onset to image < 2 days and age < 30)"
