"""Two scenarios side by side: what differs, every main figure in both with the difference, and for whom."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from pathsim.ensembles.averages import is_ratio
from pathsim.names import in_line, with_capital
from pathsim.paths import path_of, row_of
from pathsim.report.changed_patients import VERDICTS
from pathsim.report.compared_scenarios import (
    NOTHING_SHARED,
    ComparedScenarios,
    SharedFigure,
    differing_text,
    endpoint_rows,
    has_same_arms,
    question,
    settings_of,
    traded,
    trial_rows,
)
from pathsim.report.compared_trial import ComparedTrial
from pathsim.report.html.content import (
    Block,
    Heading,
    ListBlock,
    ReportFigure,
    ReportRow,
    ReportSection,
    ReportTable,
    TextBlock,
    Words,
)
from pathsim.report.html.figures.differences import ShareDifference, ShareDifferences, draw_differences
from pathsim.report.html.figures.survival_curves import draw_survival
from pathsim.report.html.reading import COUNT, MISSING, TENTH, FigureReader, Written, joined, signed
from pathsim.report.html.reported import ReportedTrial
from pathsim.report.html.sections.survival import plot_of
from pathsim.report.setting_figures import NO_COMMITTEE, effect_of, is_amount, place_of, without_committee
from pathsim.statistics.normal import deviations

MARGIN = deviations(0.95)
EXPLAINED = (
    "Both are simulated on the same patients with the same draws{arms}, so that a difference is known much better than "
    "either figure. Differences are B less A with their 95% margin, of shares in percentage points; of hazard ratios "
    "they are how many times B's is A's, with the 95% interval."
)
GEOMETRIC = Written("exp", lambda value: f"{math.exp(value):.3f}")
SHARE = Written("percent", lambda value: f"{100 * value:.1f}%")
FACTOR = Written("", lambda value: f"{value:.3f}")
MOST_EVENTS = 12
VERDICTS_TOLD = (
    "Better in B is who has no event there and has one in A; later and earlier, who has it in both; otherwise, who has "
    "the same or none."
)


@dataclass(frozen=True)
class ReportedComparison:
    """Two scenarios, their ensembles, one trial in both, and the curves of this trial in each."""

    found: ComparedScenarios
    trial: ComparedTrial
    trials: tuple[ReportedTrial, ReportedTrial]
    command: str

    @cached_property
    def readers(self) -> tuple[FigureReader, FigureReader]:
        """What reads figures of the summary of A, and of B."""
        before, now = self.found.settings
        return FigureReader(before, "before"), FigureReader(now, "now")

    @cached_property
    def reader(self) -> FigureReader:
        """What reads figures of the one trial in both."""
        return FigureReader({"trial": self.trial.as_results()}, "comparison")


def compared_sections(of: ReportedComparison) -> Iterator[ReportSection]:
    """The sections of the report of two scenarios."""
    found = of.found
    yield _answer(of)
    yield ReportSection("differing", "What differs", (_differing(of),))
    yield ReportSection(
        "trial", "The trial", (_table(of, "How large trials are, and how they end", trial_rows(found)),)
    )
    shared = found.shared(found.before.sections.endpoints, found.now.sections.endpoints)
    for number, name in enumerate(shared, 1):
        table = _table(of, "In many trials", endpoint_rows(found, name))
        blocks: list[Block] = [*_curves(of, name), table if table.rows else TextBlock((NOTHING_SHARED,))]
        yield ReportSection(f"endpoint-{number}", in_line(found.before.sections.endpoints[name].label), tuple(blocks))
    if changes := tuple(_traded(of)):
        yield ReportSection("traded", "What is traded", changes)
    yield ReportSection("patients", "Who fares otherwise, in one trial", tuple(_patients(of)))
    yield _again(of)


def _answer(of: ReportedComparison) -> ReportSection:
    found = of.found
    same = found.before.sha256 == found.now.sha256
    titles = [
        (f"{letter}: {'the same' if letter == 'B' and same else in_line(made.title)}{settings_of(made)}",)
        for letter, made in (("A", found.before), ("B", found.now))
    ]
    arms = ", in the same arms" if has_same_arms(found) else ""
    blocks: tuple[Block, ...] = (
        TextBlock((question(found.differing),), "question"),
        ListBlock(tuple(titles)),
        TextBlock(_sentence(of), "answer"),
        TextBlock((EXPLAINED.format(arms=arms),)),
        TextBlock(("This is a simulation: no patient in it is real, and nothing in it is medical advice.",), "dim"),
    )
    return ReportSection("answer", "Question and answer", blocks)


def _sentence(of: ReportedComparison) -> Words:
    """The main figures, and how much they differ."""
    before, _ = of.readers
    told: Words = ("In ", before.told("replicates", COUNT), " trials of each")
    name = of.trial.endpoint
    rows = [row for row in endpoint_rows(of.found, name) if of.found.has(row.path)] if name else []
    shown = [row for row in rows if is_ratio(row.path) or row.path.endswith(".significant")]
    for number, row in enumerate(shown or rows[:1]):
        before_it, in_it, difference = _cells(of, row)
        label = (": " if number == 0 else "; ") + in_line(row.label)
        told = joined(told, f"{label} ", before_it, " in A and ", in_it, " in B, difference ", difference)
    return joined(told, ".")


def _differing(of: ReportedComparison) -> ReportTable:
    heads = ((Heading("Value"), Heading("A"), Heading("B")),)
    rows = tuple(
        ReportRow((in_line(one.path),), ((in_line(differing_text(one.before)),), (in_line(differing_text(one.now)),)))
        for one in of.found.differing
    )
    return ReportTable("Values of the scenarios that differ", heads, rows, texts=frozenset({1, 2}))


HEADS = ((Heading("Figure"), Heading("A"), Heading("B"), Heading("Difference (95% margin)")),)


def _table(of: ReportedComparison, caption: str, rows: Iterable[SharedFigure]) -> ReportTable:
    found = tuple(_row(of, row) for row in rows if of.found.has(row.path))
    return ReportTable(caption, HEADS, found)


def _row(of: ReportedComparison, row: SharedFigure) -> ReportRow:
    if row.label.startswith("  "):
        return ReportRow((in_line(row.label),), _cells(of, row), "within")
    return ReportRow((with_capital(in_line(row.label)),), _cells(of, row))


def _cells(of: ReportedComparison, row: SharedFigure) -> tuple[Words, Words, Words]:
    """The figure in A and in B, and the difference."""
    written = GEOMETRIC if is_ratio(row.path) else TENTH if is_amount(row.path) else SHARE
    before, now = (
        (NO_COMMITTEE,) if without_committee(setting, row.path) else (reader.told(place_of(row.path), written),)
        for setting, reader in zip(of.found.settings, of.readers, strict=True)
    )
    return before, now, _difference(of, row.path)


def _difference(of: ReportedComparison, path: str) -> Words:
    found, place, reader = of.found.differences[path], path_of("differences", path), of.readers[1]
    effect = effect_of(found)
    if effect is None:
        return (MISSING,)
    if "ratio" in found:
        limits = reader.between(f"{place}.lower", f"{place}.upper", FACTOR)
        return joined("\N{MULTIPLICATION SIGN} ", reader.told(f"{place}.ratio", FACTOR), " (", limits, ")")
    if effect == 0 and not found["standard_error"]:
        return ("none",)
    scale = 1.0 if is_amount(path) else 100.0
    unit = "" if is_amount(path) else "percent"
    mean = reader.told(f"{place}.mean", Written(unit, lambda value: signed(f"{scale * value:+.2f}")))
    margin = MARGIN * scale * float(found["standard_error"] or 0)
    return mean, f" \N{PLUS-MINUS SIGN} {margin:.2f}"


def _curves(of: ReportedComparison, name: str) -> Iterator[ReportFigure]:
    """The curves of the one trial in A, and in B."""
    for letter, trial in zip("AB", of.trials, strict=True):
        found = trial.endpoints[name]
        if not found.survival_data.time.size:
            continue
        plot = plot_of(trial, name, found)
        heads = tuple(map(Heading, ("Group", "Patients", "At the end of the curve, %")))
        rows = tuple(
            ReportRow((line.label,), ((f"{line.at_risk[0]:,}",), (f"{100 * line.survival[-1]:.1f}",)))
            for line in plot.curves
        )
        number = 1 + list(trial.scenario.sections.endpoints).index(name)
        told = "; ".join(f"{line.label} to {line.survival[-1]:.0%}" for line in plot.curves)
        yield ReportFigure(
            f"survival-{number}-{letter.lower()}",
            f"{in_line(trial.scenario.sections.endpoints[name].label)} in {letter}, one trial",
            f"Kaplan-Meier curves in {letter}: {told}.",
            ReportTable("Ends of the curves", (heads,), rows, is_folded=True),
            partial(draw_survival, plot),
        )


def _traded(of: ReportedComparison) -> Iterator[Block]:
    """First events, and toxicities that change; those that are shares also as a figure."""
    rows, bars = list[ReportRow](), list[ShareDifference]()
    for arm, figures in traded(of.found, of.trial.endpoint):
        label = arm or ("Before arms" if of.found.before.arms else "All patients")
        rows.append(ReportRow((in_line(label),), (), "part"))
        for row in figures:
            rows.append(ReportRow((with_capital(in_line(row.label)),), _cells(of, row), "within"))
            found = of.found.differences[row.path]
            if not is_amount(row.path) and found["mean"] is not None and found["standard_error"] is not None:
                margin = MARGIN * float(found["standard_error"])
                bars.append(ShareDifference(f"{in_line(label)}: {in_line(row.label)}", float(found["mean"]), margin))
    if not rows:
        return
    table = ReportTable("First events, and patients with toxicity of grade 3 or worse", HEADS, tuple(rows))
    yield table
    if bars:
        heads = ((Heading("Toxicity"), Heading("Difference, percentage points")),)
        data = tuple(
            ReportRow((one.label,), ((signed(f"{100 * one.mean:+.2f} \N{PLUS-MINUS SIGN} {100 * one.margin:.2f}"),),))
            for one in bars
        )
        yield ReportFigure(
            "differences",
            "By how much toxicity differs, B less A",
            f"Differences of {len(bars)} shares with their margins.",
            ReportTable("Differences", heads, data, is_folded=True),
            partial(draw_differences, ShareDifferences(tuple(bars))),
        )


def _patients(of: ReportedComparison) -> Iterator[Block]:
    """How many patients of one trial fare how, and at which events their courses part."""
    date = of.trial.before.scenario.written_date(of.trial.day)
    changed, patients = of.reader.told("trial.changed", COUNT), of.reader.told("trial.patients", COUNT)
    yield TextBlock(("Replicate 0: the courses of ", changed, " of ", patients, f" patients differ by {date}."))
    shown = [change for change in VERDICTS if of.trial.changed.counts.get(change)]
    if not shown:
        return
    heads = tuple(map(Heading, ("Their courses part at", "Patients", *(with_capital(change) for change in shown))))
    rows = []
    for event in list(of.trial.events)[:MOST_EVENTS]:
        path = row_of("trial.events", event=event)
        cells = tuple((of.reader.told(f"{path}.{key}", COUNT),) for key in ("patients", *shown))
        rows.append(ReportRow((with_capital(in_line(event)),), cells))
    total = tuple((of.reader.told(f"trial.{key}", COUNT),) for key in ("changed", *shown))
    rows.append(ReportRow(("All of them",), total, "total"))
    notes: tuple[Words, ...] = ((VERDICTS_TOLD,),)
    yield ReportTable("Patients whose courses differ", (heads,), tuple(rows), notes)


def _again(of: ReportedComparison) -> ReportSection:
    rows = []
    for letter, made in (("A", of.found.before), ("B", of.found.now)):
        rows.append(ReportRow((f"{letter}: scenario",), ((in_line(f"{made.name}{settings_of(made)}"),),)))
        rows.append(ReportRow((f"{letter}: SHA-256",), ((made.sha256,),)))
    rows.append(ReportRow(("Seed",), ((f"{of.found.seed}",),)))
    heads = ((Heading("What"), Heading("Value")),)
    table = ReportTable("What this report depends on", heads, tuple(rows), texts=frozenset({1}))
    return ReportSection("again", "How to make it again", (table, ListBlock(((of.command,),), "commands")))
