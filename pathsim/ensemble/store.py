"""The folder of an ensemble: finished chunks, so that one that was interrupted goes on where it was."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal, TypeAlias

import numpy as np

from pathsim.ensemble.rows import Columns

RowsFormat: TypeAlias = Literal["parquet", "csv"]
RECIPE, SUMMARY, CHUNKS = "recipe.json", "summary.json", "chunks"


class StoreError(Exception):
    """A folder that cannot hold this ensemble, with a sentence for the user."""


class Store:
    """The chunks of one ensemble in a folder. Chunks of another ensemble are never mixed in."""

    def __init__(self, folder: Path, recipe: dict[str, Any], *, force: bool = False) -> None:
        self.folder = folder
        self._chunks = folder / CHUNKS
        told = json.dumps(recipe, indent=2, sort_keys=True) + "\n"
        try:
            self._chunks.mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise StoreError(f"--out {folder} cannot be made: {wrong.strerror}") from None
        path = folder / RECIPE
        if path.exists() and path.read_text(encoding="utf-8") != told:
            if not force:
                raise StoreError(
                    f"{folder} holds another ensemble ({RECIPE} says which); name another folder, or add --force to "
                    "begin this one there"
                )
            for old in self._chunks.glob("*.npz"):
                old.unlink()
        write_whole(path, told.encode())

    def saved(self, first: int, count: int) -> Columns | None:
        """The chunk that begins with this replicate, if it was finished with just this many."""
        path = self._path(first)
        if not path.exists():
            return None
        with np.load(path) as held:
            columns = {name: held[name] for name in held.files}
        return columns if next(iter(columns.values())).size == count else None

    def save(self, first: int, columns: Columns) -> None:
        """Keep a finished chunk; a file that is there is whole."""
        with NamedTemporaryFile(dir=self._chunks, suffix=".partial", delete=False) as partial:
            np.savez(partial, **columns)  # type: ignore[arg-type]  # numpy reads the names of columns as its options
        Path(partial.name).replace(self._path(first))

    def _path(self, first: int) -> Path:
        return self._chunks / f"{first:09d}.npz"

    def publish(self, columns: Columns, summary: str, rows_format: RowsFormat) -> Sequence[Path]:
        """Write the rows, one a replicate, and the summary; the paths of both."""
        rows = self.folder / f"rows.{rows_format}"
        _write_rows(rows, {"replicate": np.arange(next(iter(columns.values())).size), **columns})
        write_whole(self.folder / SUMMARY, summary.encode())
        return rows, self.folder / SUMMARY


def stored_seed(folder: Path) -> int | None:
    """The seed of the ensemble in this folder, if there is one: to go on with it needs no typing."""
    try:
        seed = json.loads((folder / RECIPE).read_text(encoding="utf-8"))["seed"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return seed if isinstance(seed, int) else None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that takes its name only when it is complete."""
    with NamedTemporaryFile(dir=path.parent, suffix=".partial", delete=False) as partial:
        partial.write(content)
    Path(partial.name).replace(path)


def _write_rows(path: Path, columns: dict[str, Any]) -> None:
    if path.suffix == ".parquet":
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415

        partial = path.with_suffix(".partial")
        pq.write_table(pa.table(columns), partial, compression="zstd")
        partial.replace(path)
        return
    lines = [",".join(columns)]
    lines += [",".join(map(_cell, row)) for row in zip(*(column.tolist() for column in columns.values()), strict=True)]
    write_whole(path, ("\n".join(lines) + "\n").encode())


def _cell(value: float) -> str:
    return "" if value != value else f"{value:.17g}".removesuffix(".0")  # noqa: PLR0124 - only NaN differs from itself
