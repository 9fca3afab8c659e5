"""Which line of a TOML text each key is on. Needed only when there is a problem to report."""

import ast
from collections.abc import Iterator

import tree_sitter
import tree_sitter_toml

from pathsim.steps.spec import KeyPath


def line_of(text: str, path: KeyPath) -> int:
    """The line of the key at this path, or of the nearest table around it; lines count from 1."""
    lines = _lines(text)
    wanted = tuple(map(str, path))
    while wanted and wanted not in lines:
        wanted = wanted[:-1]
    return lines.get(wanted, 1)


def _lines(text: str) -> dict[tuple[str, ...], int]:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    lines: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    for node in parser.parse(text.encode()).root_node.named_children:
        if node.type == "pair":
            _pair(node, (), lines)
        elif node.type in ("table", "table_array_element"):
            key, *pairs = node.named_children
            path = _resolved(tuple(_parts(key)), counts)
            if node.type == "table_array_element":
                counts[path] = counts.get(path, -1) + 1
                lines.setdefault(path, node.start_point[0] + 1)
                path = (*path, str(counts[path]))
            _mark(path, node, lines)
            for pair in pairs:
                if pair.type == "pair":
                    _pair(pair, path, lines)
    return lines


def _resolved(path: tuple[str, ...], counts: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    """A header's path, with the number of the latest entry after the name of each array of tables on the way."""
    resolved: tuple[str, ...] = ()
    for position, part in enumerate(path):
        resolved = (*resolved, part)
        if position < len(path) - 1 and resolved in counts:
            resolved = (*resolved, str(counts[resolved]))
    return resolved


def _pair(node: tree_sitter.Node, above: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> None:
    key, *values = node.named_children
    path = (*above, *_parts(key))
    _mark(path, node, lines)
    for value in values:
        _value(value, path, lines)


def _value(node: tree_sitter.Node, path: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> None:
    items = [child for child in node.named_children if child.type != "comment"]
    if node.type == "inline_table":
        for pair in items:
            if pair.type == "pair":
                _pair(pair, path, lines)
    elif node.type == "array":
        for number, item in enumerate(items):
            _mark((*path, str(number)), item, lines)
            _value(item, (*path, str(number)), lines)


def _mark(path: tuple[str, ...], node: tree_sitter.Node, lines: dict[tuple[str, ...], int]) -> None:
    for end in range(1, len(path) + 1):
        lines.setdefault(path[:end], node.start_point[0] + 1)


def _parts(key: tree_sitter.Node) -> Iterator[str]:
    if key.type == "dotted_key":
        for child in key.named_children:
            yield from _parts(child)
    else:
        text = (key.text or b"").decode()
        yield str(ast.literal_eval(text)) if key.type == "quoted_key" else text
