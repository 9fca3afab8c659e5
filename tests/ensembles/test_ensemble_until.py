"""An ensemble as of a date: every replicate is what it is alone, reported on that date."""

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

import pathsim
from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.run import Recipe
from pathsim.paths import parts_of
from pathsim.results.chosen import figures
from pathsim.results.json import results
from pathsim.results.lookup import figure
from pathsim.results.replicates import rows
from pathsim.scenario.files import Source, find
from pathsim.scenario.scenario import Scenario, load

MONITORED = "tests/scenarios/monitored.toml"
REPLICATES = range(12)
DAYS = [60.0, 470.0, 530.0, 1200.0]
"""Before the first look, when some have held it, when some have come to the early cut-off, and the last day."""
SOME_HAVE_COME = date(2021, 6, 13)
"""The date of the third day."""


def alone(scenario: Scenario, day: float) -> list[dict[str, Any]]:
    return [results(simulate(scenario, 7, replicate)[0], day) for replicate in REPLICATES]


def shown(found: dict[str, Any], path: str) -> float:
    """What the results of one trial say of a column; a cut-off or a look that has not come says nothing."""
    first, *rest = (part.name for part in parts_of(path))
    if first == "cutoffs" and rest[0] not in found["cutoffs"]:
        return math.nan
    if first != "looks":
        return figure(found, path)
    number, name = int(rest[0]), rest[1]
    if number > len(looks := found["trial"]["looks"]):
        return math.nan
    look = looks[number - 1]
    if name in ("benefit", "futility", "order"):
        return float(look["decision"] in (f"stop for {name}", f"stop by {name}"))
    return math.nan if look[name] is None else float(look[name])


@pytest.mark.parametrize("day", DAYS)
def test_every_figure_is_that_of_the_trial_alone(day: float) -> None:
    scenario = load(MONITORED)
    columns = rows(simulate_many(scenario, 7, REPLICATES), until=day)
    each = alone(scenario, day)
    for path, column in columns.items():
        if not path.endswith(".reached"):
            np.testing.assert_array_equal(column, [shown(found, path) for found in each], path)


def test_the_days_differ_in_what_has_come() -> None:
    scenario = load(MONITORED)
    held, come = [], []
    for day in DAYS:
        columns = rows(simulate_many(scenario, 7, REPLICATES), until=day)
        held.append(int(np.isfinite(columns.get("looks.1.day", np.array([np.nan]))).sum()))
        come.append(int(np.isfinite(columns["cutoffs.early.day"]).sum()))
    assert held[0] == 0 < held[1] < held[2] == len(REPLICATES) == held[3]
    assert come[0] == come[1] == 0 < come[2] < len(REPLICATES) == come[3]


def test_a_cut_off_is_reached_by_its_events_only_where_it_has_come() -> None:
    columns = rows(simulate_many(load(MONITORED), 7, REPLICATES), until=DAYS[2])
    day, reached = columns["cutoffs.early.day"], columns["cutoffs.early.reached"]
    np.testing.assert_array_equal(np.isnan(day), np.isnan(reached))
    assert set(reached[np.isfinite(day)]) == {1.0}


def test_a_named_figure_of_a_cut_off_is_missing_too_where_it_has_not_come() -> None:
    chunk, path = simulate_many(load(MONITORED), 7, REPLICATES), "cutoffs.early.endpoints.pfs.arms.drug.n"
    columns = rows(chunk, until=DAYS[2], further=[path])
    expected = np.where(np.isfinite(columns["cutoffs.early.day"]), figures(chunk, [path])[path], np.nan)
    np.testing.assert_array_equal(columns[path], expected)
    assert 0 < np.isnan(expected).sum() < expected.size


def test_on_the_last_day_it_is_the_whole_ensemble() -> None:
    scenario = load("two-arm-exponential")
    whole = pathsim.ensemble(scenario, 30, seed=4)
    cut = pathsim.ensemble(scenario, 30, seed=4, until=date(2023, 12, 31))
    assert cut["figures"] == whole["figures"]
    assert cut["power"] == whole["power"]
    assert (whole.get("until"), cut["until"]) == (None, "2023-12-31")


QUEUE = Source(
    "queue",
    "<test>",
    """
title = "One bed for everybody"
assumed = "x"
[trial]
begins    = 2020-01-01
patients  = 12
arrivals  = "even"
per_month = 6
[trial.cutoffs.final]
day      = 400
complete = true
[resources.bed]
capacity = 1
[steps.queue]
kind     = "wait"
ready    = [1, 2, 3, 4, 5]
resource = "bed"
next     = "stay"
[steps.stay]
kind  = "phase"
days  = 20
holds = "bed"
next  = "home"
[steps.home]
kind = "end"
""",
)


def test_waits_are_those_known_on_that_day() -> None:
    scenario = load(QUEUE)
    columns = rows(simulate_many(scenario, 7, REPLICATES), until=70.0)
    each = alone(scenario, 70.0)
    waits = [path for path in columns if path.startswith(("waits", "resources"))]
    assert len(waits) > 8
    for path in waits:
        np.testing.assert_array_equal(columns[path], [figure(found, path) for found in each], path)
    assert columns["waits[step=queue].waiting"].max() > 0


UNTIL = Recipe.of(find(MONITORED), {"trial.patients": "60"})


@pytest.mark.parametrize("patients", [1, 400])
def test_rows_are_the_same_however_many_patients_are_simulated_together(
    patients: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    further = "endpoints.pfs.arms.drug.median_days"
    recipe = replace(UNTIL, until=date(2021, 12, 1), further=(further,))
    together = recipe.rows(2, range(25))
    monkeypatch.setattr("pathsim.ensembles.run.PATIENTS_AT_ONCE", patients)
    apart = recipe.rows(2, range(25))
    assert list(apart) == list(together)
    assert list(together)[-1] == further
    for name, column in together.items():
        np.testing.assert_array_equal(apart[name], column, name)
    parts = recipe.rows_apart(2, 0, [10, 15])
    for part, replicates in zip(parts, (range(10), range(10, 25)), strict=True):
        expected = recipe.rows(2, replicates)
        assert list(part) == list(expected)
        for name, column in expected.items():
            np.testing.assert_array_equal(part[name], column, name)


def test_what_cannot_be_estimated_yet_is_counted_and_not_averaged() -> None:
    many = pathsim.ensemble(MONITORED, 40, seed=7, until=SOME_HAVE_COME)
    path = "cutoffs.early.events.pfs"
    come = np.isfinite(many.columns[path])
    assert 0 < come.sum() < 40
    told = many["figures"][path]
    assert told["missing"] == 40 - come.sum()
    assert told["averaged"] == come.sum()
    assert told["mean"] == many.columns[path][come].mean()


def test_the_power_of_a_cut_off_is_that_of_the_trials_in_which_it_has_come() -> None:
    many = pathsim.ensemble(MONITORED, 40, seed=7, until=SOME_HAVE_COME)
    p_values = many.columns["cutoffs.early.endpoints.pfs.comparisons.drug.logrank.p_one_sided"]
    of_those = p_values[np.isfinite(many.columns["cutoffs.early.day"])]
    power = many["cutoffs"]["early"]["power"]["drug"]["logrank"]["estimate"]
    assert power == (of_those < 0.025).mean()
    assert power != (p_values < 0.025).mean()
    assert list(many["cutoffs"]) == ["early"], "the others have come in no trial"
