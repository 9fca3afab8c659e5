"""How many have had each kind of first event as time goes by, where one kind rules out the others."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from pathsim.names import in_line, readable
from pathsim.paths import day_name, path_of
from pathsim.report.curves import drawn_until
from pathsim.report.figures import spans
from pathsim.report.html.content import Heading, ReportFigure, ReportRow, ReportSection, ReportTable, Words
from pathsim.report.html.figures.incidence_curves import EventCurves, IncidencePlot, draw_incidence
from pathsim.report.html.reading import PERCENT
from pathsim.report.html.reported import ReportedTrial
from pathsim.report.html.sections.survival import group_label
from pathsim.statistics.cumulative_incidence import cumulative_incidence

POINTS_DRAWN = 241
MOST_GROUPS = 4


def incidence(trial: ReportedTrial) -> ReportSection | None:
    """A figure and a table for each endpoint with several kinds of first event."""
    blocks = list(_blocks(trial))
    return ReportSection("incidence", "First events", tuple(blocks)) if blocks else None


def _blocks(trial: ReportedTrial) -> Iterator[ReportFigure | ReportTable]:
    for number, (name, endpoint) in enumerate(trial.scenario.sections.endpoints.items(), 1):
        known = trial.found["endpoints"][name].get("incidence")
        if known is None or len(endpoint.events) < 2 or not trial.endpoints[name].survival_data.time.size:
            continue
        label = in_line(endpoint.label)
        plot = _plot(trial, name)
        if not plot.events:
            continue
        told = "; ".join(
            f"{event.label} {', '.join(f'{group} {share[-1]:.0%}' for group, share in event.shares)}"
            for event in plot.events
        )
        yield ReportFigure(
            f"incidence-{number}",
            f"Cumulative incidence of each kind of first event, {label[:1].lower()}{label[1:]}",
            f"Cumulative incidence at the end of the axis: {told}.",
            _data(plot),
            partial(draw_incidence, plot),
            notes=(("Estimates of Aalen and Johansen: each kind of first event rules out the others.",),),
        )
        yield _table(trial, name)


def _plot(trial: ReportedTrial, name: str) -> IncidencePlot:
    data = trial.endpoints[name].survival_data
    events, groups = trial.scenario.sections.endpoints[name].events, data.arms[:MOST_GROUPS]
    horizon = drawn_until(data.time)
    days = np.linspace(0, horizon, POINTS_DRAWN)
    shares = cumulative_incidence(
        np.zeros_like(data.arm),
        data.arm,
        data.time,
        data.cause,
        days,
        trials=1,
        arms=len(data.arms),
        causes=len(events),
    )[0]
    curves = tuple(
        EventCurves(
            readable(event),
            tuple(
                (group_label(trial, group), shares[number, cause][~np.isnan(shares[number, cause])])
                for number, group in enumerate(groups)
            ),
        )
        for cause, event in enumerate(events)
        if np.nanmax(shares[:, cause], initial=0.0) > 0
    )
    return IncidencePlot(horizon, days, curves)


def _data(plot: IncidencePlot) -> ReportTable:
    """The curves at every tenth of the points that are drawn."""
    heads = ((Heading("First event"), Heading("Group"), Heading("Day"), Heading("Cumulative incidence, %")),)
    rows = [
        ReportRow((event.label,), ((group,), (f"{plot.days[at]:.0f}",), (f"{100 * share[at]:.1f}",)))
        for event in plot.events
        for group, share in event.shares
        for at in range(0, share.size, 10)
    ]
    return ReportTable("Cumulative incidence", heads, tuple(rows), texts=frozenset({1}), is_folded=True)


def _table(trial: ReportedTrial, name: str) -> ReportTable:
    """The cumulative incidence on the tabulated days."""
    endpoint = trial.scenario.sections.endpoints[name]
    groups = trial.scenario.groups(name).names[:MOST_GROUPS]
    many = len(groups) > 1
    heads = [Heading(group_label(trial, group), arm=number if many else None) for number, group in enumerate(groups)]
    rows = []
    for event in endpoint.events:
        rows.append(ReportRow((readable(event),), (), "part"))
        for day, told in spans(endpoint.at_days).items():
            cells = tuple(
                _cell(trial, path_of("endpoints", name, "incidence", group, event, day_name(day))) for group in groups
            )
            rows.append(ReportRow((f"by {told}",), cells, "within"))
    label = in_line(endpoint.label)
    title = f"{label}: cumulative incidence of first events, %"
    return ReportTable(title, ((Heading("First event"), *heads),), tuple(rows))


def _cell(trial: ReportedTrial, path: str) -> Words:
    return (trial.reader.told(path, PERCENT),)
