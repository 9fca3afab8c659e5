"""Visitors of a server: what a browser does, with a terminal that can be read."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pyte

from pathsim.serve.web import VISITOR_COOKIE

PATIENCE_SECONDS = 60.0


class Visitor:
    """A browser that is connected to a server, and what its terminal shows."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse, columns: int, rows: int) -> None:
        self.connection = connection
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes = 0
        self.first_picture = ""
        """What was on its screen as soon as something was."""
        self.files: list[dict[str, str]] = []
        self.code: int | None = None
        """How the server closed the connection."""
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.connection:
            if message.type == aiohttp.WSMsgType.BINARY:
                self.bytes += len(message.data)
                # What a terminal is asked, and the mouse, are nothing that pyte knows.
                self._stream.feed(re.sub(rb"\x1b\[[<>?][0-9;]*[a-zA-Z$]p?", b"", message.data))
                self.first_picture = self.first_picture or self.text.strip()
            elif message.type == aiohttp.WSMsgType.TEXT:
                kind, said = json.loads(message.data)
                if kind == "file":
                    self.files.append(said)
        self.code = self.connection.close_code

    @property
    def text(self) -> str:
        """All that is on its screen."""
        return "\n".join(self.screen.display)

    async def press(self, *keys: str) -> None:
        """Type."""
        for key in keys:
            await self.connection.send_str(json.dumps(["stdin", key]))

    async def say(self, *said: Any) -> None:
        """Anything that a page could say."""
        await self.connection.send_str(json.dumps(said))

    async def until(self, condition: "str | Callable[[], object]", what: str = "") -> None:
        """Until a text is shown, or something is so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        is_so = (lambda: condition in self.text) if isinstance(condition, str) else condition
        while not is_so():
            assert time.monotonic() < deadline, f"{what or condition} never came; there is:\n{self.text}"
            assert self.code is None or not isinstance(condition, str), f"closed with {self.code} before {condition}"
            await asyncio.sleep(0.02)

    async def gone(self) -> int | None:
        """Until the server has closed the connection; with which code."""
        await asyncio.wait_for(asyncio.shield(self._reading), PATIENCE_SECONDS)
        return self.code

    async def close(self) -> None:
        """Leave."""
        await self.connection.close()
        with suppress(asyncio.CancelledError):
            await self._reading


@asynccontextmanager
async def visiting(
    link: str, *, columns: int = 120, rows: int = 40, known_as: str = "", **headers: str
) -> AsyncIterator[Visitor]:
    """A visitor with this link, as a page of the server's own would connect them."""
    origin = link.partition("/join")[0]
    known = {"Cookie": f"{VISITOR_COOKIE}={known_as}"} if known_as else {}
    async with aiohttp.ClientSession() as session:
        address = f"{link}/ws?width={columns}&height={rows}"
        async with session.ws_connect(
            address, headers={"Origin": origin} | known | headers, max_msg_size=0
        ) as connection:
            visitor = Visitor(connection, columns, rows)
            try:
                yield visitor
            finally:
                await visitor.close()


class ServerProcess:
    """``pathsim serve`` without a terminal."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        environment = dict(os.environ) | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        self._errors = folder / "errors.txt"
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pathsim", "serve", *arguments, "--port", "0"],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                text=True,
            )
        assert self.process.stdout is not None
        self.link = self.process.stdout.readline().strip()
        assert self.link.startswith("http://127.0.0.1:"), self.errors

    @property
    def errors(self) -> str:
        """What it has said on standard error."""
        return self._errors.read_text()

    def descendants(self) -> dict[int, str]:
        """Its processes by number, and what each is doing by the first words of its command."""
        return _descendants(self.process.pid)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        """End it; what it printed last."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        out, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return out


def _descendants(pid: int) -> dict[int, str]:
    found = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                found[child] = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
                found |= _descendants(child)
    return found


def is_running(pid: int) -> bool:
    """Whether a process is there, and not only its name."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def all_gone(pids: "set[int]") -> None:
    """Until none of these processes is there any more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := {pid for pid in pids if is_running(pid)}:
        assert time.monotonic() < deadline, f"still there: {left}"
        await asyncio.sleep(0.05)
