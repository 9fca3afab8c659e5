"""Queues of a simulated trial on a day: who asked for a place in a resource, who got one, and who waits."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pathsim.calendar import Days
from pathsim.journal import Journal
from pathsim.player.views.live import WAITED_PERCENTILE, Floats, QueueView, WaitingPatient
from pathsim.scenario.scenario import Scenario
from pathsim.trial.requests import PlaceRequests, by_resource, requests_by_step

CELLS, WINDOW_DAYS = 60, 30.0
"""How finely use and waiting are told, and how far back."""
MOST_WAITING = 30
"""So many of those who wait are listed."""


@dataclass(frozen=True, slots=True)
class Queue:
    """All that happens to a resource in a trial."""

    name: str
    label: str
    capacity: int
    requests: PlaceRequests

    @property
    def is_scarce(self) -> bool:
        """Whether all places were taken at some time."""
        _, asked, left, got, freed = self.requests
        change = np.concatenate([left[got], freed[got]])
        step = np.repeat([1, -1], int(got.sum()))
        # Who leaves makes room for who comes at the same time.
        order = np.lexsort((step, change))
        return bool(np.cumsum(step[order]).max(initial=0) >= self.capacity) or bool((left > asked).any())


def queues(scenario: Scenario, journal: Journal, rows: int) -> dict[str, Queue]:
    """The queue of each resource that somebody waits for."""
    return {
        name: Queue(name, scenario.resources[name].label, scenario.resources[name].capacity, requests)
        for name, requests in by_resource(scenario, requests_by_step(scenario, journal.only, rows)).items()
    }


def queue_views(
    now: Mapping[str, Queue], before: Mapping[str, Queue], day: float, moved: Mapping[str, bool]
) -> tuple[QueueView, ...]:
    """The queues of scarce resources on a day, beside those of the trial that it is compared with.

    ``moved`` says of a resource whether to show it whatever its use: where the user has changed how many places it has.
    """
    return tuple(
        _view(queue, before.get(name), day)
        for name, queue in now.items()
        if queue.is_scarce or moved.get(name) or (name in before and before[name].is_scarce)
    )


def _view(queue: Queue, before: Queue | None, day: float) -> QueueView:
    row, asked, left, got, freed = queue.requests
    is_idle = not ((asked <= day) & (np.where(got, freed, left) > day)).any()
    ends = float(np.where(got, freed, left)[asked <= day].max(initial=0.0)) if is_idle else day
    begins = max(ends - WINDOW_DAYS, 0.0)
    edges = np.linspace(begins, max(ends, begins + 1e-9), CELLS + 1)
    waiting = np.flatnonzero((asked <= day) & (left > day))
    waiting = waiting[np.argsort(asked[waiting])]
    return QueueView(
        name=queue.name,
        label=queue.label,
        capacity=queue.capacity,
        capacity_before=None if before is None else before.capacity,
        begins=begins,
        ends=ends,
        use=_mean_between(left[got], freed[got], edges) / max(queue.capacity, 1),
        waiting=_mean_between(asked, left, edges),
        busy=int((got & (left <= day) & (freed > day)).sum()),
        usual_wait_days=_usual_wait_days(queue if before is None else before),
        who=tuple(WaitingPatient(int(row[at]), day - float(asked[at])) for at in waiting[:MOST_WAITING].tolist()),
        now_waiting=int(waiting.size),
        times=_times(queue.requests, day),
        times_before=None if before is None else _times(before.requests, day),
        asked=int((asked <= day).sum()),
        gave_up=_gave_up(queue.requests, day),
        gave_up_before=None if before is None else _gave_up(before.requests, day),
        share_in_use=_share_in_use(queue, day),
        share_in_use_before=None if before is None else _share_in_use(before, day),
    )


def _times(requests: PlaceRequests, day: float) -> Floats:
    """How long those waited who have got a place."""
    served = requests.got & (requests.left <= day)
    return np.sort(requests.left[served] - requests.asked[served])


def _usual_wait_days(queue: Queue) -> float:
    """How long nine in ten waited at most, of all who got a place in the whole trial."""
    times = _times(queue.requests, math.inf)
    return float(np.percentile(times, WAITED_PERCENTILE)) if times.size else 0.0


def _gave_up(requests: PlaceRequests, day: float) -> int:
    return int((~requests.got & (requests.left <= day)).sum())


def _share_in_use(queue: Queue, day: float) -> float:
    """The part of the time, of all places, in which they were taken, from the first request to the last one so far."""
    _, asked, left, got, freed = queue.requests
    so_far = asked[asked <= day]
    if so_far.size < 2 or not queue.capacity:
        return 0.0
    first, last = float(so_far.min()), float(so_far.max())
    taken = np.minimum(freed, last) - left
    return float(taken[got & (left <= last)].sum() / (queue.capacity * (last - first)))


def _mean_between(begins: Days, ends: Days, edges: Floats) -> Floats:
    """How many of these spans last at a time, on average over each cell."""

    def until(edge: Floats) -> Floats:
        """The time that all spans lasted until each edge: sums over sorted ends, so that no table is made."""
        return _lasted(begins, edge) - _lasted(ends, edge)

    return np.diff(until(edges)) / np.diff(edges)


def _lasted(since: Days, edges: Floats) -> Floats:
    """The sum of the times from these days until each edge, of those that are before it."""
    finite = np.sort(since[np.isfinite(since)])
    sums = np.concatenate([[0.0], np.cumsum(finite)])
    count = np.searchsorted(finite, edges, side="right")
    return np.asarray(count * edges - sums[count])
