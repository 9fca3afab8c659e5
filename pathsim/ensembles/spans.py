"""Chunks: the replicates that a folder keeps in one file, a shard takes in turn, and a precision is asked after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

CHUNK = 64
"""Replicates in a chunk."""


class ChunkSpan(NamedTuple):
    """Where a chunk is in the ensemble."""

    first: int
    replicates: int


class Shard(NamedTuple):
    """One of several equal parts of an ensemble: every n-th chunk, beginning with its number."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


WHOLE = Shard(1, 1)


@dataclass(frozen=True, slots=True)
class Spans(Sequence[ChunkSpan]):
    """The chunks of an ensemble, or of a part of it; however many there are, they take no room."""

    firsts: range
    """The first replicate of each."""
    end: int
    """The number of replicates of the whole ensemble."""

    @property
    def replicates(self) -> int:
        """How many replicates there are in these chunks."""
        return (len(self) - 1) * CHUNK + self[-1].replicates if self.firsts else 0

    @overload
    def __getitem__(self, index: int) -> ChunkSpan: ...
    @overload
    def __getitem__(self, index: slice) -> "Spans": ...
    def __getitem__(self, index: int | slice) -> "ChunkSpan | Spans":
        if isinstance(index, slice):
            return Spans(self.firsts[index], self.end)
        first = self.firsts[index]
        return ChunkSpan(first, min(CHUNK, self.end - first))

    def __len__(self) -> int:
        return len(self.firsts)


def spans(replicates: int, shard: Shard = WHOLE) -> Spans:
    """The chunks of so many replicates, or of one shard of them."""
    return Spans(range((shard.number - 1) * CHUNK, replicates, shard.of * CHUNK), replicates)


def shard_of(first: int, shards: int) -> int:
    """The number of the shard that makes the chunk which begins with this replicate."""
    return first // CHUNK % shards + 1
