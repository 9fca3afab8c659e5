"""The swing of a figure, from a few trials that are counted by hand."""

import math
from typing import Any

import numpy as np
import pytest

from pathsim.validation.sensitivity import UncertainNumber, _swing

COUNT, RATIO = "endpoints.os.events", "endpoints.os.comparisons.experimental.cox.hazard_ratio"
NUMBER = UncertainNumber(("trial", "x"), 0.5, lambda probability: probability)


def swing(figure: str, low: list[float], high: list[float]) -> dict[str, Any]:
    return _swing(figure, NUMBER, (0.1, 0.9), np.array(low), np.array(high)).about()


def errors(told: dict[str, Any]) -> list[float]:
    return [value for key, value in told.items() if key.startswith("standard_error")]


def test_the_error_of_a_swing_is_that_of_the_mean_of_pairs() -> None:
    """The pairs differ by 1, 1, 3 and 3: squares from their mean, 2, add up to 4, of which 3 are free."""
    told = swing(COUNT, [1.0, 2.0, 3.0, 4.0], [2.0, 3.0, 6.0, 7.0])
    assert (told["at_low"], told["at_high"]) == (2.5, 4.5)
    assert errors(told) == pytest.approx([math.sqrt(4 / 3) / math.sqrt(4)])


def test_a_count_of_0_is_a_number_like_any_other() -> None:
    """The pairs differ by 0, 2, 0 and 2."""
    told = swing(COUNT, [0.0, 0.0, 1.0, 1.0], [0.0, 2.0, 1.0, 3.0])
    assert (told["at_low"], told["at_high"]) == (0.5, 1.5)
    assert errors(told) == pytest.approx([math.sqrt(4 / 3) / math.sqrt(4)])


@pytest.mark.parametrize("odd", [0.0, math.inf, math.nan])
def test_a_pair_with_a_ratio_of_0_is_left_out_as_one_that_is_infinite(odd: float) -> None:
    """All other ratios are 1 and 2, so that they swing alike."""
    for first, second in ((odd, 2.0), (1.0, odd), (odd, odd)):
        told = swing(RATIO, [1.0, 1.0, 1.0, first], [2.0, 2.0, 2.0, second])
        assert (told["at_low"], told["at_high"]) == pytest.approx((1, 2))
        assert errors(told) == [0]
