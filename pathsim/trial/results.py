"""The results object of one trial: what ``--json`` prints, and what reports, tests and screens read.

Times are in days, proportions are fractions; what a trial cannot estimate is None. A hazard ratio is 0 or infinite
where all events that tell the arms apart are in one of them. Keys are stable; a renamed key is a new
``pathsim.SCHEMA_VERSION``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

import numpy as np

import pathsim
from pathsim.paths import PathPart, Picks, day_name, next_name, parts_of
from pathsim.scenario.former import renamed
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Cutoff, Endpoint, Target
from pathsim.statistics.compare import p_one_sided
from pathsim.statistics.competing import cumulative_incidence
from pathsim.statistics.normal import deviations
from pathsim.statistics.risk_table import RiskTable
from pathsim.statistics.survival import kaplan_meier, longest_horizon, median, numbers_at_risk, restricted_mean
from pathsim.trial import tables
from pathsim.trial.course import Course, course
from pathsim.trial.data_cut import Chunk, DataCut
from pathsim.trial.monitoring import Look, going
from pathsim.trial.time_to_event import Allocation, TimeToEvent, allocation, compared, survival_table, time_to_event
from pathsim.trial.toxicity import toxicity

INFINITE = ("Infinity", "-Infinity")
"""What JSON, which has no such numbers, holds for them: results that were read from it have figures too."""
Results: TypeAlias = dict[str, Any]


def results(chunk: Chunk, until: float | None = None) -> Results:
    """The results of a chunk of one replicate, at the scenario's final cut-off or as they were on an earlier day."""
    scenario, followed = chunk.scenario, course(chunk)
    known = followed.final() if until is None else followed.reported_on(until)
    groups = allocation(known)
    visited = tables.visits(known, groups)
    return {
        "schema_version": pathsim.SCHEMA_VERSION,
        "pathsim": pathsim.__version__,
        "seed": chunk.seed,
        "replicate": int(chunk.replicates[0]),
        "scenario": {
            "name": scenario.name,
            "title": scenario.title,
            "sha256": scenario.sha256,
            "overrides": dict(scenario.overrides),
        },
        "trial": _trial(known, groups, followed),
        "cutoffs": {
            name: _cutoff(name, cutoff, followed)
            for name, cutoff in scenario.trial.cutoffs.items()
            if until is None or followed.data_cut_at(cutoff).day[0] <= until
        },
        "endpoints": {
            name: endpoint_figures(endpoint, time_to_event(known, endpoint), groups, scenario)
            for name, endpoint in scenario.sections.endpoints.items()
        },
        "baseline": tables.of_trial(tables.baseline(known, groups), 0),
        "toxicity": tables.of_trial(toxicity(known, groups, visited), 0),
        "responses": tables.of_trial(tables.responses(known, groups, visited), 0),
        "flow": tables.of_trial(tables.flow(known, groups, visited), 0),
        "waits": tables.of_trial(tables.waits(known, visited), 0),
    }


def _trial(known: DataCut, groups: Allocation, followed: Course) -> dict[str, Any]:
    scenario = known.chunk.scenario
    held = [look for look in followed.looks[0] if look.day <= known.day[0]]
    arrived = known.enrolled[known.enrolled < math.inf]
    in_groups = groups.group >= 0
    cut_on = float(known.day[0])
    followed_for = (cut_on - groups.day)[in_groups]
    return {
        "enrolled": int(arrived.size),
        "randomized": int(in_groups.sum()) if scenario.arms else None,
        "arms": _by_group(groups, lambda group: int((groups.group == group).sum())),
        "first_day": float(arrived.min()) if arrived.size else None,
        "last_day": float(arrived.max()) if arrived.size else None,
        "cutoff_day": cut_on,
        "median_follow_up_days": float(np.median(followed_for)) if followed_for.size else None,
        "ended": _ended(known, held),
        "looks": [asdict(look) | {"analysis": _analysis(look, followed)} for look in held],
    }


def _ended(known: DataCut, held: list[Look]) -> dict[str, Any]:
    """When the trial came to its end, by a look or at the final cut-off, and with how many events."""
    scenario = known.chunk.scenario
    if held and not going(held):
        return {"day": held[-1].day, "events": held[-1].events}
    plan = scenario.trial.monitoring
    if plan is None:
        return {"day": float(known.day[0])}
    data = time_to_event(known, scenario.sections.endpoints[plan.endpoint])
    return {"day": float(known.day[0]), "events": int(data.event.sum())}


def _analysis(look: Look, followed: Course) -> dict[str, Any]:
    """What the committee could see at a look: the endpoint that is monitored, as it was known then."""
    scenario, plan = followed.scenario, followed.scenario.trial.monitoring
    if plan is None:
        return {}
    known = followed.data_cut_on(look.day)
    endpoint = scenario.sections.endpoints[plan.endpoint]
    return endpoint_figures(endpoint, time_to_event(known, endpoint), allocation(known), scenario)


def _by_group(groups: Allocation, figure: Any) -> dict[str, Any]:
    return {name: figure(group) for group, name in enumerate(groups.groups)}


def _cutoff(name: str, cutoff: Cutoff, followed: Course) -> dict[str, Any]:
    """What had happened by a planned cut-off, what of it was known, and how the arms compare by then."""
    scenario = followed.scenario
    known, happened = followed.data_cut_at(cutoff), followed.data_cut_at(cutoff, complete=True)
    groups = allocation(known)
    endpoints = scenario.sections.endpoints.items()
    found = {endpoint: time_to_event(known, table) for endpoint, table in endpoints}
    return {
        "label": cutoff.label or name,
        "day": float(known.day[0]),
        "run_on": cutoff.run_on,
        "randomized": int((groups.group >= 0).sum()) if scenario.arms else None,
        "events": {endpoint: int(data.event.sum()) for endpoint, data in found.items()},
        "events_happened": {endpoint: int(time_to_event(happened, table).event.sum()) for endpoint, table in endpoints},
        "endpoints": {name: endpoint_figures(table, found[name], groups, scenario) for name, table in endpoints},
    }


def endpoint_figures(endpoint: Endpoint, data: TimeToEvent, groups: Allocation, scenario: Scenario) -> dict[str, Any]:
    """What the results say of an endpoint: survival by arm, first events, and how the arms compare."""
    table = survival_table(data, len(groups.groups), stratified=False)
    found: dict[str, Any] = {
        "label": endpoint.label,
        "events": int(data.event.sum()),
        "events_by": {day_name(day): int((data.event & (data.time <= day)).sum()) for day in endpoint.at_days},
        "arms": _by_group(groups, lambda group: _arm(endpoint, data, table, group)),
        "first_events": _by_group(
            groups,
            lambda group: {
                name: int(((data.group == group) & (data.cause == cause)).sum())
                for cause, name in enumerate(endpoint.events, 1)
            },
        ),
    }
    found |= _incidence(endpoint, data, groups)
    found |= _comparison(endpoint, data, scenario)
    if endpoint.at_days and len(scenario.arms) == 2:
        second = groups.groups.index(scenario.trial.control or "")
        found["restricted_mean_difference"] = _mean_difference(table, 1 - second, second, max(endpoint.at_days))
    return found


def _incidence(endpoint: Endpoint, data: TimeToEvent, groups: Allocation) -> dict[str, Any]:
    """The cumulative incidence of each kind of first event; nothing where there is only one."""
    if len(endpoint.events) < 2 or not endpoint.at_days:
        return {}
    arms, causes = len(groups.groups), len(endpoint.events)
    shares = cumulative_incidence(
        data.trial, data.group, data.time, data.cause, endpoint.at_days, trials=1, arms=arms, causes=causes
    )[0]
    return {
        "incidence": _by_group(
            groups,
            lambda group: {
                event: {day_name(day): _or_none(shares[group, cause, i]) for i, day in enumerate(endpoint.at_days)}
                for cause, event in enumerate(endpoint.events)
            },
        )
    }


def _mean_difference(table: RiskTable, treated: int, control: int, horizon_days: float) -> dict[str, Any]:
    """What the treated arm gains in days without event, up to a horizon, with its 95% interval.

    Where an arm was not followed so long, that is None, and the same up to the longest common horizon stands beside it.
    """
    longest = min(float(longest_horizon(table, arm)[0]) for arm in (treated, control))
    found: dict[str, Any] = dict(_gained(table, treated, control, horizon_days))
    if 0 < longest < horizon_days:
        found["common_horizon"] = _gained(table, treated, control, longest)
    return found


def _gained(table: RiskTable, treated: int, control: int, horizon_days: float) -> dict[str, float | None]:
    one, other = (restricted_mean(table, arm, horizon_days) for arm in (treated, control))
    gained = float(one.mean[0] - other.mean[0])
    reach = deviations(0.95) * math.hypot(one.standard_error[0], other.standard_error[0])
    figures = {"days": gained, "lower": gained - reach, "upper": gained + reach}
    return {"horizon_days": horizon_days} | {name: _or_none(value) for name, value in figures.items()}


def _arm(endpoint: Endpoint, data: TimeToEvent, table: RiskTable, group: int) -> dict[str, Any]:
    mine = data.group == group
    days = np.array(endpoint.at_days)
    estimate = kaplan_meier(table, group, days)
    at_risk = numbers_at_risk(data.trial, data.group, data.time, days, trials=table.trials, arms=table.arms)
    middle = median(table, group)
    return {
        "n": int(mine.sum()),
        "events": int((mine & data.event).sum()),
        "median_days": _or_none(middle.estimate[0]),
        "median_lower_days": _or_none(middle.lower[0]),
        "median_upper_days": _or_none(middle.upper[0]),
        "restricted_mean_days": _or_none(restricted_mean(table, group, max(days)).mean[0]) if days.size else None,
        "at": {
            day_name(day): {
                "survival": _or_none(estimate.survival[0, i]),
                "lower": _or_none(estimate.lower[0, i]),
                "upper": _or_none(estimate.upper[0, i]),
                "at_risk": int(at_risk[0, group, i]),
            }
            for i, day in enumerate(days.tolist())
        },
    }


def _comparison(endpoint: Endpoint, data: TimeToEvent, scenario: Scenario) -> dict[str, Any]:
    """Hazard ratio and log-rank test; nothing where there are not two arms."""
    if len(scenario.arms) != 2:
        return {}
    test, ratio = compared(data, endpoint, scenario)
    return {
        "hazard_ratio": {
            "estimate": _or_none(ratio.estimate[0]),
            "lower": _or_none(ratio.lower[0]),
            "upper": _or_none(ratio.upper[0]),
        },
        "logrank": {"z": _or_none(test.z[0]), "p_one_sided": _or_none(p_one_sided(test.z)[0])},
    }


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def figure(found: Results, path: str) -> float:
    """A number of the results object by its path, such as ``endpoints.dfs.hazard_ratio.estimate``.

    A row of a list is picked by what is in it: ``toxicity[arm=control,type=infection].rate``; ``pathsim.paths`` tells
    how names are written. In a row that is not there, because nobody came so far, a count is 0 and all else is missing.
    Raises KeyError, with a sentence, if the path leads nowhere; NaN where the trial could not estimate the figure.
    """
    here = leaf(found, path)
    if here is None:
        return math.nan
    if here in INFINITE:
        return float(here)
    if isinstance(here, bool) or not isinstance(here, (int, float)):
        raise KeyError(f"'{path}' is not a number of the results")
    return float(here)


def targeted(found: Results, target: Target) -> float:
    """What the results show of a target: its figure, or the share that it is of another one."""
    shown = figure(found, target.figure)
    if target.of is None:
        return shown
    return float(tables.share(np.array(shown), np.array(figure(found, target.of))))


def leaf(found: Mapping[str, Any], path: str) -> Any:
    """What stands at a path of the results, or 0 or None in a missing row. Raises KeyError as ``figure`` does."""
    try:
        parts = parts_of(path)
    except ValueError as wrong:
        raise KeyError(str(wrong)) from None
    here: Any = found
    while parts:
        names = _names_ahead(parts)
        key, taken = (names[0], 1) if isinstance(here, _Nothing) else _next(here, names)
        if key is None:
            known = ", ".join(map(str, here)) if isinstance(here, Mapping) else "no more"
            raise KeyError(f"the results have no '{names[0]}' in '{path}'; here are: {known}")
        here = here[key]
        if (picks := parts[taken - 1].picks) is not None:
            here = _picked(here, picks, path)
        parts = parts[taken:]
    return here.figure if isinstance(here, _Nothing) else here


def _names_ahead(parts: Sequence[PathPart]) -> list[str]:
    """The names up to the first by which a row is picked."""
    last = next((number for number, part in enumerate(parts) if part.picks is not None), len(parts) - 1)
    return [part.name for part in parts[: last + 1]]


def _next(here: Any, names: Sequence[str]) -> tuple[str | None, int]:
    return next_name(here, names) if isinstance(here, Mapping) else (None, 0)


def _picked(rows: Any, picks: Picks, path: str) -> Any:
    if not isinstance(rows, list):
        raise KeyError(f"'{path}' picks from something that is not a list")
    keys = {key for row in rows for key in row}
    if rows and (unknown := dict(picks).keys() - keys):
        key = unknown.pop()
        now = renamed(key, keys)
        raise KeyError(
            f"no row has '{key}' in '{path}'" + (f".{now}" if now else f"; rows have: {', '.join(sorted(keys))}")
        )
    return next((row for row in rows if is_picked(row, picks)), _Nothing())


def is_picked(row: Mapping[str, Any], picks: Picks) -> bool:
    """Whether a row has these values."""
    return all(("" if row.get(key) is None else str(row[key])) == value for key, value in picks)


class _Nothing(dict[str, Any]):
    """A row that this trial does not have, because nobody came so far, or what stands under a key of it."""

    figure: int | None = None

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> "_Nothing":
        here = _Nothing()
        here.figure = 0 if key in tables.COUNTS else self.figure
        return here
