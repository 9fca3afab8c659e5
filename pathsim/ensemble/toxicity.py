"""Toxicity of many trials at once: the share of patients with grade 3 or higher, by arm, step and type.

The figures are those of the results object's table of toxicity.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.journal import Codes, Rows
from pathsim.scenario.scenario import Scenario
from pathsim.steps.phase import WORST_ALIVE
from pathsim.trial.known import Known
from pathsim.trial.outcomes import Allocation
from pathsim.trial.tables import THERAPY

Rates: TypeAlias = NDArray[np.float64]
"""One rate for each trial; NaN where nobody was at risk."""


def adverse_events(scenario: Scenario) -> list[int]:
    """The codes of the entries that toxicity is counted from."""
    steps = {event.step for event in scenario.vocabulary.of("toxicity")}
    entered = [entry.enter for entry in scenario.steps if entry.name in steps]
    return [*entered, *(event.code for event in scenario.vocabulary.of("toxicity"))]


def toxicity_rates(known: Known, groups: Allocation) -> dict[str, Rates]:
    """The rates of every trial, as columns named by their paths."""
    scenario, events = known.chunk.scenario, _events(known, groups)
    return _by_step(events, scenario, groups) | _over_therapy(events, scenario, groups)


@dataclass(frozen=True, slots=True)
class _Events:
    """Entries into steps and beginnings of toxicities, as columns."""

    code: Codes
    row: Rows
    group: Rows
    """The patient's arm at the time, from 1; 0 if he had none."""
    trial: Rows
    trials: int


def _events(known: Known, groups: Allocation) -> _Events:
    scenario = known.chunk.scenario
    is_adverse = scenario.vocabulary.lookup(adverse_events(scenario)).take(known.chunk.journal.event)
    # On the day of death a toxicity that has begun before is written again, as grade 5.
    journal = known.entries(np.flatnonzero(is_adverse & (known.chunk.journal.value <= WORST_ALIVE)))
    row, group = journal.row, np.zeros(journal.row.size, np.intp)
    if scenario.randomisation is not None:
        day, enter = groups.day.take(row), scenario.randomisation[0].enter
        # Codes ascend along the pathway, so they tell what comes after at one instant.
        after = np.flatnonzero((journal.day >= day) & (journal.event > enter))
        group[after] = groups.group.take(row.take(after)) + 1
    trial = np.repeat(np.arange(known.day.size), scenario.patients).take(row)
    return _Events(journal.event, row, group, trial, known.day.size)


def _by_step(events: _Events, scenario: Scenario, groups: Allocation) -> dict[str, Rates]:
    names = ("", *groups.groups) if scenario.arms else ("",)
    codes = len(scenario.vocabulary.events) + 1
    cell = (events.code.astype(np.intp) * len(names) + events.group) * events.trials + events.trial
    counts = np.bincount(cell, minlength=codes * len(names) * events.trials).reshape(codes, len(names), events.trials)
    found: dict[str, Rates] = {}
    for event in scenario.vocabulary.of("toxicity"):
        entered = counts[scenario.entry(event.step).enter]
        for group, name in enumerate(names):
            if entered[group].any():
                path = f"toxicity[arm={name},step={event.step},type={event.name}].rate"
                found[path] = _share(counts[event.code, group], entered[group])
    return found


def _over_therapy(events: _Events, scenario: Scenario, groups: Allocation) -> dict[str, Rates]:
    """Each type over all steps of the compared therapies: a patient who has it twice counts once."""
    therapy = {scenario.entry(name).name for name in scenario.trial.therapy}
    struck = [event for event in scenario.vocabulary.of("toxicity") if event.step in therapy]
    types = list(dict.fromkeys(event.name for event in struck))
    column = np.full(len(scenario.vocabulary.events) + 1, -1, np.intp)
    for event in struck:
        column[event.code] = types.index(event.name)
        column[scenario.entry(event.step).enter] = len(types)
    here = np.flatnonzero((column[events.code] >= 0) & (events.group > 0))
    had = np.zeros((events.trials * scenario.patients, len(types) + 1), np.bool_)
    had[events.row[here], column[events.code[here]]] = True
    found: dict[str, Rates] = {}
    for group, name in enumerate(groups.groups if scenario.arms else ()):
        # Trials with their patients in arm ``group``, one line for each kind of toxicity.
        mine = had.reshape(events.trials, scenario.patients, -1) & (groups.group == group).reshape(events.trials, -1, 1)
        counts = mine.sum(axis=1)
        if counts[:, -1].any():
            for number, kind in enumerate(types):
                found[f"toxicity[arm={name},step={THERAPY},type={kind}].rate"] = _share(
                    counts[:, number], counts[:, -1]
                )
    return found


def _share(n: NDArray[np.intp], of: NDArray[np.intp]) -> Rates:
    rates: Rates = np.divide(n, of, out=np.full(of.size, np.nan), where=of > 0)
    return rates
