"""Chunks in order: from a store, or handed in to workers, several in a row and a few of these ahead of their turn."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from typing import NamedTuple

from pathsim.ensembles.processes import Make
from pathsim.ensembles.spans import ChunkSpan, Spans
from pathsim.ensembles.store import DamagedError, Store
from pathsim.ensembles.workers import Crew, LostWorkersError, ReplicateError, Workers, crew
from pathsim.results.views import Columns
from pathsim.scenario.problems import ScenarioError


class MadeChunk(NamedTuple):
    """A chunk of an ensemble: where it is, its rows, and whether it has just been made."""

    span: ChunkSpan
    columns: Columns
    is_new: bool


class _Batch(NamedTuple):
    """Chunks in a row: one from the store, or some that a worker makes together."""

    spans: list[ChunkSpan]
    rows: list[Columns] | Future[list[Columns]]

    def chunks(self, rows: list[Columns]) -> list[MadeChunk]:
        """Each of them, with its rows."""
        is_new = isinstance(self.rows, Future)
        return [MadeChunk(span, part, is_new) for span, part in zip(self.spans, rows, strict=True)]


def chunks_of(
    places: Spans, make: Make, workers: Workers, store: Store | None, at_once: int
) -> Generator[MadeChunk, None, None]:
    """The chunks in order, from the store or newly made; a few batches are handed in ahead of their turn."""
    ahead: deque[_Batch] = deque()
    hired: Crew | None = None
    if isinstance(workers, int):
        workers = max(1, min(workers, len(places)))
        shares = 2 * workers
    else:
        at_once = shares = 1  # how many workers a cluster has is known when the first chunk is handed in
    with ExitStack() as leaving:
        leaving.callback(_keep_finished, ahead, store)
        for batch in _batches(places, store, at_once, shares):
            if not batch.rows:
                hired = hired or leaving.enter_context(crew(make, workers))
                batch = _handed_in(batch.spans, hired)  # noqa: PLW2901 - the same, on its way
            ahead.append(batch)
            if hired is None or len(ahead) >= hired.ahead:
                yield from _next(ahead, hired, store)
        while ahead:
            yield from _next(ahead, hired, store)


def _batches(places: Spans, store: Store | None, at_once: int, shares: int) -> Iterator[_Batch]:
    """The chunks in order: those that the store has one by one, of the others, without rows, so many in a row.

    Towards the end they become fewer, so many shares of what is left, so that all workers are at work to the end.
    """
    to_make = len(places) - (0 if store is None else len(store.held()))
    missing: list[ChunkSpan] = []
    for span in places:
        held = _held(store, span)
        follows = bool(missing) and missing[-1].first + missing[-1].replicates == span.first
        if missing and (held is not None or not follows or len(missing) >= min(at_once, to_make // shares)):
            yield _Batch(missing, [])
            to_make -= len(missing)
            missing = []
        if held is None:
            missing.append(span)
        else:
            yield _Batch([span], [held])
    if missing:
        yield _Batch(missing, [])


def _handed_in(places: list[ChunkSpan], hired: Crew) -> _Batch:
    return _Batch(places, hired.submit(places[0].first, *(span.replicates for span in places)))


def _held(store: Store | None, span: ChunkSpan) -> Columns | None:
    """A chunk of an earlier run; one that is damaged is set aside."""
    try:
        return None if store is None else store.saved(*span)
    except DamagedError as wrong:
        if store is not None:
            store.set_aside(span.first, wrong)
        return None


def _next(ahead: deque[_Batch], hired: Crew | None, store: Store | None) -> list[MadeChunk]:
    """The chunks of the next batch; where one of several goes wrong, the first of them."""
    batch = ahead[0]
    try:
        found = batch.chunks(result_of(batch.rows) if isinstance(batch.rows, Future) else batch.rows)
    except ReplicateError:
        if hired is None or len(batch.spans) == 1:
            raise
        # One by one: those before the wrong one are right, and may be enough.
        ahead.popleft()
        ahead.extendleft([_handed_in([span], hired) for span in batch.spans][::-1])
        return _next(ahead, hired, store)
    _keep(found, store)
    ahead.popleft()
    return found


def _keep(found: Iterable[MadeChunk], store: Store | None) -> None:
    for part in found:
        if part.is_new and store is not None:
            store.save(part.span.first, part.columns)


def result_of(made: Future[list[Columns]]) -> list[Columns]:
    """What a worker has made. Raises LostWorkersError if there is no worker any more."""
    try:
        return made.result()
    except (ReplicateError, ScenarioError):
        raise
    except Exception as wrong:
        told = f"{type(wrong).__name__}: {wrong}".removesuffix(": ")
        raise LostWorkersError(f"the workers are lost ({told})") from wrong


def _keep_finished(ahead: deque[_Batch], store: Store | None) -> None:
    """Keep what is finished when an ensemble ends before its time."""
    for batch in ahead:
        made = batch.rows
        if isinstance(made, Future) and made.done() and not made.cancelled() and made.exception() is None:
            _keep(batch.chunks(made.result()), store)
