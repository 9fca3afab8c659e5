"""What the worker sends: pictures of a trial in plain numbers and words, as large for ten thousand patients as for ten.

Screens and widgets read these and nothing else of the simulation. Times are in days, shares are fractions.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.player.requests import Settings

Floats: TypeAlias = NDArray[np.float64]
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
    siblings: tuple[tuple[str, float], ...] = ()
    """The other shares of its table, by path: where none is the rest, they give way so that the sum stays 1."""


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
    """For each arm, published (day, survival)."""
    published_ratio: float | None


@dataclass(frozen=True, slots=True)
class CommitteeCard:
    """The plan of the monitoring committee: where the bounds are, by information."""

    planned_events: int
    information: tuple[float, ...]
    efficacy: tuple[float | None, ...]
    futility: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A trial that was simulated and can now be looked at on any day."""

    generation: int
    name: str
    file: str
    """The file on disk."""
    asked: str
    """What to write on the command line to get it."""
    seed: int
    settings: Settings
    kept: Settings
    begins: str
    ends: str
    last_day: float
    arms: tuple[str, ...]
    groups: tuple[str, ...]
    lanes: tuple[Lane, ...]
    endpoints: tuple[EndpointCard, ...]
    has_toxicity: bool
    committee: CommitteeCard | None
    parameters: tuple[Parameter, ...]
    look_days: tuple[float, ...]
    cutoffs: tuple[tuple[str, float], ...]
    """The planned data cuts: label and day."""
    arms_are_held: bool
    """Whether patients keep their arms whatever is changed; not where they queue."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival curve as steps, thinned to what a screen can show, and what belongs beside it."""

    time: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    censored: Floats
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
class Ratio:
    """A hazard ratio with its interval and the one-sided P; None where it could not be estimated."""

    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    p_one_sided: float | None = None


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint on a day: a curve for each arm, those of the trial it is compared with, and the comparison."""

    name: str
    curves: tuple[Curve, ...]
    ghosts: tuple[Curve, ...]
    at_days: tuple[tuple[float, tuple[float, ...]], ...]
    """For each tabulated day the survival of each arm."""
    at_risk: tuple[tuple[int, ...], ...]
    """For each of these days how many of each arm are at risk."""
    ratio: Ratio


@dataclass(frozen=True, slots=True)
class ToxicityRow:
    """One type of toxicity over the compared therapies: for each arm how many had grade 3, 4 or 5 at worst."""

    label: str
    grades: tuple[tuple[int, int, int], ...]
    patients: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LookView:
    """A look of the committee that has been held."""

    day: float
    information: float
    events: int
    z: float | None
    decision: str


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
class Fates:
    """How many patients fare otherwise than in the trial that this one is compared with, by some day."""

    endpoint: str
    """What tables call it."""
    saved: int
    """An event there, none here."""
    lost: int
    """None there, an event here."""
    otherwise: int
    """Something else in their journeys."""

    @property
    def changed(self) -> int:
        """How many in all."""
        return self.saved + self.lost + self.otherwise


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
    moving: tuple[tuple[int, int, float], ...]
    """Patients on their way: lane, the station that they are coming to (those elsewhere follow those on the lane), and
    the part of the way that is behind them."""
    endpoints: tuple[EndpointView, ...]
    toxicity: tuple[ToxicityRow, ...]
    events_known: int
    """Of the endpoint that is monitored."""
    walk: tuple[tuple[float, float], ...]
    """Information and z so far, each time an event became known."""
    looks: tuple[LookView, ...]
    log: tuple[LogEntry, ...]
    fates: Fates | None
    """None where nothing is changed."""
    is_sought: bool = False
    """Whether the day was not asked for, but what happens on it."""

    @property
    def is_stopped(self) -> bool:
        """Whether the committee has stopped the trial: it is told of no more events."""
        return bool(self.looks) and self.looks[-1].decision.startswith("stop")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A patient in a line."""

    patient: int
    came: str
    about: tuple[str, ...]
    arm: int
    now: str
    event: str
    days: float | None
    """Days from the start of the first endpoint to its event, or until now."""
    twin: str
    """``saved`` by the arm, ``harmed`` by it, or nothing."""


@dataclass(frozen=True, slots=True)
class RosterView:
    """All patients who have come by a day, and what their arms did for them by the end of the trial."""

    generation: int
    day: float
    columns: tuple[str, ...]
    rows: tuple[RosterRow, ...]
    arm: str
    """The arm that is asked about: the one that is not the control."""
    saved: int
    harmed: int
    same: int
    endpoint: str


@dataclass(frozen=True, slots=True)
class Stay:
    """A bar of a timeline: a step that lasted some time."""

    label: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Happening:
    """A mark of a timeline: something on a day, with the grade if it is a toxicity."""

    day: float
    kind: Literal["toxicity", "assess", "arm", "exit"]
    label: str
    grade: int = 0
    ends: float | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """All that ever happens to a patient in one arm; days count from his enrolment."""

    arm: int
    is_own: bool
    stays: tuple[Stay, ...]
    happenings: tuple[Happening, ...]
    until: float
    outcome: str


@dataclass(frozen=True, slots=True)
class JourneyView:
    """A patient in his own arm, and in every other one."""

    generation: int
    patient: int
    about: str
    came: str
    came_on: float
    """The day of the trial."""
    journeys: tuple[Journey, ...]
    parts: str
    """Where the first two part, in words."""
    parts_on: float | None


@dataclass(frozen=True, slots=True)
class ChangedPatient:
    """A patient whose journey differs between two settings, and the first thing that does."""

    patient: int
    about: str
    arm: int
    verdict: Literal["saved", "lost", "otherwise"]
    day: float
    there: str
    here: str


@dataclass(frozen=True, slots=True)
class WeighedView:
    """Two settings on the same patients."""

    generation: int
    there: tuple[EndpointView, ...]
    here: tuple[EndpointView, ...]
    toxicity_there: tuple[ToxicityRow, ...]
    toxicity_here: tuple[ToxicityRow, ...]
    fates: Fates
    changed: tuple[ChangedPatient, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its Monte Carlo interval."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Headline:
    """The figure of a trial that is asked for first, in every replicate and in the trial on screen."""

    label: str
    values: Floats
    own: float
    is_ratio: bool
    """Whether it is a hazard ratio, of which less is better; else it is survival."""
    published: float | None
    luckier: float | None
    """The share of the replicates, but for that of the same number, that the trial on screen beats."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure over replicates: that of the trial on screen, the mean, and the interval of single trials."""

    label: str
    is_share: bool
    own: float
    mean: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class EnsembleView:
    """The replicates so far."""

    generation: int
    replicates: int
    wanted: int
    headline: Headline | None
    endpoint: str
    level: float
    power: tuple[tuple[str, Share], ...]
    settling: tuple[tuple[int, Share], ...]
    """Power of that endpoint after so many replicates."""
    endings: tuple[tuple[str, Share], ...]
    stopping: tuple[tuple[int, float, float, float, float], ...]
    """For each look: number, share held, share stopped for benefit, for futility, by order."""
    figures: tuple[FigureRow, ...]
    """At the last data cut."""
    ended: FigureRow | None
    """The day on which a rule or an order ended the trial, if one can."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a figure differs between two settings on average: a share, or a hazard ratio."""

    label: str
    is_ratio: bool
    mean: float
    reach: float
    """The 95% interval of the mean reaches so far to either side."""


@dataclass(frozen=True, slots=True)
class ContrastView:
    """Differences between two settings over replicates with the same luck."""

    generation: int
    replicates: int
    wanted: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A number of the scenario, and where it comes from."""

    path: str
    value: str
    kind: Kind
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Every number in use, and the list of sources."""

    generation: int
    rows: tuple[EvidenceRow, ...]
    cites: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A published result beside the simulated ones."""

    part: str
    label: str
    is_held_out: bool
    """Whether nothing was calibrated to it: it is only compared."""
    is_share: bool
    published: float
    simulated: float
    lower: float
    upper: float
    verdict: str


@dataclass(frozen=True, slots=True)
class ValidationView:
    """Published results beside so many simulated trials of the published course."""

    generation: int
    replicates: int
    wanted: int
    rows: tuple[TargetRow, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A scenario that cannot be used as it is, with everything that is wrong with it."""

    generation: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """A scenario was written to this file, and what is to be known of it."""

    generation: int
    file: str
    note: str


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A scenario was not written, and why."""

    generation: int
    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A defect of ours, with a sentence for a report."""

    generation: int
    message: str


Reply: TypeAlias = (
    Opened
    | Snapshot
    | RosterView
    | JourneyView
    | WeighedView
    | EnsembleView
    | ContrastView
    | EvidenceView
    | ValidationView
    | Refused
    | Saved
    | Unsaved
    | Failed
)
