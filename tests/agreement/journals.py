"""One trial's journal from each engine, and what it says of queues and resources."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pytest

from pathsim.calendar import SUB_TICK_DAYS, TICKS_PER_DAY
from pathsim.engines import vectorized as engine_module
from pathsim.engines.discrete_event import DiscreteEventEngine, Entry
from pathsim.engines.vectorized import run_vectorized
from pathsim.journal import Block, Journal
from pathsim.scenario.scenario import Scenario


def played(scenario: Scenario, seed: int, replicate: int = 0, *, planned: bool = True) -> Journal:
    """The journal of the discrete-event engine."""
    engine = DiscreteEventEngine(scenario, seed, replicate, planned=planned)
    engine.run()
    return engine.journal().in_order()


def vectorized(scenario: Scenario, seed: int, replicate: int = 0) -> Journal:
    """The journal of the vectorized engine, however many rounds it takes: what is long is right all the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "MOST_ROUNDS", 10_000)
        return run_vectorized(scenario, seed, [replicate]).in_order()


def of_replicate(journal: Journal, position: int, patients: int) -> Journal:
    """The part of a chunk's journal that belongs to the replicate at this position, its rows counted from 0."""
    return journal.pick(journal.row // patients == position).moved(-position * patients)


def assert_same(one: Journal, other: Journal) -> None:
    """Entry by entry, with no tolerance."""
    for name, left, right in zip(Block._fields, one, other, strict=True):
        np.testing.assert_array_equal(left, right, err_msg=name, strict=True)


def assert_own_ticks(journal: Journal) -> None:
    """Every entry falls on a tick of its patient's own calendar, and so on no other patient's instant."""
    ticks = (journal.day - journal.row * SUB_TICK_DAYS) * TICKS_PER_DAY
    np.testing.assert_array_equal(ticks, np.rint(ticks))


def heard(scenario: Scenario, seed: int) -> list[Entry]:
    """What a listener hears, in the order in which it happens."""
    entries: list[Entry] = []
    DiscreteEventEngine(scenario, seed, listener=entries.append).run()
    return entries


def entries_of(journal: Journal) -> list[Entry]:
    """The entries of a journal, one by one."""
    return [Entry(*entry) for entry in zip(*(column.tolist() for column in journal), strict=True)]


class Queueing(NamedTuple):
    """A patient who was ready for a place and did not get it at once."""

    day: float
    resource: str
    step: str
    patient: int


def queueing(scenario: Scenario, journal: Journal) -> list[Queueing]:
    """Everybody who had to queue, whether they were served later, left by an exit, or wait to this day."""
    steps = {entry.name: entry for entry in scenario.steps}
    found = []
    for _, own in groupby(entries_of(journal.in_order()), attrgetter("patient")):
        for ready, after in pairwise([*own, None]):
            assert ready is not None
            event = scenario.vocabulary[ready.event]
            if event.kind != "ready" or (resource := steps[event.step].resource) is None:
                continue
            served = after is not None and scenario.vocabulary[after.event].kind == "enter"
            if not served or (after is not None and after.day > ready.day):
                found.append(Queueing(ready.day, resource, event.step, ready.patient))
    return sorted(found)


def occupancy(scenario: Scenario, journal: Journal) -> Iterator[tuple[float, Counter[str]]]:
    """How much of each resource is taken after each entry, told from who enters which step."""
    entered = {entry.enter: entry for entry in scenario.steps}
    wanted: dict[int, str | None] = {}
    has: dict[int, str] = {}
    for patient, day, event, _ in entries_of(journal.by_day()):
        if scenario.vocabulary[event].kind == "exit":
            wanted.pop(patient, None)
        if (entry := entered.get(event)) is not None:
            brings = wanted.pop(patient, None) or has.pop(patient, None)
            if brings is not None and brings == entry.holds:
                has[patient] = brings
            wanted[patient] = entry.resource
            yield day, Counter(has.values())
