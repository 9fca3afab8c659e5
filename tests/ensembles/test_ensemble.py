"""An ensemble is the same trial many times: the same rows however it is computed, and the right error rates."""

import math
import pickle

import numpy as np
import pytest

from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.run import Recipe, chunk, ensemble
from pathsim.ensembles.spans import CHUNK
from pathsim.ensembles.summary import figure, share, summary
from pathsim.ensembles.workers import ReplicateError
from pathsim.results.json import results
from pathsim.results.lookup import figure as figure_of
from pathsim.results.replicates import rows
from pathsim.results.views import Columns
from pathsim.scenario.files import Source, find
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import load
from pathsim.trial.data_cut import Chunk

AALL1331 = Recipe.of(find("aall1331"), {})
DESIGNED = Source(
    "designed",
    "<test>",
    """
extends = "two-arm-exponential"
[trial]
patients  = 260
per_month = 20
assumed   = "a test"
[trial.monitoring]
endpoint       = "os"
planned_events = 131
information    = [1]
alpha          = 0.025
assumed        = "a test"
[steps.experimental.exit.death]
median_days = 1000
assumed     = "a test"
[steps.control.exit.death]
median_days = 580
assumed     = "a hazard ratio of 0.58"
[trial.cutoffs.final]
day     = 4000
assumed = "a test"
""",
)


def same(one: Columns, other: Columns) -> bool:
    return list(one) == list(other) and all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


@pytest.mark.parametrize("scenario", ["aall1331", "two-arm-exponential"])
def test_a_row_holds_what_the_trial_alone_prints(scenario: str) -> None:
    made = load(scenario)
    columns = rows(simulate_many(made, 4, range(6)))
    for replicate in range(6):
        alone = results(simulate(made, 4, replicate)[0])
        for path, values in columns.items():
            if not path.startswith("looks.") and not path.endswith(".reached"):
                assert figure_of(alone, path) == pytest.approx(values[replicate], rel=1e-12, nan_ok=True), path
        for number, look in enumerate(alone["trial"]["looks"], 1):
            assert columns[f"looks.{number}.day"][replicate] == look["day"]
            assert columns[f"looks.{number}.z"][replicate] == pytest.approx(look["z"], rel=1e-12)


def test_rows_do_not_depend_on_chunks_or_workers() -> None:
    count = 2 * CHUNK + 7
    alone = ensemble(AALL1331, 2, count, workers=1)
    together = ensemble(AALL1331, 2, count, workers=2)
    assert same(alone, together)
    assert same(alone, rows(simulate_many(AALL1331.scenario(), 2, range(count))))


def test_more_replicates_begin_with_the_same_ones() -> None:
    fewer, more = ensemble(AALL1331, 2, 30), ensemble(AALL1331, 2, 50)
    assert same(fewer, {name: values[:30] for name, values in more.items()})


@pytest.mark.slow
def test_replicates_that_queue_are_those_of_the_discrete_event_engine() -> None:
    short = Recipe.of(find("aall1331"), {"resources.transplant_bed.capacity": "4"})
    columns = ensemble(short, 1, 3)
    for replicate in range(3):
        alone = results(simulate(short.scenario(), 1, replicate, "discrete-event")[0])
        assert columns["cutoffs.final.events.dfs"][replicate] == alone["cutoffs"]["final"]["events"]["dfs"]
        assert any(wait["waited"] for wait in alone["waits"])


def test_progress_is_told_after_every_chunk() -> None:
    told: list[tuple[int, int]] = []
    count = CHUNK + 5
    ensemble(Recipe.of(find("two-arm-exponential"), {}), 1, count, finished=lambda done, of: told.append((done, of)))
    assert list(dict.fromkeys(told)) == [(CHUNK, count), (count, count)]


def test_under_the_null_all_patients_walk_the_control_pathway() -> None:
    null = load("aall1331").under_null()
    found = results(simulate(null, 1)[0])
    entered = {row["step"] for row in found["flow"]}
    assert not entered & {"blina_start", "blina_1", "blina_2"}
    counts = {row["arm"]: row["entered"] for row in found["flow"] if row["step"] == "chemo_start"}
    assert set(counts) == {"blinatumomab", "chemotherapy"}


def test_a_study_without_arms_has_no_null() -> None:
    with pytest.raises(ScenarioError, match="without arms"):
        load("stroke-thrombectomy").under_null()


def within_three_errors(found: float, expected: float, replicates: int) -> bool:
    return abs(found - expected) <= 3 * math.sqrt(expected * (1 - expected) / replicates)


@pytest.mark.slow
def test_the_type_one_error_of_a_pathway_is_what_was_planned() -> None:
    count = 1600
    null = Recipe.of(find("aall1331"), {}, null=True)
    found = summary(null.scenario(), ensemble(null, 5, count))
    for endpoint in ("dfs", "os"):
        assert within_three_errors(found["power"][endpoint]["blinatumomab"]["logrank"]["estimate"], 0.025, count)
    assert within_three_errors(found["stopping"][0]["benefit"]["estimate"], 0.00415, count)


@pytest.mark.slow
def test_the_type_one_error_of_twenty_thousand_trials_with_and_without_looks() -> None:
    count = 20_000
    looked = {"trial.monitoring.information": "[0.3, 0.6, 1]", "trial.cutoffs.final.day": "6000"}
    null = Recipe.of(DESIGNED, looked, null=True)
    found = summary(null.scenario(), ensemble(null, 5, count, workers=2))
    assert within_three_errors(found["power"]["os"]["experimental"]["logrank"]["estimate"], 0.025, count)
    stopped = sum(look["benefit"]["estimate"] for look in found["stopping"])
    assert within_three_errors(stopped, 0.025, count)


def test_the_power_of_two_exponential_arms_is_schoenfelds() -> None:
    count = 4000
    recipe = Recipe.of(DESIGNED, {})
    found = summary(recipe.scenario(), ensemble(recipe, 3, count, workers=2))
    look = found["stopping"][0]
    assert look["held"]["estimate"] == 1
    assert look["events"]["mean"] == pytest.approx(131, abs=1)
    assert look["benefit"]["estimate"] == pytest.approx(0.876, abs=0.015)


def test_an_error_names_the_first_replicate_that_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object, __: int, replicates: range) -> Chunk:
        if 83 in replicates:
            raise ZeroDivisionError("nobody")
        return simulate_many(AALL1331.scenario(), 7, replicates)

    monkeypatch.setattr("pathsim.ensembles.run.simulate_many", broken)
    with pytest.raises(ReplicateError, match="seed 7, replicate 83: ZeroDivisionError: nobody"):
        chunk(AALL1331, 7, 80, 5)


def test_an_error_that_no_replicate_shows_alone_names_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object, __: int, replicates: range) -> Chunk:
        if len(replicates) > 1:
            raise ZeroDivisionError("nobody")
        return simulate_many(AALL1331.scenario(), 7, replicates)

    monkeypatch.setattr("pathsim.ensembles.run.simulate_many", broken)
    with pytest.raises(ReplicateError, match="seed 7, replicates 80 to 82: ZeroDivisionError: nobody"):
        chunk(AALL1331, 7, 80, 3)


def test_the_error_of_a_worker_survives_the_way_back() -> None:
    wrong = ReplicateError(7, range(80), "ValueError: nobody")
    assert str(pickle.loads(pickle.dumps(wrong))) == str(wrong)  # noqa: S301 - our own object


def test_a_figure_is_summed_up_over_those_trials_that_have_it() -> None:
    found = figure("trial.enrolled", np.array([1.0, 2.0, 3.0, np.nan]))
    assert found["mean"] == 2
    assert found["sd"] == 1
    assert found["missing"] == 1
    assert found["averaged"] == 3
    assert figure("trial.enrolled", np.array([np.nan]))["mean"] is None


def test_the_interval_of_a_share_is_wilsons() -> None:
    found = share(10, 100)
    assert found["lower"] == pytest.approx(0.0552, abs=1e-4)
    assert found["upper"] == pytest.approx(0.1744, abs=1e-4)
    assert share(0, 50)["lower"] == 0
    assert share(50, 50)["upper"] == pytest.approx(1)
