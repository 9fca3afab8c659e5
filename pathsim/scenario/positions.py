"""Where in a TOML text each key and value stands. Needed when there is a problem to report, or a value to write."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import tree_sitter
import tree_sitter_toml

from pathsim.steps.spec import KeyPath

_Path: TypeAlias = tuple[str, ...]


def line_of(text: str, path: KeyPath) -> int:
    """The line of the key at this path, or of the nearest table around it; lines count from 1."""
    lines = _lines(text)
    wanted = tuple(map(str, path))
    while wanted and wanted not in lines:
        wanted = wanted[:-1]
    return lines.get(wanted, 1)


class TextSpan(NamedTuple):
    """Where a value stands that is written on one line: the line, counted from 0, and its first byte and the next."""

    row: int
    begin: int
    end: int


def span_of(text: str, path: KeyPath) -> TextSpan | None:
    """Where the value at this path is written, if it is a single one on one line; None if not."""
    return _read(text).values.get(tuple(map(str, path)))


def first_unread(text: str) -> int:
    """The line on which the first thing begins that is not TOML."""
    node = _parsed(text)
    while (broken := next((child for child in node.children if child.has_error), None)) is not None:
        node = broken
        if node.is_error or node.is_missing:
            break
    return node.start_point[0] + 1


def _parsed(text: str) -> tree_sitter.Node:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    return parser.parse(text.encode()).root_node


@dataclass(slots=True)
class _Lines:
    """Where keys stand, and where tables stand that are only named on the way to a key inside them."""

    keys: dict[_Path, int] = field(default_factory=dict)
    named: dict[_Path, int] = field(default_factory=dict)
    values: dict[_Path, TextSpan] = field(default_factory=dict)
    entries: dict[_Path, int] = field(default_factory=dict)
    """For each array of tables, the number of its latest entry."""

    def mark(self, path: _Path, node: tree_sitter.Node) -> None:
        line = node.start_point[0] + 1
        self.keys.setdefault(path, line)
        for end in range(1, len(path)):
            self.named.setdefault(path[:end], line)


@lru_cache(maxsize=4)
def _lines(text: str) -> Mapping[_Path, int]:
    """The line of every key; a table without a header of its own is where it is first named."""
    lines = _read(text)
    return lines.named | lines.keys


@lru_cache(maxsize=4)
def _read(text: str) -> _Lines:
    lines = _Lines()
    for node in _parsed(text).named_children:
        if node.type == "pair":
            _pair(node, (), lines)
        elif node.type in ("table", "table_array_element"):
            _table(node, lines)
    return lines


def _table(node: tree_sitter.Node, lines: _Lines) -> None:
    key, *below = node.named_children
    path = _resolved(tuple(_parts(key)), lines)
    if node.type == "table_array_element":
        lines.entries[path] = lines.entries.get(path, -1) + 1
        lines.keys.setdefault(path, node.start_point[0] + 1)
        path = (*path, str(lines.entries[path]))
    lines.mark(path, node)
    for pair in below:
        if pair.type == "pair":
            _pair(pair, path, lines)


def _resolved(path: _Path, lines: _Lines) -> _Path:
    """A header's path, with the number of the latest entry after the name of each array of tables on the way."""
    resolved: _Path = ()
    for position, part in enumerate(path):
        resolved = (*resolved, part)
        if position < len(path) - 1 and resolved in lines.entries:
            resolved = (*resolved, str(lines.entries[resolved]))
    return resolved


def _pair(node: tree_sitter.Node, above: _Path, lines: _Lines) -> None:
    key, *values = (child for child in node.named_children if child.type != "comment")
    path = (*above, *_parts(key))
    lines.mark(path, node)
    for value in values:
        _value(value, path, lines)


def _value(node: tree_sitter.Node, path: _Path, lines: _Lines) -> None:
    items = [child for child in node.named_children if child.type != "comment"]
    if node.type == "inline_table":
        for pair in items:
            if pair.type == "pair":
                _pair(pair, path, lines)
    elif node.type == "array":
        for number, item in enumerate(items):
            lines.mark((*path, str(number)), item)
            _value(item, (*path, str(number)), lines)
    elif node.start_point[0] == node.end_point[0]:
        lines.values[path] = TextSpan(node.start_point[0], node.start_point[1], node.end_point[1])


def _parts(key: tree_sitter.Node) -> Iterator[str]:
    if key.type == "dotted_key":
        for child in key.named_children:
            yield from _parts(child)
    else:
        text = (key.text or b"").decode()
        yield next(iter(tomllib.loads(f"{text} = 0"))) if key.type == "quoted_key" else text
