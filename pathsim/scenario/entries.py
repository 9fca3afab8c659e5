"""The parts of a scenario that is ready, as engines and results know them: steps, phases that repeat, resources."""

from dataclasses import dataclass

from pathsim.conditions import Condition, words
from pathsim.steps.spec import Requested, Step, StepSpec


@dataclass(frozen=True, slots=True)
class StepEntry:
    """A step in its scenario: its number, its table, and what the engines need to know of its place."""

    number: int
    name: str
    spec: StepSpec
    step: Step | None
    """None at an end, where nothing happens any more."""
    enter: int
    """The event code of entering it."""
    label: str
    holds: str | None
    """The resource whose place, if the patient has one, is kept during this step."""
    requests: Requested | None
    """The place that is waited for here."""
    elapsed: tuple[str, tuple[int, ...]] | None
    """A column to set on entry, and the numbers of the steps since the first entry into any of which it counts."""

    @property
    def resource(self) -> str | None:
        """The resource in which a place is waited for here."""
        return None if self.requests is None else self.requests.resource

    @property
    def asked(self) -> set[str]:
        """The columns that conditions of the step ask for, and a few other words."""
        return {word for _, text in self.spec.conditions() for word in words(text)}


@dataclass(frozen=True, slots=True)
class Repeated:
    """A phase that repeats: its name for readers, and the numbers of its cycles."""

    label: str
    cycles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ResourceEntry:
    """A resource, and the conditions that decide who comes first."""

    capacity: int
    label: str
    priority: tuple[Condition, ...]
