"""A replicate is the same in whichever chunk and order it is simulated in."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journals import assert_same, of_replicate, vectorized
from strategies import examples, scenario_of, scenarios, seeds

from pathsim.engines.vectorized import run_vectorized
from pathsim.scenario.scenario import load

replicates = st.lists(st.integers(0, 10**6), min_size=1, max_size=5, unique=True)
Chunks = Callable[[list[int]], list[list[int]]]

CHUNKS: dict[str, Chunks] = {
    "in one chunk": lambda numbers: [numbers],
    "reversed": lambda numbers: [numbers[::-1]],
    "in pairs": lambda numbers: [numbers[at : at + 2] for at in range(0, len(numbers), 2)],
}


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS.keys())
@examples(20)
@given(text=scenarios(), seed=seeds, numbers=replicates)
def test_a_replicate_is_the_same_alone_and(chunks: Chunks, text: str, seed: int, numbers: list[int]) -> None:
    scenario = scenario_of(text)
    for chunk in chunks(numbers):
        together = run_vectorized(scenario, seed, chunk).in_order()
        for position, replicate in enumerate(chunk):
            assert_same(of_replicate(together, position, scenario.patients), vectorized(scenario, seed, replicate))


@examples(10)
@given(scenarios(), seeds)
def test_a_replicate_simulated_twice_in_one_chunk_is_the_same_twice(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    twice = run_vectorized(scenario, seed, [4, 4]).in_order()
    assert_same(of_replicate(twice, 0, scenario.patients), of_replicate(twice, 1, scenario.patients))


def test_different_replicates_and_different_seeds_are_different_trials() -> None:
    scenario = load("two-arm-exponential")
    days = {tuple(vectorized(scenario, seed, replicate).day) for seed in range(5) for replicate in range(5)}
    assert len(days) == 25
