"""Bars in eighths of a cell, against the picture that they make."""

from hypothesis import given
from hypothesis import strategies as st

from pathsim.app.eighths import EIGHTHS, rows_of_bars


@given(heights=st.lists(st.integers(0, 100), max_size=20), rows=st.integers(1, 12))
def test_the_eighths_of_a_bar_are_as_many_as_it_is_high(heights: list[int], rows: int) -> None:
    drawn = list(rows_of_bars(heights, rows))
    assert [len(line) for line in drawn] == [len(heights)] * rows
    for bar, height in enumerate(heights):
        parts = [EIGHTHS.index(line[bar]) for line in drawn]
        assert sum(parts) == min(height, 8 * rows)
        assert parts == sorted(parts, reverse=True)
