"""The patients of each arm as they came: the first table of every trial report."""

from collections.abc import Iterator

from pathsim.names import in_line, readable
from pathsim.paths import path_of, row_of
from pathsim.report.html.content import Heading, ReportRow, ReportSection, ReportTable, Words
from pathsim.report.html.reading import COUNT, QUANTITY, WHOLE_PERCENT
from pathsim.report.html.reported import ReportedTrial
from pathsim.scenario.endpoint import ALL

MOST_ARMS = 6
"""So many arms fit beside each other on paper."""


def arms_at_a_time(arms: list[str], most: int) -> Iterator[list[str]]:
    """The arms in groups of no more than so many."""
    for begin in range(0, len(arms), most):
        yield arms[begin : begin + most]


def baseline(trial: ReportedTrial) -> ReportSection | None:
    """Categories with shares, quantities with quartiles; nothing of patients of whom nothing is known."""
    rows = trial.found["baseline"]
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    if not arms:
        return None
    tables = [_table(trial, here, arms) for here in arms_at_a_time(arms, MOST_ARMS)]
    return ReportSection("baseline", "Patients at baseline", tuple(tables))


def _table(trial: ReportedTrial, arms: list[str], every: list[str]) -> ReportTable:
    heads = [Heading("Characteristic"), *(_heading(trial, arm, every.index(arm)) for arm in arms)]
    rows: list[ReportRow] = []
    for name, covariate in trial.scenario.sections.cohort.items():
        if covariate.latent:
            continue
        label = in_line(covariate.label or readable(name))
        if covariate.levels is None:
            unit = f", {covariate.unit}" if covariate.unit else ""
            cells = tuple(_quartiles(trial, arm, name) for arm in arms)
            rows.append(ReportRow((f"Median {label[:1].lower()}{label[1:]} (IQR){unit}",), cells))
            continue
        rows.append(ReportRow((f"{label}, No. (%)",), (), "part"))
        for level in covariate.levels:
            cells = tuple(_share(trial, arm, name, level) for arm in arms)
            rows.append(ReportRow((readable(level),), cells, "within"))
    notes: tuple[Words, ...] = (("IQR: from the lower to the upper quartile. Percentages are of all in the arm.",),)
    return ReportTable("Characteristics of the patients at baseline", (tuple(heads),), tuple(rows), notes)


def _heading(trial: ReportedTrial, arm: str, number: int) -> Heading:
    if arm == ALL and not trial.scenario.arms:
        return Heading("Patients", below=("n = ", trial.reader.told("trial.enrolled", COUNT)))
    count = trial.reader.told(path_of("trial", "arms", arm), COUNT)
    return Heading(in_line(arm), below=("n = ", count), arm=number)


def _quartiles(trial: ReportedTrial, arm: str, name: str) -> Words:
    path = row_of("baseline", arm=arm, name=name)
    median = trial.reader.told(f"{path}.median", QUANTITY)
    return (median, " (", *trial.reader.between(f"{path}.lower", f"{path}.upper", QUANTITY), ")")


def _share(trial: ReportedTrial, arm: str, name: str, level: str) -> Words:
    path = row_of("baseline", arm=arm, name=name, value=level)
    return trial.reader.told(f"{path}.n", COUNT), " (", trial.reader.told(f"{path}.share", WHOLE_PERCENT), ")"
