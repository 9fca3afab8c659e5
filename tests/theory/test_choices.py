"""Assessments, covariates and branches: levels are as likely as stated for those for whom a condition holds."""

import datetime
from typing import Any

import numpy as np
import pytest
from errors import assert_mean, assert_share
from strategies import Tree
from study import Floats, Walk, study, walk

from pathsim.engines.choose import simulate
from pathsim.scenario.problems import ScenarioError

MARCH = datetime.date(2020, 3, 1)

COHORT: Tree = {
    "age": {"quantiles": [0, 4, 10, 15, 30], "whole": True},
    "risk": {
        "levels": {"low": 0.7, "high": "rest"},
        "cases": [
            {"when": "age < 2", "levels": {"low": 0.1, "high": 0.9}},
            {"when": "age < 10", "levels": {"low": 0.5, "high": 0.5}},
        ],
    },
    "count": {
        "quantiles": [1, 5, 20],
        "cases": [{"when": "risk == 'high'", "quantiles": [10, 50, 100]}],
    },
}
ASSESSED = {
    "set": "mrd",
    "levels": {"negative": 0.6, "low": 0.3, "high": "rest"},
    "cases": [
        {"when": "risk == 'high'", "levels": {"high": 0.5, "negative": 0.3, "low": 0.2}},
        {"when": "risk == 'high' or age < 10", "levels": {"negative": 0.8, "low": 0.2, "high": 0}},
    ],
}


@pytest.fixture(scope="module", name="found")
def _found() -> Walk:
    rules = [
        {"when": "mrd == 'negative'", "split": {"home": 0.25, "other": "rest"}, "event": "sorted"},
        {"next": "dead"},
    ]
    steps = {
        "stay": {
            "kind": "phase",
            "days": 28,
            "next": "sort",
            "assess": [ASSESSED],
            "exit": {"left": {"next": "dead", "by": {"28": 0.2}}},
        },
        "sort": {"kind": "branch", "rules": rules},
    }
    return walk(study(steps, COHORT, patients=60_000))


def test_a_category_of_the_cohort_depends_on_the_first_case_that_holds(found: Walk) -> None:
    age = found.covariate("age")
    for group, low in ((age < 2, 0.1), ((age >= 2) & (age < 10), 0.5), (age >= 10, 0.7)):
        assert_share(int(found.is_level("risk", "low")[group].sum()), int(group.sum()), low)


def test_a_quantity_of_the_cohort_depends_on_the_first_case_that_holds(found: Walk) -> None:
    count, high = found.covariate("count"), found.is_level("risk", "high")
    for group, median in ((high, 50), (~high, 5)):
        assert_share(int((count[group] <= median).sum()), int(group.sum()), 0.5)


def test_a_whole_quantity_is_rounded_down(found: Walk) -> None:
    age = found.covariate("age")
    assert (age == np.floor(age)).all()
    for below, share in ((4, 0.25), (10, 0.5), (15, 0.75)):
        assert_share(int((age < below).sum()), age.size, share)


def test_an_assessment_depends_on_the_first_case_that_holds(found: Walk) -> None:
    done = found.had("assess", "mrd")
    high, young = found.is_level("risk", "high"), found.covariate("age") < 10
    groups = (
        (done & high, (0.3, 0.2, 0.5)),
        (done & ~high & young, (0.8, 0.2, 0.0)),
        (done & ~high & ~young, (0.6, 0.3, 0.1)),
    )
    for group, shares in groups:
        for level, share in enumerate(shares):
            hits = int((found.value("assess", "mrd")[group] == level).sum())
            assert_share(hits, int(group.sum()), share) if share else None


def test_only_who_completes_the_stay_is_assessed(found: Walk) -> None:
    np.testing.assert_array_equal(found.had("assess", "mrd"), ~found.had("exit", "left"))
    assert_share(int(found.had("exit", "left").sum()), found.rows, 0.2)


def test_a_rule_splits_those_for_whom_it_holds(found: Walk) -> None:
    negative = found.value("assess", "mrd") == 0
    home, other = (~np.isnan(found.entered(step)) for step in ("home", "other"))
    np.testing.assert_array_equal(home | other, negative)
    np.testing.assert_array_equal(found.had("exit", "sorted"), negative)
    assert_share(int(home.sum()), int(negative.sum()), 0.25)


# --- arrivals -------------------------------------------------------------------------------------------------------

PACE = [{"from_day": 0, "per_month": 0}, {"from_day": 30.4375, "per_month": 10}, {"from_day": 91.3125, "per_month": 40}]
"""Nobody in the first month, 20 patients in the next two, then 40 a month."""


def arrived(day: float, arrivals: str, **trial: Any) -> Floats:
    """How many patients have come by this day, for each of 2,000 trials."""
    stay = {"stay": {"kind": "phase", "days": 1, "next": "home"}}
    found = walk(study(stay, patients=150, pace=PACE, arrivals=arrivals, **trial), range(2000))
    return np.asarray((found.by_replicate(found.entered("stay")) <= day).sum(axis=1))


def test_patients_come_at_the_stated_pace() -> None:
    assert arrived(30.43, "poisson").max() == 0
    assert_mean(arrived(91.3125, "poisson"), 20)
    assert_mean(arrived(121.75, "poisson"), 60)


def test_patients_who_come_at_random_come_as_a_poisson_process() -> None:
    counts = arrived(121.75, "poisson")
    assert_mean((counts - 60.0) ** 2, 60)


def test_patients_who_come_evenly_come_one_in_each_interval() -> None:
    for day, count in ((91.3125, 20), (121.75, 60)):
        assert arrived(day - 0.01, "even").max() <= count <= arrived(day + 0.01, "even").min()


RISING = [
    {"from_day": 0, "per_month": 0, "rising_to": 20},
    {"from_day": 121.75, "per_month": 20, "rising_to": 8},
    {"from_day": 182.625, "per_month": 8},
]
"""From nobody to 20 patients a month over four months, down to 8 over two more, and then 8 a month."""


@pytest.mark.parametrize(("day", "expected"), [(60.875, 10), (121.75, 40), (152.1875, 57), (182.625, 68), (243.5, 84)])
def test_a_pace_that_rises_brings_what_lies_under_its_line(day: float, expected: float) -> None:
    stay = {"stay": {"kind": "phase", "days": 1, "next": "home"}}
    for arrivals in ("even", "poisson"):
        found = walk(study(stay, patients=150, pace=RISING, arrivals=arrivals), range(1000))
        come = (found.by_replicate(found.entered("stay")) <= day).sum(axis=1)
        if arrivals == "even":
            assert np.abs(come - expected).max() <= 1
        else:
            assert_mean(come, expected)


def test_nobody_comes_after_the_trial_has_closed() -> None:
    closed = arrived(10_000, "poisson", closes=np.datetime64("2020-04-30").item())
    assert_mean(closed, 20 + (121 - 91.3125) / 30.4375 * 40)


# --- days that have passed ------------------------------------------------------------------------------------------


def test_a_step_counts_the_days_since_an_earlier_one() -> None:
    steps = {
        "first": {"kind": "phase", "days": [10, 30], "next": "second"},
        "second": {"kind": "phase", "days": 5, "next": "sort"},
        "sort": {
            "kind": "branch",
            "elapsed": {"set": "so_far", "since": "first"},
            "rules": [{"when": "so_far < 20", "next": "home"}, {"next": "other"}],
        },
    }
    found = walk(study(steps, patients=1000))
    days = found.entered("sort") - found.entered("first")
    np.testing.assert_array_equal(~np.isnan(found.entered("home")), days < 20)
    assert 0 < (days < 20).sum() < 1000


def test_cycles_follow_each_other_and_a_cycle_can_differ() -> None:
    steps = {"stay": {"kind": "phase", "days": 7, "repeat": 3, "cycle": {"2": {"days": 10.5}}, "next": "home"}}
    found = walk(study(steps, patients=50))
    entered = [found.entered(step) for step in ("stay.1", "stay.2", "stay.3", "home")]
    assert [set(days.tolist()) for days in np.diff(entered, axis=0)] == [{7}, {10.5}, {7}]


# ---- what is found on the same day


def test_an_assessment_knows_what_those_above_it_found() -> None:
    response = {"set": "response", "levels": {"failure": 0.4, "remission": "rest"}}
    forced = [{"when": "response == 'failure'", "levels": {"low": 0, "high": 1}}]
    mrd = {"set": "mrd", "levels": {"low": 0.7, "high": "rest"}, "cases": forced}
    stay = {"kind": "phase", "days": 28, "next": "home"}
    found = walk(study({"stay": {**stay, "assess": [response, mrd]}}))
    failed = found.value("assess", "response") == 0
    high = found.value("assess", "mrd") == 1
    assert_share(int(failed.sum()), failed.size, 0.4)
    assert high[failed].all()
    assert_share(int(high[~failed].sum()), int((~failed).sum()), 0.3)


def test_an_assessment_does_not_know_what_those_below_it_find() -> None:
    response = {"set": "response", "levels": {"failure": 0.4, "remission": "rest"}}
    forced = [{"when": "response == 'failure'", "levels": {"low": 0, "high": 1}}]
    mrd = {"set": "mrd", "levels": {"low": 0.7, "high": "rest"}, "cases": forced}
    found = walk(study({"stay": {"kind": "phase", "days": 28, "next": "home", "assess": [mrd, response]}}))
    high = found.value("assess", "mrd") == 1
    assert_share(int(high.sum()), high.size, 0.3)


def test_an_assessment_knows_the_toxicities_of_the_stay() -> None:
    bleeds = {"grade3plus": 0.3, "onset": [0, 40], "lasts": 1, "set": "bled"}
    outcome = {
        "set": "independent",
        "levels": {"no": 0.2, "yes": "rest"},
        "cases": [{"when": "bled == 'yes'", "levels": {"no": 1, "yes": 0}}],
    }
    stay = {"kind": "phase", "days": 20, "next": "home", "toxicity": {"bleeding": bleeds}, "assess": [outcome]}
    found = walk(study({"stay": stay}))
    bled, independent = found.had("toxicity", "bleeding"), found.value("assess", "independent") == 1
    # Half of the bleedings would begin after the stay.
    assert_share(int(bled.sum()), bled.size, 0.15)
    assert not independent[bled].any()
    assert_share(int(independent[~bled].sum()), int((~bled).sum()), 0.8)


# ---- the calendar


def by_date(rule: str) -> Walk:
    """Patients who come over some 600 days from the first of 2020 on, and are sent by the date on which they do."""
    rules = [{"when": rule, "next": "other"}, {"next": "home"}]
    return walk(study({"sort": {"kind": "branch", "rules": rules}}, patients=6_000, per_month=300))


@pytest.mark.parametrize("order", ["<", "<=", ">", ">=", "==", "!="])
def test_a_condition_can_ask_for_the_date_of_entry(order: str) -> None:
    found = by_date(f"date {order} '2020-03-01'")
    came = np.array([found.scenario.date(day) for day in found.entered("sort")])
    holds = {
        "<": came < MARCH,
        "<=": came <= MARCH,
        ">": came > MARCH,
        ">=": came >= MARCH,
        "==": came == MARCH,
        "!=": came != MARCH,
    }
    np.testing.assert_array_equal(~np.isnan(found.entered("other")), holds[order])
    assert 0 < holds[order].sum() < found.rows


def test_dates_can_be_listed() -> None:
    found = by_date("date in ['2020-03-01', '2020-03-03']")
    came = {found.scenario.date(day) for day in found.entered("other") if not np.isnan(day)}
    assert came == {MARCH, MARCH.replace(day=3)}


@pytest.mark.parametrize(
    "value",
    [
        "'2020-13-01'",
        "'March 2020'",
        "20200301",
        "'low'",
        "'20200301'",
        "'2020-W10-1'",
        "'2020-3-1'",
        "'\u0662020-03-01'",
    ],
)
def test_what_is_no_date_is_explained(value: str) -> None:
    with pytest.raises(ScenarioError, match="compare it with one in quotes, as in date < '2017-08-30'"):
        by_date(f"date < {value}")


@pytest.mark.parametrize(
    "rule", ["date < '2020-03-01' and date > '2020-03-01'", "date < '2020-01-01'", "date == '1990-01-01'"]
)
def test_a_date_on_which_nobody_comes_is_found(rule: str) -> None:
    with pytest.raises(ScenarioError, match="can never hold"):
        by_date(rule)


def test_the_first_day_of_the_trial_is_a_date_on_which_patients_come() -> None:
    assert 0 < np.isfinite(by_date("date <= '2020-01-01'").entered("other")).sum() < 100


def test_who_patients_are_does_not_depend_on_when_they_come() -> None:
    cases = [{"when": "date < '2020-03-01'", "levels": {"low": 0, "high": 1}}]
    cohort = {"risk": {"levels": {"low": 0.5, "high": "rest"}, "cases": cases}}
    with pytest.raises(ScenarioError, match="'date' is not known yet: patients are who they are before they come"):
        study({"stay": {"kind": "phase", "days": 1, "next": "home"}}, cohort)


def queued(*priority: str) -> Walk:
    """One bed for half a day each, where three patients come a day; then they are sent by the date."""
    rules = [{"when": "date < '2020-03-01'", "next": "other"}, {"next": "home"}]
    steps = {
        "queue": {"kind": "wait", "ready": 0, "resource": "bed", "next": "stay"},
        "stay": {"kind": "phase", "days": 0.5, "holds": "bed", "next": "sort"},
        "sort": {"kind": "branch", "rules": rules},
    }
    resources = {"bed": {"capacity": 1, "priority": list(priority)}}
    scenario = study(steps, patients=400, per_month=90, resources=resources)
    return Walk(scenario, 1, (0,), simulate(scenario, 1)[0].journal)


def dates(found: Walk, step: str) -> np.ndarray:
    """The date on which each patient entered a step."""
    return np.array([found.scenario.date(day) for day in found.entered(step)])


def test_who_comes_first_to_a_place_can_depend_on_the_date() -> None:
    for found, in_turn in ((queued(), True), (queued("date >= '2020-03-01'"), False)):
        late = dates(found, "queue") >= MARCH
        waits = found.entered("stay") - found.entered("queue")
        assert late.any()
        assert (waits[late].min() > 1) == in_turn
        # Those who wait in March stand back for all who come from then on.
        assert (found.entered("stay")[~late].max() < found.entered("stay")[late].min()) == in_turn


def test_a_condition_behind_a_queue_asks_for_the_date_on_which_the_queue_is_over() -> None:
    found = queued()
    assert (dates(found, "queue") != dates(found, "sort")).mean() > 0.5
    np.testing.assert_array_equal(~np.isnan(found.entered("other")), dates(found, "sort") < MARCH)


@pytest.mark.parametrize(
    ("cohort", "step"),
    [
        ({"date": {"quantiles": [0, 1]}}, {}),
        ({}, {"assess": [{"set": "date", "levels": {"early": 0.5, "late": "rest"}}]}),
        ({}, {"elapsed": {"set": "date", "since": "before"}}),
    ],
)
def test_no_column_of_a_scenario_can_be_called_date(cohort: Tree, step: Tree) -> None:
    stay = {"kind": "phase", "days": 1, "next": "home"}
    with pytest.raises(ScenarioError, match="give your column another name"):
        study({"before": {**stay, "next": "stay"}, "stay": {**stay, **step}}, cohort)
