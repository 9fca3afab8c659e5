"""What all tests share: one search for examples, and the command line, called in this process.

Hypothesis finds the same examples on every run and every machine, and has patience with slow ones.
"""

import io
import sys

import pytest
from calls import Ascii, Done, Pathsim
from hypothesis import settings

from pathsim.cli import main

settings.register_profile("pathsim", deadline=None, derandomize=True, database=None)
settings.load_profile("pathsim")


@pytest.fixture
def pathsim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pathsim:
    """Calls a command in this process."""

    def call(*arguments: object, stdin: str = "", ascii_only: bool = False) -> Done:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["pathsim", *map(str, arguments)])
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
