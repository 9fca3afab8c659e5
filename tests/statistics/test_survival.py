"""Kaplan-Meier curves, medians, numbers at risk and restricted means."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from survival_data import CONTROL, LEUKAEMIA, TREATED, TRIALS, Patients, awkward, patients, small_chunks
from survival_oracles import exact_survival, lifelines_restricted_mean, lifelines_survival

from pathsim.statistics.kaplan_meier import (
    curve,
    kaplan_meier,
    median,
    numbers_at_risk,
)
from pathsim.statistics.restricted_mean import longest_horizon, restricted_mean

DAYS = [0, 0.25, 1, 2, 3, 5.5, 10, 75, 200, 1000]


@pytest.fixture(scope="module")
def chunk() -> Patients:
    return awkward()


# --- survival -------------------------------------------------------------------------------------------------------


def test_the_leukemia_trial_has_the_survival_that_stata_prints() -> None:
    found = kaplan_meier(LEUKAEMIA.table(), TREATED, [6, 7, 10, 13, 16, 22, 23])
    assert_allclose(found.survival[0], [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], atol=5e-5)
    assert_allclose(found.standard_error[0], [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], atol=5e-5)
    assert_allclose(found.lower[0], [0.6197, 0.5631, 0.5032, 0.4316, 0.3675, 0.2678, 0.1881], atol=5e-5)
    assert_allclose(found.upper[0], [0.9516, 0.9228, 0.8894, 0.8491, 0.8049, 0.7468, 0.6801], atol=5e-5)


@pytest.mark.parametrize("confidence", [0.95, 0.8])
@pytest.mark.slow
def test_survival_of_hundreds_of_awkward_trials_is_that_of_lifelines(chunk: Patients, confidence: float) -> None:
    table, compared = chunk.table(TRIALS), 0
    for arm in (CONTROL, TREATED):
        found = kaplan_meier(table, arm, DAYS, confidence=confidence)
        for trial in range(TRIALS):
            mine = chunk.of(trial, arm)
            if mine.time.size:
                expected = lifelines_survival(mine, DAYS, confidence)
                # Lifelines draws every curve on for ever, and has limits where survival is 1 or 0.
                known = np.array([mine.is_known(day) for day in DAYS])
                inside = known & (expected.survival > 0) & (expected.survival < 1)
                for ours, theirs, here in zip(found, expected, (known, inside, inside, known), strict=True):
                    assert_allclose(ours[trial], np.where(here, theirs, np.nan), rtol=0, atol=1e-8)
                compared += 1
    assert compared > 500


@given(small_chunks())
def test_survival_is_the_product_of_its_definition(chunk: Patients) -> None:
    table = chunk.table(3)
    for trial in range(3):
        for arm in (CONTROL, TREATED):
            steps = exact_survival(chunk.of(trial, arm))
            found = curve(table, trial, arm)
            assert found.time.tolist() == [0.0, *(time for time, _ in steps)]
            assert_allclose(found.survival, [1.0, *(float(survival) for _, survival in steps)], rtol=1e-13)


@given(small_chunks(), st.floats(0.01, 0.99))
def test_the_interval_holds_the_estimate_and_lies_between_0_and_1(chunk: Patients, confidence: float) -> None:
    found = kaplan_meier(chunk.table(3), CONTROL, DAYS, confidence=confidence)
    inside = (found.survival > 0) & (found.survival < 1)
    assert (found.lower[inside] < found.survival[inside]).all()
    assert (found.survival[inside] < found.upper[inside]).all()
    assert (found.lower[inside] >= 0).all()
    assert (found.upper[inside] <= 1).all()
    assert np.isnan(found.lower[~inside]).all()
    assert np.isnan(found.upper[~inside]).all()
    at_the_ends = (found.survival == 0) | (found.survival == 1)
    assert_array_equal(found.standard_error[at_the_ends], 0.0)


@given(small_chunks())
def test_a_curve_ends_with_its_longest_follow_up_unless_it_has_come_down_to_0(chunk: Patients) -> None:
    found = kaplan_meier(chunk.table(3), CONTROL, DAYS).survival
    known = [[chunk.of(trial, CONTROL).is_known(day) for day in DAYS] for trial in range(3)]
    assert_array_equal(~np.isnan(found), known)


def test_an_event_on_the_very_day_counts() -> None:
    found = kaplan_meier(patients([10, 20], [1, 1]).table(), 0, [math.nextafter(10, 0), 10, 20])
    assert found.survival.tolist() == [[1.0, 0.5, 0.0]]


def test_days_may_be_asked_in_any_order_and_none_or_infinity_as_well() -> None:
    table = LEUKAEMIA.table()
    asked = kaplan_meier(table, TREATED, [23, math.inf, 6, 6]).survival[0]
    assert_allclose(asked, [0.4482, math.nan, 0.8571, 0.8571], atol=5e-5)
    assert kaplan_meier(table, TREATED, []).survival.shape == (1, 0)


def test_nothing_rests_on_nobody() -> None:
    table = patients([], []).table(2)
    for figures in (*kaplan_meier(table, 0, [0, 1, 100]), *median(table, 0), *restricted_mean(table, 0, 10)):
        assert np.isnan(figures).all()
    assert longest_horizon(table, 0).tolist() == [-math.inf] * 2
    assert curve(table, 1, 0).time.tolist() == [0.0]


def test_an_arm_without_events_survives_as_long_as_it_is_followed() -> None:
    table = patients([5, 9], [0, 0]).table()
    found = kaplan_meier(table, 0, [1, 9, 9.5])
    assert_array_equal(found.survival, [[1, 1, math.nan]])
    assert_array_equal(found.standard_error, [[0, 0, math.nan]])
    assert np.isnan([found.lower, found.upper]).all()
    assert np.isnan([figure[0] for figure in median(table, 0)]).all()
    assert_array_equal(restricted_mean(table, 0, 9), [[9], [0]])
    assert np.isnan(restricted_mean(table, 0, 9.5)).all()
    assert longest_horizon(table, 0).tolist() == [9]


def test_a_curve_that_has_come_down_to_0_stays_there_and_sets_no_horizon() -> None:
    table = patients([5, 9], [1, 1]).table()
    assert kaplan_meier(table, 0, [9, 36_500]).survival.tolist() == [[0, 0]]
    assert restricted_mean(table, 0, 36_500).mean.tolist() == [7]
    assert longest_horizon(table, 0).tolist() == [math.inf]


def test_a_curve_starts_at_1_on_day_0_and_steps_at_events_with_the_same_limits_as_on_asked_days() -> None:
    table = patients([0, 0, 3, 4, 7], [1, 0, 1, 0, 1], trial=[1] * 5).table(2)
    found = curve(table, 1, 0, confidence=0.9)
    assert found.time.tolist() == [0, 0, 3, 7]
    assert_allclose(found.survival, [1, 4 / 5, 8 / 15, 0])
    asked = kaplan_meier(table, 0, [0, 3, 7], confidence=0.9)
    assert_array_equal(found.lower[1:3], asked.lower[1, :2])
    assert_array_equal(found.upper[1:3], asked.upper[1, :2])
    assert found.lower[0] == found.upper[0] == 1
    assert found.lower[3] == found.upper[3] == 0


# --- median ---------------------------------------------------------------------------------------------------------


def test_the_medians_of_the_leukemia_trial_are_8_and_23_weeks() -> None:
    assert median(LEUKAEMIA.table(), CONTROL).estimate.tolist() == [8]
    assert median(LEUKAEMIA.table(), TREATED).estimate.tolist() == [23]


@given(small_chunks())
def test_the_median_is_the_middle_of_the_days_on_which_survival_is_one_half_exactly(chunk: Patients) -> None:
    found = median(chunk.table(3), TREATED).estimate
    for trial in range(3):
        mine = chunk.of(trial, TREATED)
        steps = exact_survival(mine)
        below = next((time for time, survival in steps if survival * 2 < 1), max(mine.time, default=math.nan))
        at_half = [time for time, survival in steps if survival * 2 == 1]
        reached = any(survival * 2 <= 1 for _, survival in steps)
        expected = (at_half[0] + below) / 2 if at_half else below if reached else math.nan
        assert_array_equal(found[trial], expected)


def test_a_survival_of_one_half_is_recognized_however_its_product_is_rounded() -> None:
    for half in range(1, 120):
        found = median(patients(np.arange(1, 2 * half + 1), np.ones(2 * half)).table(), 0)
        assert found.estimate.tolist() == [half + 0.5]


# --- numbers at risk ------------------------------------------------------------------------------------------------


@given(small_chunks(), st.lists(st.one_of(st.integers(0, 6), st.floats(0, 11)), max_size=6))
def test_at_risk_on_a_day_are_those_whose_time_is_not_before_it(chunk: Patients, days: list[float]) -> None:
    found = numbers_at_risk(chunk.trial, chunk.arm, chunk.time, days, trials=3, arms=2)
    expected = [
        [[int((chunk.of(trial, arm).time >= day).sum()) for day in days] for arm in (0, 1)] for trial in range(3)
    ]
    assert found.shape == (3, 2, len(days))
    assert found.tolist() == expected


def test_censored_patients_stop_being_at_risk_between_events() -> None:
    found = numbers_at_risk([0, 0, 0], [0, 0, 1], [10, 20, 30], [0, 10, 11, 30, 31], 1, 2)
    assert found.tolist() == [[[2, 2, 1, 0, 0], [1, 1, 1, 1, 0]]]


# --- restricted mean ------------------------------------------------------------------------------------------------


def test_the_restricted_mean_is_the_area_under_the_curve_computed_by_hand() -> None:
    table = patients([1, 2, 3, 4], [1, 0, 1, 0]).table()
    found = restricted_mean(table, 0, 4)
    assert_allclose(found.mean, 1 + 2 * 0.75 + 0.375)
    assert_allclose(found.standard_error, math.sqrt(1.875**2 / 12 + 0.375**2 / 2))
    before = restricted_mean(table, 0, 2)
    assert_allclose(before.mean, 1.75)
    assert_allclose(before.standard_error, math.sqrt(0.75**2 / 12))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.floats(0, 12))
def test_without_censoring_it_is_the_mean_of_the_days_until_the_horizon_and_its_error(
    days: list[int], horizon: float
) -> None:
    # All have died in the end, so that any horizon will do.
    found = restricted_mean(patients(days, np.ones(len(days))).table(), 0, horizon)
    lived = np.minimum(days, horizon)
    assert_allclose(found.mean[0], lived.mean(), atol=1e-12)
    assert_allclose(found.standard_error[0], lived.std() / math.sqrt(len(days)), atol=1e-7)


def test_restricted_means_of_awkward_trials_are_those_of_lifelines(chunk: Patients) -> None:
    table = chunk.table(TRIALS)
    for horizon in (2.0, 40.0):
        found = restricted_mean(table, TREATED, horizon).mean
        for trial in range(0, TRIALS, 3):
            mine = chunk.of(trial, TREATED)
            if mine.is_known(horizon):
                assert_allclose(found[trial], lifelines_restricted_mean(mine, horizon), atol=1e-8)
            else:
                assert math.isnan(found[trial])


# --- chunks and errors ----------------------------------------------------------------------------------------------


def test_a_chunk_of_trials_gives_what_each_trial_alone_gives(chunk: Patients) -> None:
    table = chunk.table(TRIALS)
    together = kaplan_meier(table, TREATED, DAYS)
    medians, means = median(table, TREATED).estimate, restricted_mean(table, TREATED, 50)
    for trial in range(TRIALS):
        alone = chunk.of(trial).table()
        for ours, single in zip(together, kaplan_meier(alone, TREATED, DAYS), strict=True):
            assert_array_equal(ours[trial], single[0])
        assert_array_equal(medians[trial], median(alone, TREATED).estimate[0])
        for ours, single in zip(means, restricted_mean(alone, TREATED, 50), strict=True):
            assert_allclose(ours[trial], single[0], rtol=1e-12)
        for ours, single in zip(curve(table, trial, TREATED), curve(alone, 0, TREATED), strict=True):
            assert_array_equal(ours, single)


def test_survival_is_not_estimated_from_a_table_with_strata() -> None:
    # The stratum without events has no rows: without the flag nobody could see that its patient is missing.
    table = patients([1, 2], [1, 0], stratum=[0, 1]).table(strata=True)
    with pytest.raises(ValueError, match="without strata"):
        kaplan_meier(table, 0, [1])
    with pytest.raises(ValueError, match="without strata"):
        median(table, 0)
    with pytest.raises(ValueError, match="without strata"):
        curve(table, 0, 0)
    with pytest.raises(ValueError, match="without strata"):
        restricted_mean(table, 0, 1)


def test_figures_that_do_not_exist_are_refused() -> None:
    table = LEUKAEMIA.table()
    with pytest.raises(ValueError, match="there is no arm 2: they go from 0 to 1"):
        kaplan_meier(table, 2, [1])
    with pytest.raises(ValueError, match="there is no arm -1"):
        median(table, -1)
    with pytest.raises(ValueError, match="there is no trial 1"):
        curve(table, 1, 0)
    with pytest.raises(ValueError, match=r"a confidence of 95 is not between 0 and 1: write 0.95 for 95%"):
        kaplan_meier(table, 0, [1], confidence=95)
    with pytest.raises(ValueError, match="'at_days' has to be a list of days"):
        kaplan_meier(table, 0, [math.nan])
    with pytest.raises(ValueError, match="a horizon of inf days"):
        restricted_mean(table, 0, math.inf)
    with pytest.raises(ValueError, match="a horizon of -1 days"):
        restricted_mean(table, 0, -1)
