"""A folder keeps finished chunks, so that an ensemble goes on where it was, and keeps ensembles apart."""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from pathsim.ensembles.run import Recipe, ensemble, fill
from pathsim.ensembles.spans import CHUNK, spans
from pathsim.ensembles.store import DamagedError, Store, StoreError, stored_seed
from pathsim.ensembles.vary import table
from pathsim.scenario.files import find

TEXTBOOK = Recipe.of(find("two-arm-exponential"), {})


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return list(one) == list(other) and all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


class InterruptedByHandError(Exception):
    """Somebody pressed a key."""


@pytest.mark.parametrize("rows_format", ["parquet", "csv"])
def test_an_ensemble_that_was_interrupted_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, rows_format: Literal["parquet", "csv"], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pathsim.ensembles.run.PATIENTS_AT_ONCE", 1)  # a chunk at a time
    count = 3 * CHUNK + 9
    whole = Store.begin(tmp_path / "whole", {"seed": 6})
    undisturbed = ensemble(TEXTBOOK, 6, count, store=whole)

    def interrupt(done: int, _: int) -> None:
        if done >= 2 * CHUNK:
            raise InterruptedByHandError

    with pytest.raises(InterruptedByHandError):
        ensemble(TEXTBOOK, 6, count, store=Store.begin(tmp_path / "parts", {"seed": 6}), finished=interrupt)
    again = Store.begin(tmp_path / "parts", {"seed": 6})
    told: list[int] = []
    resumed = ensemble(TEXTBOOK, 6, count, store=again, finished=lambda done, _: told.append(done))
    assert told[0] == 3 * CHUNK, "finished chunks are not simulated again"
    files = [
        store.publish(table(rows, 0), "{}", rows_format) for store, rows in ((whole, undisturbed), (again, resumed))
    ]
    assert len(whole.held()) == 4
    for one, other in zip(*files, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_the_rows_of_a_csv_are_those_of_the_ensemble(tmp_path: Path) -> None:
    rows = ensemble(TEXTBOOK, 6, 20)
    path, _ = Store.begin(tmp_path, {"seed": 6}).publish(table(rows, 0), "{}", "csv")
    with path.open(encoding="utf-8") as file:
        names, *cells = csv.reader(file)
    assert names == ["replicate", *rows]
    assert [int(row[0]) for row in cells] == list(range(20))
    for at, name in enumerate(rows, 1):
        np.testing.assert_array_equal([float(row[at] or "nan") for row in cells], rows[name])


def test_no_rows_of_another_format_stay_beside_a_new_summary(tmp_path: Path) -> None:
    store = Store.begin(tmp_path, {"seed": 6})
    formats: tuple[Literal["parquet", "csv"], ...] = ("csv", "parquet", "csv")
    for rows_format in formats:
        store.publish(table(ensemble(TEXTBOOK, 6, 20), 0), "{}", rows_format)
        assert [path.name for path in tmp_path.glob("rows.*")] == [f"rows.{rows_format}"]


def test_progress_counts_the_replicates_of_a_shard_and_no_more(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    store = Store.begin(tmp_path, {"seed": 6})
    fill(TEXTBOOK, 6, spans(CHUNK + 9), store, finished=lambda done, of: told.append((done, of)))
    assert told == [(CHUNK, CHUNK + 9), (CHUNK + 9, CHUNK + 9), (CHUNK + 9, CHUNK + 9)]


def test_what_is_not_asked_otherwise_is_the_trial_as_the_scenario_states_it() -> None:
    assert not TEXTBOOK.scenario().is_null


@pytest.mark.parametrize(("first", "then"), [(30, CHUNK), (CHUNK + 30, 2 * CHUNK), (2 * CHUNK, CHUNK + 30)])
def test_a_folder_can_be_asked_for_another_number_of_replicates(tmp_path: Path, first: int, then: int) -> None:
    ensemble(TEXTBOOK, 6, first, store=Store.begin(tmp_path, {"seed": 6}))
    assert same(
        ensemble(TEXTBOOK, 6, then, store=Store.begin(tmp_path, {"seed": 6})),
        ensemble(TEXTBOOK, 6, then),
    )


class Listener:
    """Hears what a store has to say."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, sentence: str) -> None:
        self.heard.append(sentence)


def truncated(chunk: bytes) -> bytes:
    return chunk[: len(chunk) // 2]


def with_a_flipped_bit(chunk: bytes) -> bytes:
    content = bytearray(chunk)
    content[len(content) // 3] ^= 1
    return bytes(content)


def of_another_form(_: bytes) -> bytes:
    """What an archive looks like that somebody else made, with columns of another kind."""
    file = io.BytesIO()
    np.savez(file, **{"trial.enrolled": np.array(["many"] * 40)})
    return file.getvalue()


@pytest.mark.parametrize(
    "damage",
    [lambda _: b"", lambda _: b"PK", lambda _: b"no archive at all", truncated, with_a_flipped_bit, of_another_form],
    ids=["empty", "beginning", "text", "truncated", "flipped", "form"],
)
def test_a_damaged_chunk_is_set_aside_told_and_made_again(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    said = Listener()
    store = Store.begin(tmp_path, {"seed": 6}, said)
    undisturbed = ensemble(TEXTBOOK, 6, 40, store=store)
    damaged = damage(store.path(0).read_bytes())
    for again in ("", "-2"):
        store.path(0).write_bytes(damaged)
        with pytest.raises(DamagedError):
            store.saved(0, 40)
        assert same(ensemble(TEXTBOOK, 6, 40, store=store), undisturbed)
        aside = store.path(0).with_name(f"000000000.npz.damaged{again}")
        assert aside.read_bytes() == damaged, "nothing of the user's is thrown away"
        assert said.heard.pop() == (f"{store.path(0)} is damaged: set aside as {aside.name}, and simulated again")
    assert same(store.saved(0, 40) or {}, undisturbed)


def test_every_byte_of_a_chunk_is_guarded(tmp_path: Path) -> None:
    """A flipped bit is noticed, or it stands where it changes nothing that is read."""
    store = Store.begin(tmp_path, {"seed": 6})
    undisturbed = ensemble(TEXTBOOK, 6, 2, store=store)
    whole = store.path(0).read_bytes()
    for position in range(len(whole)):
        content = bytearray(whole)
        content[position] ^= 1 << position % 8
        store.path(0).write_bytes(content)
        try:
            held = store.saved(0, 2)
        except DamagedError:
            continue
        assert held is not None
        assert same(held, undisturbed)


def test_a_chunk_in_the_place_of_another_is_told_and_both_are_made(tmp_path: Path) -> None:
    said = Listener()
    store = Store.begin(tmp_path, {"seed": 6}, said)
    undisturbed = ensemble(TEXTBOOK, 6, 2 * CHUNK, store=store)
    one, other = (store.path(first).read_bytes() for first in (0, CHUNK))
    store.path(0).write_bytes(other)
    store.path(CHUNK).write_bytes(one)
    assert same(ensemble(TEXTBOOK, 6, 2 * CHUNK, store=store), undisturbed)
    assert [sentence.partition(":")[0] for sentence in said.heard] == [
        f"{store.path(0)} is the chunk of replicate {CHUNK}",
        f"{store.path(CHUNK)} is the chunk of replicate 0",
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 7, "scenario": {"sha256": "a", "overrides": {}}},
        {"seed": 6, "scenario": {"sha256": "b", "overrides": {}}},
        {"seed": 6, "scenario": {"sha256": "a", "overrides": {"trial.patients": 80}}},
        {"seed": 6, "scenario": {"sha256": "a", "overrides": {}}, "vary": [{"trial.patients": "80"}]},
        {"seed": 6, "scenario": {"sha256": "a", "overrides": {}}, "null": True},
    ],
    ids=["seed", "scenario", "set", "vary", "null"],
)
def test_a_chunk_of_another_ensemble_is_not_taken(tmp_path: Path, other: dict[str, Any]) -> None:
    mine = Store.begin(tmp_path / "mine", {"seed": 6, "scenario": {"sha256": "a", "overrides": {}}})
    foreign = Store.begin(tmp_path / "foreign", other)
    foreign.save(0, {"trial.enrolled": np.zeros(CHUNK)})
    mine.path(0).write_bytes(foreign.path(0).read_bytes())
    with pytest.raises(DamagedError, match="belongs to another ensemble"):
        mine.saved(0, CHUNK)


def test_what_is_not_a_chunk_is_left_alone_or_set_aside(tmp_path: Path) -> None:
    store = Store.begin(tmp_path, {"seed": 6})
    undisturbed = ensemble(TEXTBOOK, 6, 40, store=store)
    store.path(0).unlink()
    store.path(0).mkdir()
    notes = tmp_path / "chunks/notes.npz"
    notes.write_text("mine")
    assert same(ensemble(TEXTBOOK, 6, 40, store=store), undisturbed)
    assert notes.read_text() == "mine"
    assert store.path(0).with_name("000000000.npz.damaged").is_dir()
    assert store.held() == [0]


def test_what_a_write_that_was_cut_short_has_left_is_removed(tmp_path: Path) -> None:
    store = Store.begin(tmp_path, {"seed": 6})
    for name in ("chunks/000000000.npz.ab.partial", "rows.parquet.cd.partial"):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / "download.partial").write_bytes(b"not ours")
    ensemble(TEXTBOOK, 6, 5, store=store)
    assert [path.name for path in tmp_path.rglob("*.partial")] == ["download.partial"]


def test_a_shard_leaves_alone_what_others_are_writing(tmp_path: Path) -> None:
    store = Store.begin(tmp_path, {"seed": 6})
    mine, other = tmp_path / f"chunks/{CHUNK:09d}.npz.ab.partial", tmp_path / "chunks/000000000.npz.cd.partial"
    for path in (mine, other):
        path.write_bytes(b"half")
    store.tidy({span.first for span in spans(2 * CHUNK)[1:]})
    assert (mine.exists(), other.exists()) == (False, True)


def test_a_folder_of_another_ensemble_is_not_touched(tmp_path: Path) -> None:
    ensemble(TEXTBOOK, 6, 30, store=Store.begin(tmp_path, {"seed": 6}))
    with pytest.raises(StoreError, match=r"another ensemble \(seed 6, not 7\)"):
        Store.begin(tmp_path, {"seed": 7})
    assert stored_seed(tmp_path) == 6
    fresh = Store.begin(tmp_path, {"seed": 7}, force=True)
    assert fresh.saved(0, 30) is None


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", '{"seed": 6}', "\x00\x01"])
def test_a_folder_whose_recipe_is_damaged_is_not_touched(tmp_path: Path, text: str) -> None:
    ensemble(TEXTBOOK, 6, 30, store=Store.begin(tmp_path, {"seed": 6}))
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(StoreError, match=r"recipe\.json is damaged or has been changed; .* --force to start afresh"):
        Store.begin(tmp_path, {"seed": 7})
    assert Store(tmp_path, {"seed": 6}).saved(0, 30) is not None


def test_how_much_is_asked_does_not_make_another_ensemble(tmp_path: Path) -> None:
    Store.begin(tmp_path, {"seed": 6, "asked": {"replicates": 5}})
    Store.begin(tmp_path, {"seed": 6, "asked": {"replicates": 9}})


def test_the_order_in_which_a_recipe_is_written_makes_no_other_ensemble(tmp_path: Path) -> None:
    ensemble(TEXTBOOK, 6, 30, store=Store.begin(tmp_path, {"seed": 6, "uncertain": False}))
    assert Store(tmp_path, {"uncertain": False, "seed": 6}).saved(0, 30) is not None


def test_what_comes_after_how_much_is_asked_makes_an_ensemble_all_the_same(tmp_path: Path) -> None:
    Store.begin(tmp_path, {"asked": {"replicates": 5}, "seed": 6})
    with pytest.raises(StoreError, match="holds another ensemble"):
        Store.begin(tmp_path, {"asked": {"replicates": 5}, "seed": 7})
