"""Every method by which an arm is compared with control, under its name in the results: one line for each."""

from collections.abc import Callable
from typing import TypeVar

from pathsim.statistics.cox import CoxModel
from pathsim.statistics.figures import ResultsPart, replicated
from pathsim.statistics.fleming_harrington import FlemingHarringtonTest
from pathsim.statistics.gray import gray_tests
from pathsim.statistics.logrank import LogRankTest
from pathsim.statistics.restricted_mean import mean_difference
from pathsim.statistics.two_arms import TwoArms

Value = TypeVar("Value")


class by(replicated[Value]):  # noqa: N801 - it is written as a declaration
    """Declares what a method makes of the two arms; None where it does not apply to the endpoint."""

    def __init__(self, method: Callable[[TwoArms], Value]) -> None:
        super().__init__(lambda of: method(of.arms))
        self.made, self.__doc__ = method, method.__doc__


class Comparisons(ResultsPart):
    """How an arm compares with control, by each method."""

    def __init__(self, arms: TwoArms) -> None:
        self.arms = arms

    cox = by(CoxModel)
    logrank = by(LogRankTest)
    fleming_harrington = by(FlemingHarringtonTest)
    gray = by(gray_tests)
    restricted_mean = by(mean_difference)
