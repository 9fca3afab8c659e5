"""The pathway of a scenario for readers: its steps in the order in which patients reach them, and the ways between."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle

import numpy as np

from pathsim.distributions import Distribution, Exponential, Fixed
from pathsim.names import in_line, spoken
from pathsim.report.colors import ARM_COLOURS
from pathsim.scenario.scenario import Scenario, StepEntry
from pathsim.steps.branch import BranchSpec
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.randomize import RandomizeSpec
from pathsim.steps.spec import Arrow
from pathsim.steps.wait import WaitSpec


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
    kind: str
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
    stops = {}
    for number in _order(scenario):
        entry, label = scenario.steps[number], labels[number]
        label = label if labels.count(label) == 1 else f"{label} [{entry.name}]"
        details = tuple(text for text in _details(entry, scenario) if text.casefold() not in label.casefold())
        stops[entry.name] = Stop(entry.name, entry.spec.kind, label, details, _ways(entry, scenario))
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
    for arrow in sorted(entry.spec.arrows(), key=is_exit):
        arrows.setdefault(scenario.entry(arrow.to).name, []).append(arrow)
    colors = _arm_colors(entry, scenario)
    ways = []
    for to, group in arrows.items():
        labels = [_arrow_label(entry, arrow, scenario.trial.control) for arrow in group]
        if len(group) > 1:
            labels = [label or "complete" for label in labels]
        color = colors.get(group[0].label) if len(group) == 1 else None
        ways.append(Way(to, "; ".join(labels), not is_exit(group[0]), color))
    return tuple(ways)


def _arm_colors(entry: StepEntry, scenario: Scenario) -> dict[str, str]:
    """The colors of the arms that begin at this step, if they are those which the trial compares."""
    found = scenario.randomization
    if found is None or found[0] is not entry:
        return {}
    return dict(zip(scenario.arms, cycle(ARM_COLOURS), strict=False))


def is_exit(arrow: Arrow) -> bool:
    """Whether patients leave a step this way instead of by its plan."""
    return arrow.path[0] == "exit"


def _arrow_label(entry: StepEntry, arrow: Arrow, control: str | None) -> str:
    match entry.spec:
        case RandomizeSpec() as spec:
            return _arm_label(spec, arrow.label, control)
        case BranchSpec() as spec:
            return _rule_label(spec, arrow)
        case WaitSpec() if not is_exit(arrow):
            return "ready"
    return _spaced(arrow.label)


def _arm_label(spec: RandomizeSpec, arm: str, control: str | None) -> str:
    ratio, name = spec.ratio_by_arm(), _spaced(arm)
    role = " (control)" if arm == control and "control" not in name.casefold() else ""
    share = f", {ratio[arm]} of {sum(ratio.values())}" if len(set(ratio.values())) > 1 else ""
    return name + role + share


def _rule_label(spec: BranchSpec, arrow: Arrow) -> str:
    number = int(arrow.path[1])
    rule = spec.rules[number]
    condition = in_line(rule.when or "") or ("otherwise" if number else "")
    share = f"{100 * rule.split[str(arrow.path[3])]:.3g}%" if rule.split else ""
    what = ", ".join(filter(None, (condition, share)))
    return ": ".join(filter(None, (_spaced(rule.event or ""), what)))


def _details(entry: StepEntry, scenario: Scenario) -> Iterator[str]:
    match entry.spec:
        case PhaseSpec() as spec:
            yield "follow-up" if spec.days is None else duration(spec.days)
            if spec.holds is not None:
                yield f"holds a place: {in_line(scenario.resources[spec.holds].label)}"
        case WaitSpec() as spec:
            yield f"ready after {duration(spec.ready)}"
            if spec.resource is not None:
                yield f"then a place: {in_line(scenario.resources[spec.resource].label)}"
        case RandomizeSpec() as spec:
            yield ":".join(map(str, spec.ratio_by_arm().values()))
            yield f"blocks of {spec.block}"
            if spec.strata:
                yield in_line(f"by {', '.join(spec.strata)}")


def duration(distribution: Distribution) -> str:
    """A distribution of durations in a few words: ``35 days``, or the median and range."""
    match distribution:
        case Fixed():
            return _days(distribution.value)
        case Exponential():
            return f"{_days(distribution.mean)} on average"
    least, median, most = distribution(np.array([0.0, 0.5, 1.0 - 2**-53]))
    return f"{_days(median)} ({least:.4g}\N{EN DASH}{most:.4g})"


def _days(number: float) -> str:
    return f"{number:.4g} {'day' if number == 1 else 'days'}"


def _spaced(name: str) -> str:
    return in_line(spoken(name))
