"""How exactly an ensemble knows the power, and how many replicates that takes."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathsim.ensembles.collected import ByName
from pathsim.ensembles.selection import Selection
from pathsim.ensembles.summary import Summary, alpha
from pathsim.paths import compared_path
from pathsim.results.labels import PRIMARY_TEST
from pathsim.scenario.scenario import Scenario

_ALL = Selection()


def monte_carlo_error(successes: int, of: int) -> float:
    """The standard error of a share, from Agresti and Coull's share (1998), doi:10.1080/00031305.1998.10480550.

    Never smaller than the usual one, and never 0: a beginning without any success, or with nothing else, is chance.
    """
    share = _shrunken(successes, of)
    return math.sqrt(share * (1 - share) / of)


def _shrunken(successes: int, of: int) -> float:
    return (successes + 2) / (of + 4)


@dataclass(frozen=True, slots=True)
class Precision:
    """The standard error that is asked of the power of an endpoint, by the log-rank test of an arm."""

    endpoint: str
    arm: str
    alpha: float
    standard_error: float
    selection: Selection = _ALL
    """The replicates that count."""

    @classmethod
    def of(cls, scenario: Scenario, standard_error: float, selection: Selection = _ALL) -> "Precision | None":
        """Of the endpoint that the committee looks at, or else the first; None if no arm is compared with control.

        Of several arms that are compared it is the first.
        """
        if not scenario.compared_arms or not scenario.main_endpoint:
            return None
        return cls(scenario.main_endpoint, scenario.compared_arms[0], alpha(scenario), standard_error, selection)

    def counted(self, columns: ByName) -> int:
        """How many of these trials count."""
        return self._p_values(columns).size

    def successes(self, columns: ByName) -> int:
        """How many of them are significant."""
        return int((self._p_values(columns) < self.alpha).sum())

    def _p_values(self, columns: ByName) -> NDArray[np.float64]:
        path = compared_path(self.endpoint, self.arm, PRIMARY_TEST, "p_one_sided")
        return self.selection.of(columns)[self.selection.first_setting + path]

    def is_reached(self, successes: int, of: int) -> bool:
        """Whether so many trials are enough."""
        return of > 0 and monte_carlo_error(successes, of) <= self.standard_error

    def expected(self, successes: int, of: int) -> int:
        """How many trials it will take, as far as these can tell."""
        share = _shrunken(successes, of)
        return max(of, math.ceil(share * (1 - share) / self.standard_error**2))

    def told(self, columns: ByName) -> Summary:
        """What was asked, and what these trials reached."""
        return {
            "endpoint": self.endpoint,
            "arm": self.arm,
            "asked": self.standard_error,
            "reached": monte_carlo_error(self.successes(columns), self.counted(columns)),
        }
