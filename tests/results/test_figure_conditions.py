"""Conditions on figures: how they are written, what they say of trials, and what is said of other texts."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.paths import path_of, row_of
from pathsim.results.figure_conditions import Between, Compared, FigureCondition, IsText, all_met, figure_condition

DECISION = "trial.looks[events=80].decision"
SIGNS = ("<", "<=", ">", ">=", "==")
finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(min_size=1).filter(lambda name: name.strip() == name)
paths = st.one_of(
    st.lists(names, min_size=1, max_size=4).map(lambda parts: path_of("endpoints", *parts)),
    st.builds(lambda arm: f"{row_of('toxicity', arm=arm)}.rate", st.text()),
)
ranges = st.tuples(finite, finite).map(sorted).map(lambda ends: Between(*ends))
comparisons = st.builds(Compared, st.sampled_from(SIGNS), finite)


@given(paths, st.one_of(ranges, comparisons))
def test_a_condition_that_is_written_is_read_as_the_same(path: str, wanted: Between | Compared) -> None:
    condition = FigureCondition(path, wanted)
    if len(str(condition)) <= 500:
        assert figure_condition(str(condition)) == condition


@pytest.mark.parametrize("text", ["continue", "stop for benefit", "end without benefit"])
def test_so_is_one_on_a_text(text: str) -> None:
    condition = FigureCondition(DECISION, IsText(text))
    assert figure_condition(str(condition)) == condition == figure_condition(f'{DECISION}=="{text}"')


typed = st.lists(
    st.sampled_from(
        [*SIGNS, " in ", "..", ".", "0.5", "-3", "1e400", "'", '"', "trial.enrolled", DECISION, "[", "]", "="]
    )
).map("".join)


@given(st.one_of(st.text(), typed))
def test_any_text_is_a_condition_or_gets_a_sentence(text: str) -> None:
    try:
        condition = figure_condition(text)
    except ValueError as wrong:
        sentence = str(wrong)
    else:
        sentence = ""
        assert figure_condition(str(condition)) == condition
    assert not sentence or len(sentence) > len("1e400")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("trial.enrolled", "is not a condition; write for example"),
        ("trial.enrolled = 300", "two equals signs compare"),
        ("trial.looks[events=80].events", "is not a condition; write for example"),
        ("trial.enrolled in 320..300", "write the lower end of the range first"),
        ("trial.enrolled < 1e999", "1e999 is far too large"),
        ("trial.enrolled < nan", "is not a condition"),
        ("trial..enrolled > 1", "is not a path"),
        ("trial.enrolled == 'many'", "'trial.enrolled' is no text"),
        (f"{DECISION} == 'contine'", "Did you mean 'continue'?"),
        (f"{DECISION} > 1", "is one of continue, stop for benefit, stop for futility"),
        (f"{DECISION} > 'continue'", "write == before 'continue'"),
        ("x" * 499 + " > 1", "at most 500 are allowed"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        figure_condition(text)


FIGURES = {"trial.enrolled": np.array([299, 300, 310, 320, 321, math.nan, math.inf])}


@pytest.mark.parametrize(
    ("said", "which"),
    [
        ("in 300..320", [1, 2, 3]),
        ("in 310 .. 310", [2]),
        ("< 300", [0]),
        ("<= 300", [0, 1]),
        ("> 320", [4, 6]),
        (">= 320", [3, 4, 6]),
        ("== 310", [2]),
        ("< -1e9", []),
    ],
)
def test_ends_of_a_range_count_and_a_missing_figure_meets_nothing(said: str, which: list[int]) -> None:
    met = figure_condition(f"trial.enrolled {said}").met(FIGURES)
    assert np.flatnonzero(met).tolist() == which


def test_a_text_is_met_where_it_is_this_one() -> None:
    figures = {f"{DECISION}.continue": np.array([1.0, 0.0, math.nan])}
    assert figure_condition(f"{DECISION} == 'continue'").met(figures).tolist() == [True, False, False]


def test_a_figure_that_no_trial_has_is_met_by_none() -> None:
    assert not figure_condition("looks.3.z > 0").met(FIGURES).any()


def test_all_conditions_have_to_be_met_in_the_columns_of_one_setting() -> None:
    figures = {"0:a": np.array([1.0, 2.0, 3.0]), "0:b": np.array([1.0, 1.0, 0.0]), "1:a": np.zeros(3)}
    conditions = [figure_condition("a > 1"), figure_condition("b == 1")]
    assert all_met(conditions, figures, "0:").tolist() == [False, True, False]
    assert all_met([], figures).tolist() == [True, True, True]
