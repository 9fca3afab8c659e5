"""Where scenario files are: the library that comes with pathsim, a path, or standard input."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pathsim
from pathsim.conditions import suggestion
from pathsim.scenario.evidence import Tree
from pathsim.scenario.problems import Problem, ScenarioError


class Source(NamedTuple):
    """A scenario file's name, where it was found, and its text."""

    name: str
    file: str
    text: str


def library() -> Path:
    """The folder of the scenarios that come with pathsim: in an installed package, or beside a checkout."""
    package = Path(pathsim.__file__).parent
    installed = package / "library"
    return installed if installed.is_dir() else package.parent / "scenarios"


def names() -> list[str]:
    """The scenarios of the library."""
    return sorted(path.stem for path in library().glob("*.toml"))


def find(scenario: str, beside: str | None = None) -> Source:
    """The scenario of this name: ``-`` is standard input, then a path, then the library.

    ``beside`` is the file that names it, if one does: paths are then looked for beside that file too.
    """
    if scenario == "-":
        return Source("stdin", "<stdin>", sys.stdin.read())
    for path in _places(scenario, beside):
        if path.is_file():
            return Source(path.stem, str(path), _text(path))
    hint = suggestion(scenario, names())
    raise ScenarioError(
        [Problem((), f"there is no scenario '{scenario}': neither a file of that name nor one of the library.{hint}")]
    )


def _places(scenario: str, beside: str | None) -> Iterator[Path]:
    if scenario.endswith(".toml") or "/" in scenario or "\\" in scenario:
        if beside is not None:
            yield Path(beside).parent / scenario
        yield Path(scenario)
    else:
        if beside is not None:
            yield Path(beside).parent / f"{scenario}.toml"
        yield library() / f"{scenario}.toml"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        raise ScenarioError([Problem((), f"is not UTF-8 text (byte {wrong.start})", str(path))]) from None
    except OSError as wrong:
        raise ScenarioError([Problem((), f"cannot be read: {wrong.strerror}", str(path))]) from None


def parse(source: Source) -> Tree:
    """The TOML tree of this text."""
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as wrong:
        message, line = str(wrong), None
        if place := re.search(r" \(at line (\d+), column \d+\)", message):
            message, line = message[: place.start()], int(place[1])
        elif "at end of document" in message:
            message, line = message.replace(" (at end of document)", ""), source.text.count("\n") + 1
        raise ScenarioError(
            [Problem((), f"is not TOML: {message[:1].lower()}{message[1:]}", source.file, line)]
        ) from None
    except RecursionError:
        raise ScenarioError([Problem((), "is nested too deeply", source.file, 1)]) from None
