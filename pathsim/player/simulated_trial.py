"""A simulated trial: from its first day to its last, to be looked at on any day, back and forth.

What is shown on a day depends on the scenario, the seed and the day, and on nothing else: not on how one came there.
"""

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.engines.choose import simulate
from pathsim.journal import Journal, Rows
from pathsim.kept import kept
from pathsim.player.queues import Queue, queues
from pathsim.player.requests import Towards
from pathsim.report.followed_trial import FollowedTrial
from pathsim.scenario.scenario import Scenario
from pathsim.trial.arms import held
from pathsim.trial.course import Course, course
from pathsim.trial.monitoring import Look, ZPath, z_path


class Moves(NamedTuple):
    """Every entry into a step in the order of the calendar: from which lane and step (-1: from outside) to which."""

    day: Days
    row: Rows
    lane_before: Rows
    before: Rows
    lane: Rows
    step: Rows


class SimulatedTrial(FollowedTrial):
    """A trial from its first day to its last, as it can be looked at on any day."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        base: "SimulatedTrial | None" = None,
        simulated: Course | None = None,
        replicate: int = 0,
    ) -> None:
        """``base`` is the trial whose arms its patients keep; ``simulated`` its course, if that is there already."""
        self.seed, self.replicate = seed, replicate
        if simulated is None:
            hold = None if base is None else held(base.arms, base.scenario, scenario)
            simulated = course(simulate(scenario, seed, replicate, hold=hold)[0])
        super().__init__(simulated)

    def in_course(self, other: Course) -> "SimulatedTrial":
        """The same trial in another course, which is there already."""
        return SimulatedTrial(self.scenario, self.seed, simulated=other, replicate=self.replicate)

    @cached_property
    def looks(self) -> list[Look]:
        """The looks of the committee."""
        return self.course.looks[0]

    @kept
    def z_path(self) -> ZPath | None:
        """How z goes its way, until the committee stops the trial."""
        return z_path(self.chunk, min(self.last_day, self.looks[-1].day if self.looks else math.inf))

    @kept
    def told(self) -> Journal:
        """What is worth telling, in the order of the calendar."""
        return self.journal.pick(self.storyteller.notable(self.journal)).by_day()

    @kept
    def queues(self) -> dict[str, Queue]:
        """Who asked for places, got them and gave them back, by resource."""
        return queues(self.scenario, self.journal, self.chunk.rows) if self.scenario.resources else {}

    @kept
    def moves(self) -> Moves:
        """The entries into steps, from one to the next."""
        scenario = self.scenario
        step_of = np.full(len(scenario.vocabulary.events) + 1, -1, np.intp)
        step_of[[entry.enter for entry in scenario.steps]] = np.arange(len(scenario.steps))
        entered = self.journal.pick(step_of[self.journal.event] >= 0)
        step, lane = step_of[entered.event], np.zeros(entered.row.size, np.intp)
        if scenario.randomization is not None:
            # Codes ascend along the pathway.
            later = entered.event > scenario.randomization[0].enter
            lane = np.where(later, self.arm_of[entered.row] + 1, 0)
        came = np.ones(entered.row.size, np.bool_)
        came[1:] = entered.row[1:] != entered.row[:-1]
        before = np.where(came, -1, np.roll(step, 1))
        order = np.argsort(entered.day, kind="stable")
        lane_before = np.where(came, 0, np.roll(lane, 1))
        return Moves(
            entered.day[order], entered.row[order], lane_before[order], before[order], lane[order], step[order]
        )

    def here(self, day: float) -> NDArray[np.intp]:
        """How many patients are in each step on a day (lanes x steps)."""
        moves, steps = self.moves, len(self.scenario.steps)
        so_far = slice(0, int(np.searchsorted(moves.day, day, side="right")))
        left = moves.before[so_far] >= 0
        came = self.passed(day)
        gone = np.bincount((moves.lane_before[so_far] * steps + moves.before[so_far])[left], minlength=came.size)
        return came - gone.reshape(came.shape)

    def passed(self, day: float) -> NDArray[np.intp]:
        """How many patients have come to each step by a day (lanes x steps)."""
        moves, steps, lanes = self.moves, len(self.scenario.steps), len(self.scenario.arms) + 1
        so_far = slice(0, int(np.searchsorted(moves.day, day, side="right")))
        came = np.bincount(moves.lane[so_far] * steps + moves.step[so_far], minlength=lanes * steps)
        return came.reshape(lanes, steps)

    def sought(self, day: float, towards: Towards, step: int) -> float:
        """The day of the next such thing after a day, or of the last before it; else an end of the trial."""
        match towards:
            case "event":
                days = self.told.day
            case "patient":
                enrolled = self.happened_by(self.last_day).enrolled
                days = np.sort(enrolled[np.isfinite(enrolled)])
            case "look":
                days = np.array([look.day for look in self.looks])
        days = days[days <= self.last_day]
        if step > 0:
            after = days[days > day]
            return float(after[0]) if after.size else self.last_day
        before = days[days < day]
        return float(before[-1]) if before.size else 0.0
