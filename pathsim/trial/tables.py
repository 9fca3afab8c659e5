"""What tables of each trial of a chunk have in common: their rows, and who is counted in them.

A table is a list of rows. A figure of a row is an array with an entry for each trial; ``of_trial`` picks one.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.journal import Rows
from pathsim.scenario.scenario import Scenario
from pathsim.trial.data_cut import DataCut
from pathsim.trial.time_to_event import Allocation

Row: TypeAlias = Mapping[str, Any]
"""A row of any of these tables."""
Counts: TypeAlias = NDArray[np.intp]
NO_ARM = -1
"""The number of the arm of patients who have none."""
NOWHERE = -1
"""The number of the step that follows on one in which a patient still is."""


class Visit(NamedTuple):
    """The entries into a step, and what followed on each."""

    row: Rows
    following: Rows
    """The number of the next step entered; ``NOWHERE`` if there is none yet."""
    group: Rows
    """The patient's arm if they had one by then, else -1."""


Visits: TypeAlias = Mapping[int, Visit]
"""By the number of the step, from the last one of the pathway to the first."""


def visits(known: DataCut, groups: Allocation) -> Visits:
    """The visits of all patients, by what is known."""
    scenario = known.chunk.scenario
    # A pathway has no loops, so its order is each patient's order, and codes ascend along it.
    arms_from = math.inf if scenario.randomization is None else scenario.randomization[0].enter
    next_step = np.full(known.chunk.rows, NOWHERE)
    found: dict[int, Visit] = {}
    for number in reversed(scenario.order):
        enter = scenario.steps[number].enter
        row = known.entries([enter]).row
        group = groups.group.take(row) if enter > arms_from else np.full(row.size, NO_ARM)
        found[number] = Visit(row, next_step.take(row), group)
        next_step[row] = number
    return found


def of_trial(rows: Sequence[Row], trial: int) -> list[dict[str, Any]]:
    """The rows of one trial: those about steps that somebody entered or days that have come, with plain numbers."""
    return [row for row in (_picked(row, trial) for row in rows) if population(row) != 0]


_POPULATIONS = ("entered", "patients", "of", "days")
"""The keys under which rows say how many patients they are about, or how many days."""


def population(row: Row) -> Any:
    """How many patients or days a row is about, in a trial or in each; a row that does not say it is always there."""
    return next((row[key] for key in _POPULATIONS if key in row), 1)


def _picked(figures: Row, trial: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, figure in figures.items():
        if isinstance(figure, np.ndarray):
            found[name] = figure[trial].item()
        else:
            found[name] = _picked(figure, trial) if isinstance(figure, dict) else figure
    return found


def by_arm(scenario: Scenario, groups: Allocation) -> Iterator[tuple[int, str | None]]:
    """The arms, after those who have none yet; in a study without arms only the latter."""
    yield NO_ARM, None
    if scenario.arms:
        yield from enumerate(groups.groups)


def share(n: NDArray[Any], of: NDArray[Any]) -> NDArray[np.float64]:
    """So many of so many, or what share of one figure another is; NaN where there is nobody, or nothing to share."""
    shares: NDArray[np.float64] = np.divide(n, of, out=np.full(of.shape, np.nan), where=of != 0)
    return shares


def quantiles_of_each(
    values: NDArray[np.float64], trial: Rows, trials: int, parts: Sequence[float]
) -> NDArray[np.float64]:
    """The quantiles of each trial's values, which come trial by trial (parts x trials); NaN of a trial without any."""
    sizes = np.bincount(trial, minlength=trials)
    begins = np.cumsum(sizes) - sizes
    found = np.full((len(parts), trials), np.nan)
    # Trials of one size are a matrix: a call for each trial would take ten times as long.
    for size in np.unique(sizes[sizes > 0]):
        here = np.flatnonzero(sizes == size)
        found[:, here] = np.quantile(values[begins[here][:, None] + np.arange(size)], parts, axis=1)
    return found


class Tally:
    """How often each of some things occurs in each trial. It takes room for those that occur, not for those that could.

    ``thing`` and ``trial`` say for each occurrence what it is, by a number below ``things``, and in which trial.
    """

    def __init__(self, thing: Rows, trial: Rows, *, things: int, trials: int) -> None:
        occurs = np.zeros(things, np.bool_)
        occurs[thing] = True
        self._place = np.cumsum(occurs) * occurs
        """For each thing its row of counts, from 1; 0 if it never occurs."""
        cell = (self._place.take(thing) - 1) * trials + trial
        found = int(np.count_nonzero(occurs))
        self._counts = np.bincount(cell, minlength=found * trials).reshape(found, trials)
        self.none = np.zeros(trials, np.intp)
        """The counts of what never occurs."""

    def __getitem__(self, thing: int) -> Counts:
        place = self._place[thing]
        return self._counts[place - 1] if place else self.none


class Counted:
    """How many entries into a step there were of each kind, by arm."""

    def __init__(self, known: DataCut, visit: Visit, kind: Rows | int = 0, kinds: int = 1) -> None:
        scenario = known.chunk.scenario
        self._groups = len(scenario.arms) + 1
        thing, trial = visit.group + (kind * self._groups + 1), visit.row // scenario.patients
        self._tally = Tally(thing, trial, things=kinds * self._groups, trials=known.day.size)

    def count(self, group: int, kind: int = 0) -> Counts:
        """How many there were of patients of an arm (-1: who had none) in each trial."""
        return self._tally[kind * self._groups + group + 1]


def arm_sizes(known: DataCut, groups: Allocation) -> Counts:
    """How many patients there are in each arm, by arm and trial."""
    return np.stack(
        [(groups.group == arm).reshape(known.day.size, -1).sum(axis=1) for arm in range(len(groups.groups))]
    )
