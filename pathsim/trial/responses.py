"""Responses: what assessments found, by arm."""

from typing import TypedDict

import numpy as np

from pathsim.journal import Event
from pathsim.scenario.entries import StepEntry
from pathsim.statistics.figures import Count, Share
from pathsim.trial.data_cut import DataCut
from pathsim.trial.tables import Counted, Counts, Visits, arm_sizes, by_arm, share
from pathsim.trial.time_to_event import Allocation


class ResponseRow(TypedDict):
    """How many patients of an arm were found at a level of an assessment, and of how many that is a share."""

    arm: str | None
    step: str
    name: str
    value: str
    n: Count
    of: Count
    share: Share


def responses(known: DataCut, groups: Allocation, visited: Visits) -> list[ResponseRow]:
    """Assessments by arm: how many had each level, of all in the arm (of those who entered, before there are arms).

    A trial in which nobody of the arm came so far has no such share.
    """
    scenario, in_arm = known.chunk.scenario, arm_sizes(known, groups)
    rows: list[ResponseRow] = []
    for event in scenario.vocabulary.of("assess"):
        entry, all_levels = scenario.entry(event.step), scenario.names[event.name] or ()
        counts, entered = _assessed(known, groups, event, len(all_levels)), Counted(known, visited[entry.number])
        for group, arm in by_arm(scenario, groups):
            came = entered.count(group)
            if not came.any():
                continue
            of = came if arm is None else np.where(came > 0, in_arm[group], 0)
            for level in _levels_here(entry, event.name):
                n = counts[all_levels.index(level), group + 1]
                rows.append(
                    ResponseRow(arm=arm, step=event.step, name=event.name, value=level, n=n, of=of, share=share(n, of))
                )
    return rows


def _assessed(known: DataCut, groups: Allocation, event: Event, levels: int) -> Counts:
    """How many were found at each level (levels x groups x trials)."""
    scenario, trials = known.chunk.scenario, known.day.size
    found = known.entries([event.code])
    group, arms = np.zeros(found.row.size, np.intp), 1
    if scenario.randomization is not None:
        arms += len(groups.groups)
        order = scenario.order
        if order.index(scenario.entry(event.step).number) > order.index(scenario.randomization[0].number):
            group = groups.group.take(found.row) + 1
    cell = (found.value.astype(np.intp) * arms + group) * trials + found.row // scenario.patients
    return np.bincount(cell, minlength=levels * arms * trials).reshape(levels, arms, trials)


def _levels_here(entry: StepEntry, column: str) -> tuple[str, ...]:
    return next((levels for _, name, levels in entry.spec.sets() if name == column), ())
