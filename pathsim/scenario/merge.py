"""Layers: a scenario file, those it extends, and what the command line sets, joined into one tree."""

import copy
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from os.path import realpath
from typing import Any

from pathsim.conditions import suggestion
from pathsim.fields import is_number, listed_numbers, shown
from pathsim.paths import names_in, next_name
from pathsim.scenario import files
from pathsim.scenario.evidence import KINDS, WORDS, Rate, Tree, read, read_value
from pathsim.scenario.files import Source
from pathsim.scenario.former import renamed_path
from pathsim.scenario.keys import expects_number
from pathsim.scenario.problems import Problem, ScenarioError, dotted
from pathsim.steps.spec import KeyPath
from pathsim.text import harmful_places

DEEPEST = 10
LONGEST_PATH = 1000
"""Characters of a path: more than any place of a file has."""
SET, VARY = "--set", "--vary"
ON_THE_COMMAND_LINE = "set on the command line"
_ENTRY = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(slots=True)
class Joined:
    """All layers as one tree of plain numbers and dates, with the evidence of each and where each key was written."""

    name: str
    sources: list[Source]
    trees: list[Tree]
    load: Callable[[Source], object]
    """What raises ScenarioError with all that is wrong with files alone, before anything is set."""
    tree: Tree = field(default_factory=dict)
    rates: dict[KeyPath, Rate] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    overrides: dict[str, object] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    """What was set, as it was written: a text for each path."""
    settings: dict[KeyPath, str] = field(default_factory=dict)
    """The paths of what is set, key by key, and the option that sets it."""
    changed: dict[KeyPath, tuple[int, KeyPath]] = field(default_factory=dict)
    """The paths of what a file's ``[set]`` changes, with the number of its layer and the place where it says so."""
    _without_settings: set[tuple[KeyPath, str]] | None = field(default=None, init=False, repr=False)

    @property
    def source(self) -> Source:
        """The file, with the texts of those that it builds on: it can be made again when these have changed."""
        *bases, last = self.sources
        return last._replace(bases=tuple(bases))

    @property
    def sha256(self) -> str:
        """The hash of the files' texts, the one that is extended first."""
        return sha256("\0".join(source.text for source in self.sources).encode()).hexdigest()

    known_targets: dict[str, list[str]] = field(default_factory=dict)
    """For each file the targets that there are when it has been read: what a later file leaves out it still knows."""

    @property
    def targets(self) -> dict[str, list[str]]:
        """For each file the targets that its numbers can be calibrated to, those that later files add among them."""
        now = _target_names(self.tree)
        return {file: list(dict.fromkeys([*known, *now])) for file, known in {"": now, **self.known_targets}.items()}

    def placed(self, problem: Problem) -> Problem:
        """This problem with the file and line of its path, or with what was set to cause it."""
        if problem.file in (SET, VARY) or problem.line is not None:
            return problem
        if problem.file:
            layer = next(i for i, source in enumerate(self.sources) if source.file == problem.file)
            return self._on_its_line(layer, problem)
        for path, option in self.settings.items():
            if _begins(problem.path, path):
                return Problem(problem.path, problem.message, option)
        for path, (layer, place) in self.changed.items():
            if _begins(problem.path, path):
                return self._on_its_line(layer, Problem(place, problem.message))
            if len(problem.path) > 3 and _begins(path, problem.path[:-1]) and self._stated_by(problem.path) < layer:
                # What is changed stands beside what is wrong, and the file that states that one is right by itself.
                message = f"with this, {dotted(problem.path)}: {problem.message}"
                return self._on_its_line(layer, Problem(place, message))
        if self.settings and (problem.path, problem.message) not in self._known_without_settings():
            setting = zip(self.settings.values(), self.overrides.items(), strict=True)
            cause = ", ".join(f"{option} {path}={shown(value)}" for option, (path, value) in setting)
            problem = Problem(problem.path, f"{problem.message} (after {cause})")
        return self._on_its_line(self._stated_by(problem.path), problem)

    def _stated_by(self, path: KeyPath) -> int:
        """The last layer of those that say most of this path."""
        depths = [len(written(tree, path)[0]) for tree in self.trees]
        return max(range(len(depths)), key=lambda i: (depths[i], i))

    def _on_its_line(self, layer: int, problem: Problem) -> Problem:
        from pathsim.scenario.positions import line_of  # noqa: PLC0415 - loaded only for an error

        source = self.sources[layer]
        line = line_of(source.text, written(self.trees[layer], problem.path)[1])
        return Problem(problem.path, problem.message, source.file, line)

    def _known_without_settings(self) -> set[tuple[KeyPath, str]]:
        """What is wrong with the files alone."""
        if self._without_settings is None:
            self._without_settings = set()
            try:
                self.load(self.sources[-1])
            except ScenarioError as wrong:
                self._without_settings = {(problem.path, problem.message) for problem in wrong.problems}
        return self._without_settings


def join(
    scenario: Source, overrides: Mapping[str, str], varied: Mapping[str, str], load: Callable[[Source], object]
) -> Joined:
    """This scenario with everything it extends, and these values set, or given in turn.

    ``load`` reads and checks a scenario: it says what is wrong with the files before anything is set.
    """
    chain = _chain(scenario)
    joined = Joined(scenario.name, [source for source, _ in chain], [tree for _, tree in chain], load)
    for number, (source, tree) in enumerate(chain):
        joined.problems += [
            joined.placed(Problem(path, message, source.file)) for path, message in harmful_places(tree)
        ]
        layer = read(tree, source.file)
        found: dict[tuple[int | None, str], Problem] = {}
        for problem in map(joined.placed, layer.problems):
            # One missing source can leave many numbers of a line without evidence: it is said once.
            found.setdefault((problem.line, problem.message), problem)
        joined.problems += found.values()
        if "extends" not in tree:
            joined.problems += [joined.placed(problem) for problem in _refused(layer.tree, source.file)]
        without = layer.tree.pop("without", [])
        if not isinstance(without, list):
            message = f"expected a list of paths, found {shown(without)}"
            joined.problems.append(joined.placed(Problem(("without",), message, source.file)))
            without = []
        for i, path in enumerate(without):
            _remove(joined, path, Problem(("without", i), "", source.file))
        changed = layer.tree.pop("set", {})
        _merge(joined.tree, layer.tree, (), joined.rates)
        joined.rates |= {path: rate for path, rate in layer.rates.items() if path[0] != "set"}
        _change_all(joined, number, changed, layer.rates)
        joined.known_targets[source.file] = _target_names(joined.tree)
    joined.tree.pop("extends", None)
    joined.given = {**overrides, **varied}
    for path, text in overrides.items():
        _set(joined, path, text, SET)
    for path, text in varied.items():
        _set(joined, path, text, VARY)
    return joined


def _target_names(tree: Tree) -> list[str]:
    table = tree.get("targets")
    return list(table) if isinstance(table, dict) else []


def _refused(tree: Tree, file: str) -> Iterator[Problem]:
    """What only a file that extends another can say, taken out of the tree of one that does not."""
    for key, said in (("without", "'without'"), ("set", "[set]")):
        if tree.pop(key, None) is not None:
            message = f"{said} changes the scenario that a file extends, and this file extends none"
            yield Problem((key,), f'{message}: add extends = "NAME", or leave it out', file)


def _chain(scenario: Source) -> list[tuple[Source, Tree]]:
    """The scenario and all that it builds on with their trees, the one that is extended first."""
    chain = [(scenario, files.parse(scenario))]
    while (base := chain[0][1].get("extends")) is not None:
        here = chain[0][0]
        if not isinstance(base, str):
            raise _no_base(here, f"expected the name of a scenario, found {shown(base)}")
        try:
            source = scenario.bases[-len(chain)] if scenario.bases else files.find(base, beside=here.file)
        except ScenarioError as wrong:
            if wrong.problems[0].file:
                raise
            raise _no_base(here, wrong.problems[0].message) from None
        if realpath(source.file) in [realpath(known.file) for known, _ in chain]:
            raise _no_base(here, f"'{base}' builds on this scenario, so this one cannot build on it")
        if len(chain) == DEEPEST:
            raise _no_base(here, f"more than {DEEPEST} scenarios build on each other")
        chain.insert(0, (source, files.parse(source)))
    return chain


def _no_base(source: Source, message: str) -> ScenarioError:
    from pathsim.scenario.positions import line_of  # noqa: PLC0415 - loaded only for an error

    path = ("extends",)
    return ScenarioError([Problem(path, message, source.file, line_of(source.text, path))])


def _merge(base: Tree, new: Tree, path: KeyPath, rates: dict[KeyPath, Rate]) -> None:
    for key, value in new.items():
        here = (*path, key)
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge(base[key], value, here, rates)
        else:
            _forget(rates, here, base.get(key))
            base[key] = copy.deepcopy(value)


def _forget(rates: dict[KeyPath, Rate], path: KeyPath, value: object) -> None:
    """Forget the evidence of the value at this path, and of all that is in it.

    It goes by the value, and not through all rates, so that a file that changes everything takes no longer than one
    that says everything.
    """
    rates.pop(path, None)
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in below:
        _forget(rates, (*path, key), inner)


def _remove(joined: Joined, path: object, problem: Problem) -> None:
    """Take out what stands at this path; a problem, at the place of the one given, if nothing does."""
    message = f"expected a path such as steps.NAME.exit.NAME, found {shown(path)}"
    if isinstance(path, str):
        try:
            *above, last = _resolve(joined.tree, path)
        except KeyError as wrong:
            message = str(wrong.args[0])
        else:
            _forget(joined.rates, (*above, last), _at(joined.tree, tuple(above)).pop(last))
            return
    joined.problems.append(joined.placed(Problem(problem.path, message, problem.file)))


def _change_all(joined: Joined, layer: int, changed: object, rates: Mapping[KeyPath, Rate]) -> None:
    """What a file's ``[set]`` says, with the rates of the file."""
    if not isinstance(changed, dict):
        message = f"expected a table of paths with their numbers, found {shown(changed)}"
        joined.problems.append(joined.placed(Problem(("set",), message, joined.sources[layer].file)))
        return
    below: defaultdict[object, dict[KeyPath, Rate]] = defaultdict(dict)
    for place, rate in rates.items():
        if place[0] == "set":
            below[place[1]][place[2:]] = rate
    for path, value in changed.items():
        _change(joined, layer, path, value, below[path])


def _change(joined: Joined, layer: int, path: str, value: object, rates: Mapping[KeyPath, Rate]) -> None:
    """Put another value at a path, as a file's ``[set]`` says; its rates are by their paths below this one."""
    place = ("set", path)
    try:
        keys = _resolve(joined.tree, path)
    except KeyError as wrong:
        problem = Problem(place, str(wrong.args[0]), joined.sources[layer].file)
        joined.problems.append(joined.placed(problem))
        return
    joined.changed[keys] = layer, place
    _replace(joined, keys, value)
    joined.rates |= {(*keys, *below): replace(rate, path=(*keys, *below)) for below, rate in rates.items()}
    _refresh_list(joined, keys)


def _set(joined: Joined, path: str, text: str, option: str) -> None:
    try:
        keys = _resolve(joined.tree, path, new_leaf=True)
    except KeyError as wrong:
        joined.problems.append(Problem(_split(path[:LONGEST_PATH]), wrong.args[0], option))
        return
    value = _listed(files.parse_value(text), text, keys)
    plain, rates, problems = read_value(value, keys, ON_THE_COMMAND_LINE)
    joined.problems += [
        Problem(place, wrong, option) for place, wrong in harmful_places({str(keys[-1]): value}, keys[:-1])
    ]
    joined.problems += [Problem(problem.path, problem.message, option) for problem in problems]
    joined.overrides[dotted(keys)] = value
    joined.settings[keys] = option
    _replace(joined, keys, plain)
    joined.rates |= rates
    _refresh_list(joined, keys)


def _replace(joined: Joined, keys: KeyPath, value: object) -> None:
    """Put a value at a path; what is known of the one that stood there is forgotten."""
    table, last = _at(joined.tree, keys[:-1]), keys[-1]
    _forget(joined.rates, keys, table.get(last) if isinstance(table, dict) else table[last])
    table[last] = value


def _refresh_list(joined: Joined, keys: KeyPath) -> None:
    """A number inside a list belongs to the list's own rate."""
    if isinstance(keys[-1], int) and keys[:-1] in joined.rates:
        values = _at(joined.tree, keys[:-1])
        mine = joined.rates.pop(keys, None)
        if mine is not None and all(map(is_number, values)):
            # The list is worth what its weakest number is: one that is published makes no others so.
            weakest = max(mine.evidence, joined.rates[keys[:-1]].evidence, key=lambda one: KINDS.index(one.kind))
            joined.rates[keys[:-1]] = Rate(keys[:-1], [float(value) for value in values], weakest)


def _listed(value: object, text: str, keys: KeyPath) -> object:
    """A list of numbers may be written without its brackets, and with fractions; a number alone is none."""
    is_list = text.startswith("[") or "," in text
    return listed_numbers(text) or value if isinstance(value, str) and is_list and expects_number(keys) else value


def _split(path: str) -> KeyPath:
    """The names in a path; the whole of it where it is no path."""
    try:
        return names_in(path)
    except ValueError:
        return (path,)


def _resolve(tree: Tree, path: str, *, new_leaf: bool = False) -> KeyPath:
    """The keys of a dotted path; a key may itself hold dots. KeyError, with a sentence, if it leads nowhere."""
    if len(path) > LONGEST_PATH:
        raise KeyError(f"a path has at most {LONGEST_PATH:,} characters, and this one has {len(path):,}")
    try:
        names = parts = names_in(path)
    except ValueError as wrong:
        raise KeyError(str(wrong)) from None
    node: Any = tree
    keys: list[str | int] = []
    while parts:
        key, taken = _next_key(node, parts)
        if key is None:
            if new_leaf and keys and isinstance(node, dict) and len(parts) == 1 and parts[0] not in WORDS:
                return (*keys, parts[0])
            where = f"in '{dotted(tuple(keys))}'" if keys else "in this scenario"
            raise KeyError(f"there is no '{parts[0]}' {where}.{renamed_path(names) or _there(node, parts[0])}")
        keys.append(key)
        parts = parts[taken:]
        node = node[key]
    return tuple(keys)


def _there(node: Any, key: str) -> str:
    """What there is in a table or a list where this key is not."""
    if isinstance(node, list) and node:
        return f" It has the entries 0 to {len(node) - 1}."
    return suggestion(key, list(map(str, node))) if isinstance(node, dict) else ""


def _next_key(node: Any, parts: Sequence[str]) -> tuple[str | int | None, int]:
    if isinstance(node, list) and _ENTRY.fullmatch(parts[0]) and int(parts[0]) < len(node):
        return int(parts[0]), 1
    return next_name(node, parts) if isinstance(node, dict) else (None, 0)


def _at(tree: Any, keys: KeyPath) -> Any:
    for key in keys:
        tree = tree[key]
    return tree


def with_number(tree: Any, keys: KeyPath, value: float) -> Any:
    """The tree with another number at a place where one is; a whole one stays whole if it can.

    What is not on the way there is shared with the tree that is given, which stays as it is.
    """
    if not keys:
        return int(value) if isinstance(tree, int) and value.is_integer() else value
    changed = tree.copy()
    changed[keys[0]] = with_number(tree[keys[0]], keys[1:], value)
    return changed


def written(tree: Any, path: KeyPath) -> tuple[KeyPath, KeyPath]:
    """How much of a path this file says, and the keys by which it says it: a number may stand in a ``value``."""
    said: list[str | int] = []
    written: list[str | int] = []
    for key in path:
        if isinstance(tree, dict) and key not in tree and "value" in tree:
            written, tree = [*written, "value"], tree["value"]
        inside = (isinstance(tree, dict) and key in tree) or (
            isinstance(tree, list) and isinstance(key, int) and key < len(tree)
        )
        if not inside:
            break
        said, written, tree = [*said, key], [*written, key], tree[key]
    return tuple(said), tuple(written)


def _begins(path: KeyPath, with_: KeyPath) -> bool:
    return path[: len(with_)] == with_
