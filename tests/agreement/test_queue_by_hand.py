"""Queues worked out by hand: few patients, one place, and every day known beforehand.

All patients come at the very beginning, in the order of their numbers. Each is ready after a day, and keeps the place
for ten. The draws of the seeds used here make patient 2 urgent and nobody else.
"""

import math

import numpy as np
import pytest
from journals import assert_same, entries_of, heard, played, queueing, vectorized
from strategies import scenario_of

from pathsim.draws import keys
from pathsim.engines.discrete_event import DiscreteEventEngine
from pathsim.engines.vectorized import ShortageError, run_vectorized
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario

WARD = """
title = "A ward with one bed"

[cohort.urgent]
levels  = { no = 0.5, yes = 0.5 }
assumed = "chosen by the seed"

[resources.bed]
capacity   = 1
priority = ["urgent == 'yes'"]
assumed  = "the example"

[steps]
assumed = "the example"

[steps.waiting]
kind  = "wait"
ready = 1
resource  = "bed"
next  = "bed"
exit  = { gives_up = { next = "home", by = { "25.2" = 0.0, "25.3" = 0.999999 } } }

[steps.bed]
kind  = "phase"
days  = 10
holds = "bed"
next  = "home"

[steps.home]
kind = "end"

[trial]
begins    = 2020-01-01
patients  = 4
per_month = 1e9
arrivals  = "even"
cutoffs   = { final = { day = 100 } }
assumed   = "the example"
"""


def ward(before: str = "", after: str = "") -> Scenario:
    """The ward, with one thing about it changed."""
    assert before in WARD
    return scenario_of(WARD.replace(before, after))


def urgent(seed: int, patients: int = 4) -> list[bool]:
    """Who is urgent under this seed."""
    column = ward().cohort.draw(keys(seed, 0, np.arange(patients)))["urgent"]
    return [bool(value) for value in column.tolist()]


SEEDS = [seed for seed in range(400) if urgent(seed) == [False, False, True, False]]
SEED = SEEDS[0]


def days(scenario: Scenario, kind: str, name: str) -> dict[int, int]:
    """The day, without its fraction, on which something happened to each patient, in either engine."""
    journal = played(scenario, SEED)
    assert_same(journal, vectorized(scenario, SEED))
    codes = [event.code for event in scenario.vocabulary.events if (event.kind, event.name) == (kind, name)]
    mine = journal.pick(np.isin(journal.event, codes))
    return dict(zip(mine.row.tolist(), (math.floor(day) for day in mine.day.tolist()), strict=True))


def test_everybody_is_ready_on_the_same_day() -> None:
    assert days(ward(), "ready", "bed") == {0: 1, 1: 1, 2: 1, 3: 1}


def test_the_first_gets_the_bed_the_urgent_one_overtakes_and_the_last_gives_up() -> None:
    assert days(ward(), "enter", "bed") == {0: 1, 2: 11, 1: 21}
    assert days(ward(), "exit", "gives_up") == {3: 25}
    assert days(ward(), "enter", "home") == {0: 11, 2: 21, 3: 25, 1: 31}


def test_without_priority_they_are_served_in_the_order_of_becoming_ready() -> None:
    assert days(ward("\"urgent == 'yes'\"", ""), "enter", "bed") == {0: 1, 1: 11, 2: 21}


def test_who_comes_first_is_what_the_scenario_says() -> None:
    assert days(ward("urgent == 'yes'", "urgent == 'no'"), "enter", "bed") == {0: 1, 1: 11, 3: 21}


def test_with_two_beds_two_are_served_at_a_time() -> None:
    assert days(ward("capacity   = 1", "capacity   = 2"), "enter", "bed") == {0: 1, 1: 1, 2: 11, 3: 11}


def test_who_never_gives_up_waits_to_the_end() -> None:
    patient = ward('exit  = { gives_up = { next = "home", by = { "25.2" = 0.0, "25.3" = 0.999999 } } }')
    assert days(patient, "enter", "bed") == {0: 1, 2: 11, 1: 21, 3: 31}


def test_a_bed_that_nobody_gives_back_serves_one_patient() -> None:
    assert days(ward('days  = 10\nholds = "bed"\nnext  = "home"', 'holds = "bed"'), "enter", "bed") == {0: 1}


def test_a_place_is_kept_from_step_to_step_while_they_hold_it() -> None:
    stay = 'holds = "bed"\nnext  = "rest"\n[steps.rest]\nkind = "phase"\ndays = 5\nholds = "bed"\nnext = "home"'
    assert days(ward('holds = "bed"\nnext  = "home"', stay), "enter", "rest") == {0: 11, 2: 26}
    assert days(ward('holds = "bed"\nnext  = "home"', stay), "enter", "bed") == {0: 1, 2: 16}


def test_who_gives_a_place_back_and_asks_again_at_once_is_in_the_queue_before_it_is_handed_over() -> None:
    again = """holds = "bed"
next  = "again"

[steps.again]
kind     = "wait"
ready    = 0
resource = "bed"
next     = "bed_again"

[steps.bed_again]
kind  = "phase"
days  = 10
holds = "bed"
next  = "home"
"""
    scenario = ward('holds = "bed"\nnext  = "home"\n', again)
    # On day 11 patient 0 stands behind all others, on day 21 the urgent one before them.
    assert days(scenario, "enter", "bed") == {0: 1, 2: 11}
    assert days(scenario, "enter", "bed_again") == {2: 21, 0: 31}


def test_who_leaves_before_being_ready_never_queues() -> None:
    late = ward("ready = 1", "ready = 30")
    assert days(late, "ready", "bed") == {}
    assert days(late, "exit", "gives_up") == {0: 25, 1: 25, 2: 25, 3: 25}


def test_the_queue_is_told_from_the_journal() -> None:
    assert [(patient, math.floor(day)) for day, _, _, patient in queueing(ward(), played(ward(), SEED))] == [
        (1, 1),
        (2, 1),
        (3, 1),
    ]


def test_the_vectorized_engine_says_which_resource_is_used_up_where_and_when() -> None:
    with pytest.raises(ShortageError) as raised:
        run_vectorized(ward(), SEED, [9, 0], may_queue=False)
    assert (raised.value.resource, raised.value.step, raised.value.replicate) == ("bed", "waiting", 9)
    assert math.floor(raised.value.day) == 1


def test_only_those_whom_a_queue_sent_another_way_leave_the_plan() -> None:
    engine = DiscreteEventEngine(ward(), SEED)
    engine.run()
    assert engine.off_plan == {3}


TOSS = """
next  = "toss"

[steps.toss]
kind  = "randomize"
arms  = { a = "after", b = "after" }
block = 2

[steps.after]
kind = "phase"
days = 100
next = "home"
exit = { relapse = { next = "home", hazard_per_day = 0.001, effects = [{ when = "arm == 'a'", hazard_ratio = 100 }] } }

[steps.home]
"""

DOOR = """
[resources.door]
capacity  = 1
assumed = "the example"

[steps]
"""

PORCH = """
[steps.porch]
kind  = "phase"
days  = 10
holds = "door"
next  = "second"

[steps.second]
kind  = "wait"
ready = 1
resource  = "bed"
next  = "bed"

[steps.bed]
"""


def test_an_arm_that_overtaking_changed_counts_in_the_steps_that_follow() -> None:
    scenario = ward('next  = "home"\n\n[steps.home]\n', TOSS)
    for seed in SEEDS:
        assert_same(played(scenario, seed), played(scenario, seed, planned=False))


def test_no_two_patients_share_an_instant_when_a_place_is_handed_over() -> None:
    instants = {(entry.day, entry.patient) for entry in heard(ward(), SEED)}
    assert len({day for day, _ in instants}) == len(instants)


def test_the_handing_over_of_a_place_is_heard_in_the_order_of_the_calendar() -> None:
    assert heard(ward(), SEED) == entries_of(played(ward(), SEED).by_day())


def test_the_vectorized_engine_names_the_resource_in_which_the_first_queue_forms() -> None:
    doors = WARD.replace("capacity   = 1", "capacity   = 3").replace("[steps]", DOOR)
    doors = doors.replace('resource  = "bed"\nnext  = "bed"\n', 'resource = "door"\nnext  = "porch"\n')
    doors = doors.replace("[steps.bed]", PORCH)
    with pytest.raises(ShortageError) as raised:
        run_vectorized(scenario_of(doors), SEED, [0], may_queue=False)
    assert (raised.value.resource, math.floor(raised.value.day)) == ("door", 1)


def test_a_place_must_be_held_by_the_step_it_is_for_even_if_that_step_repeats() -> None:
    with pytest.raises(ScenarioError, match="does not hold what patients wait for"):
        ward('holds = "bed"', "repeat = 2")
