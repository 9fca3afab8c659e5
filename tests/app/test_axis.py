"""The axis of figures of many trials: nearly all stand on it, in their order, and each is counted where it stands."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pathsim.app.axis import Axis, usable

VALUES = st.lists(st.floats(0.001, 50.0), min_size=1, max_size=300).map(np.array)


@given(values=VALUES, width=st.integers(12, 200), left=st.integers(0, 9), is_ratio=st.booleans())
def test_values_stand_in_their_order_within_the_axis_and_are_counted_there(
    values: np.ndarray,  # type: ignore[type-arg]
    width: int,
    left: int,
    is_ratio: bool,  # noqa: FBT001
) -> None:
    axis = Axis.over(values, left, width, is_ratio=is_ratio)
    columns = [axis.column(value) for value in np.sort(values).tolist()]
    assert columns == sorted(columns)
    assert left <= columns[0] <= columns[-1] < left + width
    counts = axis.counts(values)
    assert counts.size == width
    # An axis leaves out no more than a fiftieth of a hundred, of few values at most the outermost on either side.
    assert values.size - counts.sum() <= max(2, 0.004 * values.size + 2)
    for value in values.tolist():
        alone = axis.counts(np.array([value]))
        if alone.any():
            assert abs(int(alone.argmax()) + left - axis.column(value)) <= 1
    assert axis.counts(values, 3).sum() == counts.sum()


def test_of_many_trials_two_in_a_thousand_lie_beyond_either_end() -> None:
    values = np.exp(np.random.default_rng(1).normal(0.0, 1.0, 10_000))
    counts = Axis.over(values, 0, 100, is_ratio=True).counts(values)
    assert 10_000 - counts.sum() == 40
    assert counts[0] < 30
    assert counts[-1] < 30


def test_what_is_nothing_or_without_end_has_no_place_on_a_scale_of_logarithms() -> None:
    values = np.array([0.0, 0.5, np.inf, np.nan, -1.0])
    assert usable(values, is_ratio=True).tolist() == [False, True, False, False, False]
    assert usable(values, is_ratio=False).tolist() == [True, True, False, False, True]


def test_ticks_are_the_ratios_that_readers_know() -> None:
    axis = Axis.over(np.array([0.5, 0.7, 0.9]), 0, 60, is_ratio=True)
    assert [label for _, label in axis.ticks()] == ["0.4", "0.5", "0.6", "0.7", "0.8", "1", "1.25"]
    share = Axis.over(np.array([0.70, 0.72, 0.74]), 0, 60, is_ratio=False)
    assert [label for _, label in share.ticks()] == ["70%", "71%", "72%", "73%", "74%"]
