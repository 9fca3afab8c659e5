"""What was published beside what is simulated: in this trial, and in many that take its course."""

from collections.abc import Iterator
from functools import partial
from itertools import groupby

import numpy as np

from pathsim.ensembles.averages import known_or_none
from pathsim.names import in_line, readable
from pathsim.paths import parts_of, path_of, row_of
from pathsim.report.html.content import (
    Block,
    Heading,
    ReportFigure,
    ReportRow,
    ReportSection,
    ReportTable,
    TextBlock,
    Told,
    Words,
)
from pathsim.report.html.figures.target_intervals import TargetLine, TargetLines, draw_targets
from pathsim.report.html.reading import MISSING, RANGE, joined, signed
from pathsim.report.html.reported import ReportedTrial
from pathsim.results.lookup import is_share, targeted
from pathsim.scenario.schema import Target
from pathsim.text import counted
from pathsim.validation.targets import VERDICTS, TargetComparison, tally

MEANING = (
    "A result is met if the mean lies within its tolerance and single trials show it. Inputs are numbers of the model "
    "that have to come back, results of kind fit are what numbers were calibrated to, holdouts were never fitted."
)
MOST_LINES = 45
"""So many lines fit on a page; of more the results that are no inputs are drawn."""


def published(trial: ReportedTrial) -> ReportSection | None:
    """Two tables, the second with the verdicts; nothing where nothing is published."""
    blocks: list[Block] = [*_this_trial(trial), *_many(trial)]
    return ReportSection("published", "Published and simulated", tuple(blocks)) if blocks else None


def _number(value: float, target: Target) -> str:
    """A figure as targets are written: shares in per cent."""
    if np.isnan(value):
        return MISSING
    if is_share(target):
        return signed(f"{100 * value:.1f}%")
    if value == round(value) or abs(value) >= 500:
        return signed(f"{value:.0f}")
    return signed(f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}")


def _this_trial(trial: ReportedTrial) -> Iterator[ReportTable]:
    """The published results that can be seen in one trial, but for toxicity."""
    rows = []
    for name, target in trial.scenario.sections.targets.items():
        names = [part.name for part in parts_of(target.figure)]
        if target.published is None or names[0] == "toxicity":
            continue
        if names[0] == "cutoffs" and names[1] not in trial.found["cutoffs"]:
            continue
        mine = targeted(trial.found, target)
        path = " / ".join(target.figures)
        told = Told(_number(mine, target), path, mine, "percent" if is_share(target) else "")
        cells = (_published(trial, name, target),), (told,)
        rows.append(ReportRow((in_line(target.label or readable(name)),), cells))
    if rows:
        heads = ((Heading("Result"), Heading("Published (95% CI)"), Heading("This trial")),)
        yield ReportTable("Published results, and this trial", heads, tuple(rows))


def _published(trial: ReportedTrial, name: str, target: Target) -> str:
    rate = trial.scenario.published.get(name)
    count = f"{rate.n}/{rate.of}, " if rate is not None and rate.n is not None else ""
    limits = "" if target.ci is None else f" ({RANGE.join(_number(end, target) for end in target.ci)})"
    return f"{count}{_number(target.published or 0.0, target)}{limits}"


def _many(trial: ReportedTrial) -> Iterator[Block]:
    if not trial.comparisons:
        return
    trials = trial.comparisons[0].trials
    begin = (
        f"Each published result beside {counted(trials, 'simulated trial')} that take the course of the published one."
    )
    yield TextBlock((f"{begin} {MEANING}",))
    yield _verdicts(trial)
    yield _figure(trial)
    for part, inside in groupby(trial.comparisons, lambda one: one.target.part or ""):
        yield _targets(part, list(inside))


def _verdicts(trial: ReportedTrial) -> ReportTable:
    counts = tally(trial.comparisons)
    used = [verdict for verdict in VERDICTS if any(counts[kind][verdict] for kind in counts)]
    names = {"input": "Inputs", "fit": "Fitted results", "holdout": "Held-out results", "plausible": "Plausible ranges"}
    rows = tuple(
        ReportRow((label,), tuple((_verdict_count(kind, verdict, counts[kind][verdict]),) for verdict in used))
        for kind, label in names.items()
        if any(counts[kind].values())
    )
    heads = (Heading("Kind"), *(Heading(verdict[:1].upper() + verdict[1:]) for verdict in used))
    return ReportTable("Verdicts", (heads,), rows)


def _verdict_count(kind: str, verdict: str, count: int) -> Told:
    return Told(f"{count:,}", path_of("verdicts", kind, verdict), float(count), "", "validation")


def _targets(part: str, comparisons: list[TargetComparison]) -> ReportTable:
    heads = tuple(map(Heading, ("Result", "Kind", "Published", "Mean of trials", "95% of trials", "Verdict")))
    rows = []
    for one in comparisons:
        of = row_of("targets", name=one.name)

        def told(key: str, value: float, one: TargetComparison = one, of: str = of) -> Told:
            known = known_or_none(value)
            unit = "percent" if is_share(one.target) else ""
            return Told(
                _number(value, one.target), f"{of}.{key}", np.nan if known is None else value, unit, "validation"
            )

        if one.published is None:
            wanted: Words = (RANGE.join(_number(end, one.target) for end in one.target.wanted),)
        else:
            wanted = (told("published", one.published),)
        limits = joined(told("lower", one.lower), RANGE, told("upper", one.upper))
        cells: tuple[Words, ...] = (
            (one.target.kind,),
            wanted,
            (told("simulated", one.mean),),
            limits,
            (one.verdict,),
        )
        rows.append(ReportRow((in_line(one.label),), cells))
    return ReportTable(in_line(part) or "Targets", (heads,), tuple(rows), texts=frozenset({1, 5}))


def _deviations(one: TargetComparison, value: float) -> float:
    """How many standard deviations of a single trial a value lies above the mean."""
    return float(-one.average.above(value) / one.average.deviation)


def _figure(trial: ReportedTrial) -> ReportFigure:
    """The intervals of single trials around their means, each with the published result."""
    shown = [one for one in trial.comparisons if one.average.deviation > 0]
    if len(shown) > MOST_LINES:
        shown = [one for one in shown if one.target.kind != "input"]
    shown = shown[:MOST_LINES]
    lines = tuple(
        TargetLine(
            in_line(one.label),
            _deviations(one, one.lower),
            _deviations(one, one.upper),
            tuple(_deviations(one, end) for end in one.target.wanted),
            one.verdict,
            one.target.kind == "holdout",
        )
        for one in shown
    )
    met = sum(mark.verdict == "met" for mark in lines)
    heads = tuple(map(Heading, ("Result", "95% of trials", "Published")))
    rows = tuple(
        ReportRow(
            (mark.label,),
            (
                (signed(f"{mark.lower:.2f} to {mark.upper:.2f}"),),
                (signed(" to ".join(f"{at:.2f}" for at in dict.fromkeys(mark.wanted))),),
            ),
        )
        for mark in lines
    )
    return ReportFigure(
        "targets",
        "Published results beside single simulated trials",
        f"Intervals of {counted(len(lines), 'result')} in standard deviations around their means; {met} are met.",
        ReportTable("Standard deviations of a single trial from the mean of trials", (heads,), rows, is_folded=True),
        partial(draw_targets, TargetLines(lines)),
        notes=(("Open signs: held out, never fitted. Colored: not met. Brackets: ends of a plausible range.",),),
    )
