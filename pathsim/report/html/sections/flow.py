"""The flow of patients as CONSORT draws it, with numbers and reasons."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial

from pathsim.names import in_line
from pathsim.paths import path_of, row_of
from pathsim.report.html.content import Heading, ReportFigure, ReportRow, ReportSection, ReportTable, Told, Words
from pathsim.report.html.figures.flow_chart import FlowBox, FlowChart, draw_flow
from pathsim.report.html.reading import COUNT
from pathsim.report.html.reported import ReportedTrial
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.scenario import Scenario

MOST_ARMS = 5
"""More arms than this do not fit beside each other on paper."""


@dataclass(frozen=True, slots=True)
class FlowPart:
    """What a box of the diagram says: how many patients, and of these how many for each reason."""

    title: str
    count: Told | None
    reasons: tuple[tuple[str, Told], ...] = ()


class PatientFlow:
    """Who came, who was randomized and who was not, and what became of each arm."""

    def __init__(self, trial: ReportedTrial) -> None:
        self._trial, self._scenario, self._reader = trial, trial.scenario, trial.reader
        self._rows = {(row["step"], row["arm"]): row for row in trial.found["flow"]}

    @cached_property
    def _leads(self) -> dict[str, set[str]]:
        """For each step, all to which it leads, by whatever way."""
        leads: dict[str, set[str]] = {}
        for number in reversed(self._scenario.order):
            entry = self._scenario.steps[number]
            nexts = {self._scenario.entry(arrow.to).name for arrow in entry.spec.arrows()}
            leads[entry.name] = nexts.union(*(leads[name] for name in nexts))
        return leads

    def parts(self) -> tuple[list[FlowPart], list[list[FlowPart]]]:
        """The boxes before there are arms, and those of each arm."""
        reader, found = self._reader, self._scenario.randomization
        shared = [FlowPart("Enrolled", reader.told("trial.enrolled", COUNT))]
        if found is None:
            return [*shared, *self._course(None)], []
        before = {name for name, leads in self._leads.items() if found[0].name in leads} | {found[0].name}
        begins = {self._scenario.entry(name).name for name in found[1].arms.values()}
        excluded = reader.difference("trial.enrolled", "trial.randomized")
        if excluded.value:
            shared.append(FlowPart("Not randomized", excluded, self._left(before, None, begins)))
        shared.append(FlowPart("Randomized", reader.told("trial.randomized", COUNT)))
        firsts = found[1].arms
        return shared, [self._arm(arm, self._scenario.entry(firsts[arm]).name) for arm in self._scenario.arms]

    def _arm(self, arm: str, first: str) -> list[FlowPart]:
        allocated = FlowPart(f"Allocated to {arm}", self._reader.told(path_of("trial", "arms", arm), COUNT))
        return [allocated, *self._therapy(arm, first), *self._course(arm)]

    def _therapy(self, arm: str, first: str) -> Iterator[FlowPart]:
        """Who came to each of the compared therapies, and who left them before their end, and why."""
        steps = [entry for name in self._scenario.trial.therapy for entry in self._scenario.entries(name)]
        mine = [entry for entry in steps if (entry.name, arm) in self._rows]
        if not mine:
            return
        came = tuple((entry.label, self._reader.told(_row(entry.name, arm) + ".entered", COUNT)) for entry in mine)
        yield FlowPart("Received", None, came)
        goals = {entry.name for entry in mine}
        inside = {name for name in (first, *self._leads[first]) if name in goals or self._leads[name] & goals}
        planned = [arrow for entry in mine for arrow in entry.spec.arrows() if not arrow.is_exit]
        if reasons := self._left(inside, arm, {self._scenario.entry(arrow.to).name for arrow in planned}):
            paths = [path for _, told in reasons for path in told.path.split(" + ")]
            yield FlowPart("Left before its end", self._reader.total(paths), reasons)

    def _course(self, arm: str | None) -> Iterator[FlowPart]:
        """Where patients are at the data cut, and how many are analyzed."""
        where = [(self._scenario.entry(step).label, self._told(step, arm, "entered")) for step in self._ends(arm)]
        staying = [
            f"{_row(step, arm)}.still_there"
            for (step, of), row in self._rows.items()
            if of == arm and row["still_there"] and step not in self._scenario.repeats and not self._is_end(step)
        ]
        if staying:
            where.insert(0, ("In follow-up", self._reader.total(staying)))
        if where:
            yield FlowPart("At the data cut", None, tuple(where))
        name = self._scenario.main_endpoint
        if name and self._scenario.sections.endpoints[name].is_of_all:
            path = path_of("endpoints", name, "arms", arm or self._scenario.groups(name).names[0], "n")
            label = self._scenario.endpoint_label(name)
            yield FlowPart(f"Analyzed, {in_line(label)}", self._reader.told(path, COUNT))

    def _ends(self, arm: str | None) -> list[str]:
        return [step for (step, of), row in self._rows.items() if of == arm and self._is_end(step) and row["entered"]]

    def _is_end(self, step: str) -> bool:
        return self._scenario.entry(step).spec.is_end

    def _told(self, step: str, arm: str | None, name: str) -> Told:
        return self._reader.told(f"{_row(step, arm)}.{name}", COUNT)

    def _left(self, inside: set[str], arm: str | None, onwards: set[str]) -> tuple[tuple[str, Told], ...]:
        """Where patients went who left these steps, but not onwards, and who is still there; the commonest first."""
        paths: dict[str, list[str]] = defaultdict(list)
        for step in (entry.name for entry in self._scenario.steps if entry.name in inside):
            row = self._rows.get((step, arm))
            for to, count in {} if row is None else row["left"].items():
                if count and to not in inside and to not in onwards:
                    paths[self._scenario.entry(to).label].append(f"{_row(step, arm)}.left.{path_of(to)}")
            if row is not None and row["still_there"]:
                paths[f"At {self._scenario.entry(step).label} at the data cut"].append(f"{_row(step, arm)}.still_there")
        told = [(label, self._reader.total(places)) for label, places in paths.items()]
        return tuple(sorted(told, key=lambda pair: -pair[1].value))


def _row(step: str, arm: str | None) -> str:
    return row_of("flow", step=step, arm=arm or "")


def flow(trial: ReportedTrial) -> ReportSection:
    """The diagram, with its data; and every step of the pathway with those who entered it."""
    shared, arms = PatientFlow(trial).parts()
    scenario = trial.scenario
    counts = _counts(shared, arms)
    every = _every_step(trial)
    if len(arms) > MOST_ARMS:
        return ReportSection("flow", "Flow of patients", (replace(counts, is_folded=False), every))
    excluded = next((_box(part) for part in shared if part.title == "Not randomized"), None)
    stem = [_box(part) for part in shared if part.title != "Not randomized"]
    chart = FlowChart(
        stem,
        excluded,
        [[_box(part, None if row else number) for row, part in enumerate(parts)] for number, parts in enumerate(arms)],
    )
    figure = ReportFigure(
        "flow",
        "Flow of patients through the trial",
        _alternative(scenario, shared, arms),
        counts,
        partial(draw_flow, chart),
    )
    return ReportSection("flow", "Flow of patients", (figure, every))


def _box(part: FlowPart, arm: int | None = None) -> FlowBox:
    return FlowBox(
        part.title,
        "" if part.count is None else part.count.text,
        tuple((reason, count.text) for reason, count in part.reasons),
        arm,
    )


def _alternative(scenario: Scenario, shared: list[FlowPart], arms: list[list[FlowPart]]) -> str:
    told = [f"{part.title}: {part.count.text}" for part in shared if part.count is not None]
    told += [f"{parts[0].title}: {parts[0].count.text}" for parts in arms if parts[0].count is not None]
    return f"Flow diagram of {in_line(scenario.title)}. {'; '.join(told)}."


def _counts(shared: list[FlowPart], arms: list[list[FlowPart]]) -> ReportTable:
    """What the boxes of the diagram say, as a table."""
    rows = [row for part in shared for row in _rows_of(part)]
    for parts in arms:
        rows += [row for part in parts for row in _rows_of(part)]
    heads = ((Heading("", 1), Heading("Patients")),)
    return ReportTable("Flow of patients", heads, tuple(rows), is_folded=True)


def _rows_of(part: FlowPart) -> Iterator[ReportRow]:
    yield ReportRow((part.title,), () if part.count is None else ((part.count,),), "part" if part.count is None else "")
    for reason, count in part.reasons:
        yield ReportRow((reason,), ((count,),), "within")


def _every_step(trial: ReportedTrial) -> ReportTable:
    """How many entered each step."""
    scenario, reader = trial.scenario, trial.reader
    entered = {(row["step"], row["arm"]) for row in trial.found["flow"]}
    columns: list[str | None] = [None, *scenario.arms]
    heads = [Heading("Step"), Heading("Before arms" if scenario.arms else "Patients")]
    heads += [Heading(arm, arm=number) for number, arm in enumerate(scenario.arms)]
    rows = []
    for entry in scenario.steps:
        if not any((entry.name, arm) in entered for arm in columns):
            continue
        cells: list[Words] = [
            (reader.told(f"{_row(entry.name, arm)}.entered", COUNT),) if (entry.name, arm) in entered else ()
            for arm in columns
        ]
        rows.append(ReportRow((_name(entry),), tuple(cells)))
    return ReportTable("Patients who entered each step of the pathway", (tuple(heads),), tuple(rows), is_folded=True)


def _name(entry: StepEntry) -> str:
    return in_line(entry.label)
