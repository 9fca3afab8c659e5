"""The folder of an ensemble: finished chunks, so that one that was interrupted goes on where it was.

A chunk says itself of which ensemble and which replicates it is, with a checksum over all of it. What is damaged, or
was brought from elsewhere, is never read as if it were the chunk that belongs there.
"""

import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.ensembles.selection import CHOSEN
from pathsim.parquet import TableFormat, write_parquet
from pathsim.results.views import Columns
from pathsim.text import write_csv
from pathsim.whole_files import PARTIAL, UnwritableError, whole

if TYPE_CHECKING:
    from pathsim.ensembles.vary import SettingsTable

RECIPE, SUMMARY, CHUNKS, DAMAGED = "recipe.json", "summary.json", "chunks", ".damaged"
ROWS: Mapping[TableFormat, str] = {"parquet": "rows.parquet", "csv": "rows.csv"}
SCHEMA = "schema_version"
"""Of a recipe: under which names the figures of the chunks are kept."""
MADE_FROM, ASKED, CHECKSUM = "made_from", "asked", "checksum"
"""What a recipe tells beside what makes it this ensemble and no other: how to make it again, how much of it, and
whether it is as it was written.
"""
WHOLE = ("setting", "replicate", CHOSEN)
"""The columns of the rows that are whole numbers; all others are figures."""
Tell: TypeAlias = Callable[[str], None]
"""Says a sentence to the user."""


class StoreError(Exception):
    """A folder that cannot hold this ensemble, or holds none, with a sentence for the user."""


class DamagedError(Exception):
    """A file in the place of a chunk that is not this chunk, with a sentence for the user."""


def _untold(sentence: str) -> None:
    """Nobody wants to know."""


class Store:
    """The chunks of one ensemble in a folder. Chunks of another ensemble are never mixed in."""

    def __init__(self, folder: Path, recipe: Mapping[str, Any], tell: Tell = _untold) -> None:
        self.folder, self.tell = folder, tell
        self._ensemble = _digest(identity(recipe))
        self._chunks = folder / CHUNKS

    @classmethod
    def begin(cls, folder: Path, recipe: Mapping[str, Any], tell: Tell = _untold, *, force: bool = False) -> "Store":
        """The store in this folder, which is made if need be. Raises StoreError if it holds another ensemble.

        With ``force`` the chunks of the other one are thrown away. What happens to damaged chunks is told.
        """
        store, path = cls(folder, recipe, tell), folder / RECIPE
        try:
            store._chunks.mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise StoreError(f"--out {folder} cannot be created: {wrong.strerror}") from None
        plain = json.loads(json.dumps(recipe, default=str))
        told = (json.dumps({**plain, CHECKSUM: _digest(plain)}, indent=2) + "\n").encode()
        if path.exists():
            held = read_recipe(folder, unreadable={})
            other = difference(held, plain)
            if other and not force:
                reason = f"{folder} holds another ensemble ({other})" if is_as_written(held) else damaged(folder)
                raise StoreError(f"{reason}; name another folder, or add --force to start afresh in this one")
            if other:
                store._forget()
        if not path.is_file() or path.read_bytes() != told:
            _write_whole(path, told)
        return store

    def _forget(self) -> None:
        for first in self.held():
            self.path(first).unlink(missing_ok=True)

    def tidy(self, firsts: Container[int] | None = None) -> None:
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
        found = (path for path in self._chunks.glob("*.npz") if path.is_file())
        return sorted(first for path in found if path == self.path(first := _first(path)))

    def saved(self, first: int, count: int) -> Columns | None:
        """The chunk that begins with this replicate, if it was finished with just this many.

        Raises DamagedError if what is in its place is not that chunk as it was written.
        """
        path = self.path(first)
        if not path.exists():
            return None
        if not path.is_file():
            raise DamagedError(f"{path} is not a file")
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                about, rows = json.loads(str(held["about"])), held["rows"]
            is_whole = about.pop(CHECKSUM) == _checksum(about, rows)
        except Exception:  # noqa: BLE001 - whatever became of the file, the chunk can be made again
            is_whole = False
        if not is_whole:
            raise DamagedError(f"{path} is damaged")
        if about["ensemble"] != self._ensemble:
            raise DamagedError(f"{path} belongs to another ensemble")
        if about["first"] != first:
            raise DamagedError(f"{path} is the chunk of replicate {about['first']}")
        if about["replicates"] != count:
            return None
        return dict(zip(about["columns"], rows, strict=True))

    def set_aside(self, first: int, wrong: DamagedError) -> None:
        """Rename what is not the chunk that it should be, and say so."""
        path = self.path(first)
        names = (path.with_name(f"{path.name}{DAMAGED}{f'-{number}' if number > 1 else ''}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        with _told_why(path):
            path.rename(aside)
        self.tell(f"{wrong}: set aside as {aside.name}, and simulated again")

    def save(self, first: int, columns: Columns) -> None:
        """Keep a finished chunk; a file that is there is whole. Raises StoreError if it cannot be written."""
        rows = np.array(list(columns.values()), np.float64)
        about = {"ensemble": self._ensemble, "first": first, "replicates": rows.shape[1], "columns": list(columns)}
        told = json.dumps({**about, CHECKSUM: _checksum(about, rows)})
        with _whole(self.path(first)) as partial, partial.open("wb") as file:
            np.savez(file, about=np.array(told), rows=rows)

    def adopt(self, first: int, other: "Store") -> None:
        """Keep a chunk of another store too."""
        if other.folder.resolve() != self.folder.resolve():
            _write_whole(self.path(first), other.path(first).read_bytes())

    def path(self, first: int) -> Path:
        """The file of the chunk that begins with this replicate."""
        return self._chunks / f"{first:09d}.npz"

    def publish(self, rows: "SettingsTable", summary: str, rows_format: TableFormat) -> Sequence[Path]:
        """Write the rows and the summary; the paths of both. Raises StoreError if they cannot be written."""
        path = self.folder / ROWS[rows_format]
        _write_rows(path, rows)
        for other in {self.folder / name for name in ROWS.values()} - {path}:
            with _told_why(other):
                other.unlink(missing_ok=True)  # rows of another summary
        _write_whole(self.folder / SUMMARY, summary.encode())
        return path, self.folder / SUMMARY


def _digest(of: Any) -> str:
    return sha256(json.dumps(of, sort_keys=True, default=str).encode()).hexdigest()


def _checksum(about: Mapping[str, Any], rows: NDArray[Any]) -> str:
    """The checksum of a chunk. Raises ValueError if its rows are not what it says of them."""
    if rows.dtype != np.float64 or rows.shape != (len(about["columns"]), about["replicates"]):
        raise ValueError("a table of another form")
    return sha256(_digest(about).encode() + rows.tobytes()).hexdigest()


def _first(chunk: Path) -> int:
    """The first replicate of the chunk in this file; -1 if it is another file."""
    number = chunk.name.partition(".")[0]
    return int(number) if number.isdecimal() else -1


def read_recipe(folder: Path, unreadable: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a folder says of its ensemble. Raises StoreError if it says nothing, unless told what to read then."""
    try:
        path = folder / RECIPE
        recipe = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError, RecursionError):
        recipe = None
    if isinstance(recipe, dict):
        return recipe
    if unreadable is None:
        if path.exists():
            raise StoreError(f"{damaged(folder)}: make its replicates again, or name another folder")
        raise StoreError(
            f"{folder} holds no ensemble: it has no {RECIPE}; name a folder made by pathsim ensemble --out"
        )
    return unreadable


def damaged(folder: Path) -> str:
    """That what a folder says of its ensemble is not what pathsim wrote, in words."""
    return f"{folder / RECIPE} is damaged or has been changed"


def is_as_written(recipe: Mapping[str, Any]) -> bool:
    """Whether a recipe is as pathsim wrote it."""
    written = {name: value for name, value in recipe.items() if name != CHECKSUM}
    return recipe.get(CHECKSUM) == _digest(written)


def difference(held: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """In what two recipes are those of different ensembles, in words; empty if they are of the same one."""
    if held.get(SCHEMA) != asked.get(SCHEMA):
        return "made by a version of pathsim in which figures have other names"
    one, other = identity(held), identity(asked)
    for name in dict.fromkeys([*other, *one]):
        there, here = (json.dumps(told.get(name)) for told in (one, other))
        if there != here:
            return "made from an earlier text" if name.endswith("sha256") else f"{plainly(name)} {there}, not {here}"
    return ""


def plainly(value: Any) -> str:
    """A value from a file, in printable characters."""
    return json.dumps(value).strip('"')


def identity(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """What makes it this ensemble and no other, without tables in tables."""
    found: dict[str, Any] = {}
    for name, value in recipe.items():
        if name in (MADE_FROM, ASKED, CHECKSUM):
            continue
        if isinstance(value, dict):
            found |= {f"{name} {key}": inner for key, inner in value.items()}
        else:
            found[name] = value
    return found


def stored_seed(folder: Path) -> int | None:
    """The seed of the ensemble in this folder, if there is one: to go on with it needs no typing.

    Raises StoreError if somebody has changed what the folder says of it.
    """
    recipe = read_recipe(folder, unreadable={})
    if not recipe:
        return None
    if not is_as_written(recipe):
        raise StoreError(f"{damaged(folder)}: give the --seed, or name another folder")
    seed = recipe.get("seed")
    return seed if isinstance(seed, int) else None


@contextmanager
def _told_why(path: Path) -> Iterator[None]:
    """Say what cannot be written, and why."""
    try:
        yield
    except OSError as wrong:
        raise StoreError(f"{path} cannot be written: {wrong.strerror}") from None


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Where to write a file of the folder; it takes its name only when it is complete."""
    try:
        with whole(path) as partial:
            yield partial
    except UnwritableError as wrong:
        raise StoreError(str(wrong)) from None


def _write_whole(path: Path, content: bytes) -> None:
    with _whole(path) as partial:
        partial.write_bytes(content)


def _write_rows(path: Path, rows: "SettingsTable") -> None:
    if path.suffix == ".parquet":
        with _whole(path) as partial:
            write_parquet(partial, {name: int if name in WHOLE else float for name in rows.names}, rows.parts)
        return
    with _whole(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        write_csv(file, list(rows.names), ())
        for part in rows.parts:
            some = zip(*(column.tolist() for column in part.values()), strict=True)
            file.writelines(",".join(map(_cell, row)) + "\n" for row in some)


def _cell(value: float) -> str:
    return "" if value != value else repr(value).removesuffix(".0")  # noqa: PLR0124 - only NaN differs from itself
