"""The figures of a lesson, computed when it is given: of the trial of a step, or of many of its seed."""

import datetime
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.engines.choose import simulate, simulate_many
from pathsim.lessons.lesson import FigureValue, LessonFigure
from pathsim.meaning import Unit
from pathsim.report.figures import decimal, percent, written
from pathsim.results.chosen import figures_of
from pathsim.results.declared import unit_of
from pathsim.results.figure_conditions import FigureCondition, all_met, figure_condition
from pathsim.results.replicates import below_each_other
from pathsim.results.trial import TrialResults
from pathsim.results.views import Columns
from pathsim.scenario.dates import DateError, day_at
from pathsim.scenario.files import find
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import Scenario, load
from pathsim.state import AppState
from pathsim.trial.arms import arms_of, held
from pathsim.trial.data_cut import Chunk
from pathsim.validation.picks import check_picks

BATCH_SECONDS, MOST_AT_A_TIME = 0.25, 256
"""How long, about, one batch of replicates takes at most, and how many it has."""
QUANTILES = {"lower": 0.025, "median": 0.5, "upper": 0.975}
UNKNOWN = "not estimable"


class FigureError(Exception):
    """Figures that cannot be computed, with a sentence for who wrote the lesson."""

    def __init__(self, sentence: str, figures: Sequence[LessonFigure]) -> None:
        super().__init__(sentence)
        self.figures = tuple(figures)


class FigureWork:
    """Computes figures, those of one trial first, and then many replicates a batch at a time."""

    def __init__(self, figures: Iterable[LessonFigure]) -> None:
        """Nothing is computed yet."""
        self.values: dict[LessonFigure, FigureValue] = {}
        """Those that are computed."""
        groups: dict[_Trials, list[LessonFigure]] = {}
        for figure in dict.fromkeys(figures):
            groups.setdefault(_trials_of(figure), []).append(figure)
        self._open = [_Sample(of, figures) for of, figures in sorted(groups.items(), key=lambda one: one[0].over)]

    @property
    def is_complete(self) -> bool:
        """Whether all are computed."""
        return not self._open

    def batch(self) -> None:
        """Compute some more. Raises FigureError for those that cannot be, and then goes on without them."""
        if not self._open:
            return
        sample = self._open[0]
        try:
            sample.batch()
            if sample.is_complete:
                self.values |= sample.values()
                self._open.pop(0)
        except ScenarioError as wrong:
            self._open.pop(0)
            raise FigureError(str(wrong), sample.figures) from None
        except (KeyError, ValueError) as wrong:
            # One of them: each alone, so that the others come to be known.
            self._open.pop(0)
            if len(sample.figures) == 1:
                raise FigureError(str(wrong.args[0]), sample.figures) from None
            self._open[:0] = [_Sample(sample.of, [figure]) for figure in sample.figures]


def computed(figures: Iterable[LessonFigure]) -> dict[LessonFigure, FigureValue]:
    """The values of all of these figures. Raises as ``FigureWork`` does."""
    work = FigureWork(figures)
    while not work.is_complete:
        work.batch()
    return work.values


def scenario_of(state: AppState) -> Scenario:
    """The scenario of a state, with what is set in it. Raises ScenarioError."""
    return load(find(state.scenario), dict(state.settings))


def seed_of(state: AppState, scenario: Scenario) -> int:
    """The seed of a state: its own, or that of the scenario. Raises ScenarioError if there is none."""
    seed = scenario.seed if state.seed is None else state.seed
    if seed is None:
        raise ScenarioError([Problem((), f"'{scenario.name}' has no seed of its own: say which one, seed = 1")])
    return seed


def until(state: AppState, scenario: Scenario) -> float | None:
    """The day on which a trial of this state is looked at; None for its last. Raises ScenarioError for another."""
    if not isinstance(state.day, datetime.date):
        return None
    try:
        return day_at(scenario, state.day)
    except DateError as wrong:
        raise ScenarioError([Problem((), str(wrong))]) from None


def shown_trial(state: AppState, scenario: Scenario) -> Chunk:
    """The trial as the app shows it: where something is set, its patients keep the arms that they have without.

    ``scenario`` is that of the state. Raises ScenarioError.
    """
    seed = seed_of(state, scenario)
    if not state.settings:
        return simulate(scenario, seed, state.replicate)[0]
    base = load(find(state.scenario))
    arms = arms_of(simulate(base, seed, state.replicate)[0])
    return simulate(scenario, seed, state.replicate, hold=held(arms, base, scenario))[0]


class _Trials(NamedTuple):
    """The trials of a figure: which one, or how many."""

    state: AppState
    over: int
    null: bool


def _trials_of(figure: LessonFigure) -> _Trials:
    """The trials of a figure; of many it is all the same which one the app shows."""
    return _Trials(replace(figure.state, replicate=0) if figure.over else figure.state, figure.over, figure.null)


class _Sample:
    """The trials of some figures, as many as there are so far."""

    def __init__(self, of: _Trials, figures: Sequence[LessonFigure]) -> None:
        self.of, self.figures = of, figures
        self._wanted = max(of.over, 1)
        self._done, self._size = 0, 1
        self._parts: list[Columns] = []
        self._counts: list[int] = []

    @cached_property
    def _conditions(self) -> dict[str, FigureCondition]:
        """Those of the figures, by their texts."""
        texts = (text for one in self.figures for text in filter(None, (one.condition, *one.where)))
        return {text: figure_condition(text) for text in texts}

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        """What is kept of each trial."""
        conditions = (condition.figure for condition in self._conditions.values())
        return tuple(dict.fromkeys([*filter(None, (one.path for one in self.figures)), *conditions]))

    @property
    def is_complete(self) -> bool:
        return self._done >= self._wanted

    @cached_property
    def _scenario(self) -> Scenario:
        made = scenario_of(self.of.state)
        for path in self._paths:
            check_picks(made, path)
        return made.under_null() if self.of.null else made

    def batch(self) -> None:
        began, count = time.thread_time(), min(self._size, self._wanted - self._done)
        chunk = (
            self._many(range(self._done, self._done + count))
            if self.of.over
            else shown_trial(self.of.state, self._scenario)
        )
        results = TrialResults(chunk, until(self.of.state, self._scenario))
        self._parts.append(figures_of(results, self._paths))
        self._counts.append(count)
        self._done += count
        # Of its own time: a machine that others use, too, makes a batch no larger.
        is_quick = time.thread_time() - began < BATCH_SECONDS / 2
        self._size = min(2 * self._size, MOST_AT_A_TIME) if is_quick else max(self._size // 2, 1)

    def _many(self, replicates: range) -> Chunk:
        return simulate_many(self._scenario, seed_of(self.of.state, self._scenario), replicates)

    def values(self) -> dict[LessonFigure, FigureValue]:
        columns = below_each_other(self._parts, self._counts)
        return {figure: self._value(figure, columns) for figure in self.figures}

    def _value(self, figure: LessonFigure, columns: Columns) -> FigureValue:
        among = all_met((self._conditions[text] for text in figure.where), columns) if figure.where else slice(None)
        if figure.condition:
            met = self._conditions[figure.condition].met(columns)[among]
            return _counted(met, figure.tell)
        values = np.asarray(columns[figure.path][among], np.float64)
        unit = unit_of(figure.path)
        number = _summary(values[np.isfinite(values)] if figure.over else values, figure.tell, unit)
        return FigureValue(number, told(number, unit))


def _counted(met: NDArray[np.bool_], tell: str) -> FigureValue:
    """How many trials meet a condition; the share of them, or of the pairs of trials of which one does."""
    count, of = int(met.sum()), met.size
    if tell == "number":
        return FigureValue(count, f"{count:,}")
    if of < 2:
        return FigureValue(math.nan, UNKNOWN)
    share = count / of if tell == "share" else 2 * count * (of - count) / (of * (of - 1))
    return FigureValue(share, percent(share))


def _summary(values: NDArray[np.float64], tell: str, unit: Unit | None) -> float:
    """One number for these values; ratios, which are symmetric on the scale of logarithms, by their geometric mean."""
    if not values.size:
        return math.nan
    if tell in QUANTILES:
        return float(np.quantile(values, QUANTILES[tell]))
    if tell == "mean" and unit is Unit.RATIO:
        return float(np.exp(np.log(values[values > 0]).mean())) if (values > 0).any() else math.nan
    return float(values.mean())


def told(number: float, unit: Unit | None) -> str:
    """A number as a text says it; one of which no unit is known, as the events at a look, whole if it is whole."""
    if math.isnan(number):
        return UNKNOWN
    return written(number, unit) if unit else decimal(number)
