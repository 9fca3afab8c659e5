"""What commands write into folders, and how they are called."""

import subprocess
import sys
from pathlib import Path


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
