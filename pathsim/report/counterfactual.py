"""Counterfactuals of a trial's patients: the net difference first, then who fares how, by coupling."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pathsim.counterfactual import APART_DAYS, redrawn
from pathsim.couplings import DRAWS, Coupling
from pathsim.names import in_line, lowered
from pathsim.report.figures import figure_table, span
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted

TITLE = "The counterfactual: the same patients, each in the other arm"
NOBODY_KNOWS = (
    "Who they are, neither a trial nor this model can know: it depends on how the draws of both arms go together."
)


def counterfactual_part(scenario: Scenario, found: dict[str, Any], coupling: Coupling) -> RenderableType:
    """The counts under every coupling, with a sentence on the one in use."""
    return Group(Text(" ".join(sentences(scenario, found, coupling))), "", _table(scenario, found))


def sentences(scenario: Scenario, found: dict[str, Any], coupling: Coupling) -> Iterator[str]:
    """What is said of a coupling: the net, then who fares better and worse."""
    here, treated, control = found["couplings"][coupling], found["arm"], scenario.trial.control
    known = found["patients"] - here["unknown"]
    change = f"{abs(here['fewer']):,} {'fewer' if here['fewer'] >= 0 else 'more'} of {counted(known, 'patient')}"
    label = lowered(in_line(scenario.sections.endpoints[found["endpoint"]].label))
    yield (
        f"By {span(found['day'])}, {change} {'has' if known == 1 else 'have'} an event with {treated} than with "
        f"{control}: {here['events'][treated]:,} against {here['events'][control]:,} ({label})."
    )
    yield NOBODY_KNOWS
    yield f"With {DRAWS[coupling]} {_fare(here['better'])} better with {treated} and {_fare(here['worse'])} worse."
    if here["unknown"]:
        left_out = counted(here["unknown"], "patient")
        yield f"Left out: {left_out} of whom it is not known in one arm (lost to follow-up, or censored otherwise)."


def _fare(count: int) -> str:
    return f"{count:,} {'fares' if count == 1 else 'fare'}"


def _table(scenario: Scenario, found: dict[str, Any]) -> Table:
    table = figure_table(
        ("the other arm has", ""),
        ("fewer events", ""),
        ("fares better\n(whatever draws)", "green"),
        ("fares worse\n(whatever draws)", "red"),
        (f"event {APART_DAYS:.0f}+\ndays later", ""),
        ("earlier", ""),
        ("no difference", ""),
    )
    for coupling, draws in DRAWS.items():
        if coupling == "therapy" and not redrawn(scenario, coupling):
            continue  # no step is one arm's own, so this is the same as shared
        here = found["couplings"][coupling]
        fare = [f"{here[verdict]:,} ({_between(here['bounds'][verdict])})" for verdict in ("better", "worse")]
        table.add_row(draws, f"{here['fewer']:,}", *fare, *(f"{here[key]:,}" for key in ("later", "earlier", "same")))
    return table


def _between(bounds: list[int]) -> str:
    least, most = bounds
    return f"{least:,}-{most:,}"
