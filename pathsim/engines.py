"""Which engine simulates a trial: the sweep where nobody queues, the clock where somebody does."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Literal, TypeAlias

from pathsim.clock import Clock
from pathsim.conditions import Column
from pathsim.journal import Journal, joined
from pathsim.scenario.scenario import Scenario
from pathsim.sweep import ShortageError, Stops, sweep
from pathsim.trial.committee import Committee
from pathsim.trial.course import stops
from pathsim.trial.known import Chunk
from pathsim.trial.monitoring import going, looks

Engine: TypeAlias = Literal["auto", "sweep", "clock"]


def simulate_many(
    scenario: Scenario, seed: int, replicates: Sequence[int], hold: Mapping[str, Column] | None = None
) -> Chunk:
    """Several replicates as one chunk: swept together, or one by one on the clock where a queue forms in any.

    ``hold`` gives the arms of patients who had one in another setting; the clock, where seats depend on queues,
    allocates them anew.
    """
    try:
        return _swept(scenario, seed, replicates, hold)
    except ShortageError:
        return _clocked(scenario, seed, replicates)


def simulate(
    scenario: Scenario,
    seed: int,
    replicate: int = 0,
    engine: Engine = "auto",
    hold: Mapping[str, Column] | None = None,
    redrawn: AbstractSet[str] = frozenset(),
    decided: Stops | None = None,
) -> tuple[Chunk, Engine]:
    """One replicate, and the engine that made it. Both give the same journal wherever both can go.

    ``hold`` gives the arms of patients who had one in another setting, as far as the sweep can go, ``redrawn`` the
    steps in which they have other luck, and ``decided`` when the committee stops the trial, if that is not asked anew.
    Raises ShortageError if the sweep is asked for and a patient would have to queue.
    """
    if engine != "clock":
        try:
            return _swept(scenario, seed, [replicate], hold, redrawn, decided), "sweep"
        except ShortageError:
            if engine == "sweep":
                raise
    return _clocked(scenario, seed, [replicate]), "clock"


def _swept(
    scenario: Scenario,
    seed: int,
    replicates: Sequence[int],
    hold: Mapping[str, Column] | None = None,
    redrawn: AbstractSet[str] = frozenset(),
    decided: Stops | None = None,
) -> Chunk:
    chunk = Chunk(scenario, seed, replicates, sweep(scenario, seed, replicates, hold, redrawn=redrawn))
    if not scenario.follows_stop:
        return chunk
    return replace(chunk, stopped=sweep(scenario, seed, replicates, hold, decided or stops(looks(chunk)), redrawn))


def _clocked(scenario: Scenario, seed: int, replicates: Sequence[int]) -> Chunk:
    run_on, stopped = [], []
    for position, replicate in enumerate(replicates):
        clock = Clock(scenario, seed, replicate)
        committee = Committee(clock)
        clock.run()
        went = _moved(clock.journal(), position * scenario.patients)
        stopped.append(went)
        if going(committee.looks):
            run_on.append(went)
            continue
        unwatched = Clock(scenario, seed, replicate)
        unwatched.run()
        run_on.append(_moved(unwatched.journal(), position * scenario.patients))
    return Chunk(scenario, seed, replicates, joined(run_on), joined(stopped))


def _moved(journal: Journal, rows: int) -> Journal:
    return journal._replace(row=journal.row + rows)
