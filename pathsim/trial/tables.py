"""Tables of each trial of a chunk: flow of patients, responses, baseline, waiting for places.

A table is a list of rows. A figure of a row is an array with an entry for each trial; ``of_trial`` picks one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.journal import Event, Rows
from pathsim.scenario.scenario import Scenario, StepEntry
from pathsim.trial.data_cut import DataCut, first_day
from pathsim.trial.time_to_event import Allocation, by_trial

Row: TypeAlias = dict[str, Any]
Counts: TypeAlias = NDArray[np.intp]
NO_ARM = -1
"""The number of the arm of patients who have none."""
NOWHERE = -1
"""The number of the step that follows on one in which a patient still is."""


@dataclass(frozen=True, slots=True)
class Visits:
    """Every entry into a step, patient by patient and in each patient's own order, with what follows it."""

    step: Rows
    row: Rows
    trial: Rows
    following: Rows
    """The number of the next step entered; ``NOWHERE`` if there is none yet."""
    group: Rows
    """The patient's arm if they had one by then, else -1."""


def visits(known: DataCut, groups: Allocation, steps: Collection[str] | None = None) -> Visits:
    """The visits of all patients, by what is known; of these steps only, if any are named."""
    scenario = known.chunk.scenario
    order = [number for number in scenario.order if steps is None or scenario.steps[number].name in steps]
    place = np.full(len(scenario.vocabulary.events) + 1, -1, dtype=np.intp)
    place[[scenario.steps[number].enter for number in order]] = np.arange(len(order))
    journal = known.entries(np.flatnonzero(place.take(known.chunk.journal.event) >= 0))
    # A pathway has no loops, so its order is each patient's order.
    entered = np.sort(journal.row * len(order) + place.take(journal.event))
    row = entered // max(1, len(order))
    here = entered - row * len(order)
    step = np.array(order, dtype=np.intp).take(here)
    following = np.where(row == np.roll(row, -1), np.roll(step, -1), -1)
    following[-1:] = -1
    group = np.full(row.size, NO_ARM)
    if scenario.randomization is not None:
        group = groups.group.take(row)
        # Codes ascend along the pathway.
        enter = np.array([scenario.steps[number].enter for number in order])
        group[(enter <= scenario.randomization[0].enter).take(here)] = NO_ARM
    return Visits(step, row, row // scenario.patients, following, group)


def of_trial(rows: Sequence[Row], trial: int) -> list[Row]:
    """The rows of one trial: those about steps that somebody entered, with plain numbers."""
    return [row for row in (_picked(row, trial) for row in rows) if population(row) != 0]


_POPULATIONS = ("entered", "patients", "of")
"""The keys under which rows say how many patients they are about."""
COUNTS = frozenset((*_POPULATIONS, "left", "still_there", "n", "grade3plus", "grade4", "grade5"))
"""The keys of what is 0 in a row that is not there, because nobody came so far; all else is missing in it."""


def population(row: Row) -> Any:
    """How many patients a row is about, in a trial or in each; a row that does not say it is always there."""
    return next((row[key] for key in _POPULATIONS if key in row), 1)


def _picked(figures: Mapping[str, Any], trial: int) -> Row:
    found: Row = {}
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


def _arms(scenario: Scenario, groups: Allocation) -> int:
    """How many groups there are to count in: the arms, and before them those who have none (yet)."""
    return len(groups.groups) + 1 if scenario.arms else 1


@dataclass(frozen=True, slots=True)
class Entered:
    """How many patients entered each step."""

    arms: int
    tally: Tally

    def count(self, step: int, group: int) -> Counts:
        """How many patients of an arm did in each trial; -1 for those who had none."""
        return self.tally[step * self.arms + group + 1]


def entries_of(known: DataCut, groups: Allocation, visited: Visits) -> Entered:
    """The entries into each step, counted."""
    scenario = known.chunk.scenario
    arms = _arms(scenario, groups)
    thing = visited.step * arms + _group(visited, arms)
    return Entered(arms, Tally(thing, visited.trial, things=len(scenario.steps) * arms, trials=known.day.size))


def _group(visited: Visits, arms: int) -> Rows:
    return visited.group + 1 if arms > 1 else np.zeros(visited.row.size, np.intp)


def flow(known: DataCut, groups: Allocation, visited: Visits) -> list[Row]:
    """How many entered each step, and where they went; patients without an arm (yet) stand apart.

    A phase that repeats has rows of its own after those of all steps: what its cycles together are.
    """
    scenario, entered = known.chunk.scenario, entries_of(known, groups, visited)
    ways = _Ways(known, groups, visited)
    rows: list[Row] = []
    for entry in scenario.steps:
        nexts = dict.fromkeys(scenario.entry(arrow.to).name for arrow in entry.spec.arrows())
        for group, arm in by_arm(scenario, groups):
            came = entered.count(entry.number, group)
            if came.any():
                left = {name: ways.count(entry.number, scenario.entry(name).number, group) for name in nexts}
                still_there = ways.count(entry.number, NOWHERE, group)
                rows.append({"step": entry.name, "arm": arm, "entered": came, "left": left, "still_there": still_there})
    for name in scenario.repeats:
        rows += _flow_over_cycles(name, scenario, groups, ways)
    return rows


def _flow_over_cycles(name: str, scenario: Scenario, groups: Allocation, ways: "_Ways") -> Iterator[Row]:
    """The rows of a phase that repeats: how many entered it, by whichever cycle, and where they went from it."""
    cycles = scenario.entries(name)
    inside = {entry.number for entry in cycles}
    onwards = [scenario.entry(arrow.to) for entry in cycles for arrow in entry.spec.arrows()]
    for group, arm in by_arm(scenario, groups):
        left = {to.name: ways.from_any(inside, to.number, group) for to in onwards if to.number not in inside}
        still_there = ways.from_any(inside, NOWHERE, group)
        entered = sum(left.values(), still_there)
        if entered.any():
            yield {"step": name, "arm": arm, "entered": entered, "left": left, "still_there": still_there}


class _Ways:
    """How many patients went from one step to another, along the arrows that there are."""

    def __init__(self, known: DataCut, groups: Allocation, visited: Visits) -> None:
        scenario = known.chunk.scenario
        self._steps, self._arms = len(scenario.steps), _arms(scenario, groups)
        self._ways = np.array(sorted(set(self._numbers(scenario))))
        way = np.searchsorted(self._ways, self._number(visited.step, visited.following))
        thing = way * self._arms + _group(visited, self._arms)
        self._tally = Tally(thing, visited.trial, things=self._ways.size * self._arms, trials=known.day.size)

    def _numbers(self, scenario: Scenario) -> Iterator[int]:
        """The numbers of all ways that there are."""
        for entry in scenario.steps:
            yield self._number(entry.number, NOWHERE)
            yield from (self._number(entry.number, scenario.entry(arrow.to).number) for arrow in entry.spec.arrows())

    def _number(self, step: Any, following: Any) -> Any:
        return step * (self._steps + 1) + following + 1

    def count(self, step: int, following: int, group: int) -> Counts:
        """How many patients of an arm went this way in each trial."""
        return self._of(self._number(step, following), group)

    def _of(self, way: int, group: int) -> Counts:
        return self._tally[int(np.searchsorted(self._ways, way)) * self._arms + group + 1]

    def from_any(self, steps: Collection[int], following: int, group: int) -> Counts:
        """How many patients of an arm went from any of these steps to the one that follows, or nowhere."""
        ways = {self._number(step, following) for step in steps}.intersection(self._ways.tolist())
        return sum((self._of(way, group) for way in ways), self._tally.none)


def responses(known: DataCut, groups: Allocation, visited: Visits) -> list[Row]:
    """Assessments by arm: how many had each level, of all in the arm (of those who entered, before there are arms).

    A trial in which nobody of the arm came so far has no such share.
    """
    scenario, entered = known.chunk.scenario, entries_of(known, groups, visited)
    in_arm = _arm_sizes(known, groups)
    rows: list[Row] = []
    for event in scenario.vocabulary.of("assess"):
        entry, all_levels = scenario.entry(event.step), scenario.names[event.name] or ()
        counts = _assessed(known, groups, event, len(all_levels))
        for group, arm in by_arm(scenario, groups):
            came = entered.count(entry.number, group)
            if not came.any():
                continue
            of = came if arm is None else np.where(came > 0, in_arm[group], 0)
            for level in _levels_here(entry, event.name):
                n = counts[all_levels.index(level), group + 1]
                about = {"arm": arm, "step": event.step, "name": event.name, "value": level}
                rows.append(about | {"n": n, "of": of, "share": share(n, of)})
    return rows


def _arm_sizes(known: DataCut, groups: Allocation) -> Counts:
    """How many patients there are in each arm, by arm and trial."""
    return np.stack(
        [(groups.group == arm).reshape(known.day.size, -1).sum(axis=1) for arm in range(len(groups.groups))]
    )


def _assessed(known: DataCut, groups: Allocation, event: Event, levels: int) -> Counts:
    """How many were found at each level (levels x groups x trials)."""
    scenario, trials = known.chunk.scenario, known.day.size
    found = known.entries(np.flatnonzero(known.chunk.journal.event == event.code))
    group, arms = np.zeros(found.row.size, np.intp), 1
    if scenario.randomization is not None:
        arms += len(groups.groups)
        order = scenario.order
        if order.index(scenario.entry(event.step).number) > order.index(scenario.randomization[0].number):
            group = groups.group.take(found.row) + 1
    cell = (found.value.astype(np.intp) * arms + group) * trials + found.row // scenario.patients
    return np.bincount(cell, minlength=levels * arms * trials).reshape(levels, arms, trials)


def _levels_here(entry: StepEntry, column: str) -> tuple[str, ...]:
    return next((levels for _, name, levels in entry.spec.sets() if name == column), ())


def baseline(known: DataCut, groups: Allocation) -> list[Row]:
    """The patients of each arm as they came: shares of categories, and quartiles of quantities."""
    scenario, trials = known.chunk.scenario, known.day.size
    drawn = scenario.cohort.draw(known.chunk.patient_keys)
    sizes = _arm_sizes(known, groups)
    rows: list[Row] = []
    for group, arm in enumerate(groups.groups):
        inside = np.flatnonzero(groups.group == group)
        for name, covariate in scenario.sections.cohort.items():
            if covariate.latent:
                continue
            about: Row = {"arm": arm, "name": name}
            values, trial = drawn[name].take(inside), inside // scenario.patients
            if covariate.levels is None:
                lower, middle, upper = _quartiles(values.astype(np.float64), trial, trials)
                rows.append(about | {"of": sizes[group], "lower": lower, "median": middle, "upper": upper})
                continue
            for level, value in enumerate(covariate.levels):
                n = np.bincount(trial[values == level], minlength=trials)
                rows.append(about | {"value": value, "n": n, "of": sizes[group], "share": share(n, sizes[group])})
    return rows


def _quartiles(values: NDArray[np.float64], trial: Rows, trials: int) -> NDArray[np.float64]:
    """The quartiles of each trial's values, which come trial by trial (3 x trials)."""
    each = by_trial(values, trial, trials)
    return np.array([np.quantile(of, [0.25, 0.5, 0.75]) if of.size else [np.nan] * 3 for of in each]).T


def waits(known: DataCut, visited: Visits) -> list[Row]:
    """For each step in which a place is waited for: how many had to wait, how many still do, and who gave up.

    Those who still wait have had to. How long is told of waits that have ended, so that long ones are missing at first.
    """
    scenario, trials = known.chunk.scenario, known.day.size
    rows: list[Row] = []
    for event in scenario.vocabulary.of("ready"):
        entry = scenario.entry(event.step)
        if entry.requests is None:
            continue
        ready = known.entries(np.flatnonzero(known.chunk.journal.event == event.code))
        trial = ready.row // scenario.patients
        here = (visited.step == entry.number) & (visited.following >= 0)
        went = np.full(known.chunk.rows, -1, np.intp)
        went[visited.row[here]] = visited.following[here]
        got = scenario.entry(entry.requests.then).number
        days = _days_of_following(known, entry).take(ready.row) - ready.day
        left = went.take(ready.row) >= 0

        def tally(of: NDArray[np.bool_], trial: Rows = trial) -> Counts:
            return np.bincount(trial[of], minlength=trials)

        total = np.bincount(trial[left], days[left], minlength=trials)
        longest = np.full(trials, -np.inf)
        np.maximum.at(longest, trial[left], days[left])
        answered = tally(left)
        rows.append(
            {
                "resource": entry.requests.resource,
                "step": entry.name,
                "asked": np.bincount(trial, minlength=trials),
                "waited": tally(~left | (days > 0)),
                "waiting": tally(~left),
                "left_queue": tally(left & (went.take(ready.row) != got)),
                "mean_days": np.divide(total, answered, out=np.full(trials, np.nan), where=answered > 0),
                "longest_days": np.where(answered > 0, longest, np.nan),
            }
        )
    return rows


def _days_of_following(known: DataCut, entry: StepEntry) -> Days:
    """For each row, the day of the first entry into any step that this one leads to."""
    scenario = known.chunk.scenario
    codes = [scenario.entry(arrow.to).enter for arrow in entry.spec.arrows()]
    return first_day(known.chunk.journal, codes, scenario, known.chunk.rows)
