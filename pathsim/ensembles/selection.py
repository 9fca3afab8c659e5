"""Which replicates an ensemble is summarized over: those whose figures meet conditions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathsim.ensembles.collected import ByName, among
from pathsim.results.figure_conditions import FigureCondition, all_met

CHOSEN = "chosen"
"""The column of an ensemble's rows that says whether a replicate meets the conditions: 1 or 0."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The replicates that meet all of these conditions."""

    conditions: tuple[FigureCondition, ...] = ()
    first_setting: str = ""
    """With what the columns begin that belong to the first of several settings: it decides."""

    def chosen(self, columns: ByName) -> NDArray[np.bool_]:
        """Which of these replicates it has."""
        return all_met(self.conditions, columns, self.first_setting)

    def of(self, columns: ByName) -> ByName:
        """The columns of those that it has."""
        return among(columns, self.chosen(columns)) if self.conditions else columns
