"""Durations follow the laws that a scenario states."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from errors import assert_mean, assert_share
from hypothesis import given
from hypothesis import strategies as st
from strategies import Tree, examples
from study import Floats, study, walk

from pathsim.laws import Fixed, Quantiles, hazard_by

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
def test_less_luck_is_never_a_later_event(by: list[tuple[float, float]], then: float) -> None:
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
def test_a_quantile_law_takes_each_stated_value_at_its_probability(values: list[float]) -> None:
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
