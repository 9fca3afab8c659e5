"""The scenarios of the library in both engines, thousands of times.

Most of these trials are small, so that the calendar takes minutes for them and not an hour; some have their full size.
"""

import pytest
from journals import assert_same, of_replicate, played

from pathsim.engines.vectorized import run_vectorized
from pathsim.scenario.scenario import load

EACH = 40
SEED = 20_150_101
FEW = {"trial.patients": "150"}
FEW_BEDS = {"trial.patients": "300", "resources.transplant_bed.capacity": "1"}


def agree(name: str, settings: dict[str, str], first: int, count: int) -> None:
    """Both engines, over so many replicates from one on, simulated in chunks."""
    scenario = load(name, settings)
    for start in range(first, first + count, EACH):
        numbers = range(start, min(start + EACH, first + count))
        chunk = run_vectorized(scenario, SEED, numbers).in_order()
        for position, replicate in enumerate(numbers):
            assert_same(played(scenario, SEED, replicate), of_replicate(chunk, position, scenario.patients))


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 1_000])
def test_aall1331_agrees_over_a_thousand_small_trials(first: int) -> None:
    agree("aall1331", FEW, first, 1_000)


@pytest.mark.slow
def test_aall1331_agrees_over_two_hundred_trials() -> None:
    agree("aall1331", {}, 5_000, 200)


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 1_000])
def test_strokes_that_queue_agree_over_a_thousand_small_trials(first: int) -> None:
    agree("stroke-thrombectomy", FEW, first, 1_000)


@pytest.mark.slow
def test_strokes_that_queue_agree_over_forty_cities() -> None:
    agree("stroke-thrombectomy", {}, 5_000, 40)


@pytest.mark.slow
def test_transplants_agree_over_two_hundred_trials_with_one_bed() -> None:
    agree("aall1331", FEW_BEDS, 0, 200)
