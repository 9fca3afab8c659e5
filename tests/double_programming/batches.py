"""Many trials of AALL1331 from either model, in one form: the plain model's words become the package's numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.draws import keys
from pathsim.engines.choose import simulate_many
from pathsim.journal import Block, Journal
from pathsim.scenario.scenario import Scenario
from pathsim.trial.data_cut import everything
from pathsim.trial.time_to_event import time_to_event

COVARIATES = ("sex", "relapse", "cytogenetics", "frailty")

Floats: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[np.intp]
Label: TypeAlias = tuple[str, ...]


@dataclass
class Batch:
    """Some trials of one model, one row a patient. Categories are numbers: positions among their levels."""

    trials: int
    journal: Journal
    covariates: Mapping[str, Floats]
    times: Mapping[str, Floats]
    """Days from randomization to an endpoint's event: infinite without one, not a number if never randomized."""
    first_event: Numbers
    """The number of the first event of disease-free survival, from 1; 0 without one."""


def package_batch(scenario: Scenario, seed: int, replicates: range) -> Batch:
    """Trials of the package. Survival is what the package's own endpoints say."""
    chunk = simulate_many(scenario, seed, replicates)
    key = keys(seed, np.asarray(replicates)[:, None], np.arange(scenario.patients)).ravel()
    covariates = {name: column.astype(np.float64) for name, column in scenario.cohort.draw(key).items()}
    known = everything(chunk)
    times = {name: np.full(chunk.rows, math.nan) for name in ("dfs", "os")}
    causes = {name: np.zeros(chunk.rows, np.intp) for name in times}
    for name, time in times.items():
        found = time_to_event(known, scenario.sections.endpoints[name])
        time[found.row] = np.where(found.event, found.time, math.inf)
        causes[name][found.row] = found.cause
    return Batch(len(replicates), chunk.journal, covariates, times, causes["dfs"])


def plain_batch(scenario: Scenario, trials: Sequence[Any]) -> Batch:
    """Trials of the plain model, its words translated into the package's numbers."""
    codes: dict[Label, int] = {(event.kind, event.step, event.name): event.code for event in scenario.vocabulary.events}
    entries = [
        (position * scenario.patients + patient, day, codes[event], _number(scenario, codes, event, value))
        for position, trial in enumerate(trials)
        for day, patient, event, value in trial.journal
    ]
    row, day, code, value = np.array(entries).T
    patients = [patient for trial in trials for patient in trial.patients]
    covariates = {
        name: np.array([levels_of(scenario, name).index(getattr(patient, name)) for patient in patients], np.float64)
        for name in COVARIATES
    }
    covariates["age"] = np.array([patient.age for patient in patients], np.float64)
    randomized = np.array([patient.randomized for patient in patients])
    randomized[randomized == math.inf] = math.nan
    kinds = ("", *scenario.sections.endpoints["dfs"].events)
    return Batch(
        len(trials),
        Journal(Block(row.astype(np.intp), day, code.astype(np.int16), value)),
        covariates,
        {
            "dfs": np.array([patient.first_event for patient in patients]) - randomized,
            "os": np.array([patient.died for patient in patients]) - randomized,
        },
        np.array([kinds.index(patient.first_event_kind) for patient in patients]),
    )


def _number(scenario: Scenario, codes: Mapping[Label, int], event: Any, value: str | int) -> float:
    """A value of the plain journal as a number. Strata are told from what defines them, not from here."""
    if isinstance(value, int):
        return value
    if event.kind in {"assess", "arm"}:
        return levels_of(scenario, event.name).index(value)
    return codes["toxicity", event.step, value] if event.kind == "exit" and value else 0


def levels_of(scenario: Scenario, column: str) -> list[str]:
    """The levels of a category, in the order of their numbers."""
    return list(scenario.names[column] or ())
