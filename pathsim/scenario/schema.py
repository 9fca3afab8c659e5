"""The design of a trial, its endpoints and its targets, as a scenario file says them."""

import datetime
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from pathsim.calendar import LATEST_BEGIN, MOST_PATIENTS, day_of
from pathsim.fields import (
    Between,
    Count,
    Day,
    DaysLong,
    EachOnce,
    NotNegative,
    Number,
    Positive,
    Probability,
    Ratio,
    Timing,
    wrong,
)
from pathsim.meaning import Abbreviation, AlsoCalled, Name, Role, Slider, Unit, Words
from pathsim.paths import parts_of
from pathsim.statistics.sequential import check_alpha, check_information
from pathsim.statistics.spending import spending
from pathsim.table import Table
from pathsim.text import enumeration

THERAPY = "therapy"
"""The name under which toxicity is totalled over the steps of the compared therapies."""
ANY = "any"
"""The type under which patients with a toxicity of whatever type are counted."""
MOST_PER_MONTH = 1_000_000_000
ACCRUAL = AlsoCalled(("accrual", "enrollment", "recruitment"))


def _not_too_fast(per_month: float) -> float:
    if per_month > MOST_PER_MONTH:
        raise ValueError(f"at most {MOST_PER_MONTH:,} patients can come in a month; this is {per_month:g}")
    return per_month


class Pace(Table):
    """How many patients come in a month, from a day of the trial on.

    With ``rising_to`` the pace changes in a straight line until the next period begins: centers open one by one.
    """

    from_day: Annotated[DaysLong, Slider(is_shown=False)]
    """The day of the trial on which the period begins."""
    per_month: Annotated[NotNegative, AfterValidator(_not_too_fast), Unit.PER_MONTH, Words("patients a month"), ACCRUAL]
    """How many come in a month of it."""
    rising_to: Annotated[NotNegative, AfterValidator(_not_too_fast), Unit.PER_MONTH, ACCRUAL] | None = None
    """The pace it reaches, in a straight line, when the next period begins."""


class Moment(Table):
    """A day of the trial, named by its number or by its date."""

    date: datetime.date | None = None
    """The date."""
    day: Day | None = None
    """The day of the trial, instead of a date."""

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        if (self.date is None) == (self.day is None):
            raise ValueError("needs either 'date' or 'day', the day of the trial")
        return self

    def day_of_trial(self, begins: datetime.date) -> float:
        """The day at the end of which it is, in a trial that begins on this date."""
        return day_of(self.date, begins) if self.date else float(self.day or 0)


class Order(Moment):
    """The day on which the committee stops the trial, whatever its rules say, and why."""

    reason: str | None = None
    """Why, in words that follow "stopped on a set date": "as the real trial was, for less toxicity"."""


class Cutoff(Moment):
    """A day on which the data are cut and analyzed, or a number of events and the latest day on which it is done.

    With ``complete`` the records were brought up to date before the analysis, so the reporting delay does not count.
    With ``run_on`` it is an analysis of the trial as it would have gone if the committee had not stopped it.
    """

    date: datetime.date | None = None
    """The date; with 'events', the latest one."""
    label: Annotated[str, Name.LABEL] | None = None
    """The name for readers."""
    events: Count | None = None
    """Cut when this many events are known."""
    endpoint: Annotated[str, Name.ENDPOINT] | None = None
    """The endpoint that is counted, and compared."""
    complete: bool = False
    """Whether records were brought up to date before, so that no event is still unreported."""
    run_on: bool = False
    """Whether the trial is analyzed as if the committee had not stopped it."""

    @model_validator(mode="after")
    def _events_of_something(self) -> Self:
        if self.events is not None and self.endpoint is None:
            raise wrong("say which endpoint these events belong to: endpoint = NAME", "events")
        return self


_ROUNDING = 1e-9
"""So much may binary fractions lack: 0.29 of 50 events are a half more than 14, although 0.29 * 50 is less."""


def _inside(value: float) -> float:
    if not 0 < value < 1:
        raise ValueError(f"must lie strictly between 0 and 1; this is {value:g}")
    return value


def _one_sided(alpha: float) -> float:
    check_alpha(alpha)
    return alpha


def _a_benefit(value: float) -> float:
    if value >= 1:
        raise ValueError(f"the planned hazard ratio is less than 1; this is {value:g}")
    return value


def _not_too_late(begins: datetime.date) -> datetime.date:
    if begins > LATEST_BEGIN:
        raise ValueError(f"a trial begins by {LATEST_BEGIN}, so that dates a thousand years later still exist")
    return begins


def _few_enough(count: int) -> int:
    if count > MOST_PATIENTS:
        raise ValueError(f"at most {MOST_PATIENTS:,} patients fit in one trial")
    return count


def _known_spending(name: str) -> str:
    spending(name)
    return name


class Futility(Table):
    """When a trial stops because it is unlikely to succeed. The rule is not binding: it spends no error.

    ``conditional-power``: the chance of success, if the rest of the trial goes as planned, falls below ``below``.
    ``freidlin-korn``: a test at the one-sided level ``below`` rejects the hazard ratio that was planned for.
    """

    rule: Literal["conditional-power", "freidlin-korn"]
    """How the chance of success is judged."""
    hazard_ratio: Annotated[
        Ratio,
        AfterValidator(_a_benefit),
        Abbreviation("HR"),
        Slider(most=0.95),
        Field(json_schema_extra={"exclusiveMaximum": 1}),
    ]
    """The planned hazard ratio."""
    below: Annotated[
        Probability,
        AfterValidator(_inside),
        Unit.LEVEL,
        Field(json_schema_extra={"exclusiveMinimum": 0, "exclusiveMaximum": 1}),
    ]
    """The chance, or level, below which the trial stops."""


def fewest_events(information: Sequence[float]) -> int:
    """With how many planned events each look surely needs one event more than the look before it."""
    return math.ceil(1 / min(later - sooner for sooner, later in pairwise((0.0, *information))))


class Monitoring(Table):
    """What the monitoring committee looks at, when, and when it stops the trial."""

    endpoint: Annotated[str, Name.ENDPOINT]
    """The endpoint whose events are counted."""
    planned_events: Annotated[Count, Slider(least=lambda table: fewest_events(table["information"]))]
    """How many events the final analysis needs."""
    information: tuple[Probability, ...] = Field(min_length=1)
    """The shares of the planned events at which there are looks; a half is rounded up."""
    alpha: Annotated[
        Probability,
        AfterValidator(_one_sided),
        Unit.LEVEL,
        Field(json_schema_extra={"exclusiveMinimum": 0, "exclusiveMaximum": 0.5}),
    ]
    """The one-sided error that all looks may spend together."""
    spend: Annotated[str, AfterValidator(_known_spending)] = "obrien-fleming"
    """How it is spent over the looks: obrien-fleming, pocock, or hsd:GAMMA; none, if every look tests at alpha."""
    futility: Futility | None = None
    """When to stop because success is unlikely."""
    closes_after_days: DaysLong | None = None
    """How long after a stop patients are still enrolled and randomized.

    None if a stop changes nothing in that.
    """
    order: Order | None = None
    """The day on which the committee stops the trial, whatever its rules say."""

    @model_validator(mode="after")
    def _looks_ascend(self) -> Self:
        check_information(self.information)
        events = self.wanted_events
        for number in range(1, len(events)):
            if events[number] == events[number - 1]:
                one, other = self.information[number - 1 : number + 1]
                both = f"{one:g} and {other:g} of {self.planned_events} events are both {events[number]}"
                raise wrong(f"{both}, so these two looks are one: leave one out", "information", number)
        return self

    @property
    def wanted_events(self) -> tuple[int, ...]:
        """How many events have to be known before each look: a half is rounded up, and there is no look at none."""
        return tuple(max(1, math.floor(t * self.planned_events + 0.5 + _ROUNDING)) for t in self.information)


class Trial(Table):
    """The design of the trial: who comes when, who is compared, when the data are cut."""

    begins: Annotated[datetime.date, AfterValidator(_not_too_late)]
    """The date of the first day."""
    patients: Annotated[
        Count,
        AfterValidator(_few_enough),
        Field(json_schema_extra={"maximum": MOST_PATIENTS}),
        AlsoCalled(("sample size", "enrollment")),
    ]
    """How many patients can come at most."""
    arrivals: Literal["poisson", "even"] = "poisson"
    """Whether they come at random or at even intervals."""
    per_month: (
        Annotated[Positive, AfterValidator(_not_too_fast), Unit.PER_MONTH, Words("patients a month"), ACCRUAL] | None
    ) = None
    """How many come in a month."""
    pace: tuple[Pace, ...] = ()
    """How many come in a month, by period; the first begins on day 0."""
    closes: datetime.date | None = None
    """The date after which nobody is enrolled."""
    randomization: Annotated[str, Name.STEP] | None = None
    """The randomize step whose arms are compared."""
    control: str | None = None
    """The arm that the others are compared with."""
    therapy: Annotated[EachOnce, Name.STEP] = ()
    """The steps over which toxicity is totalled: the therapies that the trial compares."""
    reporting_delay: Timing | None = None
    """Days from an event until the trial office knows of it."""
    cutoffs: Annotated[dict[str, Cutoff], Words("Data cut")] = Field(min_length=1)
    """The days on which the data are cut and analyzed, by name."""
    monitoring: Monitoring | None = None
    """What the monitoring committee looks at, when, and when it stops the trial."""

    @model_validator(mode="after")
    def _one_pace(self) -> Self:
        if (self.per_month is None) == (not self.pace):
            raise ValueError("needs either 'per_month', patients per month, or 'pace', a list of them by period")
        if self.pace:
            days = [period.from_day for period in self.pace]
            if days[0] != 0 or days != sorted(set(days)):
                raise ValueError("the periods of 'pace' ascend and begin with from_day = 0")
            if self.pace[-1].per_month == 0:
                raise ValueError("the last period of 'pace' needs patients; use 'closes' to end the accrual")
            if self.pace[-1].rising_to is not None:
                raise ValueError("the last period of 'pace' has no end to rise to; add one at the pace it reaches")
        return self

    @model_validator(mode="after")
    def _went_somewhere(self) -> Self:
        if all(cutoff.run_on for cutoff in self.cutoffs.values()):
            raise wrong(
                "at least one cut-off must be of the trial as it was conducted: leave out its 'run_on'", "cutoffs"
            )
        return self


def _a_path(figure: str) -> str:
    parts_of(figure)
    return figure


Figure: TypeAlias = Annotated[str, AfterValidator(_a_path)]
"""The path of a figure of the results object."""


TargetKind: TypeAlias = Literal["input", "fit", "holdout", "plausible"]
_OF_RESULTS = ("published", "ci", "tolerance", "weight")
"""Keys that say something of a published result, and nothing of a plausible range."""


class Target(Table):
    """A published result or a plausible range, and the figure of the results object that it is compared with.

    With ``of`` the figure is divided by another one: 35 events in 105 patients are compared as a share. A result of
    kind ``input`` is a number of the model itself, which has to come back; ``fit`` is what numbers are calibrated to; a
    ``holdout`` is only compared. The mean of many trials may differ from it by the ``tolerance``, if one is set. A
    target of kind ``plausible`` has no published result: the mean must lie ``between`` what other series show.
    """

    published: Number | None = None
    """The published result."""
    between: Between | None = None
    """The range from other series in which the mean of trials must lie, the lower end first."""
    figure: Figure
    """The figure of the results object that it is compared with, as a path with dots."""
    of: Figure | None = None
    """The figure that it is divided by: 35 events in 105 patients are compared as a share."""
    label: Annotated[str, Name.LABEL] | None = None
    """The name for readers."""
    part: str | None = None
    """The heading under which it stands in tables."""
    ci: tuple[Number, Number] | None = None
    """The published interval, the lower limit first."""
    kind: TargetKind = "fit"
    """A number of the model itself, what numbers are fitted to, a test of the model, a plausible range."""
    weight: Annotated[Ratio, Role.USE] = 1.0
    """How much it counts in a calibration, relative to the others."""
    tolerance: Annotated[Ratio, Role.USE] | None = None
    """How far the mean of trials may lie from it; by default, 0.3 standard deviations of one trial."""

    @model_validator(mode="after")
    def _of_something_else(self) -> Self:
        if self.of == self.figure:
            raise wrong("this is the figure itself, of which it is always the whole; name another one", "of")
        return self

    @model_validator(mode="after")
    def _result_or_range(self) -> Self:
        if self.kind == "plausible":
            extra = [key for key in _OF_RESULTS if key in self.model_fields_set]
            if extra:
                keys = enumeration([f"'{key}'" for key in extra])
                raise wrong(f"of a plausible range only 'between' counts; leave out {keys}", extra[0])
            if self.between is None:
                raise wrong("a plausible target needs its range: between = [0.21, 0.47]", "between")
        elif self.between is not None:
            message = "only a target of kind 'plausible' has a range; add kind = \"plausible\", or leave out 'between'"
            raise wrong(message, "between")
        elif self.published is None:
            raise wrong("'published' is missing here; add it", "published")
        return self

    @property
    def wanted(self) -> tuple[float, float]:
        """Between which ends the mean of trials is to lie, in the unit of the figure; a published result is both."""
        if self.between is not None:
            return self.between
        if self.published is None:
            raise TypeError("checked before: there is a result or a range")
        return self.published, self.published

    @property
    def figures(self) -> tuple[str, ...]:
        """The paths of the figures it takes."""
        return (self.figure,) if self.of is None else (self.figure, self.of)
