"""How many visitors the server bears: clients that connect all at once, let their trials run, and press keys."""

import asyncio
import math
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from pathsim.bench import BenchmarkRatio

VISITORS, COLUMNS, ROWS = 30, 160, 45
SECONDS = 25.0
PRESS_SECONDS = 1.5
"""Between two keys of a visitor."""
TURNING, TURN_SECONDS = 5, 0.5
"""So many turn numbers while another one simulates many trials, and how often."""
PATIENCE_SECONDS = 60.0
GOLDEN = 0.618
"""Spreads what the visitors do evenly."""
FIRST, BEGUN = re.compile(rb"about to begin"), re.compile(rb"enrolled")
SLOWER, FASTER = ("[", re.compile(rb"0\.5 months/s")), ("]", re.compile(rb"\D1 months/s"))
"""A key, and what the header says once it has been answered: words of another length, so that all of them are new.

So slow that no trial comes to a look, where it would stand still.
"""
USUAL = ("[[", re.compile(rb"\D1 months/s"))
"""What is pressed first: from the speed with which a trial begins to one of these."""
KEPT_BYTES = 100_000


class LoadError(Exception):
    """Nothing can be measured: the server does not start, or has ended."""


@dataclass
class Client:
    """A visitor with a stopwatch."""

    number: int
    connection: aiohttp.ClientWebSocketResponse
    began: float
    first: float = math.nan
    """Seconds until the first picture."""
    answers: list[float] = field(default_factory=list)
    """Seconds until each key was answered."""
    frames: int = 0
    presses: int = 0
    _seen: bytearray = field(default_factory=bytearray)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self) -> None:
        """Read what is drawn, until there is nothing more."""
        async for message in self.connection:
            if message.type == aiohttp.WSMsgType.BINARY:
                self.frames += 1
                self._seen += message.data
                del self._seen[:-KEPT_BYTES]
                self._arrived.set()

    async def until(self, shown: re.Pattern[bytes]) -> float:
        """Wait until something is shown; when it was."""
        limit = time.perf_counter() + PATIENCE_SECONDS
        while not shown.search(self._seen):
            if self.connection.closed or time.perf_counter() > limit:
                raise LoadError(f"visitor {self.number} never saw {shown.pattern.decode()}")
            self._arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), 1.0)
        return time.perf_counter()

    async def press(self, key: str) -> None:
        """Press a key; what was shown before is forgotten."""
        self._seen.clear()
        await self.connection.send_json(["stdin", key])

    async def measure(self, until: float) -> None:
        """Press keys that are answered at once until that moment, each after a while."""
        await asyncio.sleep(PRESS_SECONDS * (self.number * GOLDEN % 1))
        while time.perf_counter() < until:
            key, answer = (SLOWER, FASTER)[self.presses % 2]
            self.presses += 1
            pressed = time.perf_counter()
            await self.press(key)
            self.answers.append(await self.until(answer) - pressed)
            await asyncio.sleep(PRESS_SECONDS)

    async def turn(self, until: float) -> None:
        """Turn a number to and fro until that moment."""
        turns = 0
        while time.perf_counter() < until:
            await self.press("\x1b[C" if turns % 4 < 2 else "\x1b[D")
            turns += 1
            await asyncio.sleep(TURN_SECONDS)


class Server:
    """``pathsim serve`` as a process."""

    def __init__(self, scenario: str) -> None:
        command = [sys.executable, "-m", "pathsim", "serve", scenario, "--port", "0", "--theme", "dark"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
        if self._process.stdout is None or not (link := self._process.stdout.readline().decode().strip()):
            raise LoadError("the server does not start")
        self.link = link

    def memory_mib(self) -> float:
        """What the server and all its processes use, each page counted once; NaN where the system does not say."""
        try:
            return sum(_proportional_kib(pid) for pid in _descendants(self._process.pid)) / 1024
        except OSError:
            return math.nan

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()


def measure(scenario: str = "aall1331", visitors: int = VISITORS, seconds: float = SECONDS) -> Iterator[BenchmarkRatio]:
    """The measurements. Raises LoadError."""
    server = Server(scenario)
    try:
        yield from asyncio.run(_measured(server, visitors, seconds))
    finally:
        server.close()


async def _measured(server: Server, visitors: int, seconds: float) -> list[BenchmarkRatio]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        clients = await asyncio.gather(*(_arrived(session, server.link, number) for number in range(visitors)))
        watching = [asyncio.create_task(client.watch()) for client in clients]
        await asyncio.gather(*(_greeted(client) for client in clients))
        first = max(client.first for client in clients)
        for client in clients:
            client.frames = 0
        began = time.perf_counter()
        await asyncio.gather(*(client.measure(began + seconds) for client in clients))
        frames = sum(client.frames for client in clients) / (time.perf_counter() - began) / visitors
        quiet = [answer for client in clients for answer in client.answers]
        memory = server.memory_mib()
        busy = await _while_others_work(clients, seconds)
        for client in clients:
            await client.connection.close()
        await asyncio.gather(*watching)
    note = f"{visitors} visitors at once, {COLUMNS}x{ROWS}"
    return [
        BenchmarkRatio("serve: seconds until all see a picture", first, 4, at_least=False, note=note),
        BenchmarkRatio(
            "serve: key to frame while all run, p95, ms",
            _quantile(quiet, 0.95) * 1000,
            100,
            at_least=False,
            note=f"{_middle(quiet)}; {frames:.1f} frames/s each",
        ),
        BenchmarkRatio(
            f"serve: the same while {TURNING} turn and one simulates",
            _quantile(busy, 0.95) * 1000,
            300,
            at_least=False,
            note=_middle(busy),
        ),
        BenchmarkRatio("serve: memory in all, MiB", memory, 1536, at_least=False, note="each page counted once"),
    ]


async def _arrived(session: aiohttp.ClientSession, link: str, number: int) -> Client:
    origin = link.partition("/join")[0]
    began = time.perf_counter()
    address = f"{link}/ws?width={COLUMNS}&height={ROWS}"
    connection = await session.ws_connect(address, headers={"Origin": origin}, compress=15, max_msg_size=0)
    return Client(number, connection, began)


async def _greeted(client: Client) -> None:
    client.first = await client.until(FIRST) - client.began
    await client.press(" ")
    await client.until(BEGUN)
    await client.press(USUAL[0])
    await client.until(USUAL[1])


async def _while_others_work(clients: Sequence[Client], seconds: float) -> list[float]:
    """The answers to the keys of all others while some turn numbers and one simulates many trials."""
    turning, simulating, others = clients[:TURNING], clients[TURNING], clients[TURNING + 1 :]
    for client in others:
        client.answers.clear()
    await simulating.press("e")
    until = time.perf_counter() + seconds
    await asyncio.gather(*(one.turn(until) for one in turning), *(one.measure(until) for one in others))
    return [answer for client in others for answer in client.answers]


def _descendants(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            for child in (task / "children").read_text().split():
                yield from _descendants(int(child))


def _proportional_kib(pid: int) -> int:
    with suppress(ProcessLookupError, FileNotFoundError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _middle(answers: Sequence[float]) -> str:
    return f"median {_quantile(answers, 0.5) * 1000:.0f}, longest {max(answers) * 1000:.0f}"


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
