"""Durations follow the distributions that a scenario states."""

import math
import re
from collections.abc import Mapping

import numpy as np
import pytest
from errors import assert_mean, assert_share
from hypothesis import given
from hypothesis import strategies as st
from strategies import Tree, examples
from study import Floats, Walk, study, walk

from pathsim.distributions import Fixed, Quantiles, hazard_by
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario

GRID = (np.arange(1000) + 0.5) / 1000
"""Evenly spread uniform numbers: a share of p in percent of these is exactly ten times p patients."""


def stay(exits: Tree, cohort: Tree | None = None, **phase: object) -> tuple[Floats, Mapping[str, np.ndarray]]:
    """How long each patient stays in a phase with these exits, and who leaves by which."""
    found = walk(study({"stay": {"kind": "phase", "exit": exits, **phase}}, cohort))
    left = {name: found.day("exit", name) for name in exits}
    days = np.nanmin(np.stack([*left.values(), np.full(found.rows, math.inf)]), axis=0)
    return days - found.entered("stay"), {name: ~np.isnan(day) for name, day in left.items()}


# --- cumulative probabilities by a day ------------------------------------------------------------------------------


@st.composite
def stated(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Cumulative probabilities in whole percent by ascending days."""
    days = draw(st.lists(st.integers(1, 2000), min_size=1, max_size=6, unique=True))
    shares = draw(st.lists(st.integers(0, 99), min_size=len(days), max_size=len(days)))
    return [(day, share / 100) for day, share in zip(sorted(days), sorted(shares), strict=True)]


@examples(200)
@given(stated(), st.sampled_from([0.0, 1e-4, 0.1]))
def test_a_hazard_reaches_exactly_the_stated_probability_by_each_day(
    by: list[tuple[float, float]], then: float
) -> None:
    days = hazard_by(by, then).days_to(-np.log(GRID))
    for day, share in by:
        assert (days <= day + 1e-9).sum() == round(share * 1000)


@examples(200)
@given(stated())
def test_a_hazard_that_ends_leaves_the_rest_without_the_event(by: list[tuple[float, float]]) -> None:
    days = hazard_by(by).days_to(-np.log(GRID))
    assert np.isinf(days).sum() == 1000 - round(by[-1][1] * 1000)


@examples(200)
@given(stated(), st.sampled_from([0.0, 1e-4, 0.1]))
def test_a_smaller_draw_is_never_a_later_event(by: list[tuple[float, float]], then: float) -> None:
    days = hazard_by(by, then).days_to(-np.log(GRID[::-1]))
    assert (days[1:] >= days[:-1]).all()


def test_between_two_days_the_hazard_is_constant() -> None:
    days = hazard_by([(100, 0.2), (300, 0.6)]).days_to(-np.log(GRID))
    alive_half_way = math.sqrt((1 - 0.2) * (1 - 0.6))
    assert (days <= 200).sum() == pytest.approx(1000 * (1 - alive_half_way), abs=1)


def test_patients_leave_as_stated_and_not_where_nothing_is_stated() -> None:
    by = {"100": 0.1, "300": 0.4, "500": 0.4, "700": 0.65}
    days, _ = stay({"relapse": {"next": "dead", "by": by, "then": 0.002}})
    for day, share in by.items():
        assert_share(int((days <= float(day)).sum()), days.size, share)
    assert not ((days > 300.01) & (days < 499.99)).any()
    assert_share(int((days > 1000).sum()), days.size, 0.35 * math.exp(-0.002 * 300))


def test_the_cured_stay_for_ever() -> None:
    days, _ = stay({"relapse": {"next": "dead", "by": {"365": 0.3}}})
    assert_share(int(np.isinf(days).sum()), days.size, 0.7)


# --- other hazards --------------------------------------------------------------------------------------------------


def test_half_of_the_patients_have_left_by_the_median() -> None:
    days, _ = stay({"death": {"next": "dead", "median_days": 511}})
    for medians in (1, 2, 3):
        assert_share(int((days > 511 * medians).sum()), days.size, 0.5**medians)


def test_of_two_competing_exits_each_takes_its_share_of_the_hazard() -> None:
    rates = {"relapse": {"next": "dead", "hazard_per_day": 0.003}, "left": {"next": "home", "hazard_per_day": 0.001}}
    days, left = stay(rates)
    assert_share(int(left["relapse"].sum()), days.size, 0.75)
    assert_mean(days, 1 / 0.004)
    assert_mean(days[left["left"]], 1 / 0.004)


def test_a_probability_is_that_of_the_exit_alone() -> None:
    _, left = stay(
        {"relapse": {"next": "dead", "by": {"100": 0.5}}, "left": {"next": "home", "by": {"100": 0.5}}},
        days=100,
        next="other",
    )
    both = -math.expm1(2 * math.log(0.5))
    for name in left:
        assert_share(int(left[name].sum()), left[name].size, both / 2)


def test_a_hazard_ratio_multiplies_the_hazard_of_those_for_whom_its_condition_holds() -> None:
    cohort = {"risk": {"levels": {"low": 0.5, "high": 0.5}}}
    effects = [{"when": "risk == 'high'", "hazard_ratio": 3}]
    found = walk(
        study(
            {"stay": {"kind": "phase", "exit": {"x": {"next": "dead", "by": {"100": 0.2}, "effects": effects}}}}, cohort
        )
    )
    for level, expected in (("low", 0.2), ("high", 1 - 0.8**3)):
        mine = found.is_level("risk", level)
        assert_share(int(found.had("exit", "x")[mine].sum()), int(mine.sum()), expected)


# --- lengths --------------------------------------------------------------------------------------------------------


@examples(100)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=9).map(sorted))
def test_a_distribution_by_quantiles_takes_each_stated_value_at_its_probability(values: list[float]) -> None:
    at = np.linspace(0, 1, len(values))
    at[-1] = np.nextafter(1, 0)
    np.testing.assert_allclose(Quantiles(tuple(values))(at), values, atol=1e-9)


def test_a_stay_has_the_stated_quartiles_and_never_leaves_their_range() -> None:
    found = walk(study({"stay": {"kind": "phase", "days": [10, 14, 21.5, 40, 90], "next": "home"}}))
    days = found.entered("home") - found.entered("stay")
    assert 10 <= days.min() <= days.max() <= 90
    for quartile, share in ((14, 0.25), (21.5, 0.5), (40, 0.75)):
        assert_share(int((days <= quartile).sum()), days.size, share)
    assert_mean(days, (12 + 17.75 + 30.75 + 65) / 4)


def test_an_exponential_stay_has_its_mean_and_no_memory() -> None:
    found = walk(study({"stay": {"kind": "phase", "days": {"exponential": 12}, "next": "home"}}))
    days = found.entered("home") - found.entered("stay")
    assert_mean(days, 12)
    assert_mean(days[days > 20] - 20, 12)


def test_a_fixed_stay_is_fixed() -> None:
    found = walk(study({"stay": {"kind": "phase", "days": 28, "next": "home"}}, patients=100))
    assert set((found.entered("home") - found.entered("stay")).tolist()) == {28.0}
    assert Fixed(28.0)(GRID).tolist() == [28.0] * 1000


# ---- days that count from an earlier step

GRAFT_BY = {"30": 0.1, "100": 0.4, "365": 0.5}


def grafted(by: Tree, *, since: bool = True, **exit_: object) -> Walk:
    """A stay of 10 to 60 days from a graft, then follow-up whose hazard counts from the graft, or from discharge."""
    counts = {"since": "graft"} if since else {}
    relapse = {"next": "dead", "by": by, **counts, **exit_}
    steps = {
        "graft": {"kind": "phase", "days": [10, 60], "next": "home_again"},
        "home_again": {
            "kind": "phase",
            "elapsed": {"set": "days_since_graft", "since": "graft"},
            "exit": {"relapse": relapse},
        },
    }
    return walk(study(steps, patients=40_000))


def test_a_hazard_that_counts_from_an_earlier_step_is_that_of_patients_who_are_still_there() -> None:
    """Of who enters on day t since the graft, (1 - F(u)) / (1 - F(t)) are there on day u: F in closed form."""
    found = grafted(GRAFT_BY, then=0.001)

    def cumulated(day: Floats) -> Floats:
        reached = [-math.log1p(-share) for share in (0, 0.1, 0.4, 0.5)]
        inside: Floats = np.interp(day, [0, 30, 100, 365], reached)
        return inside + 0.001 * np.maximum(day - 365, 0)

    begun = found.entered("graft")
    discharged = found.entered("home_again") - begun
    left = found.day("exit", "relapse") - begun
    for day in (70.0, 100.0, 200.0, 365.0, 700.0):
        expected = 1 - np.exp(cumulated(discharged) - cumulated(np.full(found.rows, day)))
        assert_mean((left <= day).astype(np.float64) - expected, 0.0)


def test_nobody_has_an_event_before_they_enter() -> None:
    found = grafted({"5": 0.99, "365": 0.995})
    relapsed = found.had("exit", "relapse")
    assert (found.day("exit", "relapse")[relapsed] >= found.entered("home_again")[relapsed]).all()
    # What is stated for the first days is over by then: of the rest half relapse.
    assert 0.4 < relapsed.mean() < 0.5


def test_a_constant_hazard_is_the_same_from_wherever_its_days_count() -> None:
    constant = {"10": 1 - math.exp(-0.1), "1000": 1 - math.exp(-10)}
    here, there = (grafted(constant, since=since, then=0.01).day("exit", "relapse") for since in (True, False))
    np.testing.assert_allclose(here, there, atol=0.01)


def test_effects_multiply_a_hazard_that_counts_from_an_earlier_step() -> None:
    one, twice = grafted({"1000": 0.4}), grafted({"1000": 0.4}, hazard_ratio=2.0)
    entered = 1000 - (one.entered("home_again") - one.entered("graft"))
    for found, ratio in ((one, 1.0), (twice, 2.0)):
        expected = 1 - 0.6 ** (ratio * entered / 1000)
        assert_mean(found.had("exit", "relapse").astype(np.float64) - expected, 0.0)


def test_who_never_was_in_the_earlier_step_counts_from_entry() -> None:
    relapse = {"next": "dead", "by": GRAFT_BY, "since": "graft"}
    ways = [{"split": {"graft": 0.5, "home_again": "rest"}}]
    steps = {
        "start": {"kind": "branch", "rules": ways},
        "graft": {"kind": "phase", "days": 50, "next": "home_again"},
        "home_again": {
            "kind": "phase",
            "elapsed": {"set": "days_since_graft", "since": "graft"},
            "exit": {"relapse": relapse},
        },
    }
    found = walk(study(steps, patients=40_000))
    never = np.isnan(found.entered("graft"))
    days = (found.day("exit", "relapse") - found.entered("home_again"))[never]
    for day, share in ((30, 0.1), (100, 0.4), (365, 0.5)):
        assert_share(int((days <= day).sum()), days.size, share)


def test_who_enters_after_the_last_day_has_the_hazard_that_follows_it() -> None:
    """They come 10 to 60 days after the graft, and the last day of 'by' is the fifth: what is left is exponential."""
    found = grafted({"5": 0.9}, then=0.02)
    days = found.day("exit", "relapse") - found.entered("home_again")
    assert_mean(days, 50)


def waiting(**step: object) -> Scenario:
    """A wait of 40 days, entered 30 days after the graft, that a relapse can end."""
    relapse = {"next": "dead", "by": {"30": 0.5, "60": 0.8}, "since": "graft"}
    steps = {
        "graft": {"kind": "phase", "days": 30, "next": "donor"},
        "donor": {"kind": "wait", "ready": 40, "next": "home", "exit": {"relapse": relapse}, **step},
    }
    return study(steps)


def test_the_exits_of_a_wait_can_count_from_an_earlier_step() -> None:
    found = walk(waiting(elapsed={"set": "days_since_graft", "since": "graft"}))
    relapsed = found.had("exit", "relapse")
    assert_share(int(relapsed.sum()), relapsed.size, 1 - 0.2 / 0.5)
    assert (found.day("exit", "relapse")[relapsed] - found.entered("graft")[relapsed] <= 60.01).all()


def test_a_wait_has_to_count_the_days_of_its_exits_too() -> None:
    with pytest.raises(ScenarioError, match=re.escape('elapsed = { set = "days_since_graft", since = "graft" }')):
        waiting()


def test_days_can_count_from_a_phase_that_repeats() -> None:
    relapse = {"next": "dead", "by": {"1000": 0.5}, "since": "cycle"}
    steps = {
        "cycle": {"kind": "phase", "days": 10, "repeat": 2, "next": "after"},
        "after": {
            "kind": "phase",
            "elapsed": {"set": "days_since_cycle", "since": "cycle"},
            "exit": {"relapse": relapse},
        },
    }
    found = walk(study(steps))
    days = found.day("exit", "relapse") - found.entered("cycle.1")
    assert_share(int((days <= 1000).sum()), days.size, 1 - 0.5**0.98)


def test_a_step_that_there_is_not_is_named_where_days_count_from_it() -> None:
    relapse = {"next": "dead", "by": GRAFT_BY, "since": "grafft"}
    steps = {
        "graft-1": {"kind": "phase", "days": 5, "next": "after"},
        "after": {"kind": "phase", "exit": {"relapse": relapse}},
    }
    with pytest.raises(ScenarioError, match=re.escape("there is no step 'grafft'. Did you mean 'graft-1'")) as wrong:
        study(steps)
    assert len(wrong.value.problems) == 1
    relapse["since"] = "graft-1"
    with pytest.raises(ScenarioError, match=re.escape('elapsed = { set = "days_since_graft_1", since = "graft-1" }')):
        study(steps)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({}, 'elapsed = { set = "days_since_graft", since = "graft" }'),
        ({"elapsed": {"set": "t", "since": "before"}}, 'elapsed = { set = "days_since_graft", since = "graft" }'),
    ],
)
def test_days_that_nobody_counts_are_refused(step: Tree, message: str) -> None:
    relapse = {"next": "dead", "by": GRAFT_BY, "since": "graft"}
    stay = {"kind": "phase", "days": 5}
    steps = {
        "before": {**stay, "next": "graft"},
        "graft": {**stay, "next": "after"},
        "after": {"kind": "phase", "exit": {"relapse": relapse}, **step},
    }
    with pytest.raises(ScenarioError, match=re.escape(message)):
        study(steps)


def test_only_probabilities_by_day_count_from_an_earlier_step() -> None:
    steps = {"stay": {"kind": "phase", "exit": {"x": {"next": "dead", "hazard_per_day": 0.1, "since": "stay"}}}}
    with pytest.raises(ScenarioError, match="there is no 'by'"):
        study(steps)
