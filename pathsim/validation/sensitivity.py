"""Sensitivity: how much a figure depends on each number that is not known exactly.

All points are simulated with the same draws, so the mean of a figure is a function of the numbers. *One way*: each
number is moved to the ends of its 95% interval while the others stay as stated (a tornado). *Global*: a few numbers
vary together, and Sobol' indices say which part of the variance of the mean each explains alone, and with the others
(Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018; by SALib).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathsim.ensembles.averages import Average, average, average_change, change_told
from pathsim.ensembles.uncertain import at_fault, completed, is_uncertain, value_at
from pathsim.ensembles.workers import Workers
from pathsim.meaning import Role
from pathsim.scenario.evidence import Rate
from pathsim.scenario.keys import declared_around, expects_whole_number
from pathsim.scenario.problems import ScenarioError, dotted
from pathsim.scenario.scenario import Scenario
from pathsim.steps.spec import KeyPath
from pathsim.validation.points import Field, Point, Told, evaluator

LOW, HIGH = 0.025, 0.975
TOWARDS = (1.0, 0.75, 0.5, 0.25, 0.0)
"""How far numbers are moved, as parts of the way, until the scenario makes sense with them."""
Values: TypeAlias = NDArray[np.float64]
End = TypeVar("End")


@dataclass(frozen=True, slots=True)
class UncertainNumber:
    """A number, and the distribution by which it is uncertain."""

    path: KeyPath
    value: float
    at: Callable[[float], float]
    """The value below which it lies with a probability."""


@dataclass(frozen=True, slots=True)
class Swing:
    """What a number does to a figure, alone."""

    path: KeyPath
    value: float
    low: float
    high: float
    """The ends of its 95% interval."""
    at_low: Average
    at_high: Average
    """The figure there."""
    change: Average
    """From the lower end to the upper, over the trials that have the figure at both."""

    @property
    def width(self) -> float:
        """How far the figure swings; of hazard ratios, their logarithm."""
        return abs(self.change.mean)

    def about(self) -> dict[str, Any]:
        """What ``--json`` tells of it."""
        return {
            "path": dotted(self.path),
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "at_low": self.at_low.value,
            "at_high": self.at_high.value,
            **change_told(self.change),
        }


@dataclass(frozen=True, slots=True)
class Index:
    """Sobol' indices of a number, with half of their 95% intervals."""

    path: KeyPath
    first: float
    first_reach: float
    total: float
    total_reach: float

    def about(self) -> dict[str, Any]:
        """What ``--json`` tells of it."""
        return {
            "path": dotted(self.path),
            "first": self.first,
            "first_reach": self.first_reach,
            "total": self.total,
            "total_reach": self.total_reach,
        }


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a figure depends on."""

    base: Average
    """The figure with the numbers as stated."""
    swings: tuple[Swing, ...]
    """The widest first."""
    indices: tuple[Index, ...]
    """Of those that swing it most."""


def uncertain_numbers(scenario: Scenario, over: Sequence[str] = (), assumed: float = 0.0) -> list[UncertainNumber]:
    """The numbers that are uncertain: counts, intervals and ranges.

    With ``assumed`` also those which nobody published, by this part of their value in either direction. ``over``
    keeps those that begin with one of these paths.
    """
    found = []
    for rate in scenario.rates.values():
        distribution = _distribution(rate, assumed)
        path = dotted(rate.path)
        if distribution and (not over or any(path == one or path.startswith(f"{one}.") for one in over)):
            found.append(UncertainNumber(rate.path, float(rate.value), distribution))  # type: ignore[arg-type]
    return found


def _distribution(rate: Rate, assumed: float) -> Callable[[float], float] | None:
    if not isinstance(rate.value, float) or expects_whole_number(rate.path):
        return None
    if is_uncertain(rate):
        return lambda probability: value_at(rate, probability)
    if rate.range is not None:
        lower, upper = rate.range
        return lambda probability: lower + (upper - lower) * probability
    if assumed and rate.evidence.kind == "assumed" and rate.value > 0:
        if declared_around(rate.path, Role) is Role.DESIGN:
            return None
        value = rate.value
        most = 1.0 if 0 < value < 1 else math.inf
        return lambda probability: min(value * (1 + assumed * (2 * probability - 1)), most)
    return None


def varied_paths(scenario: Scenario, numbers: Sequence[UncertainNumber]) -> tuple[KeyPath, ...]:
    """The paths of these numbers and of those that follow from them, as the others of a table of shares."""
    return tuple(dict.fromkeys(path for one in numbers for path in completed(scenario, {one.path: one.value})))


def sensitivity(
    field: Field,
    numbers: Sequence[UncertainNumber],
    *,
    together: int = 0,
    samples: int = 64,
    workers: Workers = 1,
    told: Told = lambda _: None,
) -> Sensitivity:
    """What the one figure that is kept in a field depends on: on each of these numbers, whose paths the field varies.

    ``together`` numbers, those that swing it most, are varied at the same time over ``samples`` (a power of 2) times
    two more points than there are of them.
    """
    (figure,) = field.recipe.figures
    scenario = field.recipe.scenario()
    moves = _Moves(scenario, field.paths)
    ends = [moves.towards({number.path: number.at(part)}) for number in numbers for part in (LOW, HIGH)]
    with evaluator(field, workers, told) as evaluate:

        def seen(points: Sequence[Mapping[KeyPath, float]]) -> list[Values]:
            return [columns[figure] for columns in evaluate([moves.point(values) for values in points])]

        base = average(figure, *seen([{}]))
        if not base.count:
            return Sensitivity(base, (), ())
        shown = seen(ends)
        swings = [
            _swing(figure, number, (low[number.path], high[number.path]), at_low, at_high)
            for number, (low, high), (at_low, at_high) in zip(numbers, _paired(ends), _paired(shown), strict=True)
        ]
        ranked = sorted(range(len(numbers)), key=lambda i: -swings[i].width if swings[i].width > 0 else 0.0)
        chosen = [numbers[i] for i in ranked[:together] if swings[i].width > 0]

        def means(points: Sequence[Mapping[KeyPath, float]]) -> Values:
            shown = seen([moves.towards(point) for point in points])
            return np.array([average(figure, values).mean for values in shown])

        indices = _indices(chosen, samples, field.seed, means) if chosen else ()
    # What cannot move at all is no uncertain number.
    moving = tuple(swings[i] for i in ranked if swings[i].low < swings[i].high)
    return Sensitivity(base, moving, indices)


def _paired(ends: Sequence[End]) -> list[tuple[End, End]]:
    """What belongs to the lower and to the upper end of each number."""
    return list(zip(ends[::2], ends[1::2], strict=True))


class _Moves:
    """Numbers of a scenario moved from where they are stated."""

    def __init__(self, scenario: Scenario, paths: Sequence[KeyPath]) -> None:
        rates = scenario.rates
        self._scenario = scenario
        self._stated = {path: float(rates[path].value) for path in paths}  # type: ignore[arg-type]

    def towards(self, values: Mapping[KeyPath, float]) -> dict[KeyPath, float]:
        """These values and what follows from them, or as far towards them as the scenario still makes sense."""
        tried = dict.fromkeys(values, 0)
        while True:
            moved = completed(
                self._scenario,
                {path: self._part_of_the_way(path, value, TOWARDS[tried[path]]) for path, value in values.items()},
            )
            try:
                self._scenario.with_values(moved)
            except ScenarioError as wrong:
                movable = [path for path, count in tried.items() if count < len(TOWARDS) - 1]
                if not movable:
                    raise
                for path in at_fault(wrong, movable):
                    tried[path] += 1
            else:
                return moved

    def _part_of_the_way(self, path: KeyPath, value: float, part: float) -> float:
        return part * value + (1 - part) * self._stated[path]

    def point(self, values: Mapping[KeyPath, float]) -> Point:
        """A value for every number: those given, and the others as stated."""
        return tuple((self._stated | dict(values)).values())


def _swing(figure: str, number: UncertainNumber, limits: tuple[float, float], low: Values, high: Values) -> Swing:
    means = average(figure, low), average(figure, high)
    return Swing(number.path, number.value, *limits, *means, average_change(figure, high, low))


def _indices(
    numbers: Sequence[UncertainNumber],
    samples: int,
    seed: int,
    means: Callable[[Sequence[Mapping[KeyPath, float]]], Values],
) -> tuple[Index, ...]:
    from SALib.analyze import sobol as analysis  # noqa: PLC0415 - an extra, and slow to import
    from SALib.sample import sobol as sampling  # noqa: PLC0415

    names = [dotted(number.path) for number in numbers]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    # A seed of 0 would be none to SALib.
    small = seed % 2**32 or 2**32
    places = sampling.sample(problem, samples, calc_second_order=False, seed=small)
    # The ends themselves lie infinitely far out for some distributions.
    inside = np.clip(places, 1e-6, 1 - 1e-6)
    figures = means([{one.path: one.at(float(p)) for one, p in zip(numbers, place, strict=True)} for place in inside])
    if not figures.std() > 0:
        return ()
    found = analysis.analyze(problem, figures, calc_second_order=False, seed=small)
    return tuple(
        Index(number.path, *(float(found[key][i]) for key in ("S1", "S1_conf", "ST", "ST_conf")))
        for i, number in enumerate(numbers)
    )
