"""Small studies with one thing in them, and what happened to each patient."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from strategies import BEGINS, Tree, document, scenario_of

from pathsim.draws import keys
from pathsim.engines.vectorized import run_vectorized
from pathsim.journal import EventKind, Journal
from pathsim.scenario.scenario import Scenario

Floats = NDArray[np.float64]


def study(
    steps: Tree,
    cohort: Tree | None = None,
    patients: int = 20_000,
    *,
    toxicities: Tree | None = None,
    resources: Tree | None = None,
    **trial: Any,
) -> Scenario:
    """Patients with these covariates who walk these steps; what the steps do not define is an end."""
    arrivals = {} if "pace" in trial else {"per_month": 1000}
    ends = {name: {"kind": "end"} for name in ("home", "dead", "other") if f"'{name}'" in str(steps)}
    tree = {
        "title": "A study",
        "trial": {"begins": BEGINS, "patients": patients, "cutoffs": {"end": {"day": 1}}, **arrivals, **trial},
        "cohort": cohort or {},
        "toxicities": toxicities or {},
        "resources": resources or {},
        "steps": {**steps, **{name: end for name, end in ends.items() if name not in steps}},
    }
    return scenario_of(document(tree))


@dataclass
class Walk:
    """What happened to each patient of some replicates, one row a patient."""

    scenario: Scenario
    seed: int
    replicates: Sequence[int]
    journal: Journal

    @property
    def rows(self) -> int:
        return self.scenario.patients * len(self.replicates)

    def entered(self, step: str) -> Floats:
        """The day on which each patient entered this step; not a number for those who never did."""
        return self._column([self.scenario.entry(step).enter], self.journal.day)

    def day(self, kind: EventKind, name: str) -> Floats:
        """The day on which this happened to each patient."""
        return self._column(self._codes(kind, name), self.journal.day)

    def value(self, kind: EventKind, name: str) -> Floats:
        """What was noted then: a grade, a level, an arm; the last of them, such as the grade on the day of death."""
        return self._column(self._codes(kind, name), self.journal.value)

    def had(self, kind: EventKind, name: str) -> NDArray[np.bool_]:
        """To whom it happened."""
        return ~np.isnan(self.day(kind, name))

    def covariate(self, name: str) -> Floats:
        """A column of the cohort."""
        numbers = np.asarray(self.replicates)[:, None]
        key = keys(self.seed, numbers, np.arange(self.scenario.patients)).ravel()
        return self.scenario.cohort.draw(key)[name].astype(np.float64)

    def is_level(self, name: str, level: str) -> NDArray[np.bool_]:
        """Whose category of the cohort has this level."""
        levels = self.scenario.names[name]
        assert levels is not None
        found: NDArray[np.bool_] = self.covariate(name) == levels.index(level)
        return found

    def by_replicate(self, column: NDArray[Any]) -> NDArray[Any]:
        """A column with a row for each replicate."""
        return column.reshape(len(self.replicates), -1)

    def _codes(self, kind: EventKind, name: str) -> list[int]:
        codes = [event.code for event in self.scenario.vocabulary.of(kind) if event.name == name]
        assert codes, f"no {kind} is called {name}"
        return codes

    def _column(self, codes: list[int], values: NDArray[np.float64]) -> Floats:
        mine = np.isin(self.journal.event, codes)
        column = np.full(self.rows, math.nan)
        column[self.journal.row[mine]] = values[mine]
        return column


def walk(scenario: Scenario, replicates: Sequence[int] = (0,), seed: int = 1) -> Walk:
    """These replicates, simulated."""
    return Walk(scenario, seed, replicates, run_vectorized(scenario, seed, replicates))
