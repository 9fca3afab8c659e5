"""A folder keeps finished chunks, so that an ensemble goes on where it was, and keeps ensembles apart."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from pathsim.ensemble.rows import Columns
from pathsim.ensemble.run import CHUNK, Recipe, ensemble, spans
from pathsim.ensemble.store import Store, StoreError, stored_seed
from pathsim.scenario.files import find

TEXTBOOK = Recipe.of(find("two-arm-exponential"), {})


def same(one: Columns, other: Columns) -> bool:
    return list(one) == list(other) and all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


class InterruptedByHandError(Exception):
    """Somebody pressed a key."""


@pytest.mark.parametrize("rows_format", ["parquet", "csv"])
def test_an_ensemble_that_was_interrupted_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, rows_format: Literal["parquet", "csv"]
) -> None:
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
    files = [store.publish(columns, "{}", rows_format) for store, columns in ((whole, undisturbed), (again, resumed))]
    assert len(whole.held()) == 4
    for one, other in zip(*files, strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(("first", "then"), [(30, CHUNK), (CHUNK + 30, 2 * CHUNK), (2 * CHUNK, CHUNK + 30)])
def test_a_folder_can_be_asked_for_another_number_of_replicates(tmp_path: Path, first: int, then: int) -> None:
    ensemble(TEXTBOOK, 6, first, store=Store.begin(tmp_path, {"seed": 6}))
    assert same(
        ensemble(TEXTBOOK, 6, then, store=Store.begin(tmp_path, {"seed": 6})),
        ensemble(TEXTBOOK, 6, then),
    )


@pytest.mark.parametrize("left", [b"", b"PK", b"no archive at all", None])
def test_a_chunk_that_cannot_be_read_is_made_again(tmp_path: Path, left: bytes | None) -> None:
    store = Store.begin(tmp_path, {"seed": 6})
    undisturbed = ensemble(TEXTBOOK, 6, 40, store=store)
    whole = store.path(0).read_bytes()
    store.path(0).write_bytes(whole[: len(whole) // 2] if left is None else left)
    assert store.saved(0, 40) is None
    assert same(ensemble(TEXTBOOK, 6, 40, store=store), undisturbed)
    assert store.saved(0, 40) is not None


def test_a_chunk_with_a_flipped_bit_is_made_again(tmp_path: Path) -> None:
    store = Store.begin(tmp_path, {"seed": 6})
    ensemble(TEXTBOOK, 6, 40, store=store)
    content = bytearray(store.path(0).read_bytes())
    content[len(content) // 3] ^= 1
    store.path(0).write_bytes(content)
    assert store.saved(0, 40) is None


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


def test_how_much_is_asked_does_not_make_another_ensemble(tmp_path: Path) -> None:
    Store.begin(tmp_path, {"seed": 6, "asked": {"replicates": 5}})
    Store.begin(tmp_path, {"seed": 6, "asked": {"replicates": 9}})
