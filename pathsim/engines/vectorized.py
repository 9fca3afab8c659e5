"""The vectorized engine: all patients of many replicate trials through the pathway, step by step, in closed form."""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import SUB_TICK_DAYS, Days, ordinals
from pathsim.cohort import STOPPED, STOPS
from pathsim.conditions import DATE, Column
from pathsim.draws import Keys, keys, sub_keys, trial_keys
from pathsim.engines.queues import QueueDiscipline, Requests, ResourceUse
from pathsim.journal import Block, Journal, Rows
from pathsim.patients import NOWHERE, Gathered, Patients, Request, Stays, StepNumbers
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.scenario import Scenario
from pathsim.steps.randomize import Randomize
from pathsim.steps.spec import Sequenced

MOST_ROUNDS = 200
"""So often replicates are put through the pathway at most; by then the other engine would have been as quick."""
LARGEST_KEY = 2.0**62
"""A whole number below this can be calculated with in 64 bits."""


class ShortageError(ValueError):
    """Some patient would have to queue for a resource, where nobody may."""

    def __init__(self, resource: str, step: str, replicate: int, day: float) -> None:
        super().__init__(
            f"'{resource}' is used up on day {day:.1f} of replicate {replicate}, so patients queue in '{step}'"
        )
        self.resource, self.step, self.replicate, self.day = resource, step, replicate, day


class RoundsError(ValueError):
    """Queues in some replicates take more rounds than are worth it: the discrete-event engine is quicker there."""

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__(
            f"patients come back to places so often that everybody's turn is not known after {MOST_ROUNDS} rounds of "
            "the vectorized engine: use --engine discrete-event, or leave the choice to auto"
        )
        self.positions = positions
        """The positions of these replicates in the chunk."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """The stays of the patients who entered one step together, as the vectorized engine sampled them."""

    entry: StepEntry
    rows: Rows
    stays: Stays


class Stops(NamedTuple):
    """For each replicate, the day on which its committee stops it (infinite: never) and why, a level of ``stopped``.

    After the ``closing`` nobody is enrolled or randomized; None where later data cuts see to that, as they can where
    nobody queues.
    """

    day: Days
    reason: Column
    closing: Days | None = None

    def only(self, positions: Rows) -> "Stops":
        """Those of the replicates at these positions."""
        closing = None if self.closing is None else self.closing[positions]
        return Stops(self.day[positions], self.reason[positions], closing)


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
        turns: Mapping[int, Days] | None = None,
    ) -> None:
        """``turns`` says, by step, when each row that waits there for a resource gets it; not a number: at once."""
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
        self._closing = None if stops is None or stops.closing is None else np.repeat(stops.closing, each)
        if self._closing is not None:
            self._day[self._day > self._closing] = math.inf
        self._at = np.where(self._day < math.inf, 0, NOWHERE).astype(np.int16)
        self._columns = scenario.cohort.draw(self._key)
        self._dated = {entry.number for entry in scenario.steps if DATE in scenario.asked_in(entry)}
        if self._dated:
            self._columns[DATE] = np.full(self._key.size, math.nan)
        self._hold = hold or {}
        self._counted_from = {
            number: np.full(self._key.size, math.nan)
            for entry in scenario.steps
            for number in (entry.elapsed[1] if entry.elapsed else ())
        }
        self._turns = turns or {}
        self.uses = {name: ResourceUse(scenario.resources[name], self._key.size) for name in scenario.scarce}
        self.written: list[Block] = []
        """The entries of the journal, as they are written."""

    def plan(self, record: list[Sampled] | None) -> None:
        """Walk everybody through, with the turns that are given; ``record`` receives the stays."""
        for number in self.scenario.order:
            entry = self.scenario.steps[number]
            rows = np.flatnonzero(self._at == number)
            if rows.size:
                self._enter(entry, rows, record)

    def _enter(self, entry: StepEntry, rows: Rows, record: list[Sampled] | None) -> None:
        day = self._day.take(rows)
        self.written.append(Block(rows, day, entry.enter, 0.0))
        self._note_entry(entry, rows, day)
        if self._closing is not None and self._is_randomization(entry):
            self._at[rows] = NOWHERE
            in_time = np.flatnonzero(day <= self._closing[rows])
            rows, day = rows[in_time], day[in_time]
        if entry.step is None or not rows.size:
            return
        stays = self._sample(entry, rows, day)
        if record is not None:
            record.append(Sampled(entry, rows, stays))
        for events in stays.events:
            when = day.take(events.row) + events.after
            self.written.append(Block(rows.take(events.row), when, events.event, events.value))
        for column, values in stays.sets.items():
            self._columns[column][rows] = values
        left, following = day + stays.days, stays.next
        if stays.request is not None and entry.resource in self.uses:
            left, following = self._queued(entry, rows, day, stays, stays.request)
        self._day[rows], self._at[rows] = left, following

    def _note_entry(self, entry: StepEntry, rows: Rows, day: Days) -> None:
        """Give back what is not kept in this step, and write down in the patients' columns when they come."""
        for name, use in self.uses.items():
            if entry.holds != name:
                use.give_back(rows, day)
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

    def _is_randomization(self, entry: StepEntry) -> bool:
        """Whether it makes the arms that the trial compares."""
        found = self.scenario.randomization
        return found is not None and found[0] is entry

    def _queued(
        self, entry: StepEntry, rows: Rows, day: Days, stays: Stays, request: Request
    ) -> tuple[Days, StepNumbers]:
        """When patients who wait for a resource leave, and for where: when their turn comes, or when they give up."""
        asks = np.flatnonzero(request.ready <= request.until)
        mine, asked, until = rows[asks], day[asks] + request.ready[asks], day[asks] + request.until[asks]
        start = asked
        if entry.number in self._turns:
            # Whoever asks later than in the round before is not served before they ask, nor after they gave up.
            start = np.fmax(self._turns[entry.number][mine], asked)
            start[start > until] = math.inf
        self.uses[str(entry.resource)].ask(mine, entry.number, Gathered(self._columns, mine), asked, until, start)
        left, following = day + stays.days, stays.next.copy()
        left[asks] = np.minimum(start, until)
        gone = start == math.inf
        gives_up, stays_on = asks[gone & (until < math.inf)], asks[gone & (until == math.inf)]
        following[gives_up], following[stays_on] = request.otherwise[gives_up], NOWHERE
        self.written.append(Block(rows[gives_up], left[gives_up], request.event[gives_up], 0.0))
        return left, following

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
                return with_arms(step, stratum, step.sample(patients), self._hold[entry.name][rows])
        return step.sample(patients)


def with_arms(step: Randomize, stratum: Rows, stays: Stays, arms: Column) -> Stays:
    """The stays with the arms that patients had in another run, where they had one."""
    own = np.asarray(stays.events[1].value, np.intp)
    return step.in_sequence(stratum, np.where(arms >= 0, arms, own).astype(np.intp))


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
    *,
    may_queue: bool = True,
) -> Journal:
    """The journal of these replicates of a scenario.

    ``hold`` gives, for a randomization by name, the arm of each row, or -1 for patients to be randomized as usual:
    permuted blocks couple patients, so comparisons of settings keep the arms of the first. ``stops`` says when
    committees stop them, for pathways that ask. In the steps that are ``redrawn`` patients have other draws than usual.
    Raises ShortageError if a patient would have to queue for a place and may not, and RoundsError if it takes too many
    rounds until everybody's turn is known.
    """
    rounds = _Rounds(scenario, seed, replicates, hold or {}, stops, redrawn)
    for _ in range(MOST_ROUNDS):
        if rounds.go():
            return Journal(*rounds.settled)
        if not may_queue and rounds.first_wait is not None:
            position, day, step, resource = rounds.first_wait
            raise ShortageError(resource, scenario.steps[step].name, int(replicates[position]), day)
    raise RoundsError(rounds.open)


class _Wait(NamedTuple):
    """Somebody who has to wait: in which replicate, by its position; from when on; in which step, for what."""

    position: int
    day: float
    step: int
    resource: str


class _Rounds:
    """Replicates put through the pathway until everybody's turns are those that were taken for granted.

    In the first round nobody waits. Each shows who asks for a resource when and for how long they keep it, and so when
    everybody's turn comes; the next one takes these turns for granted. What happens up to a moment depends on nothing
    later, so each round makes one more turn right at least, and once nothing changes it is what happens on the
    calendar. Most queues take a few rounds: two where a resource is wanted once, and how long it is kept does not hang
    on the wait.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        replicates: Sequence[int],
        hold: Mapping[str, Column],
        stops: Stops | None,
        redrawn: AbstractSet[str],
    ) -> None:
        self._scenario, self._seed, self._replicates = scenario, seed, replicates
        self._hold, self._stops, self._redrawn = hold, stops, redrawn
        self.settled: list[Block] = []
        """The journal of the replicates in which nothing changes any more."""
        self._open = np.arange(len(replicates))
        """The positions of the others."""
        self.first_wait: _Wait | None = None
        """Who is the first to wait in the first replicate in which anybody does: known after the first round."""
        self._disciplines = {
            name: QueueDiscipline(scenario.resources[name].capacity, scenario.patients) for name in scenario.scarce
        }
        self._turns: dict[int, Days] = {}
        self._kept_days: dict[int, Days] = {}
        """How long each of their rows kept a place that they waited for in a step, when they last had it.

        Only to need fewer rounds: what a patient would do with a place who gave up in this round is not seen in it.
        """

    @property
    def open(self) -> list[int]:
        """The positions of the replicates in which something still changed in the last round."""
        positions: list[int] = self._open.tolist()
        return positions

    def go(self) -> bool:
        """One more round; whether it was the last."""
        scenario, each = self._scenario, self._scenario.patients
        rows = (self._open[:, None] * each + np.arange(each)).ravel()
        is_whole = self._open.size == len(self._replicates)
        run = VectorizedRun(
            scenario,
            self._seed,
            [self._replicates[position] for position in self._open.tolist()],
            self._hold if is_whole else {name: arms[rows] for name, arms in self._hold.items()},
            self._stops if self._stops is None or is_whole else self._stops.only(self._open),
            self._redrawn,
            self._turns,
        )
        run.plan(None)
        changes = np.zeros(self._open.size, np.bool_)
        for name, use in run.uses.items():
            if use.is_wanted:
                changes |= self._changed(name, use.requests())
        if is_whole and not changes.any():
            # As it is where nobody queues: nothing has to be copied.
            self.settled = run.written
            return True
        done = ~np.repeat(changes, each)
        picked = (block.pick(np.flatnonzero(done[block.row])) for block in run.written)
        self.settled += [block._replace(row=rows[block.row]) for block in picked if block.row.size]
        self._open = self._open[changes]
        for days in (self._turns, self._kept_days):
            days.update({step: of_step.reshape(-1, each)[changes].ravel() for step, of_step in days.items()})
        return not self._open.size

    def _changed(self, name: str, requests: Requests) -> NDArray[np.bool_]:
        """In which open replicates somebody's turn for a resource comes at another time than was taken for granted."""
        each = self._scenario.patients
        turn = self._disciplines[name].turns(requests, self._kept(requests), self._open[requests.row // each])
        for step in np.unique(requests.step).tolist():
            of_step = np.flatnonzero(requests.step == step)
            self._turns[step] = _by_row(requests.row[of_step], turn[of_step], self._open.size * each)
        other = np.flatnonzero(turn != requests.start)
        changes = np.zeros(self._open.size, np.bool_)
        changes[requests.row[other] // each] = True
        if other.size:
            first = other[np.lexsort((requests.asked[other], requests.row[other] // each))[0]]
            position = int(self._open[requests.row[first] // each])
            found = _Wait(position, float(requests.asked[first]), int(requests.step[first]), name)
            self.first_wait = found if self.first_wait is None else min(self.first_wait, found)
        return changes

    def _kept(self, requests: Requests) -> Days:
        """How long each would keep the place: as in this round, or else as when they last had it; infinite if never."""
        kept_days = np.full(requests.row.size, math.nan)
        served = np.flatnonzero(requests.start < math.inf)
        kept_days[served] = requests.freed[served] - requests.start[served]
        rows = self._open.size * self._scenario.patients
        for step in np.unique(requests.step).tolist():
            of_step = np.flatnonzero(requests.step == step)
            row = requests.row[of_step]
            if step in self._kept_days:
                known = kept_days[of_step]
                kept_days[of_step] = np.where(np.isnan(known), self._kept_days[step][row], known)
            self._kept_days[step] = _by_row(row, kept_days[of_step], rows)
        return np.where(np.isnan(kept_days), math.inf, kept_days)


def _by_row(row: Rows, days: Days, rows: int) -> Days:
    """These days at their rows; not a number at all others."""
    found = np.full(rows, math.nan)
    found[row] = days
    return found
