"""The clock: one trial on the calendar, in SimPy. It owns what only a calendar owns: order, queues, the live stream.

Ahead of time the clock sweeps its own trial and then plays those fates. Fates count from entry, so a patient who
waits for a place keeps them, only later; one whom a queue sends another way is cast again, step by step.
"""

import math
from array import array
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import simpy

from pathsim.calendar import SUB_TICK_DAYS, TICK_DAYS, ordinals
from pathsim.cohort import STOPPED, STOPS
from pathsim.conditions import DATE
from pathsim.journal import Journal
from pathsim.luck import keys, trial_keys
from pathsim.patients import Fates, Gathered, Patients
from pathsim.scenario.scenario import Scenario, StepEntry
from pathsim.steps.spec import Seated
from pathsim.sweep import Cast, Sweep

MOMENT_DAYS = SUB_TICK_DAYS / 16
"""Less than what lies between any two patients' instants."""


class Entry(NamedTuple):
    """One entry of the journal, as it happens."""

    patient: int
    day: float
    event: int
    value: float


class Queued(NamedTuple):
    """The row of a Want that belongs to one patient."""

    ready: float
    until: float
    otherwise: int
    event: int


@dataclass(slots=True)
class Fate:
    """The row of Fates that belongs to one patient, as plain Python values."""

    stay: float
    next: int
    marks: list[tuple[float, int, float]] = field(default_factory=list)
    sets: list[tuple[str, float]] = field(default_factory=list)
    queued: Queued | None = None


Walk: TypeAlias = Generator[simpy.Event, Any, None]
Listener: TypeAlias = Callable[[Entry], None]


class Clock:
    """One replicate of a trial on the calendar.

    ``listener`` receives every entry of the journal as it happens. With ``planned=False`` each fate is cast when its
    patient enters the step: slower, and the same trial.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        replicate: int = 0,
        listener: Listener | None = None,
        *,
        planned: bool = True,
    ) -> None:
        self.scenario, self.seed, self.replicate = scenario, seed, replicate
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
        self._pools = {name: simpy.PriorityResource(self._env, pool.places) for name, pool in scenario.pools.items()}
        self._seated: dict[tuple[int, int], int] = {}
        self._entered: dict[tuple[int, int], float] = {}
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
        """The day the clock has reached."""
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
        return Journal(*(np.array(column, dtype=kind) for column, kind in zip(self._written, types, strict=True)))

    def _planned(self, seed: int, replicate: int) -> dict[tuple[int, int], Fate]:
        record: list[Cast] = []
        Sweep(self.scenario, seed, [replicate]).plan(record)
        plan = {}
        for cast in record:
            for patient, fate in zip(cast.rows.tolist(), _rows(cast.fates, cast.rows.size), strict=True):
                plan[patient, cast.entry.number] = fate
        return plan

    def _write(self, patient: int, event: int, value: float = 0.0) -> None:
        entry = Entry(patient, self._env.now, event, value)
        patients, days, events, values = self._written
        patients.append(patient)
        days.append(entry.day)
        events.append(event)
        values.append(value)
        for listener in self._listeners:
            listener(entry)

    def _walk(self, patient: int, arrives: float) -> Walk:
        yield self._env.timeout(arrives)
        if self._env.now > self._closing:
            return
        held: dict[str, Any] = {}
        number = 0
        while True:
            entry = self.scenario.steps[number]
            self._give_back(held, entry.holds)
            self._enter(patient, entry)
            if entry.step is None or self._comes_too_late(entry):
                return
            fate = self._fate(patient, entry)
            entered = self._env.now
            queued = fate.queued
            if queued is not None and entry.pool is not None and queued.ready <= queued.until:
                yield from self._wait(patient, entry, fate, held)
                got = entry.pool in held
                number = fate.next if got else queued.otherwise
                continue
            for after, event, value in fate.marks:
                if entered + after > self._env.now:
                    yield self._env.timeout(entered + after - self._env.now)
                self._write(patient, event, value)
            if fate.stay == math.inf:
                return
            if entered + fate.stay > self._env.now:
                yield self._env.timeout(entered + fate.stay - self._env.now)
            for column, value in fate.sets:
                self._columns[column][patient] = value
            number = fate.next

    def _comes_too_late(self, entry: StepEntry) -> bool:
        randomization = self.scenario.randomization
        return self._env.now > self._closing and randomization is not None and entry is randomization[0]

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

    def _wait(self, patient: int, entry: StepEntry, fate: Fate, held: dict[str, Any]) -> Walk:
        """Wait until ready and then for a place: afterwards the patient holds it, or has left by an exit."""
        queued, pool = fate.queued, entry.pool
        if queued is None or pool is None:
            raise TypeError("only a step with a pool has a queue")
        entered = self._env.now
        if queued.ready > 0:
            yield self._env.timeout(queued.ready)
        for _, event, value in fate.marks:
            self._write(patient, event, value)
        request = self._pools[pool].request(priority=self._priority(patient, pool))
        if not request.triggered:
            left = entered + queued.until - self._env.now
            yield request if left == math.inf else request | self._env.timeout(left)
            if self._after_queue.times:
                self.off_plan.add(patient)
        if request.triggered:
            held[pool] = request
            yield from self._own_sub_tick(patient)
        else:
            request.cancel()
            self.off_plan.add(patient)
            self._write(patient, queued.event)

    def _own_sub_tick(self, patient: int) -> Walk:
        """Wait, less than a tick, for the patient's own sub-tick: who gets a place got it in that of who gave it."""
        behind = (patient * SUB_TICK_DAYS - self._env.now) % TICK_DAYS
        if behind > 0:
            yield self._env.timeout(behind)

    def _priority(self, patient: int, pool: str) -> int:
        conditions = self.scenario.pools[pool].priority
        columns = Gathered(self._columns, np.array([patient]))
        return next((rank for rank, holds in enumerate(conditions) if holds(columns)[0]), len(conditions))

    def _give_back(self, held: dict[str, Any], kept: str | None) -> None:
        for pool in [pool for pool in held if pool != kept]:
            self._pools[pool].release(held.pop(pool))

    def _fate(self, patient: int, entry: StepEntry) -> Fate:
        planned = None if patient in self.off_plan else self._plan.get((patient, entry.number))
        if planned is not None and entry.number not in self._after_queue.seated:
            return planned
        fate = self._cast(patient, entry)
        if fate != planned:
            # A queue gave this patient another seat, and with it another arm: what was planned for later is void.
            self.off_plan.add(patient)
        return fate

    def _cast(self, patient: int, entry: StepEntry) -> Fate:
        if entry.step is None:
            raise TypeError("nothing happens at an end")
        row = np.array([patient])
        patients = Patients(self._key[row], Gathered(self._columns, row))
        if isinstance(entry.step, Seated):
            stratum = entry.number, int(entry.step.strata(patients)[0])
            seat = self._seated.get(stratum, 0)
            self._seated[stratum] = seat + 1
            patients.seat, patients.trial_key = np.array([seat]), self._trial_key
        return _rows(entry.step.cast(patients), 1)[0]


@dataclass(frozen=True, slots=True)
class _AfterQueue:
    """What a queue, or a stop that the pathway asks for, can change further on, so that no plan holds there."""

    seated: frozenset[int]
    """Steps after a queue, or after a stop, that count who came before."""
    times: bool
    """Whether some column holds a time, which a wait makes longer."""


def _after_queue(scenario: Scenario) -> _AfterQueue:
    index = {entry.name: entry.number for entry in scenario.steps}
    index |= {name: repeated.cycles[0] for name, repeated in scenario.repeats.items()}
    after: set[int] = set()
    for number in scenario.order:
        entry = scenario.steps[number]
        if entry.pool is not None or number in after:
            after |= {index[arrow.to] for arrow in entry.spec.arrows()}
    if scenario.follows_stop:
        after = set(scenario.order)
    seated = frozenset(number for number in after if isinstance(scenario.steps[number].step, Seated))
    times = scenario.follows_date or any(entry.elapsed is not None for entry in scenario.steps)
    return _AfterQueue(seated, times)


def _rows(fates: Fates, count: int) -> list[Fate]:
    """Each patient's row of these fates."""
    rows = [Fate(stay, following) for stay, following in zip(fates.stay.tolist(), fates.next.tolist(), strict=True)]
    for marks in fates.marks:
        columns = (marks.row.tolist(), marks.after.tolist(), marks.event.tolist(), marks.value.tolist())
        for row, after, event, value in zip(*columns, strict=True):
            rows[row].marks.append((after, event, value))
    for column, values in fates.sets.items():
        for fate, value in zip(rows, values.tolist(), strict=True):
            fate.sets.append((column, value))
    if fates.want is not None:
        want = fates.want
        lists = (want.ready.tolist(), want.until.tolist(), want.otherwise.tolist(), want.event.tolist())
        for fate, row in zip(rows, zip(*lists, strict=True), strict=True):
            fate.queued = Queued(*row)
    if len(rows) != count:
        raise TypeError(f"{len(rows)} fates for {count} patients")
    for fate in rows:
        fate.marks.sort()
    return rows
