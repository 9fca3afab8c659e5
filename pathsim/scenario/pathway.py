"""What can be wrong with the ways between steps: ways to nowhere, circles, steps that nobody reaches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pathsim.conditions import suggestion
from pathsim.meaning import Name
from pathsim.scenario.cycles import cycle_of
from pathsim.scenario.partial import Part
from pathsim.scenario.problems import Problem
from pathsim.steps.spec import KeyPath, StepSpec


@dataclass(frozen=True, slots=True)
class _Way:
    """An arrow between two steps, and where the file says so."""

    start: str
    to: str
    path: KeyPath


def reached(start: str, leads: Mapping[str, Sequence[str]]) -> set[str]:
    """This step, and all to which some way leads from it."""
    found, open_ = {start}, [start]
    while open_:
        for name in leads[open_.pop()]:
            if name not in found:
                found.add(name)
                open_.append(name)
    return found


def known_steps(steps: Part[StepSpec], first_cycle: Mapping[str, str]) -> list[str]:
    """The names by which steps can be named, a repeated phase by its own."""
    names = (cycle_of(name, steps)[0] for name in (*steps, *steps.unread))
    return list(dict.fromkeys((*names, *first_cycle)))


def no_step(name: str, path: KeyPath, steps: Part[StepSpec], first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    """A problem if there is no step of this name."""
    if name not in steps and name not in first_cycle:
        yield Problem(path, f"there is no step '{name}'.{suggestion(name, known_steps(steps, first_cycle))}")


def pathway_problems(steps: Part[StepSpec], first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    """Everything that is wrong with the ways between the steps that could be read."""
    ways: dict[str, list[_Way]] = {name: [] for name in steps}
    astray = list(_sorted_out(steps, first_cycle, ways))
    loops = list(_loops(ways, steps))
    yield from astray
    yield from loops
    for path, to in steps.texts(Name.STEP):
        yield from no_step(to, path, steps, first_cycle)
    # A way that goes wrong may be the one that was meant to lead to a step.
    if ways and not (astray or loops or steps.unread or steps.lost):
        yield from _unreached(ways, steps)


def _sorted_out(
    steps: Part[StepSpec], first_cycle: Mapping[str, str], ways: dict[str, list[_Way]]
) -> Iterator[Problem]:
    """The arrows that lead nowhere; the others are added to the ways."""
    for name, step in steps.items():
        for arrow in step.arrows():
            path = ("steps", name, *arrow.path)
            to = first_cycle.get(arrow.to, arrow.to)
            if to in ways:
                ways[name].append(_Way(name, to, path))
            else:
                yield from no_step(arrow.to, path, steps, first_cycle)


def _loops(ways: Mapping[str, list[_Way]], steps: Part[StepSpec]) -> Iterator[Problem]:
    """The ways that close a circle, each with the circle it closes; the search follows the order of the file."""
    done: set[str] = set()
    for first in ways:
        if first in done:
            continue
        road, ahead = [first], [iter(ways[first])]
        while road:
            way = next(ahead[-1], None)
            if way is None:
                done.add(road.pop())
                ahead.pop()
            elif way.to in road:
                circle = [*road[road.index(way.to) :], way.to]
                shown = " -> ".join(dict.fromkeys(cycle_of(name, steps)[0] for name in circle[:-1]))
                shown += f" -> {cycle_of(way.to, steps)[0]}"
                yield Problem(way.path, f"patients would walk in a circle: {shown}; a pathway only leads onward")
            elif way.to not in done:
                road.append(way.to)
                ahead.append(iter(ways[way.to]))


def _unreached(ways: Mapping[str, list[_Way]], steps: Part[StepSpec]) -> Iterator[Problem]:
    """Steps without a way from the first, except those that only lie behind another such step."""
    first = next(iter(ways))
    reached, open_ = {first}, [first]
    while open_:
        for way in ways[open_.pop()]:
            if way.to not in reached:
                reached.add(way.to)
                open_.append(way.to)
    behind = {way.to for name, leaving in ways.items() if name not in reached for way in leaving}
    for name in ways:
        if name not in reached and name not in behind:
            phase = cycle_of(name, steps)[0]
            message = f"no way leads to '{phase}'; patients enter at the first step of the file, '{first}'"
            yield Problem(("steps", name), message)
