"""The command line, called in this process or in one of its own."""

import os
import subprocess
import sys

import pytest
from calls import Start

UNSET = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "PATHSIM_DEBUG", "PYTHONIOENCODING", "PYTHONUTF8")


@pytest.fixture(autouse=True)
def _a_plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in UNSET:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


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
