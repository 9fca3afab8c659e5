"""Where scenario files are: the library that comes with pathsim, a path, or standard input."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pathsim.conditions import suggestion
from pathsim.scenario.evidence import Tree
from pathsim.scenario.limits import DEEPEST, LARGEST_FILE, too_much
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.syntax import slip
from pathsim.text import harmless

STANDARD_INPUT = "<stdin>"


class Source(NamedTuple):
    """A scenario file's name, where it was found, and its text, without a mark in front and with lines that end in LF.

    ``data`` are its bytes as they were read, for who writes some of them back; empty where nobody has read any.
    ``bases`` are the files that it builds on, the one that is extended first, where they have been read already.
    """

    name: str
    file: str
    text: str
    data: bytes = b""
    bases: tuple["Source", ...] = ()

    @property
    def asked(self) -> str:
        """What to write on the command line to get it: its name in the library, its path, or ``-``."""
        if self.file == STANDARD_INPUT:
            return "-"
        return self.name if Path(self.file).parent == library() else harmless(self.file)


def library() -> Path:
    """The folder of the scenarios that come with pathsim: in an installed package, or beside a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "library"
    return installed if installed.is_dir() else package.parent / "scenarios"


def names() -> list[str]:
    """The scenarios of the library."""
    return sorted(path.stem for path in library().glob("*.toml"))


def find(scenario: str, beside: str | None = None) -> Source:
    """The scenario of this name: ``-`` is standard input, then a path, then the library.

    ``beside`` is the file that names it, if one does: paths are then looked for beside that file too.
    """
    if scenario == "-" and beside is None:
        return _source("stdin", STANDARD_INPUT, _read(sys.stdin.buffer, STANDARD_INPUT))
    for path in _places(scenario, beside):
        if _is_file(path):
            return source_at(path)
    hint = suggestion(scenario, names())
    raise ScenarioError(
        [Problem((), f"there is no scenario '{scenario}': neither a file of that name nor one of the library.{hint}")]
    )


def source_at(path: Path) -> Source:
    """The file at this path. Raises ScenarioError if it cannot be read."""
    return _source(harmless(path.stem), str(path), _bytes(path))


def _places(scenario: str, beside: str | None) -> Iterator[Path]:
    if scenario.endswith(".toml") or "/" in scenario or "\\" in scenario:
        if beside is not None:
            yield Path(beside).parent / scenario
        yield Path(scenario)
    else:
        if beside is not None:
            yield Path(beside).parent / f"{scenario}.toml"
        yield library() / f"{scenario}.toml"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, for example
        return False


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            return _read(opened, str(path))
    except OSError as wrong:
        raise ScenarioError([Problem((), f"this file cannot be read: {wrong.strerror}", str(path))]) from None


def _read(opened: BinaryIO, file: str) -> bytes:
    data = opened.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        message = f"this file is too large: a scenario may have at most {LARGEST_FILE:,} bytes"
        raise ScenarioError([Problem((), message, file, 1)])
    return data


def _source(name: str, file: str, data: bytes) -> Source:
    try:
        # Editors on Windows put a mark in front of UTF-8, and end lines with two characters.
        return Source(name, file, data.decode("utf-8-sig").replace("\r\n", "\n"), data)
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        message = "a character here is not written in UTF-8; save the file as UTF-8 in your editor"
        raise ScenarioError([Problem((), message, file, line)]) from None


def parse(source: Source) -> Tree:
    """The TOML tree of this text."""
    if (beyond := too_much(source.text)) is not None:
        raise ScenarioError([Problem((), beyond.sentence, source.file, beyond.line)])
    try:
        tree = tomllib.loads(source.text)
    except ValueError as complaint:
        line, sentence = slip(source.text, str(complaint))
        raise ScenarioError([Problem((), f"this cannot be read: {sentence}", source.file, line)]) from None
    if _too_deep(tree):
        message = f"lists or tables are nested more than {DEEPEST} deep"
        raise ScenarioError([Problem((), message, source.file, 1)])
    return tree


def parse_value(text: str) -> object:
    """The value that stands in this text as TOML, or the text itself where none does."""
    line = f"value = {text}"
    try:
        tree = {} if too_much(line) else tomllib.loads(line)
    except ValueError:
        return text
    return tree["value"] if tree.keys() == {"value"} and not _too_deep(tree) else text


def _too_deep(tree: Tree) -> bool:
    inside: list[Any] = [tree]
    for _ in range(DEEPEST + 1):
        inside = [item for value in inside for item in (value.values() if isinstance(value, dict) else value)]
        inside = [item for item in inside if isinstance(item, (dict, list))]
    return bool(inside)
