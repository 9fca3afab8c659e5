"""The flagship scenario in both engines, two thousand times."""

import pytest
from journals import assert_same, of_replicate, played

from pathsim.scenario.scenario import load
from pathsim.sweep import sweep

EACH = 40


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 2_000, 500))
def test_aall1331_agrees_over_five_hundred_replicates(first: int) -> None:
    scenario = load("aall1331")
    for start in range(first, first + 500, EACH):
        numbers = range(start, min(start + EACH, first + 500))
        chunk = sweep(scenario, 20_150_101, numbers).in_order()
        for position, replicate in enumerate(numbers):
            clock = played(scenario, 20_150_101, replicate)
            assert_same(clock, of_replicate(chunk, position, scenario.patients))
