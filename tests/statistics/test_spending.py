"""Spending functions: published formulas, exact far into the tail, never more than the whole error."""

import json
import math
from pathlib import Path
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.statistics.spending import Spending, hwang_shih_decani, obrien_fleming, pocock, spending

ORACLES = json.loads((Path(__file__).parent / "oracles" / "sequential.json").read_text(encoding="utf-8"))
ALPHA = 0.025
FUNCTIONS = st.sampled_from(
    [obrien_fleming, pocock, *map(hwang_shih_decani, (-40, -4, -1e-3, -1e-320, 0, 1e-320, 1e-17, 1e-15, 3, 40))]
)
ALPHAS = st.floats(-300, math.log10(0.5) - 1e-9).map(lambda exponent: 10.0**exponent)
FRACTIONS = st.floats(1e-6, 1)


@pytest.mark.parametrize("tail", ORACLES["tail"], ids=lambda tail: f"{tail['information']} of {tail['alpha']}")
def test_obrien_fleming_spending_keeps_its_tail_as_r_does_in_logarithms(tail: dict[str, float]) -> None:
    assert obrien_fleming(tail["information"], tail["alpha"]) == pytest.approx(tail["spent"], rel=1e-11)


def test_obrien_fleming_spending_is_that_of_the_formula_where_nothing_cancels() -> None:
    normal = NormalDist()
    for information in (0.3, 0.5, 0.9):
        expected = 2 - 2 * normal.cdf(normal.inv_cdf(1 - ALPHA / 2) / math.sqrt(information))
        assert obrien_fleming(information, ALPHA) == pytest.approx(expected, rel=1e-9)


def test_pocock_spending_is_that_of_the_formula() -> None:
    assert pocock(0.5, ALPHA) == pytest.approx(ALPHA * math.log(1 + (math.e - 1) / 2))


def test_a_negative_parameter_keeps_the_error_for_the_end() -> None:
    """By hand: gamma -4 at half the information spends (e^2 - 1) / (e^4 - 1) = 1 / (e^2 + 1) = 0.1192 of the error."""
    assert hwang_shih_decani(-4)(0.5, ALPHA) == pytest.approx(ALPHA / (math.e**2 + 1), rel=1e-12)
    assert hwang_shih_decani(4)(0.5, ALPHA) == pytest.approx(ALPHA * (1 - 1 / (math.e**2 + 1)), rel=1e-12)


@pytest.mark.parametrize("gamma", [0.0, 1e-320, -1e-320, 1e-300, 1e-17])
def test_a_parameter_that_is_all_but_0_spends_evenly(gamma: float) -> None:
    assert hwang_shih_decani(gamma)(0.3, ALPHA) == 0.3 * ALPHA


@given(FUNCTIONS, ALPHAS, FRACTIONS, FRACTIONS)
def test_spending_ascends_and_never_exceeds_the_whole_error(
    function: Spending, alpha: float, one: float, other: float
) -> None:
    early, late = sorted((one, other))
    assert 0 <= function(early, alpha) <= function(late, alpha) <= alpha


@given(FUNCTIONS, ALPHAS)
def test_spending_ends_at_the_whole_error(function: Spending, alpha: float) -> None:
    assert function(1.0, alpha) == pytest.approx(alpha, rel=1e-11)


@pytest.mark.parametrize("name", ["obf", "hsd", "hsd:", "hsd:x", "pocock:2", "hsd:nan", "hsd:inf", ""])
def test_an_unknown_spending_function_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match="write obrien-fleming, pocock, hsd:-4, or none"):
        spending(name)


def test_a_parameter_beyond_all_use_is_refused_with_its_limits() -> None:
    with pytest.raises(ValueError, match="between -40 and 40; this is 41"):
        spending("hsd:41")
