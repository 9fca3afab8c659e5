"""Queues: who waited for what and how long, and how much of each resource was in use."""

from functools import partial

from pathsim.names import in_line
from pathsim.paths import row_of
from pathsim.report.figures import unit_for
from pathsim.report.html.content import Heading, ReportFigure, ReportRow, ReportSection, ReportTable, Words
from pathsim.report.html.figures.resource_use import ResourceHistory, ResourceLine, draw_use
from pathsim.report.html.reading import COUNT, DECIMAL, PERCENT, in_unit_for
from pathsim.report.html.reported import ReportedTrial

LENGTHS = {"mean_days": "Mean", "median_days": "Median", "percentile_90_days": "9 in 10 by", "longest_days": "Longest"}


def queues(trial: ReportedTrial) -> ReportSection | None:
    """The tables and the use over time; nothing where nobody had to wait."""
    if not any(row["waited"] for row in trial.found["waits"]):
        return None
    blocks: list[ReportTable | ReportFigure] = [_waits(trial), _use(trial)]
    if len({row["from_day"] for row in trial.found["resource_use"]}) > 1:
        blocks.append(_over_time(trial))
    return ReportSection("queues", "Queues and scarce resources", tuple(blocks))


def _waits(trial: ReportedTrial) -> ReportTable:
    names = ("Asked", "Had to wait", "Still wait", "Left the queue")
    heads = (Heading("Resource and step"), *map(Heading, (*names, *LENGTHS.values())))
    rows = []
    for row in trial.found["waits"]:
        path = row_of("waits", step=row["step"])
        counts = ((trial.reader.told(f"{path}.{key}", COUNT),) for key in ("asked", "waited", "waiting", "left_queue"))
        label = f"{trial.scenario.resources[row['resource']].label}: {trial.scenario.entry(row['step']).label}"
        rows.append(ReportRow((in_line(label),), (*counts, *(_time(trial, f"{path}.{key}") for key in LENGTHS))))
    notes: tuple[Words, ...] = (("Times are of those whose wait had ended, with a place or without.",),)
    return ReportTable("Waiting for places", (heads,), tuple(rows), notes)


def _time(trial: ReportedTrial, path: str) -> Words:
    told = trial.reader.told(path, in_unit_for(trial.reader.value(path) if trial.reader.has(path) else 0.0))
    return (told, f" {unit_for(told.value).name}") if told.value > 0 else (told,)


def _use(trial: ReportedTrial) -> ReportTable:
    heads = tuple(map(Heading, ("Resource", "Places", "In use, %", "Waiting, mean", "At most")))
    written = {"capacity": COUNT, "in_use": PERCENT, "mean_waiting": DECIMAL, "most_waiting": COUNT}
    rows = []
    for row in trial.found["resources"]:
        path = row_of("resources", resource=row["resource"])
        cells = tuple((trial.reader.told(f"{path}.{key}", how),) for key, how in written.items())
        rows.append(ReportRow((in_line(trial.scenario.resources[row["resource"]].label),), cells))
    notes: tuple[Words, ...] = (("From the first request to the last.",),)
    return ReportTable("Use of resources", (heads,), tuple(rows), notes)


def _over_time(trial: ReportedTrial) -> ReportFigure:
    used = trial.found["resource_use"]
    last = max((row["from_day"] for row in used if row["in_use"]), default=-1.0)
    shown = [row for row in used if row["from_day"] <= last and row["days"]]
    labels = {name: in_line(resource.label) for name, resource in trial.scenario.resources.items()}
    lines = tuple(
        ResourceLine(
            label,
            tuple(row["from_day"] for row in shown if row["resource"] == name),
            tuple(row["in_use"] for row in shown if row["resource"] == name),
            tuple(row["mean_waiting"] for row in shown if row["resource"] == name),
        )
        for name, label in labels.items()
    )
    use = ResourceHistory(
        tuple(line for line in lines if line.days), max(row["from_day"] + row["days"] for row in shown)
    )
    heads = tuple(map(Heading, ("Resource", "From day", "In use, %", "Waiting, mean")))
    rows = []
    for row in shown:
        path = row_of("resource_use", resource=row["resource"], from_day=str(row["from_day"]))
        written = {"from_day": COUNT, "in_use": PERCENT, "mean_waiting": DECIMAL}
        cells = tuple((trial.reader.told(f"{path}.{key}", how),) for key, how in written.items())
        rows.append(ReportRow((labels[row["resource"]],), cells))
    told = "; ".join(f"{line.label} {min(line.in_use):.0%} to {max(line.in_use):.0%}" for line in use.lines)
    return ReportFigure(
        "queues",
        "Places in use, and patients waiting, over time",
        f"Share of places in use over time: {told}.",
        ReportTable("Use over time", (heads,), tuple(rows), is_folded=True),
        partial(draw_use, use),
    )
