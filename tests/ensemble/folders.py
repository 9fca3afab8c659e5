"""What commands write into folders, and how they are called."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias


class Done(NamedTuple):
    """The exit code of a command, and what it wrote."""

    code: int
    out: str
    err: str


Pathsim: TypeAlias = Callable[..., Done]
"""Calls a command in this process."""


def started(*arguments: str) -> subprocess.Popen[str]:
    """A command in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "pathsim", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def published(folder: Path) -> dict[str, bytes]:
    """The rows and the summary in a folder."""
    return {path.name: path.read_bytes() for path in folder.glob("*.*") if path.name.startswith(("rows.", "summary."))}


def chunks(folder: Path) -> list[Path]:
    """The files of finished chunks in a folder."""
    return sorted(folder.glob("chunks/*.npz"))
