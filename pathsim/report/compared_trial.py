"""One trial in two settings: who fares otherwise, and at which event they part."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from pathsim.engines.choose import simulate
from pathsim.names import spoken
from pathsim.report.changed_patients import VERDICTS, ChangedPatients, PatientChange, changed_patients
from pathsim.report.followed_trial import FollowedTrial
from pathsim.scenario.scenario import Scenario
from pathsim.trial.arms import held
from pathsim.trial.course import course
from pathsim.trial.tables import NO_ARM
from pathsim.trial.time_to_event import time_to_event


class PatientEvent(NamedTuple):
    """The event of a patient in an endpoint."""

    day: float
    """The day of the trial."""
    name: str


@dataclass(frozen=True)
class ComparedTrial:
    """A trial before a change and now, its patients in the same arms, followed as long as it goes on in both."""

    before: FollowedTrial
    now: FollowedTrial
    endpoint: str
    """By which patients fare better or worse; empty if there is none that both have."""

    @classmethod
    def of(cls, before: Scenario, now: Scenario, seed: int) -> "ComparedTrial":
        """The first trial of a seed in two scenarios."""
        first = FollowedTrial(course(simulate(before, seed)[0]))
        hold = held(first.arms, before, now)
        second = FollowedTrial(course(simulate(now, seed, hold=hold)[0]))
        return cls(first, second, shared_endpoint(before, now))

    @property
    def day(self) -> float:
        """The last day that both have."""
        return min(self.before.last_day, self.now.last_day)

    @cached_property
    def changed(self) -> ChangedPatients:
        """The patients whose courses differ by then."""
        return changed_patients(self.before, self.now, self.endpoint, self.day)

    @property
    def patients(self) -> int:
        """How many came, in either setting."""
        came = (trial.happened_by(self.day).enrolled for trial in (self.before, self.now))
        return max(int((days <= self.day).sum()) for days in came)

    @cached_property
    def events(self) -> dict[str, Counter[PatientChange]]:
        """By the event at which courses part, how many patients fare how; the commonest event first."""
        found: dict[str, Counter[PatientChange]] = {}
        for number in range(self.changed.count):
            found.setdefault(self.changed.event(number), Counter())[self.changed.change(number)] += 1
        return dict(sorted(found.items(), key=lambda pair: -pair[1].total()))

    def arm(self, patient: int) -> str:
        """The arm of a patient; empty if they have none."""
        trial = self.trial_of(patient)
        arm = int(trial.arm_of[patient])
        return "" if arm == NO_ARM or not trial.scenario.arms else trial.scenario.arms[arm]

    def trial_of(self, patient: int) -> FollowedTrial:
        """A trial in which a patient can come: there may be fewer in one of them."""
        return self.now if patient < self.now.chunk.rows else self.before

    def as_results(self) -> dict[str, Any]:
        """What ``--json`` has of it."""
        return {
            "replicate": 0,
            "endpoint": self.endpoint or None,
            "day": self.day,
            "date": self.before.scenario.date(self.day).isoformat(),
            "patients": self.patients,
            "changed": self.changed.count,
            **self._told(self.changed.counts),
            "events": [
                {"event": event, "patients": counts.total(), **self._told(counts)}
                for event, counts in self.events.items()
            ],
            "changed_patients": [self._patient(number) for number in range(self.changed.count)],
        }

    @staticmethod
    def _told(counts: Mapping[PatientChange, int]) -> dict[str, int]:
        return {change: counts.get(change, 0) for change in VERDICTS}

    def events_of(self, patient: int) -> tuple[PatientEvent | None, PatientEvent | None]:
        """The event of a patient in either setting, by which they fare better or worse; None if none is known."""
        return self._event(self.before, patient), self._event(self.now, patient)

    def _event(self, trial: FollowedTrial, patient: int) -> PatientEvent | None:
        if not self.endpoint:
            return None
        endpoint = trial.scenario.sections.endpoints[self.endpoint]
        data = time_to_event(trial.reported_on(self.day), endpoint)
        place = np.flatnonzero((data.row == patient) & data.event)
        if not place.size:
            return None
        return PatientEvent(float(data.day[place[0]]), spoken(endpoint.events[int(data.cause[place[0]]) - 1]))

    def _patient(self, number: int) -> dict[str, Any]:
        patient, first = self.changed.patient(number), self.changed.first(number)
        was, becomes = self.events_of(patient)
        return {
            "patient": patient,
            "arm": self.arm(patient) or None,
            "change": self.changed.change(number),
            "event": self.changed.event(number),
            "day": self.changed.day(number),
            "before": self._course(first.before, was),
            "now": self._course(first.now, becomes),
        }

    @staticmethod
    def _course(first: str, event: PatientEvent | None) -> dict[str, Any]:
        """The first thing in a course that differs, and the event."""
        name, day = (None, None) if event is None else (event.name, event.day)
        return {"first": first, "event": name, "event_day": day}


def shared_endpoint(before: Scenario, now: Scenario) -> str:
    """The main endpoint of the second scenario if the first has it too, else one that both have; empty if none is."""
    shared = [name for name in now.sections.endpoints if name in before.sections.endpoints]
    return now.main_endpoint if now.main_endpoint in shared else next(iter(shared), "")
