"""Queues of the library's scenarios, and of a ward that patients come back to, in both engines."""

import numpy as np
import pytest
from journals import assert_same, of_replicate, played
from strategies import scenario_of

from pathsim.engines import vectorized
from pathsim.engines.choose import simulate, simulate_many
from pathsim.engines.vectorized import RoundsError, Stops, run_vectorized
from pathsim.scenario.files import names
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.arms import arms_of, held
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


TOSS = """
[steps.screening]
kind = "phase"
days = 3
next = "toss"
[steps.toss]
kind  = "randomize"
arms  = { a = "waiting", b = "waiting" }
block = 4
[steps.waiting]
kind     = "wait"
ready    = 2
resource = "bed"
next     = "bed"
exit     = { death = { next = "home", hazard_per_day = 0.002 } }
[steps.bed]
kind  = "phase"
days  = [1, 3, 9, 20]
holds = "bed"
next  = "later"
[steps.later]
kind = "phase"
days = 400
next = "home"
exit = { death = { next = "home", hazard_per_day = 0.002, effects = [{ when = "arm == 'a'", hazard_ratio = 0.3 }] } }
[steps.home]
kind = "end"
"""
CLOSES = f"""
title = "A trial with one ward, whose committee lets it close soon after its last look"
[resources.bed]
capacity = 2
assumed  = "the example"
[steps]
assumed = "the example"
{TOSS}
[endpoints.os]
label   = "Survival"
start   = "screening"
events  = ["death"]
at_days = [100]
assumed = "the example"
[trial]
begins        = 2020-01-01
patients      = 200
per_month     = 10
randomization = "toss"
control       = "b"
cutoffs       = {{ final = {{ day = 3000, complete = true }} }}
assumed       = "the example"
[trial.monitoring]
endpoint          = "os"
planned_events    = 20
information       = [0.5, 1]
alpha             = 0.025
closes_after_days = 10
"""


def test_a_trial_that_closes_after_its_last_look_is_the_same_alone_in_a_chunk_and_on_the_calendar() -> None:
    scenario, replicates = scenario_of(CLOSES), range(6)
    chunk = simulate_many(scenario, 1, replicates)
    decisions = {seen[-1].decision for seen in course(chunk).looks}
    assert {"end without benefit", "stop for benefit"} <= decisions
    for replicate in replicates:
        calendar, _ = simulate(scenario, 1, replicate, "discrete-event")
        alone, _ = simulate(scenario, 1, replicate)
        went = of_replicate(chunk.as_stopped.journal.in_order(), replicate, scenario.patients)
        assert_same(calendar.as_stopped.journal.in_order(), went)
        assert_same(alone.as_stopped.journal.in_order(), went)
        assert calendar.journal.row.size > went.row.size, "somebody came too late"


def test_arms_are_held_in_every_replicate_however_many_rounds_it_takes() -> None:
    base, scenario = load("aall1331"), load("aall1331", {**FEW_BEDS, "steps.block_1.days": "50"})
    replicates = range(4)
    hold = held(arms_of(simulate_many(base, 3, replicates)), base, scenario)
    chunk = simulate_many(scenario, 3, replicates, hold).journal.in_order()
    for replicate in replicates:
        own = held(arms_of(simulate(base, 3, replicate)[0]), base, scenario)
        for engine in ("vectorized", "discrete-event"):
            alone, _ = simulate(scenario, 3, replicate, engine, own)
            assert_same(alone.journal.in_order(), of_replicate(chunk, replicate, scenario.patients))


@pytest.mark.parametrize(("name", "rounds"), [("stroke-thrombectomy", 4), (COMES_BACK, 60)])
def test_a_few_rounds_are_enough(monkeypatch: pytest.MonkeyPatch, name: str, rounds: int) -> None:
    """How long places were kept is remembered from round to round: without it there are a hundred."""
    monkeypatch.setattr(vectorized, "MOST_ROUNDS", rounds)
    scenario = load(name) if name in names() else scenario_of(name)
    assert run_vectorized(scenario, 1, range(2)).row.size


def test_replicates_that_take_too_many_rounds_are_left_to_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, replicates = scenario_of(COMES_BACK), [3, 0, 2, 1]
    whole = simulate_many(scenario, 1, replicates).journal.in_order()
    for most in range(20, 45, 6):
        monkeypatch.setattr(vectorized, "MOST_ROUNDS", most)
        assert_same(whole, simulate_many(scenario, 1, replicates).journal.in_order())
    monkeypatch.setattr(vectorized, "MOST_ROUNDS", 3)
    with pytest.raises(
        RoundsError, match=r"after 3 rounds of the vectorized engine: use --engine discrete-event"
    ) as told:
        run_vectorized(scenario, 1, replicates)
    assert told.value.positions == [0, 1, 2, 3]


def test_replicates_that_take_more_rounds_keep_their_own_stops_and_closings() -> None:
    days, reasons, closings = np.array([5.0, 7.0, 9.0]), np.array([1, 2, 3], np.int16), np.array([15.0, 17.0, 19.0])
    kept = Stops(days, reasons, closings).only(np.array([0, 2]))
    assert kept.closing is not None
    assert [column.tolist() for column in (kept.day, kept.reason, kept.closing)] == [[5, 9], [1, 3], [15, 19]]
