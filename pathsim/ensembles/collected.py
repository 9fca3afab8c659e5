"""The rows of an ensemble, read a column at a time. What is more than a little waits in a temporary file."""

import weakref
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathsim.results.replicates import below_each_other
from pathsim.results.views import Columns

Made = TypeVar("Made")
ByName: TypeAlias = Mapping[str, NDArray[np.float64]]
"""Columns by name, one of which at a time is in memory. NaN where a trial could not tell."""
BYTES_IN_MEMORY = 16_000_000
"""So much of the newest rows is kept in memory before it goes into the file."""


class NoRoomError(Exception):
    """A disk that has no room for the rows, with a sentence for the user."""


class Lazy(Mapping[str, Made]):
    """Columns that are made each time they are asked for."""

    def __init__(self, made: Mapping[str, Callable[[], Made]]) -> None:
        self._made = made

    def __getitem__(self, name: str) -> Made:
        return self._made[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __contains__(self, name: object) -> bool:
        return name in self._made


def among(columns: ByName, chosen: NDArray[np.bool_]) -> ByName:
    """The same columns of those replicates only that are chosen."""

    def of_these(name: str) -> NDArray[np.float64]:
        return columns[name][chosen]

    return Lazy({name: partial(of_these, name) for name in columns})


class _Block(NamedTuple):
    """Some rows in the file: column after column, in the order of these names."""

    offset: int
    rows: int
    places: dict[str, int]


class Collected(Mapping[str, NDArray[np.float64]]):
    """The columns of replicates 0, 1 and so on, to which more rows can be added.

    The file has no name and is gone with the object, or with the process.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is where the file is; if None, where the system keeps temporary files."""
        self.replicates = 0
        self._folder = folder
        self._names: dict[str, None] = {}
        self._file: IO[bytes] | None = None
        self._blocks: list[_Block] = []
        self._parts: list[Columns] = []
        self._counts: list[int] = []
        self._bytes = 0

    def add(self, columns: Columns, count: int) -> None:
        """The next rows, of so many replicates. Raises NoRoomError if the disk is full."""
        self._names |= dict.fromkeys(columns)
        self._parts.append(columns)
        self._counts.append(count)
        self.replicates += count
        self._bytes += 8 * count * len(columns)
        if self._bytes > BYTES_IN_MEMORY:
            self._spill()

    def _spill(self) -> None:
        """Move what is in memory into the file."""
        block, rows = below_each_other(self._parts, self._counts), sum(self._counts)
        places = {name: place for place, name in enumerate(block)}
        if self._blocks and self._blocks[-1].places == places:
            places = self._blocks[-1].places
        try:
            file = self._opened()
            offset = file.seek(0, 2)
            for column in block.values():
                file.write(np.ascontiguousarray(column, np.float64).data)
            file.flush()
        except OSError as wrong:
            where = "where the system keeps temporary files" if self._folder is None else f"in {self._folder}"
            raise NoRoomError(
                f"there is no room for the rows of {self.replicates:,} replicates {where} ({wrong.strerror}); ask for "
                "fewer --replicates, or set TMPDIR or --out to a folder on a larger disk"
            ) from None
        self._blocks.append(_Block(offset, rows, places))
        self._parts, self._counts, self._bytes = [], [], 0

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115 - it is open as long as the rows are wanted
            weakref.finalize(self, self._file.close)
        return self._file

    def part(self, name: str, begin: int, end: int) -> NDArray[np.float64]:
        """A column from one replicate to before another; NaN in rows that lack it."""
        found, at = np.full(end - begin, np.nan), 0
        for block in self._blocks:
            if (place := block.places.get(name)) is not None:
                first, last = max(begin, at), min(end, at + block.rows)
                if first < last:
                    file = self._opened()
                    file.seek(block.offset + 8 * (place * block.rows + first - at))
                    file.readinto(found[first - begin : last - begin].data)  # type: ignore[attr-defined]
            at += block.rows
        for columns, count in zip(self._parts, self._counts, strict=True):
            if name in columns:
                first, last = max(begin, at), min(end, at + count)
                if first < last:
                    found[first - begin : last - begin] = columns[name][first - at : last - at]
            at += count
        return found

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        if name not in self._names:
            raise KeyError(name)
        return self.part(name, 0, self.replicates)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names
