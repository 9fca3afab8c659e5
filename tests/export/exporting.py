"""Calls of ``pathsim run`` that write a folder."""

import sys

import pytest

from pathsim.cli import main


def export(*arguments: object) -> int:
    """The exit code of ``pathsim run`` with these arguments."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["pathsim", "run", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
    code = left.value.code
    assert isinstance(code, int)
    return code
