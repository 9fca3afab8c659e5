"""Which engine simulates a trial: the vectorized one where nobody queues, else the discrete-event one."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Literal, TypeAlias

from pathsim.conditions import Column
from pathsim.engines.vectorized import ShortageError, Stops, run_vectorized
from pathsim.journal import joined
from pathsim.scenario.scenario import Scenario
from pathsim.trial.course import stops
from pathsim.trial.data_cut import Chunk
from pathsim.trial.monitoring import going, looks

Engine: TypeAlias = Literal["auto", "vectorized", "discrete-event"]


def simulate_many(
    scenario: Scenario, seed: int, replicates: Sequence[int], hold: Mapping[str, Column] | None = None
) -> Chunk:
    """Several replicates as one chunk: vectorized, or one by one where a queue forms in any of them.

    ``hold`` gives the arms of patients who had one in another setting; where a queue forms, and arms depend on
    it, patients are randomized anew.
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
    redrawn: AbstractSet[str] = frozenset(),
    decided: Stops | None = None,
) -> tuple[Chunk, Engine]:
    """One replicate, and the engine that made it. Both give the same journal wherever both can go.

    ``hold`` gives the arms of patients who had one in another setting, as far as the vectorized engine can go,
    ``redrawn`` the steps in which they have other draws, and ``decided`` when the committee stops the trial, if that is
    not asked anew. Raises ShortageError if the vectorized engine is asked for and a patient would have to queue.
    """
    if engine != "discrete-event":
        try:
            return _vectorized(scenario, seed, [replicate], hold, redrawn, decided), "vectorized"
        except ShortageError:
            if engine == "vectorized":
                raise
    return _discrete_event(scenario, seed, [replicate]), "discrete-event"


def _vectorized(
    scenario: Scenario,
    seed: int,
    replicates: Sequence[int],
    hold: Mapping[str, Column] | None = None,
    redrawn: AbstractSet[str] = frozenset(),
    decided: Stops | None = None,
) -> Chunk:
    chunk = Chunk(scenario, seed, replicates, run_vectorized(scenario, seed, replicates, hold, redrawn=redrawn))
    if not scenario.follows_stop:
        return chunk
    return replace(
        chunk, stopped=run_vectorized(scenario, seed, replicates, hold, decided or stops(looks(chunk)), redrawn)
    )


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
