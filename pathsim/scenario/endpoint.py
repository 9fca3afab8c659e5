"""An endpoint as a scenario file says it: what is counted, from when, in whom, and which groups are compared."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pathsim.conditions import Names
from pathsim.fields import AscendingDays, DaysLong, EachOnce, wrong
from pathsim.meaning import Name
from pathsim.table import Table

ALL = "all"
"""What the one group of a study without arms is called."""
EXPOSURE = ("unexposed", "exposed")
"""The groups of an exposure; the first is the reference."""


class Endpoint(Table):
    """A time-to-event endpoint: from entry into a step to the first of some events.

    The arms are compared, or other groups: those of a category (``groups``), or those to whom something has happened
    and those to whom it has not (``exposure``). With ``from_day`` time counts from so many days after the start, the
    landmark, and only those still at risk then are analyzed. ``counted`` says by when it counts in which group somebody
    is: as it is when time begins (``at-start``), whenever it comes to be so, as far as is known at the data cut
    (``ever``), or from the very day on (``time-dependent``).
    """

    label: Annotated[str, Name.LABEL]
    """The name for readers."""
    start: Annotated[str, Name.STEP]
    """The step from which time counts, from entry into it."""
    events: Annotated[EachOnce, Field(min_length=1)]
    """The exits and rules, by name, of which the first is the event."""
    censored_by: EachOnce = ()
    """The exits and rules that end the observation."""
    stratified: bool = False
    """Whether the arms are compared within the strata of the randomization."""
    at_days: AscendingDays = ()
    """The days at which survival is tabulated."""
    from_day: DaysLong | None = None
    """The landmark: so many days after the start time begins to count, of those still at risk then."""
    among: Annotated[str, Name.CONDITION] | None = None
    """Who is analyzed: those for whom the condition holds when time begins to count."""
    groups: str | None = None
    """The category whose levels are compared, instead of the arms."""
    reference: str | None = None
    """The level of 'groups' that the others are compared with; by default, the first."""
    exposure: str | None = None
    """The exit, rule or step, by name, after which patients are exposed; they are compared with the unexposed."""
    counted: Literal["at-start", "ever", "time-dependent"] = "at-start"
    """By when it counts in which group a patient is: when time begins, whenever it comes to be so, from then on."""

    @model_validator(mode="after")
    def _events_do_not_censor(self) -> Self:
        for i, name in enumerate(self.censored_by):
            if name in self.events:
                raise wrong(f"'{name}' is an event of this endpoint, so it cannot censor as well", "censored_by", i)
        return self

    @model_validator(mode="after")
    def _groups_of_one_kind(self) -> Self:
        if self.groups is not None and self.exposure is not None:
            raise wrong("patients are compared by 'groups' or by 'exposure'; leave one of them out", "exposure")
        if self.groups is None and self.reference is not None:
            raise wrong("this is a level of 'groups', which is missing; arms are compared with control", "reference")
        if self.compares_arms and self.counted != "at-start":
            raise wrong("arms are what they are from the start; this is for 'groups' or 'exposure'", "counted")
        if self.exposure in self.events:
            raise wrong(f"'{self.exposure}' is an event of this endpoint, so nobody is at risk after it", "exposure")
        if self.exposure is not None and self.counted == "at-start" and self.from_day is None:
            ways = 'counted = "time-dependent", or from_day = 180 for those exposed by then, or counted = "ever"'
            raise wrong(f"say by when an exposure counts: {ways}", "exposure")
        return self

    @property
    def compares_arms(self) -> bool:
        """Whether the groups are the arms of the trial."""
        return self.groups is None and self.exposure is None

    @property
    def is_of_all(self) -> bool:
        """Whether it compares the arms of everybody from the start on, as a trial's own endpoints do."""
        return self.compares_arms and self.among is None and self.from_day is None

    @property
    def looks_ahead(self) -> bool:
        """Whether groups depend on what happens only after time has begun to count: immortal time."""
        return self.counted == "ever"

    @property
    def is_time_dependent(self) -> bool:
        """Whether patients can go from one group to another."""
        return self.counted == "time-dependent"


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of an endpoint: their names, and the one with which the others are compared, if they are."""

    names: tuple[str, ...]
    reference: str | None

    @property
    def compared(self) -> tuple[str, ...]:
        """Those that are compared with the reference; none where there is no reference."""
        return () if self.reference is None else tuple(name for name in self.names if name != self.reference)


def groups_of(endpoint: Endpoint, names: Names, arms: tuple[str, ...], control: str | None) -> Groups:
    """The groups of an endpoint in a trial with these columns and arms."""
    if endpoint.groups is not None:
        levels = names[endpoint.groups] or ()
        return Groups(levels, endpoint.reference or levels[0])
    if endpoint.exposure is not None:
        return Groups(EXPOSURE, EXPOSURE[0])
    return Groups(arms or (ALL,), control)
