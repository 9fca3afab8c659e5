"""Many replicates, in chunks, on one core or several. A chunk is a pure function of scenario, seed and place."""

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from pathsim.calendar import day_of
from pathsim.engines.choose import simulate_many
from pathsim.ensembles.batches import chunks_of
from pathsim.ensembles.collected import Collected
from pathsim.ensembles.precision import Precision
from pathsim.ensembles.processes import Make
from pathsim.ensembles.spans import CHUNK, ChunkSpan, Spans, spans
from pathsim.ensembles.store import Store
from pathsim.ensembles.uncertain import with_drawn_numbers
from pathsim.ensembles.vary import Setting, uncertain_rows, varied_rows
from pathsim.ensembles.workers import ReplicateError, Workers
from pathsim.results.chosen import figures
from pathsim.results.replicates import below_each_other, in_one_order, rows, rows_apart
from pathsim.results.views import Columns
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.data_cut import Chunk

PATIENTS_AT_ONCE = 200_000
"""So many patients are simulated together: more would neither fit memory nor be faster. It never changes a result."""
MOST_CHUNKS_AT_ONCE = 16
"""Chunks that are made together, however small the trials: their rows wait in memory until it is their turn."""
RECIPES_READY = 8
"""Of how many recipes a process keeps the scenarios: it may live long, and be asked for many."""

Progress: TypeAlias = Callable[[int, int], None]
"""Told after each new chunk how many replicates there are, and how many there will be as far as one can tell."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a worker needs to make the scenario again, in another process."""

    source: Source
    settings: Setting
    null: bool = False
    """Whether both arms get the control arm's pathway."""
    varied: tuple[Setting, ...] = ()
    """What is set besides, in each of the settings that are compared; empty if none are."""
    figures: tuple[str, ...] = ()
    """The figures to keep of each replicate, by path; if empty, those of an ensemble's rows."""
    as_it_went: bool = False
    """Whether every replicate takes the course of the published trial: no interim look ends it."""
    uncertain: bool = False
    """Whether published numbers are drawn anew for each replicate, as uncertain as they are."""
    sources: tuple[Source, ...] = ()
    """The files of the settings that are compared, where these are not all of one file."""
    until: datetime.date | None = None
    """The date at the end of which every trial is reported as it was known; if None, at its final cut-off."""
    further: tuple[str, ...] = ()
    """Figures, by path, that are kept besides those of an ensemble's rows."""

    @classmethod
    def of(
        cls,
        source: Source,
        settings: Mapping[str, str],
        *,
        null: bool = False,
        varied: Sequence[Setting] = (),
        uncertain: bool = False,
    ) -> "Recipe":
        """The recipe for this scenario with these values set."""
        return cls(source, tuple(settings.items()), null, tuple(varied), uncertain=uncertain)

    def keeping(self, figures: Sequence[str], *, as_it_went: bool = False) -> "Recipe":
        """The recipe that keeps only these figures; of trials that took the course of the published one, if wanted."""
        return replace(self, figures=tuple(figures), as_it_went=as_it_went)

    def scenario(self) -> Scenario:
        """The scenario, or the first of those that are compared; made once in each process."""
        return self.scenarios()[0]

    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenario under each setting; made once in each process."""
        return _scenarios(self)

    def rows(self, seed: int, replicates: range) -> Columns:
        """The rows of these replicates, of which so many are simulated together as are patients enough."""
        if self.uncertain:
            return self._uncertain_rows(seed, replicates)
        at_once = self._at_once()
        parts = [replicates[first : first + at_once] for first in range(0, len(replicates), at_once)]
        return in_one_order([self._rows(seed, part) for part in parts], [len(part) for part in parts])

    def chunks_at_once(self) -> int:
        """How many chunks to make together: one of those that take long, so that little is lost when they are stopped.

        Parameters drawn for each replicate are simulated replicate by replicate, and settings that are compared one
        after the other.
        """
        if self.uncertain or self.varied:
            return 1
        return min(max(1, self._at_once() // CHUNK), MOST_CHUNKS_AT_ONCE)

    def rows_apart(self, seed: int, first: int, sizes: Sequence[int]) -> list[Columns]:
        """The rows of several chunks of these sizes, simulated together: each as if it had been made alone."""
        simulated = simulate_many(self.scenario(), seed, range(first, first + sum(sizes)))
        if not self.figures:
            return rows_apart(simulated, sizes, until=self._day(simulated.scenario), further=self.further)
        columns, ends = figures(simulated, self.figures), np.cumsum(sizes)[:-1]
        parts = zip(*(np.split(column, ends) for column in columns.values()), strict=True)
        return [dict(zip(columns, part, strict=True)) for part in parts]

    def _at_once(self) -> int:
        return max(1, PATIENTS_AT_ONCE // max(scenario.patients for scenario in self.scenarios()))

    def _rows(self, seed: int, replicates: range) -> Columns:
        if self.varied:
            return varied_rows(self.scenarios(), seed, replicates, self._kept)
        chunk = simulate_many(self.scenario(), seed, replicates)
        return figures(chunk, self.figures) if self.figures else self._kept(chunk)

    def _kept(self, chunk: Chunk) -> Columns:
        return rows(chunk, until=self._day(chunk.scenario), further=self.further)

    def _day(self, scenario: Scenario) -> float | None:
        return None if self.until is None else day_of(self.until, scenario.trial.begins)

    def _uncertain_rows(self, seed: int, replicates: range) -> Columns:
        """With figures, those with drawn numbers; otherwise all rows, with numbers as stated and as drawn."""
        scenario = self.scenario()
        drawn = (with_drawn_numbers(scenario, seed, replicate) for replicate in replicates)
        if not self.figures:
            return uncertain_rows(scenario, drawn, seed, replicates, self._kept)
        parts = [
            figures(simulate_many(made, seed, [replicate]), self.figures)
            for replicate, made in zip(replicates, drawn, strict=True)
        ]
        return below_each_other(parts, [1] * len(parts))


@lru_cache(RECIPES_READY)
def _scenarios(recipe: Recipe) -> tuple[Scenario, ...]:
    settings = recipe.varied or ((),)
    sources = recipe.sources or (recipe.source,) * len(settings)
    found = (_read(source, recipe.settings, setting) for source, setting in zip(sources, settings, strict=True))
    return tuple(_as_asked(recipe, scenario) for scenario in found)


@lru_cache(RECIPES_READY)
def _read(source: Source, settings: Setting, setting: Setting) -> Scenario:
    """A scenario, of which several recipes may keep other figures."""
    return load(source, dict(settings), dict(setting))


def _as_asked(recipe: Recipe, scenario: Scenario) -> Scenario:
    asked = scenario.under_null() if recipe.null else scenario
    return asked.as_it_went() if recipe.as_it_went else asked


def chunk(recipe: Recipe, seed: int, first: int, count: int) -> Columns:
    """The rows of some replicates in a row. Raises ReplicateError, which says which of them went wrong."""
    replicates = range(first, first + count)
    try:
        return recipe.rows(seed, replicates)
    except Exception as wrong:
        told = f"{type(wrong).__name__}: {wrong}"
        raise ReplicateError(seed, _culprits(recipe, seed, replicates), told) from wrong


def chunks(recipe: Recipe, seed: int, first: int, *sizes: int) -> list[Columns]:
    """The rows of chunks in a row, of these sizes. Raises ReplicateError: of several, it does not look for the one."""
    if len(sizes) == 1:
        return [chunk(recipe, seed, first, sizes[0])]
    try:
        return recipe.rows_apart(seed, first, sizes)
    except Exception as wrong:
        told = f"{type(wrong).__name__}: {wrong}"
        raise ReplicateError(seed, range(first, first + sum(sizes)), told) from wrong


def _culprits(recipe: Recipe, seed: int, replicates: range) -> range:
    """The first replicate that goes wrong alone too; all of them if none does."""
    for replicate in replicates:
        alone = range(replicate, replicate + 1)
        try:
            recipe.rows(seed, alone)
        except Exception:  # noqa: BLE001 - this is the one that is looked for
            return alone
    return replicates


def untold(done: int, of: int) -> None:
    """Nobody wants to know."""


def ensemble(
    recipe: Recipe,
    seed: int,
    replicates: int,
    *,
    workers: Workers = 1,
    store: Store | None = None,
    finished: Progress = untold,
    precision: Precision | None = None,
) -> Collected:
    """The rows of replicates 0, 1 and so on, the same for any number of workers.

    ``store`` keeps finished chunks and has those of an earlier run. ``precision`` ends the ensemble as soon as it is
    reached. Raises ReplicateError if a replicate goes wrong, WorkersError or LostWorkersError if there are no workers,
    or no longer, and NoRoomError if the disk is full.
    """
    return gathered(
        partial(chunks, recipe, seed),
        replicates,
        workers=workers,
        store=store,
        finished=finished,
        precision=precision,
        # A precision may be reached by the first chunk.
        at_once=recipe.chunks_at_once() if precision is None else 1,
    )


def gathered(
    make: Make,
    replicates: int,
    *,
    workers: Workers = 1,
    store: Store | None = None,
    finished: Progress = untold,
    precision: Precision | None = None,
    at_once: int = 1,
) -> Collected:
    """The rows of replicates 0, 1 and so on.

    ``make`` takes the first replicate of up to ``at_once`` chunks in a row and the size of each, and gives the rows of
    each.
    """
    if store is not None:
        store.tidy()
    parts = Parts(replicates, precision, None if store is None else store.folder)
    with closing(chunks_of(spans(replicates), make, workers, store, at_once)) as made:
        for span, columns, is_new in made:
            parts.add(span, columns)
            if is_new:
                finished(parts.rows.replicates, parts.expected)
            if parts.are_enough:
                break
    finished(parts.rows.replicates, parts.rows.replicates)
    return parts.rows


def fill(
    recipe: Recipe,
    seed: int,
    places: Spans,
    store: Store,
    *,
    workers: Workers = 1,
    finished: Progress = untold,
) -> None:
    """Make these chunks, as far as the store does not have them, and keep them there."""
    store.tidy(places.firsts)
    done, of = 0, places.replicates
    with closing(chunks_of(places, partial(chunks, recipe, seed), workers, store, recipe.chunks_at_once())) as made:
        for span, _, is_new in made:
            done += span.replicates
            if is_new:
                finished(done, of)
    finished(of, of)


class Parts:
    """The chunks of an ensemble, one after the other, and whether they are enough."""

    def __init__(self, most: int, precision: Precision | None = None, folder: Path | None = None) -> None:
        self.rows = Collected(folder)
        """The rows of all of them."""
        self._most, self._precision = most, precision
        self._successes = self._counted = 0

    def add(self, span: ChunkSpan, columns: Columns) -> None:
        """The next chunk."""
        self.rows.add(columns, span.replicates)
        if self._precision is not None:
            self._successes += self._precision.successes(columns)
            self._counted += self._precision.counted(columns)

    @property
    def are_enough(self) -> bool:
        """Whether the precision that was asked is reached."""
        return self._precision is not None and self._precision.is_reached(self._successes, self._counted)

    @property
    def expected(self) -> int:
        """How many replicates there will be, as far as one can tell."""
        if self._precision is None or not self._counted:
            return self._most
        counted = self._precision.expected(self._successes, self._counted)
        return min(self._most, math.ceil(counted * self.rows.replicates / self._counted))
