"""The chunks of several folders as one ensemble."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pathsim.ensembles.collected import Collected
from pathsim.ensembles.precision import Precision
from pathsim.ensembles.run import Parts
from pathsim.ensembles.spans import ChunkSpan, spans
from pathsim.ensembles.store import DamagedError, Store
from pathsim.results.views import Columns


class IncompleteError(Exception):
    """Chunks that none of the folders has."""

    def __init__(self, homes: Mapping[int, Store]) -> None:
        super().__init__("chunks are missing")
        self.homes = homes
        """Which store has those that are there, by their first replicate."""


class Merged(NamedTuple):
    """All rows, and which store has the chunk that begins with a replicate."""

    rows: Collected
    homes: dict[int, Store]


def merged(stores: Sequence[Store], replicates: int, precision: Precision | None = None) -> Merged:
    """The rows of replicates 0, 1 and so on from the chunks of these stores.

    Raises IncompleteError if there are not all of them; those after the first are looked for only if it is known how
    many there have to be. Damaged chunks are told, and left where they are.
    """
    parts, homes, lacks = Parts(replicates, precision), dict[int, Store](), False
    for span in spans(replicates):
        home, columns = _found(stores, span)
        if home is not None and columns is not None:
            homes[span.first] = home
            if not lacks:
                parts.add(span, columns)
        else:
            lacks = True
        if parts.are_enough or (lacks and precision is not None):
            break
    if lacks:
        raise IncompleteError(homes)
    return Merged(parts.rows, homes)


def _found(stores: Sequence[Store], span: ChunkSpan) -> tuple[Store | None, Columns | None]:
    """The first store that has a chunk, and the chunk."""
    for store in stores:
        try:
            if (columns := store.saved(*span)) is not None:
                return store, columns
        except DamagedError as wrong:
            store.tell(f"{wrong}: left out")
    return None, None
