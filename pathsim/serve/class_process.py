"""The server of a class as its teacher's app sees it."""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any

from pathsim.lessons.lesson import FigureValue, LessonFigure
from pathsim.player.class_session import ClassNews
from pathsim.serve.class_server import ClassPlan, Ready, Refusal
from pathsim.serve.run import ServeError

PATIENCE_SECONDS = 6.0


class _EndError(Exception):
    """Somebody has asked this process to end."""


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Go on behind this once somebody ends the process, by Ctrl-C or otherwise."""

    def stop(*_: object) -> None:
        raise _EndError

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with suppress(_EndError):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class ClassProcess:
    """A server that runs in a process of its own, and ends with this one."""

    def __init__(self, plan: ClassPlan) -> None:
        """Start it; it is there once it is ``ready``."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pathsim.serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("PATHSIM_DEBUG") else subprocess.DEVNULL,
            start_new_session=True,
        )
        self._listening: threading.Thread | None = None
        self._send(plan)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ready(self) -> Ready:
        """Wait until it is there. Raises ServeError if it cannot be."""
        try:
            answer = self._receive()
        except (EOFError, OSError, pickle.UnpicklingError):
            answer = Refusal("the server does not start")
        if isinstance(answer, Ready):
            return answer
        raise ServeError(answer.sentence if isinstance(answer, Refusal) else "the server does not start")

    def open(self, page: int) -> None:
        """Show what follows the question of a page to all."""
        self._send(page)

    def tell_values(self, values: Mapping[LessonFigure, FigureValue]) -> None:
        """Hand it figures that are the same for all students, so that not each has to compute them."""
        self._send(dict(values))

    def listen(self, take: Callable[[ClassNews | None], object]) -> None:
        """Hand on the news as they come, and None once the server has ended."""

        def read() -> None:
            with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
                while True:
                    take(self._receive())
            take(None)

        self._listening = threading.Thread(target=read, daemon=True)
        self._listening.start()

    def wait(self) -> None:
        """Until somebody ends this process, or the server has ended."""
        with ended_by_signals():
            self._process.wait()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """Let it end, and see to it that it does."""
        with suppress(OSError):
            self._pipe(self._process.stdin).close()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._listening is not None:
            self._listening.join()
        self._pipe(self._process.stdout).close()

    def _send(self, what: object) -> None:
        with suppress(OSError, ValueError):
            pipe = self._pipe(self._process.stdin)
            pickle.dump(what, pipe, protocol=5)
            pipe.flush()

    def _receive(self) -> Any:
        return pickle.load(self._pipe(self._process.stdout))  # noqa: S301 - written by our own server

    def _pipe(self, pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise TypeError("the process was started with pipes")
        return pipe
