"""Evidence: where each number of a scenario comes from.

A number speaks for itself, in a table with ``value``, or what its table says holds for it: ``source``, ``derived``,
``calibrated`` or ``assumed``. The nearest table that says something wins. A count such as ``"10/102"`` is an
observation, so only ``source`` and ``derived`` speak for it; what is assumed or calibrated is not written as a count.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pathsim.conditions import suggestion
from pathsim.scenario.problems import Problem
from pathsim.steps.spec import KeyPath

Kind: TypeAlias = Literal["published", "derived", "calibrated", "assumed"]
Tree: TypeAlias = dict[str, Any]

KEYS: Mapping[str, Kind] = {
    "source": "published",
    "derived": "derived",
    "calibrated": "calibrated",
    "assumed": "assumed",
}
KINDS: tuple[Kind, ...] = ("published", "derived", "calibrated", "assumed")
_BESIDE_VALUE = {"value", "ci", "note", *KEYS}
_WITHOUT_NUMBERS = {"sources", "lesson"}
_COUNT = re.compile(r"\s*(\d+)\s*/\s*(\d+)\s*")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a table says of the numbers in it."""

    kind: Kind
    text: str
    path: KeyPath
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of the model, or the list of numbers that makes up one law, with its evidence."""

    path: KeyPath
    value: float | list[float]
    evidence: Evidence
    n: int | None = None
    of: int | None = None
    ci: tuple[float, float] | None = None

    @property
    def source(self) -> str | None:
        """The entry of ``[sources]`` that this number was read in, without the place in it."""
        return self.evidence.text.split(":")[0].strip() if self.evidence.kind == "published" else None


@dataclass(slots=True)
class Layer:
    """One file, read: its tree with plain numbers, the evidence of each, and what is wrong with them."""

    tree: Tree
    rates: dict[KeyPath, Rate]
    problems: list[Problem]


def read(tree: Tree) -> Layer:
    """The layer that this file's tree describes."""
    layer = Layer({}, {}, [])
    layer.tree = _Reader(layer).table(tree, (), ())
    return layer


class _Reader:
    def __init__(self, layer: Layer) -> None:
        self._layer = layer

    def table(self, table: Tree, path: KeyPath, spoken: tuple[Evidence, ...]) -> Tree:
        spoken = self._spoken(table, path, spoken)
        plain = {}
        for key, value in table.items():
            if key in KEYS or key == "note":
                continue
            if not path and key in _WITHOUT_NUMBERS:
                plain[key] = value
            else:
                plain[key] = self._value(value, (*path, key), spoken)
        return plain

    def _value(self, value: object, path: KeyPath, spoken: tuple[Evidence, ...], ci: object = None) -> object:
        match value:
            case dict() if "value" in value and value.keys() <= _BESIDE_VALUE:
                return self._value(value["value"], path, self._spoken(value, path, spoken), value.get("ci"))
            case dict():
                return self.table(value, path, spoken)
            case list() if value and all(map(_numeric, value)):
                self._note(path, [float(item) for item in value], spoken)
                return value
            case list():
                return [self._value(item, (*path, i), spoken) for i, item in enumerate(value)]
            case str() if count := _COUNT.fullmatch(value):
                return self._count(path, int(count[1]), int(count[2]), spoken)
            case _ if _numeric(value):
                self._note(path, float(value), spoken, ci=self._interval(ci, path))  # type: ignore[arg-type]
        return value

    def _count(self, path: KeyPath, n: int, of: int, spoken: tuple[Evidence, ...]) -> object:
        if of == 0 or n > of:
            self._wrong(path, f"'{n}/{of}' is not a count: write how many of how many, such as 10/102")
            return 0.0
        observed = tuple(evidence for evidence in spoken if evidence.kind in ("published", "derived"))
        if spoken and not observed:
            self._wrong(
                path,
                f"'{n}/{of}' reads as an observation, but is only {spoken[-1].kind}; "
                f"name its source, or write {n / of:.3g} instead",
            )
        self._note(path, n / of, observed or spoken, n=n, of=of)
        return n / of

    def _note(
        self,
        path: KeyPath,
        value: float | list[float],
        spoken: tuple[Evidence, ...],
        *,
        n: int | None = None,
        of: int | None = None,
        ci: tuple[float, float] | None = None,
    ) -> None:
        if not spoken:
            self._wrong(
                path,
                "no evidence: say where this number comes from, with source = an entry of [sources], "
                'derived = "formula", calibrated = "target" or assumed = "why this value", here or in a table around',
            )
            return
        self._layer.rates[path] = Rate(path, value, spoken[-1], n, of, ci)

    def _spoken(self, table: Tree, path: KeyPath, spoken: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        said = [key for key in KEYS if key in table]
        for key in ("note", *said):
            if key in table and not (isinstance(table[key], str) and table[key].strip()):
                self._wrong((*path, key), f"'{key}' is a text that says where the numbers come from")
                return spoken
        if len(said) > 1:
            self._wrong(path, f"says both {' and '.join(said)}; keep the one that holds for the numbers here")
        if not said:
            return spoken
        evidence = Evidence(KEYS[said[0]], table[said[0]], (*path, said[0]), table.get("note"))
        return (*spoken, evidence)

    def _interval(self, ci: object, path: KeyPath) -> tuple[float, float] | None:
        if ci is None:
            return None
        if isinstance(ci, list) and len(ci) == 2 and all(map(_numeric, ci)) and ci[0] <= ci[1]:
            return float(ci[0]), float(ci[1])
        self._wrong((*path, "ci"), "an interval is a list of two numbers, the lower first: ci = [0.47, 1.03]")
        return None

    def _wrong(self, path: KeyPath, message: str) -> None:
        self._layer.problems.append(Problem(path, message))


def _numeric(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value)


def unknown_references(
    rates: Mapping[KeyPath, Rate], sources: Mapping[str, object], targets: Mapping[str, object]
) -> Iterator[Problem]:
    """Sources and targets that numbers name and nobody wrote down; each place is reported once."""
    seen = set()
    for rate in rates.values():
        evidence = rate.evidence
        if evidence.path in seen:
            continue
        seen.add(evidence.path)
        if evidence.kind == "published" and rate.source not in sources:
            hint = suggestion(str(rate.source), list(sources))
            yield Problem(evidence.path, f"there is no source '{rate.source}' in [sources].{hint}")
        if evidence.kind == "calibrated" and evidence.text not in targets:
            hint = suggestion(evidence.text, list(targets))
            yield Problem(evidence.path, f"there is no target '{evidence.text}' in [targets].{hint}")
