"""The tables of a trial of twelve patients, every figure of which is counted by hand."""

from typing import Any

import numpy as np
import pytest
from strategies import scenario_of
from twelve_patients import NEW, OLD, TEXT, Entries, came, chunk_of, left, randomized

from pathsim.results.json import results
from pathsim.results.lookup import targeted
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Target
from pathsim.trial import tables
from pathsim.trial.data_cut import data_cut_on, everything
from pathsim.trial.time_to_event import allocation, survival_data, time_to_event


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return scenario_of(TEXT)


def toxic(day: float, step: str, name: str, grade: float) -> tuple[float, str, str, str, float]:
    return day, "toxicity", step, name, grade


def assessed(day: float, step: str, name: str, level: float) -> tuple[float, str, str, str, float]:
    return day, "assess", step, name, level


PATIENTS: list[Entries] = [
    # Infection of grade 3 in both steps, the second time of grade 4, and a rash: waits half a day and is operated on.
    [
        *randomized(10, NEW),
        assessed(10, "screening", "risk", 1),
        toxic(12, "new", "infection", 3),
        toxic(13, "new", "rash", 3),
        assessed(20, "new", "answer", 0),
        came(20, "second"),
        toxic(25, "second", "infection", 4),
        came(30, "queue"),
        (34.5, "ready", "queue", "bed", 0),
        came(35, "operation"),
        came(36, "home"),
        left(50, "home", "progression"),
        came(50, "lost"),
    ],
    # A fatal infection, first written as grade 4.
    [
        *randomized(15, NEW),
        assessed(15, "screening", "risk", 0),
        toxic(18, "new", "infection", 4),
        toxic(20, "new", "infection", 5),
        left(20, "new", "death"),
        came(20, "dead"),
    ],
    # Nothing at all.
    [
        *randomized(20, NEW),
        assessed(20, "screening", "risk", 0),
        assessed(30, "new", "answer", 1),
        came(30, "second"),
        came(40, "queue"),
        (42, "ready", "queue", "bed", 0),
        came(42, "operation"),
        came(43, "home"),
    ],
    # A rash before there are arms and another after; leaves the queue after 5 days by dying.
    [
        *randomized(25, OLD),
        assessed(25, "screening", "risk", 1),
        toxic(22, "screening", "rash", 4),
        toxic(27, "old", "rash", 3),
        came(35, "queue"),
        (37, "ready", "queue", "bed", 0),
        left(42, "queue", "death"),
        came(42, "dead"),
    ],
    # Is in the queue on the last day.
    [
        *randomized(80, OLD),
        assessed(80, "screening", "risk", 0),
        toxic(100, "old", "rash", 3),
        came(98, "queue"),
        (100, "ready", "queue", "bed", 0),
        came(101, "operation"),
    ],
    # Comes, and has not been randomized by the last day.
    [came(97, "screening"), toxic(98, "screening", "rash", 3), *randomized(102, NEW)[1:]],
    # Dies before there are arms, so belongs to no endpoint.
    [came(2, "screening"), left(4, "screening", "death"), came(4, "dead")],
    # Comes too late.
    [came(100.5, "screening")],
]


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> dict[str, Any]:
    return results(chunk_of(scenario, PATIENTS))


def rows(found: dict[str, Any], table: str, *keys: str) -> dict[tuple[Any, ...], Any]:
    """The rows of a table: what they say, by what they are about."""
    return {tuple(row[key] for key in keys): tuple(row.values())[len(keys) :] for row in found[table]}


def test_who_came_and_in_which_arm_they_are(found: dict[str, Any]) -> None:
    trial = found["trial"]
    assert (trial["enrolled"], trial["randomized"], trial["arms"]) == (7, 5, {"new": 3, "old": 2})
    assert (trial["first_day"], trial["last_day"], trial["cutoff_day"]) == (2, 97, 100)
    assert trial["median_follow_up_days"] == 80


def test_the_baseline_tells_nothing_of_what_nobody_can_see(found: dict[str, Any]) -> None:
    assert [(row["arm"], row["name"], row["of"]) for row in found["baseline"]] == [("new", "age", 3), ("old", "age", 2)]


def test_toxicity_counts_each_patient_once_by_the_worst_grade(found: dict[str, Any]) -> None:
    """Of each: patients at risk, with grade 3 or higher, with grade 4, with grade 5, and the rate."""
    assert rows(found, "toxicity", "arm", "step", "type") == {
        (None, "screening", "rash"): (7, 2, 1, 0, 2 / 7),
        (None, "screening", "any"): (7, 2, 1, 0, 2 / 7),
        ("new", "new", "infection"): (3, 2, 0, 1, 2 / 3),
        ("new", "new", "rash"): (3, 1, 0, 0, 1 / 3),
        ("new", "new", "any"): (3, 2, 0, 1, 2 / 3),
        ("new", "second", "infection"): (2, 1, 1, 0, 1 / 2),
        ("new", "second", "any"): (2, 1, 1, 0, 1 / 2),
        ("new", "therapy", "infection"): (3, 2, 1, 1, 2 / 3),
        ("new", "therapy", "rash"): (3, 1, 0, 0, 1 / 3),
        ("new", "therapy", "any"): (3, 2, 1, 1, 2 / 3),
        ("old", "old", "rash"): (2, 2, 0, 0, 1),
        ("old", "old", "any"): (2, 2, 0, 0, 1),
        ("old", "therapy", "rash"): (2, 2, 0, 0, 1),
        ("old", "therapy", "any"): (2, 2, 0, 0, 1),
    }


def test_responses_are_shares_of_the_arm_or_of_those_who_entered(found: dict[str, Any]) -> None:
    table = {
        (row["arm"], row["step"], row["name"], row["value"]): (row["n"], row["of"], row["share"])
        for row in found["responses"]
    }
    assert table == {
        (None, "screening", "risk", "low"): (3, 7, 3 / 7),
        (None, "screening", "risk", "high"): (2, 7, 2 / 7),
        ("new", "new", "answer", "yes"): (1, 3, 1 / 3),
        ("new", "new", "answer", "no"): (1, 3, 1 / 3),
    }


def test_a_share_of_nobody_is_missing_and_one_of_one_is_everybody() -> None:
    shares = tables.share(np.array([0, 1, 0, 3]), np.array([0, 1, 1, 4]))
    np.testing.assert_array_equal(shares, [np.nan, 1, 0, 0.75])


def test_flow_follows_everybody_from_step_to_step(found: dict[str, Any]) -> None:
    """Of each step and arm: who entered, where they went, and who is still there."""
    flow = {(row["step"], row["arm"]): (row["entered"], row["left"], row["still_there"]) for row in found["flow"]}
    assert flow == {
        ("screening", None): (7, {"allocation": 5, "dead": 1}, 1),
        ("allocation", None): (5, {"new": 3, "old": 2}, 0),
        ("new", "new"): (3, {"second": 2, "lost": 0, "dead": 1}, 0),
        ("second", "new"): (2, {"queue": 2}, 0),
        ("old", "old"): (2, {"queue": 2, "lost": 0}, 0),
        ("queue", "new"): (2, {"operation": 2, "dead": 0}, 0),
        ("queue", "old"): (2, {"operation": 0, "dead": 1}, 1),
        ("operation", "new"): (2, {"home": 2}, 0),
        ("home", "new"): (2, {"lost": 1, "dead": 0}, 1),
        ("lost", "new"): (1, {}, 1),
        ("dead", None): (1, {}, 1),
        ("dead", "new"): (1, {}, 1),
        ("dead", "old"): (1, {}, 1),
    }


def test_waits_count_those_who_had_to_wait_and_those_who_left(found: dict[str, Any]) -> None:
    """Four were ready for the bed: one waited half a day, one had it at once, one left after 5, and one waits still."""
    (row,) = found["waits"]
    assert (row["resource"], row["step"]) == ("bed", "queue")
    assert (row["asked"], row["waited"], row["waiting"], row["left_queue"]) == (4, 3, 1, 1)
    assert (row["mean_days"], row["longest_days"]) == (pytest.approx(5.5 / 3), 5)


def test_endpoints_are_counted_by_arm_and_cause(found: dict[str, Any]) -> None:
    pfs = found["endpoints"]["pfs"]
    assert pfs["events"] == 3
    assert pfs["events_by"] == {"20": 2, "40": 3}
    assert pfs["first_events"] == {"new": {"progression": 1, "death": 1}, "old": {"progression": 0, "death": 1}}
    assert {arm: (row["n"], row["events"]) for arm, row in pfs["arms"].items()} == {"new": (3, 2), "old": (2, 1)}
    # Of three, one has died on day 5 and one progressed on day 40; of two, one has died on day 17, one is seen 20 days.
    at = {arm: {day: row["survival"] for day, row in table["at"].items()} for arm, table in pfs["arms"].items()}
    assert at["new"] == {"20": pytest.approx(2 / 3), "40": pytest.approx(1 / 3)}
    assert at["old"]["20"] == pytest.approx(1 / 2)
    assert {arm: table["at"]["20"]["at_risk"] for arm, table in pfs["arms"].items()} == {"new": 2, "old": 1}
    assert pfs["incidence"]["new"] == {
        "progression": {"20": 0, "40": pytest.approx(1 / 3)},
        "death": {"20": pytest.approx(1 / 3), "40": pytest.approx(1 / 3)},
    }


def test_survival_counts_only_who_is_randomized_from_the_day_on_which_they_came(found: dict[str, Any]) -> None:
    os = found["endpoints"]["os"]
    assert {arm: (row["n"], row["events"]) for arm, row in os["arms"].items()} == {"new": (3, 1), "old": (2, 1)}


def test_who_is_in_no_arm_has_the_number_of_none(scenario: Scenario) -> None:
    groups = allocation(data_cut_on(chunk_of(scenario, PATIENTS), 100, complete=True))
    assert groups.groups == ("new", "old")
    assert groups.group.tolist() == [NEW, NEW, NEW, OLD, OLD] + [-1] * 7
    assert groups.stratum.tolist() == [0] * 5 + [-1] * 7
    assert groups.day.tolist() == [10, 15, 20, 25, 80] + [np.inf] * 7


def test_who_never_has_an_event_has_no_cause(scenario: Scenario) -> None:
    """Followed for ever, six were randomized: one progressed, two died."""
    data = time_to_event(everything(chunk_of(scenario, PATIENTS)), scenario.sections.endpoints["pfs"])
    assert data.cause.tolist() == [1, 2, 0, 2, 0, 0]
    assert data.event.tolist() == [True, True, False, True, False, False]


def test_a_target_is_a_figure_or_its_share_of_another(found: dict[str, Any]) -> None:
    affected = "toxicity[arm=new,step=new,type=any].grade3plus"
    assert targeted(found, Target(published=1, figure=affected)) == 2
    assert targeted(found, Target(published=1, figure=affected, of="trial.randomized")) == 2 / 5
    nobody = "endpoints.pfs.first_events.old.progression"
    assert np.isnan(targeted(found, Target(published=1, figure=affected, of=nobody)))


def test_an_arm_in_which_nobody_is_has_no_rows(scenario: Scenario) -> None:
    found = results(chunk_of(scenario, [randomized(10, OLD), randomized(20, OLD)]))
    assert found["trial"]["arms"] == {"new": 0, "old": 2}
    for table in ("baseline", "flow", "toxicity", "responses"):
        assert {row["arm"] for row in found[table]} <= {"old", None}


@pytest.mark.parametrize(("until", "cutoffs", "enrolled"), [(99, [], 6), (100, ["end"], 7)])
def test_a_cut_off_is_told_from_its_day_on(scenario: Scenario, until: float, cutoffs: list[str], enrolled: int) -> None:
    found = results(chunk_of(scenario, [*PATIENTS[:-1], [came(99.5, "screening")]][1:]), until)
    assert (list(found["cutoffs"]), found["trial"]["cutoff_day"]) == (cutoffs, until)
    assert found["trial"]["enrolled"] == enrolled


def test_a_study_without_arms_has_one_group_of_all_who_came() -> None:
    study = scenario_of(WITHOUT_ARMS)
    chunk = chunk_of(study, [[came(1, "screening"), left(5, "screening", "death")], [came(3, "screening")]])
    found = results(chunk)
    assert found["trial"]["arms"] == {"all": 2}
    assert found["trial"]["randomized"] is None
    os = found["endpoints"]["os"]["arms"]
    assert {arm: (row["n"], row["events"]) for arm, row in os.items()} == {"all": (2, 1)}
    groups = allocation(data_cut_on(chunk, 100))
    assert groups.group.tolist() == groups.stratum.tolist() == [0, 0, -1, -1, -1]


WITHOUT_ARMS = """
title = "By hand, without arms"
[trial]
assumed     = "a test"
begins      = 2020-01-01
patients    = 5
per_month   = 10
cutoffs.end = { day = 100 }
[endpoints.os]
label   = "OS"
start   = "screening"
events  = ["death"]
assumed = "a test"
[steps.screening]
kind    = "phase"
exit    = { death = { next = "dead" } }
assumed = "a test"
[steps.dead]
kind = "end"
"""


def test_a_chunk_of_trials_gives_what_each_trial_gives(scenario: Scenario, found: dict[str, Any]) -> None:
    """The same patients in three trials: no trial's patients are counted in another."""
    endpoint = scenario.sections.endpoints["pfs"]
    chunk = chunk_of(scenario, PATIENTS, 3)
    data = time_to_event(data_cut_on(chunk, 100, complete=True), endpoint)
    assert np.bincount(data.trial).tolist() == [5, 5, 5]
    assert np.bincount(data.trial, data.event).tolist() == [found["endpoints"]["pfs"]["events"]] * 3
    assert survival_data(data, endpoint, chunk, 3).table.trials == 3


def test_without_a_word_there_is_one_trial(scenario: Scenario) -> None:
    endpoint = scenario.sections.endpoints["pfs"]
    chunk = chunk_of(scenario, PATIENTS)
    data = time_to_event(data_cut_on(chunk, 100, complete=True), endpoint)
    assert survival_data(data, endpoint, chunk).table.trials == 1
