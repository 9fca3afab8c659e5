"""A wait: until something is ready, then for a place in a pool; competing exits end it."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from pydantic import Field

from pathsim.calendar import ticks
from pathsim.conditions import suggestion
from pathsim.fields import Duration
from pathsim.luck import slot, uniform
from pathsim.patients import Fates, Marks, Patients, Want
from pathsim.steps.exits import Exit, Exits, exit_arrows, exit_conditions, exit_problems
from pathsim.steps.spec import Arrow, KeyPath, Link, Place, StepSpec, Surroundings


class WaitSpec(StepSpec):
    """Days until ready (a donor, a cell product), and the pool a place is then wanted in."""

    kind: Literal["wait"]
    ready: Duration
    next: str
    pool: str | None = None
    exit: dict[str, Exit] = Field(default_factory=dict)

    def arrows(self) -> Iterator[Arrow]:
        """On, and by each exit."""
        yield Arrow(("next",), self.next, "")
        yield from exit_arrows(self.exit)

    def conditions(self) -> Iterator[tuple[KeyPath, str]]:
        """Those of the exits."""
        yield from exit_conditions(self.exit)

    def wants(self) -> Place | None:
        """A place of the pool, if there is one."""
        return None if self.pool is None else Place(self.pool, self.next)

    def problems(self, scenario: Surroundings) -> Iterator[tuple[KeyPath, str]]:
        """Pools that are unknown, and places that nobody would hold."""
        yield from exit_problems(self.elapsed, self.exit, scenario.steps)
        if self.pool is None:
            return
        if self.pool not in scenario.pools:
            yield ("pool",), f"there is no pool '{self.pool}' in [pools].{suggestion(self.pool, list(scenario.pools))}"
            return
        following = scenario.steps.get(self.next)
        holds = None if following is None else following.keeps()
        if following is not None and holds != self.pool and (holds is None or holds in scenario.pools):
            yield (
                ("next",),
                f"'{self.next}' does not hold the place that patients wait for: there, write holds = \"{self.pool}\"",
            )

    def link(self, link: Link) -> "Wait":
        """The wait, ready to be cast."""
        return Wait(self, link)


class Wait:
    """A wait, ready to be cast: what it holds if no queue forms, and what ends the waiting if one does."""

    def __init__(self, spec: WaitSpec, link: Link) -> None:
        self._ready, self._slot = spec.ready, slot(link.slot("ready"))
        self._pooled = spec.pool is not None
        self._next = link.index[spec.next]
        self._ready_event = link.event("ready", spec.pool or link.name)
        self._exits = Exits(spec.exit, spec.elapsed, link)

    def cast(self, patients: Patients) -> Fates:
        """What the wait holds for each of these patients."""
        ready = ticks(self._ready(uniform(patients.key, self._slot)))
        until, event, otherwise = self._exits.cast(patients)
        in_time = ready <= until
        fates = Fates(np.minimum(ready, until), np.where(in_time, np.int16(self._next), otherwise))
        got, out = np.flatnonzero(in_time), np.flatnonzero(~in_time)
        fates.marks = [
            Marks.of(self._ready_event, got, ready[got]),
            Marks.of(event[out], out, until[out]),
        ]
        if self._pooled:
            fates.want = Want(ready, until, otherwise, event)
        return fates
