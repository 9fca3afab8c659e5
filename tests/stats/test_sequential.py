"""Boundaries spend what they should, as published tables, closed forms and simulation say."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathsim.stats.sequential import (
    conditional_power,
    efficacy_bounds,
    exit_probabilities,
    hwang_shih_decani,
    obrien_fleming,
    pocock,
    spending,
)

ALPHA = 0.025
NORMAL = NormalDist()
LOOKS = st.lists(st.integers(5, 100), min_size=1, max_size=5, unique=True).map(
    lambda percents: [percent / 100 for percent in sorted(percents)]
)


@pytest.mark.parametrize(
    ("information", "expected"),
    [
        ([1 / 3, 2 / 3, 1], [3.710303, 2.511427, 1.993047]),
        ([80 / 131, 1], [2.641413, 1.982677]),
        ([0.2, 0.4, 0.6, 0.8, 1], [4.876885, 3.357012, 2.680280, 2.289817, 2.031032]),
    ],
)
def test_obrien_fleming_spending_gives_the_boundaries_of_the_published_tables(
    information: list[float], expected: list[float]
) -> None:
    assert efficacy_bounds(information, ALPHA, obrien_fleming).efficacy == pytest.approx(expected, abs=1e-6)


def test_pocock_spending_gives_the_boundaries_of_the_published_tables() -> None:
    found = efficacy_bounds([0.2, 0.4, 0.6, 0.8, 1], ALPHA, pocock).efficacy
    assert found == pytest.approx([2.4380, 2.4268, 2.4102, 2.3966, 2.3860], abs=1e-4)


def test_a_single_look_is_the_ordinary_test() -> None:
    assert efficacy_bounds([1.0], ALPHA, pocock).efficacy == pytest.approx([1.959964], abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(LOOKS, st.sampled_from(["obrien-fleming", "pocock", "hsd:-4", "hsd:0", "hsd:2"]))
def test_what_is_spent_at_each_look_is_what_the_function_says(information: list[float], name: str) -> None:
    found = efficacy_bounds(information, ALPHA, spending(name))
    spent = np.cumsum(exit_probabilities(information, found.efficacy).efficacy)
    assert spent == pytest.approx(found.alpha_spent, abs=1e-9)


@given(st.sampled_from([obrien_fleming, pocock, *map(hwang_shih_decani, (-4, 0, 3))]), LOOKS)
def test_spending_ascends_and_ends_at_the_whole_error(function: object, information: list[float]) -> None:
    assert callable(function)
    spent = [function(t, ALPHA) for t in information]
    assert spent == sorted(spent)
    assert function(1.0, ALPHA) == pytest.approx(ALPHA)


@settings(deadline=None, max_examples=25)
@given(LOOKS, st.floats(-1, 4))
def test_a_trial_leaves_once_or_goes_to_the_end(information: list[float], drift: float) -> None:
    bounds = efficacy_bounds(information, ALPHA, obrien_fleming).efficacy
    futility = [-0.5] * (len(bounds) - 1) + [bounds[-1]]
    exits = exit_probabilities(information, bounds, futility, drift=drift)
    assert sum(exits.efficacy) + sum(exits.futility) == pytest.approx(1, abs=1e-7)


def test_power_under_a_drift_agrees_with_simulated_walks() -> None:
    information, drift = [0.4, 0.7, 1.0], 2.8
    bounds = efficacy_bounds(information, ALPHA, obrien_fleming).efficacy
    expected = exit_probabilities(information, bounds, drift=drift).efficacy
    steps = np.diff([0.0, *information])
    rng = np.random.default_rng(5)
    walks = np.cumsum(rng.normal(drift * steps, np.sqrt(steps), (400_000, 3)), axis=1) / np.sqrt(information)
    crossed = walks >= bounds
    first = np.where(crossed.any(axis=1), crossed.argmax(axis=1), -1)
    for look, probability in enumerate(expected):
        error = math.sqrt(probability * (1 - probability) / first.size)
        assert (first == look).mean() == pytest.approx(probability, abs=4 * error)


def test_a_single_look_has_the_power_of_the_textbook() -> None:
    drift = -math.log(0.58) * math.sqrt(131) / 2
    found = exit_probabilities([1.0], [NORMAL.inv_cdf(0.975)], drift=drift).efficacy[0]
    assert found == pytest.approx(0.876, abs=0.001), "Schoenfeld: 131 events at a hazard ratio of 0.58"


def test_conditional_power_is_the_rest_of_the_walk() -> None:
    assert conditional_power(2.5, 1.0, 1.96, drift=0) == 1
    assert conditional_power(0, 0.5, 1.96, drift=0) == pytest.approx(1 - NORMAL.cdf(1.96 / math.sqrt(0.5)))
    trend = 1.5 / math.sqrt(0.6)
    expected = NORMAL.cdf((1.5 * math.sqrt(0.6) + trend * 0.4 - 1.98) / math.sqrt(0.4))
    assert conditional_power(1.5, 0.6, 1.98, drift=trend) == pytest.approx(expected)


@pytest.mark.parametrize("information", [[], [0.5, 0.5], [0.7, 0.2], [0.0, 1.0], [0.5, 1.2], [-0.1]])
def test_looks_that_cannot_be_are_refused(information: list[float]) -> None:
    with pytest.raises(ValueError, match=r"information|look"):
        efficacy_bounds(information, ALPHA, pocock)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, -0.1])
def test_an_alpha_that_cannot_be_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        efficacy_bounds([1.0], alpha, pocock)


@pytest.mark.parametrize("name", ["obf", "hsd", "hsd:", "hsd:x", "pocock:2", "hsd:nan", ""])
def test_an_unknown_spending_function_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match="obrien-fleming, pocock, or hsd"):
        spending(name)
