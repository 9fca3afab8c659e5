"""Queues of the library's scenarios, and of a ward that patients come back to, in both engines."""

import pytest
from journals import assert_same, of_replicate, played
from strategies import scenario_of

from pathsim.engines import vectorized
from pathsim.engines.choose import simulate, simulate_many
from pathsim.engines.vectorized import ShortageError, run_vectorized
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.course import course

FEW_BEDS = {"resources.transplant_bed.capacity": "2"}
COMES_BACK = """
title = "A ward that patients come back to; how long they stay depends on how long they waited"
[resources.bed]
capacity = 2
priority = ["waited > 20"]
assumed  = "the example"
[resources.unit]
capacity = 2
assumed  = "the example"
[steps]
assumed = "the example"
[steps.waiting]
kind     = "wait"
ready    = [0, 1, 2, 3, 10]
resource = "bed"
next     = "bed"
exit     = { gives_up = { next = "home", median_days = 90 } }
[steps.bed]
kind    = "phase"
days    = [1, 5, 9, 12, 30]
holds   = "bed"
next    = "waiting_for_unit"
elapsed = { set = "waited", since = "waiting" }
exit    = { death = { next = "home", median_days = 60, effects = [{ when = "waited > 10", hazard_ratio = 6 }] } }
[steps.waiting_for_unit]
kind     = "wait"
ready    = 0.5
resource = "unit"
next     = "unit"
elapsed  = { set = "waited", since = "waiting" }
exit     = { goes_back = { next = "waiting_again", median_days = 50 } }
[steps.unit]
kind  = "phase"
days  = [1, 5, 9, 12, 30]
holds = "unit"
next  = "waiting_again"
[steps.waiting_again]
kind     = "wait"
ready    = 3
resource = "bed"
next     = "bed_again"
elapsed  = { set = "waited", since = "waiting" }
exit     = { gives_up_again = { next = "home", median_days = 200 } }
[steps.bed_again]
kind  = "phase"
days  = [1, 5, 9, 12, 30]
holds = "bed"
next  = "home"
[steps.home]
kind = "end"
[trial]
begins    = 2020-01-01
patients  = 300
per_month = 8
arrivals  = "poisson"
cutoffs   = { final = { day = 5000 } }
assumed   = "the example"
"""


def agree(scenario: Scenario, seed: int, replicates: range) -> None:
    chunk = run_vectorized(scenario, seed, replicates).in_order()
    for position, replicate in enumerate(replicates):
        assert_same(played(scenario, seed, replicate), of_replicate(chunk, position, scenario.patients))


def test_the_strokes_of_a_city_agree() -> None:
    agree(load("stroke-thrombectomy"), 5, range(3))


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 200, 400, 600])
def test_the_strokes_of_a_city_agree_over_two_hundred_replicates(first: int) -> None:
    for start in range(first, first + 200, 40):
        agree(load("stroke-thrombectomy"), 20_150_101, range(start, start + 40))


@pytest.mark.slow
def test_transplants_agree_over_two_hundred_replicates_with_few_beds() -> None:
    for start in range(0, 200, 40):
        agree(load("aall1331", FEW_BEDS), 1, range(start, start + 40))


def test_patients_who_come_back_to_a_ward_agree() -> None:
    agree(scenario_of(COMES_BACK), 1, range(4))


@pytest.mark.parametrize("seed", [7, 8])
def test_a_committee_that_stops_a_trial_with_queues_takes_the_same_decisions(seed: int) -> None:
    scenario = load("aall1331", FEW_BEDS)
    mine, engine = simulate(scenario, seed, engine="vectorized")
    other, _ = simulate(scenario, seed, engine="discrete-event")
    assert engine == "vectorized"
    assert_same(mine.journal.in_order(), other.journal.in_order())
    assert course(mine).looks == course(other).looks
    assert course(mine).looks[0][-1].decision.startswith("stop")
    # Whoever would have come after the stop stands in nobody's way.
    assert mine.stopped is not None
    assert other.stopped is not None
    assert_same(mine.stopped.in_order(), other.stopped.in_order())


def test_turns_that_do_not_settle_are_left_to_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = scenario_of(COMES_BACK)
    whole = simulate_many(scenario, 1, range(2)).journal.in_order()
    monkeypatch.setattr(vectorized, "MOST_ROUNDS", 3)
    with pytest.raises(ShortageError, match=r"'bed' is used up on day .* use --engine discrete-event"):
        run_vectorized(scenario, 1, range(2))
    assert_same(whole, simulate_many(scenario, 1, range(2)).journal.in_order())
