"""Randomization: stratified permuted blocks, for any number of arms in any whole-number ratio."""

import math
from collections.abc import Iterator, Mapping
from copy import copy
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from pathsim.conditions import Names, condition, suggestion
from pathsim.draws import stream, sub_keys, uniform
from pathsim.fields import Count, EachOnce, wrong
from pathsim.journal import Rows
from pathsim.meaning import Name, Slider
from pathsim.names import in_line, spoken
from pathsim.patients import Patients, Stays, StepEvents
from pathsim.steps.spec import Appearance, Arrow, KeyPath, Link, Sequenced, StepSpec, Surroundings

LARGEST_BLOCK = 1000
MOST_STRATA = 10_000


class RandomizeSpec(StepSpec):
    """Arms with the steps they lead to, a block size, and strata: columns, or conditions that hold or do not."""

    appearance: ClassVar[Appearance] = Appearance(
        "◆", "*", ("{{", "}}"), 'fill="#e4dcf0" stroke="#5b4a86" stroke-width="2" rx="4"', forks=True
    )
    is_stay: ClassVar[bool] = False

    kind: Literal["randomize"]
    set: Annotated[str, Name.COLUMN] = "arm"
    """The column that holds the arm."""
    arms: Annotated[dict[str, Annotated[str, Name.STEP]], Name.ARM] = Field(min_length=2)
    """The step that each arm begins with."""
    ratio: dict[str, Count] = Field(default_factory=dict)
    """How many patients each arm gets, in proportion; 1 if not given."""
    block: Annotated[Count, Slider(is_shown=False), Field(json_schema_extra={"maximum": LARGEST_BLOCK})]
    """The size of the permuted blocks."""
    strata: EachOnce = ()
    """Categories, or conditions that hold or do not; blocks are permuted in each stratum."""

    @model_validator(mode="after")
    def _whole_blocks(self) -> Self:
        for name in self.ratio:
            if name not in self.arms:
                raise wrong(f"'{name}' is not an arm.{suggestion(name, list(self.arms))}", "ratio", name)
        if self.block % (whole := sum(self.ratio_by_arm().values())):
            raise wrong(f"a block of {self.block} cannot hold the ratio: use a multiple of {whole}", "block")
        if self.block > LARGEST_BLOCK:
            raise wrong(f"a block holds at most {LARGEST_BLOCK} patients", "block")
        return self

    def ratio_by_arm(self) -> dict[str, int]:
        """The allocation ratio."""
        return {name: self.ratio.get(name, 1) for name in self.arms}

    def arrows(self) -> Iterator[Arrow]:
        """One for each arm."""
        for name, to in self.arms.items():
            yield Arrow(("arms", name), to, name)

    def details(self, resources: Mapping[str, str]) -> Iterator[str]:
        """The ratio, the blocks and the strata."""
        del resources
        yield ":".join(map(str, self.ratio_by_arm().values()))
        yield f"blocks of {self.block}"
        if self.strata:
            yield in_line(f"by {', '.join(self.strata)}")

    def way(self, arrow: Arrow, control: str | None) -> str:
        """The arm, and its share where arms are not of equal size."""
        ratio, name = self.ratio_by_arm(), in_line(spoken(arrow.label))
        role = " (control)" if arrow.label == control and "control" not in name.casefold() else ""
        share = f", {ratio[arrow.label]} of {sum(ratio.values())}" if len(set(ratio.values())) > 1 else ""
        return name + role + share

    def conditions(self) -> Iterator[tuple[KeyPath, str]]:
        """Those strata that are conditions; a column's name alone is checked by ``problems``."""
        for i, text in enumerate(self.strata):
            if not text.isidentifier():
                yield ("strata", i), text

    def sets(self) -> Iterator[tuple[KeyPath, str, tuple[str, ...]]]:
        """The column of the arm."""
        yield ("arms",), self.set, tuple(self.arms)

    def problems(self, scenario: Surroundings) -> Iterator[tuple[KeyPath, str]]:
        """Arms whose column is another's, and strata that are not categories."""
        levels = scenario.names[self.set]
        if levels is not None and levels[: len(self.arms)] != tuple(self.arms):
            message = f"the column '{self.set}' has other levels too; give these arms one of their own with 'set'"
            yield ("arms",), message
        for i, text in enumerate(self.strata):
            if not text.isidentifier() or text in scenario.unread:
                continue
            if text not in scenario.names:
                yield ("strata", i), f"there is no column '{text}'.{suggestion(text, list(scenario.names))}"
            elif scenario.names[text] is None:
                yield ("strata", i), f"'{text}' is a quantity; write a condition such as {text} < 18"

        sizes = (scenario.names.get(text) if text.isidentifier() else None for text in self.strata)
        if (groups := math.prod(2 if levels is None else len(levels) + 1 for levels in sizes)) > MOST_STRATA:
            yield (
                ("strata",),
                f"these make {groups:,} strata, most of them empty; at most {MOST_STRATA:,} are allowed",
            )

    def link(self, link: Link) -> "Randomize":
        """The randomization, ready to sample."""
        return Randomize(self, link)


def stratum_labels(spec: RandomizeSpec, names: Names) -> list[str]:
    """The strata in the order of their numbers, in words."""
    labels = [""]
    for text in spec.strata:
        levels = names[text] if text.isidentifier() else None
        choices = [f"{text}: {level}" for level in ("not known", *levels)] if levels else [f"not {text}", text]
        labels = [f"{label}, {choice}".strip(", ") for label in labels for choice in choices]
    return labels


class Randomize(Sequenced):
    """A randomization, ready to sample. The engine says who came when; the allocation list is the trial's draws."""

    def __init__(self, spec: RandomizeSpec, link: Link) -> None:
        self._column = spec.set
        self._arms = tuple(spec.arms)
        self._as_if: int | None = None
        self._to = np.array([link.index[to] for to in spec.arms.values()], dtype=np.int16)
        ratio = list(spec.ratio_by_arm().values())
        self._template = np.repeat(np.arange(len(ratio)), np.array(ratio) * (spec.block // sum(ratio)))
        self._strata = []
        for text in spec.strata:
            levels = link.scenario.names[text] if text.isidentifier() else None
            self._strata.append((text, len(levels)) if levels else (condition(text, link.scenario.names), 1))
        self._stream = stream(link.stream("block"))
        self._stratum_event = link.event("stratum", spec.set)
        self._arm_event = link.event("arm", spec.set)

    def under_null(self, control: str) -> "Randomize":
        """The same randomization with every arm in name only: all patients walk the control arm's pathway."""
        null = copy(self)
        null._as_if = list(self._arms).index(control)  # noqa: SLF001 - a copy of our own
        return null

    def strata(self, patients: Patients) -> Rows:
        """The number of each patient's stratum."""
        number = np.zeros(patients.count, dtype=np.intp)
        for stratum, levels in self._strata:
            part = patients.columns[stratum] + 1 if isinstance(stratum, str) else stratum(patients.columns)
            number = number * (levels + 1) + part.astype(np.intp)
        return number

    def sample(self, patients: Patients) -> Stays:
        """The arm of each patient, by their sequence number on the list of their trial and stratum."""
        if patients.sequence_number is None or patients.trial_key is None:
            raise TypeError("a randomization needs the sequence numbers and the trial's draws from the engine")
        stratum = self.strata(patients)
        first = patients.sequence_number // self._template.size * self._template.size
        place = patients.sequence_number - first
        lists = sub_keys(patients.trial_key, stratum)
        places = sub_keys(lists, first + np.arange(self._template.size)[:, None])
        order = uniform(places, self._stream)
        rank = (order < order[place, np.arange(patients.count)]).sum(axis=0)
        return self.in_sequence(stratum, self._template[rank])

    def in_sequence(self, stratum: Rows, arm: Rows) -> Stays:
        """The stays of patients who are given these arms."""
        everybody, now = np.arange(arm.size), np.zeros(arm.size)
        events = [
            StepEvents(self._stratum_event, everybody, now, stratum.astype(np.float64)),
            StepEvents(self._arm_event, everybody, now, arm.astype(np.float64)),
        ]
        walked = arm if self._as_if is None else np.full_like(arm, self._as_if)
        return Stays(now, self._to[walked], events, {self._column: walked.astype(np.int16)})
