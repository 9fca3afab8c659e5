"""The patients for whom the arm makes a difference: how many there are, and why nobody can say who."""

from functools import partial
from typing import Any

from pathsim.counterfactual import APART_DAYS, redrawn
from pathsim.couplings import COUPLINGS, DRAWS, Coupling
from pathsim.names import in_line, lowered
from pathsim.paths import path_of
from pathsim.report.figures import span
from pathsim.report.html.content import Heading, ReportFigure, ReportRow, ReportSection, ReportTable, TextBlock, Words
from pathsim.report.html.figures.effect_bars import EffectBars, draw_effects
from pathsim.report.html.reading import COUNT, RANGE, joined
from pathsim.report.html.reported import ReportedTrial

MEANING = (
    "Each patient is followed twice: in their own arm and in the other one, with the same committee decisions. Better "
    "is without the event where the other arm has it. How many fewer have the event is what a trial estimates; who "
    "they are neither a trial nor this model can know, for it depends on how the draws of a patient in one arm go with "
    "those in the other. The rows are different assumptions about that; the bounds hold whatever the draws. Nothing "
    "here says for which patient an arm is the better choice."
)
COLUMNS = {
    "better": "Fares better",
    "worse": "Fares worse",
    "later": f"Event {APART_DAYS:.0f}+ days later",
    "earlier": f"Event {APART_DAYS:.0f}+ days earlier",
    "same": "No difference",
    "unknown": "Not known",
}


def effects(trial: ReportedTrial) -> ReportSection | None:
    """The counts under each coupling, as text, figure and table; nothing where they cannot be told."""
    found = trial.found.get("counterfactual")
    if found is None:
        return None
    couplings = [name for name in COUPLINGS if name != "therapy" or redrawn(trial.scenario, name)]
    sentence = TextBlock(_sentence(trial, found))
    blocks = (sentence, TextBlock((MEANING,)), _table(trial, found, couplings), _figure(trial, found, couplings))
    return ReportSection("effects", "Patients for whom the arm makes a difference", blocks)


def _sentence(trial: ReportedTrial, found: dict[str, Any]) -> Words:
    reader, arm, control = trial.reader, found["arm"], trial.scenario.trial.control or ""
    path = path_of("counterfactual", "couplings", "shared")
    known = reader.difference("counterfactual.patients", f"{path}.unknown")
    here = found["couplings"]["shared"]
    fewer = reader.told(f"{path}.fewer", COUNT)
    label = lowered(in_line(trial.scenario.sections.endpoints[found["endpoint"]].label))
    change: Words = ("By ", f"{span(found['day'])}, ", fewer, " fewer of ", known, " patients have an event")
    treated, other = (reader.told(f"{path}.events.{path_of(name)}", COUNT) for name in (arm, control))
    told = joined(change, f" with {arm} than with {control}: ", treated, " against ", other, f" ({label}).")
    if here["unknown"]:
        unknown = reader.told(f"{path}.unknown", COUNT)
        told = joined(told, " Of ", unknown, " others it is not known in one of the arms.")
    return told


def _table(trial: ReportedTrial, found: dict[str, Any], couplings: list[Coupling]) -> ReportTable:
    heads = tuple(map(Heading, ("The other arm has", "Fewer events", *COLUMNS.values())))
    rows = []
    for name in couplings:
        path = path_of("counterfactual", "couplings", name)
        cells: list[Words] = [(trial.reader.told(f"{path}.fewer", COUNT),)]
        for effect in COLUMNS:
            told: Words = (trial.reader.told(f"{path}.{effect}", COUNT),)
            if effect in found["couplings"][name]["bounds"]:
                least, most = found["couplings"][name]["bounds"][effect]
                told = joined(told, f" ({least:,}{RANGE}{most:,})")
            cells.append(told)
        rows.append(ReportRow((DRAWS[name],), tuple(cells)))
    notes: tuple[Words, ...] = (("In parentheses: the fewest and the most there can be, whatever the draws.",),)
    title = f"How patients fare with {in_line(found['arm'])} instead of {in_line(trial.scenario.trial.control or '')}"
    return ReportTable(title, (heads,), tuple(rows), notes)


def _figure(trial: ReportedTrial, found: dict[str, Any], couplings: list[Coupling]) -> ReportFigure:
    counts = tuple(tuple(found["couplings"][name][effect] for effect in COLUMNS) for name in couplings)
    bars = EffectBars(tuple(DRAWS[name] for name in couplings), tuple(COLUMNS.values()), counts)
    told = "; ".join(
        f"{draws}: {each[0]} better, {each[1]} worse" for draws, each in zip(bars.draws, counts, strict=True)
    )
    table = _table(trial, found, couplings)
    return ReportFigure(
        "effects",
        "How patients fare in the other arm, under each assumption",
        f"Bars of patients by how they fare; {told}.",
        ReportTable(table.caption, table.heads, table.rows, table.notes, is_folded=True),
        partial(draw_effects, bars),
    )
