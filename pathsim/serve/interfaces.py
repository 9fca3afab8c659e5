"""Starts interfaces: forked from a process that has all loaded, or in fresh interpreters where there is no fork."""

import asyncio
import os
import pickle
import socket
import sys
from contextlib import suppress
from multiprocessing import forkserver, get_all_start_methods, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathsim.serve.interface import FirstView

PRELOAD, FIRST_VISIT = "pathsim.serve.preload", "PATHSIM_FIRST_VISIT"
"""The module that loads what interfaces need, and the variable of the environment by which it knows what they show."""
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "TEXTUAL_COLOR_SYSTEM": "truecolor"}
"""Of the interfaces: a browser has all colors, and numpy starts no threads."""
END_SECONDS = 2.0
PLAIN_VISITORS = 8
"""How many interfaces in fresh interpreters two cores bear."""


class Interface(NamedTuple):
    """An interface that runs, and the streams to it and from it."""

    process: BaseProcess
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def end(self) -> None:
        """End it: it ends with its input."""
        self.writer.close()
        await asyncio.to_thread(self._see_to_its_end)

    def _see_to_its_end(self) -> None:
        self.process.join(END_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def can_fork() -> bool:
    """Whether interfaces are forked here, so that many can be served."""
    return "forkserver" in get_all_start_methods() and sys.platform != "darwin"


class Interfaces:
    """Where interfaces come from. There is one in a process: what they are forked of belongs to it."""

    def __init__(self, first: "FirstView", folder: Path, *, forks: bool = True) -> None:
        """``first`` is what visitors are shown first; ``folder`` is for what the processes share."""
        self._first, self._folder = first, folder
        self._forks = forks and can_fork()
        self._context = get_context("forkserver" if self._forks else "spawn")
        self._starting = asyncio.Lock()

    async def prepare(self) -> None:
        """Load what interfaces need, and rehearse; the first would wait for it otherwise."""
        os.environ.pop("NO_COLOR", None)
        os.environ.update(ENVIRONMENT)
        if self._forks:
            file = self._folder / "first-view"
            file.write_bytes(pickle.dumps(self._first))
            os.environ[FIRST_VISIT] = str(file)
            self._context.set_forkserver_preload([PRELOAD])
            await asyncio.to_thread(self._await_preload)

    def _await_preload(self) -> None:
        forkserver.ensure_running()
        # The first process that it forks comes when everything is loaded.
        first = self._context.Process(target=_nothing)  # type: ignore[attr-defined]
        first.start()
        first.join()
        first.close()

    async def start(self, view: "FirstView") -> Interface:
        """Another interface. Raises OSError if there can be no more processes or files."""
        ours, theirs = socket.socketpair()
        try:
            async with self._starting:
                process = await asyncio.to_thread(self._started, theirs, view)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)  # noqa: FBT003
        reader, writer = await asyncio.open_connection(sock=ours)
        return Interface(process, reader, writer)

    def _started(self, stream: socket.socket, view: "FirstView") -> BaseProcess:
        process: BaseProcess = self._context.Process(target=_be, args=(stream, view))  # type: ignore[attr-defined]
        process.start()
        return process


def _nothing() -> None:
    """What the first process does."""


def _be(stream: socket.socket, view: "FirstView") -> None:
    """What an interface does."""
    # What it needs is loaded in the process that it was forked of, and nowhere else.
    from pathsim.serve.interface import serve_visitor  # noqa: PLC0415

    preload = sys.modules.get(PRELOAD)
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    serve_visitor(stream, view, None if preload is None else preload.rehearsed)
