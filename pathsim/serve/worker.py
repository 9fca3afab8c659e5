"""The worker of an interface: forked from it before it runs, with all that it needs loaded already."""

import gc
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL
from typing import IO

from pathsim.player.process import WorkerProcess
from pathsim.player.replies import Reply
from pathsim.player.worker import Worker, serve
from pathsim.player.worker_session import WorkerSession

LOOK_SECONDS = 0.01
TURN_SECONDS = 0.05
"""So long a worker waits whose turn it is not."""
NICER = 5
"""So much later than the interfaces it gets time of the processor."""


def forked_worker(turns: Path, session: WorkerSession | None) -> WorkerProcess:
    """A worker in a copy of this process, which goes on from a ``session`` if there is one.

    Of all who are given the same file one simulates replicates at a time.
    """
    return WorkerProcess(_Forked(turns, session))


def can_fork() -> bool:
    """Whether this system has it."""
    return hasattr(os, "fork")


class _Forked:
    """As much of ``Popen`` as is needed, of a child that was forked."""

    def __init__(self, turns: Path, session: WorkerSession | None) -> None:
        to_worker, from_worker = os.pipe(), os.pipe()
        self.pid = os.fork()
        if not self.pid:
            _work(to_worker, from_worker, turns, session)
        os.close(to_worker[0])
        os.close(from_worker[1])
        self.stdin: IO[bytes] | None = os.fdopen(to_worker[1], "wb")
        self.stdout: IO[bytes] | None = os.fdopen(from_worker[0], "rb")
        self._code: int | None = None

    def poll(self) -> int | None:
        """None while it runs."""
        if self._code is None:
            found, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if found else None
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended. Raises subprocess.TimeoutExpired if it has not after so many seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("a forked worker", timeout or 0.0)
            time.sleep(LOOK_SECONDS)
        return code

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            os.kill(self.pid, SIGKILL)


def _work(requests: tuple[int, int], replies: tuple[int, int], turns: Path, session: WorkerSession | None) -> None:
    """Serve until there is no input any more, in the child; never come back."""
    try:
        os.close(requests[1])
        os.close(replies[0])
        # What it was forked of may have put it off for the first picture.
        gc.enable()
        with suppress(OSError):
            os.nice(NICER)

        def made(send: Callable[[Reply], None]) -> Worker:
            return PoliteWorker(send, turns, session)

        with suppress(BrokenPipeError):
            serve(os.fdopen(requests[0], "rb"), os.fdopen(replies[1], "wb"), made)
    finally:
        os._exit(0)


class PoliteWorker(Worker):
    """A worker that simulates replicates only when no other one does: keys of all are answered meanwhile."""

    def __init__(self, send: Callable[[Reply], None], turns: Path, session: WorkerSession | None = None) -> None:
        super().__init__(send, session=session)
        # Closed with the process, and with it the turn that it has.
        self._turns = turns.open("rb")

    def idle(self) -> None:
        """Simulate some replicates if it is our turn; else wait a moment."""
        with self._turn() as is_ours:
            if is_ours:
                super().idle()
        if not is_ours:
            time.sleep(TURN_SECONDS)

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        import fcntl  # noqa: PLC0415 - not there on Windows, where there are no forks either

        try:
            fcntl.flock(self._turns, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.flock(self._turns, fcntl.LOCK_UN)
