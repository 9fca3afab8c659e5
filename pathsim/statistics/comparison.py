"""What all methods have in common by which an arm is compared with control."""

from abc import abstractmethod
from typing import Annotated, ClassVar

import numpy as np

from pathsim.statistics.figures import Label, PValue, ResultsPart, Trials, replicated
from pathsim.statistics.normal import probability_below
from pathsim.statistics.two_arms import TwoArms


class Comparison(ResultsPart):
    """How an arm of each trial compares with control by one method.

    What lies below 0, or below 1 of a ratio, or below one half of a P, favors the arm; days gained do so above 0.
    """

    label: ClassVar[str]
    """What people call the method."""

    def __init__(self, arms: TwoArms) -> None:
        self.arms = arms

    def told_of(self, trial: int) -> "Comparison":  # noqa: ARG002 - for what can be told of fewer trials than another
        """What people are told of a trial: this, or what can be told of it instead."""
        return self

    def remark(self, trial: int) -> str:
        """What people have to know of a trial's figures: why they are missing, or what is special about them."""
        figure = self[self.estimate or next(iter(self))]
        missing = bool(np.isnan(figure[trial]))
        return "no event occurred while patients of both groups were followed" if missing else ""


class ScoreTest(Comparison):
    """A test by a statistic that is standard normal if the arms do not differ, with its one-sided P."""

    @abstractmethod
    def statistic(self) -> Trials:
        """The statistic of each trial (trials,); NaN where it has no variance."""

    @replicated
    def z(self) -> Annotated[Trials, Label("z")]:
        """The statistic."""
        return self.statistic()

    @replicated
    def p_one_sided(self) -> Annotated[PValue, Label("one-sided P")]:
        """The probability of a statistic this low or lower if the arms do not differ."""
        return probability_below(self.z)

    def remark(self, trial: int) -> str:
        """Why there is no figure: events that do not count, or come to all at once, may well have occurred."""
        return "no event that counts tells the groups apart" if np.isnan(self.z[trial]) else ""
