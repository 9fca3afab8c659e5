"""The folder of an ensemble: finished chunks, so that one that was interrupted goes on where it was."""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from pathsim.ensemble.rows import Columns
from pathsim.text import write_csv

RowsFormat: TypeAlias = Literal["parquet", "csv"]
RECIPE, SUMMARY, CHUNKS, PARTIAL = "recipe.json", "summary.json", "chunks", ".partial"
ROWS: Mapping[RowsFormat, str] = {"parquet": "rows.parquet", "csv": "rows.csv"}
MADE_FROM, ASKED = "made_from", "asked"
"""What a recipe tells beside what makes it this ensemble and no other: how to make it again, and how much of it."""
ROWS_AT_ONCE = 1000


class StoreError(Exception):
    """A folder that cannot hold this ensemble, or holds none, with a sentence for the user."""


class Store:
    """The chunks of one ensemble in a folder. Chunks of another ensemble are never mixed in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._chunks = folder / CHUNKS

    @classmethod
    def begin(cls, folder: Path, recipe: dict[str, Any], *, force: bool = False) -> "Store":
        """The store in this folder, which is made if need be. Raises StoreError if it holds another ensemble.

        With ``force`` the chunks of the other one are thrown away.
        """
        store = cls(folder)
        try:
            store._chunks.mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise StoreError(f"--out {folder} cannot be made: {wrong.strerror}") from None
        told = json.dumps(recipe, indent=2, default=str) + "\n"
        path = folder / RECIPE
        if path.exists():
            other = difference(read_recipe(folder, unreadable={}), json.loads(told))
            if other and not force:
                raise StoreError(
                    f"{folder} holds another ensemble ({other}); name another folder, or add --force to begin this "
                    "one there"
                )
            if other:
                store._forget()
        if not path.exists() or path.read_text(encoding="utf-8") != told:
            write_whole(path, told.encode())
        return store

    def _forget(self) -> None:
        for old in self._chunks.glob("*.npz"):
            old.unlink(missing_ok=True)

    def tidy(self, firsts: Collection[int] | None = None) -> None:
        """Remove what writes that were cut short have left: of these chunks, or everywhere.

        A shard tidies up after itself only: in a folder that is shared, the others may be writing.
        """
        left = [path for path in self._chunks.glob(f"*.npz.*{PARTIAL}") if firsts is None or _first(path) in firsts]
        if firsts is None:
            left += [
                path for name in (RECIPE, SUMMARY, *ROWS.values()) for path in self.folder.glob(f"{name}.*{PARTIAL}")
            ]
        for path in left:
            path.unlink(missing_ok=True)

    def held(self) -> list[int]:
        """The first replicate of each chunk that is there."""
        return sorted(_first(path) for path in self._chunks.glob("*.npz"))

    def saved(self, first: int, count: int) -> Columns | None:
        """The chunk that begins with this replicate, if it was finished with just this many and can be read."""
        path = self.path(first)
        if not path.exists():
            return None
        try:
            with path.open("rb") as file, np.load(file) as held:
                columns = {name: held[name] for name in held.files}
        except Exception:  # noqa: BLE001 - whatever became of the file, the chunk can be made again
            return None
        whole = columns and all(column.shape == (count,) for column in columns.values())
        return columns if whole else None

    def save(self, first: int, columns: Columns) -> None:
        """Keep a finished chunk; a file that is there is whole."""
        with _whole(self.path(first)) as partial, partial.open("wb") as file:
            np.savez(file, **columns)  # type: ignore[arg-type]  # numpy reads the names of columns as its options

    def adopt(self, first: int, other: "Store") -> None:
        """Keep a chunk of another store too."""
        if other.folder.resolve() != self.folder.resolve():
            write_whole(self.path(first), other.path(first).read_bytes())

    def path(self, first: int) -> Path:
        """The file of the chunk that begins with this replicate."""
        return self._chunks / f"{first:09d}.npz"

    def publish(self, columns: dict[str, Any], summary: str, rows_format: RowsFormat) -> Sequence[Path]:
        """Write the rows and the summary; the paths of both."""
        rows = self.folder / ROWS[rows_format]
        _write_rows(rows, columns)
        write_whole(self.folder / SUMMARY, summary.encode())
        return rows, self.folder / SUMMARY


def _first(chunk: Path) -> int:
    """The first replicate of the chunk in this file; -1 if it is another file."""
    number = chunk.name.partition(".")[0]
    return int(number) if number.isdecimal() else -1


def read_recipe(folder: Path, unreadable: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a folder says of its ensemble. Raises StoreError if it says nothing, unless told what to read then."""
    try:
        recipe = json.loads((folder / RECIPE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        recipe = None
    if isinstance(recipe, dict):
        return recipe
    if unreadable is None:
        raise StoreError(
            f"{folder} holds no ensemble, for it has no {RECIPE} that can be read; name a folder that was made by "
            "pathsim ensemble --out"
        )
    return unreadable


def difference(held: dict[str, Any], asked: dict[str, Any]) -> str:
    """In what two recipes are those of different ensembles, in words; empty if they are of the same one."""
    one, other = _identity(held), _identity(asked)
    for name in dict.fromkeys([*other, *one]):
        there, here = (json.dumps(identity.get(name)) for identity in (one, other))
        if there != here:
            return "made from an earlier text" if name.endswith("sha256") else f"{name} {there}, not {here}"
    return ""


def _identity(recipe: dict[str, Any]) -> dict[str, Any]:
    """What makes it this ensemble and no other, without tables in tables."""
    found: dict[str, Any] = {}
    for name, value in recipe.items():
        if isinstance(value, dict) and name not in (MADE_FROM, ASKED):
            found |= {f"{name} {key}": inner for key, inner in value.items()}
        elif name not in (MADE_FROM, ASKED):
            found[name] = value
    return found


def stored_seed(folder: Path) -> int | None:
    """The seed of the ensemble in this folder, if there is one: to go on with it needs no typing."""
    seed = read_recipe(folder, unreadable={}).get("seed")
    return seed if isinstance(seed, int) else None


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Where to write a file, so that it takes its name only when it is complete."""
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that takes its name only when it is complete."""
    with _whole(path) as partial:
        partial.write_bytes(content)


def _write_rows(path: Path, columns: dict[str, Any]) -> None:
    if path.suffix == ".parquet":
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415

        with _whole(path) as partial:
            pq.write_table(pa.table(columns), partial, compression="zstd")
        return
    with _whole(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        write_csv(file, list(columns), ())
        for begin in range(0, next(iter(columns.values())).size, ROWS_AT_ONCE):
            some = [column[begin : begin + ROWS_AT_ONCE].tolist() for column in columns.values()]
            file.writelines(",".join(map(_cell, row)) + "\n" for row in zip(*some, strict=True))


def _cell(value: float) -> str:
    return "" if value != value else f"{value:.17g}".removesuffix(".0")  # noqa: PLR0124 - only NaN differs from itself
