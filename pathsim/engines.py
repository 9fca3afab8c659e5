"""Which engine simulates a trial: the sweep where nobody queues, the clock where somebody does."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from pathsim.clock import Clock
from pathsim.journal import joined
from pathsim.scenario.scenario import Scenario
from pathsim.sweep import ShortageError, sweep
from pathsim.trial.known import Chunk

Engine: TypeAlias = Literal["auto", "sweep", "clock"]
ENGINES: tuple[Engine, ...] = ("auto", "sweep", "clock")


def simulate_many(scenario: Scenario, seed: int, replicates: Sequence[int]) -> Chunk:
    """Several replicates as one chunk: swept together, or one by one on the clock where a queue forms in any."""
    try:
        return Chunk(scenario, seed, replicates, sweep(scenario, seed, replicates))
    except ShortageError:
        parts = []
        for position, replicate in enumerate(replicates):
            clock = Clock(scenario, seed, replicate)
            clock.run()
            journal = clock.journal()
            parts.append(journal._replace(row=journal.row + position * scenario.patients))
        return Chunk(scenario, seed, replicates, joined(parts))


def simulate(scenario: Scenario, seed: int, replicate: int = 0, engine: Engine = "auto") -> tuple[Chunk, Engine]:
    """One replicate, and the engine that made it. Both give the same journal wherever both can go.

    Raises ShortageError if the sweep is asked for and a patient would have to queue.
    """
    if engine != "clock":
        try:
            return Chunk(scenario, seed, [replicate], sweep(scenario, seed, [replicate])), "sweep"
        except ShortageError:
            if engine == "sweep":
                raise
    clock = Clock(scenario, seed, replicate)
    clock.run()
    return Chunk(scenario, seed, [replicate], clock.journal()), "clock"
