"""The worker as the app sees it: a process that takes requests and sends replies."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Not needed to start a worker, which gets ready while the app loads them.
    from pathsim.player.replies import Reply
    from pathsim.player.requests import Request

PATIENCE_SECONDS = 1.0


class StartedProcess(Protocol):
    """What is needed of a process that serves as a worker: as much of ``subprocess.Popen``."""

    stdin: IO[bytes] | None
    stdout: IO[bytes] | None
    pid: int

    def poll(self) -> int | None:
        """None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended. Raises subprocess.TimeoutExpired if it has not after so many seconds."""

    def kill(self) -> None:
        """End it at once."""


class WorkerProcess:
    """A worker in a process of its own. It ends with its input, so it never outlives the app."""

    def __init__(self, process: StartedProcess | None = None) -> None:
        """With a process that serves already, or in a fresh interpreter."""
        self._process = _fresh() if process is None else process

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, request: "Request") -> None:
        """Ask for something; a worker that has died is told of by the end of its replies."""
        with suppress(BrokenPipeError, ValueError, OSError):
            pickle.dump(request, self._input, protocol=5)
            self._input.flush()

    def replies(self) -> Iterator["Reply"]:
        """What it answers, as it comes; ends when the worker does."""
        output = self._process.stdout
        if output is None:
            raise TypeError("the process was started with pipes")
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError), output:
            while True:
                yield pickle.load(output)  # noqa: S301 - written by our own worker

    def close(self) -> None:
        """Let it end, and see to it that it does."""
        with suppress(BrokenPipeError, OSError):
            self._input.close()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            # It has ended, so nobody waits for it to say more.
            self._process.stdout.close()

    @property
    def _input(self) -> IO[bytes]:
        if self._process.stdin is None:
            raise TypeError("the process was started with pipes")
        return self._process.stdin


def _fresh() -> "subprocess.Popen[bytes]":
    """A worker in an interpreter of its own, with pipes: multiprocessing cannot start one from inside a running app."""
    return subprocess.Popen(
        [sys.executable, "-m", "pathsim.player"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if os.environ.get("PATHSIM_DEBUG") else subprocess.DEVNULL,
        start_new_session=True,
    )
