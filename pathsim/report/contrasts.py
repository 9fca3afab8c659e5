"""Which figures of two settings are set beside each other, and what they are called."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from pathsim.meaning import Unit
from pathsim.paths import compared_path, day_name, path_of, row_of
from pathsim.report.figures import spans
from pathsim.results.labels import in_ensembles
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import ANY, THERAPY


class ContrastedFigure(NamedTuple):
    """A figure of two settings: where it is in an ensemble, what it is called, and its unit."""

    path: str
    label: str
    unit: Unit


def contrasted_survival(scenario: Scenario, name: str) -> Iterator[ContrastedFigure]:
    """Survival in each group on the days on which an endpoint is tabulated."""
    endpoint, short = scenario.sections.endpoints[name], scenario.endpoint_label(name)
    groups = scenario.groups(name).names
    for group, (day, told) in product(groups, spans(endpoint.at_days).items()):
        of = f", {group}" if len(groups) > 1 else ""
        path = path_of("endpoints", name, "arms", group, "at", day_name(day), "survival")
        yield ContrastedFigure(path, f"{short} at {told}{of}", Unit.SHARE)


def contrasted_arms(scenario: Scenario, name: str, paths: Iterable[str]) -> Iterator[ContrastedFigure]:
    """How the groups of an endpoint compare, by what is among these paths."""
    found = list(paths)
    for arm in scenario.groups(name).compared:
        below = f"{compared_path(name, arm)}."
        figures = (path.removeprefix(below) for path in found if path.startswith(below))
        yield from filter(None, (in_ensembles_of(scenario, name, arm, path) for path in figures))


def in_ensembles_of(scenario: Scenario, endpoint: str, arm: str, path: str) -> ContrastedFigure | None:
    """What two settings are compared by, of a figure; no power of groups to which nobody is randomized."""
    one = in_ensembles(scenario.compared_label(endpoint, arm), endpoint, arm, path)
    is_power = one is not None and one[2] is Unit.SHARE
    if one is None or (is_power and not scenario.sections.endpoints[endpoint].compares_arms):
        return None
    return ContrastedFigure(*one)


def contrasted_toxicity(scenario: Scenario) -> Iterator[ContrastedFigure]:
    """Who has a toxicity of grade 3 or higher, in each arm, over the therapy and step by step."""
    toxic = {(step, event.name) for event in scenario.vocabulary.of("toxicity") for step in (THERAPY, event.step)}
    for arm, (step, name) in product(scenario.arms or ("",), sorted(toxic)):
        path = f"{row_of('toxicity', arm=arm, step=step, type=name)}.rate"
        yield ContrastedFigure(path, f"{toxicity_name(scenario, name, step)}{_of(arm, scenario)}", Unit.SHARE)


def toxicity_name(scenario: Scenario, name: str, step: str) -> str:
    """What a row of toxicities is called: with its step, if it is not about the whole therapy."""
    is_any = name == ANY and ANY not in scenario.sections.toxicities
    label = "Any toxicity" if is_any else scenario.toxicity_label(name)
    return label if step == THERAPY else f"{label}, {scenario.entry(step).label}"


def _of(arm: str, scenario: Scenario) -> str:
    return f", {arm}" if scenario.arms else ""
