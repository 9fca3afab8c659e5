"""Results of many trials at once are those of each trial alone, and only what is asked for is made."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pathsim.engines.choose import simulate, simulate_many
from pathsim.paths import path_of
from pathsim.results.chosen import figures
from pathsim.results.declared import is_number, texts_at
from pathsim.results.json import results
from pathsim.results.lookup import figure
from pathsim.results.replicates import rows
from pathsim.results.trial import TrialResults
from pathsim.results.views import of_trial
from pathsim.scenario.scenario import Scenario, load
from pathsim.statistics.figures import ResultsPart

REPLICATES = range(4, 12)
SECTIONS = ("trial", "cutoffs", "endpoints")
"""What is no table."""


@pytest.fixture(
    scope="module", params=["monitored", pytest.param("pathway", marks=pytest.mark.slow), "few patients", "groups"]
)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    """Looks that stop a trial; more steps; so few patients that arms are not followed to the last day; other groups."""
    if request.param == "groups":
        return load("tests/app/odd/other_groups.toml")
    if request.param == "few patients":
        return load("tests/scenarios/monitored.toml", {"trial.patients": "9", "endpoints.pfs.at_days": "[200, 1190]"})
    return load(f"tests/scenarios/{request.param}.toml")


@pytest.fixture(scope="module")
def alone(scenario: Scenario) -> list[dict[str, Any]]:
    return [results(simulate(scenario, 7, replicate)[0]) for replicate in REPLICATES]


def numbers(found: Any, *names: str) -> Iterator[tuple[str, float]]:
    """The numbers that are in no list, by path; missing ones are NaN."""
    if isinstance(found, dict):
        for name, part in found.items():
            yield from numbers(part, *names, name)
    elif found is None or (isinstance(found, (int, float)) and not isinstance(found, bool)):
        yield path_of(*names), math.nan if found is None else found


def test_each_trial_of_a_chunk_says_what_it_says_alone(scenario: Scenario, alone: list[dict[str, Any]]) -> None:
    chunk = simulate_many(scenario, 7, REPLICATES)
    for trial, expected in enumerate(alone):
        np.testing.assert_equal(results(chunk, trial=trial), expected)


def test_on_an_earlier_day_too(scenario: Scenario) -> None:
    chunk = simulate_many(scenario, 7, REPLICATES)
    for trial, replicate in enumerate(REPLICATES):
        np.testing.assert_equal(results(chunk, 400, trial), results(simulate(scenario, 7, replicate)[0], 400))


def test_a_cut_off_comes_in_each_trial_on_its_own_day() -> None:
    scenario = load("tests/scenarios/monitored.toml")
    chunk = simulate_many(scenario, 7, REPLICATES)
    days = TrialResults(chunk).cutoffs["planned"].day
    until = float(np.median(days))
    has_come = ["planned" in results(chunk, until, trial)["cutoffs"] for trial in range(len(REPLICATES))]
    assert has_come == (days <= until).tolist()
    assert len(set(has_come)) == 2


def test_every_figure_can_be_named(scenario: Scenario, alone: list[dict[str, Any]]) -> None:
    each = [dict(numbers({section: found[section] for section in SECTIONS})) for found in alone]
    paths = sorted({path for shown in each for path in shown})
    assert any(path.endswith("median_days") for path in paths)
    assert scenario.patients != 9 or any("common_horizon" in path for path in paths)
    together = figures(simulate_many(scenario, 7, REPLICATES), paths)
    for path in paths:
        # A common horizon is there only in trials that need one.
        np.testing.assert_array_equal(together[path], [shown.get(path, math.nan) for shown in each], path)


def test_a_figure_of_a_look_is_picked_in_each_trial() -> None:
    scenario, path = (
        load("tests/scenarios/monitored.toml"),
        "trial.looks[information=0.3].analysis.comparisons.drug.cox.hazard_ratio",
    )
    each = [figure(results(simulate(scenario, 7, replicate)[0]), path) for replicate in REPLICATES]
    assert np.isfinite(each).any()
    np.testing.assert_array_equal(figures(simulate_many(scenario, 7, REPLICATES), [path])[path], each)


def test_what_nobody_asks_for_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    found = TrialResults(simulate_many(load("aall1331"), 7, range(2)))
    monkeypatch.setattr("pathsim.results.endpoint.cumulative_incidence", never)
    monkeypatch.setattr("pathsim.results.endpoint.median", never)
    monkeypatch.setattr("pathsim.trial.tables.visits", never)
    assert found.endpoints["dfs"].events.shape == (2,)
    with pytest.raises(AssertionError):
        _ = found.endpoints["dfs"].incidence


def test_an_event_that_no_other_forestalls_has_the_incidence_that_survival_leaves() -> None:
    endpoint = TrialResults(simulate_many(load("two-arm-exponential"), 7, REPLICATES)).endpoints["os"]
    assert endpoint.incidence is not None
    for arm, of_arm in endpoint.arms.items():
        for day, at in of_arm.at.items():
            np.testing.assert_allclose(endpoint.incidence[arm]["death"][day], 1 - at.survival, rtol=1e-12)


def test_ensembles_keep_incidence_and_numbers_at_risk_of_each_trial() -> None:
    scenario = load("tests/scenarios/monitored.toml")
    columns = rows(simulate_many(scenario, 7, REPLICATES))
    each = [results(simulate(scenario, 7, replicate)[0]) for replicate in REPLICATES]
    wanted = [path for path in columns if ".incidence." in path or path.endswith(".at_risk")]
    assert "endpoints.pfs.incidence.drug.progression.400" in wanted
    assert len(wanted) == 2 * 2 * (2 + 1), "arms and days, by two events and at risk"
    for path in wanted:
        np.testing.assert_array_equal(columns[path], [figure(found, path) for found in each], path)


HORIZON = "trial.looks[information=0.3].analysis.comparisons.{}.restricted_mean.common_horizon.difference_days"


def test_a_part_that_only_some_looks_have_is_missing_in_the_others() -> None:
    scenario, path = load("tests/scenarios/monitored.toml"), HORIZON.format("drug")
    looks = [results(simulate(scenario, 7, replicate)[0])["trial"]["looks"][0] for replicate in REPLICATES]
    gains = [look["analysis"]["comparisons"]["drug"]["restricted_mean"] for look in looks]
    expected = [gain.get("common_horizon", {}).get("difference_days", math.nan) for gain in gains]
    assert 0 < np.isnan(expected).sum() < len(expected)
    np.testing.assert_array_equal(figures(simulate_many(scenario, 7, REPLICATES), [path])[path], expected)
    for wrong in (HORIZON.format("drog"), "trial.looks[information=0.3].analysis.arms.drog.events"):
        with pytest.raises(KeyError, match="no 'drog'"):
            figures(simulate_many(scenario, 7, REPLICATES), [wrong])


def test_whether_a_text_is_one_of_a_few_is_a_figure_below_it() -> None:
    scenario, decision = load("tests/scenarios/monitored.toml"), "trial.looks[information=0.75].decision"
    each = [results(simulate(scenario, 7, replicate)[0]) for replicate in REPLICATES]
    looks = [[look for look in found["trial"]["looks"] if look["information"] == 0.75] for found in each]
    assert [] in looks
    assert "stop for benefit" in texts_at(decision)
    for text in texts_at(decision):
        path = f"{decision}.{path_of(text)}"
        expected = [float(held[0]["decision"] == text) if held else math.nan for held in looks]
        np.testing.assert_array_equal(figures(simulate_many(scenario, 7, REPLICATES), [path])[path], expected)
        np.testing.assert_array_equal([figure(found, path) for found in each], expected)
    with pytest.raises(KeyError, match="here are: no more"):
        figure(each[0], "trial.looks[information=0.3].decision.stopp")


def test_every_number_of_the_results_is_declared_as_one(alone: list[dict[str, Any]]) -> None:
    each = [dict(numbers({section: found[section] for section in SECTIONS})) for found in alone]
    assert [path for path in {path for shown in each for path in shown} if not is_number(path)] == []
    assert not is_number("endpoints.pfs.label")
    assert not is_number("trial.looks[information=0.3].decision")
    assert is_number("trial.looks[information=0.3].events")


def test_nobody_can_write_into_a_figure() -> None:
    found = TrialResults(simulate_many(load("two-arm-exponential"), 7, range(2)))
    with pytest.raises(ValueError, match="read-only"):
        found.endpoints["os"].events[0] = 1


def test_parts_are_mappings_without_what_is_not_there() -> None:
    found = TrialResults(simulate_many(load("tests/scenarios/pathway.toml"), 7, range(2)))
    endpoint = next(iter(found.endpoints.values()))
    assert isinstance(endpoint, ResultsPart)
    assert ("incidence" in endpoint) == (endpoint.incidence is not None)
    assert "data" not in endpoint
    assert list(of_trial(endpoint, 0))[:2] == ["label", "events"]
