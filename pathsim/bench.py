"""Speed, as ratios measured in one run on one machine: what is compared takes turns, and the best round counts."""

import importlib.util
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from pathsim import draws
from pathsim.draws import Keys, Uniforms
from pathsim.engines.discrete_event import DiscreteEventEngine
from pathsim.engines.vectorized import run_vectorized
from pathsim.ensembles.run import Recipe, ensemble
from pathsim.ensembles.spans import CHUNK
from pathsim.results.replicates import rows
from pathsim.scenario.files import names
from pathsim.scenario.scenario import Scenario, load
from pathsim.statistics.cox import cox
from pathsim.statistics.kaplan_meier import kaplan_meier
from pathsim.statistics.logrank import logrank
from pathsim.statistics.risk_table import risk_table
from pathsim.statistics.two_arms import arm_counts
from pathsim.trial.course import final
from pathsim.trial.data_cut import Chunk
from pathsim.trial.time_to_event import TimeToEvent, time_to_event

SEED = 1
ROUNDS = 5
VECTORIZED_REPLICATES = CHUNK
DISCRETE_EVENT_REPLICATES = 2
REPLICATES_SHARED = 6400
"""Replicates of the ensemble that one and two workers share."""
TRIALS_ORACLED = 5
HANDWRITTEN = Path(__file__).parent.parent / "benchmarks" / "plain_simpy.py"
"""The flagship's pathway as an ordinary SimPy model; there in a checkout, not in an installed package."""


@dataclass(frozen=True, slots=True)
class BenchmarkRatio:
    """One line of the benchmark: what was measured, and the bound that is kept or not."""

    name: str
    value: float
    bound: float
    at_least: bool
    note: str

    @property
    def met(self) -> bool:
        """Whether the bound is kept."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def measure(recipe: Recipe) -> Iterator[BenchmarkRatio]:
    """The ratios, as they are measured."""
    scenario = recipe.scenario()
    yield from _engines(scenario)
    yield from _queues()
    yield from _analysis(scenario)
    yield from _workers(recipe)
    yield _start()


def _engines(scenario: Scenario) -> Iterator[BenchmarkRatio]:
    replicates = range(VECTORIZED_REPLICATES)
    asked = _draws(lambda: run_vectorized(scenario, SEED, replicates))
    tasks: list[Callable[[], object]] = [
        lambda: run_vectorized(scenario, SEED, replicates),
        lambda: _discrete_event(scenario),
        lambda: [draws.uniform(key, at) for key, at in asked],
    ]
    handwritten = _handwritten() if scenario.name == "aall1331" else None
    if handwritten is not None:
        tasks.append(
            lambda: [handwritten.simulate(seed, scenario.patients) for seed in range(DISCRETE_EVENT_REPLICATES)]
        )
    vectorized, discrete_event, drawn, *plain = _best(tasks)
    each = vectorized / VECTORIZED_REPLICATES
    speed = f"{scenario.patients / each:,.0f} patients a second"
    if plain:
        by_hand = plain[0] / DISCRETE_EVENT_REPLICATES
        note = f"{speed}, against {scenario.patients / by_hand:,.0f}"
        yield BenchmarkRatio(
            "vectorized engine, against a SimPy model written by hand", by_hand / each, 100, at_least=True, note=note
        )
    engine = discrete_event / DISCRETE_EVENT_REPLICATES
    note = f"{speed}, against {scenario.patients / engine:,.0f}"
    yield BenchmarkRatio(
        "vectorized engine, against the discrete-event one", engine / each, 60, at_least=True, note=note
    )
    count = sum((key ^ at).size for key, at in asked) / (scenario.patients * VECTORIZED_REPLICATES)
    note = f"{count:.0f} draws a patient"
    yield BenchmarkRatio(
        "time of the vectorized engine, against drawing its uniforms alone",
        vectorized / drawn,
        4,
        at_least=False,
        note=note,
    )


def _queues() -> Iterator[BenchmarkRatio]:
    """The same where patients queue: of the scenario of the library in which they do."""
    scenario = next((one for one in map(load, names()) if one.scarce), None)
    if scenario is None:
        return
    tasks: list[Callable[[], object]] = [
        lambda: run_vectorized(scenario, SEED, range(VECTORIZED_REPLICATES)),
        lambda: _discrete_event(scenario, 1),
    ]
    vectorized, discrete_event = _best(tasks)
    each = vectorized / VECTORIZED_REPLICATES
    note = f"{scenario.name}: {each * 1000:.1f} ms a replicate, against {discrete_event * 1000:,.0f} ms"
    yield BenchmarkRatio(
        "the same where patients queue, against the discrete-event one",
        discrete_event / each,
        60,
        at_least=True,
        note=note,
    )


def _discrete_event(scenario: Scenario, replicates: int = DISCRETE_EVENT_REPLICATES) -> None:
    for replicate in range(replicates):
        DiscreteEventEngine(scenario, SEED, replicate).run()


def _analysis(scenario: Scenario) -> Iterator[BenchmarkRatio]:
    chunk = Chunk(
        scenario, SEED, range(VECTORIZED_REPLICATES), run_vectorized(scenario, SEED, range(VECTORIZED_REPLICATES))
    )
    together, alone = _endpoints(chunk), [_endpoints(_alone(chunk, trial)) for trial in range(TRIALS_ORACLED)]
    tasks: list[Callable[[], object]] = [
        lambda: run_vectorized(scenario, SEED, range(VECTORIZED_REPLICATES)),
        # A chunk remembers what was read in it: each round begins with a new one.
        lambda: rows(Chunk(scenario, SEED, chunk.replicates, chunk.journal), toxicity=False),
        lambda: _by_kernels(together, VECTORIZED_REPLICATES),
    ]
    vectorized, analyzed, compared = _best(tasks)
    note = (
        f"{VECTORIZED_REPLICATES / (vectorized + analyzed):,.0f} trials a second, with every look, cut-off and endpoint"
    )
    yield BenchmarkRatio(
        "time with all statistics, of the engine's",
        (vectorized + analyzed) / vectorized,
        1.5,
        at_least=False,
        note=note,
    )
    if len(scenario.arms) == 2 and importlib.util.find_spec("lifelines") is not None:
        by_lifelines = _best([lambda: _by_lifelines(alone)])[0] / len(alone)
        mine = compared / VECTORIZED_REPLICATES
        note = f"Kaplan-Meier, log-rank, Cox of {len(together)} endpoints: {mine * 1000:.2f} ms, "
        note += f"against {by_lifelines * 1000:,.0f} ms"
        yield BenchmarkRatio(
            "statistics of a trial, against lifelines", by_lifelines / mine, 200, at_least=True, note=note
        )


def _endpoints(chunk: Chunk) -> list[TimeToEvent]:
    known = final(chunk)
    return [time_to_event(known, endpoint) for endpoint in chunk.scenario.sections.endpoints.values()]


def _alone(chunk: Chunk, trial: int) -> Chunk:
    return Chunk(chunk.scenario, SEED, [trial], run_vectorized(chunk.scenario, SEED, [trial]))


def _by_kernels(endpoints: Sequence[TimeToEvent], trials: int) -> None:
    """Kaplan-Meier, log-rank and Cox of every endpoint, of all trials at once."""
    for data in endpoints:
        table = risk_table(data.trial, data.group, data.time, data.event, trials=trials, arms=2)
        for arm in (0, 1):
            kaplan_meier(table, arm, [365, 730, 1095])
        counts = arm_counts(table, treated=0, control=1)
        logrank(counts)
        cox(counts)


def _by_lifelines(trials: Sequence[Sequence[TimeToEvent]]) -> None:
    """Kaplan-Meier, log-rank and Cox of every endpoint, as a user of lifelines would have them."""
    lifelines: Any = importlib.import_module("lifelines")
    statistics: Any = importlib.import_module("lifelines.statistics")
    pandas: Any = importlib.import_module("pandas")
    for data in chain.from_iterable(trials):
        treated = data.group == 0
        for arm in (treated, ~treated):
            lifelines.KaplanMeierFitter().fit(data.time[arm], data.event[arm])
        statistics.logrank_test(data.time[treated], data.time[~treated], data.event[treated], data.event[~treated])
        table = pandas.DataFrame({"time": data.time, "event": data.event, "treated": treated.astype(float)})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lifelines.CoxPHFitter().fit(table, "time", "event")


def _workers(recipe: Recipe) -> Iterator[BenchmarkRatio]:
    one = _seconds(lambda: ensemble(recipe, SEED, REPLICATES_SHARED, workers=1))
    two = _seconds(lambda: ensemble(recipe, SEED, REPLICATES_SHARED, workers=2))
    note = f"{REPLICATES_SHARED:,} replicates, the start of the processes included"
    yield BenchmarkRatio("two workers, against one", one / two, 1.8, at_least=True, note=note)


def _start() -> BenchmarkRatio:
    """How long ``--help`` takes beyond what Python itself takes three times."""
    python, helped = np.inf, np.inf
    for _ in range(ROUNDS):
        python = min(python, _seconds(lambda: _run("-c", "pass")))
        helped = min(helped, _seconds(lambda: _run("-m", "pathsim", "--help")))
    bound = 3 * python + 0.1
    note = f"{helped * 1000:.0f} ms; Python itself {python * 1000:.0f} ms"
    return BenchmarkRatio("time of --help, of 3 Pythons and 100 ms", helped / bound, 1, at_least=False, note=note)


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)  # noqa: S603 - our own interpreter


def _best(tasks: Sequence[Callable[[], object]]) -> list[float]:
    """The CPU seconds of each task's best round; the tasks take turns."""
    best = [np.inf] * len(tasks)
    for _ in range(ROUNDS):
        for i, task in enumerate(tasks):
            begun = time.process_time()
            task()
            best[i] = min(best[i], time.process_time() - begun)
    return best


def _seconds(task: Callable[[], object]) -> float:
    begun = time.perf_counter()
    task()
    return time.perf_counter() - begun


def _handwritten() -> ModuleType | None:
    if not HANDWRITTEN.exists():
        return None
    sys.path.insert(0, str(HANDWRITTEN.parent))
    try:
        return importlib.import_module(HANDWRITTEN.stem)
    finally:
        sys.path.remove(str(HANDWRITTEN.parent))


def _draws(task: Callable[[], object]) -> list[tuple[Keys, Keys]]:
    """Every call for uniform numbers that a task makes."""
    calls = []
    drawing = draws.uniform

    def noted(key: Keys, at: Keys) -> Uniforms:
        calls.append((key, at))
        return drawing(key, at)

    users = [module for name, module in sys.modules.items() if name.startswith("pathsim.")]
    users = [module for module in users if getattr(module, "uniform", None) is drawing and module is not draws]
    try:
        for module in users:
            setattr(module, "uniform", noted)  # noqa: B010 - modules have no such attribute in the eyes of a type checker
        task()
    finally:
        for module in users:
            setattr(module, "uniform", drawing)  # noqa: B010
    return calls
