"""Queues in closed form: whose turn comes when, of all requests for a resource at once.

A request is served in the order of the resource's priority and then of asking; who gives up first leaves the queue.
Nothing else is needed to know when everybody's turn comes than when they ask, until when they wait, and for how long
they would keep their place.
"""

import math
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from pathsim.calendar import SUB_TICK_DAYS, TICK_DAYS, Days
from pathsim.conditions import Columns
from pathsim.journal import Rows
from pathsim.scenario.entries import ResourceEntry


class Requests(NamedTuple):
    """Requests for one resource in some replicates, as columns."""

    row: Rows
    step: Rows
    """The number of the step in which the patient waits."""
    rank: Rows
    """Which condition of the resource's priority holds first; lower ones are served first."""
    asked: Days
    until: Days
    """When the patient gives up; infinite if never."""
    start: Days
    """When their turn was taken to come; infinite if never."""
    freed: Days
    """When they gave their place back then; infinite if never."""

    def pick(self, which: Rows) -> "Requests":
        """Some of the requests, by position."""
        row, step, rank, *days = self
        return Requests(row[which], step[which], rank[which], *(column[which] for column in days))


class ResourceUse:
    """Who asks for a resource and who gives it back, while patients are put through the pathway."""

    def __init__(self, resource: ResourceEntry, rows: int) -> None:
        self._resource = resource
        self._request = np.full(rows, -1, np.intp)
        """The request by which each patient has a place now; -1 if they have none."""
        self._asked: list[Requests] = []
        self._freed: list[tuple[Rows, Days]] = []
        self._count = 0

    def ask(self, rows: Rows, step: int, columns: Columns, asked: Days, until: Days, start: Days) -> None:
        """These patients ask in a step; their turns are taken to come at ``start``."""
        rank = np.full(rows.size, len(self._resource.priority), np.intp)
        for number, holds in reversed(list(enumerate(self._resource.priority))):
            rank[holds(columns)] = number
        numbers = np.arange(self._count, self._count + rows.size)
        self._count += rows.size
        self._asked.append(
            Requests(rows, np.full(rows.size, step), rank, asked, until, start, np.full(rows.size, math.inf))
        )
        served = start < math.inf
        self._request[rows[served]] = numbers[served]

    def give_back(self, rows: Rows, day: Days) -> None:
        """These patients have come to where no place of it is kept; who has one gives it back."""
        if self._count:
            request = self._request[rows]
            has = np.flatnonzero(request >= 0)
            self._freed.append((request[has], day[has]))
            self._request[rows[has]] = -1

    def requests(self) -> Requests:
        """All requests."""
        found = Requests(*(np.concatenate(column) for column in zip(*self._asked, strict=True)))
        for request, day in self._freed:
            found.freed[request] = day
        return found

    @property
    def is_wanted(self) -> bool:
        """Whether anybody has asked."""
        return self._count > 0


class QueueDiscipline:
    """Who is served next in the queue for a resource. Where requests are those of the last time, so are the turns."""

    def __init__(self, capacity: int, patients: int) -> None:
        """``patients`` is how many there are in each replicate."""
        self._capacity, self._patients = capacity, patients
        self._served: dict[int, tuple[bytes, Days]] = {}

    def turns(self, requests: Requests, kept_days: Days, replicate: Rows) -> Days:
        """The day on which each request is served; infinite if the patient gives up before, or no place becomes free.

        ``kept_days`` is how long each keeps the place once they have it. A place that is handed over is taken by its
        next patient on the first instant of their own.
        """
        found = requests.asked.copy()
        order = np.lexsort((requests.asked, replicate))
        begins = np.flatnonzero(np.diff(replicate[order], prepend=-1))
        for first, last in zip(begins.tolist(), [*begins[1:].tolist(), order.size], strict=True):
            of_one = order[first:last]
            if of_one.size > self._capacity:
                mine = requests.pick(of_one)
                found[of_one] = self._of_one(int(replicate[of_one[0]]), mine, kept_days[of_one])
        return found

    def _of_one(self, replicate: int, requests: Requests, kept_days: Days) -> Days:
        """The turns in one replicate, whose requests are in the order of asking."""
        patient, rank, asked, until = requests.row % self._patients, requests.rank, requests.asked, requests.until
        key = b"".join(column.tobytes() for column in (patient, rank, asked, until, kept_days))
        before = self._served.get(replicate)
        if before is not None and before[0] == key:
            return before[1]
        sub_tick = patient * SUB_TICK_DAYS
        lists = asked.tolist(), until.tolist(), kept_days.tolist(), rank.tolist(), sub_tick.tolist()
        turns = np.array(_served(self._capacity, *lists))
        self._served[replicate] = key, turns
        return turns


def _served(
    capacity: int,
    asked: list[float],
    until: list[float],
    kept_days: list[float],
    rank: list[int],
    sub_tick: list[float],
) -> list[float]:
    """The turns in one replicate, whose requests are in the order of asking."""
    start = [math.inf] * len(asked)
    ends: list[float] = []
    waiting: list[tuple[int, int]] = []

    def hand_over(freed: float) -> None:
        """Give a place to the first in the queue; whoever gave up before is found there, and passed over."""
        while waiting:
            _, request = heappop(waiting)
            # Whoever gave this very place back is still there to take it, however impatient they are.
            if until[request] > freed or asked[request] == freed:
                start[request] = taken = freed + (sub_tick[request] - freed) % TICK_DAYS
                heappush(ends, taken + kept_days[request])
                return

    for request, now in enumerate(asked):
        while ends and ends[0] < now:
            hand_over(heappop(ends))
        # Where a place is free nobody waits: it would have been handed over.
        if len(ends) < capacity:
            start[request] = now
            heappush(ends, now + kept_days[request])
        else:
            heappush(waiting, (rank[request], request))
            # Whoever gives a place back and asks again at the same instant is in the queue when it is handed over.
            if ends[0] == now:
                hand_over(heappop(ends))
    while waiting and ends:
        hand_over(heappop(ends))
    return start
