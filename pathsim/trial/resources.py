"""The use of resources: how much of the time places were taken, and how many waited for one meanwhile."""

import math
from collections.abc import Iterator
from typing import TypedDict

import numpy as np

from pathsim.calendar import DAYS_PER_MONTH, Days
from pathsim.journal import Rows
from pathsim.scenario.scenario import Scenario
from pathsim.statistics.figures import Count, DaysFigure, Share
from pathsim.trial.data_cut import DataCut
from pathsim.trial.requests import PlaceRequests, RequestsByStep, by_resource
from pathsim.trial.tables import Counts, share

MOST_PERIODS = 60
"""Use over time is told month by month, and of longer trials in periods of so many months that they are no more."""


class ResourceRow(TypedDict):
    """How much of a resource was in use, and how many waited for it, from the first request to the last."""

    resource: str
    capacity: int
    asked: Count
    in_use: Share
    """The part of all places that was taken, on average."""
    mean_waiting: Count
    most_waiting: Count


class ResourceUseRow(TypedDict):
    """The same from one day on, until the next row or the data cut."""

    resource: str
    from_day: float
    days: DaysFigure
    """How many days it is about."""
    in_use: Share
    mean_waiting: Count


def resources(known: DataCut, happened: RequestsByStep) -> list[ResourceRow]:
    """Each resource that is waited for: how much of it was in use, and how many waited, at a time.

    ``happened`` are all requests by then, reported or not: whoever keeps the places knows of them, and no patient's
    record has to come in.
    """
    scenario = known.chunk.scenario
    return [
        {
            "resource": name,
            "capacity": scenario.resources[name].capacity,
            "asked": span.count(requests.row),
            "in_use": _in_use(scenario, name, requests, span),
            "mean_waiting": span.mean(requests.asked, requests.left, requests.row),
            "most_waiting": _most_waiting(requests, scenario.patients, known.day.size),
        }
        for name, requests, span in _with_spans(known, happened)
    ]


def resource_use(known: DataCut, happened: RequestsByStep) -> list[ResourceUseRow]:
    """The same over time, in periods of one length that are counted from the first day of the trial."""
    scenario, found = known.chunk.scenario, list[ResourceUseRow]()
    for name, requests in by_resource(scenario, happened).items():
        for begin, end in periods(scenario.latest_day(scenario.final_cutoff)):
            first = np.full(known.day.size, begin)
            span = _Span(scenario.patients, first, np.maximum(np.minimum(known.day, end), first))
            found.append(
                {
                    "resource": name,
                    "from_day": begin if begin % 1 else int(begin),
                    "days": span.days,
                    "in_use": _in_use(scenario, name, requests, span),
                    "mean_waiting": span.mean(requests.asked, requests.left, requests.row),
                }
            )
    return found


def periods(last_day: float) -> Iterator[tuple[float, float]]:
    """The periods over which use is told of a trial that lasts until this day: when each begins and ends."""
    length_days = DAYS_PER_MONTH * max(1, math.ceil(last_day / DAYS_PER_MONTH / MOST_PERIODS))
    for number in range(math.ceil(last_day / length_days)):
        yield number * length_days, min((number + 1) * length_days, last_day)


class _Span:
    """A stretch of time of each trial, over which to average."""

    def __init__(self, patients: int, first: Days, last: Days) -> None:
        self._patients, self._first, self._last = patients, first, last

    @property
    def days(self) -> Days:
        """How long it is in each trial."""
        return self._last - self._first

    def count(self, row: Rows) -> Counts:
        """How many of these rows there are in each trial."""
        return np.bincount(row // self._patients, minlength=self._first.size)

    def mean(self, begins: Days, ends: Days, row: Rows) -> Days:
        """How many of these stays last at a time, on average; NaN of a trial without any time."""
        trial = row // self._patients
        begin, end = np.maximum(begins, self._first[trial]), np.minimum(ends, self._last[trial])
        lasted = np.bincount(trial, np.maximum(end - begin, 0.0), minlength=self._first.size)
        return share(lasted, self.days)


def _in_use(scenario: Scenario, name: str, requests: PlaceRequests, span: _Span) -> Days:
    """The part of all places that was taken, on average."""
    got = requests.got
    taken = span.mean(requests.left[got], requests.freed[got], requests.row[got])
    return taken / scenario.resources[name].capacity


def _with_spans(known: DataCut, happened: RequestsByStep) -> Iterator[tuple[str, PlaceRequests, _Span]]:
    """The requests for each resource, and the time from the first to the last."""
    scenario = known.chunk.scenario
    for name, requests in by_resource(scenario, happened).items():
        trial, trials = requests.row // scenario.patients, known.day.size
        first, last = np.full(trials, math.inf), np.full(trials, -math.inf)
        np.minimum.at(first, trial, requests.asked)
        np.maximum.at(last, trial, requests.asked)
        somebody = np.isfinite(first)
        yield name, requests, _Span(scenario.patients, np.where(somebody, first, 0), np.where(somebody, last, 0))


def _most_waiting(requests: PlaceRequests, patients: int, trials: int) -> Counts:
    """How many waited at one time in each trial, at most."""
    waits = np.flatnonzero(requests.left > requests.asked)
    trial = np.tile(requests.row[waits] // patients, 2)
    change, day = np.repeat([1, -1], waits.size), np.concatenate([requests.asked[waits], requests.left[waits]])
    # Who leaves makes room for who comes at the same time.
    order = np.lexsort((change, day, trial))
    most = np.zeros(trials, np.intp)
    np.maximum.at(most, trial[order], np.cumsum(change[order]))
    return most
