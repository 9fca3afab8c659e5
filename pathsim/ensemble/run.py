"""Many replicates, in chunks, on one core or several. A chunk is a pure function of scenario, seed and place."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from multiprocessing import get_context

import numpy as np

from pathsim.engines import simulate_many
from pathsim.ensemble.rows import Columns, rows
from pathsim.ensemble.store import Store
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load

CHUNK = 80
"""Replicates in a chunk: of 200 to 700 patients each, it fits the processor's cache. It never changes a result."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a worker needs to make the scenario again, in another process."""

    source: Source
    settings: tuple[tuple[str, str], ...]
    null: bool = False
    """Whether both arms get the control arm's pathway."""

    @classmethod
    def of(cls, source: Source, settings: Mapping[str, str], *, null: bool = False) -> "Recipe":
        """The recipe for this scenario with these values set."""
        return cls(source, tuple(settings.items()), null)

    def scenario(self) -> Scenario:
        """The scenario; made once in each process."""
        return _scenario(self)


@cache
def _scenario(recipe: Recipe) -> Scenario:
    scenario = load(recipe.source, dict(recipe.settings))
    return scenario.under_null() if recipe.null else scenario


class ReplicateError(Exception):
    """An error in some replicate, with what it takes to see it again."""

    def __init__(self, seed: int, first: int, last: int, wrong: Exception) -> None:
        super().__init__(f"seed {seed}, replicates {first} to {last}: {type(wrong).__name__}: {wrong}")
        self.told = (seed, first, last, wrong)

    def __reduce__(self) -> tuple[type["ReplicateError"], tuple[int, int, int, Exception]]:
        """How the error travels back from a worker."""
        return ReplicateError, self.told


def chunk(recipe: Recipe, seed: int, first: int, count: int) -> Columns:
    """The rows of some replicates in a row. Raises ReplicateError, which says which they were."""
    try:
        return rows(simulate_many(recipe.scenario(), seed, range(first, first + count)))
    except Exception as wrong:
        raise ReplicateError(seed, first, first + count - 1, wrong) from wrong


def ensemble(
    recipe: Recipe,
    seed: int,
    replicates: int,
    *,
    workers: int = 1,
    store: Store | None = None,
    finished: Callable[[int], None] = lambda _: None,
) -> Columns:
    """The rows of replicates 0, 1 and so on, the same for any number of workers.

    ``store`` keeps finished chunks and has those of an earlier run. ``finished`` is told, after each chunk, how many
    replicates there are so far.
    """
    counts = {first: min(CHUNK, replicates - first) for first in range(0, replicates, CHUNK)}
    parts: dict[int, Columns] = {}
    for first, count in counts.items():
        if store is not None and (held := store.saved(first, count)) is not None:
            parts[first] = held
    todo = [first for first in counts if first not in parts]
    finished(sum(counts[first] for first in parts))
    with _mapping(min(workers, max(len(todo), 1))) as mapped:
        made = mapped(chunk, repeat(recipe), repeat(seed), todo, [counts[first] for first in todo])
        for first, part in zip(todo, made, strict=True):
            parts[first] = part
            if store is not None:
                store.save(first, part)
            finished(sum(counts[done] for done in parts))
    return _joined([parts[first] for first in counts], list(counts.values()))


@contextmanager
def _mapping(workers: int) -> Iterator[Callable[..., Iterator[Columns]]]:
    if workers == 1:
        yield map
        return
    # Never fork: a process that has threads, as ours with numpy and a progress bar, may not survive it.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            yield pool.map
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _joined(parts: list[Columns], counts: list[int]) -> Columns:
    """The parts below each other. A figure that a part lacks, such as a look nobody held, is missing in its rows."""
    names = list(dict.fromkeys(name for part in parts for name in part))
    missing = [np.full(count, np.nan) for count in counts]
    return {
        name: np.concatenate([part.get(name, gap) for part, gap in zip(parts, missing, strict=True)]) for name in names
    }
