"""Who fares otherwise when a number is changed, or in the other arm."""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from flipping import flipped
from hypothesis import given
from hypothesis import strategies as st

from pathsim.counterfactual import counterfactual, other_courses
from pathsim.couplings import COUPLINGS, Coupling
from pathsim.journal import Block, Journal
from pathsim.player.makers.compare import changed_in_words, comparison_counts
from pathsim.player.makers.patients import journey_view, roster
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.patients import Journey, JourneyView
from pathsim.report.first_differences import parted
from pathsim.scenario.scenario import load

TURNED = {"steps.after_transplant.exit.relapse.hazard_ratio": "0.4"}
DFS = ("late_treatment_failure", "relapse", "second_malignancy", "death")


@cache
def take() -> SimulatedTrial:
    return SimulatedTrial(load("aall1331"), 12)


@cache
def changed() -> SimulatedTrial:
    return SimulatedTrial(load("aall1331", TURNED), 12, take())


def journal(entries: Sequence[tuple[int, int, int]]) -> Journal:
    """Entries of (patient, day, event) as a journal, in order."""
    rows = np.array([entry[0] for entry in entries], np.intp)
    days = np.array([entry[1] for entry in entries], np.float64)
    events = np.array([entry[2] for entry in entries], np.int16)
    return Journal(Block(rows, days, events, 0.0)).in_order()


def by_patient(of: Journal) -> dict[int, list[tuple[float, int, float]]]:
    found: dict[int, list[tuple[float, int, float]]] = {}
    for row, day, event, value in zip(*(column.tolist() for column in of), strict=True):
        found.setdefault(row, []).append((day, event, value))
    return found


journals = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(1, 3)), max_size=25).map(journal)


@given(before=journals, now=journals)
def test_journeys_part_at_the_first_entry_that_differs(before: Journal, now: Journal) -> None:
    found = parted(before, now)
    told = dict(zip(found.row.tolist(), zip(found.before.tolist(), found.now.tolist(), strict=True), strict=True))
    mine, theirs = by_patient(now), by_patient(before)
    for patient in range(6):
        a, b = theirs.get(patient, []), mine.get(patient, [])
        assert (patient in told) == (a != b)
        if a != b:
            first = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            at = told[patient]
            for journey, of, place in ((a, before, at[0]), (b, now, at[1])):
                assert (place >= 0) == (first < len(journey))
                if place >= 0:
                    assert (of.day[place], of.event[place], of.value[place]) == journey[first]


def test_nobody_fares_otherwise_if_nothing_is_changed() -> None:
    again = SimulatedTrial(load("aall1331"), 12, take())
    assert comparison_counts(take(), again, "dfs", 2000).changed == 0
    assert changed_in_words(take(), again, "dfs", 2000) == []


def event_days(of: SimulatedTrial, day: float) -> dict[int, float]:
    """The days from the randomization to the first event of those who had one, read off the journal entry by entry."""
    start = of.scenario.entry("consolidation").enter
    events = {event.code for event in of.scenario.vocabulary.of("exit") if event.name in DFS}
    begun: dict[int, float] = {}
    found: dict[int, float] = {}
    for row, when, event, _ in zip(*(column.tolist() for column in of.journal.by_day()), strict=True):
        if when <= day and event == start:
            begun[row] = when
        if when <= day and event in events and row in begun:
            found.setdefault(row, when - begun[row])
    return found


def lost_by(of: SimulatedTrial, day: float) -> set[int]:
    """Who was lost to follow-up by a day."""
    codes = [event.code for event in of.scenario.vocabulary.of("exit") if event.name == "lost_to_follow_up"]
    return set(of.journal.row[np.isin(of.journal.event, codes) & (of.journal.day <= day)].tolist())


@pytest.mark.parametrize("day", [600.0, 1200.0, 2114.0])
def test_everybody_who_fares_otherwise_is_counted_once_by_their_event_in_both_journals(day: float) -> None:
    before, now = event_days(take(), day), event_days(changed(), day)
    lost_before, lost_now = (lost_by(of, day) - event_days(of, day).keys() for of in (take(), changed()))
    told = changed_in_words(take(), changed(), "dfs", day)
    expected = {
        "better": before.keys() - now.keys() - lost_now,
        "worse": now.keys() - before.keys() - lost_before,
        "later": {patient for patient in before.keys() & now.keys() if before[patient] < now[patient]},
        "earlier": {patient for patient in before.keys() & now.keys() if before[patient] > now[patient]},
    }
    expected["otherwise"] = {one.patient for one in told} - set().union(*expected.values())
    assert {verdict: {one.patient for one in told if one.verdict == verdict} for verdict in expected} == expected
    found = comparison_counts(take(), changed(), "dfs", day)
    parts = (found.better, found.worse, found.later, found.earlier, found.otherwise)
    assert parts == tuple(map(len, expected.values()))
    assert sum(parts) == found.changed == len(told)
    if day == 2114:
        assert found.later > 0


@pytest.mark.parametrize("fewer_here", [True, False])
def test_who_comes_in_one_of_both_trials_only_is_told_of_by_that_one(fewer_here: bool) -> None:  # noqa: FBT001
    many = SimulatedTrial(load("two-arm-exponential"), 21)
    few = SimulatedTrial(load("two-arm-exponential", {"trial.patients": "300"}), 21, many)
    there, here = (many, few) if fewer_here else (few, many)
    told = changed_in_words(there, here, "os", many.last_day)
    assert [one.patient for one in told] == list(range(300, 400))
    assert [one.arm for one in told] == many.arm_of[300:].tolist()
    assert comparison_counts(there, here, "os", many.last_day).otherwise == 100


def test_only_those_who_reached_the_changed_step_fare_otherwise() -> None:
    reached = changed().journal.row[changed().journal.event == changed().scenario.entry("after_transplant").enter]
    assert {one.patient for one in changed_in_words(take(), changed(), "dfs", 2114)} <= set(reached.tolist())


def test_turning_a_number_leaves_the_arms_as_they_are() -> None:
    both = (take().arm_of >= 0) & (changed().arm_of >= 0)
    assert both.sum() > 150
    assert np.array_equal(take().arm_of[both], changed().arm_of[both])


def test_the_other_arm_of_the_other_arm_is_the_own() -> None:
    back = flipped(flipped(take()))
    assert all(np.array_equal(a, b) for a, b in zip(back.journal, take().journal, strict=True))


def test_until_the_randomization_both_courses_are_the_same() -> None:
    start = take().scenario.entry("consolidation").enter
    mine, theirs = (by_patient(of.journal.pick(of.journal.event < start)) for of in (take(), flipped(take())))
    assert mine == theirs


def event_by(of: SimulatedTrial, days: float, today: float = math.inf) -> dict[int, bool | None]:
    """Whether each patient has an event so many days after the randomization, off the whole journal; None if lost.

    Or by today, if that comes first.
    """
    start = of.scenario.entry("consolidation").enter
    names = {event.code: event.name for event in of.scenario.vocabulary.of("exit")}
    begun: dict[int, float] = {}
    found: dict[int, bool | None] = {}
    for row, when, event, _ in zip(*(column.tolist() for column in of.chunk.journal.by_day()), strict=True):
        if event == start:
            begun[row] = when
        if row in begun and row not in found and when <= min(begun[row] + days, today):
            if names.get(event) in DFS:
                found[row] = True
            elif names.get(event) == "lost_to_follow_up":
                found[row] = None
    return dict.fromkeys((row for row, when in begun.items() if when <= today), False) | found


@pytest.mark.parametrize("coupling", COUPLINGS)
def test_those_who_fare_better_or_worse_in_the_arm_are_counted_by_their_events(coupling: Coupling) -> None:
    view = roster(1, take(), counterfactual(take().course, other_courses(take().course)), coupling, 2114.0)
    mine, theirs = event_by(take(), 1095), event_by(flipped(take(), coupling), 1095)
    treated = take().scenario.arms.index("blinatumomab")
    randomized = np.flatnonzero(take().arm_of >= 0).tolist()
    both = {p: (mine[p], theirs[p]) if take().arm_of[p] == treated else (theirs[p], mine[p]) for p in randomized}
    better = {p for p, effect in both.items() if effect == (False, True)}
    worse = {p for p, effect in both.items() if effect == (True, False)}
    assert {row.patient for row in view.rows if row.individual_effect == "better"} == better
    assert {row.patient for row in view.rows if row.individual_effect == "worse"} == worse
    assert {row.patient for row in view.rows if row.individual_effect is not None} == set(randomized)
    assert view.balance is not None
    assert (view.balance.better, view.balance.worse) == (len(better), len(worse))
    assert view.balance.fewer == len(better) - len(worse)
    assert view.balance.known == sum(None not in effect for effect in both.values())


@pytest.mark.parametrize("day", [300.0, 900.0, 1700.0])
def test_who_fares_otherwise_on_a_day_is_told_by_what_has_happened_until_then(day: float) -> None:
    others = other_courses(take().course)
    view = roster(1, take(), counterfactual(take().course, others, day), "shared", day)
    mine, theirs = event_by(take(), 1095, day), event_by(flipped(take()), 1095, day)
    treated = take().scenario.arms.index("blinatumomab")
    both = {p: (mine[p], theirs[p]) if take().arm_of[p] == treated else (theirs[p], mine[p]) for p in mine}
    assert {row.patient for row in view.rows if row.individual_effect is not None} == set(mine)
    for effect, pair in (("better", (False, True)), ("worse", (True, False))):
        assert {row.patient for row in view.rows if row.individual_effect == effect} == {
            p for p, found in both.items() if found == pair
        }
    assert view.balance is not None
    assert view.balance.by == "today"


def test_before_anybody_is_randomized_it_is_too_early_to_say_who_fares_otherwise() -> None:
    others = other_courses(take().course)
    view = roster(1, take(), counterfactual(take().course, others, 5.0), "shared", 5.0)
    assert view.balance is None
    assert view.is_too_early


@pytest.mark.parametrize("day", [200.0, 700.0, 1500.0])
def test_on_a_day_a_journey_tells_what_has_happened_until_then_and_nothing_of_what_comes(day: float) -> None:
    other = flipped(take())
    came = take().chunk.enrolled
    for patient in np.flatnonzero((take().arm_of >= 0) & (came <= day))[:40].tolist():
        whole, now = (journey_view(1, take(), other, None, patient, until) for until in (take().last_day, day))
        since = day - float(came[patient])
        for before, after in zip(journeys_of(now), journeys_of(whole), strict=False):
            assert [one[:3] for one in told_of(before)] == [one[:3] for one in told_of(after) if one[0] <= since]
            assert all(stay.ends <= since + 1e-9 for stay in before.stays)
            assert before.until == after.until
        assert now.in_other_arm.parts_on is None or now.in_other_arm.parts_on <= since
        has_arm = take().randomized_on[patient] <= day
        assert len(journeys_of(now)) == (2 if has_arm else 1)
        assert (now.own.arm >= 0) == has_arm


def test_of_a_patient_who_has_not_come_yet_there_is_nothing_to_tell() -> None:
    """A list of a later day can ask for one."""
    patient = int(np.argmax(take().chunk.enrolled))
    view = journey_view(1, take(), flipped(take()), changed(), patient, 3.0)
    assert [(journey.stays, journey.happenings) for journey in journeys_of(view)] == [((), ())]
    assert view.in_other_arm.parts_on is None
    assert view.before_change is not None
    assert view.before_change.journey is None


def journeys_of(view: JourneyView) -> list[Journey]:
    """The own one, and that in the other arm if there is one."""
    return [view.own, *filter(None, [view.in_other_arm.journey])]


def told_of(journey: Journey) -> list[tuple[float, str, str, float | None]]:
    return [(one.day, one.kind, one.label, one.ends) for one in journey.happenings]


def test_a_journey_is_told_from_enrollment_to_the_end_without_a_gap() -> None:
    other = flipped(take())
    for patient in np.flatnonzero(take().arm_of >= 0)[:40].tolist():
        view = journey_view(1, take(), other, None, patient, take().last_day)
        assert view.own.arm == take().arm_of[patient]
        assert [journey.arm for journey in journeys_of(view)] == [view.own.arm, 1 - view.own.arm]
        for journey in journeys_of(view):
            assert journey.stays[0].begins == 0
            for stay, following in zip(journey.stays, journey.stays[1:], strict=False):
                assert stay.ends <= following.begins
            assert all(0 <= happening.day <= journey.until for happening in journey.happenings)


def test_who_was_not_randomized_has_no_other_journey() -> None:
    patient = int(np.flatnonzero(take().arm_of < 0)[0])
    view = journey_view(1, take(), flipped(take()), None, patient, take().last_day)
    assert view.in_other_arm.journey is None
    assert view.in_other_arm.parts_on is None
    assert "Not randomized between these arms" in view.in_other_arm.parts[0]


@pytest.mark.parametrize("day", [1600.0, 2114.0])
def test_the_journey_before_the_change_is_that_of_the_trial_before_and_parts_where_the_list_of_changes_says(
    day: float,
) -> None:
    listed = {one.patient: one for one in changed_in_words(take(), changed(), "dfs", day)}
    assert len(listed) > 10
    for patient in [*list(listed)[:30], *[number for number in range(120) if number not in listed][:30]]:
        view = journey_view(1, changed(), None, take(), patient, day)
        alone = journey_view(1, take(), None, None, patient, day)
        came = float(changed().chunk.enrolled[patient])
        assert view.before_change is not None
        if came > day:
            assert view.before_change.journey is None
            continue
        assert view.before_change.journey == alone.own
        if patient in listed:
            one = listed[patient]
            assert view.before_change.parts_on == pytest.approx(one.day - came, abs=1e-5)
            assert view.before_change.parts[1:] == (f"Before: {one.before}.", f"Now: {one.now}.")
        else:
            so_far = "" if day >= changed().last_day else " so far"
            assert view.before_change.parts == (f"The change has made no difference to this patient{so_far}.",)
            assert view.before_change.journey == view.own
            assert view.before_change.parts_on is None


def test_of_one_who_comes_since_the_change_only_there_is_no_journey_before_it() -> None:
    many = SimulatedTrial(load("two-arm-exponential"), 21)
    few = SimulatedTrial(load("two-arm-exponential", {"trial.patients": "300"}), 21, many)
    for patient, is_there in ((299, True), (300, False)):
        before = journey_view(1, many, None, few, patient, many.last_day).before_change
        assert before is not None
        assert (before.journey is not None) == is_there
    assert before.parts == ("Before the change, this patient was not in the trial.",)


SLOWER = {"trial.per_month": "10"}
DEADLIER = {"steps.control.exit.death.median_days": "300"}


def days_since_enrollment(of: SimulatedTrial, patient: int, days: float) -> list[tuple[float, int]]:
    mine = of.journal.pick(of.journal.row == patient)
    since = np.round(mine.day - of.chunk.enrolled[patient], 6).tolist()
    return [(day, event) for day, event in zip(since, mine.event.tolist(), strict=True) if day <= days]


@pytest.mark.parametrize(("change", "whose"), [(SLOWER, set()), (SLOWER | DEADLIER, {"control"})])
def test_who_comes_on_another_day_is_compared_from_enrollment_as_long_as_both_are_followed(
    change: dict[str, str], whose: set[str]
) -> None:
    """As a reviewer found it: "the courses differ from day -261", and the rest of the journey behind the enrollment."""
    was = SimulatedTrial(load("two-arm-exponential"), 21)
    now = SimulatedTrial(load("two-arm-exponential", change), 21, was)
    differ = set()
    for patient in range(0, 250, 3):
        view = journey_view(1, now, None, was, patient, now.last_day)
        assert view.before_change is not None
        followed = now.last_day - max(float(of.chunk.enrolled[patient]) for of in (was, now))
        both = [days_since_enrollment(of, patient, followed) for of in (was, now)]
        apart = set(both[0]) ^ set(both[1])
        assert view.before_change.parts_on == (pytest.approx(min(apart)[0], abs=1e-5) if apart else None)
        assert view.before_change.parts[0].startswith("Enrolled on ") or patient == 0
        if apart:
            differ.add(now.scenario.arms[view.own.arm])
    assert differ == whose


def test_of_whoever_comes_later_since_the_change_nothing_is_told_before_they_come() -> None:
    """A list of a later day can ask for one."""
    was = SimulatedTrial(load("two-arm-exponential"), 21)
    now = SimulatedTrial(load("two-arm-exponential", SLOWER), 21, was)
    day = float(was.chunk.enrolled[200]) + 50
    assert now.chunk.enrolled[200] > day
    before = journey_view(1, now, None, was, 200, day).before_change
    assert before is not None
    assert before.journey is None
    assert before.parts == ("This patient enrolled too late to be compared.",)


@pytest.mark.parametrize("days", ["2400", "1000"])
def test_longer_follow_up_alone_makes_no_difference_to_a_patient(days: str) -> None:
    was = SimulatedTrial(load("two-arm-exponential"), 21)
    now = SimulatedTrial(load("two-arm-exponential", {"trial.cutoffs.final.day": days}), 21, was)
    for patient in range(60):
        view = journey_view(1, now, None, was, patient, now.last_day)
        assert view.before_change is not None
        assert view.before_change.parts_on is None
        assert view.own.is_over
        assert view.before_change.journey is not None
        assert view.before_change.journey.is_over == (now.last_day >= was.last_day)
        ends = max((stay.ends for stay in view.before_change.journey.stays), default=0.0)
        assert ends <= view.before_change.journey.until
        told = [one.day for one in view.before_change.journey.happenings]
        assert max(told, default=0.0) <= view.before_change.journey.until
