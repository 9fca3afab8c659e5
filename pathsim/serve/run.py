"""Serve: from the first process to the last visitor."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from pathsim.serve.addresses import Place
from pathsim.serve.interface import FirstView
from pathsim.serve.interfaces import Interfaces
from pathsim.serve.register import ClassRegister
from pathsim.serve.server import MOST_VISITORS, VisitorServer
from pathsim.serve.web import Doorkeeper

SHUTDOWN_SECONDS = 3.0


class ServeError(Exception):
    """It cannot be served, with a sentence for who asked."""


@dataclass(frozen=True)
class ServePlan:
    """What is served, where, and to how many."""

    place: Place
    token: str
    first_view: Callable[[int | None, Path], FirstView]
    """What a student sees first, or anybody where there is no class; given the file by which workers take turns."""
    most: int = MOST_VISITORS
    forks: bool = True


@asynccontextmanager
async def served(
    plan: ServePlan, register: ClassRegister | None = None, on_change: Callable[[], object] = lambda: None
) -> AsyncIterator[VisitorServer]:
    """A server that runs meanwhile. Raises ServeError if the port is taken."""
    with tempfile.TemporaryDirectory(prefix="pathsim-") as folder:
        turns = Path(folder) / "turns"
        turns.touch()
        interfaces = Interfaces(plan.first_view(None if register is None else 1, turns), Path(folder), forks=plan.forks)
        server = VisitorServer(
            interfaces, lambda student: plan.first_view(student, turns), register, most=plan.most, on_change=on_change
        )
        doorkeeper = Doorkeeper(plan.token)
        runner = web.AppRunner(
            server.application(doorkeeper),
            access_log=None,
            shutdown_timeout=SHUTDOWN_SECONDS,
            handler_cancellation=True,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, plan.place.bind, plan.place.port)
            try:
                await site.start()
            except OSError as wrong:
                raise ServeError(
                    f"port {plan.place.port} cannot be used: {wrong.strerror}; choose another one with --port"
                ) from None
            server.port = runner.addresses[0][1]
            doorkeeper.hosts = plan.place._replace(port=server.port).hosts
            await interfaces.prepare()
            watching = asyncio.create_task(server.watch())
            yield server
            watching.cancel()
        finally:
            await runner.cleanup()


async def until_stopped() -> None:
    """Until somebody ends the server."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows, where Ctrl-C is an exception
            loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
