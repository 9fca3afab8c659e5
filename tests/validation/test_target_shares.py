"""Targets that are a share of another figure: a share of 0 is one, also of a figure that has no mean of 0 by itself."""

import numpy as np
import pytest

from pathsim.results.lookup import is_share
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load
from pathsim.validation.targets import TargetComparison, compared

RATIO, WHOLE = "endpoints.os.comparisons.experimental.cox.hazard_ratio", "endpoints.os.events"
SCENARIO = f"""
extends = "two-arm-exponential"
title   = "Aimed"
[targets]
assumed = "a test"
[targets.share]
published = 0.4
figure    = "{RATIO}"
of        = "{WHOLE}"
[targets.ratio]
published = 0.4
figure    = "{RATIO}"
"""


@pytest.fixture(scope="module")
def found() -> dict[str, TargetComparison]:
    columns = {RATIO: np.array([0.0, 1.0, 1.0, 1.0]), WHOLE: np.array([2.0, 2.0, 2.0, 1.0])}
    scenario = load(Source("aimed", "<test>", SCENARIO))
    return {one.name: one for one in compared(scenario, columns)}


def test_a_share_of_0_enters_the_mean(found: dict[str, TargetComparison]) -> None:
    """The mean of 0, 0.5, 0.5 and 1."""
    assert found["share"].mean == pytest.approx(0.5)


def test_a_hazard_ratio_of_0_does_not(found: dict[str, TargetComparison]) -> None:
    assert found["ratio"].mean == pytest.approx(1)


def test_what_is_divided_by_another_figure_is_a_share_for_readers(found: dict[str, TargetComparison]) -> None:
    assert is_share(found["share"].target)
    assert not is_share(found["ratio"].target)
