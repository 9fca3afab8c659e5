"""The tables of a trial add up."""

import numpy as np
import pytest

from pathsim.engines.choose import simulate
from pathsim.results.json import ResultsJson, results
from pathsim.results.lookup import figure
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.data_cut import Chunk

SCENARIOS = ("aall1331", "two-arm-exponential", "stroke-thrombectomy")


@pytest.fixture(scope="module", params=SCENARIOS)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load(request.param)


@pytest.fixture(scope="module")
def chunk(scenario: Scenario) -> Chunk:
    return simulate(scenario, seed=2)[0]


@pytest.fixture(scope="module")
def found(chunk: Chunk) -> ResultsJson:
    return results(chunk)


def test_who_enters_a_step_leaves_it_or_is_still_there(found: ResultsJson) -> None:
    for row in found["flow"]:
        assert row["entered"] == sum(row["left"].values()) + row["still_there"], row["step"]


def test_who_leaves_a_step_enters_the_next(scenario: Scenario, found: ResultsJson) -> None:
    entered = dict.fromkeys((entry.name for entry in scenario.steps), 0)
    arriving = dict(entered)
    arriving[scenario.steps[0].name] = found["trial"]["enrolled"]
    for row in found["flow"]:
        entered[row["step"]] += row["entered"]
        for step, count in row["left"].items():
            arriving[step] += count
    assert arriving == entered


def test_first_events_add_up_to_events(found: ResultsJson) -> None:
    for endpoint in found["endpoints"].values():
        for arm, table in endpoint["arms"].items():
            assert sum(endpoint["first_events"][arm].values()) == table["events"]


def test_arms_add_up_to_the_randomized(scenario: Scenario, found: ResultsJson) -> None:
    if scenario.arms:
        assert sum(found["trial"]["arms"].values()) == found["trial"]["randomized"]
        for endpoint in found["endpoints"].values():
            assert sum(table["n"] for table in endpoint["arms"].values()) == found["trial"]["randomized"]


def test_worse_grades_are_rarer_and_nobody_counts_twice(found: ResultsJson) -> None:
    for row in found["toxicity"]:
        assert row["grade4"] + row["grade5"] <= row["grade3plus"] <= row["patients"]


def test_toxicity_over_the_therapy_lies_between_the_worst_cycle_and_the_sum(
    found: ResultsJson, scenario: Scenario
) -> None:
    steps = [scenario.entry(name).name for name in scenario.trial.therapy]
    totals = {(row["arm"], row["type"]): row["grade3plus"] for row in found["toxicity"] if row["step"] == "therapy"}
    for (arm, kind), total in totals.items():
        parts = [
            row["grade3plus"]
            for row in found["toxicity"]
            if row["arm"] == arm and row["type"] == kind and row["step"] in steps
        ]
        assert max(parts) <= total <= sum(parts)


def test_responses_do_not_exceed_those_they_are_counted_of(found: ResultsJson) -> None:
    for row in found["responses"]:
        assert 0 <= row["n"] <= row["of"]


def test_a_step_before_randomization_has_no_arm(scenario: Scenario, found: ResultsJson) -> None:
    if scenario.arms:
        first = [row for row in found["flow"] if row["step"] == scenario.steps[0].name]
        assert [row["arm"] for row in first] == [None]
        assert first[0]["entered"] == found["trial"]["enrolled"]


def test_a_figure_is_found_by_its_path(found: ResultsJson) -> None:
    assert figure(found, "trial.enrolled") == found["trial"]["enrolled"]
    step = found["flow"][0]["step"]
    assert figure(found, f"flow[step={step}].entered") == found["flow"][0]["entered"]


@pytest.mark.parametrize(
    "path", ["trial.enroled", "trial", "flow[stap=x].entered", "trial[step=x].n", "trial.enrolled.n", "a..b", "["]
)
def test_a_path_that_leads_nowhere_says_so(found: ResultsJson, path: str) -> None:
    with pytest.raises(KeyError):
        figure(found, path)


def test_in_a_row_that_nobody_reached_counts_are_0_and_all_else_is_missing(found: ResultsJson) -> None:
    assert figure(found, "flow[step=nowhere].entered") == figure(found, "flow[step=nowhere].left.nobody") == 0
    assert np.isnan(figure(found, "responses[step=nowhere].share"))
