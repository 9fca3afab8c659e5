"""A run of the app before anybody is there, so that those who come find everything loaded and known."""

import asyncio
import queue
from collections.abc import Iterator

from pathsim.app.app import PathsimApp
from pathsim.player.process import WorkerProcess
from pathsim.player.replies import Reply
from pathsim.player.requests import Request
from pathsim.player.user_session import UserSession
from pathsim.player.worker import Worker
from pathsim.player.worker_session import WorkerSession
from pathsim.serve.interface import FirstView

ROUNDS, ROUND_SECONDS = 20, 0.05


class RehearsalWorker(WorkerProcess):
    """A worker in this process, which answers at once."""

    def __init__(self) -> None:
        self._answers: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()
        self._worker = Worker(self._answers.put)

    @property
    def session(self) -> WorkerSession | None:
        """The trials that it has made."""
        return self._worker.session

    @property
    def is_alive(self) -> bool:
        """It is."""
        return True

    def send(self, request: Request) -> None:
        """Answer."""
        self._worker.answer(request)

    def replies(self) -> Iterator[Reply]:
        """What was answered."""
        while (reply := self._answers.get()) is not None:
            yield reply

    def close(self) -> None:
        """No more answers."""
        self._answers.put(None)


def rehearse(view: FirstView) -> WorkerSession | None:
    """Run the app once in this process, on what visitors are shown first; the trials that were made."""
    return asyncio.run(_rehearse(view))


async def _rehearse(view: FirstView) -> WorkerSession | None:
    session = UserSession.of(view.state, view.seed)
    worker = RehearsalWorker()
    app = PathsimApp(worker, session, **view.options)
    async with app.run_test(size=(view.columns, view.rows)) as pilot:
        for _ in range(ROUNDS):
            await pilot.pause(ROUND_SECONDS)
    return worker.session
