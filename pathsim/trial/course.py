"""The course of a trial: what its committee saw and decided, and what was known at each cut-off.

A trial that stops is the same trial, cut: after a stop nobody is enrolled or randomized any more, and all others are
followed on. Only where the pathway asks whether the trial has stopped does a stop change what happens to them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pathsim.calendar import Days
from pathsim.cohort import STOPS
from pathsim.journal import Journal
from pathsim.scenario.models import Cutoff
from pathsim.scenario.scenario import Scenario
from pathsim.sweep import Stops
from pathsim.trial.known import Chunk, Known, known_on
from pathsim.trial.monitoring import Decision, Look, day_of_event, days_known, going, looks
from pathsim.trial.outcomes import first_day

_REASONS: dict[Decision, str] = {
    "stop for benefit": "benefit",
    "stop for futility": "futility",
    "stop by order": "order",
}


@dataclass(frozen=True, slots=True)
class Course:
    """Some replicates of a trial, with the looks of their committees."""

    run_on: Chunk
    """As they would have gone if nobody had stopped them."""
    looks: list[list[Look]]
    went: Chunk
    """As they went."""

    @property
    def scenario(self) -> Scenario:
        """The scenario of the trial."""
        return self.run_on.scenario

    def known_at(self, cutoff: Cutoff, *, complete: bool | None = None) -> Known:
        """What is known at a cut-off; ``complete`` can override whether its records were brought up to date."""
        chunk = self.run_on if cutoff.run_on else self.went
        up_to_date = cutoff.complete if complete is None else complete
        return known_on(chunk, days_of(chunk, cutoff), complete=up_to_date)

    def final(self) -> Known:
        """What is known at the last cut-off of the trial as it went."""
        return self.known_at(self.scenario.final_cutoff)


def final(chunk: Chunk) -> Known:
    """What is known of these replicates at the last cut-off of the trial as it went."""
    return course(chunk).final()


def course(chunk: Chunk) -> Course:
    """The course of these replicates."""
    held = looks(chunk)
    return Course(chunk, held, as_it_went(chunk, held))


def as_it_went(chunk: Chunk, held: Sequence[list[Look]]) -> Chunk:
    """These replicates as they went, given the looks of their committees."""
    journal = closed(chunk, closing_days(chunk.scenario, held)) if chunk.stopped is None else chunk.stopped
    return replace(chunk, journal=journal, stopped=None)


def days_of(chunk: Chunk, cutoff: Cutoff) -> Days:
    """The day on which each replicate's data are cut."""
    latest = np.full(len(chunk.replicates), chunk.scenario.latest_day(cutoff))
    if cutoff.events is None or cutoff.endpoint is None:
        return latest
    known_days = days_known(chunk, chunk.scenario.sections.endpoints[cutoff.endpoint])
    cut: Days = np.minimum(day_of_event(known_days, cutoff.events), latest)
    return cut


def closing_days(scenario: Scenario, held: Sequence[list[Look]]) -> Days:
    """For each replicate, the last day on which anybody is enrolled or randomized; infinite if no stop sets one."""
    plan = scenario.trial.monitoring
    wait = math.inf if plan is None or plan.closes_after_days is None else plan.closes_after_days
    return np.array([math.inf if going(seen) else seen[-1].day + wait for seen in held])


def stops(held: Sequence[list[Look]]) -> Stops:
    """When and why the committees of these replicates stopped them."""
    reasons = [stop_reason(seen) for seen in held]
    day = [math.inf if why == "no" else seen[-1].day for why, seen in zip(reasons, held, strict=True)]
    return Stops(np.array(day), np.array([STOPS.index(why) for why in reasons], dtype=np.int16))


def stop_reason(held: list[Look]) -> str:
    """Why the committee stopped the trial, as a level of ``stopped``."""
    return _REASONS.get(held[-1].decision, "no") if held else "no"


def closed(chunk: Chunk, closing: Days) -> Journal:
    """The journal without patients who come after their replicate's closing day.

    Those who were enrolled by then and reach the randomization later go no further than that.
    """
    scenario, journal = chunk.scenario, chunk.journal
    if not np.isfinite(closing).any():
        return journal
    limit = np.repeat(closing, scenario.patients)
    arrived = first_day(journal, [scenario.steps[0].enter], scenario, chunk.rows)
    kept = (arrived <= limit)[journal.row]
    if scenario.randomisation is not None:
        enter = scenario.randomisation[0].enter
        reached = first_day(journal, [enter], scenario, chunk.rows)
        late = np.where(reached > limit, reached, math.inf)[journal.row]
        # Codes ascend along the pathway, so they tell what comes before at one instant.
        kept &= (journal.day < late) | ((journal.day == late) & (journal.event <= enter))
    return journal if kept.all() else journal.pick(kept)
