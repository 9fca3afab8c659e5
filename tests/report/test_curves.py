"""Survival curves in text: what stands where."""

import itertools
import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.report.curves import ASCII_PENS, BOX_PENS, Cell, CurveLine, survival_plot

HEIGHT = 21
LABELS = ("blinatumomab", "chemotherapy", "a treatment with a long name")
STYLES = ("one", "two", "three")

followed_patients = st.lists(st.tuples(st.floats(0, 4000), st.booleans()), min_size=1, max_size=60)
several_arms = st.lists(followed_patients, min_size=1, max_size=3)
widths = st.integers(80, 160)
horizons = st.floats(40, 4000)
character_sets = st.sampled_from(["ascii", "unicode"])


def line(
    patients: Sequence[tuple[float, bool]], number: int = 0, published: Sequence[tuple[float, float]] = ()
) -> CurveLine:
    """The Kaplan-Meier curve of these patients, each with a time and whether it is that of an event."""
    time = np.array([day for day, _ in patients])
    event = np.array([happened for _, happened in patients])
    steps = np.unique(np.concatenate([[0.0], time[event]]))
    falls = [1 - (event & (time == day)).sum() / max((time >= day).sum(), 1) for day in steps]
    censored = np.sort(time[~event])
    return CurveLine(LABELS[number], STYLES[number], steps, np.cumprod(falls), censored, time, published)


def texts(rows: list[list[Cell]]) -> list[str]:
    return ["".join(cell.glyph for cell in row) for row in rows]


def drawn(rows: list[list[Cell]], style: str) -> list[list[int]]:
    """For each column of the plot, the rows in which the line of this style is drawn."""
    left = margin(rows)
    plot = [row[left:] for row in rows[:HEIGHT]]
    return [[i for i in range(HEIGHT) if plot[i][column].style == style] for column in range(len(plot[0]))]


def margin(rows: list[list[Cell]]) -> int:
    """How many characters stand to the left of the plot."""
    return len(rows[0]) - len(texts(rows)[0].partition("100%")[2]) + 1


def ticks(rows: list[list[Cell]]) -> list[int]:
    """Where the ticks of the axis stand: at its corner, and wherever it is marked."""
    axis = texts(rows)[HEIGHT]
    return [i for i, glyph in enumerate(axis) if glyph in "└┴+"]


def numbers(text: str, left: int) -> list[tuple[int, int, int]]:
    """Each number of a row below the axis, with the places it begins and ends at."""
    return [(int(found[0]), found.start() + left, found.end() - 1 + left) for found in re.finditer(r"\d+", text[left:])]


@given(several_arms, horizons, widths, character_sets)
def test_no_row_is_wider_than_asked(
    arms: list[list[tuple[float, bool]]], horizon: float, width: int, characters: str
) -> None:
    lines = [line(patients, number) for number, patients in enumerate(arms)]
    rows = survival_plot(lines, horizon, width=width, height=HEIGHT, ascii_only=characters == "ascii")
    assert max(map(len, rows)) <= width
    assert all(len(cell.glyph) == 1 for row in rows for cell in row)


@given(several_arms, horizons, widths)
def test_without_unicode_everything_is_ascii(arms: list[list[tuple[float, bool]]], horizon: float, width: int) -> None:
    lines = [line(patients, number, [(horizon / 2, 0.5)]) for number, patients in enumerate(arms)]
    rows = survival_plot(lines, horizon, width=width, height=HEIGHT, ascii_only=True)
    assert "".join(texts(rows)).isascii()


@given(followed_patients, horizons, widths)
def test_a_curve_starts_at_the_top_and_never_rises(
    patients: list[tuple[float, bool]], horizon: float, width: int
) -> None:
    columns = drawn(survival_plot([line(patients)], horizon, width=width, height=HEIGHT), "one")
    begun = [rows for rows in columns if rows]
    # Whoever has an event on day 0 has it before the first column.
    assert min(begun[0], default=0) == round((1 - line(patients).survival[0]) * (HEIGHT - 1))
    for rows in begun:
        assert rows == list(range(min(rows), max(rows) + 1))
    for earlier, later in itertools.pairwise(begun):
        assert min(later) == max(earlier)
    # Once nobody is followed any more, nothing is drawn.
    assert all(not rows for rows in columns[len(begun) :])


@given(followed_patients, horizons)
def test_the_curve_ends_where_the_estimate_does(patients: list[tuple[float, bool]], horizon: float) -> None:
    mine = line(patients)
    columns = drawn(survival_plot([mine], horizon, width=100, height=HEIGHT), "one")
    last = max(i for i, rows in enumerate(columns) if rows)
    day = (last + 1) / len(columns) * horizon
    survival = mine.survival[np.searchsorted(mine.time, day, side="right") - 1]
    assert max(columns[last]) == pytest.approx((1 - survival) * (HEIGHT - 1), abs=0.5 + 1e-9)


@given(several_arms, horizons, widths, character_sets)
def test_times_and_numbers_at_risk_stand_under_their_ticks(
    arms: list[list[tuple[float, bool]]], horizon: float, width: int, characters: str
) -> None:
    lines = [line(patients, number) for number, patients in enumerate(arms)]
    rows = survival_plot(lines, horizon, width=width, height=HEIGHT, ascii_only=characters == "ascii")
    left, places = margin(rows), ticks(rows)
    below = texts(rows)[HEIGHT + 1 :]
    unit = {"months": DAYS_PER_MONTH, "days": 1.0, "hours": 1 / 24}[below[0].split()[0]]
    times = [number for number, _, _ in numbers(below[0], left - 1)]
    assert times[0] == 0
    assert len(set(np.diff(times).tolist())) <= 1
    assert len(times) == len(places)
    assert len(times) >= 2 or horizon < 2 / 24
    for mine, text in zip(lines, below[1:], strict=True):
        assert text.startswith(mine.label[:6])
        at_risk = numbers(text, left - 1)
        assert [n for n, _, _ in at_risk] == [int((mine.followed >= time * unit).sum()) for time in times]
        for place, (_, begins, ends) in zip(places[1:], at_risk[1:], strict=True):
            assert begins <= place <= ends


@given(st.floats(0, 1), st.floats(0, 1), widths)
def test_a_published_figure_is_marked_at_its_place(share: float, survival: float, width: int) -> None:
    horizon = 1461.0
    mine = line([(1461.0, False)], published=[(share * horizon, survival)])
    rows = survival_plot([mine], horizon, width=width, height=HEIGHT)
    left = margin(rows)
    marks = [(i, j - left) for i, row in enumerate(rows[:HEIGHT]) for j, cell in enumerate(row) if cell.glyph == "◇"]
    ((row, column),) = marks
    assert row == pytest.approx((1 - survival) * (HEIGHT - 1), abs=0.5)
    columns = len(rows[0]) - left
    assert column <= share * columns <= column + 1


def test_a_figure_published_beyond_the_horizon_is_not_marked() -> None:
    mine = line([(1461.0, False)], published=[(1500.0, 0.5)])
    assert "◇" not in "".join(texts(survival_plot([mine], 1461.0, width=100, height=HEIGHT)))


@pytest.mark.parametrize("pens", [ASCII_PENS, BOX_PENS])
def test_lines_on_top_of_each_other_take_turns(pens: Sequence[Sequence[str]]) -> None:
    lines = [line([(1000.0, False)], number) for number in (0, 1)]
    top = texts(survival_plot(lines, 900.0, width=100, height=HEIGHT, ascii_only=pens is ASCII_PENS))[0]
    assert top.count(pens[0][0]) > 20
    assert top.count(pens[1][0]) > 20


@pytest.mark.parametrize("mark", ["+", "┷"])
def test_a_censored_patient_is_marked_on_the_curve(mark: str) -> None:
    mine = line([(300.0, False), (900.0, False)])
    rows = survival_plot([mine], 900.0, width=100, height=HEIGHT, ascii_only=mark.isascii())
    left = margin(rows)
    where = [i for i, cell in enumerate(rows[0][left:]) if cell.glyph == mark]
    columns = len(rows[0]) - left
    assert where[0] == int(300 / 900 * columns)


def test_of_many_patients_every_number_at_risk_can_be_read() -> None:
    lines = [line([(4000.0, False)] * 65_535, number) for number in (0, 2)]
    rows = survival_plot(lines, 3000.0, width=80, height=HEIGHT)
    assert max(map(len, rows)) <= 80
    for text in texts(rows)[HEIGHT + 2 :]:
        assert set(re.findall(r"\d+", text[margin(rows) - 1 :])) == {"65535"}
