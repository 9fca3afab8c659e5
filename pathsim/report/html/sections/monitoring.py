"""Monitoring: the way of z past the bounds, what each look showed, and what the committee decided."""

import math
from functools import partial
from typing import Any

import numpy as np

from pathsim.names import in_line
from pathsim.paths import row_of
from pathsim.report.html.content import (
    Heading,
    ListBlock,
    ReportFigure,
    ReportRow,
    ReportSection,
    ReportTable,
    TextBlock,
    Words,
)
from pathsim.report.html.figures.monitoring_chart import LookMark, MonitoringChart, draw_monitoring
from pathsim.report.html.reading import COUNT, DECIMAL, PERCENT, RATIO, joined
from pathsim.report.html.reported import ReportedTrial
from pathsim.report.html.sections.answer import date_of
from pathsim.report.rules import rules_in_words
from pathsim.scenario.schema import Monitoring
from pathsim.statistics.sequential import efficacy_bounds
from pathsim.statistics.spending import spending
from pathsim.trial.monitoring import z_path

DECISIONS = {
    "continue": "the trial goes on",
    "stop for benefit": "the trial is stopped for benefit",
    "stop for futility": "the trial is stopped for futility",
    "stop by order": "the trial is stopped on a date that was set beforehand, with no bound crossed",
    "end without benefit": "benefit is not shown",
}


def monitoring(trial: ReportedTrial) -> ReportSection | None:
    """The rules, the chart, the looks and the story; nothing where nobody monitors the trial."""
    plan = trial.scenario.trial.monitoring
    if plan is None:
        return None
    rules = ListBlock(tuple((f"{rule[:1].upper()}{rule[1:]}.",) for rule in rules_in_words(plan)))
    looks = trial.found["trial"]["looks"]
    if not looks:
        nothing = TextBlock(("No look was held: too few events became known.",))
        return ReportSection("monitoring", "Monitoring", (rules, nothing))
    story = ListBlock(tuple(_told(trial, plan, number, look) for number, look in enumerate(looks, 1)))
    return ReportSection("monitoring", "Monitoring", (rules, _chart(trial, plan), _table(trial, plan), story))


def _path(look: dict[str, Any]) -> str:
    return row_of("trial.looks", day=str(look["day"]))


def _told(trial: ReportedTrial, plan: Monitoring, number: int, look: dict[str, Any]) -> Words:
    """What the committee saw and decided at a look, in a sentence."""
    reader, path = trial.reader, _path(look)
    date = date_of(trial.scenario, reader.told(f"{path}.day", COUNT))
    events = reader.told(f"{path}.events", COUNT)
    told: Words = (f"Look {number}, ", date, ": ", events, f" of {plan.planned_events:,} events known")
    if look["z"] is not None:
        told = joined(told, "; z ", reader.told(f"{path}.z", DECIMAL))
    if look["hazard_ratio"] is not None:
        told = joined(told, ", hazard ratio ", reader.told(f"{path}.hazard_ratio", RATIO))
    if look["efficacy_bound"] is not None:
        told = joined(told, ", benefit from ", reader.told(f"{path}.efficacy_bound", DECIMAL))
    reason = ""
    if look["decision"] == "stop by order" and plan.order is not None and plan.order.reason:
        reason = f" ({in_line(plan.order.reason)})"
    return joined(told, f": {DECISIONS[look['decision']]}{reason}.")


def _table(trial: ReportedTrial, plan: Monitoring) -> ReportTable:
    looks, reader = trial.found["trial"]["looks"], trial.reader
    heads = tuple(map(Heading, ("Look", "Date", "Events", "Information, %", "z", "Benefit from", "Futile below", "HR")))
    rows = []
    for number, look in enumerate(looks, 1):
        path = _path(look)
        date = (date_of(trial.scenario, reader.told(f"{path}.day", COUNT)),)
        written = {"events": COUNT, "information": PERCENT, "z": DECIMAL, "efficacy_bound": DECIMAL}
        written |= {"futility_bound": DECIMAL, "hazard_ratio": RATIO}
        cells = ((reader.told(f"{path}.{key}", how),) for key, how in written.items())
        rows.append(ReportRow((f"{number}",), (date, *cells)))
    notes: list[Words] = [(f"z grows with benefit. Information: share of {plan.planned_events:,} planned events.",)]
    if beyond := trial.found["trial"]["ever_beyond_bound"]:
        del beyond
        notes.append(
            ("At some look z was beyond the bound for benefit, or would have been, had nobody stopped the trial.",)
        )
    return ReportTable("Looks of the committee", (heads,), tuple(rows), tuple(notes), texts=frozenset({1}))


def _chart(trial: ReportedTrial, plan: Monitoring) -> ReportFigure:
    looks = trial.found["trial"]["looks"]
    path = z_path(trial.chunk, min(trial.found["trial"]["cutoff_day"], looks[-1]["day"]))
    known = [] if path is None else list(zip(path.events.tolist(), path.z.tolist(), strict=True))
    way = tuple((min(events / plan.planned_events, 1.0), z) for events, z in known if math.isfinite(z))
    bounds = efficacy_bounds(plan.information, plan.alpha, spending(plan.spend)).efficacy
    planned = tuple((share, z) for share, z in zip(plan.information, bounds, strict=True) if np.isfinite(z))
    seen = tuple(
        LookMark(look["information"], look["z"], look["efficacy_bound"], look["futility_bound"]) for look in looks
    )
    heads = tuple(map(Heading, ("Events known", "Information, %", "z")))
    rows = tuple(
        ReportRow((f"{events}",), ((f"{100 * min(events / plan.planned_events, 1.0):.1f}",), (f"{z:.2f}",)))
        for events, z in known
        if math.isfinite(z)
    )
    last = looks[-1]
    told = "" if last["z"] is None else f" At the last look z was {last['z']:.2f}"
    told += "" if not told or last["efficacy_bound"] is None else f", the bound {last['efficacy_bound']:.2f}"
    return ReportFigure(
        "monitoring",
        "What the committee saw, and its bounds",
        f"Line of z against information, with bounds.{told}{'.' if told else ''}",
        ReportTable("z as events became known", (heads,), rows, is_folded=True),
        partial(draw_monitoring, MonitoringChart(way, planned, seen)),
    )
