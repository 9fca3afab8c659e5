"""One trial from its first day to its last, patient by patient: what reports and screens tell of its patients."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.journal import Journal
from pathsim.kept import kept
from pathsim.report.storyteller import Storyteller
from pathsim.trial.arms import Arms, arms_of
from pathsim.trial.course import Course
from pathsim.trial.data_cut import DataCut
from pathsim.trial.time_to_event import allocation


class FollowedTrial:
    """A trial of one replicate whose patients are followed until its last day."""

    def __init__(self, course: Course) -> None:
        self.course, self.chunk, self.scenario = course, course.chunk, course.scenario
        self.last_day = self.scenario.latest_day(self.scenario.final_cutoff)

    @kept
    def arms(self) -> Arms:
        """The arms of its patients."""
        return arms_of(self.chunk)

    @kept
    def journal(self) -> Journal:
        """All that happens until the last day, patient by patient in order."""
        return self.happened_by(self.last_day).journal.in_order()

    def journal_of(self, patient: int, day: float) -> Journal:
        """What has happened to one patient by a day of the trial."""
        begin, end = np.searchsorted(self.journal.row, [patient, patient + 1]).tolist()
        mine = self.journal.pick(slice(begin, end))
        return mine.pick(mine.day <= day)

    def happened_by(self, day: float) -> DataCut:
        """What had happened by a day, whether it was known or not."""
        return self.course.data_cut_on(day, complete=True)

    def reported_on(self, day: float) -> DataCut:
        """What a report on that day would show."""
        return self.course.reported_on(day)

    @cached_property
    def storyteller(self) -> Storyteller:
        """Who tells of its patients."""
        return Storyteller(self.chunk, self.journal)

    @kept
    def arm_of(self) -> NDArray[np.intp]:
        """The arm that each patient is in in the end; -1 if none."""
        return allocation(self.happened_by(self.last_day)).group

    @kept
    def randomized_on(self) -> Days:
        """The day on which each patient was given an arm; infinite if never."""
        return allocation(self.happened_by(self.last_day)).day
