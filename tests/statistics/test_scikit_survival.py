"""The figures of scikit-survival, for the same trials as those of lifelines and more.

It has neither strata nor medians, restricted means or standard errors of hazard ratios: these are compared with
lifelines and with their definitions alone.
"""

import math
import sys
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal
from survival_data import CONTROL, LEUKAEMIA, TREATED, TRIALS, Patients, awkward, patients, small_chunks

from pathsim.statistics.cox import cox
from pathsim.statistics.cumulative_incidence import cumulative_incidence
from pathsim.statistics.kaplan_meier import kaplan_meier
from pathsim.statistics.logrank import logrank
from pathsim.statistics.two_arms import arm_counts

if sys.version_info < (3, 13):
    from sksurv.compare import compare_survival
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.nonparametric import cumulative_incidence_competing_risks, kaplan_meier_estimator
    from sksurv.util import Surv

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="scikit-survival needs ecos, of which there are no wheels for this Python"
)


@pytest.fixture(scope="module", params=[1, 2])
def chunk(request: pytest.FixtureRequest) -> Patients:
    return awkward(request.param)


# --- scikit-survival ------------------------------------------------------------------------------------------------


def their_logrank(trial: Patients) -> tuple[float, float, float]:
    """Observed minus expected events of the treated arm, the variance, and chi squared."""
    outcome = Surv.from_arrays(trial.event, trial.time)
    chi_squared, _, arms, covariance = compare_survival(outcome, trial.arm, return_stats=True)
    return float(arms["statistic"][TREATED]), float(covariance[TREATED, TREATED]), float(chi_squared)


def their_stratified_logrank(trial: Patients) -> tuple[float, float]:
    """Observed minus expected events of the treated arm and the variance, added up over the strata."""
    difference = variance = 0.0
    for stratum in np.unique(trial.stratum):
        with suppress(ValueError):  # It refuses a stratum without anything to compare.
            part = their_logrank(trial.pick(trial.stratum == stratum))
            difference, variance = difference + part[0], variance + part[1]
    return difference, variance


def their_log_hazard_ratio(trial: Patients) -> float:
    # It stops once a step changes the likelihood by less than this share; the step itself then is exact to as much.
    model = CoxPHSurvivalAnalysis(ties="efron", tol=1e-13, n_iter=1000)
    model.fit(trial.arm[:, np.newaxis].astype(np.float64), Surv.from_arrays(trial.event, trial.time))
    return float(model.coef_[0])


# --- comparisons: each returns how many there were ------------------------------------------------------------------


def same_survival(chunk: Patients, trials: int, confidence: float) -> int:
    compared = 0
    for trial in range(trials):
        for arm in (CONTROL, TREATED):
            mine = chunk.of(trial, arm)
            if mine.time.size:
                days, survival, (lower, upper) = kaplan_meier_estimator(
                    mine.event, mine.time, conf_level=confidence, conf_type="log-log"
                )
                found = kaplan_meier(mine.table(), arm, days, confidence=confidence)
                assert_allclose(found.survival[0], survival, rtol=0, atol=1e-8)
                # Where survival is 1 or 0 its limits are survival itself there, and none here.
                inside = (survival > 0) & (survival < 1)
                assert_allclose(found.lower[0], np.where(inside, lower, np.nan), rtol=0, atol=1e-8)
                assert_allclose(found.upper[0], np.where(inside, upper, np.nan), rtol=0, atol=1e-8)
                compared += 1
    return compared


def same_logrank(chunk: Patients, trials: int) -> int:
    found, compared = logrank(arm_counts(chunk.table(trials), treated=TREATED, control=CONTROL)), 0
    for trial in range(trials):
        if found.variance[trial] > 0:
            ours = found.observed_minus_expected[trial], found.variance[trial], found.z[trial] ** 2
            assert_allclose(ours, their_logrank(chunk.of(trial)), rtol=1e-8, atol=1e-8)
            compared += 1
    return compared


def same_stratified_logrank(chunk: Patients, trials: int) -> int:
    found = logrank(arm_counts(chunk.table(trials, strata=True), treated=TREATED, control=CONTROL))
    for trial in range(trials):
        ours = found.observed_minus_expected[trial], found.variance[trial]
        assert_allclose(ours, their_stratified_logrank(chunk.of(trial)), rtol=1e-8, atol=1e-8)
    return int((found.variance > 0).sum())


def same_hazard_ratio(chunk: Patients, trials: int) -> int:
    found, compared = cox(arm_counts(chunk.table(trials), treated=TREATED, control=CONTROL)).log_hazard_ratio, 0
    for trial in range(trials):
        if math.isfinite(found[trial]):
            assert_allclose(found[trial], their_log_hazard_ratio(chunk.of(trial)), rtol=0, atol=1e-8)
            compared += 1
    return compared


def same_incidence(chunk: Patients, trials: int) -> int:
    """With the strata as causes; scikit-survival wants two or more, and each of them to have happened."""
    compared = 0
    for trial in range(trials):
        mine = chunk.of(trial)
        which, number = np.unique(mine.stratum[mine.event], return_inverse=True)
        if which.size > 1:
            cause = np.zeros(mine.time.size, np.intp)
            cause[mine.event] = number + 1
            days, expected = cumulative_incidence_competing_risks(cause, mine.time)
            one = np.zeros_like(cause)
            found = cumulative_incidence(one, one, mine.time, cause, days, trials=1, arms=1, causes=which.size)
            assert_allclose(found[0, 0], expected[1:], rtol=0, atol=1e-8)
            compared += 1
    return compared


# --- the same figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("confidence", [0.95, 0.8])
def test_survival_of_awkward_trials_and_its_limits_are_the_same(chunk: Patients, confidence: float) -> None:
    assert same_survival(chunk, TRIALS, confidence) > 500


def test_log_rank_statistics_of_awkward_trials_are_the_same(chunk: Patients) -> None:
    assert same_logrank(chunk, TRIALS) > 180


def test_log_rank_statistics_of_its_strata_add_up_to_our_stratified_one(chunk: Patients) -> None:
    assert same_stratified_logrank(chunk, TRIALS) > 180


def test_hazard_ratios_of_awkward_trials_are_the_same(chunk: Patients) -> None:
    assert same_hazard_ratio(chunk, TRIALS) > 150


def test_incidences_of_awkward_trials_are_the_same_also_where_causes_tie(chunk: Patients) -> None:
    assert same_incidence(chunk, TRIALS) > 150


@given(small_chunks())
def test_figures_of_the_smallest_trials_are_the_same(chunk: Patients) -> None:
    same_survival(chunk, 3, 0.9)
    same_logrank(chunk, 3)
    same_stratified_logrank(chunk, 3)
    same_hazard_ratio(chunk, 3)
    same_incidence(chunk, 3)


def test_figures_of_the_leukemia_trial_are_the_same() -> None:
    assert same_survival(LEUKAEMIA, 1, 0.95) == 2
    assert same_logrank(LEUKAEMIA, 1) == same_hazard_ratio(LEUKAEMIA, 1) == 1


# --- where scikit-survival has no figure ----------------------------------------------------------------------------


NOBODY = patients([], [])
EMPTY_ARM = patients([1, 2, 3], [1, 1, 0], arm=TREATED)
ALL_CENSORED = patients([1, 2, 3], [0, 0, 0], arm=[0, 1, 1])
ALL_AT_ONCE = patients([3, 3], [1, 1], arm=[0, 1])


@pytest.mark.parametrize(
    ("trial", "reason"),
    [
        (NOBODY, "a minimum of 1 is required"),
        (EMPTY_ARM, "two groups"),
        (ALL_CENSORED, "all samples are censored"),
        (ALL_AT_ONCE, "Singular matrix"),
    ],
)
def test_it_refuses_the_log_rank_tests_that_have_no_z_here(trial: Patients, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        their_logrank(trial)
    assert_array_equal(logrank(arm_counts(trial.table(), treated=TREATED, control=CONTROL)).z, [math.nan])


@pytest.mark.parametrize(
    ("trial", "reason"),
    [
        (NOBODY, "a minimum of 2 is required"),
        (EMPTY_ARM, "singular matrix"),
        (ALL_CENSORED, "all samples are censored"),
    ],
)
def test_it_refuses_the_models_that_have_no_hazard_ratio_here(trial: Patients, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        their_log_hazard_ratio(trial)
    assert_array_equal(cox(arm_counts(trial.table(), treated=TREATED, control=CONTROL)).log_hazard_ratio, [math.nan])


@pytest.mark.parametrize(("only", "sign"), [(CONTROL, -1), (TREATED, 1)])
def test_where_the_likelihood_rises_forever_it_stops_far_out_and_we_at_infinity(only: int, sign: int) -> None:
    trial = patients([1, 2, 3], [1, 1, 0], arm=[only, only, 1 - only])
    assert_array_equal(
        cox(arm_counts(trial.table(), treated=TREATED, control=CONTROL)).log_hazard_ratio, [sign * math.inf]
    )
    assert sign * their_log_hazard_ratio(trial) > 20


def test_it_refuses_the_survival_of_an_empty_arm_which_is_missing_here() -> None:
    with pytest.raises(ValueError, match="a minimum of 1 is required"):
        kaplan_meier_estimator(NOBODY.event, NOBODY.time)
    assert_array_equal(kaplan_meier(NOBODY.table(), CONTROL, [1]).survival, [[math.nan]])
