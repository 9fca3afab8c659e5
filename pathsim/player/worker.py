"""The worker: answers the app's requests one after the other, the newest first where only the newest counts.

It runs in a process of its own, so that the app answers keys while it simulates. Requests come on standard input and
replies go to standard output, as pickles; both ends are ours.
"""

import contextlib
import gc
import os
import pickle
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO, Any

from pathsim.lessons.figures import FigureError, FigureWork
from pathsim.player import requests as ask
from pathsim.player.makers.compare import Contrast, comparison_view
from pathsim.player.makers.ensemble import EnsembleRepeats
from pathsim.player.makers.evidence import Validation, evidence
from pathsim.player.makers.live import opened, snapshot
from pathsim.player.makers.patients import journey_view, roster
from pathsim.player.makers.repeats import Repeats
from pathsim.player.replies import Computed, Drafted, Failed, Refused, Reply, Saved, Unsaved
from pathsim.player.saved_scenario import ARMS, draft, save
from pathsim.player.views.live import Snapshot
from pathsim.player.worker_session import WorkerSession
from pathsim.scenario.problems import ScenarioError
from pathsim.whole_files import UnwritableError

TOLD_EVERY_SECONDS = 0.5
"""How often replicates that are being simulated are told of."""
_SUPERSEDED = (ask.Open, ask.Show, ask.Roster, ask.CompareSettings, ask.Travel)
"""Requests of which only the newest counts."""
_REPEATS: dict[ask.Work, type[Repeats]] = {"ensemble": EnsembleRepeats, "contrast": Contrast, "validation": Validation}


class Worker:
    """Answers requests; between them it simulates replicates, if any are wanted."""

    def __init__(
        self,
        send: Callable[[Reply], None],
        now: Callable[[], float] = time.monotonic,
        session: WorkerSession | None = None,
    ) -> None:
        """With the ``session`` of another worker it need not make again what both have in common."""
        self._send, self._now = send, now
        self._session = session
        self._repeats: dict[ask.Work, Repeats] = {}
        self._current: ask.Work | None = None
        self._told = 0.0
        self._lesson: FigureWork | None = None
        """The figures of a lesson that are still to be computed."""
        self._is_lessons_turn = False

    @property
    def session(self) -> WorkerSession | None:
        """The trials that are on screen."""
        return self._session

    @property
    def is_busy(self) -> bool:
        """Whether there are replicates to simulate, or figures to compute."""
        return self._has_repeats or self._lesson is not None

    @property
    def _has_repeats(self) -> bool:
        return self._current is not None and not self._repeats[self._current].is_complete

    def answer(self, request: ask.Request) -> None:
        """Reply to a request. What is wrong with a scenario, or with us, is a reply too."""
        try:
            for reply in self._answers(request):
                self._send(reply)
        except ScenarioError as wrong:
            if self._session is not None:
                # The trial before it stays on screen, and goes by the number of this request.
                self._session.renumber(request.generation)
            self._send(Refused(request.generation, tuple(map(str, wrong.problems))))
        except UnwritableError as wrong:
            self._send(Unsaved(request.generation, str(wrong)))
        except Exception as wrong:  # noqa: BLE001 - the app shows it, and goes on
            self._send(Failed(request.generation, f"{type(wrong).__name__}: {' '.join(str(wrong).split())}"))

    def idle(self) -> None:
        """Simulate some replicates, and tell of them now and then; take turns with the figures of a lesson."""
        self._is_lessons_turn = self._lesson is not None and not (self._is_lessons_turn and self._has_repeats)
        if self._is_lessons_turn:
            self._compute()
        if self._is_lessons_turn or self._current is None:
            return
        repeats = self._repeats[self._current]
        try:
            repeats.batch()
            if repeats.is_complete or self._now() - self._told >= TOLD_EVERY_SECONDS:
                self._told = self._now()
                self._send(repeats.view())
        except Exception as wrong:  # noqa: BLE001 - the app shows it, and goes on
            self._current = None
            self._send(Failed(repeats.session.request.generation, f"{type(wrong).__name__}: {wrong}"))

    @property
    def _generation(self) -> int:
        return 0 if self._session is None else self._session.request.generation

    def _compute(self) -> None:
        """Some figures of the lesson; they are told as they come."""
        work = self._lesson
        if work is None:
            return
        known, problem = len(work.values), ""
        try:
            work.batch()
        except FigureError as wrong:
            problem = str(wrong)
        except Exception as wrong:  # noqa: BLE001 - the app shows it, and goes on
            self._lesson = None
            self._send(Failed(self._generation, f"{type(wrong).__name__}: {wrong}"))
            return
        if work.is_complete:
            self._lesson = None
        if problem or len(work.values) > known:
            self._send(Computed(0, tuple(work.values.items()), problem))

    def _answers(self, request: ask.Request) -> Iterator[Reply]:
        if isinstance(request, ask.Open):
            session = WorkerSession.opened(request, self._session)
            day = session.day_of(request.day)
            card = opened(session, day)
            self._session, self._repeats, self._current = session, {}, None
            yield card
            if day is not None:
                yield _shown(session, day, request.moving_days)
            return
        if isinstance(request, ask.Compute):
            self._lesson = FigureWork(request.figures)
            return
        if self._session is None or self._session.request.generation != request.generation:
            # Asked of a trial that is no longer on screen.
            if isinstance(request, (ask.Save, ask.Draft)):
                yield Unsaved(request.generation, "the trial has changed in the meantime")
            return
        yield from self._about(self._session, request)

    def _about(self, session: WorkerSession, request: ask.Request) -> Iterator[Reply]:
        match request:
            case ask.Show():
                yield _shown(session, request.day, request.moving_days)
            case ask.Seek():
                day = session.simulated.sought(session.shown_day, request.towards, request.step)
                yield replace(_shown(session, day, 0.0), is_sought=True)
            case ask.Roster():
                known = session.counterfactual(request.day)
                yield roster(request.generation, session.simulated, known, request.coupling, request.day)
            case ask.Travel():
                other = session.others.get(request.coupling)
                kept = None if session.kept is session.simulated else session.kept
                yield journey_view(request.generation, session.simulated, other, kept, request.patient, request.day)
            case ask.CompareSettings():
                yield comparison_view(session, request.day)
            case ask.Trace():
                yield evidence(request.generation, session.read_again(), session.request.settings)
            case ask.Save():
                yield Saved(request.generation, save(session, request.file), f"In it {ARMS}.")
            case ask.Draft():
                yield Drafted(session.request.generation, *draft(session, request.name), f"In it {ARMS}.")
            case ask.Repeat():
                yield from self._repeat(session, request)

    def _repeat(self, session: WorkerSession, request: ask.Repeat) -> Iterator[Reply]:
        if not request.replicates:
            self._current = None if self._current == request.work else self._current
            return
        if request.work not in self._repeats:
            self._repeats[request.work] = _REPEATS[request.work](session, request.replicates)
        repeats = self._repeats[request.work]
        repeats.wanted, self._current = max(request.replicates, repeats.done), request.work
        if repeats.done:
            yield repeats.view()


def _shown(session: WorkerSession, day: float, moving_days: float) -> Snapshot:
    """The trial on a day, from which the next event is sought."""
    made = snapshot(session, day, moving_days)
    session.shown_day = made.day
    return made


def newest(waiting: list[Any]) -> list[Any]:
    """The requests that are still worth an answer: of some kinds only the last."""
    last = {type(request): place for place, request in enumerate(waiting)}
    return [
        request
        for place, request in enumerate(waiting)
        if not isinstance(request, _SUPERSEDED) or last[type(request)] == place
    ]


def serve(incoming: IO[bytes], outgoing: IO[bytes], make: Callable[[Callable[[Reply], None]], Worker] = Worker) -> None:
    """Answer what comes in until nothing does any more, with a worker that is made of what sends its replies."""
    requests: queue.SimpleQueue[ask.Request | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(incoming, requests), daemon=True).start()

    def send(reply: Reply) -> None:
        pickle.dump(reply, outgoing, protocol=5)
        outgoing.flush()

    worker = make(send)
    while True:
        waiting = _waiting(requests, patient=not worker.is_busy)
        for request in newest([request for request in waiting if request is not None]):
            worker.answer(request)
        if None in waiting:
            return
        if worker.is_busy:
            worker.idle()


def _waiting(requests: "queue.SimpleQueue[ask.Request | None]", *, patient: bool) -> list[ask.Request | None]:
    """What has come in; if there is time, wait until something does."""
    found = [requests.get()] if patient else []
    with contextlib.suppress(queue.Empty):
        while True:
            found.append(requests.get_nowait())
    return found


def _read(incoming: IO[bytes], requests: "queue.SimpleQueue[ask.Request | None]") -> None:
    with contextlib.suppress(EOFError, OSError):
        while True:
            requests.put(pickle.load(incoming))  # noqa: S301 - written by our own app
    requests.put(None)


def main() -> None:
    """Serve the app that started this process; what is printed by mistake goes to standard error."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    gc.freeze()
    gc.enable()
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, outgoing)
