"""What a call of the command line gives, and what it is given."""

import io
from collections.abc import Callable
from subprocess import Popen
from typing import NamedTuple, TypeAlias


class Done(NamedTuple):
    """The exit code of a command, and what it wrote."""

    code: int
    out: str
    err: str


Pathsim: TypeAlias = Callable[..., Done]
"""Calls a command in this process."""
Start: TypeAlias = Callable[..., Popen[str]]
"""Starts a command in a process of its own."""


class Ascii(io.TextIOWrapper):
    """A standard output that can show ASCII only, as with PYTHONIOENCODING=ascii."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii", errors="strict")

    def shown(self) -> str:
        """What was written."""
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode("utf-8")
