"""The weighted log-rank test: exact fractions, lifelines, R, and the worked example of its docstring."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from survival_data import CONTROL, LEUKAEMIA, TREATED, TRIALS, Patients, awkward, patients, small_chunks
from survival_oracles import lifelines_weighted_chi_squared, rows_of

from pathsim.statistics.fleming_harrington import GAMMA, RHO, FlemingHarringtonTest, fleming_harrington
from pathsim.statistics.logrank import LogRank, logrank
from pathsim.statistics.two_arms import ArmCounts, SurvivalData, arm_counts

BY_R = {"plain": 14.4571508187171, "strata": 14.2523756382181}


@pytest.fixture(scope="module")
def chunk() -> Patients:
    return awkward()


def counts_of(trials: Patients, number: int = 1, *, strata: bool = False) -> ArmCounts:
    return arm_counts(trials.table(number, strata=strata), treated=TREATED, control=CONTROL)


def exact(trial: Patients, rho: int, gamma: int) -> tuple[Fraction, Fraction]:
    """The weighted difference and its variance of one trial without strata, in exact fractions."""
    difference = variance = Fraction(0)
    survival = Fraction(1)
    for at_risk, events in rows_of(trial, strata=False):
        everybody, died = sum(at_risk), sum(events)
        weight = survival**rho * (1 - survival) ** gamma
        difference += weight * (events[1] - Fraction(died * at_risk[1], everybody))
        if everybody > 1:
            numerator = died * at_risk[0] * at_risk[1] * (everybody - died)
            variance += weight**2 * Fraction(numerator, everybody**2 * (everybody - 1))
        survival *= 1 - Fraction(died, everybody)
    return difference, variance


@pytest.mark.parametrize(("rho", "gamma"), [(0, 1), (1, 0), (1, 1), (2, 1)])
def test_it_is_the_definition_in_exact_fractions(chunk: Patients, rho: int, gamma: int) -> None:
    found = fleming_harrington(counts_of(chunk, TRIALS), rho, gamma)
    tested = 0
    for trial in range(0, TRIALS, 8):
        difference, variance = exact(chunk.of(trial), rho, gamma)
        assert found.observed_minus_expected[trial] == pytest.approx(float(difference), rel=1e-9, abs=1e-12)
        assert found.variance[trial] == pytest.approx(float(variance), rel=1e-9, abs=1e-12)
        tested += variance > 0
    assert tested > 20


@given(small_chunks(), st.sampled_from([(0, 1), (1, 0), (1, 1)]))
def test_so_it_is_of_whatever_patients(chunk: Patients, weights: tuple[int, int]) -> None:
    found = fleming_harrington(counts_of(chunk, 3), *weights)
    for trial in range(3):
        difference, variance = exact(chunk.of(trial), *weights)
        assert found.observed_minus_expected[trial] == pytest.approx(float(difference), rel=1e-9, abs=1e-12)
        assert found.variance[trial] == pytest.approx(float(variance), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("rho", "gamma"), [(0, 1), (1, 0), (0.5, 0.5)])
def test_lifelines_has_the_same_chi_squared(rho: float, gamma: float) -> None:
    z = fleming_harrington(counts_of(LEUKAEMIA), rho, gamma).z[0]
    assert z**2 == pytest.approx(lifelines_weighted_chi_squared(LEUKAEMIA, rho, gamma), rel=1e-9)


def test_r_has_the_same_chi_squared_with_strata_and_without() -> None:
    """survdiff of R's survival 3.5-3 with rho = 1, in two strata: odd and even places in the list of each arm."""
    place = np.concatenate([np.arange(21), np.arange(21)])
    in_strata = LEUKAEMIA._replace(stratum=place % 2)
    assert fleming_harrington(counts_of(LEUKAEMIA), 1, 0).z[0] ** 2 == pytest.approx(BY_R["plain"], rel=1e-9)
    stratified = fleming_harrington(counts_of(in_strata, strata=True), 1, 0).z[0] ** 2
    assert stratified == pytest.approx(BY_R["strata"], rel=1e-9)


def test_without_weights_it_is_the_log_rank_test(chunk: Patients) -> None:
    counts = counts_of(chunk, TRIALS, strata=True)
    plain: LogRank = logrank(counts)
    for ours, theirs in zip(fleming_harrington(counts, 0, 0), plain, strict=True):
        assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_the_weights_of_the_worked_example() -> None:
    """Deaths on days 1 (control), 2 and 3 (treated), one control patient left: weights 0, 1/4 and 1/2."""
    trial = patients(time=[1, 2, 3, 4], event=[1, 1, 1, 0], arm=[CONTROL, TREATED, TREATED, CONTROL])
    found = fleming_harrington(counts_of(trial), RHO, GAMMA)
    expected = 0 * (0 - 1 / 2) + 1 / 4 * (1 - 2 / 3) + 1 / 2 * (1 - 1 / 2)
    assert found.observed_minus_expected[0] == pytest.approx(expected)
    assert found.variance[0] == pytest.approx(1 / 16 * 2 / 9 + 1 / 4 * 1 / 4)


def test_late_differences_weigh_most_where_early_ones_are_turned_around() -> None:
    """Curves that cross: the arm dies first, then control does; the weights see only the later part."""
    days = np.arange(1, 41)
    arm = np.where(days <= 20, np.where(days % 4 == 0, CONTROL, TREATED), np.where(days % 4 == 0, TREATED, CONTROL))
    trial = patients(time=days, event=np.ones(40), arm=arm)
    counts = counts_of(trial)
    assert fleming_harrington(counts, 1, 0).z[0] > logrank(counts).z[0] > fleming_harrington(counts, 0, 1).z[0]


def test_each_trial_of_a_chunk_says_what_it_says_alone(chunk: Patients) -> None:
    together = fleming_harrington(counts_of(chunk, TRIALS, strata=True)).z
    alone = [fleming_harrington(counts_of(chunk.of(trial), strata=True)).z[0] for trial in range(TRIALS)]
    assert_array_equal(together, alone)


def test_the_first_event_alone_has_no_weight_and_there_is_no_test() -> None:
    trial = patients(time=[1, 2, 3], event=[1, 0, 0], arm=[TREATED, CONTROL, CONTROL])
    assert math.isnan(fleming_harrington(counts_of(trial)).z[0])


def test_without_a_figure_it_does_not_say_that_no_event_occurred() -> None:
    """The first event of all has the weight 0; it is the only one here."""
    nobody, of_one = np.zeros(2, np.intp), np.array([1, 0])
    data = SurvivalData(
        nobody,
        np.array([0, 1]),
        nobody,
        np.array([1.0, 2.0]),
        of_one,
        trials=1,
        arms=("drug", "control"),
        control="control",
        causes=("death",),
        is_stratified=False,
        horizon_days=None,
    )
    test = FlemingHarringtonTest(data.comparisons["drug"])
    assert np.isnan(test.z[0])
    assert test.remark(0) == "no event that counts tells the groups apart"
