"""Calibration: the numbers marked ``calibrated`` are fitted to the targets of kind ``fit``, and no others.

Least squares: each target's miss, the mean of many trials less the published result, counts in units of what is
tolerated. All points are simulated with the same draws, so the misses are functions of the numbers. The search begins
in the middle of the ranges and draws nothing, so the fit depends on the scenario and the seed alone, and not on the
values that it replaces.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathsim.ensembles.run import Recipe
from pathsim.ensembles.workers import Workers
from pathsim.scenario.keys import expects_whole_number
from pathsim.scenario.problems import Problem, ScenarioError, dotted
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Target
from pathsim.steps.spec import KeyPath
from pathsim.validation.points import Evaluate, Field, Point, Told, evaluator
from pathsim.validation.targets import TargetComparison, average_of, compared, deviation, miss, simulated, tolerance

STEP = 0.04
"""How far, as a part of its range, a number is moved to see what it does: far enough for many patients to feel it."""
PULL = 0.03
"""What half a range away from its middle counts, in tolerances: nothing, unless the targets say nothing of a number."""
MISSING = 100.0
"""What a result counts, in tolerances, that no trial shows."""
MOST_ITERATIONS = 25
SIGNIFICANT_DIGITS = 3
LOOSE = 0.8
"""The part of the width of a range that targets leave open, from which on they do not pin the number down."""
TIED = 0.9
"""The correlation from which on two numbers can stand in for each other."""
_NEAR_A_LIMIT = 0.005
Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FreeNumber:
    """A number to be calibrated, and between which limits."""

    path: KeyPath
    lower: float
    upper: float
    before: float
    """Its value in the file."""
    targets: tuple[str, ...]
    """The targets that its evidence names."""

    def at(self, part: float) -> float:
        """The value at this part of its range, with as many digits as are worth writing."""
        value = self.lower + part * (self.upper - self.lower)
        return min(max(float(f"{value:.{SIGNIFICANT_DIGITS}g}"), self.lower), self.upper)


@dataclass(frozen=True, slots=True)
class FittedNumber:
    """A calibrated number, and how well the targets know it."""

    number: FreeNumber
    value: float
    standard_error: float
    """Of the value, if the targets were published trials' results and the range all else that is known."""
    open: float
    """That error as a part of what the range alone leaves: 0 is pinned down, 1 is not known at all."""
    stands_in: tuple[tuple[KeyPath, float], ...]
    """Numbers that could stand in for it, with the correlation of the two."""

    @property
    def is_loose(self) -> bool:
        """Whether the targets do not pin it down."""
        return self.open > LOOSE

    @property
    def is_at_limit(self) -> bool:
        """Whether it would go on beyond its range."""
        reach = (self.number.upper - self.number.lower) * _NEAR_A_LIMIT
        return min(self.value - self.number.lower, self.number.upper - self.value) <= reach

    def about(self) -> dict[str, Any]:
        """What ``--json`` tells of it."""
        return {
            "path": dotted(self.number.path),
            "range": [self.number.lower, self.number.upper],
            "before": self.number.before,
            "value": self.value,
            "standard_error": self.standard_error,
            "open": self.open,
            "pinned_down": not self.is_loose,
            "at_limit": self.is_at_limit,
            "stands_in": {dotted(path): correlation for path, correlation in self.stands_in},
        }


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a calibration found."""

    numbers: tuple[FittedNumber, ...]
    comparisons: tuple[TargetComparison, ...]
    """Every target beside trials that the fit has not seen."""
    evaluations: int
    converged: bool

    def about(self) -> dict[str, Any]:
        """What ``--json`` tells of it."""
        return {
            "numbers": [number.about() for number in self.numbers],
            "targets": [comparison.about() for comparison in self.comparisons],
            "evaluations": self.evaluations,
            "converged": self.converged,
        }


def free_numbers(scenario: Scenario) -> tuple[FreeNumber, ...]:
    """The numbers that are marked as calibrated. Raises ScenarioError if one has no range, or there are none."""
    found, wrong = [], []
    for path, rate in scenario.rates.items():
        if rate.evidence.kind != "calibrated":
            continue
        if rate.range is None or not isinstance(rate.value, float):
            message = "a calibrated number needs the range to search: { value = 0.3, range = [0.1, 0.5], calibrated = "
            wrong.append(Problem(path, f'{message}"target" }}'))
        else:
            found.append(FreeNumber(path, *rate.range, rate.value, rate.evidence.calibrated_to))
    if not wrong and not found:
        wrong.append(Problem((), f"'{scenario.name}' has no number marked as calibrated"))
    if not wrong and not fitted_targets(scenario):
        wrong.append(Problem(("targets",), "there is no target of kind 'fit' to calibrate to"))
    if wrong:
        raise ScenarioError([scenario.layers.placed(problem) for problem in wrong])
    return tuple(found)


def range_problems(scenario: Scenario) -> list[Problem]:
    """The ranges of calibrated numbers that reach to what the number cannot be."""
    ranges = {
        path: rate.range
        for path, rate in scenario.rates.items()
        if rate.evidence.kind == "calibrated" and rate.range is not None
    }
    found = [
        Problem((*path, "range"), "a whole number is decided, not calibrated; say why it is assumed instead")
        for path in ranges
        if expects_whole_number(path)
    ]
    for end in (0, 1):
        # All at once first: hardly ever is one wrong, and then it is looked for.
        if ranges and _refusal(scenario, {path: limits[end] for path, limits in ranges.items()}) is None:
            continue
        for path, limits in ranges.items():
            if (refusal := _refusal(scenario, {path: limits[end]})) is not None:
                found.append(Problem((*path, "range"), f"{limits[end]:g} cannot be: {refusal}"))
    return [scenario.layers.placed(problem) for problem in found]


def _refusal(scenario: Scenario, values: Mapping[KeyPath, float]) -> str | None:
    """Why the scenario cannot have these numbers; None if it can."""
    try:
        scenario.with_values(values)
    except ScenarioError as wrong:
        return wrong.problems[0].message
    return None


def fitted_targets(scenario: Scenario) -> dict[str, Target]:
    """The targets that numbers are calibrated to."""
    return {name: target for name, target in scenario.sections.targets.items() if target.kind == "fit"}


def calibrate(
    recipe: Recipe, seed: int, replicates: int, *, workers: Workers = 1, told: Told = lambda _: None
) -> Calibration:
    """Fit the numbers that are marked as calibrated, with so many trials at each point.

    ``recipe`` keeps the figures of the targets. The result is checked on as many trials that the fit has not seen.
    Raises ScenarioError as ``free_numbers`` does, or if numbers within their ranges do not go together.
    """
    from scipy.optimize import least_squares  # noqa: PLC0415 - an extra

    scenario = recipe.scenario()
    numbers, targets = free_numbers(scenario), fitted_targets(scenario)
    paths = tuple(number.path for number in numbers)
    with evaluator(Field(recipe, paths, seed, range(replicates)), workers, told) as evaluate:
        search = _Search(numbers, targets, evaluate)
        middle = np.full(len(numbers), 0.5)
        fit = least_squares(
            search.misses,
            middle,
            jac=search.slopes,
            bounds=(0.0, 1.0),
            xtol=2e-3,
            ftol=1e-3,
            gtol=1e-6,
            max_nfev=MOST_ITERATIONS,
        )
        values = tuple(number.at(part) for number, part in zip(numbers, fit.x, strict=True))
        known = _known(search.slopes(fit.x)[: len(targets)] * search.in_deviations()[:, None])
    fresh = Field(recipe, paths, seed, range(replicates, 2 * replicates))
    with evaluator(fresh, workers) as evaluate:
        (columns,) = evaluate([values])
    return Calibration(
        _fitted(numbers, values, known), tuple(compared(scenario, columns)), search.evaluations, bool(fit.success)
    )


class _Search:
    """What the optimiser asks: misses and slopes at a place in the unit cube of ranges."""

    def __init__(self, numbers: Sequence[FreeNumber], targets: dict[str, Target], evaluate: Evaluate) -> None:
        self._numbers, self._targets, self._evaluate = numbers, list(targets.values()), evaluate
        self._seen: dict[bytes, Vector] = {}
        self.evaluations = 0
        self._roots = np.sqrt([target.weight for target in self._targets])
        self._deviation, self._unit = self._scales(np.full(len(numbers), 0.5))

    def misses(self, place: Vector) -> Vector:
        """How far each target is missed, in tolerances, and how far each number is from the middle of its range."""
        if place.tobytes() not in self._seen:
            self._remember([place])
        return np.concatenate([self._seen[place.tobytes()], PULL * 2 * (place - 0.5)])

    def slopes(self, place: Vector) -> Matrix:
        """What a step of each number does to the misses, per range: towards its middle, which is inside the range."""
        steps = np.where(place > 0.5, -STEP, STEP)
        moved = [place + np.where(np.arange(place.size) == i, steps, 0.0) for i in range(place.size)]
        self._remember([one for one in [place, *moved] if one.tobytes() not in self._seen])
        here = self.misses(place)
        return np.stack([(self.misses(one) - here) / step for one, step in zip(moved, steps, strict=True)], axis=1)

    def in_deviations(self) -> Vector:
        """What one miss is in standard deviations of single trials, whatever its weight; 0 if these do not vary."""
        units = np.divide(self._unit, self._deviation, out=np.zeros_like(self._unit), where=self._deviation > 0)
        deviations: Vector = units / self._roots
        return deviations

    def _remember(self, places: Sequence[Vector]) -> None:
        for place, columns in zip(places, self._evaluate([self._point(place) for place in places]), strict=True):
            shown = [miss(target, average_of(target, simulated(target, columns))) for target in self._targets]
            misses = self._roots * np.array(shown) / self._unit
            self._seen[place.tobytes()] = np.where(np.isfinite(misses), misses, MISSING)
            self.evaluations += 1

    def _point(self, place: Vector) -> Point:
        return tuple(
            float(number.lower + part * (number.upper - number.lower))
            for number, part in zip(self._numbers, place, strict=True)
        )

    def _scales(self, place: Vector) -> tuple[Vector, Vector]:
        """For each target the standard deviation of single trials, and what is tolerated."""
        (columns,) = self._evaluate([self._point(place)])
        shown = [(target, average_of(target, simulated(target, columns))) for target in self._targets]
        deviations = np.nan_to_num([deviation(*one) for one in shown])
        unit = np.nan_to_num([tolerance(*one) for one in shown])
        # What never varies, and is given no tolerance, says nothing.
        return deviations, np.where(unit > 0, unit, math.inf)


def _known(slopes: Matrix) -> Matrix:
    """The covariance of the numbers, in ranges, given targets that err as one trial does.

    What the range says by itself is that of a uniform distribution over it.
    """
    covariance: Matrix = np.linalg.inv(slopes.T @ slopes + 12.0 * np.eye(slopes.shape[1])).astype(np.float64)
    return covariance


def _fitted(numbers: Sequence[FreeNumber], values: Point, covariance: Matrix) -> tuple[FittedNumber, ...]:
    error = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(error, error)
    return tuple(
        FittedNumber(
            number,
            value,
            standard_error=float(error[i]) * (number.upper - number.lower),
            open=float(error[i]) * math.sqrt(12),
            stands_in=tuple(
                (other.path, float(correlation[i, j]))
                for j, other in enumerate(numbers)
                if j != i and abs(correlation[i, j]) > TIED
            ),
        )
        for i, (number, value) in enumerate(zip(numbers, values, strict=True))
    )
