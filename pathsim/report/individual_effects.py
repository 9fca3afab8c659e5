"""How many patients fare better and worse in another arm, in the terminal: every coupling beside the others."""

import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathsim.counterfactual import APART_DAYS, redrawn
from pathsim.couplings import COUPLINGS, DRAWS, Coupling
from pathsim.ensembles.summary import Summary
from pathsim.paths import day_name
from pathsim.report.figures import figure_table, spans
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.toml_text import as_toml
from pathsim.statistics.normal import deviations
from pathsim.text import counted

EFFECTS = {
    "fewer": "net: fewer with the event",
    "better": "fares better",
    "worse": "fares worse",
    "later": f"event {APART_DAYS:.0f}+ days later",
    "earlier": f"event {APART_DAYS:.0f}+ days earlier",
    "same": "no difference",
    "unknown": "not known",
}
"""What is told, the net first, and what it is called."""
STYLES = {"better": "green", "worse": "red", "unknown": "dim"}
HEADING_WIDTH = 14
MEANING = (
    "Each patient is put into the other arm, and followed until that day. Better is without the event instead of with "
    "it, worse the other way about. The net is what trials estimate, as the curves do: it is the same under every "
    "coupling, but for chance and for those of whom it is not known. How many fare better and worse is not: it depends "
    "on how a patient's draws in one arm go with those in the other, which no trial can know."
)


def print_effects(console: Console, scenario: Scenario, found: Summary) -> None:
    """Print how many patients of one trial, or what share over many, fare how."""
    many = found["replicates"] > 1
    console.print(Text(scenario.title, style="bold"))
    console.print(Text(_heading(found, is_one=not many), "dim"))
    if scenario.overrides:
        changed = ", ".join(f"{path} = {as_toml(value)}" for path, value in scenario.overrides.items())
        console.print(Text(f"changed: {changed}", style="yellow"))
    if found["missing"]:
        console.print(
            Text(
                f"Left out: {counted(found['missing'], 'trial')} in which patients queue, so that nobody can know.",
                "yellow",
            )
        )
    console.print()
    console.print(Text(MEANING))
    for name, endpoint in found["endpoints"].items():
        for arm, compared in endpoint["comparisons"].items():
            console.print()
            console.print(Text(f"{endpoint['label']}: {arm} instead of {found['control']}", style="bold"))
            console.print(_table(scenario, compared["by"], (arm, found["control"]), name, many=many))


def _heading(found: Summary, *, is_one: bool) -> str:
    if is_one:
        return f"seed {found['seed']}, replicate {found['replicate']}. A simulation: no patient in it is real."
    return (
        f"{counted(found['replicates'], 'replicate')} of seed {found['seed']}: shares of the patients randomized to "
        "both arms, on average, with the 95% margin by so many replicates."
    )


def _couplings(scenario: Scenario, pair: tuple[str, str]) -> Iterator[Coupling]:
    """Those that differ: where no step is one arm's own, other draws in the therapies are the shared ones."""
    for coupling in COUPLINGS:
        if coupling != "therapy" or redrawn(scenario, coupling, pair):
            yield coupling


def _table(scenario: Scenario, by_day: Summary, pair: tuple[str, str], name: str, *, many: bool) -> Table:
    couplings = list(_couplings(scenario, pair))
    headings = ("\n".join(textwrap.wrap(DRAWS[coupling], HEADING_WIDTH)) for coupling in couplings)
    table = figure_table(("", ""), *((heading, "") for heading in headings))
    for number, (day, told) in enumerate(spans(scenario.sections.endpoints[name].at_days).items()):
        if number:
            table.add_row()
        table.add_row(f"by {told}", style="bold")
        here = by_day[day_name(day)]
        for effect, label in EFFECTS.items():
            cells = (_cell(here[coupling][effect], many=many) for coupling in couplings)
            table.add_row(f"  {label}", *cells, style=STYLES.get(effect, ""))
    return table


def _cell(found: Summary, *, many: bool) -> str:
    """A share with its margin or, of one trial, the number of patients with it."""
    if found["share"] is None:
        return "-"
    if not many:
        return f"{found['patients']:.0f} ({found['share']:.1%})"
    if found["standard_error"] is None:
        return f"{found['share']:.1%}"
    return f"{found['share']:.1%} ± {100 * deviations(0.95) * found['standard_error']:.1f}"
