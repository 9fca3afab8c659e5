"""Whatever a terminal sends, the app lives; however it ends, the terminal is as it was before."""

import os
import random
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired

import pyte
import pytest

from pathsim.app.bench import COLUMNS, ROWS, MeasureError, Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
PATIENCE_SECONDS, LONGEST_SECONDS = 60.0, 180.0
READY = re.compile(rb"enrolled")
TRACEBACK = re.compile(rb"Traceback|A defect of pathsim")
STARTS, STRINGS = 10, 500
"""Of the fuzzer: as many tests, and strings in each."""
RESIZED, REMEMBERED = 0.02, 40
TRIES, REST_SECONDS = 20, 0.5
"""To leave."""
SLOWER, ANSWERED = b"]", re.compile(rb"\D6 months/s")
"""A key, and what the header says once it has been answered."""


class Session:
    """The app in a pseudo-terminal that remembers which modes are set, as an emulator does."""

    def __init__(self, scenario: str = "two-arm-exponential") -> None:
        self.display = pyte.Screen(COLUMNS, ROWS)
        self.sent = b""
        self._stream = pyte.ByteStream(self.display)
        self.terminal = Terminal(scenario, self._saw)
        self.before = termios.tcgetattr(self.terminal._master)  # noqa: SLF001
        try:
            self.terminal.until(READY)
        except MeasureError:
            self.close()
            raise

    def _saw(self, sent: bytes) -> None:
        self.sent = (self.sent + sent)[-1_000_000:]
        self._stream.feed(sent)

    @property
    def process(self) -> "Popen[bytes]":
        process = self.terminal._process  # noqa: SLF001 - whose end is waited for
        assert process is not None
        return process

    def press(self, keys: bytes) -> None:
        self.terminal.press(keys)

    def wait_until(self, shown: str, *, gone: bool = False) -> None:
        """Wait until something is on the display, or no longer: what was painted before does not count."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while (shown in "\n".join(self.display.display)) is gone:
            assert time.monotonic() < limit, f"{shown!r} {'stays' if gone else 'never comes'}"
            self.terminal.idle(0.05)

    def answers(self) -> bool:
        """Whether the app goes on: a key is answered once all that hides the trial has gone."""
        self.press(b"\x1b[27u" * 4 + b"l[[[[[[[[[[" + SLOWER * 5)
        with suppress(MeasureError):
            self.terminal.until(ANSWERED)
            return True
        return False

    def ended(self) -> int:
        """The status with which it ends, once it has painted all that was asked of it: its terminal reads on."""
        with suppress(MeasureError):
            self.terminal.idle(LONGEST_SECONDS)
        with suppress(TimeoutExpired):
            return self.process.wait(PATIENCE_SECONDS)
        raise AssertionError("the app never ends")

    def last_words(self) -> bytes:
        """What it printed once it had left the screen; line ends go, for a line may be a single column wide."""
        return self.sent.rpartition(b"\x1b[?1049l")[2].replace(b"\r\n", b"")[-1_000:]

    def assert_is_as_before(self) -> None:
        """No mouse, no alternate screen, no pasting in brackets, a cursor: as in an emulator that was just opened."""
        assert self.display.mode == pyte.Screen(COLUMNS, ROWS).mode
        assert termios.tcgetattr(self.terminal._master) == self.before  # noqa: SLF001
        assert not TRACEBACK.search(self.sent)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.terminal._master)  # noqa: SLF001


@pytest.fixture
def session() -> Iterator[Session]:
    one = Session()
    try:
        yield one
    finally:
        one.close()


SENT = {
    "a byte that is no text": b"\xff",
    "half a letter": b"\xc3\x28",
    "a letter beyond the last": b"\x1b[1114112u",
    "a letter beyond all integers": b"\x1b[99999999999999999999u",
    "half of a pair": b"\x1b[55296u\x1b[55296;1;55296u",
    "no size": b"\x1b[48;0;0;0;0t",
    "no height": b"\x1b[48;0;80;0;800t",
    "no pixels, and a mouse": b"\x1b[48;24;80;0;0t\x1b[<35;5;5M",
    "a size of billions": b"\x1b[48;99999999;9999999;9;9t",
    "a mouse far away": b"\x1b[<0;99999999999;99999999M\x1b[<0;99999999999;99999999m",
    "nothing pasted": b"/\x1b[200~\x00\x1b[201~\x1b[27u",
    "sequences pasted": b"/\x1b[200~a\x1b]0;x\x07b\xff\n\x00\x1b[201~\x1b[27u",
    "a sequence without an end": b"\x1b[" + b"1;" * 40,
}


def test_what_is_no_key_leaves_the_app_as_it_is(session: Session) -> None:
    """One after the other, so that nothing of one is left to the next."""
    for what, sent in SENT.items():
        session.press(sent)
        session.terminal.idle(0.1)
        session.terminal.resize(COLUMNS, ROWS)
        assert session.answers(), what
        assert session.process.poll() is None, what
    session.press(b"q")
    assert session.ended() == 0
    session.assert_is_as_before()


@pytest.mark.parametrize("size", [(0, 0), (0, 24), (80, 0), (1, 1), (3, 2), (65_535, 65_535)])
def test_any_size_is_a_size(session: Session, size: tuple[int, int]) -> None:
    session.terminal.resize(*size)
    session.terminal.idle(0.3)
    session.terminal.resize(COLUMNS, ROWS)
    assert session.answers()
    session.press(b"q")
    assert session.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_an_app_that_is_told_to_end_leaves_the_terminal_as_it_was(session: Session, number: signal.Signals) -> None:
    os.kill(session.process.pid, number)
    assert session.ended() == 1
    session.assert_is_as_before()


def look_away(session: Session) -> None:
    """Give the app much to draw, and read nothing of it."""
    os.write(session.terminal._master, b"lepcv" * 8)  # noqa: SLF001 - press() would read


def test_an_app_that_waits_for_its_terminal_ends_when_it_is_told_to(session: Session) -> None:
    look_away(session)
    os.kill(session.process.pid, signal.SIGTERM)
    assert session.process.wait(PATIENCE_SECONDS) == 1


def test_an_app_lives_in_a_terminal_that_lets_nobody_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another program that shares it may have asked it to."""

    def busy() -> tuple[int, int]:
        both = os.openpty()
        os.set_blocking(both[1], False)
        return both

    monkeypatch.setattr("pty.openpty", busy)
    session = Session()
    try:
        look_away(session)
        with pytest.raises(TimeoutExpired):
            session.process.wait(1.0)
        assert session.answers()
        session.press(b"q")
        assert session.ended() == 0
        session.assert_is_as_before()
    finally:
        session.close()


def worker_of(session: Session) -> int:
    """The process that simulates: the only child of the app."""
    of = subprocess.run(["ps", "-o", "pid=", "--ppid", str(session.process.pid)], capture_output=True, check=True)
    return int(of.stdout)


def test_an_app_whose_simulation_is_killed_says_so_and_starts_another(session: Session) -> None:
    for ends, day in ((b"G", "31 Dec 2023"), (b"g", "1 Jan 2020")):
        os.kill(worker_of(session), signal.SIGKILL)
        session.wait_until("simulation has stopped")
        session.press(b"R")
        session.wait_until("simulation has stopped", gone=True)
        # Only a simulation that answers can show another day.
        session.press(ends)
        session.wait_until(f"{day}  seed ")
    assert session.answers()


# ---- a fuzzer


LETTERS = b"lepcvdwWfbxi/tk,.<>o[]rgGn0123456789%-yDs?\r\t \x7f"
MODES = (25, 1000, 1003, 1004, 1006, 1016, 2004, 2026, 2048)


NUMBERS = ("", "0", "1", "2", "5", "27", "35", "64", "113", "255", "65535", "1114112", "9" * 11, "-1")
ODD = "\x00\x07\x7f\x80\x9b\u0300\u00e9\u202e\u3042\ufeff\U0001f600\U0010ffff"


class Fuzzer:
    """What a terminal, or whoever writes to it, could send."""

    def __init__(self, seed: int) -> None:
        self.mind = random.Random(seed)  # noqa: S311 - a deterministic one

    def string(self) -> bytes:
        """Anything."""
        kinds = (
            self.raw,
            self.keys,
            self.sequence,
            self.key,
            self.report,
            self.text,
            self.size,
            self.mouse,
            self.paste,
        )
        return self.mind.choice(kinds)()

    def raw(self) -> bytes:
        return self.mind.randbytes(self.mind.randint(1, 20))

    def keys(self) -> bytes:
        return bytes(self.mind.choices(LETTERS, k=self.mind.randint(1, 6)))

    def sequence(self) -> bytes:
        numbers = ";".join(self.mind.choices(NUMBERS, k=self.mind.randint(0, 5)))
        end = self.mind.choice("uABCDHFPQRSMmtn~cyIOZ$@p")
        return f"\x1b[{self.mind.choice(['', '', '<', '?', '>', '='])}{numbers}{end}".encode()

    def key(self) -> bytes:
        code, modifiers, text = self.mind.choices(NUMBERS, k=3)
        return f"\x1b[{code};{modifiers};{text}:{code}u".encode()

    def report(self) -> bytes:
        return f"\x1b[?{self.mind.choice(MODES)};{self.mind.randrange(6)}$y".encode()

    def text(self) -> bytes:
        begin, end = (
            self.mind.choice(["", "\x1b]", "\x1bP", "\x1b_", "\x1bO"]),
            self.mind.choice(["", "\x07", "\x1b\\"]),
        )
        return f"{begin}{self.mind.choice(ODD)}{self.mind.choice(ODD)}{end}".encode()

    def size(self) -> bytes:
        height, width, high, wide = self.mind.choices([0, 1, 2, 5, 24, 45, 80, 200], k=4)
        return f"\x1b[48;{height};{width};{high};{wide}t".encode()

    def mouse(self) -> bytes:
        x, y = self.mind.choices([-1, 0, 1, 2, 7, 20, 40, 90, 150, 99999], k=2)
        return f"\x1b[<{self.mind.randrange(256)};{x};{y}{self.mind.choice('Mm')}".encode()

    def paste(self) -> bytes:
        return b"\x1b[200~" + self.raw() + self.mind.choice([b"\x1b[201~", b"\x1b[201~", b""])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(STARTS))
def test_thousands_of_strings_leave_the_app_alive(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among them are keys that leave: then it has left as it should."""
    monkeypatch.chdir(tmp_path)
    fuzzer, done = Fuzzer(seed), 0
    while done < STRINGS:
        session, sent = Session(), []
        try:
            with suppress(MeasureError, OSError):
                while done < STRINGS and session.process.poll() is None:
                    done += 1
                    sent.append(fuzzer.string())
                    session.press(sent[-1])
                    if fuzzer.mind.random() < RESIZED:
                        session.terminal.resize(*fuzzer.mind.choices([0, 1, 3, 24, 80, 120], k=2))
                    session.terminal.idle(0.01)
                for _ in range(TRIES):
                    # In a breath of their own: what comes with something that is no key can be lost with it.
                    session.press(b"\x1b[201~\x03" + b"\x1b[27u" * 4 + b"q")
                    session.terminal.idle(REST_SECONDS)
            told = f"seed {seed}: {sent[-REMEMBERED:]!r}"
            assert session.ended() == 0
            session.assert_is_as_before()
        except AssertionError as wrong:
            raise AssertionError(f"{told}, and its last words: {session.last_words()!r}") from wrong
        finally:
            session.close()
