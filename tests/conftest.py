"""What all tests share: one search for examples, and the command line, called in this process.

Hypothesis finds the same examples on every run and every machine, and has patience with slow ones.
"""

import io
import sys

import pytest
from calls import Ascii, Done, Pathsim
from hypothesis import HealthCheck, settings

import pathsim.app  # it says how often Textual may paint, before that is loaded
from pathsim.cli import main, output

settings.register_profile(
    "pathsim", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("pathsim")

UNHURRIED_SECONDS = 3600.0
"""Until a command says what it is at: on a machine that is slow just now, it would do so where nothing is expected."""


@pytest.fixture
def pathsim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pathsim:
    """Calls a command in this process."""

    def call(*arguments: object, stdin: str = "", ascii_only: bool = False) -> Done:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["pathsim", *map(str, arguments)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
            patch.setattr(output, "UNHURRIED_SECONDS", UNHURRIED_SECONDS)
            if ascii_only:
                patch.setattr(sys, "stdout", stdout := Ascii())
            with pytest.raises(SystemExit) as left:
                main()
        out, err = capsys.readouterr()
        code = left.value.code
        assert isinstance(code, int)
        return Done(code, stdout.shown() if ascii_only else out, err)

    return call
