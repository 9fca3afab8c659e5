"""Files that take their name only when they are complete: nobody ever finds half of one."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

UNSAFE, MOST_LETTERS = re.compile(r"[^\w. -]+"), 100
"""What not every system takes in a name, and how long one is that all do."""
PARTIAL = ".partial"
"""How the name of a file ends that is being written."""


class UnwritableError(Exception):
    """A file that cannot be written, with a sentence for the user."""


def new_file(name: str, endings: Sequence[str]) -> Path:
    """Where to write a file that is not there yet: it ends with the first of these if with none of them.

    Raises UnwritableError for a name that is none, that something has already, or whose folder is not there.
    """
    try:
        path = Path(name.strip()).expanduser()
        if not path.name:
            raise UnwritableError("a file needs a name")
        path = path if path.suffix.lower() in endings else path.with_name(f"{path.name}{endings[0]}")
        os.path.realpath(path)  # Raises ValueError for what no system takes as a name.
        if path.exists():
            raise UnwritableError(f"{path} already exists: choose another name")
        if not path.parent.is_dir():
            raise UnwritableError(f"there is no folder {path.parent}")
    except (OSError, ValueError, RuntimeError) as wrong:
        raise UnwritableError(f"'{name}' cannot be written: {getattr(wrong, 'strerror', None) or wrong}") from None
    return path


def bare_name(name: str, endings: Sequence[str]) -> Path:
    """A name for a file that somebody else writes: no folders, letters and signs that every system takes, an ending.

    Raises UnwritableError if nothing is left of it.
    """
    path = Path(UNSAFE.sub("-", name.strip().replace("\\", "/").rpartition("/")[2])[:MOST_LETTERS].lstrip("."))
    if not path.name:
        raise UnwritableError("a file needs a name")
    return path if path.suffix.lower() in endings else path.with_name(f"{path.name}{endings[0]}")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write a file, so that it takes its name only when it is complete.

    Behind a link it is what the link leads to. What is no file, such as a pipe or a device, is written to as it is: a
    file in its place would be the end of it. Raises UnwritableError for what the system does not let be written.
    """
    goal = Path(os.path.realpath(path))
    partial = goal.with_name(f"{goal.name}.{os.getpid()}{PARTIAL}")
    try:
        if goal.exists() and not goal.is_file():
            yield goal
            return
        try:
            yield partial
            partial.replace(goal)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as wrong:
        raise UnwritableError(f"{path} cannot be written: {wrong.strerror}") from None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that takes its name only when it is complete. Raises UnwritableError."""
    with whole(path) as partial:
        partial.write_bytes(content)
