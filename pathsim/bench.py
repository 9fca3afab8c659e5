"""Speed, as ratios measured in one run: the sweep against the clock, and against drawing its luck alone."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from pathsim import luck
from pathsim.clock import Clock
from pathsim.luck import Keys, Uniforms
from pathsim.scenario.scenario import Scenario
from pathsim.sweep import sweep

SEED = 1
ROUNDS = 5
REPLICATES_SWEPT = 100
REPLICATES_CLOCKED = 3


@dataclass(frozen=True, slots=True)
class Speeds:
    """What one benchmark run measured. CPU seconds of one core, the best of several interleaved rounds."""

    sweep_patients_per_second: float
    clock_patients_per_second: float
    sweep_seconds: float
    luck_seconds: float
    draws_per_patient: float

    @property
    def sweep_over_clock(self) -> float:
        """How many times more patients the sweep moves in the same time."""
        return self.sweep_patients_per_second / self.clock_patients_per_second

    @property
    def sweep_over_luck(self) -> float:
        """How long the sweep takes, as a multiple of the time of its draws alone."""
        return self.sweep_seconds / self.luck_seconds


def measure(scenario: Scenario) -> Speeds:
    """The speeds of this scenario, which must be one that the sweep can follow."""
    replicates = range(REPLICATES_SWEPT)
    draws = _draws(lambda: sweep(scenario, SEED, replicates))

    def clocked() -> None:
        for replicate in range(REPLICATES_CLOCKED):
            Clock(scenario, SEED, replicate).run()

    def drawn() -> None:
        for key, at in draws:
            luck.uniform(key, at)

    best = [float("inf")] * 3
    for _ in range(ROUNDS):
        for i, task in enumerate((lambda: sweep(scenario, SEED, replicates), clocked, drawn)):
            best[i] = min(best[i], _cpu_seconds(task))
    patients = scenario.patients * REPLICATES_SWEPT
    return Speeds(
        sweep_patients_per_second=patients / best[0],
        clock_patients_per_second=scenario.patients * REPLICATES_CLOCKED / best[1],
        sweep_seconds=best[0],
        luck_seconds=best[2],
        draws_per_patient=sum((key ^ at).size for key, at in draws) / patients,
    )


def _cpu_seconds(task: Callable[[], object]) -> float:
    begun = time.process_time()
    task()
    return time.process_time() - begun


def _draws(task: Callable[[], object]) -> list[tuple[Keys, Keys]]:
    """Every call for uniform numbers that a task makes."""
    calls = []
    drawing = luck.uniform

    def noted(key: Keys, at: Keys) -> Uniforms:
        calls.append((key, at))
        return drawing(key, at)

    users = [module for name, module in sys.modules.items() if name.startswith("pathsim.")]
    users = [module for module in users if getattr(module, "uniform", None) is drawing and module is not luck]
    try:
        for module in users:
            setattr(module, "uniform", noted)  # noqa: B010 - modules have no such attribute in the eyes of a type checker
        task()
    finally:
        for module in users:
            setattr(module, "uniform", drawing)  # noqa: B010
    return calls
