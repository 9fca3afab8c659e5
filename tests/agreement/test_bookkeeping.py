"""What both engines count on: no entry is lost on the way to the journal, and patients are seated in order."""

import numpy as np
from journals import assert_same

from pathsim.calendar import SUB_TICK_DAYS, TICK_DAYS
from pathsim.engines.vectorized import sequence_numbers
from pathsim.journal import Writer, joined


def test_a_journal_that_outgrows_its_room_loses_nothing() -> None:
    parts = []
    writer = Writer(3)
    for size in (2, 0, 1, 40, 5):
        row = np.arange(size)
        writer.write(row, row / 2, np.full(size, size, np.int16), row + 0.25)
        part = Writer(size)
        part.write(row, row / 2, size, row + 0.25)
        parts.append(part.journal())
    assert_same(writer.journal(), joined(parts))


def test_no_parts_join_to_an_empty_journal() -> None:
    assert [column.dtype for column in joined([])] == [np.intp, np.float64, np.int16, np.float64]


def test_patients_of_trials_without_an_end_are_seated_too() -> None:
    day = np.array([1e13, 3.0, 2e13, 1.0])
    assert sequence_numbers(day, np.array([0, 0, 0, 9])).tolist() == [1, 0, 2, 0]


def test_patients_of_one_tick_are_seated_by_sub_tick_within_their_group() -> None:
    day = 10_000 + TICK_DAYS * np.array([1, 1, 1, 0, 1, 1]) + SUB_TICK_DAYS * np.array([2, 0, 1, 5, 4, 3])
    group = np.array([0, 0, 0, 0, 7, 7])
    assert sequence_numbers(day, group).tolist() == [3, 1, 2, 0, 1, 0]
