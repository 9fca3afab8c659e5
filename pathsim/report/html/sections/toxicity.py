"""Toxicity as trial reports print it: patients with grade 3 or worse, by arm and cycle; and as paired bars."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pathsim.names import in_line
from pathsim.paths import row_of
from pathsim.report.html.content import Heading, ReportFigure, ReportRow, ReportSection, ReportTable, Words
from pathsim.report.html.figures.toxicity_bars import ToxicityBar, ToxicityBars, draw_toxicity
from pathsim.report.html.reading import COUNT, PERCENT, WHOLE_PERCENT
from pathsim.report.html.reported import ReportedTrial
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import ANY, THERAPY

COUNTED = (
    "Patients with at least one event of grade 3 or worse, No. (%), each by the worst grade in these steps. "
    "Percentages are of those who began them."
)
MOST_COLUMNS = 6
"""So many columns of figures fit on paper."""
MOST_BARS = 20
Row = dict[str, Any]


def toxicity(trial: ReportedTrial) -> ReportSection | None:
    """The tables and the bars; nothing where nobody had a toxicity of grade 3."""
    rows = trial.found["toxicity"]
    if not any(row["grade3plus"] for row in rows):
        return None
    scenario = trial.scenario
    therapy = [entry.name for name in scenario.trial.therapy for entry in scenario.entries(name)]
    by_cycle = [row for row in rows if row["step"] not in scenario.repeats]
    compared = [row for row in by_cycle if row["step"] in (*therapy, THERAPY) and row["arm"]]
    others = [row for row in by_cycle if row["step"] not in (*therapy, THERAPY)]
    blocks: list[ReportTable | ReportFigure] = []
    if any(row["grade3plus"] for row in compared):
        blocks += _by_cycle(trial, compared)
        blocks += _bars(trial, [row for row in compared if row["step"] == THERAPY])
    if any(row["grade3plus"] for row in others):
        blocks.append(_elsewhere(trial, others))
    return ReportSection("toxicity", "Toxicity", tuple(blocks))


def _by_cycle(trial: ReportedTrial, rows: list[Row]) -> Iterator[ReportTable]:
    """A table of all arms, or several where they do not fit beside each other."""
    columns = list(dict.fromkeys((row["arm"], row["step"]) for row in rows))
    arms = list(dict.fromkeys(arm for arm, _ in columns))
    names = by_frequency(rows)
    part: list[str] = []
    for arm in arms:
        if part and sum(of in (*part, arm) for of, _ in columns) > MOST_COLUMNS:
            yield _matrix(trial, rows, [column for column in columns if column[0] in part], names)
            part = []
        part.append(arm)
    yield _matrix(trial, rows, [column for column in columns if column[0] in part], names)


def _matrix(
    trial: ReportedTrial, rows: list[Row], columns: Sequence[tuple[str, str]], names: Sequence[str]
) -> ReportTable:
    scenario = trial.scenario
    cells = {(row["type"], row["arm"], row["step"]): row for row in rows}
    counts = Counter(arm for arm, _ in columns)
    arms = [Heading(in_line(arm), counts[arm], arm=scenario.arms.index(arm)) for arm in counts]
    steps = [Heading(_cycle(scenario, arm, step), below=_patients(trial, rows, arm, step)) for arm, step in columns]
    found = []
    for name in names:
        shares = tuple(_share(trial, cells.get((name, *column))) for column in columns)
        found.append(ReportRow((toxicity_label(scenario, name),), shares, "total" if name == ANY else ""))
    notes: list[Words] = [(COUNTED,)]
    if any(row["grade5"] for row in rows if (row["arm"], row["step"]) in columns):
        notes.append(("\N{DAGGER} Of these, how many died of it (grade 5).",))
    title = "Toxicity of grade 3 or worse, by arm and cycle"
    heads = (Heading("", 1), *arms), (Heading("Event"), *steps)
    return ReportTable(title, heads, tuple(found), tuple(notes))


def by_frequency(rows: list[Row]) -> list[str]:
    """The types that occurred, the commonest first, and before them all those with any."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["type"]] += row["grade3plus"]
    return sorted((name for name in counts if counts[name]), key=lambda name: (name != ANY, -counts[name]))


def toxicity_label(scenario: Scenario, name: str) -> str:
    """A type of toxicity for readers."""
    if name == ANY and name not in scenario.sections.toxicities:
        return "Any of these"
    return in_line(scenario.toxicity_label(name))


def _cycle(scenario: Scenario, arm: str, step: str) -> str:
    """A cycle under the name of its arm, which it need not repeat."""
    if step == THERAPY:
        return "Total"
    label = in_line(scenario.entry(step).label)
    first, _, rest = label.partition(", ")
    return rest[:1].upper() + rest[1:] if rest and first.lower() == arm.lower() else label


def _path(row: Row) -> str:
    return row_of("toxicity", arm=row["arm"] or "", step=row["step"], type=row["type"])


def _patients(trial: ReportedTrial, rows: list[Row], arm: str, step: str) -> Words:
    row = next(row for row in rows if (row["arm"], row["step"]) == (arm, step))
    return "n = ", trial.reader.told(f"{_path(row)}.patients", COUNT)


def _share(trial: ReportedTrial, row: Row | None) -> Words:
    if row is None:
        return ()
    path, reader = _path(row), trial.reader
    told: Words = (reader.told(f"{path}.grade3plus", COUNT), " (", reader.told(f"{path}.rate", WHOLE_PERCENT), ")")
    return (*told, " \N{DAGGER}", reader.told(f"{path}.grade5", COUNT)) if row["grade5"] else told


def _bars(trial: ReportedTrial, rows: list[Row]) -> Iterator[ReportFigure]:
    """The shares over the whole therapy, arm beside arm."""
    arms = [arm for arm in trial.scenario.arms if any(row["arm"] == arm for row in rows)]
    if len(arms) < 2 or len(arms) > 4:
        return
    names = by_frequency(rows)[:MOST_BARS]
    cells = {(row["type"], row["arm"]): row for row in rows}
    bars = tuple(
        ToxicityBar(toxicity_label(trial.scenario, name), tuple(_rate(cells.get((name, arm))) for arm in arms))
        for name in names
    )
    heads = ((Heading("Event"), *(Heading(in_line(arm), arm=trial.scenario.arms.index(arm)) for arm in arms)),)
    data = tuple(
        ReportRow(
            (toxicity_label(trial.scenario, name),), tuple(_percent(trial, cells.get((name, arm))) for arm in arms)
        )
        for name in names
    )
    most = bars[1] if len(bars) > 1 else bars[0]
    told = ", ".join(f"{share:.0%} with {arm}" for arm, share in zip(arms, most.shares, strict=True))
    yield ReportFigure(
        "toxicity",
        "Patients with toxicity of grade 3 or worse over the compared therapies",
        f"Bars of the share of patients with each toxicity by arm; {most.label}: {told}.",
        ReportTable("Patients with grade 3 or worse, %", heads, data, is_folded=True),
        partial(draw_toxicity, ToxicityBars(tuple(map(in_line, arms)), bars)),
    )


def _rate(row: Row | None) -> float:
    return 0.0 if row is None or row["rate"] is None else float(row["rate"])


def _percent(trial: ReportedTrial, row: Row | None) -> Words:
    return () if row is None else (trial.reader.told(f"{_path(row)}.rate", PERCENT),)


def _elsewhere(trial: ReportedTrial, rows: list[Row]) -> ReportTable:
    """Toxicity outside the compared therapies, over all arms: before the randomization, or afterwards."""
    scenario, reader = trial.scenario, trial.reader
    found = []
    for step in dict.fromkeys(row["step"] for row in rows):
        here = [row for row in rows if row["step"] == step and row["type"] != ANY and row["grade3plus"]]
        if here:
            found.append(ReportRow((in_line(scenario.entry(step).label),), (), "part"))
        for name in by_frequency(here):
            of_type = [row for row in rows if row["step"] == step and row["type"] == name]
            paths = [_path(row) for row in of_type]
            third, patients = (reader.total([f"{path}.{key}" for path in paths]) for key in ("grade3plus", "patients"))
            worse = [(reader.total([f"{path}.{key}" for path in paths]),) for key in ("grade4", "grade5")]
            share = f" ({100 * third.value / patients.value:.0f})" if patients.value else ""
            cells = (patients,), (third, share), *worse
            found.append(ReportRow((toxicity_label(scenario, name),), cells, "within"))
    heads = tuple(map(Heading, ("Step and event", "Patients", "Grade 3 or worse, No. (%)", "of them 4", "of them 5")))
    where = "outside the compared therapies" if scenario.trial.therapy else "by step"
    return ReportTable(f"Toxicity of grade 3 or worse {where}", (heads,), tuple(found))
