"""Which engine simulates a trial: the vectorized one, unless the turns in some queue do not settle in it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from pathsim.conditions import Column
from pathsim.engines.vectorized import ShortageError, Stops, run_vectorized
from pathsim.journal import joined
from pathsim.scenario.scenario import Scenario
from pathsim.trial.course import course, stops
from pathsim.trial.data_cut import Chunk
from pathsim.trial.monitoring import going

Engine: TypeAlias = Literal["auto", "vectorized", "discrete-event"]


def simulate_many(
    scenario: Scenario, seed: int, replicates: Sequence[int], hold: Mapping[str, Column] | None = None
) -> Chunk:
    """Several replicates as one chunk: vectorized, or one by one where the turns in a queue do not settle.

    ``hold`` gives the arms of patients who had one in another setting; one by one, patients are randomized anew.
    """
    try:
        return _vectorized(scenario, seed, replicates, hold)
    except ShortageError:
        return _discrete_event(scenario, seed, replicates)


def simulate(
    scenario: Scenario,
    seed: int,
    replicate: int = 0,
    engine: Engine = "auto",
    hold: Mapping[str, Column] | None = None,
) -> tuple[Chunk, Engine]:
    """One replicate, and the engine that made it. Both give the same journal wherever both can go.

    ``hold`` gives the arms of patients who had one in another setting, as far as the vectorized engine can go. Raises
    ShortageError if the vectorized engine is asked for and the turns in some queue do not settle.
    """
    if engine != "discrete-event":
        try:
            return _vectorized(scenario, seed, [replicate], hold), "vectorized"
        except ShortageError:
            if engine == "vectorized":
                raise
    return _discrete_event(scenario, seed, [replicate]), "discrete-event"


def simulate_others(
    scenario: Scenario, seed: int, replicate: int, arms: Mapping[str, Column], redrawn: AbstractSet[str], decided: Stops
) -> Chunk:
    """One replicate with these arms, and other draws in the steps that are ``redrawn``, stopped as it was ``decided``.

    Raises ShortageError if anybody queues.
    """
    journals = (
        run_vectorized(scenario, seed, [replicate], arms, stopped, redrawn, may_queue=False)
        for stopped in (None, *([decided] if scenario.follows_stop else []))
    )
    return Chunk(scenario, seed, [replicate], *journals)


def _vectorized(
    scenario: Scenario, seed: int, replicates: Sequence[int], hold: Mapping[str, Column] | None = None
) -> Chunk:
    chunk = Chunk(scenario, seed, replicates, run_vectorized(scenario, seed, replicates, hold))
    if not (scenario.follows_stop or scenario.scarce):
        return chunk
    went = course(chunk)
    decided = stops(went.looks)
    if scenario.scarce:
        if not np.isfinite(decided.day).any():
            return chunk
        # Whoever does not come any more stands in nobody's way.
        decided = decided._replace(closing=went.closing)
    return replace(chunk, stopped=run_vectorized(scenario, seed, replicates, hold, decided))


def _discrete_event(scenario: Scenario, seed: int, replicates: Sequence[int]) -> Chunk:
    # Most trials can do without it, and SimPy takes a tenth of the time in which a command starts.
    from pathsim.engines.discrete_event import DiscreteEventEngine  # noqa: PLC0415
    from pathsim.trial.committee import Committee  # noqa: PLC0415

    run_on, stopped = [], []
    for position, replicate in enumerate(replicates):
        engine = DiscreteEventEngine(scenario, seed, replicate)
        committee = Committee(engine)
        engine.run()
        went = engine.journal().moved(position * scenario.patients)
        stopped.append(went)
        if going(committee.looks):
            run_on.append(went)
            continue
        unwatched = DiscreteEventEngine(scenario, seed, replicate)
        unwatched.run()
        run_on.append(unwatched.journal().moved(position * scenario.patients))
    return Chunk(scenario, seed, replicates, joined(run_on), joined(stopped))
