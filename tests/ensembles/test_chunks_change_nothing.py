"""A figure of a trial does not depend on which other trials it is simulated with.

Six patients are so few that in most trials nobody comes to some steps: then counts are 0, shares and days are missing.
"""

from concurrent.futures import Future
from contextlib import nullcontext
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.precision import Precision
from pathsim.ensembles.processes import Make
from pathsim.ensembles.request import EnsembleRequest
from pathsim.ensembles.run import Recipe, ensemble, gathered
from pathsim.ensembles.spans import CHUNK
from pathsim.ensembles.store import Store
from pathsim.ensembles.workers import Crew, ReplicateError
from pathsim.paths import row_of
from pathsim.results.chosen import figures
from pathsim.results.json import ResultsJson, results
from pathsim.results.lookup import figure
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
    assert written[0] == written[1]


RASH, FEVER = (
    f"{name} = {{ grade3plus = {share}, onset = [1, 5], lasts = 3 }}" for name, share in (("rash", 0.5), ("fever", 0.4))
)
RARE = Recipe.of(
    find("tests/scenarios/pathway.toml"),
    {
        "trial.patients": "2",
        "trial.therapy": '["extra_rest", "rescue"]',
        "cohort.age.quantiles": "[2.9, 6, 10, 15, 30]",
        "steps.extra_rest.toxicity": f"{{ {RASH}, {FEVER} }}",
        "steps.rescue.toxicity": f"{{ {FEVER}, {RASH} }}",
    },
)
"""In most chunks of two patients each nobody comes to one or the other step, or in one of the arms."""


def with_chunks_of(monkeypatch: pytest.MonkeyPatch, replicates: int) -> None:
    for module in ("run", "spans"):
        monkeypatch.setattr(f"pathsim.ensembles.{module}.CHUNK", replicates)


@pytest.mark.parametrize("recipe", [MONITORED, RARE, MONITORED.keeping(["trial.enrolled"])])
@pytest.mark.parametrize("sizes", [(10,) * 12, (5, 1, 20, 4), (64, 64, 9)])
def test_chunks_that_are_made_together_are_as_if_made_alone(recipe: Recipe, sizes: tuple[int, ...]) -> None:
    """Neither looks that nobody among them held nor toxicity of steps to which nobody came have columns."""
    begin, columns = 0, set[tuple[str, ...]]()
    for part, size in zip(recipe.rows_apart(1, 0, sizes), sizes, strict=True):
        alone = recipe.rows(1, range(begin, begin + size))
        assert list(part) == list(alone)
        for name, column in alone.items():
            np.testing.assert_array_equal(part[name], column, name)
        begin += size
        columns.add(tuple(alone))
    assert recipe is not RARE or len(columns) > 1, "not all chunks have the same columns"


def test_an_ensemble_is_the_same_however_many_chunks_are_made_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_chunks_of(monkeypatch, 4)
    written: list[dict[int, bytes]] = []
    for most in (16, 1, 3):
        monkeypatch.setattr("pathsim.ensembles.run.MOST_CHUNKS_AT_ONCE", most)
        store = Store.begin(tmp_path / str(most), EnsembleRequest(RARE, 1, 45).kept())
        ensemble(RARE, 1, 45, store=store)
        written.append({first: store.path(first).read_bytes() for first in store.held()})
    assert written[0] == written[1] == written[2]
    assert len(written[0]) == 12


def test_only_what_is_quick_is_made_in_several_chunks_at_once() -> None:
    """What is simulated replicate by replicate would be lost by the minute when somebody stops it."""
    bed = "resources.transplant_bed.capacity"
    assert Recipe.of(find("two-arm-exponential"), {}).chunks_at_once() > 1
    assert Recipe.of(find("two-arm-exponential"), {"trial.patients": "2"}).chunks_at_once() < 100
    assert Recipe.of(find("aall1331"), {}).chunks_at_once() > 1
    assert Recipe.of(find("aall1331"), {bed: "949"}).chunks_at_once() > 1
    assert Recipe.of(find("aall1331"), {}, uncertain=True).chunks_at_once() == 1
    assert Recipe.of(find("two-arm-exponential"), {"trial.patients": "60000"}).chunks_at_once() == 1
    assert Recipe.of(find("aall1331"), {}, varied=[((bed, "950"),), ((bed, "5"),)]).chunks_at_once() == 1


class HandedIn:
    """A crew that makes what is handed in at once, and writes down how many chunks that were."""

    def __init__(self, wrong: int = -1) -> None:
        """``wrong`` is the replicate that goes wrong."""
        self.chunks: list[int] = []
        self._wrong = wrong

    def make(self, first: int, *sizes: int) -> list[Columns]:
        self.chunks.append(len(sizes))
        if first <= self._wrong < first + sum(sizes):
            raise ReplicateError(1, range(first, first + sum(sizes)), "nobody")
        ends = np.cumsum([first, *sizes]).tolist()
        return [{"figure": np.arange(begin, end, dtype=np.float64)} for begin, end in pairwise(ends)]


def handed(folder: Path | None, wrong: int, replicates: int, workers: int) -> tuple[list[int], list[int] | None]:
    """How many chunks were handed in at once each time, and the replicates of the rows; None if they went wrong."""
    handed_in, store = HandedIn(wrong), None if folder is None else Store.begin(folder, {"seed": 1})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pathsim.ensembles.batches.crew", lambda make, _: nullcontext(Crew(partial(at_once, make), 3)))
        try:
            found = gathered(handed_in.make, replicates, workers=workers, store=store, at_once=8)
        except ReplicateError:
            return handed_in.chunks, None
    return handed_in.chunks, found["figure"].astype(int).tolist()


def at_once(make: Make, *what: int) -> Future[list[Columns]]:
    made: Future[list[Columns]] = Future()
    try:
        made.set_result(make(*what))
    except ReplicateError as wrong:
        made.set_exception(wrong)
    return made


def test_every_process_has_chunks_to_make_to_the_end() -> None:
    chunks, rows = handed(None, -1, 14 * CHUNK + 3, 3)
    # Each time a sixth of what is left, and at least one.
    assert chunks == [2, 2] + [1] * 11
    assert rows == list(range(14 * CHUNK + 3))


def test_of_a_folder_that_has_most_only_the_others_are_shared_out(tmp_path: Path) -> None:
    handed(tmp_path, -1, 20 * CHUNK, 2)
    for first in (3, 4, 5, 11):
        (tmp_path / "chunks" / f"{first * CHUNK:09d}.npz").unlink()
    chunks, rows = handed(tmp_path, -1, 20 * CHUNK, 2)
    assert chunks == [1, 1, 1, 1]
    assert rows == list(range(20 * CHUNK))


def test_a_replicate_that_goes_wrong_takes_no_other_chunk_with_it(tmp_path: Path) -> None:
    chunks, rows = handed(tmp_path, 5 * CHUNK + 7, 16 * CHUNK, 1)
    assert rows is None
    assert chunks[0] == 8
    kept = sorted(int(path.stem) for path in (tmp_path / "chunks").glob("*.npz"))
    assert kept[:5] == [number * CHUNK for number in range(5)]
    assert 5 * CHUNK not in kept


def test_what_is_enough_before_one_that_goes_wrong_is_enough() -> None:
    """With a precision each chunk is made for itself."""
    precision = Precision.of(MONITORED.scenario(), 0.05)

    def never(*_: object) -> None:
        raise AssertionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pathsim.ensembles.run.rows_apart", never)
        assert ensemble(MONITORED, 2, 8 * CHUNK, precision=precision).replicates < 8 * CHUNK


def test_chunks_that_go_wrong_only_together_come_one_by_one_in_their_order() -> None:
    class TooMuch(HandedIn):
        def make(self, first: int, *sizes: int) -> list[Columns]:
            if len(sizes) > 1:
                raise ReplicateError(1, range(first, first + sum(sizes)), "MemoryError")
            return super().make(first, *sizes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pathsim.ensembles.batches.crew", lambda make, _: nullcontext(Crew(partial(at_once, make), 3)))
        found = gathered(TooMuch().make, 16 * CHUNK, workers=1, at_once=8)
    assert found["figure"].astype(int).tolist() == list(range(16 * CHUNK))
