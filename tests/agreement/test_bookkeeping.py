"""What both engines count on: no entry is lost on the way to the journal, and patients are seated in order."""

import numpy as np
import pytest
from journals import assert_same

from pathsim.calendar import SUB_TICK_DAYS, TICK_DAYS
from pathsim.engines.vectorized import sequence_numbers
from pathsim.journal import Block, Journal, joined

EVENTS = [1, 3, np.array([2, 7, 2, 3], np.int16), 7, np.array([7, 7], np.int16)]


@pytest.fixture
def journal() -> Journal:
    """Blocks of one code and of several, with one value and with several."""
    sizes = [2, 0, 4, 40, 2]
    return Journal(
        *(
            Block(np.arange(size), np.arange(size) / 2 + size, event, 0.0 if size % 4 else np.arange(size) + 0.25)
            for size, event in zip(sizes, EVENTS, strict=True)
        )
    )


def test_what_is_written_in_blocks_is_read_in_columns(journal: Journal) -> None:
    assert journal.event.tolist() == [1, 1, 2, 7, 2, 3, *[7] * 42]
    assert journal.day[:4].tolist() == [2, 2.5, 4, 4.5]
    assert journal.value[:7].tolist() == [0, 0, 0.25, 1.25, 2.25, 3.25, 0.25]
    assert_same(joined([Journal(block) for block in journal.blocks]), journal)


@pytest.mark.parametrize("codes", [(), (1,), (2,), (3, 7), (2, 7), (9,), (1, 2, 3, 7)])
def test_entries_of_some_codes_are_all_of_them_and_no_others(journal: Journal, codes: tuple[int, ...]) -> None:
    assert_same(journal.only(codes), journal.pick(np.isin(journal.event, codes)))


def test_the_columns_of_a_journal_cannot_be_written_into(journal: Journal) -> None:
    for column in (*journal, *Journal(journal.blocks[2])):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_no_parts_join_to_an_empty_journal() -> None:
    assert [column.dtype for column in joined([])] == [np.intp, np.float64, np.int16, np.float64]


def test_patients_of_trials_without_an_end_are_seated_too() -> None:
    day = np.array([1e13, 3.0, 2e13, 1.0])
    assert sequence_numbers(day, np.array([0, 0, 0, 9])).tolist() == [1, 0, 2, 0]


def test_patients_of_one_tick_are_seated_by_sub_tick_within_their_group() -> None:
    day = 10_000 + TICK_DAYS * np.array([1, 1, 1, 0, 1, 1]) + SUB_TICK_DAYS * np.array([2, 0, 1, 5, 4, 3])
    group = np.array([0, 0, 0, 0, 7, 7])
    assert sequence_numbers(day, group).tolist() == [3, 1, 2, 0, 1, 0]
