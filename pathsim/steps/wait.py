"""A wait: until something is ready, then for a unit of a resource; competing exits end it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from pathsim.calendar import ticks
from pathsim.conditions import suggestion
from pathsim.distributions import in_words
from pathsim.draws import stream, uniform
from pathsim.fields import Duration
from pathsim.meaning import Name, Words
from pathsim.names import in_line
from pathsim.patients import Patients, Request, Stays, StepEvents
from pathsim.steps.exits import Exit, Exits, exit_arrows, exit_conditions, exit_problems
from pathsim.steps.spec import Appearance, Arrow, KeyPath, Link, Requested, StepSpec, Surroundings


class WaitSpec(StepSpec):
    """Days until ready (a donor, a cell product), and the resource that is then wanted."""

    appearance: ClassVar[Appearance] = Appearance(
        "⧗", "~", ("(", ")"), 'fill="#e3f1fa" stroke="#4f7f9f" stroke-dasharray="5 3" rx="12"'
    )

    kind: Literal["wait"]
    ready: Duration
    """Days until the patient is ready to go on."""
    next: Annotated[str, Name.STEP]
    """The step that follows when ready, and when there is a place."""
    resource: Annotated[str, Name.RESOURCE] | None = None
    """The resource in which a place is wanted as soon as the patient is ready."""
    exit: Annotated[dict[str, Exit], Name.EVENT, Words("")] = Field(default_factory=dict)
    """Ways out before the planned end, by name. They compete: the earliest is taken."""

    def arrows(self) -> Iterator[Arrow]:
        """On, and by each exit."""
        yield Arrow(("next",), self.next, "")
        yield from exit_arrows(self.exit)

    def conditions(self) -> Iterator[tuple[KeyPath, str]]:
        """Those of the exits."""
        yield from exit_conditions(self.exit)

    def details(self, resources: Mapping[str, str]) -> Iterator[str]:
        """When the patient is ready, and for what."""
        yield f"ready after {in_words(self.ready)}"
        if self.resource is not None:
            yield f"then a place: {in_line(resources[self.resource])}"

    def way(self, arrow: Arrow, control: str | None) -> str:
        """Whoever is ready goes on."""
        return super().way(arrow, control) if arrow.is_exit else "ready"

    def requests(self) -> Requested | None:
        """A unit of the resource, if there is one."""
        return None if self.resource is None else Requested(self.resource, self.next)

    def problems(self, scenario: Surroundings) -> Iterator[tuple[KeyPath, str]]:
        """Resources that are unknown, and those that nobody would hold."""
        yield from exit_problems(self.elapsed, self.exit, scenario.steps)
        if self.resource is None:
            return
        if self.resource not in scenario.resources:
            hint = suggestion(self.resource, list(scenario.resources))
            yield ("resource",), f"there is no resource '{self.resource}' in [resources].{hint}"
            return
        following = scenario.steps.get(self.next)
        holds = None if following is None else following.keeps()
        if following is not None and holds != self.resource and (holds is None or holds in scenario.resources):
            message = f"'{self.next}' does not hold what patients wait for: there, write holds = \"{self.resource}\""
            yield ("next",), message

    def link(self, link: Link) -> "Wait":
        """The wait, ready to sample."""
        return Wait(self, link)


class Wait:
    """A wait, ready to sample: what it holds if no queue forms, and what ends the waiting if one does."""

    def __init__(self, spec: WaitSpec, link: Link) -> None:
        self._ready, self._stream = spec.ready, stream(link.stream("ready"))
        self._has_resource = spec.resource is not None
        self._next = link.index[spec.next]
        self._ready_event = link.event("ready", spec.resource or link.name)
        self._exits = Exits(spec.exit, spec.elapsed, link)

    def sample(self, patients: Patients) -> Stays:
        """What the wait holds for each of these patients."""
        ready = ticks(self._ready(uniform(patients.key, self._stream)))
        until, event, otherwise = self._exits.sample(patients)
        in_time = ready <= until
        stays = Stays(np.minimum(ready, until), np.where(in_time, np.int16(self._next), otherwise))
        got, out = np.flatnonzero(in_time), np.flatnonzero(~in_time)
        stays.events = [
            StepEvents(self._ready_event, got, ready[got]),
            StepEvents(event[out], out, until[out]),
        ]
        if self._has_resource:
            stays.request = Request(ready, until, otherwise, event)
        return stays
