"""The figures of a scenario at many values of some of its numbers, all with the same draws.

So a difference between two points is the numbers' doing: the figures are functions of the numbers, and next to smooth.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.batches import result_of
from pathsim.ensembles.run import Recipe
from pathsim.ensembles.spans import spans
from pathsim.ensembles.workers import Crew, ReplicateError, Workers, crew
from pathsim.results.chosen import figures
from pathsim.results.views import Columns
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario
from pathsim.steps.spec import KeyPath

if TYPE_CHECKING:
    from concurrent.futures import Future

Point: TypeAlias = tuple[float, ...]
"""A value for each of the numbers that vary."""
Told: TypeAlias = Callable[[int], None]
"""Told how many points have been evaluated so far."""


@dataclass(frozen=True, slots=True)
class Field:
    """What is evaluated: a scenario, the numbers of it that vary, and the replicates of each point."""

    recipe: Recipe
    """With the figures to keep."""
    paths: tuple[KeyPath, ...]
    seed: int
    replicates: range


Evaluate: TypeAlias = Callable[[Sequence[Point]], list[Columns]]
"""The figures of every replicate at each of these points."""


@contextmanager
def evaluator(field: Field, workers: Workers, told: Told = lambda _: None) -> Iterator[Evaluate]:
    """A function that evaluates points, on workers that stay until the end of the context."""
    with crew(partial(_columns, field), workers) as hired:
        done = 0

        def evaluate(points: Sequence[Point]) -> list[Columns]:
            nonlocal done
            found = []
            for columns in _evaluated(hired, field.replicates, points):
                found.append(columns)
                done += 1
                told(done)
            return found

        yield evaluate


def _evaluated(hired: Crew, replicates: range, points: Sequence[Point]) -> Iterator[Columns]:
    chunks = spans(len(replicates))
    ahead: deque[Future[list[Columns]]] = deque()
    wanted = ((first, count, point) for point in points for first, count in chunks)
    for _ in points:
        parts: list[Columns] = []
        while len(parts) < len(chunks):
            while len(ahead) < hired.ahead and (task := next(wanted, None)) is not None:
                ahead.append(hired.submit(*task))
            parts += result_of(ahead.popleft())
        yield {path: np.concatenate([part[path] for part in parts]) for path in parts[0]}


def _columns(field: Field, first: int, count: int, point: Point) -> list[Columns]:
    replicates = field.replicates[first : first + count]
    try:
        chunk = simulate_many(_at(field.recipe, field.paths, point), field.seed, replicates)
        return [figures(chunk, field.recipe.figures)]
    except ScenarioError:
        raise  # numbers within their ranges that do not go together: the ranges are the user's
    except Exception as wrong:
        raise ReplicateError(field.seed, replicates, f"{type(wrong).__name__}: {wrong}") from wrong


@lru_cache(maxsize=8)
def _at(recipe: Recipe, paths: tuple[KeyPath, ...], point: Point) -> Scenario:
    return recipe.scenario().with_values(dict(zip(paths, point, strict=True)))
