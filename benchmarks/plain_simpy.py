"""The pathway of COG AALL1331 written by hand as an ordinary SimPy model: one process for each patient, luck from
Python's ``random``, and the journal a list of tuples.

It shares no code with pathsim and reads no file. So it is the baseline against which pathsim's speed is measured, and
a second opinion on its medicine: tests/double_programming compares what comes out of the two.
"""

import math
import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import aall1331_numbers as stated
import simpy
from simpy.resources.resource import Request


class Event(NamedTuple):
    """What an entry of the journal is about."""

    kind: str
    step: str
    name: str


Value: TypeAlias = str | int
"""The grade of a toxicity, the level of an assessment, a stratum, an arm, or the toxicity of which a patient died."""
Entry: TypeAlias = tuple[float, int, Event, Value]
Process: TypeAlias = Generator[simpy.Event, Any, None]


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
    acute_gvhd: bool = False
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

CONDITIONS: Mapping[str, Condition] = {
    "residual disease": lambda patient: patient.mrd != "negative",
    "negative MRD": lambda patient: patient.mrd == "negative",
    "chemotherapy": lambda patient: patient.arm == "chemotherapy",
    "adolescent": lambda patient: patient.age >= 13,
    "very early marrow relapse": lambda patient: patient.relapse == stated.VERY_EARLY_MARROW,
    "late marrow relapse": lambda patient: patient.relapse == stated.LATE_MARROW,
    "unfavorable cytogenetics": lambda patient: patient.cytogenetics == "unfavorable",
    "favorable cytogenetics": lambda patient: patient.cytogenetics == "favorable",
    "acute GVHD": lambda patient: patient.acute_gvhd,
}


# ------------------------------------------------------------------------------------------------ tables made ready


class Exit:
    """A way out of a step, with its hazard in constant pieces."""

    def __init__(self, step: str, name: str, numbers: stated.Exit) -> None:
        self.event, self.to, self.hazard_ratio = Event("exit", step, name), numbers.to, numbers.hazard_ratio
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

    def days(self, patient: Patient, cumulated: float) -> float:
        """When the hazard has cumulated to this; infinite if it never does."""
        cumulated /= self.hazard_ratio
        for holds, ratio in self.effects:
            if holds(patient):
                cumulated /= ratio
        if cumulated < self.most:
            for high, low, start, pace in self.pieces:
                if cumulated < high:
                    return start + (cumulated - low) * pace
        return math.inf


class Toxicity(NamedTuple):
    """A type of toxicity in a step; grades 4 and 5 as shares of grade 3 or higher."""

    onset: stated.Law
    lasts: stated.Law
    fourth: float
    fifth: float
    delays: bool
    begins: Event
    resolves: Event
    risk_ratio: tuple[Condition, float] | None


class Struck(NamedTuple):
    """A toxicity that happens to a patient if he stays long enough."""

    onset: float
    over: float
    grade: int
    toxicity: Toxicity


class Phase:
    """A stay with toxicities and exits."""

    def __init__(self, name: str, numbers: stated.Phase) -> None:
        self.name, self.days, self.next, self.max_delay = name, numbers.days, numbers.next, numbers.max_delay
        self.exits = [Exit(name, way, each) for way, each in numbers.exits.items() if each.by or each.then]
        self.death_of_toxicity = Event("exit", name, "death")
        self.risks: dict[str, list[tuple[float, Toxicity]]] = {level: [] for level in stated.FRAILTY}
        """What patients of each frailty have to expect, with its probability."""
        for kind, share in numbers.third.items():
            if not share:
                continue
            onset, lasts, fourth, delays = stated.KINDS[kind]
            onset = stated.ONSET_IN_STEP.get((name, kind), onset)
            begins, resolves = Event("toxicity", name, kind), Event("resolved", name, kind)
            fifth = numbers.fifth.get(kind, 0.0)
            effect = numbers.risk_ratios.get(kind)
            risk_ratio = None if effect is None else (CONDITIONS[effect[0]], effect[1])
            toxicity = Toxicity(onset, lasts, fourth, fifth, delays, begins, resolves, risk_ratio)
            for level, probability in by_frailty(share, numbers.odds_ratios).items():
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


PHASES = {name: Phase(name, numbers) for name, numbers in stated.PHASES.items()}
WAITS = {step: [Exit(step, name, each) for name, each in exits.items()] for step, exits in stated.WAITS.items()}
IN_BED = ("conditioning", "transplant")


def arrival(expected: float) -> float:
    """The day by which so many patients are expected: the pace rises in a straight line, and then stays."""
    while_rising = stated.PATIENTS_PER_DAY * stated.RISING_DAYS / 2
    if expected < while_rising:
        return math.sqrt(expected / while_rising) * stated.RISING_DAYS
    return stated.RISING_DAYS + (expected - while_rising) / stated.PATIENTS_PER_DAY


# ------------------------------------------------------------------------------------------------ the model


class Trial:
    """One trial. What happens during a stay is written when the stay begins: sort the journal to read it by day."""

    def __init__(self, seed: int, patients: int) -> None:
        self.coming = patients
        self.luck = random.Random(seed)  # noqa: S311 - simulated patients have no secrets
        self.uniform = self.luck.random
        self.environment = simpy.Environment()
        self.beds = simpy.Resource(self.environment, stated.BEDS)
        self.patients: list[Patient] = []
        self.journal: list[Entry] = []
        self.blocks: dict[tuple[str, str], list[str]] = {}
        self.branches: dict[str, Callable[[Patient], str]] = {
            "risk_assignment": self.assign_risk,
            "low_risk": self.randomize_low_risk,
            "consolidation": self.randomize,
            "off_protocol_decision": self.decide_off_protocol,
            "salvage": self.choose_salvage,
            "after_salvage": self.leave_salvage,
        }
        steps = (*PHASES, *WAITS, *self.branches, *stated.STARTS, *stated.GOES_ON, *stated.ENDS)
        self.entering = {step: Event("enter", step, step) for step in steps}
        self.environment.process(self.accrue())

    def run(self) -> None:
        self.environment.run()

    # --- luck

    def draw(self, law: stated.Law) -> float:
        if len(law) == 1:
            return law[0]
        place = self.uniform() * (len(law) - 1)
        interval = int(place)
        low = law[interval]
        return low + (place - interval) * (law[interval + 1] - low)

    def choose(self, shares: Mapping[str, float], rest: str) -> str:
        draw = self.uniform()
        for name, share in shares.items():
            draw -= share
            if draw < 0:
                return name
        return rest

    def first_exit(self, exits: Sequence[Exit], patient: Patient) -> tuple[float, Exit | None]:
        first, way = math.inf, None
        for each in exits:
            days = each.days(patient, self.luck.expovariate(1.0))
            if days < first:
                first, way = days, each
        return first, way

    # --- the ways of the patients

    def accrue(self) -> Process:
        """Patient i comes at a random moment of the i-th interval."""
        for number in range(self.coming):
            arrives = arrival(number + self.uniform())
            yield self.environment.timeout(arrives - self.environment.now)
            relapse = self.choose(stated.RELAPSE, stated.LATE_MARROW)
            patient = Patient(
                number,
                arrives,
                age=int(self.draw(stated.AGE_AT_LATER_RELAPSE.get(relapse, stated.AGE))),
                sex="female" if self.uniform() < stated.FEMALE else "male",
                relapse=relapse,
                cytogenetics=self.choose(stated.CYTOGENETICS, "other"),
                frailty=self.choose(stated.FRAILTY, "frail"),
            )
            self.patients.append(patient)
            self.environment.process(self.walk(patient))

    def walk(self, patient: Patient) -> Process:
        environment = self.environment
        step = "block_1"
        while True:
            if patient.bed is not None and step not in IN_BED:
                self.beds.release(patient.bed)
                patient.bed = None
            patient.steps.append((step, environment.now))
            self.journal.append((environment.now, patient.number, self.entering[step], ""))
            if step in PHASES:
                days, step = self.stay(patient, PHASES[step])
                if days == math.inf:
                    return
                yield environment.timeout(days)
            elif step in WAITS:
                step = yield from self.wait_for_transplant(patient, step)
            elif step in stated.ENDS:
                return
            else:
                step = self.branch(patient, step)

    def wait_for_transplant(self, patient: Patient, step: str) -> Generator[simpy.Event, Any, str]:
        """Until a donor is found, then for a bed; the exits compete all the time."""
        ready = self.draw(stated.DONOR_READY)
        until, way = self.first_exit(WAITS[step], patient)
        if ready <= until:
            yield self.environment.timeout(ready)
            self.journal.append((self.environment.now, patient.number, Event("ready", step, "transplant_bed"), ""))
            bed = self.beds.request()
            if not bed.triggered:
                yield bed | self.environment.timeout(until - ready)
            if bed.triggered:
                patient.bed = bed
                return "conditioning"
            bed.cancel()
        else:
            yield self.environment.timeout(until)
        if way is None:
            raise ValueError(f"nothing ends the stay in '{step}'")
        self.leave(patient, self.environment.now, way.event)
        return way.to

    def stay(self, patient: Patient, phase: Phase) -> tuple[float, str]:
        """What a phase holds for a patient who enters it: how long he stays, and where he goes then."""
        now = self.environment.now
        planned = self.draw(phase.days) if phase.days else math.inf
        exit_after, way = self.first_exit(phase.exits, patient)
        struck = self.strike(patient, phase.risks[patient.frailty])
        complete = planned
        for each in struck:
            # One that begins after the planned end holds nobody back.
            if each.toxicity.delays and each.onset <= planned:
                complete = max(complete, min(each.over, planned + phase.max_delay))
        fatal = [each for each in struck if each.grade == 5 and each.onset <= complete]
        # Who is dying leaves by no exit, but an exit can come before the onset.
        if fatal and exit_after > min(each.onset for each in fatal):
            killer = min(fatal, key=lambda each: each.over)
            leaves, following = killer.over, "dead"
            self.leave(patient, now + leaves, phase.death_of_toxicity, killer.toxicity.begins.name)
        elif way is not None and exit_after < complete:
            leaves, following = exit_after, way.to
            self.leave(patient, now + leaves, way.event)
        else:
            leaves, following = complete, phase.next
            if following:
                self.assess(patient, phase.name, now + leaves)
        for each in struck:
            if each.onset <= leaves:
                self.suffer(patient, each, now, leaves)
        return leaves, following

    def strike(self, patient: Patient, risks: list[tuple[float, Toxicity]]) -> list[Struck]:
        """The toxicities that are to come, with their worst grades."""
        uniform = self.uniform
        struck = []
        for probability, toxicity in risks:
            ratio = 1.0
            if toxicity.risk_ratio is not None and toxicity.risk_ratio[0](patient):
                ratio = toxicity.risk_ratio[1]
            if uniform() < probability * ratio:
                worst = uniform()
                grade = 5 if worst < toxicity.fifth else 4 if worst < toxicity.fourth else 3
                onset = self.draw(toxicity.onset)
                struck.append(Struck(onset, onset + self.draw(toxicity.lasts), grade, toxicity))
        return struck

    def suffer(self, patient: Patient, struck: Struck, now: float, leaves: float) -> None:
        """Write a toxicity down; that it is fatal is known on the day of death."""
        onset, over, grade, toxicity = struck
        _, step, name = toxicity.begins
        worst = min(grade, 4)
        self.journal.append((now + onset, patient.number, toxicity.begins, worst))
        if over <= leaves:
            worst = grade
            self.journal.append(
                (now + over, patient.number, toxicity.begins if grade == 5 else toxicity.resolves, grade)
            )
        patient.toxicities.append((step, name, worst))
        if name == "acute_gvhd":
            patient.acute_gvhd = True

    def leave(self, patient: Patient, day: float, event: Event, cause: str = "") -> None:
        self.journal.append((day, patient.number, event, cause))
        if event.name in stated.DFS_EVENTS and patient.randomized < math.inf and not patient.first_event_kind:
            patient.first_event, patient.first_event_kind = day, event.name
        if event.name == "death":
            patient.died = day
        elif event.name == "lost_to_follow_up":
            patient.lost = day

    # --- what is measured when a stay is complete

    def assess(self, patient: Patient, step: str, day: float) -> None:
        if step == "block_1":
            shares = stated.RESPONSE_BY_RELAPSE.get(patient.relapse, stated.RESPONSE)
            patient.response = self.choose(shares, "remission")
            patient.mrd = self.choose(stated.MRD_BY_RELAPSE.get(patient.relapse, stated.MRD), "high")
            self.journal.append((day, patient.number, Event("assess", step, "response"), patient.response))
            self.journal.append((day, patient.number, Event("assess", step, "mrd"), patient.mrd))
        elif step in stated.MRD_AFTER_CYCLE:
            negative, others = stated.MRD_AFTER_CYCLE[step]
            patient.mrd = self.choose(negative if patient.mrd == "negative" else others, "high")
            self.journal.append((day, patient.number, Event("assess", step, "mrd"), patient.mrd))
        elif step in stated.SALVAGE_REMISSION:
            found = "remission" if self.uniform() < stated.SALVAGE_REMISSION[step] else "none"
            patient.salvage_response = found
            self.journal.append((day, patient.number, Event("assess", step, "salvage_response"), found))

    # --- branches

    def branch(self, patient: Patient, step: str) -> str:
        if step in stated.STARTS:
            cycle, share = stated.STARTS[step]
        elif step in stated.GOES_ON:
            cycle, negative, others = stated.GOES_ON[step]
            share = negative if patient.mrd == "negative" else others
        else:
            return self.branches[step](patient)
        return cycle if self.uniform() < share else "off_protocol"

    def assign_risk(self, patient: Patient) -> str:
        if patient.response == "early_failure":
            event = Event("exit", "risk_assignment", "early_treatment_failure")
            self.leave(patient, self.environment.now, event)
            return "salvage"
        if patient.response == "not_assigned":
            return "off_study"
        late_marrow = patient.relapse == stated.LATE_MARROW and patient.mrd != "high"
        if patient.relapse == stated.LATE_EXTRAMEDULLARY or late_marrow:
            return "low_risk" if self.uniform() < stated.LOW_RISK_RANDOMIZED else "not_randomized"
        return "consolidation" if self.uniform() < stated.RANDOMIZED else "not_randomized"

    def randomize_low_risk(self, patient: Patient) -> str:
        return self.allocate(patient, "low_risk", "low_risk_arm", stated.LOW_RISK_ARMS, patient.relapse)

    def randomize(self, patient: Patient) -> str:
        patient.stratum = f"{patient.relapse}, MRD {'high' if patient.mrd == 'high' else 'not high'}"
        patient.arm = self.allocate(patient, "consolidation", "arm", tuple(stated.ARMS), patient.stratum)
        patient.randomized = self.environment.now
        return stated.ARMS[patient.arm]

    def allocate(self, patient: Patient, step: str, column: str, arms: tuple[str, ...], stratum: str) -> str:
        """The next arm in the permuted blocks of the stratum."""
        block = self.blocks.setdefault((step, stratum), [])
        if not block:
            block.extend(arms * (stated.BLOCK // len(arms)))
            self.luck.shuffle(block)
        arm = block.pop()
        self.journal.append((self.environment.now, patient.number, Event("stratum", step, column), stratum))
        self.journal.append((self.environment.now, patient.number, Event("arm", step, column), arm))
        return arm

    def decide_off_protocol(self, _: Patient) -> str:
        return "off_protocol_donor" if self.uniform() < stated.TRANSPLANT_OFF_PROTOCOL else "without_transplant"

    def choose_salvage(self, patient: Patient) -> str:
        blinatumomab = patient.arm == "blinatumomab"
        return self.choose(stated.SALVAGE_AFTER_BLINATUMOMAB if blinatumomab else stated.SALVAGE, "palliation")

    def leave_salvage(self, patient: Patient) -> str:
        if patient.salvage_response == "none":
            return "palliation"
        return "later_transplant" if self.uniform() < stated.LATER_TRANSPLANT else "later_remission"


def simulate(seed: int, patients: int = stated.PATIENTS) -> Trial:
    trial = Trial(seed, patients)
    trial.run()
    return trial


def main(trials: int = 30) -> None:
    begun = time.process_time()
    entries = sum(len(simulate(seed).journal) for seed in range(trials))
    seconds = time.process_time() - begun
    print(
        f"{trials} trials of {stated.PATIENTS} patients in {seconds:.2f} s of one core: "
        f"{trials * stated.PATIENTS / seconds:,.0f} patients and {entries / seconds:,.0f} journal entries a second"
    )


if __name__ == "__main__":
    main()
