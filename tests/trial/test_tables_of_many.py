"""Tables of many trials: baseline by arm, any toxicity, and events by a day, against counting by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pathsim.draws import keys
from pathsim.engines.choose import simulate, simulate_many
from pathsim.results.chosen import figures
from pathsim.results.json import results
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial import tables
from pathsim.trial.baseline import baseline
from pathsim.trial.course import final
from pathsim.trial.data_cut import Chunk
from pathsim.trial.flow import flow
from pathsim.trial.time_to_event import allocation, time_to_event
from pathsim.trial.toxicity import ANY, THERAPY, ToxicityCounts, toxicity


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("aall1331")


@pytest.fixture(scope="module")
def chunk(scenario: Scenario) -> Chunk:
    return simulate(scenario, 8)[0]


def test_the_baseline_describes_the_patients_of_each_arm_as_they_came(scenario: Scenario, chunk: Chunk) -> None:
    found = results(chunk)["baseline"]
    known = final(chunk)
    groups = allocation(known)
    columns = scenario.cohort.draw(keys(8, 0, np.arange(scenario.patients)))
    for arm, name in enumerate(groups.groups):
        inside = groups.group == arm
        ages = columns["age"][inside]
        row = next(row for row in found if row["arm"] == name and row["name"] == "age")
        assert (row["lower"], row["median"], row["upper"]) == tuple(np.quantile(ages, [0.25, 0.5, 0.75]))
        mine = {row["value"]: row["n"] for row in found if row["arm"] == name and row["name"] == "relapse"}
        assert list(mine) == list(scenario.sections.cohort["relapse"].levels or ())
        assert list(mine.values()) == np.bincount(columns["relapse"][inside], minlength=5).tolist()
        assert sum(mine.values()) == inside.sum()
    assert not any(row["name"] == "frailty" for row in found)


def test_any_toxicity_counts_a_patient_once_whatever_else_they_have(scenario: Scenario, chunk: Chunk) -> None:
    known = final(chunk)
    groups = allocation(known)
    found = {(row["arm"], row["step"], row["type"]): row for row in results(chunk)["toxicity"]}
    steps = {event.code: event.step for event in scenario.vocabulary.of("toxicity")}
    worst: dict[tuple[str, str], dict[int, float]] = {}
    therapy = set(scenario.trial.therapy)
    for row, event, grade in zip(known.journal.row, known.journal.event, known.journal.value, strict=True):
        if int(event) not in steps or groups.group[row] < 0:
            continue
        arm = groups.groups[groups.group[row]]
        for where in (steps[int(event)], *([THERAPY] if steps[int(event)] in therapy else [])):
            patients = worst.setdefault((arm, where), {})
            patients[int(row)] = max(patients.get(int(row), 0), float(grade))
    for (arm, where), patients in worst.items():
        if where == "block_1":
            continue  # before there are arms
        row = found[arm, where, ANY]
        counted = [sum(grade >= 3 for grade in patients.values()), *(list(patients.values()).count(g) for g in (4, 5))]
        assert [row["grade3plus"], row["grade4"], row["grade5"]] == counted, (arm, where)
    assert len(worst) > 8


def test_events_by_a_day_are_those_whose_time_is_no_longer(scenario: Scenario, chunk: Chunk) -> None:
    endpoint = scenario.sections.endpoints["dfs"]
    data = time_to_event(final(chunk), endpoint)
    found = results(chunk)["endpoints"]["dfs"]
    assert found["events"] == data.event.sum() == sum(arm["events"] for arm in found["arms"].values())
    by_hand = {f"{day:g}": int((data.event & (data.time <= day)).sum()) for day in endpoint.at_days}
    assert found["events_by"] == by_hand


def test_a_table_of_many_trials_holds_the_rows_of_each(scenario: Scenario) -> None:
    many = simulate_many(scenario, 8, range(3))
    known = final(many)
    groups = allocation(known)
    visited = tables.visits(known, groups)
    made = {"flow": flow(known, groups, visited), "baseline": baseline(known, groups)}
    for replicate in range(3):
        alone = results(simulate(scenario, 8, replicate)[0])
        for name, rows in made.items():
            assert tables.of_trial(rows, replicate) == alone[name]


LATE = """
title   = "Two cycles, and a toxicity of the second only"
extends = "two-arm-exponential"
[trial]
therapy  = ["experimental", "second"]
patients = { value = 6, assumed = "so few that often nobody comes to the second cycle" }
[toxicities.early]
label = "Early"
[toxicities.late]
label = "Late"
[steps.experimental]
days     = 30
next     = "second"
exit     = { death = { median_days = 20 } }
toxicity = { early = { grade3plus = 0.5, onset = 1, lasts = 1 } }
assumed  = "a test"
[steps.second]
kind     = "phase"
days     = 30
next     = "dead"
toxicity = { late = { grade3plus = 0.5, onset = 1, lasts = 1 } }
assumed  = "a test"
"""


def test_of_a_toxicity_of_a_cycle_to_which_nobody_came_nobody_was_at_risk() -> None:
    scenario = load(Source("late", "<test>", LATE))
    many = simulate_many(scenario, 1, range(30))
    path = "toxicity[arm=experimental,step=therapy,type=late].patients"
    journal, trial = many.journal, many.journal.row // scenario.patients
    first, second = (journal.event == scenario.entry(name).enter for name in ("experimental", "second"))
    treated, later = (np.bincount(trial[came], minlength=30) for came in (first, second))
    assert 0 < (later > 0).sum() < 30
    assert figures(many, (path,))[path].tolist() == np.where(later > 0, treated, 0).tolist()


def test_the_worst_grade_does_not_depend_on_the_order_of_the_journal() -> None:
    """A fatal toxicity is there twice: as grade 4 when it begins, and as grade 5 when it kills."""
    chunk = simulate_many(load("aall1331"), 8, range(3))
    backwards = replace(chunk, journal=chunk.journal.pick(slice(None, None, -1)), stopped=None)
    told, again = (toxicity(final(one), allocation(final(one))) for one in (chunk, backwards))
    assert sum(row["grade5"].sum() for row in told) > 0
    assert [{**row, **_plain(row)} for row in told] == [{**row, **_plain(row)} for row in again]


def _plain(row: ToxicityCounts) -> dict[str, Any]:
    """The counts of a row as they can be compared."""
    return {"rate": None, **{key: row[key].tolist() for key in ("patients", "grade3plus", "grade4", "grade5")}}
