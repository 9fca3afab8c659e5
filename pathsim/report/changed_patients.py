"""Who fares otherwise in one setting of a trial than in another, by an endpoint, and at which event they part."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from pathsim.calendar import Days
from pathsim.journal import Journal, Rows
from pathsim.report.first_differences import Differences, FirstDifference, differences_by
from pathsim.report.followed_trial import FollowedTrial
from pathsim.trial.time_to_event import time_to_event

PatientChange: TypeAlias = Literal["better", "worse", "later", "earlier", "otherwise"]
"""How a patient fares now, by their event: without it instead of with it, or the other way about; later or earlier.

Or their course differs, and their event does not.
"""
VERDICTS: tuple[PatientChange, ...] = get_args(PatientChange)


@dataclass(frozen=True, slots=True)
class ChangedPatients:
    """The patients whose courses differ between two settings of a trial, those first whose event does."""

    differences: Differences
    order: Rows
    """Their places among the differences."""
    verdict: Rows
    """The number in ``VERDICTS`` of what is told of each of them."""

    @property
    def count(self) -> int:
        """How many there are."""
        return self.order.size

    @property
    def counts(self) -> dict[PatientChange, int]:
        """How many fare how."""
        return dict(zip(VERDICTS, np.bincount(self.verdict, minlength=len(VERDICTS)).tolist(), strict=True))

    def patient(self, number: int) -> int:
        """Which patient it is."""
        return int(self.differences.row[self.order[number]])

    def change(self, number: int) -> PatientChange:
        """How they fare."""
        return VERDICTS[int(self.verdict[number])]

    def first(self, number: int) -> FirstDifference:
        """The first thing that differs in their course."""
        return self.differences.told(int(self.order[number]))

    def event(self, number: int) -> str:
        """At which event their course parts, in words that are the same for all whose course parts there."""
        trial, journal, place = self._parts_at(number)
        return trial.storyteller.kind_of(trial.scenario.vocabulary[int(journal.event[place])])

    def day(self, number: int) -> float:
        """The day of the trial on which it parts."""
        _, journal, place = self._parts_at(number)
        return float(journal.day[place])

    def _parts_at(self, number: int) -> tuple[FollowedTrial, Journal, int]:
        """The first of both entries that differ, in whose trial and journal it is; of one instant the one of now."""
        found, at = self.differences, int(self.order[number])
        places = int(found.parted.now[at]), int(found.parted.before[at])
        each = zip(found.trials[::-1], found.journals[::-1], places, strict=True)
        return min((one for one in each if one[2] >= 0), key=lambda one: float(one[1].day[one[2]]))


def changed_patients(before: FollowedTrial, now: FollowedTrial, endpoint: str, day: float) -> ChangedPatients:
    """The patients whose courses differ by a day, and what is told of their event in that endpoint.

    If either scenario has no such endpoint, nothing is told of events.
    """
    found = differences_by(before, now, day)
    verdicts = _verdicts(before, now, endpoint, day)[found.row]
    order = np.argsort(verdicts, kind="stable")
    return ChangedPatients(found, order, verdicts[order])


def _verdicts(before: FollowedTrial, now: FollowedTrial, endpoint: str, day: float) -> Rows:
    """For each patient the number of what is told of their event, as a report on that day would count events."""
    rows = max(before.chunk.rows, now.chunk.rows)
    found = np.full(rows, VERDICTS.index("otherwise"), np.intp)
    if any(endpoint not in trial.scenario.sections.endpoints for trial in (before, now)):
        return found
    first, second = (_days_to_event(trial, endpoint, day, rows) for trial in (before, now))
    both = ~np.isnan(first) & ~np.isnan(second)
    found[both & (first < second)] = VERDICTS.index("later")
    found[both & (first > second)] = VERDICTS.index("earlier")
    found[both & (first < math.inf) & (second == math.inf)] = VERDICTS.index("better")
    found[both & (first == math.inf) & (second < math.inf)] = VERDICTS.index("worse")
    return found


def _days_to_event(trial: FollowedTrial, endpoint: str, day: float, rows: int) -> Days:
    """For each patient the days until the event; infinite if there is none, NaN for those who are not followed.

    Nor are those who were lost: nobody knows how they fare.
    """
    known = trial.reported_on(day)
    data = time_to_event(known, trial.scenario.sections.endpoints[endpoint])
    is_lost = ~data.event & (data.day < known.until.take(data.row))
    found = np.full(rows, math.nan)
    found[data.row] = np.where(data.event, data.time, np.where(is_lost, math.nan, math.inf))
    return found
