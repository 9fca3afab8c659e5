"""A branch: rules that send a patient on at once, by what is known of them or by chance."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from pathsim.draws import stream, uniform
from pathsim.fields import Shares, wrong
from pathsim.meaning import Name, Together, Words
from pathsim.names import in_line, spoken
from pathsim.patients import Patients, Stays, StepEvents
from pathsim.steps.assess import cumulative, pick
from pathsim.steps.spec import Appearance, Arrow, KeyPath, Link, StepSpec, Surroundings
from pathsim.table import Table


class Rule(Table):
    """Where patients go for whom a condition holds: to one step, or to several in given shares.

    ``event`` names what it means to go this way, as the name of an exit does; a trial's endpoints count it.
    """

    when: Annotated[str, Name.CONDITION] | None = None
    """A condition over columns: age < 18 and risk == 'high'."""
    next: Annotated[str, Name.STEP] | None = None
    """The step for all of them."""
    split: Annotated[Shares, Name.STEP, Words("")] | None = None
    """The share of them for each of several steps; one can be "rest"."""
    event: Annotated[str, Name.EVENT] | None = None
    """What it means to go this way, as endpoints count it."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.next is None) == (self.split is None):
            raise wrong("a rule has either 'next', one step, or 'split', several steps with their shares")
        return self

    def shares(self) -> dict[str, float]:
        """The steps this rule leads to and the share of patients for each."""
        return {self.next: 1.0} if self.next is not None else self.split or {}


class BranchSpec(StepSpec):
    """The first rule that holds decides; the last one has no condition."""

    appearance: ClassVar[Appearance] = Appearance("◇", "?", ("{", "}"), 'fill="#fdf3d8" stroke="#a58a3a" rx="4"')
    is_stay: ClassVar[bool] = False

    kind: Literal["branch"]
    rules: Annotated[tuple[Rule, ...], Together.IN_TURN, Words("")]
    """Where patients go; the first rule that holds counts, and the last has no condition."""

    def arrows(self) -> Iterator[Arrow]:
        """One for each step a rule can lead to."""
        for i, rule in enumerate(self.rules):
            label = rule.event or rule.when or ""
            if rule.next is not None:
                yield Arrow(("rules", i, "next"), rule.next, label)
            for name, share in (rule.split or {}).items():
                yield Arrow(("rules", i, "split", name), name, f"{label} {share:.0%}".strip())

    def conditions(self) -> Iterator[tuple[KeyPath, str]]:
        """Those of the rules."""
        for i, rule in enumerate(self.rules):
            if rule.when is not None:
                yield ("rules", i, "when"), rule.when

    def way(self, arrow: Arrow, control: str | None) -> str:
        """The event, the condition and the share of a rule."""
        del control
        number = int(arrow.path[1])
        rule = self.rules[number]
        condition = in_line(rule.when or "") or ("otherwise" if number else "")
        share = f"{100 * rule.split[str(arrow.path[3])]:.3g}%" if rule.split else ""
        what = ", ".join(filter(None, (condition, share)))
        return ": ".join(filter(None, (in_line(spoken(rule.event or "")), what)))

    def events(self) -> Iterator[str]:
        """Those of the rules that have one."""
        yield from (rule.event for rule in self.rules if rule.event is not None)

    def problems(self, scenario: Surroundings) -> Iterator[tuple[KeyPath, str]]:
        """Rules that leave a patient without a way, or are never reached."""
        del scenario
        if not self.rules:
            yield ("rules",), "a branch needs rules; the last one holds for everybody left and has no 'when'"
        elif self.rules[-1].when is not None:
            last = len(self.rules) - 1
            yield ("rules", last, "when"), "the last rule must hold for everybody left: give it no 'when'"
        for i, rule in enumerate(self.rules[:-1]):
            if rule.when is None:
                yield ("rules", i), "a rule without 'when' holds for everybody, so those after it are never reached"

    def link(self, link: Link) -> "Branch":
        """The branch, ready to sample."""
        return Branch(self, link)


class Branch:
    """A branch, ready to sample."""

    def __init__(self, spec: BranchSpec, link: Link) -> None:
        codes = {name: link.event("exit", name) for name in dict.fromkeys(rule.event for rule in spec.rules) if name}
        self._rules = [
            (
                None if rule.when is None else link.condition(rule.when),
                np.array([link.index[name] for name in rule.shares()], dtype=np.int16),
                cumulative(list(rule.shares().values())),
                codes[rule.event] if rule.event else 0,
            )
            for rule in spec.rules
        ]
        self._stream = stream(link.stream("split"))

    def sample(self, patients: Patients) -> Stays:
        """Where each of these patients goes, at once."""
        size = patients.count
        to = np.empty(size, dtype=np.int16)
        event = np.zeros(size, dtype=np.int16)
        open_ = np.ones(size, dtype=np.bool_)
        for holds, steps, shares, code in self._rules:
            here = np.flatnonzero(open_ if holds is None else open_ & holds(patients.columns))
            to[here] = steps[pick(uniform(patients.key[here], self._stream), shares)] if shares else steps[0]
            event[here] = code
            open_[here] = False
        stays = Stays(np.zeros(size), to)
        told = np.flatnonzero(event)
        if told.size:
            stays.events.append(StepEvents(event[told], told, np.zeros(told.size)))
        return stays
