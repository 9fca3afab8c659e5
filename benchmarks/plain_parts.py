"""What plain_simpy.py is made of: a patient, what can hold for one, and the tables of stays, ready for draws."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import aall1331_numbers as stated
import aall1331_stays as stays
from simpy.resources.resource import Request


class Event(NamedTuple):
    """What an entry of the journal is about."""

    kind: str
    step: str
    name: str


@dataclass(slots=True)
class Patient:
    number: int
    arrived: float
    age: int
    sex: str
    relapse: str
    cytogenetics: str
    frailty: str
    response: str = ""
    mrd: str = ""
    arm: str = ""
    low_risk_arm: str = ""
    acute_gvhd: bool = False
    grafted: float = math.inf
    graft_to_salvage: float = math.nan
    """Days from the graft to a relapse after it; not a number without a graft."""
    salvage_response: str = ""
    bed: Request | None = None
    stratum: str = ""
    randomized: float = math.inf
    first_event: float = math.inf
    """The day of the first event of disease-free survival."""
    first_event_kind: str = ""
    died: float = math.inf
    lost: float = math.inf
    steps: list[tuple[str, float]] = field(default_factory=list)
    """The steps entered, each with its day."""
    toxicities: list[tuple[str, str, int]] = field(default_factory=list)
    """Step, type and worst grade."""


Condition: TypeAlias = Callable[[Patient], bool]


def is_low_risk(patient: Patient) -> bool:
    """Whether the relapse is late, and little disease is left."""
    return patient.relapse in stated.LATE and patient.mrd != "high"


CONDITIONS: Mapping[str, Condition] = {
    "residual disease": lambda patient: patient.mrd != "negative",
    "negative MRD": lambda patient: patient.mrd == "negative",
    "high MRD": lambda patient: patient.mrd == "high",
    "low risk": is_low_risk,
    "chemotherapy": lambda patient: patient.arm == "chemotherapy",
    "low-risk chemotherapy": lambda patient: patient.low_risk_arm == "low_risk_chemotherapy",
    "adolescent": lambda patient: patient.age >= 13,
    "very early marrow relapse": lambda patient: patient.relapse == stated.VERY_EARLY_MARROW,
    "late marrow relapse": lambda patient: patient.relapse == stated.LATE_MARROW,
    "late extramedullary relapse": lambda patient: patient.relapse == stated.LATE_EXTRAMEDULLARY,
    "late relapse": lambda patient: patient.relapse in stated.LATE,
    "unfavorable cytogenetics": lambda patient: patient.cytogenetics == "unfavorable",
    "favorable cytogenetics": lambda patient: patient.cytogenetics == "favorable",
    "acute GVHD": lambda patient: patient.acute_gvhd,
    "relapse soon after graft": lambda patient: patient.graft_to_salvage < stated.SOON_AFTER_GRAFT,
    "relapse later after graft": lambda patient: patient.graft_to_salvage >= stated.SOON_AFTER_GRAFT,
}


# ------------------------------------------------------------------------------------------------ tables made ready


class Exit:
    """A way out of a step, with its hazard in constant pieces."""

    def __init__(self, step: str, name: str, numbers: stays.Exit) -> None:
        self.event, self.to, self.hazard_ratio = Event("exit", step, name), numbers.to, numbers.hazard_ratio
        self.since_graft = numbers.since_graft
        self.effects = [(CONDITIONS[condition], ratio) for condition, ratio in numbers.effects]
        self.pieces: list[tuple[float, float, float, float]] = []
        """Cumulative hazard at the end and at the beginning, day of the beginning, days per unit of hazard."""
        day, reached = 0.0, 0.0
        for until, probability in numbers.by.items():
            hazard = -math.log1p(-probability)
            if hazard > reached:
                self.pieces.append((hazard, reached, day, (until - day) / (hazard - reached)))
            day, reached = until, hazard
        if numbers.then:
            self.pieces.append((math.inf, reached, day, 1 / numbers.then))
        self.most = self.pieces[-1][0] if self.pieces else 0.0

    def days(self, patient: Patient, cumulated: float, now: float) -> float:
        """How long after entry the hazard has cumulated to this; infinite if it never does."""
        cumulated /= self.hazard_ratio
        for holds, ratio in self.effects:
            if holds(patient):
                cumulated /= ratio
        before = now - patient.grafted if self.since_graft else 0.0
        if before:
            cumulated += self.survived(before)
        if cumulated < self.most:
            for high, low, start, pace in self.pieces:
                if cumulated < high:
                    return start + (cumulated - low) * pace - before
        return math.inf

    def survived(self, days: float) -> float:
        """The hazard behind those to whom nothing has happened for so long."""
        behind = 0.0
        for high, low, start, pace in self.pieces:
            if days > start:
                behind = min(high, low + (days - start) / pace)
        return behind


class Toxicity(NamedTuple):
    """A type of toxicity in a step; grades 4 and 5 as shares of grade 3 or higher."""

    onset: stated.Distribution
    lasts: stated.Distribution
    fourth: float
    fifth: float
    delays: bool
    begins: Event
    resolves: Event
    within: str
    risk_ratio: tuple[Condition, float] | None


class Phase:
    """A stay with toxicities and exits."""

    def __init__(self, name: str, numbers: stays.Phase) -> None:
        self.name, self.days, self.next, self.max_delay = name, numbers.days, numbers.next, numbers.max_delay
        self.exits = [Exit(name, way, each) for way, each in numbers.exits.items() if each.by or each.then]
        self.death_of_toxicity = Event("exit", name, "death")
        self.risks: dict[str, list[tuple[float, Toxicity]]] = {level: [] for level in stated.FRAILTY}
        """What patients of each frailty have to expect, with its probability; given the other one if within another."""
        for kind, share in numbers.third.items():
            if not share:
                continue
            onset, lasts, fourth, delays = stays.KINDS[kind]
            onset = stays.ONSET_IN_STEP.get((name, kind), onset)
            begins, resolves = Event("toxicity", name, kind), Event("resolved", name, kind)
            fifth, within = numbers.fifth.get(kind, 0.0), numbers.within.get(kind, "")
            effect = numbers.risk_ratios.get(kind)
            risk_ratio = None if effect is None else (CONDITIONS[effect[0]], effect[1])
            toxicity = Toxicity(onset, lasts, fourth, fifth, delays, begins, resolves, within, risk_ratio)
            if within:
                # Frailty has its say in the other one.
                each = dict.fromkeys(stated.FRAILTY, share / numbers.third[within])
            else:
                each = by_frailty(share, numbers.odds_ratios)
            for level, probability in each.items():
                self.risks[level].append((probability, toxicity))


def by_frailty(average: float, odds_ratios: Mapping[str, float]) -> dict[str, float]:
    """The probability for each frailty with these odds ratios against the robust, and with this average."""
    low, high = 0.0, 1.0
    for _ in range(60):
        robust = (low + high) / 2
        odds = robust / (1 - robust)
        each = {level: odds * odds_ratios.get(level, 1.0) for level in stated.FRAILTY}
        each = {level: odd / (1 + odd) for level, odd in each.items()}
        if sum(stated.FRAILTY[level] * probability for level, probability in each.items()) < average:
            low = robust
        else:
            high = robust
    return each


PHASES = {name: Phase(name, numbers) for name, numbers in stays.PHASES.items()}
WAITS = {step: [Exit(step, name, each) for name, each in exits.items()] for step, exits in stays.WAITS.items()}
