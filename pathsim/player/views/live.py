"""A trial as Live shows it, and much of it other screens too: what stays as it is, and what a day changes."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.player.views.story import Story
from pathsim.state import Settings

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Counts: TypeAlias = NDArray[np.int64]
Kind: TypeAlias = Literal["published", "derived", "calibrated", "assumed"]


@dataclass(frozen=True, slots=True)
class Station:
    """A step on the map."""

    label: str
    step: int
    is_end: bool
    """Whether patients who are there never leave."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A line of the map: the way of most patients before there are arms, or in one of them."""

    label: str
    arm: int
    """-1 before there are arms."""
    stations: tuple[Station, ...]
    elsewhere: tuple[Station, ...]
    """The other steps in which patients of this lane can be, those that nobody leaves last."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the scenario that can be changed."""

    path: str
    group: str
    label: str
    value: float
    lowest: float
    highest: float
    step: float
    whole: bool
    is_share: bool
    kind: Kind
    evidence: str
    """Where the number comes from, in a sentence."""
    is_main: bool
    """Whether the scenario itself says that this number is uncertain: it is calibrated, or has a range."""
    found_by: str
    """All words by which it can be looked for, in small letters."""
    unit: str = ""
    """What stands around the number, with # in its place: "# d"; nothing around a share."""
    rank: int | None = None
    """Its place among those that the scenario says to turn first."""
    sentence: str = ""
    """What the scenario calls it there, in words that need no heading."""
    siblings: tuple[tuple[str, float], ...] = ()
    """The other shares of its table, by path: where none is the rest, they give way so that the sum stays 1."""

    @property
    def name(self) -> str:
        """What it is called where no heading stands above it."""
        return self.sentence or f"{self.label}, {self.group}"


@dataclass(frozen=True, slots=True)
class EndpointCard:
    """An endpoint: its name, how far its curves are drawn, and what was published of it."""

    name: str
    label: str
    short_label: str
    """What tables call it."""
    horizon_days: float
    ticks: tuple[float, ...]
    """The days of the ticks of the axis."""
    tick_labels: tuple[str, ...]
    unit: str
    published: tuple[tuple[tuple[float, float], ...], ...]
    """For each group, published (day, survival)."""
    published_ratios: tuple[float | None, ...]
    """For each group that is compared with another."""
    is_stratified: bool
    """Whether the arms are compared within strata."""
    groups: tuple[str, ...]
    """The arms, or what is compared instead of them."""
    is_by_arm: bool


@dataclass(frozen=True, slots=True)
class CommitteeCard:
    """The plan of the monitoring committee: where the bounds are, by information."""

    planned_events: int
    information: tuple[float, ...]
    efficacy: tuple[float | None, ...]
    futility: tuple[float | None, ...]
    rules: tuple[str, ...] = ()
    """What they follow from, in words."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A trial that was simulated and can now be looked at on any day."""

    generation: int
    name: str
    file: str
    """The file on disk."""
    asked: str
    """What to write on the command line to get it."""
    summary: str
    """What it is about, in a few sentences."""
    seed: int
    replicate: int
    """Which of the seed's trials it is."""
    has_own_seed: bool
    """Whether the scenario itself says with which seed it is opened."""
    day: float | None
    """The day on which it was asked for; None if on none."""
    settings: Settings
    kept: Settings
    begins: str
    ends: str
    last_day: float
    arms: tuple[str, ...]
    groups: tuple[str, ...]
    lanes: tuple[Lane, ...]
    endpoints: tuple[EndpointCard, ...]
    main_endpoint: str
    """The name of the one that the trial is about; empty if there is none."""
    has_toxicity: bool
    has_queues: bool
    """Whether there is a resource of which all places are taken at some time."""
    committee: CommitteeCard | None
    parameters: tuple[Parameter, ...]
    look_days: tuple[float, ...]
    last_cut: str
    """When replicates are read: the date of the last data cut, if it has one."""
    cutoffs: tuple[tuple[str, float], ...]
    """The planned data cuts: label and day."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival curve as steps, thinned to what a screen can show, and what belongs beside it."""

    time: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    censored: Counts
    """How many were censored in each of as many equal parts of the axis."""
    at_risk: tuple[int, ...]
    """At each tick of the endpoint's axis."""
    followed_days: float
    """The longest time of anybody."""
    thin_days: float
    """From this time on fewer than ten are at risk."""
    n: int
    events: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class HazardRatioView:
    """The hazard ratio of an arm, its interval and the one-sided P; None for what has no estimate."""

    arm: str
    estimate: float | None = None
    """May be 0 or infinite."""
    lower: float | None = None
    upper: float | None = None
    p_one_sided: float | None = None


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint on a day: a curve for each group, those of the trial it is compared with, and the comparison.

    All of it counts what a report on that day would: with records as complete as they are at the last data cut.
    """

    name: str
    curves: tuple[Curve, ...]
    ghosts: tuple[Curve, ...]
    at_days: tuple[tuple[float, tuple[float | None, ...]], ...]
    """For each tabulated day the survival of each arm; None where nobody was followed so long."""
    at_risk: tuple[tuple[int, ...], ...]
    """For each of these days how many of each arm are at risk."""
    ratios: tuple[HazardRatioView, ...]
    """For each arm that is compared with control."""


@dataclass(frozen=True, slots=True)
class ToxicityRow:
    """One type of toxicity over the compared therapies: for each arm how many had grade 3, 4 or 5 at worst."""

    label: str
    grades: tuple[tuple[int, int, int], ...]
    patients: tuple[int, ...]

    @property
    def rates(self) -> tuple[float | None, ...]:
        """The share of the patients of each arm who had it; None where there are none."""
        both = zip(self.grades, self.patients, strict=True)
        return tuple(sum(grades) / patients if patients else None for grades, patients in both)


@dataclass(frozen=True, slots=True)
class LookView:
    """A look of the committee that has been held."""

    day: float
    information: float
    events: int
    z: float | None
    decision: str
    bounds: tuple[float | None, float | None]
    """For benefit and for futility, by the events that were known; None where there is none."""
    verdict: tuple[str, ...]
    """What the committee saw and decided, in a sentence; shorter ones for little room."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something that happened to a patient or in the trial, in words."""

    day: float
    date: str
    patient: int | None
    who: str
    arm: int
    text: str


@dataclass(frozen=True, slots=True)
class ComparisonCounts:
    """How many patients fare otherwise than in the trial that this one is compared with, by some day.

    Each of them is counted once.
    """

    endpoint: str
    """What tables call it."""
    better: int
    """An event there, none here."""
    worse: int
    """None there, an event here."""
    later: int
    """An event in both, here after more days."""
    earlier: int
    """An event in both, here after fewer days."""
    otherwise: int
    """The same outcome on the same day, none of either, or lost to follow-up: what differs is something else."""

    @property
    def changed(self) -> int:
        """How many in all."""
        return self.better + self.worse + self.later + self.earlier + self.otherwise


@dataclass(frozen=True, slots=True)
class WaitingPatient:
    """Somebody who waits for a place, and for how many days."""

    patient: int
    days: float


WAITED_PERCENTILE = 90
"""So many per cent of waits are told to have been over by a time."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """A scarce resource on a day; what is ``before`` is of the trial that this one is compared with, None of none."""

    name: str
    label: str
    capacity: int
    capacity_before: int | None
    begins: float
    """From this day on use and waiting are told, in as many equal parts."""
    ends: float
    """Until this one: today, or before it the last on which somebody waited or had a place."""
    use: Floats
    """The share of the places that are taken."""
    waiting: Floats
    """How many wait."""
    busy: int
    usual_wait_days: float
    """How long nine in ten waited at most, in the whole trial that this one is compared with: it orders the queues."""
    who: tuple[WaitingPatient, ...]
    """Who waits now, the longest first."""
    now_waiting: int
    times: Floats
    """How many days those waited who have got a place, in order."""
    times_before: Floats | None
    asked: int
    gave_up: int
    gave_up_before: int | None
    share_in_use: float
    """From the first request to the last one so far."""
    share_in_use_before: float | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A trial on a day."""

    generation: int
    day: float
    date: str
    iso_date: str
    enrolled: int
    randomized: int
    by_group: tuple[int, ...]
    here: tuple[tuple[int, ...], ...]
    """For each lane the number of patients now in each step."""
    passed: tuple[tuple[int, ...], ...]
    """For each lane how many have ever come to each step."""
    moving: tuple[tuple[int, int, float], ...]
    """Patients on their way: lane, the station that they are coming to (those elsewhere follow those on the lane), and
    the part of the way that is behind them."""
    endpoints: tuple[EndpointView, ...]
    toxicity: tuple[ToxicityRow, ...]
    events_known: int
    """Of the endpoint that is monitored, those that the committee knows of on this day, or did when it stopped."""
    events_counted: int
    """Of the same endpoint, those that the curves count: with records as complete as at the last data cut."""
    z_path: tuple[tuple[float, float], ...]
    """Information and z so far, each time an event became known."""
    looks: tuple[LookView, ...]
    log: tuple[LogEntry, ...]
    counts: ComparisonCounts | None
    """None where nothing is changed."""
    story: Story
    queues: tuple[QueueView, ...]
    is_sought: bool = False
    """Whether the day was not asked for, but what happens on it."""

    @property
    def is_stopped(self) -> bool:
        """Whether the committee has stopped the trial: it is told of no more events."""
        return bool(self.looks) and self.looks[-1].decision.startswith("stop")
