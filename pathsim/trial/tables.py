"""Tables of one trial, all from its journal: the flow of patients, responses, toxicity, waiting for places."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.journal import Journal, Rows
from pathsim.scenario.scenario import Scenario, StepEntry
from pathsim.trial.known import Known
from pathsim.trial.outcomes import Allocation

Row: TypeAlias = dict[str, Any]
THERAPY = "therapy"
"""The name under which toxicity is totalled over the steps of the compared therapies."""


@dataclass(frozen=True, slots=True)
class Visits:
    """Every entry into a step, in each patient's own order, with what follows it."""

    step: Rows
    row: Rows
    day: NDArray[np.float64]
    following: Rows
    """The number of the next step entered; -1 if there is none yet."""
    following_day: NDArray[np.float64]
    group: Rows
    """The patient's arm if he had one by then, else -1."""


def visits(known: Known, groups: Allocation) -> Visits:
    """The visits of all patients, by what is known."""
    scenario = known.chunk.scenario
    number = np.full(len(scenario.vocabulary.events) + 1, -1, dtype=np.intp)
    for entry in scenario.steps:
        number[entry.enter] = entry.number
    entered = known.journal.pick(number[known.journal.event] >= 0)
    order = np.lexsort((entered.event, entered.day, entered.row))
    entered = entered.pick(order)
    step = number[entered.event]
    same = np.concatenate([entered.row[1:] == entered.row[:-1], [False]]) if entered.row.size else np.empty(0, bool)
    following = np.where(same, np.roll(step, -1), -1)
    following_day = np.where(same, np.roll(entered.day, -1), np.nan)
    group = groups.group[entered.row]
    if scenario.randomisation is not None:
        # By order, not by day: a patient can enter several steps, and the randomization, at one instant.
        seen = np.flatnonzero(step == scenario.randomisation[0].number)
        allocated = np.full(known.chunk.rows, step.size)
        allocated[entered.row[seen]] = seen
        group = np.where(np.arange(step.size) > allocated[entered.row], group, -1)
    return Visits(step, entered.row, entered.day, following, following_day, group)


def _groups(scenario: Scenario, groups: Allocation) -> Iterator[tuple[int, str | None]]:
    yield -1, None
    if scenario.arms:
        yield from enumerate(groups.groups)


def flow(known: Known, groups: Allocation, visited: Visits) -> list[Row]:
    """How many entered each step, and where they went; patients without an arm (yet) stand apart."""
    scenario = known.chunk.scenario
    rows: list[Row] = []
    for entry in scenario.steps:
        for group, arm in _groups(scenario, groups):
            here = visited.step == entry.number
            if scenario.arms:
                here &= visited.group == group
            if not here.any():
                continue
            counts = np.bincount(visited.following[here] + 1, minlength=len(scenario.steps) + 1).tolist()
            ways = dict.fromkeys(scenario.entry(arrow.to).name for arrow in entry.spec.arrows())
            left = {name: counts[scenario.entry(name).number + 1] for name in ways}
            rows.append(
                {
                    "step": entry.name,
                    "arm": arm,
                    "entered": int(here.sum()),
                    "left": left,
                    "still_there": counts[0],
                }
            )
    return rows


def responses(known: Known, groups: Allocation, visited: Visits) -> list[Row]:
    """Assessments by arm: how many had each level, of all in the arm (of those who entered, before there are arms)."""
    scenario = known.chunk.scenario
    rows: list[Row] = []
    for event in scenario.vocabulary.of("assess"):
        levels = scenario.names[event.name] or ()
        entry = scenario.entry(event.step)
        found = known.journal.pick(known.journal.event == event.code)
        for group, arm in _groups(scenario, groups):
            entered = (visited.step == entry.number) & ((visited.group == group) if scenario.arms else True)
            if not entered.any():
                continue
            of = int(entered.sum()) if arm is None else int((groups.group == group).sum())
            mine = np.isin(found.row, visited.row[entered])
            counts = np.bincount(found.value[mine].astype(np.intp), minlength=len(levels)).tolist()
            rows += [
                {"arm": arm, "step": event.step, "name": event.name, "value": level, "n": n, "of": of, "share": n / of}
                for level, n in zip(levels, counts, strict=True)
                if level in _levels_here(entry, event.name)
            ]
    return rows


def _levels_here(entry: StepEntry, column: str) -> tuple[str, ...]:
    return next((levels for _, name, levels in entry.spec.sets() if name == column), ())


def toxicity(known: Known, groups: Allocation, visited: Visits) -> list[Row]:
    """Patients with a toxicity of grade 3 or higher, by arm, step and type, and over the compared therapies."""
    scenario = known.chunk.scenario
    therapy = {scenario.entry(name).number for name in scenario.trial.therapy}
    rows: list[Row] = []
    codes: dict[tuple[str, str], int] = {
        (event.step, event.name): event.code for event in scenario.vocabulary.of("toxicity")
    }
    for group, arm in _groups(scenario, groups):
        own = (visited.group == group) if scenario.arms else np.ones(visited.row.size, np.bool_)
        steps = [entry for entry in scenario.steps if any(step == entry.name for step, _ in codes)]
        entered = {entry.name: visited.row[own & (visited.step == entry.number)] for entry in steps}
        steps = [entry for entry in steps if entered[entry.name].size]
        for entry in steps:
            mine = ((name, code) for (step, name), code in codes.items() if step == entry.name)
            rows += [_worst(known.journal, [code], entered[entry.name], arm, entry.name, name) for name, code in mine]
        treated = [entry.name for entry in steps if entry.number in therapy]
        if arm is not None and treated:
            everybody = np.unique(np.concatenate([entered[name] for name in treated]))
            for name in dict.fromkeys(name for step, name in codes if step in treated):
                all_codes = [code for (step, other), code in codes.items() if other == name and step in treated]
                rows.append(_worst(known.journal, all_codes, everybody, arm, THERAPY, name))
    return rows


def _worst(journal: Journal, codes: list[int], patients: Rows, arm: str | None, step: str, name: str) -> Row:
    here = np.isin(journal.event, codes)
    here[here] = np.isin(journal.row[here], patients)
    row, grade = journal.row[here], journal.value[here]
    worst = np.zeros(int(row.max()) + 1 if row.size else 0)
    np.maximum.at(worst, row, grade)
    counts = np.bincount(worst.astype(np.intp), minlength=6).tolist()
    third = sum(counts[3:])
    return {
        "arm": arm,
        "step": step,
        "type": name,
        "patients": int(patients.size),
        "grade3plus": third,
        "grade4": counts[4],
        "grade5": counts[5],
        "rate": third / patients.size,
    }


def waits(known: Known, visited: Visits) -> list[Row]:
    """For each step in which a place is waited for: how many had to wait, how long, and who gave up."""
    scenario = known.chunk.scenario
    rows: list[Row] = []
    for event in scenario.vocabulary.of("ready"):
        entry = scenario.entry(event.step)
        if entry.wants is None:
            continue
        ready = known.journal.pick(known.journal.event == event.code)
        here = (visited.step == entry.number) & (visited.following >= 0)
        left = np.full(known.chunk.rows, np.nan)
        left[visited.row[here]] = visited.following_day[here]
        queued = left[ready.row] - ready.day
        got = scenario.entry(entry.wants.then).number
        gave_up = np.isin(ready.row, visited.row[here & (visited.following != got)])
        days = queued[~np.isnan(queued)]
        rows.append(
            {
                "place": entry.wants.pool,
                "step": entry.name,
                "asked": int(ready.row.size),
                "waited": int((days > 0).sum()),
                "left_queue": int(gave_up.sum()),
                "mean_days": float(days.mean()) if days.size else 0.0,
                "longest_days": float(days.max()) if days.size else 0.0,
            }
        )
    return rows
