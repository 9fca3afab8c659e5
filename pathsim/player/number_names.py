"""What the numbers of a scenario are called: the group that they are listed in, their label, and for whom they hold."""

import re
from typing import Any

from pathsim.meaning import Abbreviation, AlsoCalled, Name, Together, Words
from pathsim.names import in_words, lowered, readable, spoken
from pathsim.report.figures import span
from pathsim.scenario.keys import declared, declared_around
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario
from pathsim.steps.spec import KeyPath


class NumberNames:
    """The names of a scenario's numbers, by their paths."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._columns = _column_labels(scenario)
        self._counting = {entry.spec.elapsed.set for entry in scenario.steps if entry.spec.elapsed is not None}
        """The columns that hold days."""
        also_called = scenario.sections.also_called.items()
        self._also_called = [(f" {in_words(word)}", " ".join(others)) for word, others in also_called]

    def group(self, path: KeyPath) -> str:
        """The heading below which a number is listed."""
        if path[0] != "steps":
            return readable(str(path[0]))
        label = self._scenario.step_label(str(path[1]))
        return f"{label}: toxicity" if declared(path[:3], Name) is Name.TOXICITY else label

    def label(self, path: KeyPath) -> str:
        """A number's name within its group."""
        first = 3 if path[0] == "steps" else 2
        ends = range(first, len(path) + 1)
        words = [self._word(path[:end], is_first=end == first) for end in ends]
        words.sort(key=lambda word: word.startswith("("))
        return " ".join(word for word in words if word) or readable(str(path[-1]))

    def found_by(self, path: KeyPath, called: str) -> str:
        """All words by which a number can be looked for: what it is called, its path, and what they are also called."""
        name = f" {in_words(f'{called} {dotted(path)}')}"
        other, brief = declared(path, AlsoCalled), declared_around(path, Abbreviation)
        found = [name, *(() if other is None else other.words), *(() if brief is None else [brief.said])]
        found += [others for word, others in self._also_called if word in name]
        return in_words(" ".join(found))

    def condition(self, path: KeyPath) -> str:
        """For which patients a number holds; empty if for all."""
        ends = (end for end in range(len(path) - 1, 0, -1) if isinstance(path[end - 1], int))
        conditions = (self._texts(path[:end]).get(Name.CONDITION) for end in ends)
        return self._spoken(next(filter(None, conditions), ""))

    def _word(self, path: KeyPath, *, is_first: bool) -> str:
        """The last key of a path in words."""
        key = path[-1]
        if isinstance(key, int):
            return self._entry(path)
        words = declared(path, Words)
        if words is not None:
            return words.said
        match declared(path[:-1], Name):
            case Name.STEP:
                return f"to {self._scenario.entry(key).label}"
            case Name.TOXICITY:
                return self._scenario.toxicity_label(key)
        if declared(path[:-1], Together) is Together.ASCEND:
            return _on_day(key)
        return readable(key) if is_first else spoken(key)

    def _entry(self, path: KeyPath) -> str:
        """What tells an entry of a list from the others: its name or for whom it holds, or else its number from 1."""
        if declared(path[:-1], Words) is None:
            return str(int(path[-1]) + 1)
        texts = self._texts(path)
        condition, name = texts.get(Name.CONDITION), texts.get(Name.LABEL) or readable(texts.get(Name.COLUMN, ""))
        return name or (f"({self._spoken(condition)})" if condition else "")

    def _texts(self, path: KeyPath) -> dict[Name, str]:
        """What a table says at the keys where names stand, or conditions."""
        texts = {key: text for key, text in table_of(self._scenario, (*path, "")).items() if isinstance(text, str)}
        found = {declared((*path, key), Name): text for key, text in texts.items()}
        return {name: text for name, text in found.items() if name is not None}

    def _spoken(self, condition: str) -> str:
        """A condition as readers say it: columns by their labels, levels without quotes."""
        condition = re.sub(r" in \[(.*?)\]", lambda listed: " is " + " or ".join(listed[1].split(", ")), condition)
        for written, said in (("==", "is"), ("!=", "is not")):
            condition = condition.replace(written, said)
        if "<" in condition or ">" in condition:
            condition = self._with_spans(condition)
        words = re.split(r"('[^']*')", condition)
        return "".join(
            spoken(word.strip("'"))
            if word.startswith("'")
            else re.sub(r"[A-Za-z_]\w*", lambda name: self._columns.get(name[0], spoken(name[0])), word)
            for word in words
        )

    def _with_spans(self, condition: str) -> str:
        """A condition in which what is compared with the days that something took has a unit a reader would choose."""
        for column in self._counting:
            compared = rf"\b({column} [<>]=? )(\d+(?:\.\d+)?)\b"
            condition = re.sub(compared, lambda found: found[1] + span(float(found[2])), condition)
        return condition


def table_of(scenario: Scenario, path: KeyPath) -> dict[str, Any]:
    """The table in which the number at this path stands."""
    here: Any = scenario.layers.tree
    for key in path[:-1]:
        here = here[key]
    table: dict[str, Any] = here
    return table


def _column_labels(scenario: Scenario) -> dict[str, str]:
    """What columns are called inside a sentence, where the scenario says it."""
    found = {name: table.label for name, table in scenario.sections.cohort.items()}
    for entry in scenario.steps:
        found |= {table.set: table.label for table in getattr(entry.spec, "assess", ())}
    return {name: lowered(label) for name, label in found.items() if label}


def _on_day(day: str) -> str:
    """A day by which something happens; minutes or hours where it is the first day."""
    return f"day {day}" if float(day) >= 1 else span(float(day))
