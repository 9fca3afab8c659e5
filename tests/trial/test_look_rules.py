"""When looks are held and what bounds they have, in trials small enough to count by hand or designs known from R."""

import json
import math
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from pathsim.engines.vectorized import run_vectorized
from pathsim.journal import Block, Journal
from pathsim.results.json import results
from pathsim.scenario.files import Source
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario, load
from pathsim.scenario.schema import fewest_events
from pathsim.statistics import sequential
from pathsim.statistics.sequential import efficacy_bounds
from pathsim.statistics.spending import obrien_fleming
from pathsim.trial.course import closing_days, course
from pathsim.trial.data_cut import Chunk
from pathsim.trial.monitoring import allocation_ratio, going, looks, planned_bounds

ORACLES = Path(__file__).parents[1] / "statistics" / "oracles" / "sequential.json"
CASES = Path(__file__).parent / "cases"
TRIAL = """
title = "A trial to count by hand"
[trial]
begins          = 2020-01-01
patients        = 8
per_month       = 8
randomization   = "allocation"
control         = "old"
reporting_delay = 10
assumed         = "test"
[trial.cutoffs.final]
day = 100
[trial.monitoring]
endpoint       = "os"
planned_events = 4
information    = [0.5, 1]
alpha          = 0.025
[endpoints.os]
label   = "Overall survival"
start   = "allocation"
events  = ["death"]
at_days = [30]
assumed = "test"
[steps.allocation]
kind    = "randomize"
arms    = { new = "new", old = "old" }
block   = 2
assumed = "test"
[steps.new]
kind    = "phase"
exit    = { death = { median_days = 50, next = "dead" } }
assumed = "test"
[steps.old]
kind    = "phase"
exit    = { death = { median_days = 50, next = "dead" } }
assumed = "test"
[steps.dead]
kind = "end"
"""


def counted(deaths: list[float], settings: dict[str, str] | None = None) -> Chunk:
    """Eight patients who come on day 1, by turns to either arm, of whom the first ones die on these days."""
    scenario = load(Source("here", "here.toml", TRIAL), settings)
    code = {(event.kind, event.step, event.name): event.code for event in scenario.vocabulary.events}
    entries = []
    for patient in range(8):
        arm = ("new", "old")[patient % 2]
        begin = [
            ("enter", "allocation", "allocation", 0),
            ("stratum", "allocation", "arm", 0),
            ("arm", "allocation", "arm", patient % 2),
            ("enter", arm, arm, 0),
        ]
        entries += [(patient, 1.0, code[kind, step, name], value) for kind, step, name, value in begin]
        if patient < len(deaths):
            entries.append((patient, deaths[patient], code["exit", arm, "death"], 0))
            entries.append((patient, deaths[patient], code["enter", "dead", "dead"], 0))
    row, day, event, value = (np.array(column) for column in zip(*entries, strict=True))
    block = Block(row.astype(np.intp), day.astype(float), event.astype(np.int16), value.astype(float))
    return Chunk(scenario, 1, [0], Journal(block))


def test_a_look_is_held_when_its_events_are_known_and_not_when_they_have_happened() -> None:
    """Deaths on days 20 and 30 are known ten days later: the first look, at two of four, is on day 40."""
    (look,) = looks(counted([20.0, 30.0, 95.0]))[0]
    assert (look.day, look.events, look.information) == (40, 2, 0.5)


def test_a_cut_tells_events_that_are_known_from_those_that_happened() -> None:
    """Of deaths on days 20, 30 and 95 two are known on day 100, as records lag by ten days, and three have happened."""
    cut = results(counted([20.0, 30.0, 95.0]))["cutoffs"]["final"]
    assert (cut["events"]["os"], cut["events_happened"]["os"]) == (2, 3)


@pytest.mark.parametrize(("last", "held"), [(90.0, 2), (90.001, 1), (89.0, 2)])
def test_a_look_is_held_up_to_the_last_day_of_the_trial_and_on_it(last: float, held: int) -> None:
    """The fourth death is known ten days later, and day 100 is the last on which anything counts."""
    found = looks(counted([20.0, 30.0, 40.0, last]))[0]
    assert len(found) == held
    assert [look.day for look in found] == [40, math.ceil(last + 10)][:held]


@pytest.mark.parametrize(("second", "held"), [(50.0, 1), (50.001, 0)])
def test_a_look_that_is_due_on_the_day_of_the_order_is_held_and_the_order_ends_the_trial(
    second: float, held: int
) -> None:
    found = looks(counted([20.0, second], {"trial.monitoring.order": "{ day = 60 }"}))[0]
    assert [(look.day, look.decision) for look in found] == [(60, "stop by order")]
    assert found[0].events == 1 + held


def test_an_early_look_ends_a_trial_only_where_the_rules_bind() -> None:
    """Patients 1 and 3 of the old arm die: z is 1.5, beyond O'Brien-Fleming's bound of 0.73 for an alpha of 0.4."""
    chunk = counted([200.0, 20.0, 200.0, 30.0], {"trial.monitoring.alpha": "0.4"})
    assert [look.decision for look in looks(chunk)[0]] == ["stop for benefit"]
    as_it_went = replace(chunk, scenario=chunk.scenario.as_it_went())
    assert [look.decision for look in looks(as_it_went)[0]] == ["continue"]


def test_a_trial_goes_on_until_its_newest_look_ends_it_and_closes_some_days_later() -> None:
    chunk = counted([200.0, 20.0, 200.0, 30.0], {"trial.monitoring.alpha": "0.4"})
    (stop,) = looks(chunk)[0]
    before = replace(stop, day=10.0, decision="continue")
    assert going([])
    assert going([before])
    assert not going([before, stop])
    assert closing_days(chunk.scenario, [[before], [before, stop]]).tolist() == [math.inf, math.inf]
    closes = load(Source("here", "here.toml", TRIAL), {"trial.monitoring.closes_after_days": "7"})
    assert closing_days(closes, [[before], [before, stop]]).tolist() == [math.inf, 47]


def test_planned_bounds_say_at_which_information_they_are() -> None:
    scenario = load(Source("here", "here.toml", TRIAL))
    assert scenario.trial.monitoring is not None
    assert [bound[0] for bound in planned_bounds(scenario.trial.monitoring, 1.0)] == [0.5, 1.0]


def test_two_looks_whose_events_become_known_on_one_day_are_one() -> None:
    found = looks(counted([20.0, 30.0, 30.0, 30.0]))[0]
    assert [(look.day, look.events) for look in found] == [(40, 4)]
    assert found[0].decision == "end without benefit"


def test_a_look_without_a_bound_stops_nothing_and_says_so() -> None:
    chunk = counted(
        [20.0, 30.0], {"trial.monitoring.planned_events": "2000", "trial.monitoring.information": "0.001,1"}
    )
    (look,) = looks(chunk)[0]
    assert (look.events, look.efficacy_bound, look.futility_bound, look.decision) == (2, None, None, "continue")
    assert results(chunk)["trial"]["looks"][0]["efficacy_bound"] is None
    assert course(chunk).looks[0] == [look]


def case(name: str, settings: dict[str, str] | None = None) -> Scenario:
    return load(str(CASES / name), settings)


def bounds_of(scenario: Scenario) -> list[tuple[float, float | None, float | None]]:
    plan = scenario.trial.monitoring
    assert plan is not None
    return planned_bounds(plan, allocation_ratio(scenario))


@pytest.mark.parametrize(("ratio", "bound"), [("2", -0.0429), ("1", 0.0734)])
def test_futility_knows_how_many_patients_each_arm_is_to_have(ratio: str, bound: float) -> None:
    """By hand: 0.35667 * sqrt(130 r) / (1 + r) - 1.95996."""
    scenario = case("allocation-2-to-1-futility.toml", {"steps.randomization.ratio.experimental": ratio})
    (information, _, futility), (_, _, none) = bounds_of(scenario)
    assert (information, none) == (0.5, None)
    assert futility == pytest.approx(bound, abs=1e-4)


@pytest.mark.parametrize("ratio", [1, 2])
def test_conditional_power_is_for_the_final_bound_of_the_plan(ratio: int) -> None:
    """Three looks at 0.5, 0.75 and 1: the bound of the last is 2.0140 (R, exact integrals), not the 1.969 of two."""
    rule = "{ rule = 'conditional-power', hazard_ratio = 0.7, below = 0.2 }"
    settings = {
        "trial.monitoring.information": "0.5,0.75,1",
        "trial.monitoring.futility": rule,
        "steps.randomization.ratio.experimental": str(ratio),
    }
    designs = json.loads(ORACLES.read_text(encoding="utf-8"))["designs"]
    wanted = ([0.5, 0.75, 1], "obrien-fleming", 0.025)
    exact = next(d["exact"] for d in designs if (d["information"], d["spend"], d["alpha"]) == wanted)
    assert exact[-1] == pytest.approx(2.014, abs=1e-3)
    drift = 0.3566749 * math.sqrt(260 * ratio) / (1 + ratio)
    found = bounds_of(case("allocation-2-to-1-futility.toml", settings))
    for (information, efficacy, futility), bound in zip(found[:2], exact, strict=False):
        left = 1 - information
        # The rest of the score is normal with mean drift * left and variance left.
        score = exact[-1] - drift * left + math.sqrt(left) * NormalDist().inv_cdf(0.2)
        assert efficacy == pytest.approx(bound, abs=1e-9)
        assert futility == pytest.approx(score / math.sqrt(information), abs=1e-6)


def test_a_look_that_comes_late_leaves_out_those_that_it_has_passed() -> None:
    """Of looks at 2, 3 and 4 of 4 events, the first comes with three: what is left is the last alone."""
    rule = {
        "trial.monitoring.information": "0.5,0.75,1",
        "trial.monitoring.futility": "{ rule = 'conditional-power', hazard_ratio = 0.5, below = 0.01 }",
    }
    late = looks(counted([20.0, 30.0, 30.0], rule))[0][0]
    planned = load(Source("here", "here.toml", TRIAL), {**rule, "trial.monitoring.information": "0.75,1"})
    assert (late.information, late.futility_bound) == bounds_of(planned)[0][::2]


@pytest.mark.parametrize(("planned", "wanted"), [(85, 43), (86, 43), (87, 44), (89, 45)])
def test_half_an_event_is_a_whole_one(planned: int, wanted: int) -> None:
    plan = case("half-of-85.toml", {"trial.monitoring.planned_events": str(planned)}).trial.monitoring
    assert plan is not None
    assert plan.wanted_events == (wanted, planned)


def test_a_half_that_binary_fractions_miss_is_a_half() -> None:
    """0.29 of 50 is 14.5, and 14.499999999999998 as computers have it."""
    settings = {"trial.monitoring.planned_events": "50", "trial.monitoring.information": "0.29,1"}
    plan = case("half-of-85.toml", settings).trial.monitoring
    assert plan is not None
    assert plan.wanted_events == (15, 50)


@pytest.mark.parametrize("information", ["0.5,0.504,1", "0.5,0.998,1", "0.001,0.01,1"])
def test_two_looks_on_the_same_event_are_refused(information: str) -> None:
    with pytest.raises(ScenarioError, match=r"of 85 events are both \d+, so these two looks are one: leave one out"):
        case("half-of-85.toml", {"trial.monitoring.information": information})


@pytest.mark.parametrize("information", ["0.5,0.55,1", "0.6107,1", "0.02,1", "[1]"])
def test_from_the_fewest_events_on_no_number_of_them_makes_two_looks_one(information: str) -> None:
    plan = case("half-of-85.toml", {"trial.monitoring.information": information}).trial.monitoring
    assert plan is not None
    for planned in range(fewest_events(plan.information), 200):
        settings = {"trial.monitoring.information": information, "trial.monitoring.planned_events": str(planned)}
        again = case("half-of-85.toml", settings).trial.monitoring
        assert again is not None
        assert len(set(again.wanted_events)) == len(again.wanted_events)


@pytest.mark.parametrize("alpha", ["1e-17", "1e-100"])
def test_a_tiny_error_is_monitored_as_any_other(alpha: str) -> None:
    (_, first, _), (_, last, _) = bounds_of(case("half-of-85.toml", {"trial.monitoring.alpha": alpha}))
    assert first is not None
    assert last is not None
    assert first > last > 8


def test_an_error_too_small_to_be_told_from_none_is_refused_where_it_stands() -> None:
    with pytest.raises(ScenarioError, match=r"alpha is one-sided, less than 0\.5 and no less than 1e-300") as wrong:
        case("half-of-85.toml", {"trial.monitoring.alpha": "1e-310"})
    assert wrong.value.problems[0].path == ("trial", "monitoring", "alpha")


def test_a_hundred_looks_of_many_trials_are_solved_once_each() -> None:
    """Most trials miss some of a look for each event, as events share a day; the bounds are those of what they saw."""
    scenario = case("hundred-looks.toml")
    sequential._solved.cache_clear()  # noqa: SLF001 - how often it is called is the matter
    held = looks(Chunk(scenario, 1, range(8), run_vectorized(scenario, 1, range(8))))
    seen = {tuple(look.events for look in found[: number + 1]) for found in held for number in range(len(found))}
    assert sequential._solved.cache_info().misses == len(seen) < sum(map(len, held))  # noqa: SLF001
    for found in held[:3]:
        expected = efficacy_bounds([look.events / 100 for look in found], 0.025, obrien_fleming).efficacy
        assert [look.efficacy_bound for look in found] == expected
