"""The ensemble: what many trials of the same design say of this one, and of the design."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from pathsim.ensembles.summary import REASONS
from pathsim.names import in_line, with_capital
from pathsim.paths import compared_path, day_name, path_of, row_of
from pathsim.report.figures import spans
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
from pathsim.report.html.figures.prediction_intervals import Prediction, Predictions, draw_predictions
from pathsim.report.html.figures.ratio_distribution import RatioDistribution, bins_of, draw_ratios
from pathsim.report.html.reading import COUNT, PERCENT, RATIO, FigureReader, Written, joined
from pathsim.report.html.reported import ReportedEnsemble, ReportedTrial
from pathsim.report.html.sections.survival import MOST_GROUPS, group_label
from pathsim.results.labels import label_of_test

INTERVALS = (
    "Intervals of figures hold 95% of single trials; those of shares of trials, such as power, are 95% confidence "
    "intervals by so many trials."
)
LEVEL = Written("", lambda value: f"{value:g}")
MOST_BARS = 40
"""So many lines fit on a page."""


def repeats(trial: ReportedTrial) -> ReportSection | None:
    """Hazard ratios, power, stopping and prediction intervals; nothing where the trial was simulated once only."""
    if (ensemble := trial.ensemble) is None:
        return None
    replicates = ensemble.reader.told("replicates", COUNT)
    intro: Words = ("The same design, with other patients, ", replicates, f" times. {INTERVALS}")
    blocks: list[Block] = [TextBlock(intro)]
    blocks += _ratios(trial, ensemble)
    blocks += [*_power(trial, ensemble), *_stopping(trial, ensemble), *_predictions(trial, ensemble)]
    return ReportSection("ensemble", "Was it the drug, or chance? The trial repeated", tuple(blocks))


def _ratios(trial: ReportedTrial, ensemble: ReportedEnsemble) -> Iterator[ReportFigure]:
    scenario = trial.scenario
    name = scenario.main_endpoint
    if not name:
        return
    for number, arm in enumerate(scenario.groups(name).compared[:MOST_GROUPS], 1):
        path = compared_path(name, arm, "cox", "hazard_ratio")
        values = ensemble.columns[path]
        if np.isnan(values).all():
            continue
        shown = RatioDistribution(
            bins_of(values),
            trial.reader.value(path),
            scenario.published_figure(path),
            f"Hazard ratio, {scenario.compared_label(name, arm)}",
        )
        summary = path_of("figures", path)
        middle = ensemble.reader.told(f"{summary}.median", RATIO)
        rows = tuple(
            ReportRow((f"{one.lower:.2f}\N{EN DASH}{one.upper:.2f}",), ((f"{one.trials:,}",),))
            for one in shown.bins
            if one.trials
        )
        heads = ((Heading("Hazard ratio"), Heading("Trials")),)
        marked = f"this trial {shown.here:.2f}" if not np.isnan(shown.here) else "this trial has none"
        marked += "" if shown.published is None else f", published {shown.published:g}"
        yield ReportFigure(
            f"ratios-{number}",
            f"Hazard ratios of single trials, {scenario.compared_label(name, arm)}",
            f"Histogram of hazard ratios; median {middle.text}, {marked}.",
            ReportTable("Trials by hazard ratio; ends hold all beyond", heads, rows, is_folded=True),
            partial(draw_ratios, shown),
            notes=(("Ratios beyond either end of the axis are counted in the last bar there.",),),
        )


def _power(trial: ReportedTrial, ensemble: ReportedEnsemble) -> Iterator[ReportTable]:
    """How often each test is significant, of each endpoint that compares arms."""
    scenario, reader = trial.scenario, ensemble.reader
    rows: list[ReportRow] = []
    for name, arms in ensemble.found["power"].items():
        for arm, tests in arms.items():
            rows.append(ReportRow((in_line(scenario.compared_label(name, arm)),), (), "part"))
            for test in tests:
                path = path_of("power", name, arm, test)
                rows.append(ReportRow((with_capital(label_of_test(test)),), (_share(reader, path),), "within"))
    sequential = ensemble.found["sequential_power"]
    for name in sequential:
        label = f"{scenario.endpoint_label(name)}: beyond the bound for benefit at a look that was held"
        rows.append(ReportRow((in_line(label),), (_share(reader, path_of("sequential_power", name)),)))
    if rows:
        level = reader.told("alpha", LEVEL)
        notes: tuple[Words, ...] = (("Share of trials with a one-sided P below ", level, " at the last data cut."),)
        yield ReportTable("Power", ((Heading("Test"), Heading("Trials, % (95% CI)")),), tuple(rows), notes)


def _share(reader: FigureReader, path: str) -> Words:
    limits = reader.between(f"{path}.lower", f"{path}.upper", PERCENT)
    return joined(reader.told(f"{path}.estimate", PERCENT), " (", limits, ")")


def _stopping(trial: ReportedTrial, ensemble: ReportedEnsemble) -> Iterator[ReportTable | TextBlock]:
    looks, reader = ensemble.found["stopping"], ensemble.reader
    if not looks:
        return
    names = ("Look", "Held", "For benefit", "For futility", "On the set date", "Date", "Events", "Median HR")
    rows = []
    for look in looks:
        path = row_of("stopping", look=str(look["look"]))
        shares = ((reader.told(f"{path}.{why}.estimate", PERCENT),) for why in ("held", *REASONS))
        date: Words = ()
        if reader.has(f"{path}.day.mean"):
            day = reader.told(f"{path}.day.mean", COUNT)
            date = (Told(f"{trial.scenario.date(day.value):%b %Y}", day.path, day.value, "date", day.of),)
        events = (reader.told(f"{path}.events.mean", Written("", lambda value: f"{value:.0f}")),)
        ratio = (reader.told(f"{path}.hazard_ratio.median", RATIO),)
        rows.append(ReportRow((f"{look['look']}",), (*shares, date, events, ratio)))
    notes: tuple[Words, ...] = (
        ("Per cent of all trials. Date and events are means over the trials that held the look.",),
    )
    yield ReportTable("How trials end", (tuple(map(Heading, names)),), tuple(rows), notes, texts=frozenset({5}))
    if ensemble.found["bias"] is not None:
        in_all, stopped = (reader.told(f"bias.{key}", RATIO) for key in ("all", "stopped_for_benefit"))
        yield TextBlock((
            "Trials that are stopped for benefit overestimate it: their hazard ratio on that day was ", stopped,
            " on average, that of all trials in the end ", in_all, ".",
        ))  # fmt: skip


def _predictions(trial: ReportedTrial, ensemble: ReportedEnsemble) -> Iterator[ReportFigure | ReportTable]:
    """Survival on each tabulated day in many trials, in this one, and as published."""
    rows, bars = list[ReportRow](), list[Prediction]()
    scenario = trial.scenario
    pairs = [(name, group) for name in scenario.sections.endpoints for group in scenario.groups(name).names]
    has_published = any(scenario.published_points(*pair) for pair in pairs)
    for name, endpoint in scenario.sections.endpoints.items():
        label = in_line(scenario.endpoint_label(name))
        groups = scenario.groups(name).names
        for day, told in spans(endpoint.at_days).items():
            rows.append(ReportRow((f"{label} at {told}, %",), (), "part"))
            for number, group in enumerate(groups):
                path = path_of("endpoints", name, "arms", group, "at", day_name(day), "survival")
                summary = path_of("figures", path)
                reader, published = ensemble.reader, dict(scenario.published_points(name, group)).get(day)
                if not reader.has(f"{summary}.mean"):
                    continue
                cells = (
                    (reader.told(f"{summary}.mean", PERCENT),),
                    reader.between(f"{summary}.lower", f"{summary}.upper", PERCENT),
                    (trial.reader.told(path, PERCENT),),
                    *(((() if published is None else (f"{100 * published:.1f}",)),) if has_published else ()),
                )
                rows.append(ReportRow((group_label(trial, group),), cells, "within"))
                mean, lower, upper = (reader.value(f"{summary}.{key}") for key in ("mean", "lower", "upper"))
                bars.append(
                    Prediction(
                        f"{label}, {told}",
                        group_label(trial, group),
                        number,
                        mean,
                        lower,
                        upper,
                        trial.reader.value(path),
                        published,
                    )
                )
    if not bars:
        return
    names = ("", "Mean of trials", "95% of trials", "This trial", *(["Published"] if has_published else []))
    title = f"Without event: many trials{', this one, and the published one' if has_published else ' and this one'}"
    table = ReportTable(title, (tuple(map(Heading, names)),), tuple(rows))
    yield table
    if len(bars) <= MOST_BARS:
        yield ReportFigure(
            "predictions",
            "Where single trials lie: prediction intervals",
            f"Intervals of {len(bars)} estimates of survival, each with this trial's.",
            ReportTable(table.caption, table.heads, table.rows, is_folded=True),
            partial(draw_predictions, Predictions(tuple(bars))),
        )
