"""Shards of an ensemble, made apart and joined, are the ensemble that one process would have made."""

import json
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from calls import Done, Pathsim
from folders import chunks, published

from pathsim.ensembles.spans import CHUNK, Shard, spans
from pathsim.ensembles.store import CHECKSUM, RECIPE, SCHEMA, _digest
from pathsim.scenario.files import library

COUNT = 5 * CHUNK + 9
ASKED = ("ensemble", "two-arm-exponential", "--replicates", COUNT, "--seed", 3)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the commands are given."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shard(pathsim: Pathsim, number: int, of: int, out: str, *asked: object) -> Done:
    done = pathsim(*(asked or ASKED), "--shard", f"{number}/{of}", "--out", out)
    assert done.code == 0, done.err
    return done


def test_every_chunk_is_in_one_shard() -> None:
    parts = [span for number in (1, 2, 3) for span in spans(COUNT, Shard(number, 3))]
    assert sorted(parts) == list(spans(COUNT))


@pytest.mark.parametrize("count", [1, CHUNK - 1, CHUNK, CHUNK + 1, COUNT, 7 * CHUNK])
@pytest.mark.parametrize("shards", [1, 2, 3, 9])
def test_every_replicate_is_in_one_shard_and_none_is_left_out(count: int, shards: int) -> None:
    found = [
        replicate
        for number in range(1, shards + 1)
        for first, replicates in spans(count, Shard(number, shards))
        for replicate in range(first, first + replicates)
    ]
    assert sorted(found) == list(range(count))


def test_a_shard_keeps_all_its_replicates(pathsim: Pathsim, here: Path) -> None:
    """Three shards of 329: chunks 0 and 3, 1 and 4, 2 and 5, of which the last is short."""
    for number, expected in ((1, 2 * CHUNK), (2, 2 * CHUNK), (3, CHUNK + 9)):
        told = shard(pathsim, number, 3, f"shard-{number}")
        kept = 0
        for path in chunks(here / f"shard-{number}"):
            with np.load(path) as held:
                kept += held["rows"].shape[1]
        assert kept == expected
        assert f"shard {number}/3 is done: {expected} of {COUNT} replicates" in told.err


def test_a_shard_tells_how_many_replicates_it_has() -> None:
    for count in (1, CHUNK, COUNT, 6 * CHUNK):
        for shard in (Shard(1, 1), Shard(2, 3), Shard(7, 7)):
            places = spans(count, shard)
            assert places.replicates == sum(span.replicates for span in places)


def test_a_billion_replicates_take_no_room_before_they_are_simulated() -> None:
    places = spans(10**9)
    assert len(places) == 10**9 // CHUNK
    assert places[-1] == (10**9 - CHUNK, CHUNK)
    assert sys.getsizeof(places) < 1000


@pytest.mark.parametrize("folders", [("a", "b", "c"), ("a", "a", "a")])
@pytest.mark.parametrize("rows_format", ["parquet", "csv"])
def test_shards_joined_are_the_whole(pathsim: Pathsim, here: Path, folders: tuple[str, ...], rows_format: str) -> None:
    for number, folder in enumerate(folders, 1):
        shard(pathsim, number, 3, folder)
        assert not published(here / folder), "a shard has no results"
    merged = pathsim("merge", *dict.fromkeys(folders), "--out", "merged", "--format", rows_format)
    whole = pathsim(*ASKED, "--out", "whole", "--format", rows_format)
    assert merged.code == 0
    assert merged.out == whole.out
    assert published(here / "merged") == published(here / "whole")
    assert len(published(here / "whole")) == 2


def test_shards_joined_print_what_the_whole_does(pathsim: Pathsim, here: Path) -> None:
    shard(pathsim, 2, 2, "b")
    shard(pathsim, 1, 2, "a")
    assert pathsim("merge", "b", "a", "--json").out == pathsim(*ASKED, "--json").out
    assert {path.name for path in here.iterdir()} == {"a", "b"}


def test_the_results_can_be_written_where_the_shards_are(pathsim: Pathsim, here: Path) -> None:
    for number in (1, 2):
        shard(pathsim, number, 2, "all")
    assert pathsim("merge", "all", "--out", "all").code == 0
    assert len(published(here / "all")) == 2


@pytest.mark.usefixtures("here")
def test_what_was_set_comes_along(pathsim: Pathsim) -> None:
    asked = (*ASKED, "--null", "--set", "trial.patients=120", "--set", "trial.begins=2015-02-01")
    for number in (1, 2):
        shard(pathsim, number, 2, "all", *asked)
    assert pathsim("merge", "all", "--json").out == pathsim(*asked, "--json").out


def test_a_shard_says_how_to_go_on(pathsim: Pathsim, here: Path) -> None:
    told = shard(pathsim, 2, 3, "b")
    assert told.out == ""
    assert f"shard 2/3 is done: {2 * CHUNK} of {COUNT} replicates are in b" in told.err
    assert "pathsim merge b" in told.err
    assert [int(path.stem) for path in chunks(here / "b")] == [CHUNK, 4 * CHUNK]


@pytest.mark.usefixtures("here")
def test_the_command_that_makes_what_is_missing_is_told(pathsim: Pathsim) -> None:
    shard(pathsim, 1, 3, "a")
    shard(pathsim, 3, 3, "c")
    missing = pathsim("merge", "a", "c")
    assert (missing.code, missing.out) == (2, "")
    assert f"{2 * CHUNK} of {COUNT} replicates are missing" in missing.err
    assert f"shard 2/3, replicates {CHUNK}-{2 * CHUNK - 1}, {4 * CHUNK}-{5 * CHUNK - 1}:" in missing.err
    command = shlex.split(missing.err.splitlines()[-1])
    assert pathsim(*command[1:]).code == 0
    assert pathsim("merge", "a", "c", command[-1]).out == pathsim(*ASKED).out


def test_a_shard_that_was_interrupted_is_told_with_its_own_folder(pathsim: Pathsim, here: Path) -> None:
    for number, folder in enumerate("ab", 1):
        shard(pathsim, number, 2, folder)
    chunks(here / "b")[-1].unlink()
    told = pathsim("merge", "a", "b").err
    assert f"shard 2/2, replicates {5 * CHUNK}-{COUNT - 1}:" in told
    assert told.rstrip().endswith("--shard 2/2 --out b")


@pytest.mark.usefixtures("here")
def test_more_replicates_can_be_asked_of_shards_later(pathsim: Pathsim) -> None:
    more = (*ASKED[:3], 2 * COUNT, *ASKED[4:])
    for asked in (ASKED, more):
        for number, folder in enumerate("ab", 1):
            shard(pathsim, number, 2, folder, *asked)
    assert pathsim("merge", "a", "b").out == pathsim(*more).out


@pytest.mark.usefixtures("here")
def test_a_joined_folder_goes_on_as_an_ensemble(pathsim: Pathsim) -> None:
    for number in (1, 2):
        shard(pathsim, number, 2, "all")
    pathsim("merge", "all", "--out", "merged")
    more = (*ASKED[:3], 2 * COUNT, *ASKED[4:])
    assert pathsim(*more, "--out", "merged").out == pathsim(*more).out


@pytest.mark.usefixtures("here")
def test_an_ensemble_that_was_interrupted_needs_no_merging(pathsim: Pathsim, here: Path) -> None:
    pathsim(*ASKED, "--out", "whole")
    chunks(here / "whole")[1].unlink()
    told = pathsim("merge", "whole").err
    assert f"replicates {CHUNK}-{2 * CHUNK - 1}" in told
    assert told.rstrip().endswith(f"pathsim ensemble two-arm-exponential --replicates {COUNT} --seed 3 --out whole")


@pytest.mark.usefixtures("here")
def test_folders_of_different_ensembles_are_not_joined(pathsim: Pathsim) -> None:
    shard(pathsim, 1, 2, "a")
    shard(pathsim, 2, 2, "b", *ASKED[:-1], 4)
    refused = pathsim("merge", "a", "b")
    assert (refused.code, refused.out) == (2, "")
    assert "b holds another ensemble than a (seed 4, not 3)" in refused.err


def test_a_folder_without_an_ensemble_is_told(pathsim: Pathsim, here: Path) -> None:
    (here / "empty").mkdir()
    for folder in ("empty", "nowhere"):
        assert f"{folder} holds no ensemble" in pathsim("merge", folder).err


@pytest.mark.usefixtures("here")
def test_results_do_not_go_into_the_folder_of_another_ensemble(pathsim: Pathsim) -> None:
    for number in (1, 2):
        shard(pathsim, number, 2, "all")
    pathsim(*ASKED[:-1], 4, "--out", "other")
    assert "other holds another ensemble" in pathsim("merge", "all", "--out", "other").err
    assert pathsim("merge", "all", "--out", "other", "--force").code == 0


class TestAScenarioOfOnesOwn:
    """The folder keeps its text, so that shards can be joined wherever they were brought."""

    @pytest.fixture(autouse=True)
    def _shards(self, pathsim: Pathsim, here: Path) -> None:
        for name in ("two-arm-exponential", "own"):
            shutil.copy(library() / "two-arm-exponential.toml", here / f"{name}.toml")
        (here / "own.toml").write_text('extends = "two-arm-exponential"\n[trial]\npatients = 80\nassumed = "a test"\n')
        self.asked = ("ensemble", "own.toml", "--replicates", 100, "--seed", 3)
        self.whole = pathsim(*self.asked).out
        for number in (1, 2):
            shard(pathsim, number, 2, "all", *self.asked)

    def test_shards_are_joined_from_another_folder(
        self, pathsim: Pathsim, here: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
        assert pathsim("merge", here / "all").out == self.whole

    def test_a_file_that_changed_is_told_and_changes_nothing(self, pathsim: Pathsim, here: Path) -> None:
        with (here / "own.toml").open("a") as own:
            own.write("# later\n")
        merged = pathsim("merge", "all")
        assert merged.out == self.whole
        assert "own.toml has changed since" in merged.err
        refused = pathsim(*self.asked, "--shard", "1/2", "--out", "all")
        assert refused.code == 2
        assert "another ensemble (made from an earlier text)" in refused.err

    def test_a_folder_of_an_earlier_version_is_told_as_such(self, pathsim: Pathsim, here: Path) -> None:
        """Its recipe is as it was written, and says nothing of the names of figures, or other ones."""
        for version in (None, 1):
            recipe = json.loads((here / "all" / RECIPE).read_text(encoding="utf-8"))
            recipe = {name: value for name, value in recipe.items() if name not in (CHECKSUM, SCHEMA)}
            recipe |= {} if version is None else {SCHEMA: version}
            recipe[CHECKSUM] = _digest(recipe)
            (here / "all" / RECIPE).write_text(json.dumps(recipe), encoding="utf-8")
            merged = pathsim("merge", "all")
            assert (merged.code, merged.out) == (2, "")
            assert "all was made by a version of pathsim in which figures have other names" in merged.err
            refused = pathsim(*self.asked, "--shard", "1/2", "--out", "all")
            assert refused.code == 2
            assert "another ensemble (made by a version of pathsim in which figures have other names)" in refused.err

    def test_a_file_that_it_builds_on_must_be_as_it_was(self, pathsim: Pathsim, here: Path) -> None:
        with (here / "two-arm-exponential.toml").open("a") as base:
            base.write("# later\n")
        refused = pathsim("merge", "all")
        assert (refused.code, refused.out) == (2, "")
        assert "a scenario that 'own' builds on has changed" in refused.err


def test_another_version_does_not_join_what_it_did_not_make(pathsim: Pathsim, here: Path) -> None:
    shard(pathsim, 1, 1, "all")
    recipe = json.loads((here / "all/recipe.json").read_text())
    (here / "all/recipe.json").write_text(json.dumps({**recipe, "pathsim": "0.0.1"}))
    assert "all was made by pathsim 0.0.1" in pathsim("merge", "all").err


def test_a_recipe_that_somebody_changed_is_refused(pathsim: Pathsim, here: Path) -> None:
    shard(pathsim, 1, 1, "all")
    recipe = json.loads((here / "all/recipe.json").read_text())
    changed: list[dict[str, object]] = [
        {"seed": 1.5},
        {"seed": 4},
        {"null": "no"},
        {"asked": {"replicates": 1.5, "until_se": None, "shards": 1}},
        {"asked": {"replicates": CHUNK, "until_se": None, "shards": 1}},
        {"made_from": {**recipe["made_from"], "settings": [["trial.patients", "80"]]}},
    ]
    for change in changed:
        (here / "all/recipe.json").write_text(json.dumps({**recipe, **change}))
        refused = pathsim("merge", "all")
        assert (refused.code, refused.out) == (2, "")
        assert refused.err == (
            "Error: all/recipe.json is damaged or has been changed: make its replicates again, or name another folder\n"
        )
        unseeded = pathsim(*ASKED[:-2], "--out", "all")
        assert (unseeded.code, unseeded.out) == (2, "")
        assert "all/recipe.json is damaged or has been changed: give the --seed" in unseeded.err


def test_a_chunk_in_the_wrong_place_is_told_and_not_merged(pathsim: Pathsim, here: Path) -> None:
    shard(pathsim, 1, 1, "all")
    first, second, *_ = chunks(here / "all")
    second.write_bytes(first.read_bytes())
    refused = pathsim("merge", "all")
    assert (refused.code, refused.out) == (2, "")
    assert f"{second.relative_to(here)} is the chunk of replicate 0: left out" in refused.err
    assert f"replicates {CHUNK}-{2 * CHUNK - 1}:" in refused.err
    command = shlex.split(refused.err.splitlines()[-1])
    assert "set aside" in pathsim(*command[1:]).err
    assert pathsim("merge", "all").out == pathsim(*ASKED).out


def test_a_folder_that_was_made_with_other_settings_is_not_gone_on_with(pathsim: Pathsim, here: Path) -> None:
    """And without ``--force`` nothing in it is touched."""
    pathsim(*ASKED, "--set", "trial.patients=120", "--out", "own")
    held = {path: path.read_bytes() for path in (here / "own").rglob("*.*")}
    for other in ((), ("--set", "trial.patients=80"), ("--vary", "trial.patients=120,80"), ("--null",)):
        refused = pathsim(*ASKED, *other, "--out", "own")
        assert (refused.code, refused.out) == (2, "")
        assert "own holds another ensemble" in refused.err
    assert {path: path.read_bytes() for path in (here / "own").rglob("*.*")} == held
    forced = pathsim(*ASKED, "--set", "trial.patients=80", "--out", "own", "--force")
    assert forced.out == pathsim(*ASKED, "--set", "trial.patients=80").out


@pytest.mark.parametrize("value", ["0/3", "4/3", "2", "a/b", "-1/3", "1/0"])
def test_a_shard_is_one_of_several(pathsim: Pathsim, value: str) -> None:
    done = pathsim(*ASKED, "--shard", value, "--out", "a")
    assert (done.code, done.out) == (2, "")
    assert "write i/n, such as 2/8" in done.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "add --out FOLDER"),
        (("--out", "a", "--until-se", "0.01"), "give --replicates instead"),
        (("--out", "a", "--json"), "leave --json and --format to pathsim merge"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_a_shard_cannot_do_is_told(pathsim: Pathsim, options: tuple[str, ...], told: str) -> None:
    done = pathsim(*ASKED, "--shard", "1/2", *options)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.usefixtures("here")
def test_shards_need_one_seed(pathsim: Pathsim) -> None:
    unseeded = (*ASKED[:-2], "--shard", "1/2", "--out", "a")
    assert "all shards need the same seed: add --seed N" in pathsim(*unseeded).err
    shard(pathsim, 1, 2, "a")
    assert pathsim(*unseeded).code == 0, "the folder knows it"
