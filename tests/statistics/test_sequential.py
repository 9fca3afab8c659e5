"""Boundaries spend what they should, as published tables, rpact, exact integrals, closed forms and simulation say."""

import json
import math
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import ndtr

from pathsim.statistics import sequential
from pathsim.statistics.normal import probability_below
from pathsim.statistics.sequential import (
    alternative_rejected_bound,
    conditional_power_bound,
    efficacy_bound,
    efficacy_bounds,
    exit_probabilities,
    expected_z,
)
from pathsim.statistics.spending import hwang_shih_decani, obrien_fleming, pocock, spending

ORACLES = json.loads((Path(__file__).parent / "oracles" / "sequential.json").read_text(encoding="utf-8"))
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


# 1 - mvtnorm::pmvnorm(upper = rep(qnorm(.975), k), corr = s, algorithm = Miwa(steps = 512)) of R, of k equal looks with
# s = outer(t, t, function(a, b) sqrt(pmin(a, b) / pmax(a, b))); of ten looks GenzBretz(), which errs by 1.5e-6.
NAIVE = {2: (0.04155891077, 1e-10), 5: (0.07085880091, 1e-9), 10: (0.09679945171, 3e-6)}


@pytest.mark.parametrize("count", NAIVE)
def test_looks_that_spend_no_error_make_more_with_each_of_them(count: int) -> None:
    found = efficacy_bounds([look / count for look in range(1, count + 1)], ALPHA, spending("none"))
    expected, error = NAIVE[count]
    assert found.efficacy == [pytest.approx(NORMAL.inv_cdf(1 - ALPHA))] * count
    assert found.alpha_spent[0] == pytest.approx(ALPHA)
    assert found.alpha_spent[-1] == pytest.approx(expected, abs=error)


@pytest.mark.parametrize(("count", "percent"), [(2, 8.3), (3, 10.7), (4, 12.6), (5, 14.2), (10, 19.3)])
def test_as_often_as_armitage_mcpherson_and_rowe_say(count: int, percent: float) -> None:
    """Their table 2, of two-sided 5%: nearly twice what one side makes, for few trials are beyond both bounds."""
    found = efficacy_bounds([look / count for look in range(1, count + 1)], ALPHA, spending("none"))
    assert 200 * found.alpha_spent[-1] == pytest.approx(percent, abs=0.1)


def named(design: dict[str, Any]) -> str:
    return f"{design['spend']} {design['alpha']:g} {'-'.join(format(t, '.2g') for t in design['information'])}"


def p_values(bounds: list[float]) -> NDArray[np.float64]:
    return probability_below(-np.array(bounds))


@pytest.mark.parametrize("design", ORACLES["designs"], ids=named)
def test_the_bounds_are_those_of_rpact(design: dict[str, Any]) -> None:
    """To its own accuracy, some 1e-8 in probability. It has no bound in the tail, and errs where looks are close."""
    information, theirs = design["information"], design["rpact"]
    found = efficacy_bounds(information, design["alpha"], spending(design["spend"]))
    assert found.alpha_spent == pytest.approx(design["spent"], abs=1e-14)
    known = [look for look, bound in enumerate(theirs) if bound is not None]
    assert known
    if min(np.diff([0.0, *information])) > 0.02:
        mine, theirs = (p_values([bounds[look] for look in known]) for bounds in (found.efficacy, theirs))
        assert mine == pytest.approx(theirs, abs=3e-8)


@pytest.mark.parametrize("design", [design for design in ORACLES["designs"] if design["exact"]], ids=named)
def test_the_bounds_are_those_of_exact_normal_integrals(design: dict[str, Any]) -> None:
    found = efficacy_bounds(design["information"], design["alpha"], spending(design["spend"])).efficacy
    assert p_values(found) == pytest.approx(p_values(design["exact"]), abs=1e-12)


@pytest.mark.parametrize("tail", ORACLES["tail"], ids=lambda tail: f"{tail['information']} of {tail['alpha']}")
def test_a_first_look_has_the_bound_of_what_little_it_spends(tail: dict[str, float]) -> None:
    found = efficacy_bounds([tail["information"], 1], tail["alpha"], obrien_fleming).efficacy
    assert found[0] == pytest.approx(tail["z"], abs=1e-9)


@pytest.mark.parametrize(("alpha", "last"), [(1e-17, 8.4937932), (1e-299, 36.9849365)])
def test_a_tiny_error_is_spent_as_any_other(alpha: float, last: float) -> None:
    """The first look leaves almost everything to the second, whose bound is the normal quantile (R: qnorm)."""
    first, second = efficacy_bounds([0.1, 1], alpha, obrien_fleming).efficacy
    assert first > 26
    assert second == pytest.approx(last, abs=1e-6)
    spent = exit_probabilities([0.5, 1], efficacy_bounds([0.5, 1], alpha, pocock).efficacy).efficacy
    assert sum(spent) == pytest.approx(alpha, rel=1e-9)


def test_a_look_that_spends_nothing_has_an_infinite_bound() -> None:
    first, second = efficacy_bounds([0.001, 1], ALPHA, obrien_fleming).efficacy
    assert first == math.inf
    assert second == pytest.approx(1.959964, abs=1e-6)


@settings(deadline=None, max_examples=20)
@given(LOOKS, st.sampled_from(["obrien-fleming", "pocock", "hsd:-4"]))
def test_the_last_bound_is_the_same_whatever_was_solved_before(information: list[float], name: str) -> None:
    function = spending(name)
    together = efficacy_bounds(information, ALPHA, function).efficacy
    sequential._solved.cache_clear()  # noqa: SLF001 - what is remembered must make no difference
    assert efficacy_bound(tuple(information), ALPHA, function) == together[-1]


@pytest.mark.parametrize("alpha", [0.49, 0.4999])
def test_a_last_bound_far_above_where_its_search_begins_is_found(alpha: float) -> None:
    """All but 1e-16 is spent at 0.02; the oracle integrates over the score at the first look by adaptive quadrature."""
    first, last = efficacy_bounds([0.02, 1], alpha, (spend := hwang_shih_decani(1780))).efficacy

    def passes_later(score: float) -> float:
        return NormalDist(0, math.sqrt(0.02)).pdf(score) * float(ndtr((score - last) / math.sqrt(0.98)))

    spent = quad(passes_later, -2, first * math.sqrt(0.02), epsabs=0, epsrel=1e-10)[0]
    assert spent == pytest.approx(spend(1, alpha) - spend(0.02, alpha), rel=1e-5)


def test_nobody_reaches_a_bound_at_infinity() -> None:
    found = exit_probabilities([0.5, 1], [math.inf, 1.96], [-math.inf, -math.inf], drift=2.0)
    assert found.efficacy == [0, pytest.approx(1 - NORMAL.cdf(1.96 - 2))]
    assert found.futility == [0, 0]


def test_looks_solved_one_after_the_other_are_solved_once() -> None:
    sequential._solved.cache_clear()  # noqa: SLF001 - how often it is called is the matter
    information = tuple(number / 120 for number in range(1, 121))
    for number in range(1, 121):
        efficacy_bound(information[:number], ALPHA, obrien_fleming)
    assert sequential._solved.cache_info().misses == 120  # noqa: SLF001


def test_a_hundred_looks_spend_the_whole_error() -> None:
    information = [number / 100 for number in range(1, 101)]
    bounds = efficacy_bounds(information, ALPHA, obrien_fleming).efficacy
    assert sum(exit_probabilities(information, bounds).efficacy) == pytest.approx(ALPHA, abs=1e-10)


def test_a_single_look_is_the_ordinary_test() -> None:
    assert efficacy_bounds([1.0], ALPHA, pocock).efficacy == pytest.approx([1.959964], abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(LOOKS, st.sampled_from(["obrien-fleming", "pocock", "hsd:-4", "hsd:0", "hsd:2"]))
def test_what_is_spent_at_each_look_is_what_the_function_says(information: list[float], name: str) -> None:
    found = efficacy_bounds(information, ALPHA, spending(name))
    spent = np.cumsum(exit_probabilities(information, found.efficacy).efficacy)
    assert spent == pytest.approx(found.alpha_spent, abs=1e-9)


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


@pytest.mark.parametrize(("information", "drift", "below"), [(0.5, 2.8, 0.2), (0.61, 0.0, 0.1), (0.3, 3.2, 0.5)])
def test_at_the_bound_of_conditional_power_that_share_of_simulated_trials_gets_there(
    information: float, drift: float, below: float
) -> None:
    left = 1 - information
    z = conditional_power_bound(information, 1.99, below, drift=drift)
    rest = np.random.default_rng(9).normal(drift * left, math.sqrt(left), 200_000)
    share = (z * math.sqrt(information) + rest >= 1.99).mean()
    assert share == pytest.approx(below, abs=4 * math.sqrt(below * (1 - below) / rest.size))


def test_a_better_drift_lets_a_trial_go_on_with_less() -> None:
    bounds = [conditional_power_bound(0.5, 1.99, 0.2, drift=drift) for drift in (0, 1, 2, 3)]
    assert bounds == sorted(bounds, reverse=True)
    assert conditional_power_bound(1.0, 1.99, 0.2, drift=3) == -math.inf


@pytest.mark.parametrize("ratio", [1, 2, 0.5, 3])
def test_the_expected_z_is_that_of_simulated_events(ratio: float) -> None:
    """The log-rank score by hand: each event is the treated arm's with the odds ratio * hazard ratio."""
    events, hazard_ratio = 400, 0.9
    share = ratio / (1 + ratio)
    treated = ratio * hazard_ratio / (1 + ratio * hazard_ratio)
    counts = np.random.default_rng(3).binomial(events, treated, 200_000)
    z = -(counts - events * share) / math.sqrt(events * share * (1 - share))
    assert z.mean() == pytest.approx(expected_z(events, hazard_ratio, ratio=ratio), rel=0.03)


def test_arms_of_two_to_one_say_eight_ninths_of_what_equal_arms_do() -> None:
    one_to_one, two_to_one = (expected_z(130, 0.7, ratio=ratio) for ratio in (1, 2))
    assert (two_to_one / one_to_one) ** 2 == pytest.approx(8 / 9)
    assert expected_z(130, 0.7, ratio=0.5) == pytest.approx(two_to_one)


@pytest.mark.parametrize(("ratio", "bound"), [(1, 0.0734), (2, -0.0429)])
def test_the_planned_hazard_ratio_is_rejected_1_96_below_its_mean(ratio: float, bound: float) -> None:
    """By hand: 0.35667 * sqrt(130 r) / (1 + r) - 1.95996."""
    assert alternative_rejected_bound(130, 0.7, 0.025, ratio=ratio) == pytest.approx(bound, abs=1e-4)


def test_a_tiny_level_of_futility_is_a_level_as_any_other() -> None:
    assert alternative_rejected_bound(130, 0.7, 1e-20) == pytest.approx(2.0333 - 9.2623, abs=1e-3)


@pytest.mark.parametrize("information", [[], [0.5, 0.5], [0.5, 0.500001], [0.7, 0.2], [0.0, 1.0], [0.5, 1.2], [-0.1]])
def test_looks_that_cannot_be_are_refused(information: list[float]) -> None:
    with pytest.raises(ValueError, match=r"information|look"):
        efficacy_bounds(information, ALPHA, pocock)


def test_looks_that_are_too_close_are_refused_with_the_distance_they_need() -> None:
    with pytest.raises(ValueError, match=r"looks must be 0\.00001 apart at least, but 0\.5 and 0\.500001 are closer"):
        efficacy_bounds([0.5, 0.500001, 1.0], ALPHA, pocock)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, -0.1, 1e-310, math.nan])
def test_an_alpha_that_cannot_be_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        efficacy_bounds([1.0], alpha, pocock)
