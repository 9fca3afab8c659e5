"""Where the numbers come from, and how simulated trials compare with published results."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pathsim.player.views.live import Kind


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
    is_missed: bool
    """Whether it is not met, and that is certain by so many trials."""


@dataclass(frozen=True, slots=True)
class ValidationView:
    """Published results beside so many simulated trials of the published course."""

    generation: int
    replicates: int
    wanted: int
    rows: tuple[TargetRow, ...]
