"""Where resources are short both engines write the same journal, and keep to the capacity."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journals import (
    assert_own_ticks,
    assert_same,
    entries_of,
    heard,
    occupancy,
    of_replicate,
    played,
    queueing,
    vectorized,
)
from strategies import examples, scenario_of, scenarios, seeds
from wards import wards

from pathsim.calendar import TICKS_PER_DAY
from pathsim.engines.discrete_event import DiscreteEventEngine
from pathsim.engines.vectorized import ShortageError, run_vectorized
from pathsim.scenario.files import Source, names
from pathsim.scenario.scenario import Scenario, load

short = scenarios("short")


def refusal(scenario: Scenario, seed: int, replicates: Sequence[int] = (0,)) -> ShortageError | None:
    """Why the vectorized engine refuses these replicates, if it does so where nobody may queue."""
    try:
        run_vectorized(scenario, seed, replicates, may_queue=False)
    except ShortageError as shortage:
        return shortage
    return None


def plenty(text: str) -> Scenario:
    """The same scenario with a place for everybody."""
    return load(
        Source("generated", "<generated>", text),
        {f"resources.{resource}.capacity": "65535" for resource in ("bed", "pump")},
    )


@examples(100)
@given(short, seeds)
def test_both_engines_write_the_same_journal_where_patients_queue(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    assert_same(played(scenario, seed), vectorized(scenario, seed))


@examples(50)
@given(wards(), seeds)
def test_both_engines_write_the_same_journal_of_patients_who_queue_again_and_again(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    assert_same(played(scenario, seed), vectorized(scenario, seed))


@pytest.mark.slow
@settings(max_examples=500)
@given(st.one_of(short, wards()), seeds)
@pytest.mark.parametrize("part", [0, 1])
def test_both_engines_write_the_same_journal_in_five_hundred_scenarios_with_queues(
    part: int, text: str, seed: int
) -> None:
    scenario, other_seed = scenario_of(text), (seed + part) % 2**64
    assert_same(played(scenario, other_seed), vectorized(scenario, other_seed))


def test_who_gives_up_at_once_asks_again_before_their_old_place_changes_hands() -> None:
    scenario = scenario_of((Path(__file__).parent / "cases" / "asks-again-at-once.toml").read_text(encoding="utf-8"))
    assert_same(played(scenario, 1423), vectorized(scenario, 1423))


@examples(25)
@given(short, seeds)
def test_replicates_that_queue_are_the_same_in_a_chunk_as_alone(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    chunk = run_vectorized(scenario, seed, range(4)).in_order()
    for replicate in range(4):
        assert_same(vectorized(scenario, seed, replicate), of_replicate(chunk, replicate, scenario.patients))


@examples(50)
@given(short, seeds)
def test_the_vectorized_engine_refuses_exactly_when_somebody_queues_and_may_not(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    journal = played(scenario, seed)
    queue = queueing(scenario, journal)
    if shortage := refusal(scenario, seed):
        assert (shortage.day, shortage.resource, shortage.step) == queue[0][:3]
    else:
        assert queue == []
        assert_same(journal, vectorized(scenario, seed))


@examples(20)
@given(short, seeds)
def test_the_vectorized_engine_refuses_a_chunk_exactly_when_it_refuses_one_of_its_replicates(
    text: str, seed: int
) -> None:
    scenario = scenario_of(text)
    alone = [replicate for replicate in range(3) if refusal(scenario, seed, [replicate])]
    together = refusal(scenario, seed, range(3))
    assert together.replicate in alone if together else alone == []


@examples(30)
@given(short, seeds)
def test_planned_and_unplanned_runs_agree_under_shortage(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    assert_same(played(scenario, seed), played(scenario, seed, planned=False))


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_planned_and_unplanned_runs_agree_when_every_resource_of_the_library_has_capacity_one(name: str) -> None:
    scenario = load(name, {f"resources.{resource}.capacity": "1" for resource in load(name).resources})
    assert_same(played(scenario, 5), played(scenario, 5, planned=False))


@examples(20)
@given(short, seeds, st.lists(st.floats(0, 200), max_size=6).map(sorted))
def test_a_run_in_pieces_queues_in_the_same_way(text: str, seed: int, stops: list[float]) -> None:
    scenario = scenario_of(text)
    pieces = DiscreteEventEngine(scenario, seed)
    for stop in stops:
        pieces.run(until=stop)
    pieces.run()
    assert_same(pieces.journal().in_order(), played(scenario, seed))


@examples(20)
@given(short, seeds)
def test_a_resource_never_gives_more_than_its_capacity(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    for _, taken in occupancy(scenario, played(scenario, seed)):
        assert all(count <= scenario.resources[resource].capacity for resource, count in taken.items())


@examples(20)
@given(short, seeds)
def test_nobody_queues_while_a_place_is_free_for_more_than_a_tick(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    taken = list(occupancy(scenario, played(scenario, seed)))
    for day, resource, _, _ in queueing(scenario, played(scenario, seed)):
        ahead = [counts[resource] for then, counts in taken if day <= then <= day + 1 / TICKS_PER_DAY]
        before = [counts[resource] for then, counts in taken if then <= day][-1:]
        assert max(before + ahead) == scenario.resources[resource].capacity


@examples(20)
@given(scenarios("short", randomized=False), seeds)
def test_a_queue_changes_nobody_who_did_not_queue(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    journal, free = played(scenario, seed), vectorized(plenty(text), seed)
    queued = {patient for _, _, _, patient in queueing(scenario, journal)}
    others = [patient for patient in range(scenario.patients) if patient not in queued]
    for patient in others:
        assert_same(journal.pick(journal.row == patient), free.pick(free.row == patient))


@examples(20)
@given(short, seeds)
def test_a_listener_hears_the_journal_in_the_order_of_the_calendar_under_shortage(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    assert heard(scenario, seed) == entries_of(played(scenario, seed).by_day())


@examples(20)
@given(short, seeds)
def test_every_entry_falls_on_a_tick_of_the_patients_own_calendar_under_shortage(text: str, seed: int) -> None:
    assert_own_ticks(played(scenario_of(text), seed))
