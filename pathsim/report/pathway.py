"""The pathway of a scenario for readers: its steps in the order in which patients reach them, and the ways between."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle

from pathsim.names import in_line
from pathsim.report.colors import ARM_COLOURS
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.scenario import Scenario
from pathsim.steps.spec import Arrow, StepSpec


@dataclass(frozen=True, slots=True)
class Way:
    """How patients go from one step to another: all the arrows between the two."""

    to: str
    label: str
    """What sends a patient this way; empty if they go on by themselves."""
    planned: bool
    """Whether this is how the step is meant to end, and not an exit."""
    color: str | None = None
    """The color of the arm of the trial that begins here."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One step as it is drawn: what it is called, what there is to say about it, and where it leads."""

    name: str
    spec: StepSpec
    label: str
    details: tuple[str, ...]
    ways: tuple[Way, ...]
    """The planned ways first."""


@dataclass(frozen=True)
class Pathway:
    """The stops of a scenario by name, each after all that lead to it."""

    title: str
    patients: int
    stops: Mapping[str, Stop]

    @cached_property
    def before(self) -> Mapping[str, list[str]]:
        """For each step, those that lead to it."""
        before: dict[str, list[str]] = {name: [] for name in self.stops}
        for stop in self.stops.values():
            for way in stop.ways:
                before[way.to].append(stop.name)
        return before

    @cached_property
    def home(self) -> Mapping[str, str]:
        """For each step but the first, the last one that all who come here have passed: its immediate dominator.

        Cooper, Harvey & Kennedy, A simple, fast dominance algorithm (Rice University, TR-06-33870, 2001): one round
        is enough where there are no loops.
        """
        place = {name: number for number, name in enumerate(self.stops)}
        home: dict[str, str] = {}
        for name, before in self.before.items():
            if not before:
                continue
            common, *others = before
            for other in others:
                while common != other:
                    later = max(common, other, key=place.__getitem__)
                    common, other = home[later], min(common, other, key=place.__getitem__)  # noqa: PLW2901
            home[name] = common
        return home


def pathway(scenario: Scenario) -> Pathway:
    """The pathway of this scenario."""
    labels = [in_line(entry.label) for entry in scenario.steps]
    resources = {name: resource.label for name, resource in scenario.resources.items()}
    stops = {}
    for number in _order(scenario):
        entry, spec, label = scenario.steps[number], scenario.steps[number].spec, labels[number]
        label = label if labels.count(label) == 1 else f"{label} [{entry.name}]"
        details = tuple(text for text in spec.details(resources) if text.casefold() not in label.casefold())
        ways = _ways(entry, scenario)
        stops[entry.name] = Stop(entry.name, spec, label, details, ways)
    return Pathway(in_line(scenario.title), scenario.patients, stops)


def _order(scenario: Scenario) -> Iterator[int]:
    """The numbers of the steps, each after all that lead to it, and else in the order of the file."""
    leads = {
        entry.number: {scenario.entry(arrow.to).number for arrow in entry.spec.arrows()} for entry in scenario.steps
    }
    missing = [sum(number in after for after in leads.values()) for number in leads]
    free = [number for number in leads if not missing[number]]
    while free:
        number = heapq.heappop(free)
        yield number
        for after in leads[number]:
            missing[after] -= 1
            if not missing[after]:
                heapq.heappush(free, after)


def _ways(entry: StepEntry, scenario: Scenario) -> tuple[Way, ...]:
    """The ways out of a step, the planned ones first."""
    arrows: dict[str, list[Arrow]] = {}
    for arrow in sorted(entry.spec.arrows(), key=lambda arrow: arrow.is_exit):
        arrows.setdefault(scenario.entry(arrow.to).name, []).append(arrow)
    colors = _arm_colors(entry, scenario)
    ways = []
    for to, group in arrows.items():
        labels = [entry.spec.way(arrow, scenario.trial.control) for arrow in group]
        if len(group) > 1:
            labels = [label or "complete" for label in labels]
        color = colors.get(group[0].label) if len(group) == 1 else None
        ways.append(Way(to, "; ".join(labels), not group[0].is_exit, color))
    return tuple(ways)


def _arm_colors(entry: StepEntry, scenario: Scenario) -> dict[str, str]:
    """The colors of the arms that begin at this step, if they are those which the trial compares."""
    found = scenario.randomization
    if found is None or found[0] is not entry:
        return {}
    return dict(zip(scenario.arms, cycle(ARM_COLOURS), strict=False))
