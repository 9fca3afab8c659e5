"""What can be done to a scenario file: to its bytes, its letters, its words, its numbers, its tables."""

import copy
import datetime
import math
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from pathsim.steps.spec import KeyPath

JUNK = [
    '"',
    "'",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    ",",
    "#",
    ".",
    "\n",
    "\\",
    '"""',
    "\x00",
    "\t",
    "é",
    "nan",
    "-inf",
    "true",
]
JUNK += [
    "0",
    "-1",
    "1e400",
    "9" * 400,
    "9" * 5000,
    "0.5",
    "'rest'",
    '"3/2"',
    '"0/0"',
    "[1, 2]",
    "{ a = 1 }",
    "2020-01-01",
]
TOKEN = re.compile(r"[A-Za-z_]\w*|\"[^\"\n]*\"|-?\d+(?:\.\d+)?|\S")
NUMBER = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?![\w.-])")
NUMBERS = ["0", "1", "-1", "2.5", "1e-300", "1e300", "65535", "99999999", "1" + "0" * 30, "inf", "nan", "0.999999999"]
NUMBERS += ["0.5", "0.01", "1e-9", "1e9", "1e15", "1e-320", "3", "7", "100", "365", "36525", "365250", "1000", "0.0001"]

WORDS = ["value", "note", "source", "assumd", "cycle", "repeat", "set", "next", "0.5", "", "a b"]
VALUES: list[Any] = [0, 1, -1, 2.5, 1e300, 1e-300, 10**30, 10**400, math.inf, math.nan, True, False]
VALUES += [
    "",
    "rest",
    "10/102",
    "3/2",
    "dead",
    "age",
    "x y",
    "1",
    "35%",
    datetime.date(2020, 1, 1),
    datetime.time(1, 2),
]
VALUES += [[], [1], [1, 2], ["a"], [{}], [[1]], {}, {"a": 1}, {"value": 3}, {"exponential": 3}, {"365": 0.5}]
VALUES += [{"value": "1/2", "source": "somewhere"}, datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)]

Mutation = Callable[[random.Random, str], str]


def somewhere(rng: random.Random, what: re.Pattern[str], text: str) -> tuple[int, int]:
    found = what.search(text, rng.randrange(len(text)))
    return (0, 0) if found is None else found.span()


def a_line_less(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return "".join(lines)


def two_lines_swapped(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "".join(lines)


def a_line_twice(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    return "".join(lines)


def a_token_replaced(rng: random.Random, text: str) -> str:
    start, end = somewhere(rng, TOKEN, text)
    other = slice(*somewhere(rng, TOKEN, text))
    by = rng.choice(JUNK) if rng.random() < 0.5 else text[other]
    return text[:start] + by + text[end:]


def a_number_changed(rng: random.Random, text: str) -> str:
    start, end = somewhere(rng, NUMBER, text)
    return text[:start] + rng.choice(NUMBERS) + text[end:]


def a_letter_changed(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice("abcxyz_- .\"'[]{}=") + text[at + 1 :]


def cut_short(rng: random.Random, text: str) -> str:
    return text[: rng.randrange(len(text))]


MUTATIONS: list[Mutation] = [
    a_line_less,
    two_lines_swapped,
    a_line_twice,
    a_token_replaced,
    a_number_changed,
    a_letter_changed,
    cut_short,
]


def mutated(rng: random.Random, text: str) -> str:
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        text = rng.choice(MUTATIONS)(rng, text) if len(text) > 20 else text
    return text


def places(tree: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def at(tree: Any, path: KeyPath) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def change(rng: random.Random, tree: Any) -> None:
    """Take something out of the tree, put something else in its place, or give it another name."""
    somewhere = list(places(tree))
    if not somewhere:
        return
    *above, key = rng.choice(somewhere)
    around = at(tree, tuple(above))
    match rng.randrange(4):
        case 0:
            del around[key]
        case 1:
            around[key] = copy.deepcopy(rng.choice(VALUES))
        case 2:
            around[key] = copy.deepcopy(at(tree, rng.choice(somewhere)))
        case 3 if isinstance(around, dict):
            around[rng.choice([*WORDS, f"{key}x"])] = around.pop(key)
