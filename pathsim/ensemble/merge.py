"""The chunks of several folders as one ensemble."""

from collections.abc import Sequence
from typing import NamedTuple

from pathsim.ensemble.precision import Precision
from pathsim.ensemble.rows import Columns
from pathsim.ensemble.run import Parts, Span, spans
from pathsim.ensemble.store import Store


class IncompleteError(Exception):
    """Chunks that none of the folders has."""

    def __init__(self, missing: list[Span]) -> None:
        super().__init__(f"{len(missing)} chunks are missing")
        self.missing = missing


class Merged(NamedTuple):
    """All rows, and which store has the chunk that begins with a replicate."""

    columns: Columns
    homes: dict[int, Store]


def merged(stores: Sequence[Store], replicates: int, precision: Precision | None = None) -> Merged:
    """The rows of replicates 0, 1 and so on from the chunks of these stores.

    Raises IncompleteError if there are not all of them; those after the first are looked for only if it is known how
    many there have to be.
    """
    parts, homes, missing = Parts(replicates, precision), dict[int, Store](), list[Span]()
    for span in spans(replicates):
        for store in stores:
            if (columns := store.saved(*span)) is not None:
                homes[span.first] = store
                parts.add(span, columns)
                break
        else:
            missing.append(span)
        if parts.are_enough or (missing and precision is not None):
            break
    if missing:
        raise IncompleteError(missing)
    return Merged(parts.joined(), homes)
