"""The committee looks when enough events are known, sees what is known, and does what its rules say."""

import math

import numpy as np
import pytest

from pathsim.engines.vectorized import run_vectorized
from pathsim.scenario.scenario import Scenario, load
from pathsim.statistics.sequential import efficacy_bounds
from pathsim.statistics.spending import obrien_fleming
from pathsim.trial.data_cut import Chunk, data_cut_on
from pathsim.trial.monitoring import Look, looks
from pathsim.trial.time_to_event import time_to_event

SEEDS = range(12)
ORDERED_ON = 1657
"""The end of 30 June 2019, when the committee of AALL1331 stopped it."""
EVERY_TWENTY = {"trial.monitoring.information": "[0.2, 0.4, 0.61, 0.8, 1]"}


def chunk_of(scenario: Scenario, seed: int) -> Chunk:
    return Chunk(scenario, seed, [0], run_vectorized(scenario, seed, [0]))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("aall1331", EVERY_TWENTY)


@pytest.fixture(scope="module")
def seen(scenario: Scenario) -> dict[int, list[Look]]:
    return {seed: looks(chunk_of(scenario, seed))[0] for seed in SEEDS}


def test_looks_follow_each_other_and_end_with_a_decision(seen: dict[int, list[Look]]) -> None:
    for found in seen.values():
        assert found
        days = [look.day for look in found]
        assert days == sorted(set(days))
        assert all(look.decision == "continue" for look in found[:-1])


def test_a_look_comes_on_the_day_on_which_the_event_that_is_needed_becomes_known(
    scenario: Scenario, seen: dict[int, list[Look]]
) -> None:
    endpoint = scenario.sections.endpoints["dfs"]
    for seed, found in seen.items():
        chunk = chunk_of(scenario, seed)
        by_events = (look for look in found if look.day < ORDERED_ON)
        for look, information in zip(by_events, (0.2, 0.4, 0.61, 0.8, 1), strict=False):
            wanted = round(information * 131)
            counts = []
            for day in (look.day - 1, look.day):
                known = data_cut_on(chunk, day)
                counts.append(int(time_to_event(known, endpoint).event.sum()))
            assert counts[0] < wanted <= counts[1] == look.events


def test_the_bounds_spend_the_error_at_the_information_there_is(seen: dict[int, list[Look]]) -> None:
    for looked in seen.values():
        found = [look for look in looked if look.efficacy_bound is not None]
        # Only an order can come without an event since the look before it, and has no bounds then.
        assert all(look.events == found[-1].events and look.day == ORDERED_ON for look in looked[len(found) :])
        fractions = [look.information for look in found]
        expected = efficacy_bounds(fractions, 0.025, obrien_fleming).efficacy
        assert [look.efficacy_bound for look in found] == pytest.approx(expected, abs=1e-7)


def test_the_rules_decide_by_z_and_nothing_else(seen: dict[int, list[Look]]) -> None:
    decisions = set()
    for found in seen.values():
        for look in found:
            decisions.add(look.decision)
            assert look.z is not None
            beyond = look.efficacy_bound is not None and look.z >= look.efficacy_bound
            assert (look.decision == "stop for benefit") == beyond
            if look.decision == "stop for futility":
                assert look.futility_bound is not None
                assert look.z < look.futility_bound
    assert {"continue", "stop for benefit"} <= decisions


def test_a_look_sees_the_same_when_the_future_is_another(seen: dict[int, list[Look]]) -> None:
    """The past never depends on the future: patients who come after a look change nothing in it."""
    for seed, found in list(seen.items())[:4]:
        first = found[0]
        arrived = math.ceil(first.day / 1736 * 661) + 5
        shorter = load("aall1331", {**EVERY_TWENTY, "trial.patients": str(arrived)})
        assert looks(chunk_of(shorter, seed))[0][0] == first


def test_many_trials_at_once_look_as_each_alone(scenario: Scenario) -> None:
    together = looks(Chunk(scenario, 9, range(8), run_vectorized(scenario, 9, range(8))))
    alone = [looks(Chunk(scenario, 9, [k], run_vectorized(scenario, 9, [k])))[0] for k in range(8)]
    assert together == alone


def test_without_a_plan_nobody_looks() -> None:
    plain = load("two-arm-exponential")
    assert looks(chunk_of(plain, 1)) == [[]]


def test_futility_by_conditional_power_is_a_bound_on_z() -> None:
    rule = {
        "trial.monitoring.futility.rule": "conditional-power",
        "trial.monitoring.futility.below": "0.9999",
    }
    strict = load("aall1331", rule)
    found = looks(Chunk(strict, 1, range(6), run_vectorized(strict, 1, range(6))))
    assert all(looked[0].futility_bound is not None for looked in found)
    assert any(looked[0].decision == "stop for futility" for looked in found)


def test_the_replay_of_the_real_stop_is_at_eighty_events() -> None:
    replay = load("aall1331")
    found = looks(Chunk(replay, 1, range(10), run_vectorized(replay, 1, range(10))))
    first = [looked[0] for looked in found if looked[0].day < ORDERED_ON]
    assert len(first) > 3
    assert all(80 <= look.events <= 83 for look in first)
    assert np.mean([look.information for look in first]) == pytest.approx(80 / 131, abs=0.01)
