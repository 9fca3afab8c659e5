"""The vectorized engine: all patients of many replicate trials through the pathway, step by step, in closed form."""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pathsim.calendar import SUB_TICK_DAYS, Days, ordinals
from pathsim.cohort import STOPPED, STOPS
from pathsim.conditions import DATE, Column
from pathsim.draws import Keys, keys, sub_keys, trial_keys
from pathsim.journal import Block, Journal, Rows
from pathsim.patients import NOWHERE, Gathered, Patients, Stays
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.scenario import Scenario
from pathsim.steps.randomize import Randomize
from pathsim.steps.spec import Sequenced

LARGEST_KEY = 2.0**62
"""A whole number below this can be calculated with in 64 bits."""


class ShortageError(ValueError):
    """A resource in which some patient would have to queue: the vectorized engine cannot know when their turn comes."""

    def __init__(self, resource: str, step: str, replicate: int, day: float) -> None:
        super().__init__(
            f"'{resource}' is used up on day {day:.1f} of replicate {replicate}, so patients queue in '{step}'; "
            "the vectorized engine cannot follow a queue: use --engine discrete-event"
        )
        self.resource, self.step, self.replicate, self.day = resource, step, replicate, day


@dataclass(frozen=True, slots=True)
class Sampled:
    """The stays of the patients who entered one step together, as the vectorized engine sampled them."""

    entry: StepEntry
    rows: Rows
    stays: Stays


class Stops(NamedTuple):
    """For each replicate, the day on which its committee stops it (infinite: never) and why, a level of ``stopped``."""

    day: Days
    reason: Column


class VectorizedRun:
    """Some replicates on their way through a scenario's pathway.

    A row is a patient: position of the replicate in the chunk times patients per trial, plus the patient's number.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        replicates: Sequence[int],
        hold: Mapping[str, Column] | None = None,
        stops: Stops | None = None,
        redrawn: AbstractSet[str] = frozenset(),
    ) -> None:
        self.scenario, self.replicates, self._redrawn = scenario, replicates, redrawn
        self._stops = stops if stops is not None and scenario.follows_stop else None
        each = scenario.patients
        chunk = np.asarray(replicates, dtype=np.uint64)
        key = keys(seed, chunk[:, None], np.arange(each))
        self._sub_tick = np.tile(np.arange(each) * SUB_TICK_DAYS, len(replicates))
        self._key: Keys = key.ravel()
        self._other_key: Keys = sub_keys(self._key, np.zeros(1, np.intp)) if redrawn else self._key
        self._trial_key = trial_keys(seed, chunk)
        self._day: Days = scenario.accrual.arrive(key).ravel() + self._sub_tick
        self._at = np.where(self._day < math.inf, 0, NOWHERE).astype(np.int16)
        self._columns = scenario.cohort.draw(self._key)
        self._dated = {entry.number for entry in scenario.steps if DATE in entry.asked}
        if self._dated:
            self._columns[DATE] = np.full(self._key.size, math.nan)
        self._hold = hold or {}
        self._counted_from = {
            number: np.full(self._key.size, math.nan)
            for entry in scenario.steps
            for number in (entry.elapsed[1] if entry.elapsed else ())
        }
        self._occupancy = {name: _Occupancy(name, scenario, self._key.size) for name in scenario.scarce}
        self._written: list[Block] = []

    def run(self) -> Journal:
        """The journal of these replicates. Raises ShortageError where a queue would form."""
        self.plan(None)
        shortages = [found for used in self._occupancy.values() if (found := used.shortage(self.scenario.patients))]
        if shortages:
            # Only the first one is sure: what comes after it would have waited.
            position, day, step, resource = min(shortages)
            raise ShortageError(resource, self.scenario.steps[step].name, int(self.replicates[position]), day)
        return Journal(*self._written)

    def plan(self, record: list[Sampled] | None) -> None:
        """Walk everybody through, as if nobody had to queue; ``record`` receives the stays."""
        for number in self.scenario.order:
            entry = self.scenario.steps[number]
            rows = np.flatnonzero(self._at == number)
            if rows.size:
                self._enter(entry, rows, record)

    def _enter(self, entry: StepEntry, rows: Rows, record: list[Sampled] | None) -> None:
        day = self._day.take(rows)
        self._written.append(Block(rows, day, entry.enter, 0.0))
        if entry.number in self._counted_from:
            self._counted_from[entry.number][rows] = day
        if entry.elapsed is not None:
            column, since = entry.elapsed
            begun = np.fmin.reduce([self._counted_from[number][rows] for number in since])
            self._columns[column][rows] = day - begun
        if entry.number in self._dated:
            self._columns[DATE][rows] = ordinals(day, self.scenario.trial.begins)
        if self._stops is not None:
            replicate = rows // self.scenario.patients
            self._columns[STOPPED][rows] = np.where(
                day > self._stops.day[replicate], self._stops.reason[replicate], STOPS.index("no")
            )
        if entry.step is None:
            return
        stays = self._sample(entry, rows, day)
        if record is not None:
            record.append(Sampled(entry, rows, stays))
        for events in stays.events:
            when = day.take(events.row) + events.after
            self._written.append(Block(rows.take(events.row), when, events.event, events.value))
        for column, values in stays.sets.items():
            self._columns[column][rows] = values
        self._day[rows] = left = day + stays.days
        self._at[rows] = stays.next
        for used in self._occupancy.values():
            used.note(entry, rows, stays, left)

    def _sample(self, entry: StepEntry, rows: Rows, day: Days) -> Stays:
        step = entry.step
        if step is None:
            raise TypeError("nothing happens at an end")
        key = self._other_key if entry.name in self._redrawn else self._key
        patients = Patients(key.take(rows), Gathered(self._columns, rows))
        if isinstance(step, Sequenced):
            replicate = rows // self.scenario.patients
            stratum = step.strata(patients)
            patients.trial_key = self._trial_key[replicate]
            patients.sequence_number = sequence_numbers(day, replicate * (int(stratum.max()) + 1) + stratum)
            if isinstance(step, Randomize) and entry.name in self._hold:
                return self._held(step, stratum, step.sample(patients), self._hold[entry.name][rows])
        return step.sample(patients)

    @staticmethod
    def _held(step: Randomize, stratum: Rows, stays: Stays, arms: Column) -> Stays:
        """The stays with the arms that patients had in another run, where they had one."""
        own = np.asarray(stays.events[1].value, np.intp)
        return step.in_sequence(stratum, np.where(arms >= 0, arms, own).astype(np.intp))


class _Occupancy:
    """Who takes and gives back a resource, and when, if nobody ever has to queue."""

    def __init__(self, name: str, scenario: Scenario, rows: int) -> None:
        self._name, self._occupancy = name, scenario.resources[name].capacity
        self._has = np.zeros(rows, dtype=np.bool_)
        self._changes: list[tuple[Rows, Days, int, int]] = []
        # The last entry answers for NOWHERE: who stays for ever keeps their place.
        self._kept_in = np.array([*(entry.holds == name for entry in scenario.steps), True])

    def note(self, entry: StepEntry, rows: Rows, stays: Stays, left: Days) -> None:
        """Write down who takes a place on leaving this step, and who gives one back."""
        if entry.resource == self._name and stays.request is not None:
            got = stays.request.ready <= stays.request.until
            self._has[rows[got]] = True
            self._changes.append((rows[got], left[got], 1, entry.number))
        elif entry.holds == self._name:
            gives_back = self._has[rows] & ~self._kept_in[stays.next]
            self._has[rows[gives_back]] = False
            self._changes.append((rows[gives_back], left[gives_back], -1, entry.number))

    def shortage(self, patients: int) -> tuple[int, float, int, str] | None:
        """The first moment at which more is taken than there is.

        The replicate, by its position in the chunk; the day; the number of the step; the resource.
        """
        if not self._changes:
            return None
        row = np.concatenate([rows for rows, _, _, _ in self._changes])
        day = np.concatenate([days for _, days, _, _ in self._changes])
        change = np.concatenate([np.full(rows.size, by) for rows, _, by, _ in self._changes])
        step = np.concatenate([np.full(rows.size, number) for rows, _, _, number in self._changes])
        replicate = row // patients
        order = np.lexsort((day, replicate))
        taken = np.cumsum(change[order])
        begins = np.searchsorted(replicate[order], replicate[order])
        taken -= np.concatenate([[0], taken])[begins]
        over = np.flatnonzero(taken > self._occupancy)
        if not over.size:
            return None
        first = order[over[0]]
        return int(replicate[first]), float(day[first]), int(step[first]), self._name


def sequence_numbers(day: Days, group: Rows) -> Rows:
    """How many of the same group came before each patient."""
    order = _by_group_and_day(day, group)
    sorted_group = group[order]
    begins = np.flatnonzero(np.concatenate([[True], sorted_group[1:] != sorted_group[:-1]]))
    sizes = np.diff(np.concatenate([begins, [group.size]]))
    sequence_number = np.empty(group.size, dtype=np.intp)
    sequence_number[order] = np.arange(group.size) - np.repeat(begins, sizes)
    return sequence_number


def _by_group_and_day(day: Days, group: Rows) -> Rows:
    instants = float(day.max()) / SUB_TICK_DAYS + 1
    if instants * (int(group.max()) + 1) >= LARGEST_KEY:
        return np.lexsort((day, group))
    # One whole number for a group and a day in sub-ticks sorts faster, for these are nearly in order as they come.
    return np.argsort(group * int(instants) + (day / SUB_TICK_DAYS).astype(np.int64), kind="stable")


def run_vectorized(
    scenario: Scenario,
    seed: int,
    replicates: Sequence[int],
    hold: Mapping[str, Column] | None = None,
    stops: Stops | None = None,
    redrawn: AbstractSet[str] = frozenset(),
) -> Journal:
    """The journal of these replicates of a scenario.

    ``hold`` gives, for a randomization by name, the arm of each row, or -1 for patients to be randomized as usual:
    permuted blocks couple patients, so comparisons of settings keep the arms of the first. ``stops`` says when
    committees stop them, for pathways that ask. In the steps that are ``redrawn`` patients have other draws than usual.
    Raises ShortageError if a patient would have to queue for a place.
    """
    return VectorizedRun(scenario, seed, replicates, hold, stops, redrawn).run()
