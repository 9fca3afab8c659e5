"""What an ensemble keeps of each replicate: one row, its columns named by the paths of the results object."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.paths import day_name, path_of, row_of
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Cutoff, Endpoint
from pathsim.statistics.compare import p_one_sided
from pathsim.statistics.survival import kaplan_meier, restricted_mean
from pathsim.trial import tables
from pathsim.trial.course import Course, course
from pathsim.trial.data_cut import Chunk, DataCut
from pathsim.trial.monitoring import Look, going
from pathsim.trial.time_to_event import (
    TimeToEvent,
    allocation,
    by_trial,
    compared,
    essentials,
    in_groups,
    record,
    survival_table,
    time_to_event,
)
from pathsim.trial.toxicity import toxic_steps
from pathsim.trial.toxicity import toxicity as toxicity_table

Columns: TypeAlias = dict[str, NDArray[np.float64]]
"""One array for each figure, with an entry for each replicate; NaN where a trial could not tell."""


def below_each_other(parts: Sequence[Columns], counts: Sequence[int]) -> Columns:
    """Several tables of so many rows as one. A figure that one lacks, as a look nobody held, is missing in its rows."""
    names = list(dict.fromkeys(name for part in parts for name in part))
    missing = [np.full(count, np.nan) for count in counts]
    return {
        name: np.concatenate([part.get(name, gap) for part, gap in zip(parts, missing, strict=True)]) for name in names
    }


@dataclass(frozen=True)
class _Cut:
    """A data cut of every trial of a chunk, and the endpoints as they are known then."""

    known: DataCut

    @property
    def scenario(self) -> Scenario:
        return self.known.chunk.scenario

    @cached_property
    def data(self) -> dict[str, TimeToEvent]:
        return {name: time_to_event(self.known, table) for name, table in self.scenario.sections.endpoints.items()}

    def tally(self, trial: NDArray[np.intp]) -> NDArray[np.float64]:
        """How often each trial occurs."""
        return np.bincount(trial, minlength=self.known.day.size).astype(np.float64)


def rows(chunk: Chunk, *, toxicity: bool = True) -> Columns:
    """The rows of these replicates, at each cut-off and at the looks of their committees, and, if wanted, toxicity."""
    followed = followed_by_endpoints(chunk)
    found = rows_of(followed)
    return found | _toxicity(final_of_all(followed, chunk)) if toxicity else found


def followed_by_endpoints(chunk: Chunk) -> Course:
    """The course of these replicates, with only those entries of their journals that arms and endpoints need."""
    return course(chunk.only(essentials(chunk.scenario)))


def final_of_all(followed: Course, chunk: Chunk) -> DataCut:
    """What is known at the end of that course of everything in the journals."""
    final = followed.final()
    return replace(followed, chunk=chunk).data_cut_on(final.day, complete=final.complete)


def rows_of(followed: Course) -> Columns:
    """The rows of replicates whose course is known, without toxicity."""
    scenario, final = followed.scenario, _Cut(followed.final())
    found = _counts(final)
    for name, endpoint in scenario.sections.endpoints.items():
        found |= _endpoint(path_of("endpoints", name), endpoint, final, final.data[name])
    found |= _ended(followed, final)
    for name, cutoff in scenario.trial.cutoffs.items():
        cut = final if cutoff is scenario.final_cutoff else _Cut(followed.data_cut_at(cutoff))
        found |= _cutoff(path_of("cutoffs", name), cutoff, cut)
        if cutoff.events is not None:
            found[path_of("cutoffs", name, "reached")] = followed.reached(cutoff).astype(np.float64)
    return found | _stopping(followed.looks)


def _counts(cut: _Cut) -> Columns:
    known, scenario = cut.known, cut.scenario
    whole, inside = record(known.chunk), np.flatnonzero(in_groups(known))
    trial, group = whole.trial[inside], whole.group[inside]
    found = {"trial.enrolled": cut.tally(np.flatnonzero(known.enrolled < math.inf) // scenario.patients)}
    if scenario.arms:
        found["trial.randomized"] = cut.tally(trial)
    found["trial.median_follow_up_days"] = _medians(cut.known.day[trial] - whole.day[inside], trial, cut.known.day.size)
    groups = enumerate(whole.allocation.groups)
    return found | {path_of("trial", "arms", name): cut.tally(trial[group == number]) for number, name in groups}


def _medians(values: NDArray[np.float64], trial: NDArray[np.intp], trials: int) -> NDArray[np.float64]:
    """The median of each trial's values, which come trial by trial."""
    each = by_trial(values, trial, trials)
    return np.array([np.median(of) if of.size else math.nan for of in each])


def _endpoint(path: str, endpoint: Endpoint, cut: _Cut, data: TimeToEvent) -> Columns:
    groups = record(cut.known.chunk).allocation.groups
    table = survival_table(data, len(groups), cut.known.day.size, stratified=False)
    found: Columns = {f"{path}.events": cut.tally(data.trial[data.event])}
    for day in endpoint.at_days:
        found[f"{path}.{path_of('events_by', day_name(day))}"] = cut.tally(data.trial[data.event & (data.time <= day)])
    for number, name in enumerate(groups):
        mine, arm = data.group == number, f"{path}.{path_of('arms', name)}"
        found[f"{arm}.events"] = cut.tally(data.trial[mine & data.event])
        curve = kaplan_meier(table, number, np.array(endpoint.at_days))
        for i, day in enumerate(endpoint.at_days):
            at = f"{arm}.{path_of('at', day_name(day))}"
            found |= {
                f"{at}.survival": curve.survival[:, i],
                f"{at}.lower": curve.lower[:, i],
                f"{at}.upper": curve.upper[:, i],
            }
        for cause, event in enumerate(endpoint.events, 1):
            found[f"{path}.{path_of('first_events', name, event)}"] = cut.tally(
                data.trial[mine & (data.cause == cause)]
            )
    if endpoint.at_days and len(cut.scenario.arms) == 2:
        control = groups.index(cut.scenario.trial.control or "")
        means = [restricted_mean(table, arm, max(endpoint.at_days)).mean for arm in (1 - control, control)]
        found[f"{path}.restricted_mean_difference.days"] = means[0] - means[1]
    return found | _comparison(path, endpoint, cut, data)


def _comparison(path: str, endpoint: Endpoint, cut: _Cut, data: TimeToEvent) -> Columns:
    """Hazard ratio and log-rank test; nothing where there are not two arms."""
    if len(cut.scenario.arms) != 2:
        return {}
    test, ratio = compared(data, endpoint, cut.scenario, cut.known.day.size)
    return {
        f"{path}.hazard_ratio.estimate": ratio.estimate,
        f"{path}.hazard_ratio.lower": ratio.lower,
        f"{path}.hazard_ratio.upper": ratio.upper,
        f"{path}.logrank.z": test.z,
        f"{path}.logrank.p_one_sided": p_one_sided(test.z),
    }


def _cutoff(path: str, cutoff: Cutoff, cut: _Cut) -> Columns:
    """When the data were cut and what was known then; how the arms compare, if the cut-off has an endpoint."""
    found = {f"{path}.day": cut.known.day}
    if cut.scenario.arms:
        found[f"{path}.randomized"] = cut.tally(record(cut.known.chunk).trial[in_groups(cut.known)])
    for name, endpoint in cut.scenario.sections.endpoints.items():
        data = cut.data[name]
        found[f"{path}.{path_of('events', name)}"] = cut.tally(data.trial[data.event])
        if name == cutoff.endpoint:
            found |= _comparison(f"{path}.{path_of('endpoints', name)}", endpoint, cut, data)
    return found


def _ended(followed: Course, cut: _Cut) -> Columns:
    """When each trial came to its end, by a look or at the final cut-off, and with how many events."""
    plan, last = followed.scenario.trial.monitoring, [looked[-1] if looked else None for looked in followed.looks]
    if plan is None:
        return {"trial.ended.day": cut.known.day}
    final = cut.data[plan.endpoint]
    events = cut.tally(final.trial[final.event])
    early = [look is not None and not going([look]) for look in last]
    return {
        "trial.ended.day": np.where(early, [look.day if look else math.nan for look in last], cut.known.day),
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


def _toxicity(known: DataCut) -> Columns:
    """The rates of the results object's table of toxicity."""
    groups = allocation(known)
    found = toxicity_table(known, groups, tables.visits(known, groups, toxic_steps(known.chunk.scenario)))
    return {
        f"{row_of('toxicity', arm=row['arm'] or '', step=row['step'], type=row['type'])}.rate": row["rate"]
        for row in found
    }


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
