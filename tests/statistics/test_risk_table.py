"""The risk table: counts of patients at risk and events."""

import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from survival_data import LEUKAEMIA, Patients, patients, small_chunks
from survival_oracles import rows_of

from pathsim.statistics.risk_table import RiskTable, risk_table


def same(found: RiskTable, expected: RiskTable) -> bool:
    columns = ("trial", "stratum", "time", "at_risk", "events")
    return all(np.array_equal(getattr(found, name), getattr(expected, name)) for name in columns)


def test_there_is_a_row_for_each_time_of_an_event_with_counts_by_arm() -> None:
    table = patients([3, 1, 2, 3, 5], [1, 1, 0, 1, 0], arm=[0, 1, 0, 1, 1]).table()
    assert table.time.tolist() == [1, 3]
    assert table.at_risk.tolist() == [[2, 3], [1, 2]]
    assert table.events.tolist() == [[0, 1], [1, 1]]


def test_who_is_censored_at_the_time_of_an_event_is_still_at_risk_then() -> None:
    table = patients([4, 4, 4], [0, 1, 0], arm=[0, 0, 1]).table()
    assert table.at_risk.tolist() == [[2, 1]]


def test_strata_and_trials_have_rows_and_risk_sets_of_their_own() -> None:
    table = patients([1, 1, 2, 1], [1, 1, 1, 1], trial=[1, 0, 1, 1], stratum=[9, 0, 9, 4]).table(2, strata=True)
    assert table.trial.tolist() == [0, 1, 1, 1]
    assert table.stratum.tolist() == [0, 4, 9, 9]
    assert table.time.tolist() == [1, 1, 1, 2]
    assert table.at_risk[:, 0].tolist() == [1, 1, 2, 1]


def test_the_first_rows_of_the_leukemia_trial_are_those_of_the_textbooks() -> None:
    table = LEUKAEMIA.table()
    assert table.time[:6].tolist() == [1, 2, 3, 4, 5, 6]
    assert table.at_risk[:6].tolist() == [[21, 21], [19, 21], [17, 21], [16, 21], [14, 21], [12, 21]]
    assert table.events[:6].tolist() == [[2, 0], [2, 0], [1, 0], [2, 0], [2, 0], [0, 3]]


@pytest.mark.parametrize("event", [[], [0, 0, 0]])
def test_without_events_there_are_no_rows_but_still_trials_and_arms(event: list[int]) -> None:
    table = patients([1.0, 2.0, 3.0][: len(event)], event).table(4, arms=3)
    assert (table.trials, table.arms) == (4, 3)
    assert table.time.size == table.trial.size == table.stratum.size == 0
    assert table.at_risk.shape == table.events.shape == (0, 3)


@given(chunk=small_chunks(), strata=st.booleans())
def test_the_counts_are_those_of_asking_every_patient(chunk: Patients, *, strata: bool) -> None:
    table = chunk.table(3, strata=strata)
    for trial in range(3):
        mine = table.trial == trial
        expected = list(rows_of(chunk.of(trial), strata=strata))
        assert table.at_risk[mine].tolist() == [list(row.at_risk) for row in expected]
        assert table.events[mine].tolist() == [list(row.events) for row in expected]
    order = np.lexsort((table.time, table.stratum, table.trial))
    assert order.tolist() == list(range(order.size))


@given(small_chunks(), st.randoms(use_true_random=False))
def test_the_order_of_the_patients_does_not_matter(chunk: Patients, shuffler: random.Random) -> None:
    order = list(range(chunk.time.size))
    shuffler.shuffle(order)
    assert same(chunk.pick(np.array(order, np.intp)).table(3, strata=True), chunk.table(3, strata=True))


@given(small_chunks(), st.sampled_from([1000, 10**6, 2**61]))
def test_a_stratum_may_have_any_number(chunk: Patients, far: int) -> None:
    table = chunk.table(3, strata=True)
    moved = chunk._replace(stratum=chunk.stratum * far + 5).table(3, strata=True)
    assert np.array_equal(moved.stratum, table.stratum * far + 5)
    assert np.array_equal(moved.time, table.time)
    assert np.array_equal(moved.at_risk, table.at_risk)


def test_more_groups_than_16_bits_can_number_are_sorted_too() -> None:
    trials = 2**16 + 3
    trial = np.repeat(np.arange(trials), 2)[::-1]
    table = risk_table(trial, trial * 0, trial % 7 + 1.0, trial >= 0, trials=trials, arms=1)
    assert np.array_equal(table.trial, np.arange(trials))
    assert np.array_equal(table.time, np.arange(trials) % 7 + 1.0)
    assert (table.events == 2).all()


def test_a_table_knows_whether_its_patients_came_from_several_strata() -> None:
    several = patients([1, 2], [1, 0], stratum=[0, 3])
    assert several.table(strata=True).stratified
    assert not several.table().stratified
    assert not patients([1, 2], [1, 0], stratum=[3, 3]).table(strata=True).stratified
    assert not patients([], []).table(strata=True).stratified


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"trial": [0, 2]}, r"'trial' goes from 0 to 2; it has to be from 0 to 1"),
        ({"arm": [-1, 0]}, r"'arm' goes from -1 to 0; it has to be from 0 to 1"),
        ({"stratum": [0, -3]}, r"'stratum' goes from -3 to 0; it has to be 0 or more"),
        ({"arm": [0.5, 0]}, r"'arm' has to hold whole numbers, not float64"),
        ({"arm": [[0, 1]]}, r"'arm' has 2 dimensions"),
        ({"time": [1, -0.1]}, r"'time' has to be 0 or more days"),
        ({"time": [1, np.nan]}, r"'time' has to be 0 or more days"),
        ({"time": [[1, 2]]}, r"'time' has 2 dimensions"),
        ({"event": [[1, 0]]}, r"'event' has 2 dimensions"),
        ({"event": [1]}, r"one entry for each patient, but there are: trial 2, arm 2, time 2, event 1, stratum 2"),
    ],
)
def test_columns_that_cannot_be_right_are_refused(columns: dict[str, list[float]], message: str) -> None:
    right = {"trial": [0, 1], "arm": [0, 1], "time": [1, 2], "event": [1, 0], "stratum": [0, 0]}
    with pytest.raises(ValueError, match=message):
        risk_table(**(right | columns), trials=2, arms=2)


def test_the_statistics_need_numpy_only_and_know_nothing_of_trials() -> None:
    modules = "risk_table, kaplan_meier, cumulative_incidence, methods"
    listed = f"from pathsim.statistics import {modules}; import sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", listed], check=True, capture_output=True, text=True).stdout.split()
    ours = {name for name in loaded if name.startswith("pathsim.") and not name.startswith("pathsim.statistics")}
    assert ours == {"pathsim.kept", "pathsim.meaning", "pathsim.version"}
    assert not {"scipy", "pandas", "simpy", "pydantic"} & set(loaded)
