"""What an ensemble keeps of each replicate: one row, its columns named by the paths of the results object."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.scenario.models import Endpoint
from pathsim.stats.compare import cox, hazard_ratio, logrank, p_one_sided
from pathsim.stats.survival import kaplan_meier
from pathsim.trial.known import Chunk, Known, known_on
from pathsim.trial.monitoring import Look, looks
from pathsim.trial.outcomes import Allocation, Outcomes, allocation, essentials, outcomes, survival_table

Columns: TypeAlias = dict[str, NDArray[np.float64]]
"""One array for each figure, with an entry for each replicate; NaN where a trial could not tell."""


def rows(chunk: Chunk) -> Columns:
    """The rows of these replicates, at the scenario's final cut-off and at the looks of its committee."""
    chunk = essentials(chunk)
    scenario = chunk.scenario
    _, cutoff = scenario.final_cutoff
    known = known_on(chunk, scenario.cutoff_day(cutoff), complete=cutoff.complete)
    groups = allocation(known)
    found = _counts(known, groups)
    for name, endpoint in scenario.sections.endpoints.items():
        data = outcomes(known, endpoint, groups)
        found |= _endpoint(f"endpoints.{name}", endpoint, data, groups, chunk)
    found |= _cutoffs(chunk)
    return found | _stopping(looks(chunk))


def _counts(known: Known, groups: Allocation) -> Columns:
    scenario, trials = known.chunk.scenario, len(known.chunk.replicates)
    arrived = known.journal.row[known.journal.event == scenario.steps[0].enter] // scenario.patients
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


def _endpoint(path: str, endpoint: Endpoint, data: Outcomes, groups: Allocation, chunk: Chunk) -> Columns:
    trials, arms = len(chunk.replicates), len(groups.groups)
    table = survival_table(data, arms, trials, stratified=False)
    found: Columns = {}
    for number, name in enumerate(groups.groups):
        mine = data.group == number
        found[f"{path}.arms.{name}.events"] = _tally(data.trial[mine & data.event], trials)
        curve = kaplan_meier(table, number, np.array(endpoint.at_days))
        for i, day in enumerate(endpoint.at_days):
            found[f"{path}.arms.{name}.at.{day:g}.survival"] = curve.survival[:, i]
        for cause, event in enumerate(endpoint.events, 1):
            found[f"{path}.first_events.{name}.{event}"] = _tally(data.trial[mine & (data.cause == cause)], trials)
    if len(chunk.scenario.arms) == 2:
        found |= _comparison(path, endpoint, data, groups, chunk)
    return found


def _comparison(path: str, endpoint: Endpoint, data: Outcomes, groups: Allocation, chunk: Chunk) -> Columns:
    table = survival_table(data, 2, len(chunk.replicates), stratified=endpoint.stratified)
    control = groups.groups.index(chunk.scenario.trial.control or "")
    test = logrank(table, treated=1 - control, control=control)
    model = cox(table, treated=1 - control, control=control)
    ratio = hazard_ratio(model)
    return {
        f"{path}.hazard_ratio.estimate": ratio.estimate,
        f"{path}.hazard_ratio.lower": ratio.lower,
        f"{path}.hazard_ratio.upper": ratio.upper,
        f"{path}.logrank.z": test.z,
        f"{path}.logrank.p_one_sided": p_one_sided(test.z),
    }


def _cutoffs(chunk: Chunk) -> Columns:
    scenario, trials = chunk.scenario, len(chunk.replicates)
    found: Columns = {}
    for name, cutoff in scenario.trial.cutoffs.items():
        known = known_on(chunk, scenario.cutoff_day(cutoff), complete=cutoff.complete)
        groups = allocation(known)
        for endpoint, table in scenario.sections.endpoints.items():
            data = outcomes(known, table, groups)
            found[f"cutoffs.{name}.events.{endpoint}"] = _tally(data.trial[data.event], trials)
    return found


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
        }
        found |= {f"looks.{number + 1}.{name}": np.array(values) for name, values in figures.items()}
    return found


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
