"""Log-rank tests and hazard ratios."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from survival_data import CONTROL, LEUKAEMIA, TREATED, TRIALS, Patients, awkward, patients, small_chunks
from survival_oracles import efron_score, exact_logrank, lifelines_chi_squared, lifelines_cox, rows_of

from pathsim.statistics.cox import Cox, cox, hazard_ratio
from pathsim.statistics.logrank import LogRank, logrank
from pathsim.statistics.normal import probability_below
from pathsim.statistics.risk_table import RiskTable
from pathsim.statistics.two_arms import arm_counts


def logrank_of(table: RiskTable) -> LogRank:
    return logrank(arm_counts(table, treated=TREATED, control=CONTROL))


def cox_of(table: RiskTable) -> Cox:
    return cox(arm_counts(table, treated=TREATED, control=CONTROL))


@pytest.fixture(scope="module")
def chunk() -> Patients:
    return awkward()


# --- log-rank -------------------------------------------------------------------------------------------------------


def test_the_leukemia_trial_has_the_log_rank_statistic_of_the_textbooks() -> None:
    found = logrank_of(LEUKAEMIA.table())
    assert_allclose(found.z**2, 16.79, atol=5e-3)
    assert_allclose(found.observed_minus_expected, 9 - 19.25, atol=5e-3)
    assert_allclose(found.variance, 6.257, atol=5e-4)
    assert found.z[0] < 0


@pytest.mark.slow
def test_log_rank_statistics_of_hundreds_of_awkward_trials_are_those_of_lifelines(chunk: Patients) -> None:
    found, compared = logrank_of(chunk.table(TRIALS)), 0
    for trial in range(TRIALS):
        if found.variance[trial] > 0:
            assert_allclose(found.z[trial] ** 2, lifelines_chi_squared(chunk.of(trial)), rtol=1e-8, atol=1e-8)
            compared += 1
    assert compared > 180


@given(chunk=small_chunks(), strata=st.booleans())
def test_the_log_rank_statistic_is_the_sum_of_its_definition(chunk: Patients, *, strata: bool) -> None:
    found = logrank_of(chunk.table(3, strata=strata))
    for trial in range(3):
        difference, variance = exact_logrank(chunk.of(trial), strata=strata)
        assert_allclose(found.observed_minus_expected[trial], float(difference), atol=1e-12)
        assert_allclose(found.variance[trial], float(variance), atol=1e-12)
        assert math.isnan(found.z[trial]) == (variance == 0)


def test_a_stratified_test_adds_up_the_tests_of_the_strata(chunk: Patients) -> None:
    whole = logrank_of(chunk.table(TRIALS, strata=True))
    parts = [logrank_of(chunk.pick(chunk.stratum == stratum).table(TRIALS)) for stratum in range(4)]
    assert_allclose(whole.observed_minus_expected, sum(part.observed_minus_expected for part in parts), atol=1e-12)
    assert_allclose(whole.variance, sum(part.variance for part in parts), atol=1e-12)


def test_without_anybody_to_compare_with_there_is_no_z() -> None:
    nobody, no_event = patients([], []), patients([1, 2], [0, 0], arm=[0, 1])
    one_arm, all_at_once = patients([1, 2], [1, 1], arm=[1, 1]), patients([3, 3], [1, 1], arm=[0, 1])
    for trial in (nobody, no_event, one_arm, all_at_once):
        found = logrank_of(trial.table())
        assert np.isnan(found.z).all()
        assert found.variance.tolist() == [0]
        assert found.observed_minus_expected.tolist() == [0]


@given(chunk=small_chunks(), strata=st.booleans())
def test_exchanging_the_arms_changes_signs_only(chunk: Patients, *, strata: bool) -> None:
    table = chunk.table(3, strata=strata)
    there, back = logrank_of(table), logrank(arm_counts(table, treated=CONTROL, control=TREATED))
    assert_allclose(back.z, -there.z, atol=1e-12)
    model, opposite = cox_of(table), cox(arm_counts(table, treated=CONTROL, control=TREATED))
    assert_allclose(opposite.log_hazard_ratio, -model.log_hazard_ratio, atol=1e-9)
    assert_allclose(opposite.standard_error, model.standard_error, rtol=1e-9)


@given(small_chunks())
def test_a_third_arm_plays_no_part(chunk: Patients) -> None:
    others = chunk._replace(arm=np.full_like(chunk.arm, 2), time=chunk.time[::-1] + 0.5)
    three = Patients(*(np.concatenate(columns) for columns in zip(chunk, others, strict=True)))
    for procedure in (logrank_of, cox_of):
        found = procedure(three.table(3, strata=True, arms=3))
        for ours, expected in zip(found, procedure(chunk.table(3, strata=True)), strict=True):
            assert_array_equal(ours, expected)


@given(small_chunks())
def test_only_the_order_of_times_matters(chunk: Patients) -> None:
    later = chunk._replace(time=np.expm1(chunk.time))
    for procedure in (logrank_of, cox_of):
        for ours, expected in zip(procedure(later.table(3)), procedure(chunk.table(3)), strict=True):
            assert_array_equal(ours, expected)


# --- p ----------------------------------------------------------------------------------------------------------------


def test_p_is_the_probability_of_a_z_this_low_or_lower() -> None:
    z = [-1.959963984540054, 0.0, 1.2815515655446004, -10.0, 40.0, -math.inf]
    assert_allclose(probability_below(z), [0.025, 0.5, 0.9, 7.619853024160527e-24, 1.0, 0.0], rtol=1e-12)


def test_p_keeps_the_shape_of_z_and_what_is_not_a_number() -> None:
    found = probability_below([[math.nan, 0.0], [1.0, 2.0]])
    assert found.shape == (2, 2)
    assert math.isnan(found[0, 0])
    assert probability_below([]).shape == (0,)
    assert float(probability_below(0.0)) == 0.5


# --- Cox --------------------------------------------------------------------------------------------------------------


def test_the_leukemia_trial_has_the_hazard_ratio_that_r_prints() -> None:
    model = cox(arm_counts(LEUKAEMIA.table(), treated=CONTROL, control=TREATED))
    assert_allclose(model.log_hazard_ratio, 1.5721, atol=5e-5)
    assert_allclose(model.standard_error, 0.4124, atol=5e-5)
    found = hazard_ratio(model)
    assert_allclose([found.estimate[0], found.lower[0], found.upper[0]], [4.817, 2.147, 10.81], atol=5e-3)


def test_tied_events_share_the_risk_set_as_efron_has_it() -> None:
    # One of 1 treated and one of 3 control patients die together: odds 3 to 1, then 2.5 to 0.5, so that the ratio r
    # has 1 = r / (r + 3) + r / (r + 5), which is r * r = 15. Breslow would have 3, exact ties another number.
    found = cox_of(patients([1, 1, 2, 2], [1, 1, 0, 0], arm=[TREATED, 0, 0, 0]).table())
    ratio = math.sqrt(15)
    assert_allclose(np.exp(found.log_hazard_ratio), ratio, rtol=1e-12)
    information = 3 * ratio / (ratio + 3) ** 2 + 5 * ratio / (ratio + 5) ** 2
    assert_allclose(found.standard_error, 1 / math.sqrt(information), rtol=1e-12)


@pytest.mark.parametrize("strata", [False, True])
@pytest.mark.slow
def test_hazard_ratios_of_hundreds_of_awkward_trials_are_those_of_lifelines(chunk: Patients, *, strata: bool) -> None:
    found, compared = cox_of(chunk.table(TRIALS, strata=strata)), 0
    for trial in range(TRIALS):
        if math.isfinite(found.log_hazard_ratio[trial]):
            log_ratio, standard_error = lifelines_cox(chunk.of(trial), strata=strata)
            assert_allclose(found.log_hazard_ratio[trial], log_ratio, rtol=0, atol=1e-8)
            assert_allclose(found.standard_error[trial], standard_error, rtol=1e-8)
            compared += 1
    assert compared > 150


@given(chunk=small_chunks(), strata=st.booleans())
def test_at_a_finite_estimate_the_score_is_zero_and_elsewhere_there_is_none(chunk: Patients, *, strata: bool) -> None:
    found = cox_of(chunk.table(3, strata=strata))
    for trial in range(3):
        mine, estimate = chunk.of(trial), float(found.log_hazard_ratio[trial])
        informative = [row.events for row in rows_of(mine, strata=strata) if min(row.at_risk) > 0]
        control, treated = (sum(events[arm] for events in informative) for arm in (0, 1))
        if control and treated:
            assert_allclose(efron_score(mine, estimate, strata=strata), 0, atol=1e-9)
            slope = efron_score(mine, estimate - 1e-5, strata=strata) - efron_score(
                mine, estimate + 1e-5, strata=strata
            )
            assert_allclose(found.standard_error[trial], math.sqrt(2e-5 / slope), rtol=1e-4)
        else:
            expected = math.nan if control == treated else math.copysign(math.inf, treated - control)
            assert_array_equal(estimate, expected)
            assert math.isnan(found.standard_error[trial])


@pytest.mark.parametrize(
    ("trial", "estimate"),
    [
        (patients([1, 2, 3], [1, 1, 0], arm=[0, 0, 1]), -math.inf),
        (patients([1, 2, 3], [1, 1, 0], arm=[1, 1, 0]), math.inf),
        # Both arms have events, but those of the treated come when the controls are gone.
        (patients([1, 2, 3, 4], [1, 1, 1, 1], arm=[0, 0, 1, 1]), -math.inf),
        # Both arms have events, but each stratum has one arm only.
        (patients([1, 2, 3, 4], [1, 1, 1, 1], arm=[0, 0, 1, 1], stratum=[0, 0, 1, 1]), math.nan),
        (patients([1, 2, 3], [1, 1, 1], arm=[1, 1, 1]), math.nan),
        (patients([1, 2], [0, 0], arm=[0, 1]), math.nan),
        (patients([], []), math.nan),
    ],
)
def test_a_likelihood_without_a_maximum_has_an_infinite_estimate_or_none(trial: Patients, estimate: float) -> None:
    model = cox_of(trial.table(strata=True))
    assert_array_equal(model.log_hazard_ratio, [estimate])
    assert_array_equal(model.standard_error, [math.nan])
    found = hazard_ratio(model)
    assert_array_equal(found.estimate, [math.exp(estimate)])
    assert_array_equal([found.lower, found.upper], [[math.nan], [math.nan]])


_counts = st.tuples(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 3), st.integers(0, 3))


@given(st.lists(_counts, min_size=1, max_size=6))
def test_newton_arrives_however_lopsided_the_risk_sets_are(rows: list[tuple[int, int, int, int]]) -> None:
    at_risk = np.array([[max(a, c), max(b, d)] for a, b, c, d in rows])
    events = np.array([[c, d] for _, _, c, d in rows])
    zeros, time = np.zeros(len(rows), np.intp), np.arange(len(rows), dtype=np.float64)
    found = cox_of(
        RiskTable(1, 2, zeros, zeros, time, at_risk, events, zeros, followed=np.full((1, 2), np.inf))
    ).log_hazard_ratio[0]
    if not math.isfinite(found):
        assert events.sum(axis=0).min() == 0
        return
    score = 0.0
    for (control, treated), (died_control, died_treated) in zip(at_risk.tolist(), events.tolist(), strict=True):
        died = died_control + died_treated
        score += died_treated
        for gone in (tied / died for tied in range(died)):
            odds = (control - gone * died_control) / (treated - gone * died_treated)
            score -= 1 / (1 + odds * math.exp(-found))
    assert_allclose(score, 0, atol=1e-9)


def test_the_interval_of_a_hazard_ratio_is_walds() -> None:
    model = Cox(np.array([math.log(0.7), 0.0]), np.array([0.2, 0.1]))
    found = hazard_ratio(model, confidence=0.9)
    assert_allclose(found.estimate, [0.7, 1.0])
    assert_allclose(found.lower, np.exp(model.log_hazard_ratio - 1.6448536269514722 * model.standard_error))
    assert_allclose(found.upper, np.exp(model.log_hazard_ratio + 1.6448536269514722 * model.standard_error))


# --- chunks and errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strata", [False, True])
def test_a_chunk_of_trials_gives_what_each_trial_alone_gives(chunk: Patients, *, strata: bool) -> None:
    table = chunk.table(TRIALS, strata=strata)
    together = [*logrank_of(table), *cox_of(table)]
    for trial in range(TRIALS):
        alone = chunk.of(trial).table(strata=strata)
        for ours, single in zip(together, [*logrank_of(alone), *cox_of(alone)], strict=True):
            assert_array_equal(ours[trial], single[0])


def test_comparisons_that_make_no_sense_are_refused() -> None:
    table = LEUKAEMIA.table()
    with pytest.raises(ValueError, match="arm 1 cannot be compared with itself"):
        arm_counts(table, treated=1, control=1)
    with pytest.raises(ValueError, match="there is no arm 2"):
        arm_counts(table, treated=2, control=1)
    with pytest.raises(ValueError, match="there is no arm -1"):
        arm_counts(table, treated=0, control=-1)
    with pytest.raises(ValueError, match="a confidence of 1 is not between 0 and 1"):
        hazard_ratio(cox_of(table), confidence=1)
