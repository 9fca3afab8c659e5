"""Queues of a simulated trial: who asked for a place in a resource, who got one, and when it was free again."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.journal import Event, Journal, Rows
from pathsim.player.views.live import Floats, QueueView, WaitingPatient
from pathsim.scenario.scenario import Scenario
from pathsim.steps.spec import Requested
from pathsim.trial.data_cut import first_day

CELLS, WINDOW_DAYS = 60, 30.0
"""How finely use and waiting are told, and how far back."""
MOST_WAITING = 30
"""So many of those who wait are listed."""


@dataclass(frozen=True, slots=True)
class Queue:
    """All that happens to a resource in a trial, request by request."""

    name: str
    label: str
    capacity: int
    row: Rows
    asked: Days
    left: Days
    """When the wait was over, one way or the other; infinite if it never was."""
    got: NDArray[np.bool_]
    freed: Days
    """When the place was free again; infinite if it never was, or none was got."""

    @property
    def is_scarce(self) -> bool:
        """Whether all places were taken at some time."""
        change = np.concatenate([self.left[self.got], self.freed[self.got]])
        step = np.repeat([1, -1], int(self.got.sum()))
        # Who leaves makes room for who comes at the same time.
        order = np.lexsort((step, change))
        return bool(np.cumsum(step[order]).max(initial=0) >= self.capacity) or bool((self.left > self.asked).any())


def queues(scenario: Scenario, journal: Journal, rows: int) -> dict[str, Queue]:
    """The queue of each resource that somebody waits for."""
    found = {}
    for name, resource in scenario.resources.items():
        parts = [
            _requests(scenario, journal, rows, wanted, event)
            for event in scenario.vocabulary.of("ready")
            if (wanted := scenario.entry(event.step).requests) is not None and wanted.resource == name
        ]
        if parts:
            row, asked, left, got, freed = (np.concatenate(columns) for columns in zip(*parts, strict=True))
            found[name] = Queue(name, resource.label, resource.capacity, row, asked, left, got, freed)
    return found


def _requests(
    scenario: Scenario, journal: Journal, rows: int, wanted: Requested, ready: Event
) -> tuple[Rows, Days, Days, NDArray[np.bool_], Days]:
    """The requests of one step."""
    asked = journal.only([ready.code])
    following = [scenario.entry(arrow.to).enter for arrow in scenario.entry(ready.step).spec.arrows()]
    left = first_day(journal, following, rows).take(asked.row)
    got_on = first_day(journal, [scenario.entry(wanted.then).enter], rows).take(asked.row)
    got = np.isfinite(got_on) & (got_on <= left)
    others = [one.enter for one in scenario.steps if one.holds != wanted.resource]
    entered = journal.only(others)
    later = entered.pick(entered.day >= _by_row(rows, asked.row, got_on).take(entered.row))
    freed = np.full(rows, np.inf)
    np.minimum.at(freed, later.row, later.day)
    return asked.row, asked.day, left, got, np.where(got, freed.take(asked.row), np.inf)


def _by_row(rows: int, row: Rows, day: Days) -> Days:
    """For each row the day on which it got a place; infinite if it never did."""
    found = np.full(rows, np.inf)
    found[row] = day
    return found


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
    begins = max(day - WINDOW_DAYS, 0.0)
    edges = np.linspace(begins, max(day, begins + 1e-9), CELLS + 1)
    waiting = np.flatnonzero((queue.asked <= day) & (queue.left > day))
    waiting = waiting[np.argsort(queue.asked[waiting])]
    return QueueView(
        name=queue.name,
        label=queue.label,
        capacity=queue.capacity,
        capacity_before=None if before is None else before.capacity,
        begins=begins,
        use=_mean_between(queue.left[queue.got], queue.freed[queue.got], edges) / max(queue.capacity, 1),
        waiting=_mean_between(queue.asked, queue.left, edges),
        busy=int((queue.got & (queue.left <= day) & (queue.freed > day)).sum()),
        who=tuple(
            WaitingPatient(int(queue.row[at]), day - float(queue.asked[at])) for at in waiting[:MOST_WAITING].tolist()
        ),
        now_waiting=int(waiting.size),
        times=_times(queue, day),
        times_before=None if before is None else _times(before, day),
        asked=int((queue.asked <= day).sum()),
        gave_up=_gave_up(queue, day),
        gave_up_before=None if before is None else _gave_up(before, day),
        share_in_use=_share_in_use(queue, day),
        share_in_use_before=None if before is None else _share_in_use(before, day),
    )


def _times(queue: Queue, day: float) -> Floats:
    """How long those waited who have got a place."""
    served = queue.got & (queue.left <= day)
    return np.sort(queue.left[served] - queue.asked[served])


def _gave_up(queue: Queue, day: float) -> int:
    return int((~queue.got & (queue.left <= day)).sum())


def _share_in_use(queue: Queue, day: float) -> float:
    """The part of the time, of all places, in which they were taken, from the first request to the last one so far."""
    asked = queue.asked[queue.asked <= day]
    if asked.size < 2 or not queue.capacity:
        return 0.0
    first, last = float(asked.min()), float(asked.max())
    taken = np.minimum(queue.freed, last) - queue.left
    return float(taken[queue.got & (queue.left <= last)].sum() / (queue.capacity * (last - first)))


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
