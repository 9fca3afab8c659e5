"""The trials of a class, and ten thousand siblings of the same seed: what each showed, and when it was stopped."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.classroom.classroom import SIBLINGS, Classroom
from pathsim.engines.choose import simulate_many
from pathsim.ensembles.run import PATIENTS_AT_ONCE, Progress, Recipe, gathered, untold
from pathsim.ensembles.summary import Summary, alpha, figure, share, significant
from pathsim.ensembles.workers import Workers
from pathsim.lessons.figures import scenario_of, shown_trial
from pathsim.paths import compared_path
from pathsim.results.chosen import figures_of
from pathsim.results.labels import PRIMARY_TEST
from pathsim.results.replicates import below_each_other
from pathsim.results.trial import TrialResults
from pathsim.results.views import Columns
from pathsim.scenario.files import find
from pathsim.scenario.scenario import Scenario
from pathsim.state import AppState
from pathsim.trial.data_cut import Chunk
from pathsim.trial.monitoring import Decision, Look

DECISIONS: tuple[Decision, ...] = ("stop for benefit", "stop for futility", "stop by order")
"""Those that end a trial before its last cut-off."""
ENDED = "trial.ended.day"
LOOK, DECISION = "look", "decision"
"""Columns: the number of the look that stopped a trial, from 1, and what it decided, by its place; NaN if none did."""


class TrialEnding(NamedTuple):
    """How a trial was stopped, or that it was not."""

    look: int | None = None
    """The number of the look, from 1."""
    decision: Decision = "continue"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one trial showed. What it could not estimate is NaN."""

    hazard_ratio: float
    p_one_sided: float
    ending: TrialEnding
    day: float
    """On which it was stopped, or came to its last cut-off."""


@dataclass(frozen=True, slots=True)
class MainComparison:
    """What the trials of a class are told by: the main endpoint, in the first arm that is compared with control."""

    endpoint: str
    arm: str

    @classmethod
    def of(cls, scenario: Scenario) -> "MainComparison | None":
        """That of a scenario; None if it compares nothing."""
        name, arms = scenario.main_endpoint, scenario.groups(scenario.main_endpoint).compared if scenario.arms else ()
        return cls(name, arms[0]) if name and arms else None

    @property
    def paths(self) -> tuple[str, str]:
        """Of the hazard ratio, and of the one-sided P of the test that is meant where none is named."""
        return (
            compared_path(self.endpoint, self.arm, "cox", "hazard_ratio"),
            compared_path(self.endpoint, self.arm, PRIMARY_TEST, "p_one_sided"),
        )


class SiblingTrials:
    """The replicates 0, 1 and so on of the seed of a class."""

    def __init__(self, scenario: Scenario, columns: Columns) -> None:
        """``columns`` are their outcomes, in this order."""
        self.scenario = scenario
        self.compared = MainComparison.of(scenario)
        self._columns = columns
        self.replicates = columns[ENDED].size

    @property
    def ratios(self) -> NDArray[np.float64]:
        """The hazard ratio of each; of no trial where nothing is compared."""
        return np.zeros(0) if self.compared is None else self._columns[self.compared.paths[0]]

    def outcome(self, replicate: int) -> Outcome:
        """What one of them showed."""
        paths = () if self.compared is None else self.compared.paths
        told = [self._columns[path][replicate] for path in paths] or [math.nan, math.nan]
        look, decision = self._columns[LOOK][replicate], self._columns[DECISION][replicate]
        ending = TrialEnding() if math.isnan(look) else TrialEnding(int(look), DECISIONS[int(decision)])
        return Outcome(float(told[0]), float(told[1]), ending, float(self._columns[ENDED][replicate]))

    def summary(self) -> Summary:
        """The median hazard ratio with the middle 95%, the share that is significant, and how trials ended."""
        found: Summary = {"replicates": self.replicates, "ended": self._endings()}
        if self.compared is not None:
            ratio, p_value = self.compared.paths
            found |= {
                "endpoint": self.compared.endpoint,
                "arm": self.compared.arm,
                "alpha": alpha(self.scenario),
                "hazard_ratio": figure(ratio, self._columns[ratio]),
                "significant": significant(self.scenario, self._columns[p_value]),
            }
        return found

    def _endings(self) -> list[Summary]:
        """How often trials ended in each way: by look and decision, and last those that nobody stopped."""
        looks, decisions = self._columns[LOOK], self._columns[DECISION]
        found = []
        for look in np.unique(looks[np.isfinite(looks)]).tolist():
            for place, decision in enumerate(DECISIONS):
                if count := int(((looks == look) & (decisions == place)).sum()):
                    found.append({"look": int(look), "decision": decision, **share(count, self.replicates)})
        count = int(np.isnan(looks).sum())
        return [*found, {"look": None, "decision": TrialEnding().decision, **share(count, self.replicates)}]


def sibling_trials(classroom: Classroom, *, workers: Workers = 1, finished: Progress = untold) -> SiblingTrials:
    """Ten thousand trials of the seed of a class. Raises as ``ensembles.run.ensemble`` does."""
    trial = classroom.trial(0)
    recipe = Recipe.of(find(trial.scenario), dict(trial.settings))
    make = partial(outcome_chunks, recipe, trial.seed)
    rows = gathered(make, SIBLINGS, workers=workers, finished=finished, at_once=recipe.chunks_at_once())
    return SiblingTrials(recipe.scenario(), {name: rows[name] for name in rows})


def outcome_chunks(recipe: Recipe, seed: int, first: int, *sizes: int) -> list[Columns]:
    """The outcomes of the trials of each of these chunks in a row."""
    found = _outcomes(recipe.scenario(), seed, range(first, first + sum(sizes)))
    ends = np.cumsum(sizes)[:-1]
    parts = zip(*(np.split(column, ends) for column in found.values()), strict=True)
    return [dict(zip(found, part, strict=True)) for part in parts]


def _outcomes(scenario: Scenario, seed: int, replicates: Sequence[int]) -> Columns:
    at_once = max(1, PATIENTS_AT_ONCE // scenario.patients)
    parts = [replicates[begin : begin + at_once] for begin in range(0, len(replicates), at_once)]
    found = [outcome_columns(simulate_many(scenario, seed, part)) for part in parts]
    return below_each_other(found, [len(part) for part in parts])


def outcome_columns(chunk: Chunk) -> Columns:
    """What each trial of a chunk showed at its end, and when that was."""
    results = TrialResults(chunk)
    compared = MainComparison.of(chunk.scenario)
    endings = np.array([_ending(looks) for looks in results.looks], np.float64)
    return {
        **figures_of(results, [*(compared.paths if compared is not None else ()), ENDED]),
        LOOK: endings[:, 0].copy(),
        DECISION: endings[:, 1].copy(),
    }


def _ending(looks: Sequence[Look]) -> tuple[float, float]:
    """The number of the look that stopped a trial and the place of its decision; NaN if none did."""
    if not looks or looks[-1].decision not in DECISIONS:
        return math.nan, math.nan
    return len(looks), DECISIONS.index(looks[-1].decision)


def shown_outcome(state: AppState) -> Outcome:
    """What the trial of a state shows, as the app shows it. Raises ScenarioError."""
    scenario = scenario_of(state)
    return SiblingTrials(scenario, outcome_columns(shown_trial(state, scenario))).outcome(0)
