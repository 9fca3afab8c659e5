"""What follows the compared therapies, such as a transplant: who came to each later step, and where they went."""

from collections.abc import Iterator

from pathsim.names import in_line
from pathsim.paths import path_of, row_of
from pathsim.report.html.content import Heading, ReportRow, ReportSection, ReportTable, Words
from pathsim.report.html.reading import COUNT
from pathsim.report.html.reported import ReportedTrial
from pathsim.report.html.sections.baseline import MOST_ARMS
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.scenario import Scenario


def later_steps(trial: ReportedTrial) -> ReportSection | None:
    """A table of the steps after the therapies that the trial compares; nothing where none follows."""
    scenario = trial.scenario
    after = list(_after_therapy(scenario))
    came = {row["step"] for row in trial.found["flow"] if row["arm"]}
    shown = [entry for entry in after if entry.name in came and entry.spec.is_stay and not entry.spec.is_end]
    if not shown or not 0 < len(scenario.arms) <= MOST_ARMS:
        return None
    title = f"{in_line(_name_of_it(shown))} and what follows"
    return ReportSection("later", title, (_table(trial, shown),))


def _after_therapy(scenario: Scenario) -> Iterator[StepEntry]:
    """The steps to which a compared therapy leads, in the order of the pathway."""
    therapy = {entry.number for name in scenario.trial.therapy for entry in scenario.entries(name)}
    reached = set(therapy)
    for number in scenario.order:
        if number in reached:
            reached |= {scenario.entry(arrow.to).number for arrow in scenario.steps[number].spec.arrows()}
    yield from (scenario.steps[number] for number in scenario.order if number in reached - therapy)


def _name_of_it(shown: list[StepEntry]) -> str:
    """The step that gives the section its name: one for which a place is kept, else the first."""
    holding = [entry for entry in shown if entry.holds is not None]
    return (holding[-1] if holding else shown[0]).label


def _table(trial: ReportedTrial, shown: list[StepEntry]) -> ReportTable:
    scenario = trial.scenario
    rows = [row for entry in shown for row in _rows(trial, entry)]
    heads = [Heading(in_line(arm), arm=number) for number, arm in enumerate(scenario.arms)]
    notes: tuple[Words, ...] = (("Patients of each arm who came to a step, and where they had gone by the data cut.",),)
    return ReportTable("After the compared therapies", ((Heading("Step"), *heads),), tuple(rows), notes)


def _rows(trial: ReportedTrial, entry: StepEntry) -> Iterator[ReportRow]:
    flow = {row["arm"]: row for row in trial.found["flow"] if row["step"] == entry.name}
    arms = trial.scenario.arms
    yield ReportRow((in_line(entry.label),), tuple(_count(trial, entry, arm, "entered") for arm in arms), "total")
    nexts = dict.fromkeys(to for arm in arms if arm in flow for to, count in flow[arm]["left"].items() if count)
    for to in nexts:
        cells = tuple(_count(trial, entry, arm, path_of("left", to)) for arm in arms)
        yield ReportRow((f"then {in_line(trial.scenario.entry(to).label)}",), cells, "within")
    if any(arm in flow and flow[arm]["still_there"] for arm in arms):
        yield ReportRow(("still there",), tuple(_count(trial, entry, arm, "still_there") for arm in arms), "within")


def _count(trial: ReportedTrial, entry: StepEntry, arm: str, name: str) -> Words:
    return (trial.reader.told(f"{row_of('flow', step=entry.name, arm=arm)}.{name}", COUNT),)
