"""Names and labels that readers could not tell apart: refused, so that no two things are ever read as one."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pathsim.names import in_line
from pathsim.scenario.problems import Problem
from pathsim.scenario.validate import Sections
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.spec import KeyPath
from pathsim.table import Table


def as_seen(text: str) -> str:
    """What is the same for all texts that readers would take for each other: case and blanks are easily overlooked."""
    return in_line(unicodedata.normalize("NFC", text).replace("_", " ")).casefold()


class _Seen(NamedTuple):
    """Something that readers tell from others by its name, or by its label."""

    path: KeyPath
    name: str
    label: str | None = None

    def __str__(self) -> str:
        return f"'{self.name}'" + (f" (labeled '{in_line(self.label)}')" if self.label else "")


def alike(found: Sections) -> Iterator[Problem]:
    """Names and labels that readers could not tell from others of the same kind."""
    for group in _groups(found):
        first: dict[str, _Seen] = {}
        for one in _once_each(group):
            other = first.setdefault(as_seen(one.label or one.name), one)
            if other is not one:
                what = "label" if one.label else "name"
                yield Problem(one.path, f"readers could not tell {one} from {other}; give one of them another {what}")


def _once_each(group: Iterable[_Seen]) -> Iterable[_Seen]:
    """Each name once, where it first stands."""
    found: dict[str, _Seen] = {}
    for one in group:
        found.setdefault(one.name, one)
    return found.values()


def _groups(found: Sections) -> Iterator[Iterable[_Seen]]:
    """What stands beside each other in reports, kind by kind."""
    yield _tables(("endpoints",), found.endpoints)
    yield _tables(("resources",), found.resources)
    yield _tables(("cohort",), found.cohort)
    yield _tables(("trial", "cutoffs"), {} if found.trial is None else found.trial.cutoffs)
    # Steps of several arms may well share a label: their arms tell them apart.
    yield (_Seen(("steps", name), name) for name, step in found.steps.items() if step.label is None)
    yield (*_tables(("toxicities",), found.toxicities), *_types(found))
    yield (_Seen(("steps", name), event) for name, step in found.steps.items() for event in step.events())
    yield from _levels(found)


def _tables(at: KeyPath, tables: Mapping[str, Table]) -> Iterator[_Seen]:
    for name, table in tables.items():
        label: str | None = getattr(table, "label", None)
        yield _Seen((*at, name, "label") if label else (*at, name), name, label)


def _types(found: Sections) -> Iterator[_Seen]:
    """The types of toxicity that stand in no catalog."""
    for name, step in found.steps.items():
        for kind in step.toxicity if isinstance(step, PhaseSpec) else ():
            if kind not in found.toxicities:
                yield _Seen(("steps", name, "toxicity", kind), kind)


def _levels(found: Sections) -> Iterator[list[_Seen]]:
    """The levels of each column, arms among them."""
    columns: dict[str, list[_Seen]] = {}
    for name, covariate in found.cohort.items():
        at = ("cohort", name, "levels")
        columns[name] = [_Seen((*at, level), level) for level in covariate.levels or ()]
    for name, step in found.steps.items():
        for path, column, levels in step.sets():
            columns.setdefault(column, []).extend(_Seen(("steps", name, *path), level) for level in levels)
    yield from columns.values()
