import json
import tomllib
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathsim.scenario.positions import first_unread, line_of
from pathsim.steps.spec import KeyPath

TEXT = dedent(
    """
    title = "Lines count from 1"

    [steps.a.exit.death]  # names steps and steps.a on the way
    next = "b"
    by = { 365 = 0.1, "730.5" = 0.2 }
    'single \\quotes' = 1
    "double \\u00e9" = 2

    [steps.a]
    kind = "phase"
    days = [
      1,  # one
      2,
      { value = 3 },
    ]

    [[rules]]
    when = "x"
    [rules.split]
    one = 1
    [[rules]]
    dotted.key.here = 1
    [[rules.cases]]
    when = "y"
    [[rules.cases]]
    when = "z"
    """
)


def line(text: str) -> int:
    return next(number for number, found in enumerate(TEXT.splitlines(), 1) if text in found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("title",), "title ="),
        (("steps",), "[steps.a.exit.death]"),
        (("steps", "a"), "[steps.a]"),
        (("steps", "a", "kind"), "kind ="),
        (("steps", "a", "exit", "death"), "[steps.a.exit.death]"),
        (("steps", "a", "exit", "death", "by", "365"), "by ="),
        (("steps", "a", "exit", "death", "by", "730.5"), "by ="),
        (("steps", "a", "exit", "death", "single \\quotes"), "single"),
        (("steps", "a", "exit", "death", "double é"), "double"),
        (("steps", "a", "exit", "death", "missing"), "[steps.a.exit.death]"),
        (("steps", "a", "days", 1), "  2,"),
        (("steps", "a", "days", 2, "value"), "value = 3"),
        (("steps", "a", "days", 9), "days ="),
        (("rules",), "[[rules]]"),
        (("rules", 0, "when"), '"x"'),
        (("rules", 0, "split", "one"), "one = 1"),
        (("rules", 1, "dotted", "key", "here"), "dotted"),
        (("rules", 1, "cases", 0, "when"), '"y"'),
        (("rules", 1, "cases", 1, "when"), '"z"'),
    ],
)
def test_a_key_is_found_on_its_line(path: KeyPath, text: str) -> None:
    assert line_of(TEXT, path) == line(text)


def test_what_is_nowhere_is_on_the_first_line() -> None:
    assert line_of(TEXT, ("nowhere", "at", "all")) == 1
    assert line_of("", ("title",)) == 1
    assert line_of(TEXT, ()) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\nb = [1,\n2\n", 2),
        ('a = 1\n\nb = """never\nends\n', 3),
        ("a = 1\nb = { c = 1,\n", 2),
        ("a = 1\nb = 'never\n", 2),
        ("[a\n", 1),
        ("a = 1\nb =\n", 2),
    ],
)
def test_what_cannot_be_read_begins_on_its_line(text: str, expected: int) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)
    assert first_unread(text) == expected


@dataclass
class Writer:
    """Writes a tree as TOML, in forms that hypothesis chooses, and remembers the line of every key."""

    draw: st.DrawFn
    lines: list[str] = field(default_factory=list)
    keys: dict[KeyPath, int] = field(default_factory=dict)

    def chance(self, outcomes: int = 2) -> int:
        return self.draw(st.integers(0, outcomes - 1))

    def table(self, tree: dict[str, Any], path: KeyPath) -> None:
        below = {key: value for key, value in tree.items() if self._may_have_a_header(value) and self.chance()}
        for key, value in tree.items():
            if key not in below:
                self.pair(key, value, path)
        for key, value in below.items():
            here = (*path, key)
            if isinstance(value, dict):
                self.header("[{}]", here, here)
                self.table(value, here)
                continue
            for number, entry in enumerate(value):
                self.header("[[{}]]", here, (*here, number))
                self.table(entry, (*here, number))

    def header(self, brackets: str, named: KeyPath, path: KeyPath) -> None:
        self.remark()
        for known in (named, path):
            self.keys.setdefault(known, len(self.lines) + 1)
        names = (self.key(key) for key in named if isinstance(key, str))
        self.lines.append(brackets.format(" . ".join(names)) + ("  # [not.this]" if self.chance() else ""))

    def pair(self, key: str, value: Any, path: KeyPath) -> None:
        self.remark()
        self.keys[*path, key] = len(self.lines) + 1
        self.lines.append(f"{self.key(key)} = ")
        self.value(value, (*path, key))

    def value(self, value: Any, path: KeyPath) -> None:
        """Add a value to the last line, in a list over several lines if chance will have it."""
        if isinstance(value, dict):
            self.lines[-1] += "{ "
            for number, (key, inner) in enumerate(value.items()):
                self.lines[-1] += (", " if number else "") + f"{self.key(key)} = "
                self.keys[*path, key] = len(self.lines)
                self.value(inner, (*path, key))
            self.lines[-1] += " }"
        elif isinstance(value, list):
            self.lines[-1] += "["
            for number, inner in enumerate(value):
                if self.chance():
                    self.lines += ["  # a remark, [1, 2]", ""][: self.chance(3)]
                    self.lines.append("  ")
                self.keys[*path, number] = len(self.lines)
                self.value(inner, (*path, number))
                self.lines[-1] += ", "
            self.lines[-1] += "]"
        elif isinstance(value, str) and self.chance(4) == 0:
            first, *rest = f'"""\n{value}\nkey = 1"""'.split("\n")
            self.lines[-1] += first
            self.lines += rest
        else:
            self.lines[-1] += json.dumps(value)

    def key(self, key: str) -> str:
        if key.isascii() and key.isalnum() and self.chance():
            return key
        return f"'{key}'" if self.chance() and key.isprintable() and "'" not in key else json.dumps(key)

    def remark(self) -> None:
        self.lines += ["", "# [steps.a] key = 1", "   "][: self.chance(4)]

    @staticmethod
    def _may_have_a_header(value: Any) -> bool:
        tables = isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value)
        return isinstance(value, dict) or bool(tables)


KEYS = st.text(st.sampled_from("ab1_.- é\"'\\"), min_size=1, max_size=3)
LEAVES = st.integers(-9, 9) | st.booleans() | st.sampled_from(["text", "[x]", "# no remark", "a = 1", ""])
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(KEYS, inner, max_size=3)
            | st.lists(st.dictionaries(KEYS, inner, max_size=2), min_size=1, max_size=3)
        ),
        max_leaves=12,
    ),
    max_size=4,
)


@given(st.data(), TREES)
@settings(max_examples=150)
def test_every_key_of_any_document_is_found_on_its_line(data: st.DataObject, tree: dict[str, Any]) -> None:
    writer = Writer(data.draw)
    writer.table(tree, ())
    text = "\n".join(writer.lines) + "\n"
    tomllib.loads(text)
    for path, number in writer.keys.items():
        assert line_of(text, path) == number, (path, text)
