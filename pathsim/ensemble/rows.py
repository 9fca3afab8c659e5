"""What an ensemble keeps of each replicate: one row, its columns named by the paths of the results object."""

import math
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.ensemble.toxicity import adverse_events, toxicity_rates
from pathsim.scenario.models import Cutoff, Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.stats.compare import cox, hazard_ratio, logrank, p_one_sided
from pathsim.stats.survival import kaplan_meier
from pathsim.trial.course import Course, course
from pathsim.trial.known import Chunk, Known
from pathsim.trial.monitoring import Look, going
from pathsim.trial.outcomes import Allocation, Outcomes, allocation, essentials, outcomes, survival_table

Columns: TypeAlias = dict[str, NDArray[np.float64]]
"""One array for each figure, with an entry for each replicate; NaN where a trial could not tell."""


def rows(chunk: Chunk, *, toxicity: bool = True) -> Columns:
    """The rows of these replicates, at each cut-off and at the looks of their committees, and, if wanted, toxicity."""
    scenario = chunk.scenario
    followed = course(chunk.only(essentials(scenario)))
    known = followed.final()
    groups = allocation(known)
    found = _counts(known, groups)
    data = {name: outcomes(known, endpoint, groups) for name, endpoint in scenario.sections.endpoints.items()}
    for name, endpoint in scenario.sections.endpoints.items():
        found |= _endpoint(f"endpoints.{name}", endpoint, data[name], groups, scenario, known.day.size)
    found |= _ended(followed, known, data)
    for name, cutoff in scenario.trial.cutoffs.items():
        found |= _cutoff(f"cutoffs.{name}", cutoff, followed)
    found |= _stopping(followed.looks)
    if not toxicity:
        return found
    adverse = replace(followed, chunk=chunk.only(adverse_events(scenario)))
    seen = adverse.known_on(known.day, complete=known.complete)
    return found | toxicity_rates(seen, groups)


def _counts(known: Known, groups: Allocation) -> Columns:
    scenario, trials = known.chunk.scenario, known.day.size
    arrived = np.flatnonzero(known.enrolled < math.inf) // scenario.patients
    allocated = np.flatnonzero(groups.group >= 0)
    trial, group = allocated // scenario.patients, groups.group[allocated]
    found = {"trial.enrolled": _tally(arrived, trials)}
    if scenario.arms:
        found["trial.randomized"] = _tally(trial, trials)
    return found | {
        f"trial.arms.{name}": _tally(trial[group == number], trials) for number, name in enumerate(groups.groups)
    }


def _tally(trial: NDArray[np.intp], trials: int) -> NDArray[np.float64]:
    return np.bincount(trial, minlength=trials).astype(np.float64)


def _endpoint(
    path: str, endpoint: Endpoint, data: Outcomes, groups: Allocation, scenario: Scenario, trials: int
) -> Columns:
    table = survival_table(data, len(groups.groups), trials, stratified=False)
    found: Columns = {}
    for number, name in enumerate(groups.groups):
        mine = data.group == number
        found[f"{path}.arms.{name}.events"] = _tally(data.trial[mine & data.event], trials)
        curve = kaplan_meier(table, number, np.array(endpoint.at_days))
        for i, day in enumerate(endpoint.at_days):
            found |= {
                f"{path}.arms.{name}.at.{day:g}.survival": curve.survival[:, i],
                f"{path}.arms.{name}.at.{day:g}.lower": curve.lower[:, i],
                f"{path}.arms.{name}.at.{day:g}.upper": curve.upper[:, i],
            }
        for cause, event in enumerate(endpoint.events, 1):
            found[f"{path}.first_events.{name}.{event}"] = _tally(data.trial[mine & (data.cause == cause)], trials)
    return found | _comparison(path, endpoint, data, groups, scenario, trials)


def _comparison(
    path: str, endpoint: Endpoint, data: Outcomes, groups: Allocation, scenario: Scenario, trials: int
) -> Columns:
    """Hazard ratio and log-rank test; nothing where there are not two arms."""
    if len(scenario.arms) != 2:
        return {}
    table = survival_table(data, 2, trials, stratified=endpoint.stratified)
    control = groups.groups.index(scenario.trial.control or "")
    test = logrank(table, treated=1 - control, control=control)
    ratio = hazard_ratio(cox(table, treated=1 - control, control=control))
    return {
        f"{path}.hazard_ratio.estimate": ratio.estimate,
        f"{path}.hazard_ratio.lower": ratio.lower,
        f"{path}.hazard_ratio.upper": ratio.upper,
        f"{path}.logrank.z": test.z,
        f"{path}.logrank.p_one_sided": p_one_sided(test.z),
    }


def _cutoff(path: str, cutoff: Cutoff, followed: Course) -> Columns:
    """When the data were cut and what was known then; how the arms compare, if the cut-off has an endpoint."""
    scenario, known = followed.scenario, followed.known_at(cutoff)
    groups, trials = allocation(known), known.day.size
    found = {f"{path}.day": known.day}
    if scenario.arms:
        found[f"{path}.randomized"] = _tally(np.flatnonzero(groups.group >= 0) // scenario.patients, trials)
    for name, endpoint in scenario.sections.endpoints.items():
        data = outcomes(known, endpoint, groups)
        found[f"{path}.events.{name}"] = _tally(data.trial[data.event], trials)
        if name == cutoff.endpoint:
            found |= _comparison(f"{path}.endpoints.{name}", endpoint, data, groups, scenario, trials)
    return found


def _ended(followed: Course, known: Known, data: dict[str, Outcomes]) -> Columns:
    """When each trial came to its end, by a look or at the final cut-off, and with how many events."""
    plan, last = followed.scenario.trial.monitoring, [looked[-1] if looked else None for looked in followed.looks]
    if plan is None:
        return {"trial.ended.day": known.day}
    final = data[plan.endpoint]
    events = _tally(final.trial[final.event], known.day.size)
    early = [look is not None and not going([look]) for look in last]
    return {
        "trial.ended.day": np.where(early, [look.day if look else math.nan for look in last], known.day),
        "trial.ended.events": np.where(early, [look.events if look else math.nan for look in last], events),
    }


def _stopping(held: list[list[Look]]) -> Columns:
    """For each number of a look: when it was held, what it showed, and whether it ended the trial."""
    found: Columns = {}
    for number in range(max(map(len, held), default=0)):
        here = [looked[number] if number < len(looked) else None for looked in held]
        figures = {
            "day": [look.day if look else math.nan for look in here],
            "events": [look.events if look else math.nan for look in here],
            "z": [_or_nan(look.z if look else None) for look in here],
            "hazard_ratio": [_or_nan(look.hazard_ratio if look else None) for look in here],
            "benefit": [float(look.decision == "stop for benefit") if look else math.nan for look in here],
            "futility": [float(look.decision == "stop for futility") if look else math.nan for look in here],
            "order": [float(look.decision == "stop by order") if look else math.nan for look in here],
        }
        found |= {f"looks.{number + 1}.{name}": np.array(values) for name, values in figures.items()}
    return found


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
