"""What many replicates say, and where the numbers come from that they are simulated with."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pathsim.meaning import Unit
from pathsim.player.views.live import Floats, Kind


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
    """A figure over replicates: that of the trial on screen, the middle, and the interval of single trials."""

    label: str
    is_share: bool
    own: float
    middle: float
    """The mean; of a hazard ratio, which can be infinite, the median."""
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
    power_by_count: tuple[tuple[int, Share], ...]
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
    """How a figure differs between two settings on average; of a ratio it is the logarithm that does."""

    label: str
    unit: Unit
    mean: float
    reach: float
    """The 95% interval of the mean reaches so far to either side."""


@dataclass(frozen=True, slots=True)
class ContrastView:
    """Differences between two settings over replicates with the same draws."""

    generation: int
    replicates: int
    wanted: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A number or date of the scenario, and where it comes from."""

    path: str
    value: str
    kind: Kind
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Every number and date in use, and the list of sources."""

    generation: int
    tally: str
    """How many there are of either."""
    rows: tuple[EvidenceRow, ...]
    cites: tuple[tuple[str, str], ...]


TargetKind: TypeAlias = Literal["input", "fit", "holdout", "plausible"]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A published result or a plausible range beside the simulated results."""

    part: str
    label: str
    mark: str
    """What is put after its label, by its kind."""
    kind: TargetKind
    """Whether it is a number of the model itself, what numbers were calibrated to, or only compared."""
    is_share: bool
    wanted: tuple[float, float]
    """Between which ends the mean is to lie; a published result is both."""
    simulated: float
    averaged: int
    """How many trials enter what is simulated."""
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
