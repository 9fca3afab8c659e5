"""The other fate of a trial's patients in the terminal: the net difference first, then who fares how, by coupling."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pathsim.counterfactual import APART_DAYS
from pathsim.couplings import DRAWS, Coupling
from pathsim.names import lowered
from pathsim.report.figures import figure_table, span
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted

TITLE = "The other fate: the same patients, each in the other arm"
NOBODY_KNOWS = (
    "Who they are, neither a trial nor this model can know: it depends on how the draws of both fates go together."
)


def other_fate_part(scenario: Scenario, found: dict[str, Any], coupling: Coupling) -> RenderableType:
    """The counts under every coupling, with a sentence on the one in use."""
    return Group(Text(" ".join(sentences(scenario, found, coupling))), "", _table(found))


def sentences(scenario: Scenario, found: dict[str, Any], coupling: Coupling) -> Iterator[str]:
    """What is said of a coupling: the net, then who fares better and worse."""
    here, treated, control = found["couplings"][coupling], found["arm"], scenario.trial.control
    change = f"{abs(here['fewer'])} {'fewer' if here['fewer'] >= 0 else 'more'}"
    known = counted(found["patients"] - here["unknown"], "patient")
    label = scenario.sections.endpoints[found["endpoint"]].label
    yield (
        f"By {span(found['day'])}, {change} of {known} have an event with {treated} than with {control}: "
        f"{here['events'][treated]} against {here['events'][control]} ({lowered(label)})."
    )
    yield NOBODY_KNOWS
    yield f"With {DRAWS[coupling]} {_fare(here['better'])} better with {treated} and {_fare(here['worse'])} worse."
    if here["unknown"]:
        verb = "is" if here["unknown"] == 1 else "are"
        yield f"{counted(here['unknown'], 'patient')} lost to follow-up in either fate {verb} left out."


def _fare(count: int) -> str:
    return f"{count} {'fares' if count == 1 else 'fare'}"


def _table(found: dict[str, Any]) -> Table:
    table = figure_table(
        ("the other fate has", ""),
        ("fewer events", ""),
        ("fares better", "green"),
        ("fares worse", "red"),
        (f"event {APART_DAYS:.0f}+ days later", ""),
        ("earlier", ""),
        ("no difference", ""),
    )
    for coupling, draws in DRAWS.items():
        here = found["couplings"][coupling]
        keys = ("fewer", "better", "worse", "later", "earlier", "same")
        table.add_row(draws, *(str(here[key]) for key in keys))
    bounds = [f"{least}-{most}" for least, most in (found["bounds"]["better"], found["bounds"]["worse"])]
    table.add_row("any, as many events", "", *bounds, "", "", "", style="dim")
    return table
