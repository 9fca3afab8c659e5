"""A trial with what was changed, written as a scenario that extends the present one."""

import json
import os
from pathlib import Path

from pathsim.player.makers.evidence import TURNED
from pathsim.player.worker_session import WorkerSession
from pathsim.scenario.files import library, parse_value
from pathsim.whole_files import UnwritableError, write_whole

ARMS = "patients are randomized again, so arms can differ from those on screen"


class SaveError(Exception):
    """A file that cannot be written, with a sentence for the user."""


def save(session: WorkerSession, file: str) -> str:
    """Write the scenario to this file; where it is. Raises SaveError if it cannot be, or is there already."""
    if not file.strip():
        raise SaveError("a scenario needs a name")
    try:
        path = Path(file).expanduser()
        path = path if path.suffix == ".toml" else path.with_name(f"{path.name}.toml")
        if path.stem == session.cache.source.name:
            raise SaveError(f"the scenario that it extends is also called {path.stem}: choose another name")
        if path.exists():
            raise SaveError(f"{path} already exists: choose another name")
        if not path.parent.is_dir():
            raise SaveError(f"there is no folder {path.parent}")
        write_whole(path, text(session, path).encode())
    except UnwritableError as wrong:
        raise SaveError(str(wrong)) from None
    except (OSError, ValueError, RuntimeError) as wrong:
        raise SaveError(f"'{file}' cannot be written: {getattr(wrong, 'strerror', None) or wrong}") from None
    return str(path)


def text(session: WorkerSession, path: Path) -> str:
    """The scenario as TOML: what it extends, and each number that was changed, with where it comes from."""
    lines = [
        "# Written by pathsim. What is not said here is as in the scenario that this one extends.",
        f"# With the same seed {ARMS} (--hold-arms).",
        f"extends = {_quoted(_base(session, path))}",
        f"title   = {_quoted(session.scenario.title + ', changed')}",
        f"seed    = {session.request.seed}",
        "",
        "[set]",
    ]
    lines += [
        f"{_quoted(where)} = {{ value = {_written(value)}, assumed = {_quoted(TURNED)} }}"
        for where, value in session.request.settings
    ]
    return "\n".join(lines) + "\n"


def _base(session: WorkerSession, path: Path) -> str:
    """How the new file names the one that it extends."""
    file = Path(session.cache.source.file)
    return session.cache.source.name if file.parent == library() else os.path.relpath(file, path.parent)


def _written(value: str) -> str:
    """A value as TOML has it: what is no number, list, true or false is a word."""
    return _quoted(value) if parse_value(value) == value else value


def _quoted(words: str) -> str:
    """A text in TOML, which escapes what JSON does, and one control character more."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
