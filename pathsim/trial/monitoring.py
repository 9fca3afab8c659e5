"""Monitoring: what the committee sees at each look, and what its rules say.

A look happens on the day on which the planned number of events is known, and sees what is known on that day; an order
comes on a day of its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Annotated, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.meaning import Unit
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Monitoring
from pathsim.statistics.figures import Trials
from pathsim.statistics.methods import Comparisons
from pathsim.statistics.sequential import (
    alternative_rejected_bound,
    conditional_power_bound,
    efficacy_bound,
    expected_z,
)
from pathsim.statistics.spending import spending
from pathsim.trial.data_cut import Chunk, DataCut, data_cut_on, everything
from pathsim.trial.time_to_event import TimeToEvent, by_trial, survival_data, time_to_event

Decision: TypeAlias = Literal[
    "continue", "stop for benefit", "stop for futility", "stop by order", "end without benefit"
]

MOST_STEPS = 500
"""Days of a way of z: more than a screen has cells for."""
ROWS_AT_ONCE = 1_000_000
"""Patients on all days together that are compared at a time, so that a large trial does not take all memory."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look of the committee. z grows with benefit; what no rule sets, or nobody could estimate, is None.

    The hazard ratio is 0 or infinite where all events that tell the arms apart are in one of them.
    """

    day: float
    events: int
    information: float
    z: float | None
    hazard_ratio: Annotated[float, Unit.RATIO] | None
    efficacy_bound: float | None
    futility_bound: float | None
    decision: Decision


def looks(chunk: Chunk) -> list[list[Look]]:
    """The looks of each replicate, until its trial is stopped or the final cut-off comes."""
    scenario, plan = chunk.scenario, plan_of(chunk.scenario)
    held: list[list[Look]] = [[] for _ in chunk.replicates]
    if plan is None:
        return held
    _hold_all(chunk, plan, held, last_day_of_looks(scenario), binding=scenario.rules_bind)
    ordered = order_day(scenario)
    day = np.array([ordered if going(before) else -math.inf for before in held])
    hold(chunk, plan, day, held, binding=scenario.rules_bind, by_order=True)
    return held


def _hold_all(chunk: Chunk, plan: Monitoring, held: list[list[Look]], last: float, *, binding: bool) -> None:
    """Hold the looks that numbers of events call for up to a last day, in the replicates that still go on."""
    known_days = days_known(chunk, chunk.scenario.sections.endpoints[plan.endpoint])
    for wanted in plan.wanted_events:
        day = day_of_event(known_days, wanted)
        called = [due(before, called_for, last) for before, called_for in zip(held, day.tolist(), strict=True)]
        day[np.logical_not(called)] = -math.inf
        hold(chunk, plan, day, held, binding=binding)


def ever_beyond(chunk: Chunk, held: list[list[Look]], until: Days) -> Trials | None:
    """In which replicates z was beyond the bound for benefit at any look by a day, if nobody had stopped the trial.

    ``held`` are the looks of their committees. Whoever was stopped for another reason, by order or as futile, is looked
    at again as if the trial had gone on. None if nobody monitors the trial.
    """
    scenario, plan = chunk.scenario, plan_of(chunk.scenario)
    if plan is None:
        return None
    ordered, last = order_day(scenario), scenario.latest_day(scenario.final_cutoff)
    # An order calls for a look that there would not have been.
    on = [[look for look in looks if look.day < ordered] for looks in held]
    for looks in on:
        if looks and looks[-1].information < 1 and not _is_beyond(looks[-1]):
            looks[-1] = replace(looks[-1], decision="continue")
    _hold_all(chunk, plan, on, last, binding=False)
    both = zip(on, until.tolist(), strict=True)
    return np.array([any(_is_beyond(look) for look in looks if look.day <= day) for looks, day in both], np.float64)


def _is_beyond(look: Look) -> bool:
    """Whether z reached the bound for benefit."""
    return look.z is not None and look.efficacy_bound is not None and look.z >= look.efficacy_bound


def plan_of(scenario: Scenario) -> Monitoring | None:
    """The plan of the committee; None if there is none, or there are no two arms to compare."""
    return scenario.trial.monitoring if len(scenario.arms) == 2 else None


def allocation_ratio(scenario: Scenario) -> float:
    """How many patients the first of the two arms is to have for each of the second."""
    if scenario.randomization is None:
        raise TypeError("without a randomization there is no ratio of arms")
    first, second = scenario.randomization[1].ratio_by_arm().values()
    return first / second


def going(before: list[Look]) -> bool:
    """Whether a trial that was looked at so often still goes on."""
    return not before or before[-1].decision == "continue"


def last_day_of_looks(scenario: Scenario) -> float:
    """The last day on which a look is held because there are enough events."""
    return min(scenario.latest_day(scenario.final_cutoff), order_day(scenario))


def due(before: list[Look], day: float, last: float) -> bool:
    """Whether a look that the number of events calls for on this day is held, if looks are held to this last day."""
    return going(before) and day <= last and (not before or day > before[-1].day)


def order_day(scenario: Scenario) -> float:
    """The day on which the committee stops a trial that still goes on; infinite if the final cut-off comes first."""
    plan = scenario.trial.monitoring
    if plan is None or plan.order is None:
        return math.inf
    day = plan.order.day_of_trial(scenario.trial.begins)
    return day if day <= scenario.latest_day(scenario.final_cutoff) else math.inf


def days_known(chunk: Chunk, endpoint: Endpoint) -> list[Days]:
    """For each replicate, the days on which the endpoint's events become known, in order, if nobody stops it."""
    return chunk.read(("days known", endpoint), lambda chunk: days_known_of(everything(chunk), endpoint))


def days_known_of(whole: DataCut, endpoint: Endpoint) -> list[Days]:
    """The same for what will be known of a trial in the end."""
    chunk = whole.chunk
    data = time_to_event(whole, endpoint)
    trial, row = data.trial[data.event], data.row[data.event]
    known = data.day[data.event] + chunk.reporting_delay[row]
    return [np.sort(days) for days in by_trial(known, trial, len(chunk.replicates))]


def day_of_event(known_days: list[Days], wanted: int) -> Days:
    """For each replicate, the end of the day on which this many events are known; infinite if that never comes."""
    return np.ceil([days[wanted - 1] if wanted <= days.size else math.inf for days in known_days])


def hold(
    chunk: Chunk, plan: Monitoring, day: Days, held: list[list[Look]], *, binding: bool, by_order: bool = False
) -> None:
    """Hold a look in every replicate whose day is finite; if its rules are not binding, only the last one ends it."""
    looking = np.flatnonzero(np.isfinite(day)).tolist()
    if not looking:
        return
    z, hazard_ratio, events = _seen(chunk, plan, day)
    ratio = allocation_ratio(chunk.scenario)
    for trial in looking:
        before, seen, known = held[trial], float(z[trial]), int(events[trial])
        if before and before[-1].day == day[trial]:
            # The order comes at the end of a day on which there was a look anyway.
            before.pop()
        information = min(known / plan.planned_events, 1.0)
        efficacy, futility = None, None
        if information > (before[-1].information if before else 0.0):
            efficacy, futility = _bounds(plan, ratio, [*(look.events for look in before), known])
        decision: Decision = "continue"
        if binding or information >= 1:
            decision = _decision(seen, efficacy, futility, last=information >= 1)
        before.append(
            Look(
                day=float(day[trial]),
                events=known,
                information=information,
                z=_or_none(seen),
                hazard_ratio=_or_none(float(hazard_ratio[trial])),
                efficacy_bound=efficacy,
                futility_bound=futility,
                decision="stop by order" if by_order and decision == "continue" else decision,
            )
        )


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _seen(chunk: Chunk, plan: Monitoring, day: Days) -> tuple[Trials, Trials, NDArray[np.intp]]:
    """What each replicate shows on its day: the log-rank z, turned to grow with benefit, the hazard ratio, events."""
    endpoint, trials = chunk.scenario.sections.endpoints[plan.endpoint], len(chunk.replicates)
    data = time_to_event(data_cut_on(chunk, day), endpoint)
    compared = _compared(data, endpoint, chunk, trials)
    return -compared.logrank.z, compared.cox.hazard_ratio, np.bincount(data.trial[data.event], minlength=trials)


def _compared(data: TimeToEvent, endpoint: Endpoint, chunk: Chunk, trials: int) -> Comparisons:
    """How the two arms of a plan compare."""
    (arms,) = survival_data(data, endpoint, chunk, trials).comparisons.values()
    return Comparisons(arms)


class _Bounds(NamedTuple):
    """z at or above which there is benefit, and z below which it is futile; None where there is no such z."""

    efficacy: float | None
    futility: float | None


def _bounds(plan: Monitoring, ratio: float, events: Sequence[int]) -> _Bounds:
    """The bounds of the last of looks at which so many events were known, in arms whose sizes have this ratio."""
    information = tuple(min(known / plan.planned_events, 1.0) for known in events)
    efficacy = efficacy_bound(information, plan.alpha, spending(plan.spend))
    return _Bounds(_finite(efficacy), _futility_bound(plan, ratio, events[-1], information))


def _futility_bound(plan: Monitoring, ratio: float, events: int, information: tuple[float, ...]) -> float | None:
    rule, now = plan.futility, information[-1]
    if rule is None or now >= 1:
        return None
    if rule.rule == "freidlin-korn":
        return alternative_rejected_bound(events, rule.hazard_ratio, rule.below, ratio=ratio)
    # The looks that are left are those of the plan, whether this one came early or late.
    left = [wanted for wanted in (*plan.wanted_events, plan.planned_events) if wanted > events]
    onward = (*information, *(wanted / plan.planned_events for wanted in dict.fromkeys(left)))
    final = efficacy_bound(onward, plan.alpha, spending(plan.spend))
    drift = expected_z(plan.planned_events, rule.hazard_ratio, ratio=ratio)
    return _finite(conditional_power_bound(now, final, rule.below, drift=drift))


def _decision(z: float, efficacy: float | None, futility: float | None, *, last: bool) -> Decision:
    if efficacy is not None and z >= efficacy:
        return "stop for benefit"
    if futility is not None and z < futility:
        return "stop for futility"
    return "end without benefit" if last else "continue"


def planned_bounds(plan: Monitoring, ratio: float) -> list[tuple[float, float | None, float | None]]:
    """Information, efficacy bound and futility bound of each planned look, if it comes when it was planned.

    ``ratio`` is that of the sizes of the two arms.
    """
    wanted = plan.wanted_events
    looks_so_far = [wanted[: number + 1] for number in range(len(wanted))]
    return [(events[-1] / plan.planned_events, *_bounds(plan, ratio, events)) for events in looks_so_far]


class ZPath(NamedTuple):
    """How z goes its way: the days on which events became known, how many were known by then, and z."""

    day: Days
    events: NDArray[np.intp]
    z: Trials


def z_path(chunk: Chunk, until: float) -> ZPath | None:
    """The way of z in a chunk of one replicate, as a committee would see it that looked at every new event.

    Where events became known on more than ``MOST_STEPS`` days, it looks on that many of them, the last among them. z
    grows with benefit; NaN where it could not be estimated. None if nobody monitors the trial.
    """
    plan = plan_of(chunk.scenario)
    if plan is None:
        return None
    endpoint = chunk.scenario.sections.endpoints[plan.endpoint]
    ends = np.ceil(days_known(chunk, endpoint)[0])
    day = np.unique(ends[ends <= until])
    if day.size > MOST_STEPS:
        day = day[np.linspace(0, day.size - 1, MOST_STEPS).round().astype(np.intp)]
    at_once = max(1, ROWS_AT_ONCE // chunk.rows)
    parts = [_steps(chunk, endpoint, day[first : first + at_once]) for first in range(0, day.size, at_once)]
    return ZPath(day, *map(np.concatenate, zip(*parts, strict=True))) if parts else ZPath(day, day.astype(np.intp), day)


def _steps(chunk: Chunk, endpoint: Endpoint, day: Days) -> tuple[NDArray[np.intp], Trials]:
    """How many events were known on each of these days, and z."""
    parts = [time_to_event(data_cut_on(chunk, float(cut)), endpoint) for cut in day]
    trial = np.repeat(np.arange(day.size), [part.row.size for part in parts])
    # The committee's endpoint has an entry for each patient, none of whom goes from one arm to another.
    names = [field.name for field in fields(TimeToEvent) if field.name != "entry"]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    data = TimeToEvent(**(columns | {"trial": trial}))
    z = -_compared(data, endpoint, chunk, day.size).logrank.z
    return np.bincount(trial[data.event], minlength=day.size), z
