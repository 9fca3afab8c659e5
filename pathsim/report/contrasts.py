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
from pathsim.trial.time_to_event import ALL


class ContrastedFigure(NamedTuple):
    """A figure of two settings: where it is in an ensemble, what it is called, and its unit."""

    path: str
    label: str
    unit: Unit


def contrasted_survival(scenario: Scenario, name: str) -> Iterator[ContrastedFigure]:
    """Survival in each arm on the days on which an endpoint is tabulated."""
    endpoint, short = scenario.sections.endpoints[name], scenario.endpoint_label(name)
    for arm, (day, told) in product(scenario.arms or (ALL,), spans(endpoint.at_days).items()):
        path = path_of("endpoints", name, "arms", arm, "at", day_name(day), "survival")
        yield ContrastedFigure(path, f"{short} at {told}{_of(arm, scenario)}", Unit.SHARE)


def contrasted_arms(scenario: Scenario, name: str, paths: Iterable[str]) -> Iterator[ContrastedFigure]:
    """How the arms of an endpoint compare, by what is among these paths."""
    found = list(paths)
    for arm in scenario.compared_arms:
        below, of_arm = f"{compared_path(name, arm)}.", scenario.compared_label(name, arm)
        figures = (path.removeprefix(below) for path in found if path.startswith(below))
        told = (in_ensembles(of_arm, name, arm, path) for path in figures)
        yield from (ContrastedFigure(*one) for one in told if one is not None)


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
