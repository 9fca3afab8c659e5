"""Where output goes and in what form: pipes, terminals, colors, character sets, progress."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from calls import Pathsim, Start

from pathsim.cli import output

ESCAPE = "\x1b"
QUICK = "two-arm-exponential"
PAGES = (
    ("run", "aall1331", "--seed", "1"),
    ("run", QUICK, "--seed", "1"),
    ("run", QUICK, "--seed", "1", "--watch"),
    ("list",),
    ("check", "aall1331"),
    ("sources", "aall1331"),
    ("graph", "aall1331"),
    ("bounds", "--information", "0.5,1"),
)


def named(arguments: tuple[str, ...]) -> str:
    return " ".join(arguments)


@pytest.mark.parametrize("arguments", PAGES, ids=named)
def test_a_pipe_gets_plain_text_without_trailing_blanks(pathsim: Pathsim, arguments: tuple[str, ...]) -> None:
    done = pathsim(*arguments)
    assert (done.code, done.err) == (0, "")
    assert ESCAPE not in done.out
    assert [line for line in done.out.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("arguments", PAGES, ids=named)
def test_an_output_that_knows_only_ascii_gets_only_ascii(pathsim: Pathsim, arguments: tuple[str, ...]) -> None:
    done = pathsim(*arguments, ascii_only=True)
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()


def test_json_loses_nothing_where_the_output_knows_only_ascii(pathsim: Pathsim) -> None:
    title = ("--set", "title=Café")
    full, plain = (pathsim("run", QUICK, "--seed", "1", "--json", *title, ascii_only=only) for only in (False, True))
    assert "Café" in full.out
    assert plain.out.isascii()
    assert json.loads(plain.out) == json.loads(full.out)


def test_color_can_be_forced_into_a_pipe(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert ESCAPE in pathsim("run", QUICK, "--seed", "1").out


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_color_and_dumb_terminals_get_plain_text(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv(name, value)
    for arguments in PAGES:
        assert ESCAPE not in pathsim(*arguments).out


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_columns_says_how_wide_a_page_is(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for arguments in (("list",), ("run", QUICK, "--seed", "1"), ("graph", "aall1331")):
        assert max(map(len, pathsim(*arguments).out.splitlines())) <= width


def test_a_pipe_is_wide_enough_for_every_table(pathsim: Pathsim) -> None:
    lines = pathsim("run", "aall1331", "--seed", "1").out.splitlines()
    assert 80 < max(map(len, lines)) <= output.PAGE_WIDTH
    assert "…" not in "".join(lines)


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a command shows on a terminal."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "pathsim", *arguments]
    running = subprocess.Popen(
        command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=its, stderr=its
    )
    os.close(its)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:
        pass  # Linux reports the end of a terminal as an error.
    finally:
        os.close(ours)
    assert running.wait() == 0
    return shown.decode()


def test_a_terminal_gets_colors_unless_it_is_told_otherwise() -> None:
    assert ESCAPE in on_a_terminal("list")
    assert ESCAPE not in on_a_terminal("list", NO_COLOR="1")
    assert ESCAPE not in on_a_terminal("list", TERM="dumb")


def test_the_text_of_a_file_does_nothing_to_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text('title = "a\u202etrial"\n# \x1b]0;mine\x07\n', encoding="utf-8")
    shown = on_a_terminal("show", str(tmp_path / "odd.toml"))
    assert ESCAPE not in shown
    assert "\u202e" not in shown
    assert 'title = "a' in shown


@pytest.mark.parametrize("arguments", [("run", QUICK), ("run", QUICK, "--json"), ("run", QUICK, "--watch")], ids=named)
def test_a_reader_who_leaves_early_ends_the_command_quietly(start: Start, arguments: tuple[str, ...]) -> None:
    running = start(*arguments, "--seed", "1", "--quiet")
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    with running.stderr:
        assert running.stderr.read() == ""
    assert running.wait() == 0


def test_a_full_disk_is_told_in_a_line() -> None:
    command = [sys.executable, "-m", "pathsim", "list"]
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "pathsim: the output cannot be written: No space left on device\n"


def test_an_ascii_environment_gets_ascii(start: Start) -> None:
    running = start(
        "run", "aall1331", "--seed", "1", "-q", PYTHONIOENCODING="ascii", LC_ALL="C", TERM="dumb", NO_COLOR="1"
    )
    out, messages = running.communicate()
    assert (running.returncode, messages) == (0, "")
    assert out.isascii()
    assert ESCAPE not in out


class NoPatience:
    """A timer that rings at once."""

    daemon = False

    def __init__(self, seconds: float, ring: Callable[[], None]) -> None:
        assert seconds > 0
        self.start = ring

    def cancel(self) -> None:
        pass


def test_progress_goes_to_standard_error_and_can_be_silenced(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output.threading, "Timer", NoPatience)
    told = pathsim("run", "aall1331", "--seed", "1", "--json")
    assert told.err == "simulating 950 patients ...\n"
    quiet = pathsim("run", "aall1331", "--seed", "1", "--json", "--quiet")
    assert quiet.err == ""
    assert told.out == quiet.out


def test_what_is_quick_says_nothing(pathsim: Pathsim) -> None:
    assert pathsim("run", QUICK, "--seed", "1").err == ""
