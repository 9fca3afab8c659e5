"""The contract: where nobody queues, both engines write the same journal, with no tolerance."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journals import assert_own_ticks, assert_same, entries_of, heard, of_replicate, played, queueing, vectorized
from strategies import examples, scenario_of, scenarios, seeds

from pathsim.engines.discrete_event import DiscreteEventEngine
from pathsim.engines.vectorized import run_vectorized
from pathsim.scenario.files import names
from pathsim.scenario.scenario import load

replicates = st.integers(0, 10**6)


@examples(50)
@given(scenarios(), seeds, replicates)
def test_both_engines_write_the_same_journal(text: str, seed: int, replicate: int) -> None:
    scenario = scenario_of(text)
    assert_same(played(scenario, seed, replicate), vectorized(scenario, seed, replicate))


@examples(35)
@given(scenarios(), seeds, replicates)
def test_an_engine_that_samples_each_stay_on_entry_writes_the_same_journal(
    text: str, seed: int, replicate: int
) -> None:
    scenario = scenario_of(text)
    assert_same(played(scenario, seed, replicate, planned=False), vectorized(scenario, seed, replicate))


@pytest.mark.parametrize("planned", [True, False])
@pytest.mark.parametrize("name", names())
def test_the_scenarios_of_the_library_agree_when_there_are_places_for_all(name: str, planned: bool) -> None:  # noqa: FBT001
    scenario = load(name, {f"resources.{resource}.capacity": "65535" for resource in load(name).resources})
    chunk = run_vectorized(scenario, 7, [3, 1]).in_order()
    assert_same(played(scenario, 7, 1, planned=planned), of_replicate(chunk, 1, scenario.patients))


@examples(20)
@given(scenarios(), seeds)
def test_with_a_place_for_everybody_nobody_queues(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    assert queueing(scenario, played(scenario, seed)) == []


@examples(20)
@given(scenarios(), seeds)
def test_a_listener_hears_the_journal_in_the_order_of_the_calendar(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    assert heard(scenario, seed) == entries_of(run_vectorized(scenario, seed, [0]).by_day())


@examples(20)
@given(scenarios(), seeds, st.lists(st.floats(0, 500), max_size=6).map(sorted))
def test_a_run_in_pieces_writes_the_same_journal(text: str, seed: int, stops: list[float]) -> None:
    scenario = scenario_of(text)
    whole, pieces = vectorized(scenario, seed), DiscreteEventEngine(scenario, seed)
    for stop in stops:
        pieces.run(until=stop)
        assert_same(pieces.journal().in_order(), whole.pick(whole.day < stop))
    pieces.run()
    assert_same(pieces.journal().in_order(), whole)


@examples(20)
@given(scenarios(), seeds)
def test_no_two_patients_of_a_trial_share_an_instant(text: str, seed: int) -> None:
    journal = run_vectorized(scenario_of(text), seed, [0]).by_day()
    for (day, one), (next_day, other) in pairwise(zip(journal.day.tolist(), journal.row.tolist(), strict=True)):
        assert day < next_day or one == other


@examples(20)
@given(scenarios(), seeds)
def test_every_entry_falls_on_a_tick_of_the_patients_own_calendar(text: str, seed: int) -> None:
    assert_own_ticks(run_vectorized(scenario_of(text), seed, [0]))


@examples(20)
@given(scenarios(), seeds)
def test_nothing_happens_before_entry_and_entries_of_an_instant_read_in_the_order_of_the_pathway(
    text: str, seed: int
) -> None:
    scenario = scenario_of(text)
    journal, enter = vectorized(scenario, seed), {entry.enter: entry.name for entry in scenario.steps}
    patient, step = -1, ""
    for row, event in zip(journal.row.tolist(), journal.event.tolist(), strict=True):
        step = enter.get(event, step if row == patient else "not entered")
        patient = row
        assert scenario.vocabulary[event].step == step
