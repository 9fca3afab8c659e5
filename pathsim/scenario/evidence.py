"""Evidence: where each number and each date of a scenario comes from.

It speaks for itself, in a table with ``value``, or what its table says holds for it: ``source``, ``derived``,
``calibrated`` or ``assumed``. The nearest table that says something wins. ``quote`` adds the words of a source. A count
such as ``"10/102"`` is an observation, so only ``source`` and ``derived`` speak for it; what is assumed or calibrated
is not written as a count.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from pathsim.conditions import suggestion
from pathsim.fields import COUNT, REST, is_number, possible
from pathsim.meaning import Role
from pathsim.scenario.keys import declared, expects_evidence, expects_one_number, expects_text, section_has_evidence
from pathsim.scenario.problems import Problem
from pathsim.steps.spec import KeyPath
from pathsim.text import counted

Kind: TypeAlias = Literal["published", "derived", "calibrated", "assumed"]
Tree: TypeAlias = dict[str, Any]
Value: TypeAlias = float | list[float] | date
"""What has evidence: a number, the list of numbers that makes up one distribution, or a date."""

KEYS: Mapping[str, Kind] = {
    "source": "published",
    "derived": "derived",
    "calibrated": "calibrated",
    "assumed": "assumed",
}
KINDS: tuple[Kind, ...] = ("published", "derived", "calibrated", "assumed")
WORDS = (*KEYS, "note", "quote")
"""The keys that any table with numbers or dates can have."""
MEANINGS: Mapping[str, str] = {
    "source": 'The entry of [sources] that these values were read in, and the place in it: "smith2020:table2".',
    "derived": "The formula, and what it was applied to, that these values come from.",
    "calibrated": "The target that these numbers were fitted to, or several, separated by commas.",
    "assumed": "Why these values, which nobody has published.",
    "quote": "The words of the source that state it.",
    "note": "What else should be known about these values.",
    "count": 'How many of how many were observed: "10/102". Gives the value and its uncertainty.',
    "ci": "The published interval, the lower limit first.",
    "range": "The limits within which the number may be calibrated, or is thought to lie.",
    "value": "A number, a list of numbers or a date, with evidence of its own.",
}
"""A few words for each of these keys and forms, which an editor shows beside it."""
_BESIDE_VALUE = {"value", "ci", "range", *WORDS}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a table says of the numbers and dates in it."""

    kind: Kind
    text: str
    path: KeyPath
    note: str | None = None
    file: str = ""
    quote: str | None = None
    """The words of the source that state the number or the date."""

    @property
    def place(self) -> str:
        """Where in the publication it stands, if it was published, as table3; empty if that is not said."""
        return self.text.partition(":")[2].strip() if self.kind == "published" else ""

    def cites(self, source: str) -> bool:
        """Whether it was read in this source, or is said to rest on what stands there."""
        words = "" if self.kind == "calibrated" else self.text  # that names targets
        told = f"{words} {self.note or ''}"
        return re.search(rf"(?<!\w){re.escape(source)}(?!\w)", told) is not None

    @property
    def calibrated_to(self) -> tuple[str, ...]:
        """The targets that the numbers are fitted to."""
        return tuple(name.strip() for name in self.text.split(",")) if self.kind == "calibrated" else ()


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of the model, the list of numbers that makes up one distribution, or a date, with its evidence."""

    path: KeyPath
    value: Value
    evidence: Evidence
    n: int | None = None
    of: int | None = None
    ci: tuple[float, float] | None = None
    range: tuple[float, float] | None = None
    """Between which limits it may be calibrated, or is thought to lie."""

    @property
    def source(self) -> str | None:
        """The entry of ``[sources]`` that it was read in, without the place in it."""
        return self.evidence.text.split(":")[0].strip() if self.evidence.kind == "published" else None

    @property
    def is_date(self) -> bool:
        """Whether it is a date: never drawn, varied, turned or calibrated."""
        return isinstance(self.value, date)


def tally(rates: Collection[Rate]) -> str:
    """How many numbers and dates these are, in words."""
    dates = sum(rate.is_date for rate in rates)
    return f"{counted(len(rates) - dates, 'number')} and {counted(dates, 'date')}"


@dataclass(slots=True)
class Layer:
    """One file, read: its tree with plain numbers and dates, the evidence of each, and what is wrong with them."""

    tree: Tree
    rates: dict[KeyPath, Rate]
    problems: list[Problem]


def read(tree: Tree, file: str = "") -> Layer:
    """The layer that this file's tree describes."""
    layer = Layer({}, {}, [])
    layer.tree = _Reader(layer, file).table(tree, (), ())
    return layer


def read_value(value: object, path: KeyPath, assumed: str) -> tuple[object, dict[KeyPath, Rate], list[Problem]]:
    """A value that comes without evidence, its numbers and dates plain; why it was assumed is the evidence of each."""
    layer = Layer({}, {}, [])
    spoken = Evidence("assumed", assumed, path)
    plain = _Reader(layer, "", observed=False).value(value, path, (spoken,))
    return plain, layer.rates, layer.problems


class _Limits(NamedTuple):
    """What stands beside a value."""

    ci: tuple[float, float] | None
    range: tuple[float, float] | None


_NOTHING: Mapping[str, object] = {}


class _Reader:
    def __init__(self, layer: Layer, file: str, *, observed: bool = True) -> None:
        self._layer, self._file = layer, file
        self._observed = observed
        """Whether a count is an observation, and not just a way of writing a fraction."""

    def table(self, table: Tree, path: KeyPath, spoken: tuple[Evidence, ...]) -> Tree:
        words = self._words(table, path)
        spoken = self._spoken(words, path, spoken)
        plain = {}
        for key, value in table.items():
            if key in words or _meant(key, value, path) is not None:
                continue
            if not path and not section_has_evidence(key):
                plain[key] = value
            else:
                plain[key] = self.value(value, (*path, key), spoken)
        return plain

    def value(
        self, value: object, path: KeyPath, spoken: tuple[Evidence, ...], beside: Mapping[str, object] = _NOTHING
    ) -> object:
        limits = _Limits(self._pair("ci", beside, path), self._pair("range", beside, path))
        match value:
            case dict() if self._speaks(value, path):
                spoken = self._spoken(self._words(value, path), path, spoken)
                return self.value(value["value"], path, spoken, value)
            case dict():
                return self.table(value, path, spoken)
            case list() if value and all(map(is_number, value)):
                self._note(path, [float(item) for item in value], spoken, limits)
            case list():
                return [self.value(item, (*path, i), spoken) for i, item in enumerate(value)]
            case str() if (count := COUNT.fullmatch(value)) and expects_one_number(path):
                return self._count(path, int(count[1]), int(count[2]), limits, spoken)
            case int() | float() if is_number(value):
                self._note(path, float(value), spoken, limits)
            case date() if not isinstance(value, datetime):  # a time of day stands nowhere
                self._note(path, value, spoken, limits)
        return value

    def _speaks(self, table: Tree, path: KeyPath) -> bool:
        """Whether this is a value that speaks for itself: a table with ``value`` and evidence beside it."""
        if "value" not in table or not (expects_evidence(path) or _BESIDE_VALUE.issuperset(table)):
            return False
        unknown = [key for key in table if key not in _BESIDE_VALUE and _meant(key, table[key], path) is None]
        for key in unknown:
            hint = suggestion(key, sorted(_BESIDE_VALUE))
            self._wrong((*path, key), f"'{key}' is not known next to 'value'.{hint}")
        return True

    def _count(self, path: KeyPath, n: int, of: int, limits: _Limits, spoken: tuple[Evidence, ...]) -> object:
        if not possible(n, of):
            self._wrong(path, f"'{n}/{of}' is not a count: write how many of how many, such as 10/102")
            return f"{n}/{of}"
        if not self._observed:
            self._note(path, n / of, spoken, limits)
            return n / of
        observed = tuple(evidence for evidence in spoken if evidence.kind in ("published", "derived"))
        if spoken and not observed:
            self._wrong(
                path,
                f"'{n}/{of}' reads as an observation, but is only {spoken[-1].kind}; "
                f"name its source, or write {n / of:.3g} instead",
            )
        self._note(path, n / of, observed or spoken, limits, n=n, of=of)
        return n / of

    def _note(
        self,
        path: KeyPath,
        value: Value,
        spoken: tuple[Evidence, ...],
        limits: _Limits,
        *,
        n: int | None = None,
        of: int | None = None,
    ) -> None:
        if declared(path, Role) is Role.USE:
            return
        if spoken and spoken[-1].kind == "calibrated" and isinstance(value, date):
            self._wrong(path, "a date is decided, not calibrated; say why it is assumed instead")
        if spoken:
            self._layer.rates[path] = Rate(path, value, spoken[-1], n, of, limits.ci, limits.range)
            self._check_range(path, value, limits.range)
            self._check_interval(path, value, limits.ci)
        elif expects_evidence(path):
            self._wrong(
                path,
                "no evidence: say where this comes from, with source = an entry of [sources], "
                'derived = "formula", calibrated = "target" or assumed = "why this value", here or in a table around',
            )

    def _words(self, table: Tree, path: KeyPath) -> Tree:
        """What a table says of its numbers and dates, by the right names."""
        words = {}
        for key, value in table.items():
            meant = _meant(key, value, path)
            if meant is not None:
                self._wrong((*path, key), f"'{key}' is not known here. Did you mean '{meant}'?")
            if (word := meant or key) in WORDS:
                words[word] = value
        return words

    def _spoken(self, words: Tree, path: KeyPath, spoken: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        texts = {word: text.strip() if isinstance(text, str) else "" for word, text in words.items()}
        for word, text in texts.items():
            if not text:
                self._wrong((*path, word), f"'{word}' is a text that says where the numbers come from")
        said = [word for word, text in texts.items() if word in KEYS and text] or [
            word for word in texts if word in KEYS
        ]
        if len(said) > 1:
            both = " and ".join(f"'{word}'" for word in said)
            self._wrong((*path, said[1]), f"says both {both}; keep the one that holds for the numbers here")
        quote = texts.get("quote")
        if not said:
            # A value can be quoted by itself, from the source that a table around it names.
            quoted = (replace(one, quote=quote) if one.kind == "published" else one for one in spoken)
            return tuple(quoted) if quote else spoken
        kind = KEYS[said[0]]
        return (*spoken, Evidence(kind, texts[said[0]], (*path, said[0]), texts.get("note"), self._file, quote))

    def _pair(self, key: str, beside: Mapping[str, object], path: KeyPath) -> tuple[float, float] | None:
        pair = beside.get(key)
        if pair is None:
            return None
        if isinstance(pair, list) and len(pair) == 2 and all(map(is_number, pair)) and pair[0] <= pair[1]:
            return float(pair[0]), float(pair[1])
        what = {"ci": "an interval", "range": "a range"}[key]
        self._wrong((*path, key), f"{what} is a list of two numbers, the lower first: {key} = [0.47, 1.03]")
        return None

    def _check_range(self, path: KeyPath, value: Value, limits: tuple[float, float] | None) -> None:
        if limits is None:
            return
        if not isinstance(value, float):
            self._wrong((*path, "range"), f"a range is for one number, and this is {_called(value)}")
        elif limits[0] == limits[1]:
            self._wrong((*path, "range"), "this range contains only one value; give it two different ends")
        elif not limits[0] <= value <= limits[1]:
            self._wrong((*path, "value"), f"{value:g} lies outside its range, {limits[0]:g} to {limits[1]:g}")

    def _check_interval(self, path: KeyPath, value: Value, ci: tuple[float, float] | None) -> None:
        if ci is None:
            return
        if not isinstance(value, float):
            self._wrong((*path, "ci"), f"an interval is for one number, and this is {_called(value)}")
        elif not ci[0] <= value <= ci[1]:
            self._wrong((*path, "ci"), f"this interval, {ci[0]:g} to {ci[1]:g}, does not contain the value {value:g}")

    def _wrong(self, path: KeyPath, message: str) -> None:
        self._layer.problems.append(Problem(path, message, self._file))


def _called(value: list[float] | date) -> str:
    return "a list of them" if isinstance(value, list) else "a date"


def _meant(key: str, value: object, path: KeyPath) -> str | None:
    """The evidence that a misspelled key stands for; None if it is spelled right, or is another key."""
    if not isinstance(value, str) or value == REST or COUNT.fullmatch(value):
        return None
    word = _near(key)
    return word if word and not expects_text((*path, key)) else None


@lru_cache(maxsize=4096)
def _near(key: str) -> str | None:
    close = get_close_matches(key.lower(), WORDS, n=1, cutoff=0.8)
    return close[0] if close and key not in WORDS else None


def unknown_references(
    rates: Mapping[KeyPath, Rate], sources: Mapping[str, object], targets: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """Sources and targets that numbers and dates name and nobody wrote down; each place is reported once.

    ``targets`` are those that each file knows.
    """
    seen = set()
    for rate in rates.values():
        evidence = rate.evidence
        if not evidence.text or (evidence.file, evidence.path) in seen:
            continue
        seen.add((evidence.file, evidence.path))
        if evidence.kind == "published" and rate.source not in sources:
            hint = suggestion(str(rate.source), list(sources))
            yield Problem(evidence.path, f"there is no source '{rate.source}' in [sources].{hint}", evidence.file)
        for name in () if rate.is_date else evidence.calibrated_to:
            known = targets.get(evidence.file, ())
            if name not in known:
                hint = suggestion(name, list(known))
                yield Problem(evidence.path, f"there is no target '{name}' in [targets].{hint}", evidence.file)
