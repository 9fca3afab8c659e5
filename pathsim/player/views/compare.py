"""Two settings on the same patients: who fares otherwise, and how figures differ over many replicates."""

from dataclasses import dataclass
from typing import Literal

from pathsim.meaning import Unit
from pathsim.player.views.live import ComparisonCounts, EndpointView, ToxicityRow


@dataclass(frozen=True, slots=True)
class ChangedPatient:
    """A patient whose journey differs between two settings, and the first thing that does."""

    patient: int
    about: str
    arm: int
    verdict: Literal["better", "worse", "later", "earlier", "otherwise"]
    day: float
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """A figure of an endpoint's arms in both settings, by now; None of what is known of many trials only, as power."""

    label: str
    unit: Unit
    before: float | None
    now: float | None


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Two settings on the same patients."""

    generation: int
    before: tuple[EndpointView, ...]
    now: tuple[EndpointView, ...]
    compared: tuple[tuple[ComparedFigure, ...], ...]
    """For each endpoint what differs between the settings of how its arms compare."""
    toxicity_before: tuple[ToxicityRow, ...]
    toxicity_now: tuple[ToxicityRow, ...]
    counts: ComparisonCounts
    changed: tuple[ChangedPatient, ...]


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
