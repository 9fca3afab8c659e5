"""Queues of a trial on a day, against a replay of its journal patient by patient, minute by minute."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from pathsim.player.queues import CELLS, MOST_WAITING, WINDOW_DAYS, Queue, queue_views
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.live import QueueView
from pathsim.scenario.scenario import load
from pathsim.trial.data_cut import everything
from pathsim.trial.requests import PlaceRequests, known_requests
from pathsim.trial.resources import resource_use, resources
from pathsim.trial.waits import waits

DAYS = (3.0, 47.5, 160.0, 459.0)


@cache
def take(places: str = "1") -> SimulatedTrial:
    return SimulatedTrial(load("stroke-thrombectomy", {"resources.suite.capacity": places}), 5)


class Request(NamedTuple):
    patient: int
    asked: float
    left: float
    got: bool
    freed: float


WAITS = {"suite": ("suite_wait", "preparation"), "scanner": ("imaging_wait", "imaging")}
HOLDS = {"suite": {"preparation", "thrombectomy", "leaving_suite"}, "scanner": {"imaging"}}


def replayed(of: SimulatedTrial, resource: str) -> Iterator[Request]:
    """Every request, by following each patient from entry to entry."""
    wait, then = WAITS[resource]
    vocabulary = of.scenario.vocabulary
    ready = next(event.code for event in vocabulary.of("ready") if event.step == wait)
    for patient in range(of.chunk.rows):
        mine = of.journal.pick(of.journal.row == patient).by_day()
        asked, left, got, freed = None, float("inf"), False, float("inf")
        for day, code in zip(mine.day.tolist(), mine.event.tolist(), strict=True):
            event = vocabulary[code]
            if code == ready:
                asked = day
            elif event.kind == "enter" and asked is not None and left == float("inf"):
                left, got = day, event.step == then
            elif event.kind == "enter" and got and freed == float("inf") and event.step not in HOLDS[resource]:
                freed = day
        if asked is not None:
            yield Request(patient, asked, left, got, freed if got else float("inf"))


@cache
def requests(places: str, resource: str) -> tuple[Request, ...]:
    return tuple(replayed(take(places), resource))


def view(places: str, resource: str, day: float) -> QueueView:
    return next(one for one in queue_views(take(places).queues, {}, day, {resource: True}) if one.name == resource)


@pytest.mark.parametrize("resource", WAITS)
@pytest.mark.parametrize("day", DAYS)
def test_who_asked_who_waits_and_who_gave_up_are_those_of_the_journal(resource: str, day: float) -> None:
    seen, found = view("1", resource, day), requests("1", resource)
    assert seen.asked == sum(one.asked <= day for one in found)
    assert seen.busy == sum(one.got and one.left <= day < one.freed for one in found)
    waiting = sorted((one for one in found if one.asked <= day < one.left), key=lambda one: one.asked)
    assert seen.now_waiting == len(waiting)
    assert [(one.patient, one.days) for one in seen.who] == [
        (one.patient, pytest.approx(day - one.asked)) for one in waiting
    ]
    assert seen.gave_up == sum(not one.got and one.left <= day for one in found)
    assert seen.times.tolist() == pytest.approx(
        sorted(one.left - one.asked for one in found if one.got and one.left <= day)
    )


def test_of_those_who_wait_those_who_asked_first_stand_first_and_the_rest_is_counted() -> None:
    many = MOST_WAITING + 10
    asked = np.random.default_rng(1).permutation(many).astype(float)
    never = np.full(many, np.inf)
    queue = Queue("bed", "beds", 1, PlaceRequests(np.arange(many), asked, never, np.zeros(many, np.bool_), never))
    (seen,) = queue_views({"bed": queue}, {}, float(many), {"bed": True})
    assert [one.days for one in seen.who] == list(range(many, 10, -1))
    assert [asked[one.patient] for one in seen.who] == list(range(MOST_WAITING))
    assert seen.now_waiting == many


@pytest.mark.parametrize("resource", WAITS)
@pytest.mark.parametrize("day", DAYS)
def test_use_and_waiting_over_time_add_up_to_the_time_that_patients_spent(resource: str, day: float) -> None:
    seen, found = view("1", resource, day), requests("1", resource)
    over = [one.freed if one.got else one.left for one in found if one.asked <= day]
    # Once all have come and gone there is nothing to see but the last days of it.
    ends = day if any(end > day for end in over) else max(over, default=0.0)
    begins = max(ends - WINDOW_DAYS, 0.0)
    assert (seen.begins, seen.ends) == (pytest.approx(begins), pytest.approx(ends))
    edges = np.linspace(begins, ends, CELLS + 1)

    def spent(first: float, last: float, low: float, high: float) -> float:
        return max(min(last, high) - max(first, low), 0.0)

    for cell in range(0, CELLS, 7):
        low, high = float(edges[cell]), float(edges[cell + 1])
        used = sum(spent(one.left, one.freed, low, high) for one in found if one.got)
        waited = sum(spent(one.asked, one.left, low, high) for one in found)
        assert seen.use[cell] * (high - low) == pytest.approx(used, abs=1e-9)
        assert seen.waiting[cell] * (high - low) == pytest.approx(waited, abs=1e-9)
    assert (seen.use <= 1 + 1e-9).all()
    first, last = min(one.asked for one in found), max(one.asked for one in found if one.asked <= day)
    used = sum(spent(one.left, one.freed, first, last) for one in found if one.got)
    assert seen.share_in_use == pytest.approx(used / (last - first) if last > first else 0.0)


def test_they_agree_with_the_table_of_waits() -> None:
    known = everything(take().chunk)
    rows = {row["step"]: row for row in waits(known, known_requests(known))}
    for resource, (step, _) in WAITS.items():
        seen = view("1", resource, 1e9)
        assert seen.asked == int(rows[step]["asked"][0])
        assert seen.gave_up == int(rows[step]["left_queue"][0])


@pytest.mark.parametrize("resource", WAITS)
def test_so_do_they_in_the_tables_of_the_results(resource: str) -> None:
    known, found = everything(take().chunk), requests("1", resource)
    (row,) = [one for one in resources(known, known_requests(known)) if one["resource"] == resource]
    first, last = min(one.asked for one in found), max(one.asked for one in found)

    def spent(low: float, high: float, spans: list[tuple[float, float]]) -> float:
        return sum(max(min(end, high) - max(begin, low), 0.0) for begin, end in spans)

    taken = [(one.left, one.freed) for one in found if one.got]
    waited = [(one.asked, one.left) for one in found]
    assert row["in_use"][0] == pytest.approx(spent(first, last, taken) / (last - first))
    assert row["mean_waiting"][0] == pytest.approx(spent(first, last, waited) / (last - first))
    assert row["most_waiting"][0] == max(sum(a <= one.asked < b for a, b in waited if b > a) for one in found)
    assert row["asked"][0] == len(found)
    months = [one for one in resource_use(known, known_requests(known)) if one["resource"] == resource]
    assert [round(one["from_day"] / 30.4375) for one in months] == list(range(16))
    for one in months:
        begin, days = one["from_day"], float(one["days"][0])
        assert one["in_use"][0] * days == pytest.approx(spent(begin, begin + days, taken), abs=1e-9)
        assert one["mean_waiting"][0] * days == pytest.approx(spent(begin, begin + days, waited), abs=1e-9)
    assert sum(float(one["days"][0]) for one in months) == pytest.approx(460)


def test_with_one_place_more_fewer_wait_and_what_was_before_stands_beside_it() -> None:
    (suite,) = [one for one in queue_views(take("2").queues, take().queues, 400.0, {}) if one.name == "suite"]
    assert (suite.capacity, suite.capacity_before) == (2, 1)
    assert suite.times_before is not None
    assert suite.times_before.tolist() == view("1", "suite", 400.0).times.tolist()
    assert suite.times.mean() < suite.times_before.mean()
    assert suite.share_in_use_before == view("1", "suite", 400.0).share_in_use
    assert suite.share_in_use < suite.share_in_use_before  # type: ignore[operator]


def test_where_there_are_always_places_there_is_no_queue_to_show() -> None:
    beds = SimulatedTrial(load("aall1331"), 1).queues
    assert list(beds) == ["transplant_bed"]
    assert queue_views(beds, {}, 900.0, {}) == ()


@pytest.mark.parametrize(("capacity", "is_shown"), [(1, True), (2, False)])
def test_a_resource_is_scarce_once_all_its_places_are_taken(capacity: int, *, is_shown: bool) -> None:
    row, asked = np.arange(2), np.array([1.0, 5.0])
    queue = Queue("bed", "beds", capacity, PlaceRequests(row, asked, asked, np.ones(2, np.bool_), asked + 3))
    assert bool(queue_views({"bed": queue}, {}, 9.0, {})) == is_shown
