"""Where places are short only the clock knows: the sweep refuses, and the clock keeps to the number of places."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journals import assert_own_ticks, assert_same, entries_of, heard, occupancy, played, queueing, swept
from strategies import examples, scenario_of, scenarios, seeds

from pathsim.calendar import TICKS_PER_DAY
from pathsim.clock import Clock
from pathsim.scenario.files import Source, names
from pathsim.scenario.scenario import Scenario, load
from pathsim.sweep import ShortageError, sweep

short = scenarios("short")


def refusal(scenario: Scenario, seed: int, replicates: Sequence[int] = (0,)) -> ShortageError | None:
    """Why the sweep refuses these replicates, if it does."""
    try:
        sweep(scenario, seed, replicates)
    except ShortageError as shortage:
        return shortage
    return None


def plenty(text: str) -> Scenario:
    """The same scenario with a place for everybody."""
    return load(Source("generated", "<generated>", text), {f"pools.{pool}.places": "65535" for pool in ("bed", "pump")})


@examples(50)
@given(short, seeds)
def test_the_sweep_refuses_exactly_when_somebody_queues_and_else_agrees_with_the_clock(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    journal = played(scenario, seed)
    queue = queueing(scenario, journal)
    if shortage := refusal(scenario, seed):
        assert (shortage.day, shortage.pool, shortage.step) == queue[0][:3]
    else:
        assert queue == []
        assert_same(journal, swept(scenario, seed))


@examples(20)
@given(short, seeds)
def test_the_sweep_refuses_a_chunk_exactly_when_it_refuses_one_of_its_replicates(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    alone = [replicate for replicate in range(3) if refusal(scenario, seed, [replicate])]
    together = refusal(scenario, seed, range(3))
    assert together.replicate in alone if together else alone == []


@examples(30)
@given(short, seeds)
def test_planned_and_unplanned_clocks_agree_under_shortage(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    assert_same(played(scenario, seed), played(scenario, seed, planned=False))


@pytest.mark.parametrize("name", names())
def test_planned_and_unplanned_clocks_agree_when_every_pool_of_the_library_has_one_place(name: str) -> None:
    scenario = load(name, {f"pools.{pool}.places": "1" for pool in load(name).pools})
    assert_same(played(scenario, 5), played(scenario, 5, planned=False))


@examples(20)
@given(short, seeds, st.lists(st.floats(0, 200), max_size=6).map(sorted))
def test_a_clock_that_runs_in_pieces_queues_in_the_same_way(text: str, seed: int, stops: list[float]) -> None:
    scenario = scenario_of(text)
    pieces = Clock(scenario, seed)
    for stop in stops:
        pieces.run(until=stop)
    pieces.run()
    assert_same(pieces.journal().in_order(), played(scenario, seed))


@examples(20)
@given(short, seeds)
def test_a_pool_never_gives_more_places_than_it_has(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    for _, taken in occupancy(scenario, played(scenario, seed)):
        assert all(count <= scenario.pools[pool].places for pool, count in taken.items())


@examples(20)
@given(short, seeds)
def test_nobody_queues_while_a_place_is_free_for_more_than_a_tick(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    taken = list(occupancy(scenario, played(scenario, seed)))
    for day, pool, _, _ in queueing(scenario, played(scenario, seed)):
        ahead = [counts[pool] for then, counts in taken if day <= then <= day + 1 / TICKS_PER_DAY]
        before = [counts[pool] for then, counts in taken if then <= day][-1:]
        assert max(before + ahead) == scenario.pools[pool].places


@examples(20)
@given(scenarios("short", randomized=False), seeds)
def test_a_queue_changes_nobody_who_did_not_queue(text: str, seed: int) -> None:
    scenario = scenario_of(text)
    journal, free = played(scenario, seed), swept(plenty(text), seed)
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
