"""The flagship scenario in both engines, two thousand times."""

import pytest
from journals import assert_same, of_replicate, played

from pathsim.engines.vectorized import run_vectorized
from pathsim.scenario.scenario import load

EACH = 40


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 2_000, 500))
def test_aall1331_agrees_over_five_hundred_replicates(first: int) -> None:
    scenario = load("aall1331")
    for start in range(first, first + 500, EACH):
        numbers = range(start, min(start + EACH, first + 500))
        chunk = run_vectorized(scenario, 20_150_101, numbers).in_order()
        for position, replicate in enumerate(numbers):
            engine = played(scenario, 20_150_101, replicate)
            assert_same(engine, of_replicate(chunk, position, scenario.patients))
