"""Assessments: what is measured when a stay is complete, and the column it sets."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from pathsim.conditions import Column, Columns, Condition
from pathsim.draws import Uniforms, stream, uniform
from pathsim.fields import Shares
from pathsim.journal import Rows
from pathsim.meaning import Name, Together, Words
from pathsim.patients import Patients, StepEvents
from pathsim.steps.spec import KeyPath, Link
from pathsim.table import Table


class Case(Table):
    """The probabilities of the levels for patients under a condition."""

    when: Annotated[str, Name.CONDITION]
    """A condition over columns: age < 18 and risk == 'high'."""
    levels: Annotated[Shares, Name.LEVEL, Words("")]
    """The probability of each level; one can be "rest"."""


class Assessment(Table):
    """A category measured on completion: the probability of each level, by the first case that holds."""

    set: Annotated[str, Name.COLUMN]
    """The column that holds the result."""
    label: Annotated[str, Name.LABEL] | None = None
    """The name for readers."""
    levels: Annotated[Shares, Name.LEVEL, Words("")]
    """The probability of each level; one can be "rest"."""
    cases: Annotated[tuple[Case, ...], Together.IN_TURN, Words("")] = ()
    """Other probabilities for patients under a condition; the first case that holds counts."""


def case_problems(levels: dict[str, float], cases: tuple[Case, ...]) -> Iterator[tuple[KeyPath, str]]:
    """Cases whose levels are not those of the table they belong to."""
    for i, case in enumerate(cases):
        if set(case.levels) != set(levels):
            yield ("cases", i, "levels"), f"a case has the same levels as its table: {', '.join(levels)}"


@dataclass(frozen=True, slots=True)
class Draw:
    """A category drawn from one uniform: cumulative probabilities, with other ones for patients under a condition."""

    codes: Column
    steps: tuple[float, ...]
    cases: tuple[tuple[Condition, tuple[float, ...]], ...] = ()

    @classmethod
    def of(cls, table: "Assessment", levels: tuple[str, ...], link: "Link") -> "Draw":
        """The draw that this table describes; its levels are numbered as the column numbers them."""
        cases = tuple(
            (link.condition(case.when), cumulative([case.levels[level] for level in table.levels]))
            for case in table.cases
        )
        codes = np.array([levels.index(level) for level in table.levels], dtype=np.int16)
        return cls(codes, cumulative(list(table.levels.values())), cases)

    def __call__(self, uniforms: Uniforms, columns: Columns) -> Column:
        """The level of each patient."""
        drawn = pick(uniforms, self.steps)
        open_ = np.ones(uniforms.size, dtype=np.bool_)
        for holds, steps in self.cases:
            here = np.flatnonzero(open_ & holds(columns))
            drawn[here] = pick(uniforms[here], steps)
            open_[here] = False
        return self.codes[drawn]


def cumulative(shares: list[float]) -> tuple[float, ...]:
    """The probabilities at which one choice gives way to the next."""
    return tuple(np.cumsum(shares)[:-1].tolist())


def pick(uniforms: Uniforms, steps: tuple[float, ...]) -> Rows:
    """The number of the choice into which each uniform falls."""
    choice = np.zeros(uniforms.size, dtype=np.intp)
    for step in steps:
        choice += uniforms >= step
    return choice


class Assess:
    """The assessments of a step, ready to be made."""

    def __init__(self, tables: tuple[Assessment, ...], link: Link) -> None:
        self._draws = []
        for table in tables:
            levels = link.scenario.names[table.set]
            if levels is None:
                raise ValueError(f"'{table.set}' is a quantity and cannot be assessed in levels")
            code = link.event("assess", table.set)
            self._draws.append(
                (table.set, code, stream(link.stream("assess", table.set)), Draw.of(table, levels, link))
            )

    def sample(
        self, patients: Patients, done: Rows, stay: np.ndarray, seen: Mapping[str, Column]
    ) -> tuple[list[StepEvents], dict[str, Column]]:
        """The events of those who complete the stay, and the columns as they are afterwards for everybody.

        ``seen`` are columns that changed during the stay. The conditions of an assessment know these, and what the
        assessments above it have found.
        """
        events, sets = [], dict(seen)
        columns = ChainMap(sets, patients.columns)
        for column, code, at, draw in self._draws:
            found = draw(uniform(patients.key, at), columns)
            values = columns[column].copy()
            values[done] = found[done]
            sets[column] = values
            events.append(StepEvents(code, done, stay[done], values[done].astype(np.float64)))
        return events, sets
