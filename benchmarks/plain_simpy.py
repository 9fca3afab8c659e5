"""The pathway of COG AALL1331 written by hand as an ordinary SimPy model: one process for each patient, draws from
Python's ``random``, and the journal a list of tuples.

It shares no code with pathsim and reads no file. So it is the baseline against which pathsim's speed is measured, and
a second opinion on its medicine: tests/double_programming compares what comes out of the two.
"""

import math
import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import aall1331_numbers as stated
import aall1331_stays as stays
import simpy
from plain_parts import PHASES, WAITS, Event, Exit, Patient, Phase, Toxicity, is_low_risk

Value: TypeAlias = str | int
"""The grade of a toxicity, the level of an assessment, a stratum, an arm, or the toxicity of which a patient died."""
Entry: TypeAlias = tuple[float, int, Event, Value]
Process: TypeAlias = Generator[simpy.Event, Any, None]

IN_BED = ("conditioning", "transplant")


class AdverseEvent(NamedTuple):
    """A toxicity that happens to a patient if they stay long enough."""

    onset: float
    over: float
    grade: int
    toxicity: Toxicity


def arrival(expected: float) -> float:
    """The day by which so many patients are expected: the pace rises in a straight line, and then stays."""
    while_rising = stated.PATIENTS_PER_DAY * stated.RISING_DAYS / 2
    if expected < while_rising:
        return math.sqrt(expected / while_rising) * stated.RISING_DAYS
    return stated.RISING_DAYS + (expected - while_rising) / stated.PATIENTS_PER_DAY


class Trial:
    """One trial. What happens during a stay is written when the stay begins: sort the journal to read it by day."""

    def __init__(self, seed: int, patients: int) -> None:
        self.coming = patients
        self.draws = random.Random(seed)  # noqa: S311 - simulated patients have no secrets
        self.uniform = self.draws.random
        self.environment = simpy.Environment()
        self.beds = simpy.Resource(self.environment, stated.BEDS)
        self.patients: list[Patient] = []
        self.journal: list[Entry] = []
        self.blocks: dict[tuple[str, str], list[str]] = {}
        self.branches: dict[str, Callable[[Patient], str]] = {
            "risk_assignment": self.assign_risk,
            "low_risk": self.randomize_low_risk,
            "consolidation": self.randomize,
            "salvage": self.look_back,
            "salvage_therapy": self.choose_salvage,
        }
        branches = (*self.branches, *stated.ONE_OR_OTHER, *stated.GOES_ON, *stated.FURTHER_REMISSION)
        self.entering = {step: Event("enter", step, step) for step in (*PHASES, *WAITS, *branches, *stated.ENDS)}
        self.environment.process(self.accrue())

    def run(self) -> None:
        self.environment.run()

    # --- draws

    def draw(self, distribution: stated.Distribution) -> float:
        if len(distribution) == 1:
            return distribution[0]
        place = self.uniform() * (len(distribution) - 1)
        interval = int(place)
        low = distribution[interval]
        return low + (place - interval) * (distribution[interval + 1] - low)

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
            days = each.days(patient, self.draws.expovariate(1.0), self.environment.now)
            if days < first:
                first, way = days, each
        return first, way

    # --- the ways of the patients

    def accrue(self) -> Process:
        """Patient i comes at a random moment of the i-th interval."""
        for number in range(self.coming):
            arrives = arrival(number + self.uniform())
            yield self.environment.timeout(arrives - self.environment.now)
            patient = self.meet(number, arrives)
            self.patients.append(patient)
            self.environment.process(self.walk(patient))

    def meet(self, number: int, arrives: float) -> Patient:
        relapse = self.choose(stated.RELAPSE, stated.LATE_MARROW)
        female = stated.FEMALE_AT_LATE_RELAPSE if relapse in stated.LATE else stated.FEMALE
        age = int(self.draw(stated.AGE_AT_LATER_RELAPSE.get(relapse, stated.AGE)))
        if age < 3 and relapse != stated.LATE_EXTRAMEDULLARY:
            cytogenetics = stated.CYTOGENETICS_BEFORE_AGE_3
        else:
            cytogenetics = stated.CYTOGENETICS_BY_RELAPSE.get(relapse, stated.CYTOGENETICS)
        return Patient(
            number,
            arrives,
            age=age,
            sex="female" if self.uniform() < female else "male",
            relapse=relapse,
            cytogenetics=self.choose(cytogenetics, "other"),
            frailty=self.choose(stated.FRAILTY, "frail"),
        )

    def walk(self, patient: Patient) -> Process:
        environment = self.environment
        step = "block_1"
        while True:
            if patient.bed is not None and step not in IN_BED:
                self.beds.release(patient.bed)
                patient.bed = None
            patient.steps.append((step, environment.now))
            self.journal.append((environment.now, patient.number, self.entering[step], ""))
            if step == "transplant":
                patient.grafted = environment.now
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
        ready = self.draw(stays.DONOR_READY)
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
        """What a phase holds for a patient who enters it: how long they stay, and where they go then."""
        now = self.environment.now
        planned = self.draw(phase.days) if phase.days else math.inf
        exit_after, way = self.first_exit(phase.exits, patient)
        affected = self.strike(patient, phase.risks[patient.frailty])
        complete = planned
        for each in affected:
            # One that begins after the planned end holds nobody back.
            if each.toxicity.delays and each.onset <= planned:
                complete = max(complete, min(each.over, planned + phase.max_delay))
        fatal = [each for each in affected if each.grade == 5 and each.onset <= complete]
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
        for each in affected:
            if each.onset <= leaves:
                self.suffer(patient, each, now, leaves)
        return leaves, following

    def strike(self, patient: Patient, risks: list[tuple[float, Toxicity]]) -> list[AdverseEvent]:
        """The toxicities that are to come, with their worst grades."""
        uniform = self.uniform
        affected: dict[str, AdverseEvent] = {}
        for probability, toxicity in risks:
            around = affected.get(toxicity.within)
            if toxicity.within and around is None:
                continue
            ratio = 1.0
            if toxicity.risk_ratio is not None and toxicity.risk_ratio[0](patient):
                ratio = toxicity.risk_ratio[1]
            if uniform() < probability * ratio:
                worst = uniform()
                grade = 5 if worst < toxicity.fifth else 4 if worst < toxicity.fourth else 3
                onset = self.draw(toxicity.onset)
                if around is not None:
                    onset = min(max(onset, around.onset), around.over)
                affected[toxicity.begins.name] = AdverseEvent(onset, onset + self.draw(toxicity.lasts), grade, toxicity)
        return list(affected.values())

    def suffer(self, patient: Patient, affected: AdverseEvent, now: float, leaves: float) -> None:
        """Write a toxicity down; that it is fatal is known on the day of death."""
        onset, over, grade, toxicity = affected
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
            if patient.relapse in stated.MARROW and patient.response in stated.HIGH_MRD_AFTER:
                patient.mrd = "high"
            else:
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
        if step in self.branches:
            return self.branches[step](patient)
        if step in stated.ONE_OR_OTHER:
            one, share, other = stated.ONE_OR_OTHER[step]
        elif step in stated.GOES_ON:
            one, negative, others = stated.GOES_ON[step]
            share, other = negative if patient.mrd == "negative" else others, "off_protocol"
        elif patient.salvage_response == "none":
            in_trials, on_market = stated.CART_AFTER_FAILURE[step]
            share = in_trials if self.environment.now < stated.CART_ON_THE_MARKET else on_market
            one, other = "salvage_cart", "palliation"
        else:
            again, first, other = stated.FURTHER_REMISSION[step]
            one, share = ("later_transplant", first) if patient.grafted == math.inf else ("second_transplant", again)
        return one if self.uniform() < share else other

    def assign_risk(self, patient: Patient) -> str:
        if patient.response == "early_failure":
            event = Event("exit", "risk_assignment", "early_treatment_failure")
            self.leave(patient, self.environment.now, event)
            return "salvage"
        if patient.response == "not_assigned":
            return "off_study"
        if is_low_risk(patient):
            return "low_risk" if self.uniform() < stated.LOW_RISK_RANDOMIZED else "not_randomized"
        return "consolidation" if self.uniform() < stated.RANDOMIZED else "not_randomized"

    def randomize_low_risk(self, patient: Patient) -> str:
        patient.low_risk_arm = self.allocate(patient, "low_risk", "low_risk_arm", stated.LOW_RISK_ARMS, patient.relapse)
        return patient.low_risk_arm

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
            self.draws.shuffle(block)
        arm = block.pop()
        self.journal.append((self.environment.now, patient.number, Event("stratum", step, column), stratum))
        self.journal.append((self.environment.now, patient.number, Event("arm", step, column), arm))
        return arm

    def look_back(self, patient: Patient) -> str:
        """What follows a relapse or failure depends on the risk and on how long ago the graft was."""
        if patient.low_risk_arm:
            return "relapsed_at_low_risk"
        if patient.grafted == math.inf:
            return "relapsed_before_graft"
        patient.graft_to_salvage = self.environment.now - patient.grafted
        soon = patient.graft_to_salvage < stated.SOON_AFTER_GRAFT
        return "relapsed_soon_after_graft" if soon else "relapsed_later_after_graft"

    def choose_salvage(self, patient: Patient) -> str:
        after_blinatumomab = patient.arm == "blinatumomab"
        if self.environment.now < stated.CART_ON_THE_MARKET:
            trials, after = stated.SALVAGE_IN_CART_TRIALS, stated.SALVAGE_IN_CART_TRIALS_AFTER_BLINATUMOMAB
            return self.choose(after if after_blinatumomab else trials, "palliation")
        return self.choose(stated.SALVAGE_AFTER_BLINATUMOMAB if after_blinatumomab else stated.SALVAGE, "palliation")


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
