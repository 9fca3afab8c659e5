"""The sections of a scenario as models, with every problem found on the way in words for its author."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from pathsim.conditions import suggestion
from pathsim.fields import LARGEST_SEED, shown
from pathsim.scenario.baseline import Covariate, Resource, SourceEntry
from pathsim.scenario.cycles import once
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.evidence import Tree
from pathsim.scenario.former import SECTIONS
from pathsim.scenario.keys import File
from pathsim.scenario.partial import Model, Part
from pathsim.scenario.problems import Problem
from pathsim.scenario.schema import Target, Trial
from pathsim.scenario.wording import in_words
from pathsim.steps import KINDS
from pathsim.steps.spec import KeyPath, StepSpec, ToxicityKind

_NEEDED = {
    "title": 'title = "what it is about"',
    "trial": "[trial], its design",
    "steps": "[steps.NAME], a table for each step",
}


@dataclass(slots=True)
class Sections:
    """Every part of a scenario that could be read."""

    title: str = ""
    summary: str | None = None
    question: str | None = None
    seed: int | None = None
    also_called: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shown_first: dict[str, str] = field(default_factory=dict)
    sources: Part[SourceEntry] = field(default_factory=Part)
    cohort: Part[Covariate] = field(default_factory=Part)
    toxicities: Part[ToxicityKind] = field(default_factory=Part)
    resources: Part[Resource] = field(default_factory=Part)
    steps: Part[StepSpec] = field(default_factory=Part)
    trial: Trial | None = None
    endpoints: Part[Endpoint] = field(default_factory=Part)
    targets: Part[Target] = field(default_factory=Part)
    problems: list[Problem] = field(default_factory=list)
    tree: Tree = field(default_factory=dict)
    """What they were read from."""

    def same(self, path: KeyPath, table: Any) -> Any:
        """What was read at this path, if it was this very table; else None."""
        section, *name = map(str, path)
        was, found = self.tree.get(section), getattr(self, section)
        for key in name:
            was, found = (was or {}).get(key), found.get(key)
        return found if was == table else None


def sections(tree: Tree, before: Sections | None = None) -> Sections:
    """The sections of this tree; what cannot be read is left out and reported.

    Tables that are the same as in the sections ``before``, of which all could be read, are not read again.
    """
    reader = _Reader(tree, before)
    found = Sections(
        title=reader.text("title") or "",
        summary=reader.text("summary"),
        question=reader.text("question"),
        seed=reader.seed(),
        also_called=reader.also_called(),
        shown_first=reader.shown_first(),
        sources=reader.part("sources", SourceEntry),
        cohort=reader.part("cohort", Covariate),
        toxicities=reader.part("toxicities", ToxicityKind),
        resources=reader.part("resources", Resource),
        steps=reader.steps(),
        trial=reader.section("trial", Trial),
        endpoints=reader.part("endpoints", Endpoint),
        targets=reader.part("targets", Target),
        tree=tree,
    )
    steps = tree.get("steps")
    found.problems = list(once(reader.problems, steps if isinstance(steps, dict) else {}))
    return found


class _Reader:
    def __init__(self, tree: Tree, before: Sections | None) -> None:
        self._tree, self._before = tree, before
        self.problems: list[Problem] = []
        self._misspelled = set()
        """The sections that are there under a wrong name."""
        for key in tree:
            if key not in File.model_fields:
                absent = [section for section in File.model_fields if section not in tree]
                self._misspelled.update([SECTIONS[key]] if key in SECTIONS else get_close_matches(key, absent, n=1))
                now = SECTIONS.get(key)
                hint = f" It is now called '{now}'." if now else suggestion(key, list(File.model_fields))
                self._wrong((key,), f"'{key}' is not a section of a scenario.{hint}")
        missing = [section for section in _NEEDED if section not in tree and section not in self._misspelled]
        if missing:
            self._wrong(tuple(missing[:1]), f"a scenario also needs {'; '.join(_NEEDED[key] for key in missing)}")

    def text(self, key: str) -> str | None:
        """A text at the top of the file."""
        value = self._tree.get(key)
        if value is None or isinstance(value, str):
            return value
        self._wrong((key,), f"expected a text in quotation marks, found {shown(value)}")
        return None

    def seed(self) -> int | None:
        """The seed at the top of the file."""
        value = self._tree.get("seed")
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_SEED:
            return value
        if value is not None:
            self._wrong(("seed",), f"expected a whole number from 0 to {LARGEST_SEED:,}, found {shown(value)}")
        return None

    def also_called(self) -> dict[str, tuple[str, ...]]:
        """Other words for the words in this file."""
        table, found = self._tree.get("also_called", {}), {}
        example = '["accrual", "recruitment"]'
        if not isinstance(table, dict):
            self._wrong(
                ("also_called",), f"expected lists of words such as {{ pace = {example} }}, found {shown(table)}"
            )
            return {}
        for word, others in table.items():
            if isinstance(others, list) and others and all(isinstance(other, str) for other in others):
                found[word] = tuple(others)
            else:
                self._wrong(("also_called", word), f"expected a list of words such as {example}, found {shown(others)}")
        return found

    def shown_first(self) -> dict[str, str]:
        """What numbers to turn first are called, by their paths."""
        table, found = self._tree.get("shown_first", {}), {}
        example = '"trial.patients" = "patients who are enrolled"'
        if not isinstance(table, dict):
            self._wrong(("shown_first",), f"expected a table of lines such as {example}, found {shown(table)}")
            return {}
        for path, words in table.items():
            if isinstance(words, str) and words.strip():
                found[path] = words
            else:
                told = f"expected what this number is called, in quotation marks, found {shown(words)}"
                self._wrong(("shown_first", path), told)
        return found

    def section(self, key: str, model: type[Model]) -> Model | None:
        """A section that is one table."""
        return self._table(self._tree[key], (key,), model) if key in self._tree else None

    def part(self, section: str, model: type[Model]) -> Part[Model]:
        """A section that is a table of tables."""
        part: Part[Model] = Part(section, lost=section in self._misspelled)
        for name, table in self._entries(section, part).items():
            self._add(part, (section, name), table, model)
        return part

    def steps(self) -> Part[StepSpec]:
        """The steps, each read as its kind."""
        part: Part[StepSpec] = Part("steps", lost="steps" in self._misspelled or "steps" not in self._tree)
        tables = self._entries("steps", part)
        if not tables and not part.lost:
            part.lost = part.lost_inside = True
            self._wrong(("steps",), "there are no steps; write each as [steps.NAME]")
        for name, table in tables.items():
            self._add(part, ("steps", name), table, self._kind(table, ("steps", name)))
        return part

    def _entries(self, section: str, part: Part[Any]) -> Tree:
        tables = self._tree.get(section, {})
        if isinstance(tables, dict):
            return tables
        self._wrong((section,), f"expected tables such as [{section}.NAME], found {shown(tables)}")
        part.lost = part.lost_inside = True
        return {}

    def _add(self, part: Part[Model], path: tuple[str, str], table: Any, model: type[Model] | None) -> None:
        before = len(self.problems)
        read = None if model is None else self._table(table, path, model)
        if read is None:
            part.leave_out(path[1], table, self.problems[before:])
        else:
            part[path[1]] = read

    def _kind(self, table: Any, path: KeyPath) -> type[StepSpec] | None:
        if not isinstance(table, dict):
            self._wrong(path, f"expected a table, found {shown(table)}")
            return None
        kind = table.get("kind")
        if isinstance(kind, str) and kind in KINDS:
            return KINDS[kind]
        if kind is not None:
            hint = suggestion(str(kind), list(KINDS))
            self._wrong((*path, "kind"), f"there is no kind of step {shown(kind)}.{hint}")
        elif close := get_close_matches("kind", table, n=1):
            self._wrong((*path, close[0]), f"'{close[0]}' is not known here. Did you mean 'kind'?")
        else:
            self._wrong((*path, "kind"), f"a step needs 'kind', one of {', '.join(KINDS)}")
        return None

    def _table(self, table: Any, path: KeyPath, model: type[Model]) -> Model | None:
        known = None if self._before is None else self._before.same(path, table)
        if isinstance(known, model):
            return known
        try:
            return model.model_validate(table)
        except ValidationError as complaints:
            self.problems += in_words(complaints, path, model)
        return None

    def _wrong(self, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(path, message))
