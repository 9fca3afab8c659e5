"""Curves in thirds of a row, without a screen."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.app.step_lines import DASHED, DOUBLE, HEAVY, LIGHT, LinePen, levels, trace

# ---- step lines

FALLS = st.lists(st.integers(0, 12), min_size=1, max_size=40)
WHOLE_PENS = (HEAVY, LIGHT, DOUBLE)


def falling(start: int, falls: Sequence[int]) -> Any:
    """Levels at the edges of as many columns."""
    return start + np.concatenate(([0], np.cumsum(falls))).astype(np.int64)


def rows_by_column(glyphs: dict[tuple[int, int], str]) -> dict[int, list[int]]:
    return {
        column: sorted(row for row, _ in cells)
        for column, cells in groupby(sorted(glyphs, key=lambda place: place[1]), key=lambda place: place[1])
    }


@given(pen=st.sampled_from(WHOLE_PENS), start=st.integers(0, 6), falls=FALLS)
def test_a_curve_has_no_hole(pen: LinePen, start: int, falls: list[int]) -> None:
    at = falling(start, falls)
    rows = rows_by_column(trace(pen, at, len(falls)))
    assert list(rows) == list(range(len(falls)))
    for column, mine in rows.items():
        assert mine == list(range(mine[0], mine[-1] + 1))
        # No glyph is farther than a cell from where the curve is in this column.
        assert mine[0] >= at[column] / 3 - 0.5
        assert mine[-1] <= at[column + 1] / 3 + 0.5
        if column:
            assert mine[0] - rows[column - 1][-1] in (0, 1)


@given(start=st.integers(0, 6), falls=FALLS)
def test_a_dashed_curve_leaves_out_every_fourth_column_and_no_other(start: int, falls: list[int]) -> None:
    rows = rows_by_column(trace(DASHED, falling(start, falls), len(falls)))
    assert list(rows) == [column for column in range(len(falls)) if column % 4 != 3]


@given(pen=st.sampled_from((*WHOLE_PENS, DASHED)), level=st.integers(0, 180), columns=st.integers(1, 3))
def test_a_horizontal_is_drawn_at_its_own_third_of_a_row(pen: LinePen, level: int, columns: int) -> None:
    glyphs = trace(pen, np.full(columns + 1, level), columns)
    row, part = divmod(level + 1, 3)
    assert glyphs == {(row, column): pen.along[part] for column in range(columns)}
    assert row + (part - 1) / 3 == pytest.approx(level / 3)


@given(pen=st.sampled_from((HEAVY, LIGHT)), first=st.integers(0, 180), fall=st.integers(0, 2))
def test_a_fall_by_less_than_a_row_is_drawn_halfway(pen: LinePen, first: int, fall: int) -> None:
    (((row, _), glyph),) = trace(pen, np.array([first, first + fall]), 1).items()
    assert abs(3 * row + pen.along.index(glyph) - 1 - (first + fall / 2)) <= 1 / 2


@given(share=st.floats(0, 1), rows=st.integers(2, 60))
def test_a_level_is_the_third_of_a_row_that_is_nearest(share: float, rows: int) -> None:
    (level,) = levels(np.array([share]), rows)
    assert level / 3 == pytest.approx(share * (rows - 1), abs=1 / 6 + 1e-9)


@given(pen=st.sampled_from((HEAVY, LIGHT, DASHED)), start=st.integers(0, 6), falls=FALLS)
def test_curves_a_third_of_a_row_apart_are_drawn_differently(pen: LinePen, start: int, falls: list[int]) -> None:
    """But for the third arm without hues: of a double line there is only one height."""
    one, other = (trace(pen, falling(start + more, falls), len(falls)) for more in (0, 1))
    assert one != other
    for column in range(len(falls)):
        cells = [{place: glyph for place, glyph in of.items() if place[1] == column} for of in (one, other)]
        assert cells[0] != cells[1] or not cells[0]


@given(pen=st.sampled_from((HEAVY, LIGHT)), first=st.integers(0, 30), fall=st.integers(3, 30))
def test_a_fall_is_drawn_from_the_third_where_it_begins_to_that_where_it_ends(
    pen: LinePen, first: int, fall: int
) -> None:
    """What is inked in each cell: from the top, the middle or the bottom downward, and as far as it goes."""
    glyphs = trace(pen, np.array([first, first + fall]), 1)
    inked = {pen.along[0]: (0, 0), pen.along[1]: (1, 1), pen.along[2]: (2, 2), pen.before: (1, 2), pen.after: (0, 1)}
    inked[pen.falling] = (0, 2)
    tops = [3 * row - 1 + inked[glyph][0] for (row, _), glyph in sorted(glyphs.items())]
    bottoms = [3 * row - 1 + inked[glyph][1] for (row, _), glyph in sorted(glyphs.items())]
    assert (tops[0], bottoms[-1]) == (first, first + fall)
    assert all(after - before == 1 for before, after in zip(bottoms, tops[1:], strict=False))
