"""The monitoring committee at work in the discrete-event engine.

It learns of events as they are reported, meets, and may stop the trial.

It takes the decisions that ``looks`` finds afterwards in a journal, on the same days.
"""

import math

import numpy as np

from pathsim.engines.discrete_event import DiscreteEventEngine, Entry
from pathsim.trial.course import closing_days, stop_reason
from pathsim.trial.data_cut import Chunk
from pathsim.trial.monitoring import Look, due, going, hold, last_day_of_looks, order_day, plan_of
from pathsim.trial.time_to_event import ends, starts


class Committee:
    """A committee that follows one trial on its calendar from the first day on; without a plan it never meets."""

    def __init__(self, engine: DiscreteEventEngine) -> None:
        self.looks: list[Look] = []
        """The looks it has held so far."""
        scenario = engine.scenario
        self._engine, self._plan = engine, plan_of(scenario)
        if self._plan is None or scenario.randomization is None:
            return
        endpoint = scenario.sections.endpoints[self._plan.endpoint]
        self._wanted = self._plan.wanted_events
        self._last = last_day_of_looks(scenario)
        self._known = 0
        self._delay = self._chunk().reporting_delay.tolist()
        self._begin = set(starts(scenario, endpoint))
        arms = (event.code for event in scenario.vocabulary.of("arm") if event.step == scenario.randomization[0].name)
        self._arm = next(arms)
        self._events = set(ends(scenario, endpoint, *endpoint.events))
        self._ends = self._events | set(ends(scenario, endpoint, *endpoint.censored_by))
        self._begun: set[int] = set()
        self._followed: set[int] = set()
        self._in_arm: set[int] = set()
        engine.listen(self._notice)
        if (ordered := order_day(scenario)) < math.inf:
            engine.at(ordered, self._obey)

    def _notice(self, entry: Entry) -> None:
        """Follow patients from the endpoint's start to its first event, and learn of that when it is reported."""
        if entry.event in self._begin and entry.patient not in self._begun:
            self._begun.add(entry.patient)
            self._followed.add(entry.patient)
        elif entry.event == self._arm:
            self._in_arm.add(entry.patient)
        elif entry.event in self._ends and entry.patient in self._followed:
            self._followed.remove(entry.patient)
            if entry.event in self._events and entry.patient in self._in_arm:
                reported = entry.day + self._delay[entry.patient]
                self._engine.at(reported, lambda: self._count(reported))

    def _count(self, reported: float) -> None:
        """Count an event, and call a look for the end of the day if there are enough of them for the next."""
        self._known += 1
        for wanted in self._wanted:
            if wanted == self._known:
                self._engine.at(math.ceil(reported), self._look)

    def _look(self) -> None:
        day = math.floor(self._engine.now)
        if due(self.looks, day, self._last):
            self._hold(day, by_order=False)

    def _obey(self) -> None:
        if going(self.looks):
            self._hold(math.floor(self._engine.now), by_order=True)

    def _hold(self, day: float, *, by_order: bool) -> None:
        if self._plan is None:
            raise TypeError("a committee without a plan never meets")
        binding = self._engine.scenario.rules_bind
        hold(self._chunk(), self._plan, np.array([float(day)]), [self.looks], binding=binding, by_order=by_order)
        if not going(self.looks):
            closing = closing_days(self._engine.scenario, [self.looks])[0]
            self._engine.stop(stop_reason(self.looks), float(closing))

    def _chunk(self) -> Chunk:
        return Chunk(self._engine.scenario, self._engine.seed, [self._engine.replicate], self._engine.journal())
