"""Responses: what assessments found, by arm."""

from pathsim.names import in_line, readable, spoken
from pathsim.paths import path_of, row_of
from pathsim.report.html.content import Heading, ReportRow, ReportSection, ReportTable, Words
from pathsim.report.html.reading import COUNT, WHOLE_PERCENT
from pathsim.report.html.reported import ReportedTrial
from pathsim.report.html.sections.baseline import MOST_ARMS, arms_at_a_time
from pathsim.scenario.entries import StepEntry

DENOMINATOR = (
    "No. (%) of all who were randomized to the arm where therapies are compared, elsewhere of those who came there; "
    "patients who were not assessed have no response."
)


def responses(trial: ReportedTrial) -> ReportSection | None:
    """A table of every assessment after the randomization; in a study without arms, of all."""
    rows = trial.found["responses"]
    arms: list[str | None] = [*trial.scenario.arms] or [None]
    here = [row for row in rows if row["arm"] in arms]
    if not here:
        return None
    tables = [_table(trial, here, part) for part in arms_at_a_time([arm or "" for arm in arms], MOST_ARMS)]
    return ReportSection("responses", "Responses", tuple(tables))


def _table(trial: ReportedTrial, rows: list[dict[str, object]], arms: list[str]) -> ReportTable:
    scenario = trial.scenario
    heads = [
        Heading(in_line(arm) or "Patients", arm=scenario.arms.index(arm) if arm else None, below=_of(trial, arm))
        for arm in arms
    ]
    known = {(row["step"], row["name"], row["value"], row["arm"] or "") for row in rows}
    found: list[ReportRow] = []
    for step, name in dict.fromkeys((str(row["step"]), str(row["name"])) for row in rows):
        entry = scenario.entry(step)
        found.append(ReportRow((f"{in_line(entry.label)}: {_label(entry, name)}",), (), "part"))
        values = dict.fromkeys(str(row["value"]) for row in rows if (row["step"], row["name"]) == (step, name))
        for value in values:
            cells = tuple(
                _share(trial, arm, step, name, value) if (step, name, value, arm) in known else () for arm in arms
            )
            found.append(ReportRow((readable(value),), cells, "within"))
    notes: tuple[Words, ...] = ((DENOMINATOR,),)
    return ReportTable("Responses", ((Heading("Assessment"), *heads),), tuple(found), notes)


def _of(trial: ReportedTrial, arm: str) -> Words:
    return ("n = ", trial.reader.told(path_of("trial", "arms", arm), COUNT)) if arm else ()


def _label(entry: StepEntry, column: str) -> str:
    labels = (table.label for table in getattr(entry.spec, "assess", ()) if table.set == column)
    return in_line(next(filter(None, labels), None) or spoken(column))


def _share(trial: ReportedTrial, arm: str, step: str, name: str, value: str) -> Words:
    scenario, path = trial.scenario, row_of("responses", arm=arm, step=step, name=name, value=value)
    therapy = {entry.name for part in scenario.trial.therapy for entry in scenario.entries(part)}
    share = trial.reader.told(f"{path}.share", WHOLE_PERCENT)
    if therapy and step not in therapy:
        share = trial.reader.share(f"{path}.n", f"{row_of('flow', step=step, arm=arm)}.entered", WHOLE_PERCENT)
    return trial.reader.told(f"{path}.n", COUNT), " (", share, ")"
