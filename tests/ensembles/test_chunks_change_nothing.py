"""A figure of a trial does not depend on which other trials it is simulated with.

Six patients are so few that in most trials nobody comes to some steps: then counts are 0, shares and days are missing.
"""

from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.precision import Precision
from pathsim.ensembles.request import EnsembleRequest
from pathsim.ensembles.run import Recipe, ensemble
from pathsim.ensembles.spans import CHUNK
from pathsim.ensembles.store import Store
from pathsim.ensembles.workers import Crew, Make
from pathsim.paths import row_of
from pathsim.results.chosen import figures
from pathsim.results.json import ResultsJson, results
from pathsim.results.lookup import figure
from pathsim.results.replicates import as_if_alone
from pathsim.results.views import Columns
from pathsim.scenario.files import find
from pathsim.scenario.scenario import Scenario, load

REPLICATES = range(30)
COUNTS = {
    "flow": ("entered", "still_there"),
    "toxicity": ("patients", "grade3plus", "grade4", "grade5"),
    "responses": ("n", "of"),
    "baseline": ("n", "of"),
}
OTHERS = {"flow": (), "toxicity": ("rate",), "responses": ("share",), "baseline": ("share",)}
PICKS = ("step", "name", "arm", "type", "value")


@pytest.fixture(scope="module", params=["pathway", "monitored"])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    settings = {"trial.patients": "6"}
    if request.param == "pathway":
        settings |= {
            "trial.therapy": '["new_course", "usual_course", "extra_rest"]',
            "steps.new_course.toxicity": "{ fever = { grade3plus = 0.4, onset = [1, 5], lasts = 3 } }",
            "steps.usual_course.toxicity": "{ fever = { grade3plus = 0.4, onset = [1, 5], lasts = 3 } }",
            "steps.extra_rest.toxicity": "{ rash = { grade3plus = 0.5, onset = [1, 5], lasts = 3 } }",
        }
    return load(f"tests/scenarios/{request.param}.toml", settings)


@pytest.fixture(scope="module")
def alone(scenario: Scenario) -> list[ResultsJson]:
    return [results(simulate(scenario, 3, replicate)[0]) for replicate in REPLICATES]


def paths(alone: list[ResultsJson], keys: dict[str, tuple[str, ...]]) -> list[str]:
    """These figures of every row that the results of any of these trials have."""
    rows = {
        (table, row_of(table, **{key: str(row[key] or "") for key in PICKS if key in row}))
        for found in alone
        for table in keys
        for row in found[table]
        if table != "baseline" or "value" in row
    }
    return sorted(f"{row}.{key}" for table, row in rows for key in keys[table])


def test_together_and_alone_trials_have_the_same_figures(scenario: Scenario, alone: list[ResultsJson]) -> None:
    wanted = [*paths(alone, COUNTS), *paths(alone, OTHERS)]
    together = figures(simulate_many(scenario, 3, REPLICATES), wanted)
    for path in wanted:
        each = np.array([figure(found, path) for found in alone])
        np.testing.assert_array_equal(together[path], each, path)


def test_a_count_is_never_missing(alone: list[ResultsJson]) -> None:
    for path in paths(alone, COUNTS):
        assert not np.isnan([figure(found, path) for found in alone]).any(), path


@pytest.mark.parametrize("patients", ["6", "30"])
def test_a_row_that_is_picked_by_half_is_the_first_that_the_trial_has(patients: str) -> None:
    """Patients of either arm come to rescue, or some before there are arms: which row is first differs by trial."""
    made, path = load("tests/scenarios/pathway.toml", {"trial.patients": patients}), "flow[step=rescue].entered"
    together = figures(simulate_many(made, 3, range(20)), [path])[path]
    for replicate, shown in enumerate(together):
        found = results(simulate(made, 3, replicate)[0])["flow"]
        assert shown == next((row["entered"] for row in found if row["step"] == "rescue"), 0)


def test_nobody_of_the_new_arm_in_rescue_is_a_count_of_0() -> None:
    made, path = load("tests/scenarios/pathway.toml", {"trial.patients": "6"}), "flow[step=rescue,arm=new].entered"
    by_hand = []
    for replicate in range(6):
        rows = results(simulate(made, 1, replicate)[0])["flow"]
        by_hand.append(sum(row["entered"] for row in rows if (row["step"], row["arm"]) == ("rescue", "new")))
    assert 0 in by_hand
    assert max(by_hand) > 0
    for replicates in ([0, 1, 2, 3, 4, 5], [0], [1]):
        found = figures(simulate_many(made, 1, replicates), [path])[path]
        assert found.tolist() == [by_hand[replicate] for replicate in replicates]


MONITORED = Recipe.of(find("tests/scenarios/monitored.toml"), {"trial.patients": "60"})
VARIED = Recipe.of(
    find("tests/scenarios/monitored.toml"),
    {},
    varied=[(("trial.patients", "60"),), (("trial.patients", "90"),)],
)


@pytest.mark.parametrize("recipe", [MONITORED, VARIED, MONITORED.keeping(["trial.enrolled"])])
@pytest.mark.parametrize("patients", [1, 400])
def test_rows_are_the_same_however_many_patients_are_simulated_together(
    recipe: Recipe, patients: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the first trials there are fewer looks than in later ones."""
    together = recipe.rows(2, range(25))
    monkeypatch.setattr("pathsim.ensembles.run.PATIENTS_AT_ONCE", patients)
    apart = recipe.rows(2, range(25))
    assert list(apart) == list(together)
    for name, column in together.items():
        np.testing.assert_array_equal(apart[name], column, name)


def test_folders_and_precision_are_the_same_however_many_patients_are_simulated_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    precision = Precision.of(MONITORED.scenario(), 0.05)
    request = EnsembleRequest(MONITORED, 2, 4 * CHUNK)
    written: list[dict[int, bytes]] = []
    for patients in (10**6, 500):
        monkeypatch.setattr("pathsim.ensembles.run.PATIENTS_AT_ONCE", patients)
        store = Store.begin(tmp_path / str(patients), request.kept())
        found = ensemble(MONITORED, 2, 4 * CHUNK, store=store, precision=precision)
        assert CHUNK < found.replicates < 4 * CHUNK
        written.append({first: store.path(first).read_bytes() for first in store.held()})
    together, apart = written
    assert len(together) > len(apart), "what was made beyond the precision is kept, too"
    assert together | apart == together


@pytest.mark.parametrize("replicates", [range(CHUNK), range(CHUNK, 2 * CHUNK), range(5), range(3, 4)])
def test_rows_cut_from_those_of_many_are_those_of_these_alone(replicates: range) -> None:
    """Looks that nobody among them held have no columns, whoever held them among the others."""
    for recipe in (MONITORED, VARIED):
        alone, among_many = recipe.rows(2, replicates), recipe.rows(2, range(2 * CHUNK))
        cut = as_if_alone(among_many, slice(replicates.start, replicates.stop))
        assert list(cut) == list(alone)
        for name, column in alone.items():
            np.testing.assert_array_equal(cut[name], column, name)


def test_only_what_is_quick_is_made_in_several_chunks_at_once() -> None:
    """What is simulated replicate by replicate would be lost by the minute when somebody stops it."""
    bed = "resources.transplant_bed.capacity"
    assert Recipe.of(find("two-arm-exponential"), {}).chunks_at_once() > 1
    assert Recipe.of(find("two-arm-exponential"), {"trial.patients": "2"}).chunks_at_once() < 100
    assert Recipe.of(find("aall1331"), {}).chunks_at_once() > 1
    assert Recipe.of(find("aall1331"), {bed: "949"}).chunks_at_once() == 1
    assert Recipe.of(find("aall1331"), {}, uncertain=True).chunks_at_once() == 1
    assert Recipe.of(find("two-arm-exponential"), {"trial.patients": "60000"}).chunks_at_once() == 1
    settings = [((bed, "950"),), ((bed, "5"),)]
    assert Recipe.of(find("aall1331"), {}, varied=settings).chunks_at_once() == 1


def test_every_process_has_chunks_to_make_if_there_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    handed_in: list[int] = []

    def noted(_: Recipe, __: int, first: int, count: int) -> Columns:
        handed_in.append(count)
        return {"figure": np.arange(first, first + count, dtype=np.float64)}

    monkeypatch.setattr("pathsim.ensembles.run.chunk", noted)
    monkeypatch.setattr("pathsim.ensembles.run.crew", lambda make, _: nullcontext(at_once_here(make)))
    found = ensemble(Recipe.of(find("two-arm-exponential"), {}), 1, 7 * CHUNK, workers=3)
    assert handed_in == [2 * CHUNK, 2 * CHUNK, 2 * CHUNK, CHUNK]
    np.testing.assert_array_equal(found["figure"], np.arange(7 * CHUNK))


def at_once_here(make: Make) -> Crew:
    """A crew that makes what is handed in at once."""

    def made(*handed: object) -> Future[Columns]:
        future: Future[Columns] = Future()
        future.set_result(make(*handed))
        return future

    return Crew(made, 3)
