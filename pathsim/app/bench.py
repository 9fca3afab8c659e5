"""How quick the app is: keys in a pseudo-terminal while the worker is busy, redraws, and numbers that are turned."""

import asyncio
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from textual.pilot import Pilot

from pathsim.app.app import PathsimApp
from pathsim.bench import BenchmarkRatio
from pathsim.player.process import WorkerProcess
from pathsim.player.user_session import UserSession

COLUMNS, ROWS = 160, 45
PRESSES = 150
TURNS = 30
REDRAWS = 60
PATIENCE_SECONDS = 60.0
GOLDEN = 0.618
RESTART_EVERY = 30
"""Presses after which the trial begins again, so that it never stands still at its end."""
MANY = {"trial.patients": "10000", "trial.pace": '[{ from_day = 0, per_month = 170, assumed = "to measure" }]'}
SLOWER, FASTER = (b"[", re.compile(rb"\D6 months/s")), (b"]", re.compile(rb"12 months/s"))
"""A key, and what the header says once it has been answered: words of another length, so that all of them are new."""


class MeasureError(Exception):
    """Nothing can be measured: no pseudo-terminals here, or an app that has ended or does not answer."""


class Terminal:
    """The app in a pseudo-terminal, with somebody at the keys who has a stopwatch."""

    def __init__(self, scenario: str, watch: Callable[[bytes], object] | None = None) -> None:
        """Open the app on a scenario; ``watch`` is given all that it sends to the terminal."""
        try:
            import pty  # noqa: PLC0415 - not there on Windows
        except ImportError:
            raise MeasureError("there are no pseudo-terminals on this system") from None
        self._master, slave = pty.openpty()
        self._watch = watch
        self._process: subprocess.Popen[bytes] | None = None
        self.resize(COLUMNS, ROWS)
        self.began = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "pathsim", "app", scenario, "--seed", "21"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=_environment(),
        )
        os.close(slave)
        self._seen = b""
        self.received = 0

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        import fcntl  # noqa: PLC0415 - not there on Windows
        import struct  # noqa: PLC0415
        import termios  # noqa: PLC0415

        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if self._process is not None:
            # It is not the terminal that it was started from, so nobody else tells it.
            os.kill(self._process.pid, signal.SIGWINCH)

    def press(self, keys: bytes) -> None:
        """Press keys; what was shown before is forgotten."""
        self._forget()
        os.write(self._master, keys)

    def until(self, shown: re.Pattern[bytes]) -> float:
        """Wait until something is shown; the moment at which it was."""
        limit = time.perf_counter() + PATIENCE_SECONDS
        while not shown.search(self._seen):
            if time.perf_counter() > limit:
                raise MeasureError(f"the app never showed {shown.pattern.decode()}; the last it showed: {self._text()}")
            self._read(0.5)
        return time.perf_counter()

    def idle(self, seconds: float) -> None:
        """Look at the screen for a while."""
        limit = time.perf_counter() + seconds
        while (left := limit - time.perf_counter()) > 0:
            self._read(left)

    def _forget(self) -> None:
        """Read what waits to be read, but not for ever: an app may send faster than whoever watches can look."""
        limit = time.perf_counter() + PATIENCE_SECONDS
        while self._read(0.0) and time.perf_counter() < limit:
            pass
        self._seen = b""

    def _read(self, seconds: float) -> bool:
        """Read once, and wait so long for something to read; whether there was something."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            found = os.read(self._master, 65_536)
        except OSError:
            raise MeasureError(f"the app has ended; the last it showed: {self._text()}") from None
        self._seen = (self._seen + found)[-400_000:]
        self.received += len(found)
        if self._watch is not None:
            self._watch(found)
        return True

    def _text(self) -> str:
        return re.sub(rb"\x1b\[[0-9;?]*[A-Za-z$]", b" ", self._seen)[-2000:].decode(errors="replace")

    def close(self) -> None:
        """Leave the app, and see to it that nothing of it is left."""
        with suppress(OSError, MeasureError):
            os.write(self._master, b"q")
            self.idle(PATIENCE_SECONDS)
        if self._process is not None:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._master)


def _environment() -> dict[str, str]:
    """The user's own, without what would give the app another terminal than this one, or have it compile itself."""
    other = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in other} | {
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }


def measure(scenario: str = "aall1331", presses: int = PRESSES) -> Iterator[BenchmarkRatio]:
    """The measurements, as they are made. Raises MeasureError."""
    yield from _in_a_terminal(scenario, presses)
    yield from asyncio.run(_inside(scenario))


def _in_a_terminal(scenario: str, presses: int) -> Iterator[BenchmarkRatio]:
    terminal = Terminal(scenario)
    try:
        first = (terminal.until(re.compile(rb"enrolled")) - terminal.began) * 1000
        yield BenchmarkRatio(
            "app: start to first picture, ms", first, 1000, at_least=False, note="Python's own start is in it"
        )
        terminal.press(b"\t\t]")
        before, began = terminal.received, time.perf_counter()
        terminal.idle(2.0)
        rate = (terminal.received - before) / (time.perf_counter() - began) / 1000
        yield _keys("app: key to paint while the trial runs, p95, ms", _answered(terminal, presses), f"{rate:.0f} kB/s")
        terminal.press(b"e" + b"+" * 8)
        terminal.until(re.compile(rb"trials? by|others:"))
        yield _keys("app: the same while replicates are simulated, ms", _answered(terminal, presses), "without a pause")
    finally:
        terminal.close()


def _answered(terminal: Terminal, presses: int) -> list[float]:
    """How many milliseconds each key took to be answered on screen."""
    found = []
    for number in range(presses):
        # Irregular pauses, so that keys come at every moment between two pictures.
        if number % RESTART_EVERY == 0:
            terminal.press(b"r")
        terminal.idle(0.02 + 0.1 * (number * GOLDEN % 1))
        key, shown = SLOWER if number % 2 else FASTER
        began = time.perf_counter()
        terminal.press(key)
        found.append((terminal.until(shown) - began) * 1000)
    return found


def _keys(name: str, delays: Sequence[float], note: str) -> BenchmarkRatio:
    half, most = _quantile(delays, 0.5), max(delays)
    return BenchmarkRatio(
        name, _quantile(delays, 0.95), 50, at_least=False, note=f"median {half:.0f}, longest {most:.0f}; {note}"
    )


def _quantile(values: Sequence[float], part: float) -> float:
    return sorted(values)[min(int(part * len(values)), len(values) - 1)]


async def _inside(scenario: str) -> list[BenchmarkRatio]:
    """What is measured without a terminal: turning a number, and redrawing."""
    few, turned = await _driven(scenario, {}, turns=TURNS)
    many, _ = await _driven(scenario, MANY if scenario == "aall1331" else {}, turns=0)
    note = f"Live at {COLUMNS}x{ROWS}: {many:.1f} ms, against {few:.1f} ms"
    return [
        BenchmarkRatio(
            "app: number turned to curves, p95, ms", _quantile(turned, 0.95), 150, at_least=False, note=_middle(turned)
        ),
        BenchmarkRatio("app: redraw with 10,000 patients, against 950", many / few, 1.5, at_least=False, note=note),
    ]


def _middle(values: Sequence[float]) -> str:
    return f"median {_quantile(values, 0.5):.0f}, longest {max(values):.0f}"


async def _driven(scenario: str, settings: dict[str, str], turns: int) -> tuple[float, list[float]]:
    """Milliseconds of CPU for a redraw (the median), and milliseconds until each turned number is seen."""
    session = UserSession(scenario, 21, dict(settings), is_playing=False)
    app = PathsimApp(WorkerProcess(), session)
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        await _until(pilot, lambda: app.trial.snapshot is not None)
        spent = []
        for number in range(REDRAWS):
            before, day = app.trial.snapshot, session.last_day * (0.4 + 0.5 * number / REDRAWS)
            app.trial.go(day)
            await _until(pilot, lambda before=before: app.trial.snapshot is not before)  # type: ignore[misc]
            if app.trial.snapshot is not None and app.front is not None and before is not None:
                app.front.moved(before)
                began = time.process_time()
                app.front.moved(app.trial.snapshot)
                spent.append((time.process_time() - began) * 1000)
        return _quantile(spent, 0.5), [await _turn(pilot, app, number) for number in range(turns)]


async def _turn(pilot: Pilot[None], app: PathsimApp, number: int) -> float:
    if app.trial.card is None:
        raise TypeError("a trial is open")
    one = next(parameter for parameter in app.trial.card.parameters if parameter.is_main)
    part = 0.3 + 0.4 * (number % 10) / 10
    began = time.perf_counter()
    trial = app.trial
    trial.turn(one, one.lowest + part * (one.highest - one.lowest))
    await _until(pilot, lambda: trial.snapshot is not None and trial.snapshot.generation == trial.session.generation)
    return (time.perf_counter() - began) * 1000


async def _until(pilot: Pilot[None], is_there: Callable[[], bool]) -> None:
    limit = time.perf_counter() + PATIENCE_SECONDS
    while not is_there():
        if time.perf_counter() > limit:
            raise MeasureError("the app does not answer")
        await pilot.pause(0.001)
