"""The course of a trial: what its committee saw and decided, and what was known at each cut-off.

A trial that stops is the same trial, cut: after a stop nobody is enrolled or randomized any more, and all others are
followed on. Only where the pathway asks whether the trial has stopped does a stop change what happens to them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pathsim.calendar import Days
from pathsim.cohort import STOPS
from pathsim.engines.vectorized import Stops
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Cutoff
from pathsim.trial.data_cut import Chunk, DataCut, Flags, data_cut_on
from pathsim.trial.monitoring import Decision, Look, day_of_event, days_known, days_known_of, going, looks

_REASONS: dict[Decision, str] = {
    "stop for benefit": "benefit",
    "stop for futility": "futility",
    "stop by order": "order",
}


@dataclass(frozen=True, slots=True)
class Course:
    """Some replicates of a trial, with the looks of their committees."""

    chunk: Chunk
    looks: list[list[Look]]
    closing: Days
    """For each replicate, the last day on which anybody is enrolled or randomized; infinite if no stop sets one."""

    @property
    def scenario(self) -> Scenario:
        """The scenario of the trial."""
        return self.chunk.scenario

    def data_cut_on(self, day: float | Days, *, complete: bool = False, run_on: bool = False) -> DataCut:
        """What is known on a day of the trial as it went, or as it would have run on if nobody had stopped it."""
        if run_on:
            return data_cut_on(self.chunk, day, complete=complete)
        return data_cut_on(self.chunk.as_stopped, day, complete=complete, closing=self.closing)

    def data_cut_at(self, cutoff: Cutoff, *, complete: bool | None = None) -> DataCut:
        """What is known at a cut-off; ``complete`` can override whether its records were brought up to date."""
        up_to_date = cutoff.complete if complete is None else complete
        return self.data_cut_on(self._days_of(cutoff), complete=up_to_date, run_on=cutoff.run_on)

    def final(self) -> DataCut:
        """What is known at the last cut-off of the trial as it went."""
        return self.data_cut_at(self.scenario.final_cutoff)

    def reported_on(self, day: float) -> DataCut:
        """What a report on an earlier day would show: with records as complete as they are at the last cut-off."""
        return self.data_cut_on(day, complete=self.scenario.final_cutoff.complete)

    def reached(self, cutoff: Cutoff) -> Flags:
        """In which replicates a cut-off comes because of its events, and not because its latest day has come."""
        return self._days_of_events(cutoff) <= self.scenario.latest_day(cutoff)

    def _days_of(self, cutoff: Cutoff) -> Days:
        """The day on which each replicate's data are cut."""
        cut: Days = np.minimum(self._days_of_events(cutoff), self.scenario.latest_day(cutoff))
        return cut

    def _days_of_events(self, cutoff: Cutoff) -> Days:
        """The day on which each replicate's events are enough for a cut-off; infinite if none are asked for."""
        if cutoff.events is None or cutoff.endpoint is None:
            return np.full(len(self.chunk.replicates), math.inf)
        endpoint = self.scenario.sections.endpoints[cutoff.endpoint]
        if cutoff.run_on:
            known_days = days_known(self.chunk, endpoint)
        else:
            known_days = days_known_of(self.data_cut_on(math.inf, complete=True), endpoint)
        return day_of_event(known_days, cutoff.events)


def course(chunk: Chunk) -> Course:
    """The course of these replicates."""
    return Course(chunk, *chunk.read("looks and closing", _looks_and_closing))


def _looks_and_closing(chunk: Chunk) -> tuple[list[list[Look]], Days]:
    held = looks(chunk)
    return held, closing_days(chunk.scenario, held)


def final(chunk: Chunk) -> DataCut:
    """What is known of these replicates at the last cut-off of the trial as it went."""
    return course(chunk).final()


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
