"""The command line, called in this process."""

import sys

import pytest
from folders import Done, Pathsim

from pathsim.cli import main


@pytest.fixture
def pathsim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pathsim:
    """Calls a command in this process."""

    def call(*arguments: object) -> Done:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["pathsim", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Done(left.value.code, out, err)

    return call
