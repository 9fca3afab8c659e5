"""The sweep: all patients of many replicate trials through the pathway, step by step, in closed form."""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pathsim.calendar import SUB_TICK_DAYS, Days, ordinals
from pathsim.cohort import STOPPED, STOPS
from pathsim.conditions import DATE, Column
from pathsim.journal import Journal, Rows, Writer
from pathsim.luck import Keys, keys, sub_keys, trial_keys
from pathsim.patients import NOWHERE, Fates, Gathered, Patients
from pathsim.scenario.scenario import Scenario, StepEntry
from pathsim.steps.randomize import Randomize
from pathsim.steps.spec import Seated

_ROOM = 18
"""Entries of the journal for each patient, to begin with; most pathways need fewer."""


LARGEST_KEY = 2.0**62
"""A whole number below this can be calculated with in 64 bits."""


class ShortageError(Exception):
    """A pool in which some patient would have to queue: the sweep cannot know when their turn comes."""

    def __init__(self, pool: str, step: str, replicate: int, day: float) -> None:
        super().__init__(
            f"'{pool}' runs out of places on day {day:.1f} of replicate {replicate}, so patients queue in '{step}'; "
            "the sweep cannot follow a queue: use --engine clock"
        )
        self.pool, self.step, self.replicate, self.day = pool, step, replicate, day


@dataclass(frozen=True, slots=True)
class Cast:
    """The fates of the patients who entered one step together, as the sweep cast them."""

    entry: StepEntry
    rows: Rows
    fates: Fates


class Stops(NamedTuple):
    """For each replicate, the day on which its committee stops it (infinite: never) and why, a level of ``stopped``."""

    day: Days
    reason: Column


class Sweep:
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
        if scenario.follows_date:
            self._columns[DATE] = np.full(self._key.size, math.nan)
        self._hold = hold or {}
        self._counted_from = {
            number: np.full(self._key.size, math.nan)
            for entry in scenario.steps
            for number in (entry.elapsed[1] if entry.elapsed else ())
        }
        self._places = {
            name: _Places(name, scenario, self._key.size) for name, pool in scenario.pools.items() if pool.places < each
        }
        self._journal = Writer(_ROOM * self._key.size)

    def run(self) -> Journal:
        """The journal of these replicates. Raises ShortageError where a queue would form."""
        self.plan(None)
        shortages = [found for places in self._places.values() if (found := places.shortage(self.scenario.patients))]
        if shortages:
            # Only the first one is sure: what comes after it would have waited.
            position, day, step, pool = min(shortages)
            raise ShortageError(pool, self.scenario.steps[step].name, int(self.replicates[position]), day)
        return self._journal.journal()

    def plan(self, record: list[Cast] | None) -> None:
        """Walk everybody through, as if there were places for all; ``record`` receives the fates."""
        for number in self.scenario.order:
            entry = self.scenario.steps[number]
            rows = np.flatnonzero(self._at == number)
            if rows.size:
                self._enter(entry, rows, record)

    def _enter(self, entry: StepEntry, rows: Rows, record: list[Cast] | None) -> None:
        day = self._day.take(rows)
        self._journal.write(rows, day, entry.enter, 0.0)
        if entry.number in self._counted_from:
            self._counted_from[entry.number][rows] = day
        if entry.elapsed is not None:
            column, since = entry.elapsed
            begun = np.fmin.reduce([self._counted_from[number][rows] for number in since])
            self._columns[column][rows] = day - begun
        if DATE in self._columns:
            self._columns[DATE][rows] = ordinals(day, self.scenario.trial.begins)
        if self._stops is not None:
            replicate = rows // self.scenario.patients
            self._columns[STOPPED][rows] = np.where(
                day > self._stops.day[replicate], self._stops.reason[replicate], STOPS.index("no")
            )
        if entry.step is None:
            return
        fates = self._cast(entry, rows, day)
        if record is not None:
            record.append(Cast(entry, rows, fates))
        for marks in fates.marks:
            self._journal.write(rows.take(marks.row), day.take(marks.row) + marks.after, marks.event, marks.value)
        for column, values in fates.sets.items():
            self._columns[column][rows] = values
        self._day[rows] = left = day + fates.stay
        self._at[rows] = fates.next
        for places in self._places.values():
            places.note(entry, rows, fates, left)

    def _cast(self, entry: StepEntry, rows: Rows, day: Days) -> Fates:
        step = entry.step
        if step is None:
            raise TypeError("nothing happens at an end")
        key = self._other_key if entry.name in self._redrawn else self._key
        patients = Patients(key.take(rows), Gathered(self._columns, rows))
        if isinstance(step, Seated):
            replicate = rows // self.scenario.patients
            stratum = step.strata(patients)
            patients.trial_key = self._trial_key[replicate]
            patients.seat = seats(day, replicate * (int(stratum.max()) + 1) + stratum)
            if isinstance(step, Randomize) and entry.name in self._hold:
                return self._held(step, stratum, step.cast(patients), self._hold[entry.name][rows])
        return step.cast(patients)

    @staticmethod
    def _held(step: Randomize, stratum: Rows, fates: Fates, arms: Column) -> Fates:
        """The fates with the arms that patients had in another run, where they had one."""
        own = fates.marks[1].value.astype(np.intp)
        return step.seated(stratum, np.where(arms >= 0, arms, own).astype(np.intp))


class _Places:
    """Who takes and gives back places of a pool, and when, if nobody ever has to queue."""

    def __init__(self, name: str, scenario: Scenario, rows: int) -> None:
        self._name, self._places = name, scenario.pools[name].places
        self._has = np.zeros(rows, dtype=np.bool_)
        self._changes: list[tuple[Rows, Days, int, int]] = []
        # The last entry answers for NOWHERE: who stays for ever keeps their place.
        self._kept_in = np.array([*(entry.holds == name for entry in scenario.steps), True])

    def note(self, entry: StepEntry, rows: Rows, fates: Fates, left: Days) -> None:
        """Write down who takes a place on leaving this step, and who gives one back."""
        if entry.pool == self._name and fates.want is not None:
            got = fates.want.ready <= fates.want.until
            self._has[rows[got]] = True
            self._changes.append((rows[got], left[got], 1, entry.number))
        elif entry.holds == self._name:
            gives_back = self._has[rows] & ~self._kept_in[fates.next]
            self._has[rows[gives_back]] = False
            self._changes.append((rows[gives_back], left[gives_back], -1, entry.number))

    def shortage(self, patients: int) -> tuple[int, float, int, str] | None:
        """The first moment at which more places are taken than there are: replicate, by position, day, step, pool."""
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
        over = np.flatnonzero(taken > self._places)
        if not over.size:
            return None
        first = order[over[0]]
        return int(replicate[first]), float(day[first]), int(step[first]), self._name


def seats(day: Days, group: Rows) -> Rows:
    """How many of the same group came before each patient."""
    order = _by_group_and_day(day, group)
    sorted_group = group[order]
    begins = np.flatnonzero(np.concatenate([[True], sorted_group[1:] != sorted_group[:-1]]))
    sizes = np.diff(np.concatenate([begins, [group.size]]))
    seat = np.empty(group.size, dtype=np.intp)
    seat[order] = np.arange(group.size) - np.repeat(begins, sizes)
    return seat


def _by_group_and_day(day: Days, group: Rows) -> Rows:
    instants = float(day.max()) / SUB_TICK_DAYS + 1
    if instants * (int(group.max()) + 1) >= LARGEST_KEY:
        return np.lexsort((day, group))
    # One whole number for a group and a day in sub-ticks sorts faster, for these are nearly in order as they come.
    return np.argsort(group * int(instants) + (day / SUB_TICK_DAYS).astype(np.int64), kind="stable")


def sweep(
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
    committees stop them, for pathways that ask. In the steps that are ``redrawn`` patients have other luck than usual.
    Raises ShortageError if a patient would have to queue for a place.
    """
    return Sweep(scenario, seed, replicates, hold, stops, redrawn).run()
