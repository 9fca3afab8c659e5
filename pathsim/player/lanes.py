"""The map of a pathway: the way that most patients go, before there are arms and in each of them."""

from collections import Counter

from pathsim.player.views.live import Lane, Station
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.scenario import Scenario
from pathsim.trial.course import Course
from pathsim.trial.data_cut import everything
from pathsim.trial.tables import NO_ARM, Visits, visits
from pathsim.trial.time_to_event import allocation


def lanes(followed: Course) -> tuple[Lane, ...]:
    """The lane before there are arms, then one for each arm; in a study without arms there is one."""
    scenario = followed.scenario
    known = everything(followed.chunk)
    visited = visits(known, allocation(known))
    found = [_lane(scenario, visited, NO_ARM, "")]
    found += [_lane(scenario, visited, arm, label) for arm, label in enumerate(scenario.arms)]
    return tuple(found)


def _lane(scenario: Scenario, visited: Visits, arm: int, label: str) -> Lane:
    counted = {step: Counter(visit.following[visit.group == arm].tolist()) for step, visit in visited.items()}
    ways = {step: onwards for step, onwards in counted.items() if onwards}
    road = _road(scenario, ways, arm)
    stays = [entry for entry in scenario.steps if entry.spec.is_stay and entry.number in ways]
    order = {number: place for place, number in enumerate(scenario.order)}
    stays.sort(key=lambda entry: (entry.spec.is_end, order[entry.number]))
    if scenario.arms:
        # Where somebody is to be found only if numbers are changed, or stands before a randomization that has closed.
        known = {entry.number for entry in stays}
        stays += [entry for entry in scenario.steps if entry.number not in known]
    return Lane(
        label,
        arm,
        tuple(_station(scenario.steps[step]) for step in road),
        tuple(_station(entry) for entry in stays if entry.number not in road),
    )


def _road(scenario: Scenario, ways: dict[int, Counter[int]], arm: int) -> list[int]:
    """The stations of the road that most patients take; before there are arms, that to the randomization."""
    goal = scenario.randomization[0].number if scenario.randomization is not None and arm == NO_ARM else None
    leads = _leading_to(goal, ways)
    here = scenario.steps[0].number if arm == NO_ARM else _first(scenario, arm)
    road = []
    while here in ways and here != goal and not scenario.steps[here].spec.is_end:
        if scenario.steps[here].spec.is_stay:
            road.append(here)
        planned = {scenario.entry(arrow.to).number for arrow in scenario.steps[here].spec.arrows() if not arrow.is_exit}
        onwards = Counter(
            {step: n for step, n in ways[here].items() if step in planned and (not leads or step in leads)}
        )
        if not onwards:
            break
        here = onwards.most_common(1)[0][0]
    return road


def _leading_to(goal: int | None, ways: dict[int, Counter[int]]) -> set[int]:
    """The steps from which patients came to this one, and the step itself."""
    leads = set() if goal is None else {goal}
    while grown := {step for step, onwards in ways.items() if step not in leads and leads & set(onwards)}:
        leads |= grown
    return leads


def _first(scenario: Scenario, arm: int) -> int:
    if scenario.randomization is None:
        raise TypeError("without a randomization there are no arms")
    return scenario.entry(list(scenario.randomization[1].arms.values())[arm]).number


def _station(entry: StepEntry) -> Station:
    return Station(entry.label, entry.number, entry.spec.is_end)
