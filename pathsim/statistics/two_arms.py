"""Two arms of each trial that are compared: what every method of comparison starts from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from pathsim.statistics.columns import Days, Numbers, check_number
from pathsim.statistics.figures import Trials
from pathsim.statistics.risk_table import RiskTable, risk_table


class ArmCounts(NamedTuple):
    """Rows of a risk table in which two arms differ: somebody is at risk in both, and has the event in either."""

    trials: int
    """How many trials there are, with and without rows."""
    trial: Numbers
    stratum: Numbers
    at_risk_treated: Trials
    at_risk_control: Trials
    events_treated: Trials
    events_control: Trials


class CauseCounts(NamedTuple):
    """Rows of a risk table with events of several kinds: two arms, the one that is compared first."""

    trials: int
    """How many trials there are, with and without rows."""
    trial: Numbers
    stratum: Numbers
    at_risk: Numbers
    """Patients still followed just before the time (arms x rows)."""
    events: Numbers
    """Patients who had an event of each kind at the time (kinds x arms x rows)."""


def arm_counts(table: RiskTable, *, treated: int, control: int) -> ArmCounts:
    """The rows of a risk table that tell the two arms apart; other arms of the table play no part.

    Raises ValueError if the table has no such arms, or they are one and the same.
    """
    check_number("arm", treated, table.arms)
    check_number("arm", control, table.arms)
    if treated == control:
        raise ValueError(f"arm {treated} cannot be compared with itself")
    columns = [table.at_risk[:, treated], table.at_risk[:, control], table.events[:, treated], table.events[:, control]]
    rows = (columns[0] > 0) & (columns[1] > 0) & (columns[2] + columns[3] > 0)
    in_these = (column[rows].astype(np.float64) for column in columns)
    return ArmCounts(table.trials, table.trial[rows], table.stratum[rows], *in_these)


def sum_by_trial(trial: Numbers, values: Trials, trials: int) -> Trials:
    """The sum of the rows' values in each trial (trials,), added up in order."""
    # Without rows bincount forgets the weights and gives whole numbers.
    sums: Trials = np.bincount(trial, values, trials).astype(np.float64, copy=False)
    return sums


@dataclass(frozen=True)
class SurvivalData:
    """When patients had an event, and of which kind, or were last seen without one: an entry for each in every column.

    ``risk_table`` tells what the columns hold.
    """

    trial: Numbers
    arm: Numbers
    stratum: Numbers
    time: Days
    cause: Numbers
    """The number of the kind of event, from 1; 0 if there was none."""
    trials: int
    arms: tuple[str, ...]
    control: str | None
    """The arm with which the others are compared; None if there is none."""
    causes: tuple[str, ...]
    """The kinds of event."""
    is_stratified: bool
    """Whether arms are compared within strata."""
    horizon_days: float | None
    """Up to when event-free time is counted; None if it is not."""
    entry: Days | None = None
    """After how many days each entry comes to be at risk; None if all are from the beginning."""

    @cached_property
    def table(self) -> RiskTable:
        """The risk table, without strata."""
        return self._table(None)

    @cached_property
    def stratified_table(self) -> RiskTable:
        """The risk table in which arms are compared: with strata, if they are compared within them."""
        return self._table(self.stratum) if self.is_stratified else self.table

    def _table(self, stratum: Numbers | None) -> RiskTable:
        of_patients = (self.trial, self.arm, self.time, self.cause > 0)
        return risk_table(*of_patients, stratum=stratum, entry=self.entry, trials=self.trials, arms=len(self.arms))

    @property
    def comparisons(self) -> Mapping[str, "TwoArms"]:
        """Every arm against control, by the name of the arm; none where there is no control arm."""
        if self.control is None:
            return {}
        control = self.arms.index(self.control)
        return {name: TwoArms(self, arm, control) for arm, name in enumerate(self.arms) if arm != control}


@dataclass(frozen=True)
class TwoArms:
    """One arm of them against control."""

    data: SurvivalData
    treated: int
    control: int

    @property
    def table(self) -> RiskTable:
        """The risk table, without strata."""
        return self.data.table

    @cached_property
    def counts(self) -> ArmCounts:
        """The rows of the risk table, with strata if there are, that tell the arms apart."""
        return arm_counts(self.data.stratified_table, treated=self.treated, control=self.control)

    @cached_property
    def cause_counts(self) -> CauseCounts:
        """The rows of the risk table with events of several kinds, with strata if arms are compared within them."""
        table, arms, kinds = self.data.stratified_table, len(self.data.arms), len(self.data.causes)
        events = table.count_events((self.data.cause - 1) * arms + self.data.arm, kinds * arms)
        compared = [self.treated, self.control]
        return CauseCounts(
            table.trials,
            table.trial,
            table.stratum,
            table.at_risk[:, compared].T,
            events.reshape(kinds, arms, -1)[:, compared],
        )
