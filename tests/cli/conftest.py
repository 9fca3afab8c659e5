"""The command line, called in this process or in one of its own."""

import io
import os
import subprocess
import sys

import pytest
from calls import Ascii, Done, Pathsim, Start

from pathsim.cli import main, output

UNSET = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "PATHSIM_DEBUG", "PYTHONIOENCODING", "PYTHONUTF8")


@pytest.fixture(autouse=True)
def _a_plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in UNSET:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    # Otherwise a busy machine would see progress messages.
    monkeypatch.setattr(output, "UNHURRIED_SECONDS", 3600.0)


@pytest.fixture
def pathsim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pathsim:
    """Calls a command in this process."""

    def call(*arguments: str, stdin: str = "", ascii_only: bool = False) -> Done:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["pathsim", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
            if ascii_only:
                patch.setattr(sys, "stdout", stdout := Ascii())
            with pytest.raises(SystemExit) as left:
                main()
        out, err = capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        return Done(code, stdout.shown() if ascii_only else out, err)

    return call


@pytest.fixture
def start() -> Start:
    """Starts a command in a process of its own."""

    def begin(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "pathsim", *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin
