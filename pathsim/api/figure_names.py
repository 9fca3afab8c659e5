"""Figures that somebody asks for in an ensemble, alone or in a condition: what its rows call them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pathsim.engines.choose import simulate
from pathsim.ensembles.request import EnsembleRequest
from pathsim.paths import PathPart, parts_of, path_of
from pathsim.results.figure_conditions import FigureCondition, IsText, figure_condition
from pathsim.results.looks import LookColumns
from pathsim.results.replicates import rows
from pathsim.scenario.scenario import Scenario
from pathsim.validation.picks import check_figure

SAMPLE_SEED = 1
"""Any trial shows which figures there are."""


class FigureNames:
    """The names of figures in ensembles of these scenarios."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self._samples = [simulate(scenario, SAMPLE_SEED)[0] for scenario in scenarios]
        self._of_rows = {tuple(parts_of(name)): name for name in rows(self._samples[0])}

    def named(self, path: str) -> str:
        """What the rows call the figure at this path, however its names are written.

        Raises KeyError or ValueError, with a sentence, if a scenario cannot have it.
        """
        parts = parts_of(path)
        for sample in self._samples:
            if parts[0].name == "looks":
                _check_look(sample.scenario, parts, path)
            elif parts not in self._of_rows:
                check_figure(sample, path)
        if parts[0].name == "looks":
            return path_of(*(part.name for part in parts))
        return self._of_rows.get(parts, path)

    def condition(self, text: str) -> FigureCondition:
        """The condition that a text is, on a figure by its name. Raises KeyError or ValueError as ``named`` does."""
        found = figure_condition(text)
        name = self.named(found.figure)
        return found if isinstance(found.wanted, IsText) else replace(found, path=name)

    def further(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these figures that are not in the rows of every ensemble."""
        ordinary = {*self._of_rows.values()}
        return tuple(sorted({name for name in names if name not in ordinary and not name.startswith("looks.")}))

    def asked(
        self, request: EnsembleRequest, figures: Sequence[str], where: Sequence[FigureCondition]
    ) -> EnsembleRequest:
        """The request that tells these figures too, over the replicates that meet these conditions."""
        further = self.further([*figures, *(condition.figure for condition in where)])
        return replace(
            request,
            recipe=replace(request.recipe, further=further),
            figures=tuple(dict.fromkeys(figures)),
            where=tuple(where),
        )


def _check_look(scenario: Scenario, parts: Sequence[PathPart], path: str) -> None:
    """Raise KeyError, with a sentence, if no trial can have this figure of a look, by its number."""
    plan = scenario.trial.monitoring
    planned = 0 if plan is None else len(plan.wanted_events) + (plan.order is not None)
    numbers = [str(number + 1) for number in range(planned)]
    if not planned:
        raise KeyError(f"'{scenario.name}' has no committee, and so no '{path}'")
    _, number, name = [*(part.name for part in parts), "", ""][:3]
    if len(parts) != 3 or number not in numbers or name not in LookColumns._fields:
        raise KeyError(
            f"there is no '{path}': write looks.NUMBER.FIGURE, with a number from {numbers[0]} to {numbers[-1]} and "
            f"one of {', '.join(LookColumns._fields)}"
        )
