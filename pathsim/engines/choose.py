"""Which engine simulates a trial: the vectorized one, unless queues in it take too many rounds."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from pathsim.conditions import Column
from pathsim.engines.vectorized import RoundsError, Stops, run_vectorized
from pathsim.journal import Journal, Rows, joined
from pathsim.scenario.scenario import Scenario
from pathsim.trial.course import course, stops
from pathsim.trial.data_cut import Chunk
from pathsim.trial.monitoring import going

Engine: TypeAlias = Literal["auto", "vectorized", "discrete-event"]


def simulate_many(
    scenario: Scenario, seed: int, replicates: Sequence[int], hold: Mapping[str, Column] | None = None
) -> Chunk:
    """Several replicates as one chunk: vectorized, but for those in which queues take too many rounds.

    ``hold`` gives, for a randomization by name, the arms of patients who had one in another setting, or -1.
    """
    try:
        return _vectorized(scenario, seed, replicates, hold)
    except RoundsError as wrong:
        slow = np.array(wrong.positions)
    quick = np.setdiff1d(np.arange(len(replicates)), slow)
    parts = []
    for positions, engine in ((slow, _discrete_event), (quick, simulate_many)):
        if positions.size:
            numbers = [replicates[position] for position in positions.tolist()]
            parts.append((positions, engine(scenario, seed, numbers, _arms_of(hold, positions, scenario.patients))))
    return Chunk(
        scenario,
        seed,
        replicates,
        joined(_at(part.journal, positions, scenario.patients) for positions, part in parts),
        joined(_at(part.as_stopped.journal, positions, scenario.patients) for positions, part in parts),
    )


def simulate(
    scenario: Scenario,
    seed: int,
    replicate: int = 0,
    engine: Engine = "auto",
    hold: Mapping[str, Column] | None = None,
) -> tuple[Chunk, Engine]:
    """One replicate, and the engine that made it. Both give the same journal wherever both can go.

    ``hold`` gives the arms of patients who had one in another setting. Raises RoundsError if the vectorized engine is
    asked for and queues take too many rounds.
    """
    if engine != "discrete-event":
        try:
            return _vectorized(scenario, seed, [replicate], hold), "vectorized"
        except RoundsError:
            if engine == "vectorized":
                raise
    return _discrete_event(scenario, seed, [replicate], hold), "discrete-event"


def _arms_of(hold: Mapping[str, Column] | None, positions: Rows, patients: int) -> Mapping[str, Column] | None:
    """The arms of the replicates at these positions."""
    if hold is None:
        return None
    return {name: arms.reshape(-1, patients)[positions].ravel() for name, arms in hold.items()}


def _at(journal: Journal, positions: Rows, patients: int) -> Journal:
    """The journal of some replicates as those at these positions of a chunk."""
    shift = (positions - np.arange(positions.size)) * patients
    return Journal(*(block._replace(row=block.row + shift[block.row // patients]) for block in journal.blocks))


def simulate_others(
    scenario: Scenario,
    seed: int,
    replicates: Sequence[int],
    arms: Mapping[str, Column],
    redrawn: AbstractSet[str],
    decided: Stops,
) -> Chunk:
    """Replicates with these arms, and other draws in the steps that are ``redrawn``, stopped as it was ``decided``.

    Raises ShortageError if anybody queues.
    """
    journals = (
        run_vectorized(scenario, seed, replicates, arms, stopped, redrawn, may_queue=False)
        for stopped in (None, *([decided] if scenario.follows_stop else []))
    )
    return Chunk(scenario, seed, replicates, *journals)


def _vectorized(
    scenario: Scenario, seed: int, replicates: Sequence[int], hold: Mapping[str, Column] | None = None
) -> Chunk:
    chunk = Chunk(scenario, seed, replicates, run_vectorized(scenario, seed, replicates, hold))
    if not (scenario.follows_stop or scenario.scarce):
        return chunk
    went = course(chunk)
    decided = stops(went.looks)
    if scenario.scarce:
        if not (scenario.follows_stop or np.isfinite(went.closing).any()):
            return chunk
        # Whoever does not come any more stands in nobody's way.
        decided = decided._replace(closing=went.closing)
    return replace(chunk, stopped=run_vectorized(scenario, seed, replicates, hold, decided))


def _discrete_event(
    scenario: Scenario, seed: int, replicates: Sequence[int], hold: Mapping[str, Column] | None = None
) -> Chunk:
    # Most trials can do without it, and SimPy takes a tenth of the time in which a command starts.
    from pathsim.engines.discrete_event import DiscreteEventEngine  # noqa: PLC0415
    from pathsim.trial.committee import Committee  # noqa: PLC0415

    run_on, stopped = [], []
    for position, replicate in enumerate(replicates):
        arms = _arms_of(hold, np.array([position]), scenario.patients)
        engine = DiscreteEventEngine(scenario, seed, replicate, hold=arms)
        committee = Committee(engine)
        engine.run()
        went = engine.journal().moved(position * scenario.patients)
        stopped.append(went)
        if going(committee.looks):
            run_on.append(went)
            continue
        unwatched = DiscreteEventEngine(scenario, seed, replicate, hold=arms)
        unwatched.run()
        run_on.append(unwatched.journal().moved(position * scenario.patients))
    return Chunk(scenario, seed, replicates, joined(run_on), joined(stopped))
