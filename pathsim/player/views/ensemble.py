"""What many replicates of the trial on screen say."""

from dataclasses import dataclass

from pathsim.player.views.live import Flags, Floats


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its Monte Carlo interval."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Headline:
    """The figure of a trial that is asked for first, in every replicate and in the trial on screen."""

    endpoint: str
    arm: str
    """Which is compared with control, if any is."""
    label: str
    values: Floats
    own: float
    is_ratio: bool
    """Whether it is a hazard ratio, of which less is better; else it is survival."""
    is_significant: Flags | None
    """Of a hazard ratio, whether its one-sided P is below the level; None where nothing is compared."""
    published: float | None
    luckier: float | None
    """The share of the replicates, but for that of the same number, that the trial on screen beats."""
    others: int = 0
    """How many these are."""


@dataclass(frozen=True, slots=True)
class ComparedArm:
    """An arm against control by an endpoint, in every replicate and in the trial on screen."""

    endpoint: str
    arm: str
    label: str
    ratios: Floats
    """The hazard ratio of each replicate."""
    own: float
    published: float | None
    power: Share


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure over replicates: that of the trial on screen, the middle, and the interval of single trials."""

    label: str
    is_share: bool
    own: float
    middle: float
    """The mean; of a hazard ratio, which can be infinite, and of the day on which the trial ended, the median."""
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
    compared: tuple[ComparedArm, ...]
    """For each endpoint each arm that is compared with control."""
    power_by_count: tuple[tuple[int, Share], ...]
    """Power of that endpoint after so many replicates."""
    endings: tuple[tuple[str, Share], ...]
    stopping: tuple[tuple[int, float, float, float, float], ...]
    """For each look: number, share held, share stopped for benefit, for futility, by order."""
    figures: tuple[FigureRow, ...]
    """At the last data cut."""
    ended: FigureRow | None
    """The day on which a rule or an order ended the trial, if one can."""

    @property
    def has_several_arms(self) -> bool:
        """Whether more than one arm is compared with control."""
        return len({one.arm for one in self.compared}) > 1
