"""A trial with what was changed, written as a scenario that extends the present one."""

import json
import os
from pathlib import Path

from pathsim.player.makers.evidence import TURNED
from pathsim.player.worker_session import WorkerSession
from pathsim.scenario.files import library, parse_value
from pathsim.whole_files import UnwritableError, bare_name, new_file, write_whole

ARMS = "patients are randomized again, so arms can differ from those on screen"


def save(session: WorkerSession, file: str) -> str:
    """Write the scenario to this file; where it is. Raises UnwritableError if it cannot be, or is there already."""
    path = new_file(file, (".toml",))
    _check_name(session, path)
    write_whole(path, text(session, path).encode())
    return str(path)


def draft(session: WorkerSession, name: str) -> tuple[str, str]:
    """The name of a file beside the scenario, and the text that it is to have. Raises UnwritableError."""
    path = Path(session.cache.source.file).with_name(bare_name(name, (".toml",)).name)
    _check_name(session, path)
    return path.name, text(session, path)


def _check_name(session: WorkerSession, path: Path) -> None:
    if path.stem == session.cache.source.name:
        raise UnwritableError(f"the scenario that it extends is also called {path.stem}: choose another name")


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
