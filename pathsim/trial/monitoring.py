"""Monitoring: what the committee sees at each look, and what its rules say.

A look happens on the day on which the planned number of events is known, and sees what is known on that day. It
changes nothing: a trial that stops is the same trial, cut.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.scenario.models import Monitoring
from pathsim.stats.compare import Figures, cox, hazard_ratio, logrank
from pathsim.stats.sequential import (
    alternative_rejected_bound,
    conditional_power_bound,
    efficacy_bounds,
    expected_z,
    spending,
)
from pathsim.trial.known import Chunk, everything, known_on, reporting_delay
from pathsim.trial.outcomes import allocation, first_day, outcomes, survival_table

Decision: TypeAlias = Literal["continue", "stop for benefit", "stop for futility", "end without benefit"]


@dataclass(frozen=True, slots=True)
class Look:
    """One look of the committee. z grows with benefit; bounds that no rule sets are None."""

    day: float
    events: int
    information: float
    z: float | None
    hazard_ratio: float | None
    efficacy_bound: float
    futility_bound: float | None
    decision: Decision


def looks(chunk: Chunk) -> list[list[Look]]:
    """The looks of each replicate, until the rules stop its trial or the final cut-off comes."""
    scenario = chunk.scenario
    plan, limit = scenario.trial.monitoring, scenario.cutoff_day(scenario.final_cutoff[1])
    held: list[list[Look]] = [[] for _ in chunk.replicates]
    if plan is None or len(scenario.arms) != 2:
        return held
    known_days = _known_days(chunk, plan)
    for information in plan.information:
        day = _day_of_look(known_days, max(1, round(information * plan.planned_events)))
        for trial, before in enumerate(held):
            stopped = bool(before) and before[-1].decision != "continue"
            if stopped or day[trial] > limit or (before and day[trial] <= before[-1].day):
                day[trial] = -math.inf
        if np.isfinite(day).any():
            _hold(chunk, plan, day, held)
    return held


def _known_days(chunk: Chunk, plan: Monitoring) -> list[Days]:
    """For each replicate, the days on which the endpoint's events become known, in order."""
    scenario, whole = chunk.scenario, everything(chunk)
    endpoint = scenario.sections.endpoints[plan.endpoint]
    data = outcomes(whole, endpoint, allocation(whole))
    start = first_day(whole.journal, [scenario.entry(endpoint.start).enter], scenario, chunk.rows)
    known = (start[data.row] + data.time + reporting_delay(chunk)[data.row])[data.event]
    trial = data.trial[data.event]
    order = np.lexsort((known, trial))
    return np.split(known[order], np.searchsorted(trial[order], np.arange(1, len(chunk.replicates))))


def _day_of_look(known_days: list[Days], wanted: int) -> Days:
    """For each replicate, the end of the day on which this many events are known; infinite if that never comes."""
    return np.ceil([days[wanted - 1] if wanted <= days.size else math.inf for days in known_days])


def _hold(chunk: Chunk, plan: Monitoring, day: Days, held: list[list[Look]]) -> None:
    """Hold a look in every replicate whose day is finite."""
    z, ratio, events = _seen(chunk, plan, day)
    for trial in np.flatnonzero(np.isfinite(day)).tolist():
        before = held[trial]
        information = (*(look.information for look in before), min(int(events[trial]) / plan.planned_events, 1.0))
        efficacy, futility = _bounds(plan, information, int(events[trial]))
        seen, estimate = float(z[trial]), float(ratio[trial])
        before.append(
            Look(
                float(day[trial]),
                int(events[trial]),
                information[-1],
                seen if math.isfinite(seen) else None,
                estimate if math.isfinite(estimate) else None,
                efficacy,
                futility,
                _decision(seen, efficacy, futility, last=information[-1] >= 1),
            )
        )


def _seen(chunk: Chunk, plan: Monitoring, day: Days) -> tuple[Figures, Figures, NDArray[np.intp]]:
    """What each replicate shows on its day: the log-rank z, turned to grow with benefit, the hazard ratio, events."""
    scenario = chunk.scenario
    endpoint = scenario.sections.endpoints[plan.endpoint]
    known = known_on(chunk, day)
    groups = allocation(known)
    data = outcomes(known, endpoint, groups)
    control = groups.groups.index(scenario.trial.control or "")
    trials = len(chunk.replicates)
    table = survival_table(data, len(groups.groups), trials, stratified=endpoint.stratified)
    z = -logrank(table, treated=1 - control, control=control).z
    ratio = hazard_ratio(cox(table, treated=1 - control, control=control)).estimate
    return z, ratio, np.bincount(data.trial[data.event], minlength=trials)


@cache
def _bounds(plan: Monitoring, information: tuple[float, ...], events: int) -> tuple[float, float | None]:
    """The bounds of the last of these looks: z at or above which there is benefit, z below which it is futile."""
    function, rule, now = spending(plan.spend), plan.futility, information[-1]
    efficacy = efficacy_bounds(information, plan.alpha, function).efficacy[-1]
    if rule is None or now >= 1:
        return efficacy, None
    if rule.rule == "freidlin-korn":
        return efficacy, alternative_rejected_bound(events, rule.hazard_ratio, rule.below)
    final = efficacy_bounds((*information, 1.0), plan.alpha, function).efficacy[-1]
    drift = expected_z(plan.planned_events, rule.hazard_ratio)
    return efficacy, conditional_power_bound(now, final, rule.below, drift=drift)


def _decision(z: float, efficacy: float, futility: float | None, *, last: bool) -> Decision:
    if z >= efficacy:
        return "stop for benefit"
    if futility is not None and z < futility:
        return "stop for futility"
    return "end without benefit" if last else "continue"
