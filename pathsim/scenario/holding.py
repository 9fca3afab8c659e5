"""Which conditions can hold for nobody: those that contradict themselves, the columns, or what stands above them.

A condition splits the values of a column at the numbers it names. So it is enough to try, for each column, these
numbers, their neighbors and the ends of what the column can be; and every level of a category.
"""

import ast
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pathsim.conditions import DATE, UNSET, Column, condition, ordinal_of
from pathsim.meaning import Together
from pathsim.scenario.baseline import Covariate, QuantityCase
from pathsim.scenario.keys import declared
from pathsim.scenario.problems import Problem
from pathsim.scenario.schema import Trial
from pathsim.scenario.validate import Sections
from pathsim.steps.spec import KeyPath, Surroundings

MOST_TRIED = 200_000
"""Combinations of values; of conditions over more columns nothing is said."""


def never_holding(found: Sections, scenario: Surroundings) -> Iterator[Problem]:
    """Every condition that holds for nobody."""
    for texts in _groups(found):
        yield from _Patients.of(texts, found, scenario).problems()


def _groups(found: Sections) -> Iterator[list[tuple[KeyPath, str]]]:
    """The conditions, those together of which the first that holds counts."""
    for name, covariate in found.cohort.items():
        yield [(("cohort", name, "cases", i, "when"), case.when) for i, case in enumerate(covariate.cases)]
    for name, resource in found.resources.items():
        yield [(("resources", name, "priority", i), text) for i, text in enumerate(resource.priority)]
    for name, endpoint in found.endpoints.items():
        yield [(("endpoints", name, "among"), endpoint.among)] if endpoint.among is not None else []
    for name, step in found.steps.items():
        in_turn: dict[KeyPath, list[tuple[KeyPath, str]]] = {}
        for path, text in step.conditions():
            place = ("steps", name, *path)
            together = place[:-2] if declared(place[:-2], Together) is Together.IN_TURN else place
            in_turn.setdefault(together, []).append((place, text))
        yield from in_turn.values()


@dataclass(frozen=True, slots=True)
class _Patients:
    """Conditions, and patients of every sort that they can tell apart."""

    texts: list[tuple[KeyPath, str]]
    columns: Mapping[str, Column]
    scenario: Surroundings

    @classmethod
    def of(cls, texts: list[tuple[KeyPath, str]], found: Sections, scenario: Surroundings) -> "_Patients":
        """These conditions; no patients if there would be too many."""
        nodes = [node for _, text in texts for node in ast.walk(ast.parse(text.strip(), mode="eval"))]
        names = dict.fromkeys(node.id for node in nodes if isinstance(node, ast.Name) and node.id in scenario.names)
        numbers = _numbers(nodes)
        values: dict[str, Column] = {
            name: _dates(nodes, found.trial)
            if name == DATE
            else _values(name, numbers, found.cohort.get(name), scenario)
            for name in names
        }
        if not values or math.prod(one.size for one in values.values()) > MOST_TRIED:
            return cls([], {}, scenario)
        every = np.indices([one.size for one in values.values()]).reshape(len(values), -1)
        columns = {name: one[which] for (name, one), which in zip(values.items(), every, strict=True)}
        return cls(texts, columns, scenario)

    def problems(self) -> Iterator[Problem]:
        """Those that hold for none of them, or only for some for whom one above holds."""
        taken: np.ndarray | np.bool_ = np.False_
        for path, text in self.texts:
            holds = condition(text, self.scenario.names)(self.columns)
            if not holds.any():
                yield Problem(path, f"'{text}' can never hold: it contradicts itself, or what the columns can be")
            elif not (holds & ~taken).any():
                yield Problem(path, f"'{text}' comes too late: for everybody for whom it holds, one above it does")
            taken = taken | holds


def _numbers(nodes: Iterable[ast.AST]) -> list[float]:
    found = [
        float(node.value) for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
    ]
    return sorted({*found, *(-number for number in found)})


def _dates(nodes: Iterable[ast.AST], trial: Trial | None) -> Column:
    """The dates that conditions name and those beside them: nobody comes before the trial begins."""
    named = [ordinal_of(node.value) for node in nodes if isinstance(node, ast.Constant)]
    near = [day + by for day in named if day is not None for by in (-1, 0, 1)]
    return np.maximum(np.array(near, dtype=np.float64), 0 if trial is None else trial.begins.toordinal())


def _values(name: str, numbers: list[float], covariate: Covariate | None, scenario: Surroundings) -> Column:
    """Values of a column, of every sort that these numbers can tell apart."""
    levels = scenario.names[name]
    if levels is not None:
        codes: Column = np.arange(0 if covariate is not None else UNSET, len(levels)).astype(np.int16)
        return codes
    least, most = _span(covariate)
    near = [number for one in numbers for number in (np.nextafter(one, -math.inf), one, np.nextafter(one, math.inf))]
    tried = np.clip([*near, least, min(most, 1e300)], least, most)
    if covariate is None:
        return np.append(np.unique(tried), math.nan)
    if covariate.whole:
        tried = np.clip(np.floor([*tried, *(tried - 1), *(tried + 1)]), np.floor(least), np.floor(most))
        if np.floor(most) == most > least:
            tried = tried[tried < most]  # the largest quantile is never reached
    return np.asarray(np.unique(tried), dtype=np.float64)


def _span(covariate: Covariate | None) -> tuple[float, float]:
    """The least and the largest value of a quantity; of days since an earlier step there is no largest."""
    if covariate is None or covariate.quantiles is None:
        return 0.0, math.inf
    distributions = [
        covariate.quantiles,
        *(case.quantiles for case in covariate.cases if isinstance(case, QuantityCase)),
    ]
    return min(distribution.values[0] for distribution in distributions), max(
        distribution.values[-1] for distribution in distributions
    )
