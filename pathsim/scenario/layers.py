"""Layers: a scenario file, those it extends, and what the command line sets, joined into one tree."""

import copy
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pathsim.conditions import suggestion
from pathsim.scenario import files
from pathsim.scenario.evidence import KEYS, Rate, Tree, read
from pathsim.scenario.files import Source
from pathsim.scenario.problems import Problem, ScenarioError, dotted
from pathsim.steps.spec import KeyPath

DEEPEST = 10
SET = "--set"


@dataclass(slots=True)
class Joined:
    """All layers as one tree of plain numbers, with the evidence of each number and where each key was written."""

    name: str
    sources: list[Source]
    trees: list[Tree]
    tree: Tree = field(default_factory=dict)
    rates: dict[KeyPath, Rate] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    overrides: dict[str, object] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The hash of the files' texts, the one that is extended first."""
        return sha256("\0".join(source.text for source in self.sources).encode()).hexdigest()

    def placed(self, problem: Problem) -> Problem:
        """This problem with the file and line of its path."""
        if problem.file:
            return problem
        if any(_overlaps(problem.path, path) for path in map(_split, self.overrides)):
            return Problem(problem.path, problem.message, SET)
        depths = [_depth(tree, problem.path) for tree in self.trees]
        layer = max(range(len(depths)), key=lambda i: (depths[i], i))
        from pathsim.scenario.positions import line_of  # noqa: PLC0415 - loaded only for an error

        source = self.sources[layer]
        return Problem(problem.path, problem.message, source.file, line_of(source.text, problem.path))


def join(scenario: Source, overrides: Mapping[str, str]) -> Joined:
    """This scenario with everything it extends, and these values set."""
    sources = _chain(scenario)
    trees = [files.parse(source) for source in sources]
    joined = Joined(sources[-1].name, sources, trees)
    for source, tree in zip(sources, trees, strict=True):
        layer = read(tree)
        joined.problems += [joined.placed(Problem(p.path, p.message)) if p.path else p for p in layer.problems]
        for path in layer.tree.pop("without", ()):
            _remove(joined, path, source)
        _merge(joined.tree, layer.tree, (), joined.rates)
        joined.rates |= layer.rates
    joined.tree.pop("extends", None)
    for path, text in overrides.items():
        _set(joined, path, text)
    return joined


def _chain(scenario: Source) -> list[Source]:
    chain = [scenario]
    while isinstance(base := files.parse(chain[0]).get("extends"), str):
        source = files.find(base, beside=chain[0].file)
        if source.file in [known.file for known in chain]:
            raise ScenarioError([Problem(("extends",), f"'{base}' extends itself in a circle", chain[0].file)])
        chain.insert(0, source)
        if len(chain) > DEEPEST:
            raise ScenarioError(
                [Problem(("extends",), f"more than {DEEPEST} scenarios extend each other", chain[0].file)]
            )
    return chain


def _merge(base: Tree, new: Tree, path: KeyPath, rates: dict[KeyPath, Rate]) -> None:
    for key, value in new.items():
        here = (*path, key)
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge(base[key], value, here, rates)
        else:
            _forget(rates, here)
            base[key] = copy.deepcopy(value)


def _forget(rates: dict[KeyPath, Rate], path: KeyPath) -> None:
    for known in [known for known in rates if known[: len(path)] == path]:
        del rates[known]


def _remove(joined: Joined, path: str, source: Source) -> None:
    try:
        *above, last = _resolve(joined.tree, path)
    except KeyError as wrong:
        joined.problems.append(joined.placed(Problem(("without",), wrong.args[0], source.file)))
        return
    del _at(joined.tree, tuple(above))[last]
    _forget(joined.rates, (*above, last))


def _set(joined: Joined, path: str, text: str) -> None:
    try:
        keys = _resolve(joined.tree, path, new_leaf=True)
    except KeyError as wrong:
        joined.problems.append(Problem(_split(path), wrong.args[0], SET))
        return
    value = _parsed(text)
    layer = read({"assumed": "set on the command line", "value_set": value})
    joined.problems += [Problem(keys, problem.message, SET) for problem in layer.problems]
    joined.overrides[dotted(keys)] = value
    _forget(joined.rates, keys)
    _at(joined.tree, keys[:-1])[keys[-1]] = layer.tree["value_set"]
    for below, rate in layer.rates.items():
        full = (*keys, *below[1:])
        joined.rates[full] = Rate(full, rate.value, rate.evidence, rate.n, rate.of, rate.ci)
    _refresh_list(joined, keys)


def _refresh_list(joined: Joined, keys: KeyPath) -> None:
    """A number inside a list belongs to the list's own rate."""
    if isinstance(keys[-1], int) and (whole := joined.rates.get(keys[:-1])) is not None:
        mine = joined.rates.pop(keys)
        values = [float(item) for item in _at(joined.tree, keys[:-1])]
        joined.rates[keys[:-1]] = Rate(whole.path, values, mine.evidence)


def _parsed(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _split(path: str) -> KeyPath:
    return tuple(path.split("."))


def _resolve(tree: Tree, path: str, *, new_leaf: bool = False) -> KeyPath:
    """The keys of a dotted path; a key may itself hold dots. KeyError, with a sentence, if it leads nowhere."""
    parts, node = path.split("."), tree
    keys: list[str | int] = []
    while parts:
        key, taken = _next_key(node, parts)
        if key is None:
            if new_leaf and keys and isinstance(node, dict) and len(parts) == 1 and parts[0] not in KEYS:
                return (*keys, parts[0])
            known = list(map(str, node)) if isinstance(node, dict) else []
            where = f"in '{dotted(tuple(keys))}'" if keys else "in this scenario"
            raise KeyError(f"there is no '{parts[0]}' {where}.{suggestion(parts[0], known)}")
        keys.append(key)
        parts = parts[taken:]
        node = node[key]  # type: ignore[index]
    return tuple(keys)


def _next_key(node: Any, parts: list[str]) -> tuple[str | int | None, int]:
    if isinstance(node, list) and parts[0].isdigit() and int(parts[0]) < len(node):
        return int(parts[0]), 1
    if isinstance(node, dict):
        for taken in range(1, len(parts) + 1):
            if (key := ".".join(parts[:taken])) in node:
                return key, taken
    return None, 0


def _at(tree: Any, keys: KeyPath) -> Any:
    for key in keys:
        tree = tree[key]
    return tree


def _depth(tree: Any, path: KeyPath) -> int:
    for depth, key in enumerate(path):
        inside = isinstance(tree, dict) and key in tree
        inside = inside or (isinstance(tree, list) and isinstance(key, int) and key < len(tree))
        if not inside:
            return depth
        tree = tree[key]
    return len(path)


def _overlaps(one: KeyPath, other: KeyPath) -> bool:
    shorter = min(len(one), len(other))
    return tuple(map(str, one[:shorter])) == tuple(map(str, other[:shorter])) and len(one) >= len(other)
