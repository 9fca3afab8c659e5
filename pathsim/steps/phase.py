"""A phase: a stay with toxicities, competing exits, and assessments when it is complete."""

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from pathsim.calendar import Days, ticks
from pathsim.conditions import suggestion
from pathsim.distributions import in_words
from pathsim.draws import stream, uniform
from pathsim.fields import Count, DaysLong, Duration, wrong
from pathsim.journal import Codes, Values
from pathsim.meaning import Name, Scope, Slider, Together, Words
from pathsim.names import in_line
from pathsim.patients import NOWHERE, Patients, Stays, StepEvents, StepNumbers
from pathsim.steps.assess import Assess, Assessment, case_problems
from pathsim.steps.exits import Exit, Exits, exit_arrows, exit_conditions, exit_problems
from pathsim.steps.spec import Arrow, KeyPath, Link, StepSpec, Surroundings
from pathsim.steps.toxicity import (
    SEEN,
    AdverseEvents,
    Frailty,
    Profile,
    Toxicities,
    Toxicity,
    frailty_problems,
    profiles,
)

MOST_CYCLES = 100
WORST_ALIVE = 4.0
"""The worst CTCAE grade of somebody who is alive."""


def _cycles_stated(phase: Mapping[str, Any]) -> float:
    """The last cycle of a phase in the file that has a table of its own."""
    return max(map(float, phase.get("cycle", {})), default=1.0)


class PhaseSpec(StepSpec):
    """A stay of a certain length, or without end if ``days`` is left out: follow-up."""

    kind: Literal["phase"]
    days: Duration | None = None
    """How long the stay is planned to last; without it, it is follow-up and lasts until an exit."""
    next: Annotated[str, Name.STEP] | None = None
    """The step that follows a complete stay."""
    repeat: Annotated[
        Count, Scope.ALL_CYCLES, Slider(least=_cycles_stated), Field(json_schema_extra={"maximum": MOST_CYCLES})
    ] = 1
    """How many cycles of it there are, one after the other."""
    max_delay: DaysLong | None = None
    """The most days by which toxicity can delay the next step."""
    holds: Annotated[str, Name.RESOURCE] | None = None
    """The resource whose place, if the patient has one, is kept during the stay."""
    frailty: Frailty | None = None
    """A category that makes every toxicity more likely for some patients."""
    fatal: str | None = None
    """The exit that a toxicity of grade 5 leads to."""
    toxicity: Annotated[dict[str, Toxicity], Name.TOXICITY, Together.NEST, Words("")] = Field(default_factory=dict)
    """What the stay can do to patients, by type."""
    exit: Annotated[dict[str, Exit], Name.EVENT, Words("")] = Field(default_factory=dict)
    """Ways out before the planned end, by name. They compete: the earliest is taken."""
    assess: Annotated[tuple[Assessment, ...], Words("")] = ()
    """What is measured when the stay is complete."""
    cycle: Annotated[dict[str, "PhaseSpec"], Scope.ALL_CYCLES] = Field(default_factory=dict)
    """What is different in a cycle, by its number."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.days is not None and self.next is None:
            raise wrong("a phase with 'days' needs 'next', the step that follows it", "days")
        if self.days is None and self.next is not None:
            raise wrong("a phase with 'next' needs 'days'; without them it is follow-up and lasts for ever", "next")
        if self.days is None and self.assess:
            raise wrong("assessments are made when a stay is complete; without 'days' this one never is", "assess")
        return self

    def arrows(self) -> Iterator[Arrow]:
        """To the next step, and by each exit."""
        if self.next is not None:
            yield Arrow(("next",), self.next, "")
        yield from exit_arrows(self.exit)

    def conditions(self) -> Iterator[tuple[KeyPath, str]]:
        """Those of effects and cases."""
        yield from exit_conditions(self.exit)
        for name, toxicity in self.toxicity.items():
            for i, effect in enumerate(toxicity.effects):
                yield ("toxicity", name, "effects", i, "when"), effect.when
        for i, table in enumerate(self.assess):
            for j, case in enumerate(table.cases):
                yield ("assess", i, "cases", j, "when"), case.when

    def sets(self) -> Iterator[tuple[KeyPath, str, tuple[str, ...]]]:
        """The columns of the assessments, and those that remember toxicities."""
        for i, table in enumerate(self.assess):
            yield ("assess", i, "set"), table.set, tuple(table.levels)
        for name, toxicity in self.toxicity.items():
            if toxicity.set is not None:
                yield ("toxicity", name, "set"), toxicity.set, SEEN

    def details(self, resources: Mapping[str, str]) -> Iterator[str]:
        """How long it lasts, and what it holds."""
        yield "follow-up" if self.days is None else in_words(self.days)
        if self.holds is not None:
            yield f"holds a place: {in_line(resources[self.holds])}"

    def keeps(self) -> str | None:
        """The resource it holds a place of."""
        return self.holds

    def problems(self, scenario: Surroundings) -> Iterator[tuple[KeyPath, str]]:
        """Toxicities that lack something, deaths that lead nowhere, delays without a limit, unknown resources."""
        yield from exit_problems(self.elapsed, self.exit, scenario.steps)
        if self.frailty is not None:
            yield from frailty_problems(self.frailty, scenario)
        if self.fatal is not None and self.fatal not in self.exit:
            yield ("fatal",), f"there is no exit '{self.fatal}' in this phase.{suggestion(self.fatal, list(self.exit))}"
        if self.holds is not None and self.holds not in scenario.resources:
            hint = suggestion(self.holds, list(scenario.resources))
            yield ("holds",), f"there is no resource '{self.holds}' in [resources].{hint}"
        for i, table in enumerate(self.assess):
            for path, message in case_problems(table.levels, table.cases):
                yield ("assess", i, *path), message
        yield from (problem for name in self.toxicity for problem in self._memory_problems(name, scenario))
        filled = profiles(self.toxicity, scenario.toxicities)
        unread = {name for name in self.toxicity if _is_unread(name, scenario)}
        for path, message in filled.problems:
            # What an entry of the catalog says that could not be read is not known.
            if not unread.intersection(path):
                yield ("toxicity", *path), message
        for name, profile in filled.found.items():
            if name not in unread:
                yield from self._profile_problems(name, profile)

    def _memory_problems(self, name: str, scenario: Surroundings) -> Iterator[tuple[KeyPath, str]]:
        column = self.toxicity[name].set
        if column is None or column in scenario.unread:
            return
        levels = scenario.names[column]
        if levels is not None and levels != SEEN:
            message = f"'{column}' is already a column with other levels than no and yes, in this order"
            yield ("toxicity", name, "set"), message

    def _profile_problems(self, name: str, profile: Profile) -> Iterator[tuple[KeyPath, str]]:
        if profile.fifth > 0 and self.fatal is None:
            yield ("toxicity", name), "can be fatal, so the phase needs 'fatal', the name of the exit that means death"
        if profile.delays and self.days is not None and self.max_delay is None:
            yield ("toxicity", name), "can delay the next step, so the phase needs 'max_delay', in days"

    def link(self, link: Link) -> "Phase":
        """The phase, ready to sample."""
        return Phase(self, link)


class Phase:
    """A phase, ready to sample."""

    def __init__(self, spec: PhaseSpec, link: Link) -> None:
        self._days = spec.days
        self._stream = stream(link.stream("days"))
        self._next = NOWHERE if spec.next is None else link.index[spec.next]
        self._max_delay = spec.max_delay or 0.0
        filled = profiles(spec.toxicity, link.scenario.toxicities)
        self._toxicities = Toxicities(filled, spec.toxicity, link) if spec.toxicity else None
        if self._toxicities and spec.frailty:
            self._toxicities.follow(spec.frailty, link.scenario.shares[spec.frailty.column])
        self._assess = Assess(spec.assess, link)
        self._exits = Exits(spec.exit, spec.elapsed, link)
        self._fatal = None if spec.fatal is None else self._exits.named(spec.fatal)

    def sample(self, patients: Patients) -> Stays:
        """What the phase holds for each of these patients."""
        stay, horizon_days = np.full(patients.count, math.inf), math.inf
        if self._days is not None:
            stay = ticks(self._days(uniform(patients.key, self._stream)))
            horizon_days = float(stay.max(initial=0.0)) + self._max_delay
        exit_at, exit_event, exit_to = self._exits.sample(patients, horizon_days)
        adverse = self._toxicities.sample(patients) if self._toxicities else None
        cause = np.zeros(patients.count)
        memories: dict[str, np.ndarray] = {}
        if adverse is not None and self._toxicities is not None:
            stay = self._delayed(stay, adverse, self._toxicities)
            stay, exit_at, exit_event, exit_to = self._killed(stay, exit_at, exit_event, exit_to, adverse, cause)
        leave = np.minimum(stay, exit_at)
        complete = stay <= exit_at
        stays = Stays(leave, np.where(complete, np.int16(self._next), exit_to))
        if adverse is not None and self._toxicities is not None:
            stays.events += _adverse_events(adverse, leave, self._toxicities)
            memories = _memories(patients, adverse, leave, self._toxicities)
        events, stays.sets = self._assess.sample(
            patients, np.flatnonzero(complete & (stay < math.inf)), leave, memories
        )
        stays.events += events
        out = np.flatnonzero(~complete)
        if out.size:
            stays.events.append(StepEvents(exit_event[out], out, leave[out], cause[out]))
        return stays

    def _delayed(self, stay: np.ndarray, adverse: AdverseEvents, toxicities: Toxicities) -> np.ndarray:
        late = np.flatnonzero(toxicities.delays[adverse.kind])
        if not late.size or self._days is None:
            return stay
        rows = adverse.row[late]
        # A toxicity that begins after the planned end belongs to what follows and holds nobody back.
        begun = adverse.onset[late] <= stay[rows]
        over = np.where(begun, np.minimum(adverse.resolved[late] - stay[rows], self._max_delay), 0.0)
        delay = np.zeros(stay.size)
        np.maximum.at(delay, rows, ticks(over))
        return stay + delay

    def _killed(
        self,
        stay: Days,
        exit_at: Days,
        exit_event: Codes,
        exit_to: StepNumbers,
        adverse: AdverseEvents,
        cause: Values,
    ) -> tuple[Days, Days, Codes, StepNumbers]:
        """The stay and its exit, with those who have a fatal toxicity staying until they die of it."""
        fatal = np.flatnonzero(adverse.grade > WORST_ALIVE)
        fatal = fatal[adverse.onset[fatal] <= stay[adverse.row[fatal]]]
        if not fatal.size or self._fatal is None or self._toxicities is None:
            return stay, exit_at, exit_event, exit_to
        stay, exit_at, exit_event, exit_to = stay.copy(), exit_at.copy(), exit_event.copy(), exit_to.copy()
        rows, day = adverse.row[fatal], adverse.resolved[fatal]
        stay[rows] = math.inf
        begins = np.full(stay.size, math.inf)
        np.minimum.at(begins, rows, adverse.onset[fatal])
        # Who is dying leaves by no other exit; one that comes before the onset comes first.
        exit_at[exit_at > begins] = math.inf
        np.minimum.at(exit_at, rows, day)
        first = exit_at[rows] == day
        rows = rows[first]
        exit_event[rows], exit_to[rows] = self._fatal
        cause[rows] = self._toxicities.codes[adverse.kind[fatal[first]]]
        return stay, exit_at, exit_event, exit_to


def _is_unread(toxicity: str, scenario: Surroundings) -> bool:
    """Whether its entry in the catalog could not be read."""
    return toxicity in scenario.toxicities and scenario.toxicities.get(toxicity) is None


def _memories(
    patients: Patients, adverse: AdverseEvents, leave: np.ndarray, toxicities: Toxicities
) -> dict[str, np.ndarray]:
    """The columns that remember a toxicity: a patient who has had it once keeps it."""
    columns: dict[str, np.ndarray] = {}
    for kind, column in toxicities.remembered:
        mine = adverse.kind == (-1 if kind is None else kind)
        seen = adverse.row[mine & (adverse.onset <= leave[adverse.row])]
        values = columns.get(column, np.maximum(patients.columns[column], np.int16(SEEN.index("no"))))
        values[seen] = SEEN.index("yes")
        columns[column] = values
    return columns


def _adverse_events(adverse: AdverseEvents, leave: np.ndarray, toxicities: Toxicities) -> list[StepEvents]:
    until = leave.take(adverse.row)
    seen, over = np.flatnonzero(adverse.onset <= until), np.flatnonzero(adverse.resolved <= until)
    # That a toxicity is fatal nobody knows when it begins: grade 5 is written on the day of death.
    begins, ends = np.minimum(adverse.grade.take(seen), WORST_ALIVE), adverse.grade.take(over)
    begun, ended = (
        toxicities.codes.take(adverse.kind.take(seen)),
        toxicities.resolved_codes.take(adverse.kind.take(over)),
    )
    fatal = np.flatnonzero(ends > WORST_ALIVE)
    ended[fatal] = toxicities.codes[adverse.kind[over[fatal]]]
    return [
        StepEvents(begun, adverse.row.take(seen), adverse.onset.take(seen), begins),
        StepEvents(ended, adverse.row.take(over), adverse.resolved.take(over), ends),
    ]
