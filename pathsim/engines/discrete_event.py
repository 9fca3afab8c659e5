"""The discrete-event engine: one trial on the calendar, in SimPy.

It owns what only a calendar owns: order, queues, events as they happen. Ahead of time the vectorized engine samples the
trial, and this one plays those stays. They count from entry, so a patient who waits for a place keeps them, only later;
one whom a queue sends another way is sampled again, step by step.
"""

import math
from array import array
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import simpy

from pathsim.calendar import SUB_TICK_DAYS, TICK_DAYS, ordinals
from pathsim.cohort import STOPPED, STOPS
from pathsim.conditions import DATE, Column
from pathsim.draws import keys, trial_keys
from pathsim.engines.vectorized import Sampled, VectorizedRun, with_arms
from pathsim.journal import Block, Journal
from pathsim.patients import Gathered, Patients, Stays
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.scenario import Scenario
from pathsim.steps.randomize import Randomize
from pathsim.steps.spec import Sequenced

MOMENT_DAYS = SUB_TICK_DAYS / 16
"""Less than what lies between any two patients' instants."""


class Entry(NamedTuple):
    """One entry of the journal, as it happens."""

    patient: int
    day: float
    event: int
    value: float


class Queued(NamedTuple):
    """The row of a Request that belongs to one patient."""

    ready: float
    until: float
    otherwise: int
    event: int


@dataclass(slots=True)
class PatientStay:
    """The row of Stays that belongs to one patient, as plain Python values."""

    days: float
    next: int
    events: list[tuple[float, int, float]] = field(default_factory=list)
    sets: list[tuple[str, float]] = field(default_factory=list)
    queued: Queued | None = None


Process: TypeAlias = Generator[simpy.Event, Any, None]
Listener: TypeAlias = Callable[[Entry], None]


class DiscreteEventEngine:
    """One replicate of a trial on the calendar.

    ``listener`` receives every entry of the journal as it happens. With ``planned=False`` each stay is sampled when its
    patient enters the step: slower, and the same trial. ``hold`` gives, for a randomization by name, the arm of each
    patient, or -1 for those to be randomized as usual.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        replicate: int = 0,
        listener: Listener | None = None,
        *,
        planned: bool = True,
        hold: Mapping[str, Column] | None = None,
    ) -> None:
        self.scenario, self.seed, self.replicate = scenario, seed, replicate
        self._hold = hold or {}
        self.off_plan: set[int] = set()
        """The patients whose way left the plan because of a queue, or of a stop."""
        self._env = simpy.Environment()
        self._written = (array("q"), array("d"), array("h"), array("d"))
        self._listeners = [] if listener is None else [listener]
        numbers = np.arange(scenario.patients)
        self._key = keys(seed, replicate, numbers)
        self._trial_key = trial_keys(seed, replicate)
        self._columns = scenario.cohort.draw(self._key)
        if scenario.follows_date:
            self._columns[DATE] = np.full(scenario.patients, math.nan)
        self._resources = {
            name: simpy.PriorityResource(self._env, resource.capacity) for name, resource in scenario.resources.items()
        }
        self._came_before: dict[tuple[int, int], int] = {}
        self._entered: dict[tuple[int, int], float] = {}
        self._given_back: dict[tuple[int, str], float] = {}
        """When each patient gave a place of a resource back last."""
        self._counted_from = {number for entry in scenario.steps if entry.elapsed for number in entry.elapsed[1]}
        self._after_queue = _after_queue(scenario)
        self._closing = math.inf
        self._stopped: int | None = None
        self._plan = self._planned(seed, replicate) if planned else {}
        arrivals = scenario.accrual.arrive(self._key[None, :])[0] + numbers * SUB_TICK_DAYS
        for patient, day in enumerate(arrivals.tolist()):
            if day < math.inf:
                self._env.process(self._walk(patient, day))

    @property
    def now(self) -> float:
        """The day that the calendar has reached."""
        return float(self._env.now)

    def run(self, until: float | None = None) -> None:
        """Go on to this day, not including it, or to the end."""
        if until is None or until > self._env.now:
            self._env.run(until)

    def listen(self, listener: Listener) -> None:
        """Tell one more listener of every entry, as it happens."""
        self._listeners.append(listener)

    def at(self, day: float, call: Callable[[], None]) -> None:
        """Call on this day, which lies ahead, when everything of the same instant has happened."""
        later = self._env.timeout(day + MOMENT_DAYS - self._env.now)
        later.callbacks.append(lambda _: call())

    def stop(self, reason: str, closing: float) -> None:
        """Tell the trial that its committee has stopped it, why, and when it closes for patients not yet randomized."""
        self._closing = closing
        if self.scenario.follows_stop:
            self._stopped = STOPS.index(reason)
            self.off_plan.update(range(self.scenario.patients))

    def journal(self) -> Journal:
        """The journal so far; its rows are patients."""
        types = (np.intp, np.float64, np.int16, np.float64)
        return Journal(Block(*(np.array(column, kind) for column, kind in zip(self._written, types, strict=True))))

    def _planned(self, seed: int, replicate: int) -> dict[tuple[int, int], PatientStay]:
        record: list[Sampled] = []
        VectorizedRun(self.scenario, seed, [replicate], self._hold).plan(record)
        plan = {}
        for sampled in record:
            for patient, stay in zip(sampled.rows.tolist(), _rows(sampled.stays, sampled.rows.size), strict=True):
                plan[patient, sampled.entry.number] = stay
        return plan

    def _write(self, patient: int, event: int, value: float = 0.0) -> None:
        patients, days, events, values = self._written
        patients.append(patient)
        days.append(self._env.now)
        events.append(event)
        values.append(value)
        if self._listeners:
            entry = Entry(patient, self._env.now, event, value)
            for listener in self._listeners:
                listener(entry)

    def _walk(self, patient: int, arrives: float) -> Process:
        yield self._env.timeout(arrives)
        if self._env.now > self._closing:
            return
        held: dict[str, Any] = {}
        number = 0
        while True:
            entry = self.scenario.steps[number]
            self._give_back(patient, held, entry.holds)
            self._enter(patient, entry)
            if entry.step is None or self._comes_too_late(entry):
                return
            stay = self._stay(patient, entry)
            entered = self._env.now
            queued = stay.queued
            if queued is not None and entry.resource is not None and queued.ready <= queued.until:
                yield from self._wait(patient, entry, stay, held)
                got = entry.resource in held
                number = stay.next if got else queued.otherwise
                continue
            for after, event, value in stay.events:
                if entered + after > self._env.now:
                    yield self._env.timeout(entered + after - self._env.now)
                self._write(patient, event, value)
            if stay.days == math.inf:
                return
            if entered + stay.days > self._env.now:
                yield self._env.timeout(entered + stay.days - self._env.now)
            for column, value in stay.sets:
                self._columns[column][patient] = value
            number = stay.next

    def _comes_too_late(self, entry: StepEntry) -> bool:
        if self._env.now <= self._closing:
            return False
        randomization = self.scenario.randomization
        return randomization is not None and entry is randomization[0]

    def _enter(self, patient: int, entry: StepEntry) -> None:
        self._write(patient, entry.enter)
        if entry.number in self._counted_from:
            self._entered[patient, entry.number] = self._env.now
        if entry.elapsed is not None:
            column, since = entry.elapsed
            begun = [self._entered[patient, number] for number in since if (patient, number) in self._entered]
            self._columns[column][patient] = self._env.now - min(begun, default=math.nan)
        if DATE in self._columns:
            today = ordinals(np.array([self._env.now]), self.scenario.trial.begins)
            self._columns[DATE][patient] = today[0]
        if self._stopped is not None:
            self._columns[STOPPED][patient] = self._stopped

    def _wait(self, patient: int, entry: StepEntry, stay: PatientStay, held: dict[str, Any]) -> Process:
        """Wait until ready and then for a place: afterwards the patient holds it, or has left by an exit."""
        queued, resource = stay.queued, entry.resource
        if queued is None or resource is None:
            raise TypeError("only a step with a resource has a queue")
        entered = self._env.now
        if queued.ready > 0:
            yield self._env.timeout(queued.ready)
        for _, event, value in stay.events:
            self._write(patient, event, value)
        request = self._resources[resource].request(priority=self._priority(patient, resource))
        if not request.triggered:
            left = entered + queued.until - self._env.now
            # Who would not wait for a moment is gone before a place changes hands, unless it is the one they gave back.
            if left > 0 or self._given_back.get((patient, resource)) == self._env.now:
                yield request if left == math.inf else request | self._env.timeout(left)
            if self._after_queue.times:
                self.off_plan.add(patient)
        if request.triggered:
            held[resource] = request
            yield from self._own_sub_tick(patient)
        else:
            request.cancel()
            self.off_plan.add(patient)
            self._write(patient, queued.event)

    def _own_sub_tick(self, patient: int) -> Process:
        """Wait, less than a tick, for the patient's own sub-tick: who gets a place got it in that of who gave it."""
        behind = (patient * SUB_TICK_DAYS - self._env.now) % TICK_DAYS
        if behind > 0:
            yield self._env.timeout(behind)

    def _priority(self, patient: int, resource: str) -> int:
        conditions = self.scenario.resources[resource].priority
        columns = Gathered(self._columns, np.array([patient]))
        return next((rank for rank, holds in enumerate(conditions) if holds(columns)[0]), len(conditions))

    def _give_back(self, patient: int, held: dict[str, Any], kept: str | None) -> None:
        for resource in [resource for resource in held if resource != kept]:
            self._resources[resource].release(held.pop(resource))
            self._given_back[patient, resource] = self._env.now

    def _stay(self, patient: int, entry: StepEntry) -> PatientStay:
        planned = None if patient in self.off_plan else self._plan.get((patient, entry.number))
        if planned is not None and entry.number not in self._after_queue.in_sequence:
            return planned
        stay = self._sample(patient, entry)
        if stay != planned:
            # A queue gave this patient another sequence number, and with it another arm: what was planned for later is
            # void.
            self.off_plan.add(patient)
        return stay

    def _sample(self, patient: int, entry: StepEntry) -> PatientStay:
        if entry.step is None:
            raise TypeError("nothing happens at an end")
        row = np.array([patient])
        patients = Patients(self._key[row], Gathered(self._columns, row))
        if not isinstance(entry.step, Sequenced):
            return _rows(entry.step.sample(patients), 1)[0]
        stratum = entry.step.strata(patients)
        counted = entry.number, int(stratum[0])
        sequence_number = self._came_before.get(counted, 0)
        self._came_before[counted] = sequence_number + 1
        patients.sequence_number, patients.trial_key = np.array([sequence_number]), self._trial_key
        stays = entry.step.sample(patients)
        if isinstance(entry.step, Randomize) and entry.name in self._hold:
            stays = with_arms(entry.step, stratum, stays, self._hold[entry.name][row])
        return _rows(stays, 1)[0]


@dataclass(frozen=True, slots=True)
class _AfterQueue:
    """What a queue, or a stop that the pathway asks for, can change further on, so that no plan holds there."""

    in_sequence: frozenset[int]
    """Steps after a queue, or after a stop, that count who came before."""
    times: bool
    """Whether some column holds a time, which a wait makes longer."""


def _after_queue(scenario: Scenario) -> _AfterQueue:
    index = {entry.name: entry.number for entry in scenario.steps}
    index |= {name: repeated.cycles[0] for name, repeated in scenario.repeats.items()}
    after: set[int] = set()
    for number in scenario.order:
        entry = scenario.steps[number]
        if entry.resource is not None or number in after:
            after |= {index[arrow.to] for arrow in entry.spec.arrows()}
    if scenario.follows_stop:
        after = set(scenario.order)
    in_sequence = frozenset(number for number in after if isinstance(scenario.steps[number].step, Sequenced))
    times = scenario.follows_date or any(entry.elapsed is not None for entry in scenario.steps)
    return _AfterQueue(in_sequence, times)


def _rows(stays: Stays, count: int) -> list[PatientStay]:
    """Each patient's row of these stays."""
    rows = [
        PatientStay(stay, following) for stay, following in zip(stays.days.tolist(), stays.next.tolist(), strict=True)
    ]
    for events in stays.events:
        columns = np.broadcast_arrays(events.row, events.after, events.event, events.value)
        for row, after, event, value in zip(*(column.tolist() for column in columns), strict=True):
            rows[row].events.append((after, event, value))
    for column, values in stays.sets.items():
        for stay, value in zip(rows, values.tolist(), strict=True):
            stay.sets.append((column, value))
    if stays.request is not None:
        want = stays.request
        lists = (want.ready.tolist(), want.until.tolist(), want.otherwise.tolist(), want.event.tolist())
        for stay, row in zip(rows, zip(*lists, strict=True), strict=True):
            stay.queued = Queued(*row)
    if len(rows) != count:
        raise TypeError(f"{len(rows)} stays for {count} patients")
    for stay in rows:
        stay.events.sort()
    return rows
