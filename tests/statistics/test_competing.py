"""Cumulative incidence under competing risks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import ArrayLike, NDArray
from survival_data import CONTROL, LEUKAEMIA, TREATED, Patients, small_chunks
from survival_oracles import exact_incidence, lifelines_incidence

from pathsim.statistics.cumulative_incidence import cumulative_incidence
from pathsim.statistics.kaplan_meier import kaplan_meier

DAYS = [0, 1, 2, 2.5, 5, 20]


def one_arm(time: ArrayLike, cause: ArrayLike, at_days: ArrayLike, causes: int = 2) -> NDArray[np.float64]:
    zeros = np.zeros(np.size(time), np.intp)
    found = cumulative_incidence(zeros, zeros, time, cause, at_days, trials=1, arms=1, causes=causes)
    only: NDArray[np.float64] = found[0, 0]
    return only


@st.composite
def with_causes(draw: st.DrawFn) -> tuple[Patients, NDArray[np.intp]]:
    chunk = draw(small_chunks())
    size = chunk.time.size
    cause = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    return chunk, np.array(cause, np.intp)


def incidence(chunk: Patients, cause: NDArray[np.intp], causes: int = 3) -> NDArray[np.float64]:
    return cumulative_incidence(chunk.trial, chunk.arm, chunk.time, cause, DAYS, trials=3, arms=2, causes=causes)


def test_incidence_is_what_a_hand_computes_with_two_causes_at_the_same_time() -> None:
    # Of 5, one has each cause at time 1: 0.2 and 0.2. Then 2 of 3 still free of both (0.6) remain in view at time 3.
    found = one_arm([1, 1, 2, 3, 4], [1, 2, 0, 1, 0], [0.5, 1, 2, 3, 4, 9])
    assert_allclose(found, [[0, 0.2, 0.2, 0.5, 0.5, math.nan], [0, 0.2, 0.2, 0.2, 0.2, math.nan]])


def test_where_everybody_has_had_an_event_incidence_is_known_for_ever() -> None:
    assert_allclose(one_arm([1, 2], [1, 2], [2, 1000]), [[0.5, 0.5], [0.5, 0.5]])


@given(with_causes())
def test_incidence_is_the_sum_of_its_definition(data: tuple[Patients, NDArray[np.intp]]) -> None:
    chunk, cause = data
    found = incidence(chunk, cause)
    for trial in range(3):
        for arm in (CONTROL, TREATED):
            mine = (chunk.trial == trial) & (chunk.arm == arm)
            for column, day in enumerate(DAYS):
                expected, _ = exact_incidence(chunk.time[mine], cause[mine], 3, day)
                known = chunk._replace(event=cause > 0).of(trial, arm).is_known(day)
                rates = [float(part) if known else math.nan for part in expected]
                assert_allclose(found[trial, arm, :, column], rates, atol=1e-13)


@given(with_causes())
def test_incidences_of_all_causes_and_survival_without_any_add_up_to_1(
    data: tuple[Patients, NDArray[np.intp]],
) -> None:
    chunk, cause = data
    table = chunk._replace(event=cause > 0).table(3)
    total = incidence(chunk, cause).sum(axis=2)
    for arm in (CONTROL, TREATED):
        survival = kaplan_meier(table, arm, DAYS).survival
        assert_allclose(total[:, arm] + survival, np.where(np.isnan(survival), np.nan, 1), atol=1e-13)


def test_with_one_cause_it_is_1_minus_survival() -> None:
    table, weeks = LEUKAEMIA.table(), [1, 6, 10.5, 23, 40]
    found = cumulative_incidence(
        LEUKAEMIA.trial, LEUKAEMIA.arm, LEUKAEMIA.time, LEUKAEMIA.event, weeks, trials=1, arms=2, causes=1
    )
    for arm in (CONTROL, TREATED):
        assert_allclose(found[0, arm, 0], 1 - kaplan_meier(table, arm, weeks).survival[0], atol=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_without_ties_it_is_that_of_lifelines(seed: int) -> None:
    random = np.random.default_rng(seed)
    time, cause = random.permutation(60) + 1.0, random.integers(0, 3, 60)
    days = [0.5, 10, 20.5, 60]
    found = one_arm(time, cause, days)
    for of in (1, 2):
        assert_allclose(found[of - 1], lifelines_incidence(time, cause, of, days), atol=1e-8)


@given(with_causes())
def test_a_chunk_of_trials_gives_what_each_trial_alone_gives(data: tuple[Patients, NDArray[np.intp]]) -> None:
    chunk, cause = data
    found = incidence(chunk, cause)
    for trial in range(3):
        mine = chunk.trial == trial
        alone = chunk.of(trial)
        single = cumulative_incidence(alone.trial, alone.arm, alone.time, cause[mine], DAYS, trials=1, arms=2, causes=3)
        assert_array_equal(found[trial], single[0])


def test_nobody_has_nothing() -> None:
    assert np.isnan(one_arm([], [], [1, 2])).all()
    assert_array_equal(one_arm([3, 4], [0, 0], [1, 4]), np.zeros((2, 2)))
    assert np.isnan(one_arm([3, 4], [0, 0], [math.inf])).all()
    assert one_arm([3], [1], []).shape == (2, 0)


def test_causes_that_do_not_exist_and_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="'cause' goes from 0 to 3; it has to be from 0 to 2"):
        one_arm([1, 2], [0, 3], [1])
    with pytest.raises(ValueError, match="one entry for each patient"):
        one_arm([1, 2], [0], [1])
    with pytest.raises(ValueError, match="one entry for each patient"):
        cumulative_incidence([0], [0, 0], [1, 2], [0, 1], [1], trials=1, arms=1, causes=1)
