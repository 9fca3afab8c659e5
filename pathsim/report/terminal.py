"""The report of one trial in the terminal, in the order in which a paper tells it."""

import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pathsim.calendar import DAYS_PER_YEAR
from pathsim.couplings import Coupling
from pathsim.names import readable, spoken
from pathsim.paths import parts_of
from pathsim.report.counterfactual import TITLE, counterfactual_part
from pathsim.report.endpoint import arm_headings, endpoint_part
from pathsim.report.figures import ROOMY, arm_style, decimal, figure_table, p_value, percent, ratio
from pathsim.report.rules import rules_in_words
from pathsim.report.waits import waits_of_one
from pathsim.results.json import ResultsJson
from pathsim.results.lookup import is_share, targeted
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.evidence import KINDS, tally
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import ANY, THERAPY, Cutoff, Target
from pathsim.scenario.toml_text import as_toml
from pathsim.statistics.normal import probability_below
from pathsim.text import enumeration
from pathsim.trial.data_cut import Chunk

WIDE = 112
"""Terminals at least this wide show counts beside percentages."""


def print_report(console: Console, chunk: Chunk, found: ResultsJson, coupling: Coupling = "shared") -> None:
    """Print the whole report of a chunk of one replicate; of the counterfactual it says most about one coupling."""
    scenario = chunk.scenario
    console.print(_heading(scenario, found))
    for title, part in _parts(console, chunk, found, coupling):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(part)
    console.print()
    console.print(_evidence(scenario))


def _parts(
    console: Console, chunk: Chunk, found: ResultsJson, coupling: Coupling
) -> Iterator[tuple[str, RenderableType]]:
    scenario = chunk.scenario
    yield "Flow of patients", _flow(scenario, found)
    for name, endpoint in scenario.sections.endpoints.items():
        yield endpoint.label, endpoint_part(console, chunk, found["trial"]["cutoff_day"], name)
    if any(row["grade3plus"] for row in found["toxicity"]):
        yield "Toxicity: patients with grade 3 or higher", _toxicity(console, scenario, found)
    if any(row["arm"] for row in found["responses"]):
        yield "Responses", _responses(scenario, found)
    if any(row["waited"] for row in found["waits"]):
        yield "Waiting for places", waits_of_one(scenario, found, ascii_only=console.options.ascii_only)
    if scenario.trial.monitoring is not None:
        yield "Monitoring", _monitoring(scenario, found)
    if len(found["cutoffs"]) > 1:
        yield "Data cut-offs", _cutoffs(console, scenario, found)
    if (both := found.get("counterfactual")) is not None:
        yield TITLE, counterfactual_part(scenario, both, coupling)
    if _shown_targets(scenario, found):
        yield "Published, and this trial", _published(scenario, found)


def _heading(scenario: Scenario, found: ResultsJson) -> Group:
    trial = found["trial"]
    first, last = trial["first_day"], trial["last_day"]
    words = [f"{trial['enrolled']} enrolled"]
    if first is not None:
        words[0] += f" from {scenario.written_date(first)} to {scenario.written_date(last)}"
    if scenario.arms:
        arms = enumeration([f"{count} to {name}" for name, count in trial["arms"].items()])
        words.append(f"{trial['randomized']} randomized, {arms}")
    words.append(_data_cut(scenario, found))
    if trial["median_follow_up_days"] is not None:
        words.append(f"median follow-up {trial['median_follow_up_days'] / DAYS_PER_YEAR:.1f} years")
    lines = [
        Text(scenario.title, style="bold"),
        Text(
            f"seed {found['seed']}, replicate {found['replicate']}. A simulation: no patient in it is real.",
            style="dim",
        ),
    ]
    if scenario.overrides:
        changed = ", ".join(f"{path} = {as_toml(value)}" for path, value in scenario.overrides.items())
        lines.append(Text(f"changed: {changed}", style="yellow"))
    return Group(*lines, Text("; ".join(words) + "."))


def _data_cut(scenario: Scenario, found: ResultsJson) -> str:
    """When the data were cut and, if that was to be at a number of events that did not come, how many there were."""
    final, day = scenario.final_cutoff, found["trial"]["cutoff_day"]
    told = f"data cut {scenario.written_date(day)}"
    name = next(name for name, cutoff in scenario.trial.cutoffs.items() if cutoff is final)
    cut = found["cutoffs"].get(name)
    if final.endpoint is None or cut is None or cut["day"] != day or not _falls_short(final, cut):
        return told
    events = _events_known(final, final.endpoint, cut)
    return f"{told}, {events} {scenario.endpoint_label(final.endpoint)} events by then"


def _flow(scenario: Scenario, found: ResultsJson) -> Table:
    columns: list[str | None] = [None, *scenario.arms]
    table = figure_table(("entered", ""), ("before arms" if scenario.arms else "patients", ""), *arm_headings(scenario))
    entered = {(row["step"], row["arm"]): row["entered"] for row in found["flow"]}
    for entry in scenario.steps:
        if not any((entry.name, arm) in entered for arm in columns):
            continue
        counts = [str(entered.get((entry.name, arm), "")) for arm in columns]
        table.add_row(entry.label, *counts, style="" if entry.spec.is_stay else "dim")
    return table


def _toxicity(console: Console, scenario: Scenario, found: ResultsJson) -> RenderableType:
    therapy = [entry.name for name in scenario.trial.therapy for entry in scenario.entries(name)]
    by_cycle = [row for row in found["toxicity"] if row["step"] not in scenario.repeats]
    compared = [row for row in by_cycle if row["step"] in (*therapy, THERAPY) and row["arm"]]
    others = [row for row in by_cycle if row["step"] not in (*therapy, THERAPY)]
    died = "x" if console.options.ascii_only else "†"
    matrix = _toxicity_matrix(scenario, compared, console.width, died)
    tables = [matrix, _toxicity_elsewhere(scenario, others)]
    parts: list[RenderableType] = [part for table in tables if table.row_count for part in ("", table)]
    if any(row["grade5"] for row in compared):
        parts.insert(2, Text(f" {died}: died of it", style="dim"))
    return Group(*parts[1:])


def _toxicity_matrix(scenario: Scenario, rows: list[dict[str, Any]], width: int, died: str) -> Table:
    columns = list(dict.fromkeys((row["arm"], row["step"]) for row in rows))
    patients = {(row["arm"], row["step"]): row["patients"] for row in rows}
    headings = []
    for arm, step in columns:
        label = "total" if step == THERAPY else _without(arm, scenario.entry(step).label)
        short = arm if width >= WIDE or len(arm) <= 8 else f"{arm[:6]}."
        headings.append((f"{short}\n{label}\nn={patients[arm, step]}", arm_style(scenario.arms.index(arm))))
    table = figure_table(("", ""), *headings)
    cells = {(row["type"], row["arm"], row["step"]): row for row in rows}
    for name in _by_frequency(rows):
        found = [_share(cells.get((name, *column)), died, counts=width >= WIDE) for column in columns]
        table.add_row(_toxicity_label(scenario, name), *found)
    return table


def _without(arm: str, label: str) -> str:
    """The label of a step under the name of its arm, which it need not repeat."""
    first, _, rest = label.partition(", ")
    return rest if rest and first.lower() == arm.lower() else label


def _by_frequency(rows: list[dict[str, Any]]) -> Iterable[str]:
    """The types that occurred, the commonest first, and before them all those with any."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["type"]] += row["grade3plus"]
    return sorted((name for name in counts if counts[name]), key=lambda name: (name != ANY, -counts[name]))


def _toxicity_elsewhere(scenario: Scenario, rows: list[dict[str, Any]]) -> Table:
    compared = bool(scenario.trial.therapy)
    table = figure_table(
        ("elsewhere on the pathway" if compared else "", ""), ("grade 3+", ""), ("of them 4", ""), ("5", "")
    )
    steps = dict.fromkeys(row["step"] for row in rows)
    for step in steps:
        here = [row for row in rows if row["step"] == step and row["type"] != ANY]
        # The same patients may be counted by arm or before arms: a step is one or the other, or its arms are summed.
        for name in dict.fromkeys(row["type"] for row in here):
            mine = [row for row in here if row["type"] == name]
            patients, third = (sum(row[key] for row in mine) for key in ("patients", "grade3plus"))
            if third:
                label = f"{scenario.entry(step).label}: {_toxicity_label(scenario, name)}"
                fourth, fifth = (sum(row[key] for row in mine) for key in ("grade4", "grade5"))
                table.add_row(label, f"{third} of {patients} ({third / patients:.0%})", str(fourth), str(fifth))
    return table


def _toxicity_label(scenario: Scenario, name: str) -> str:
    if name == ANY and name not in scenario.sections.toxicities:
        return "Any of these"
    return scenario.toxicity_label(name)


def _share(row: dict[str, Any] | None, died: str, *, counts: bool) -> str:
    if row is None:
        return ""
    deaths = f" {died}{row['grade5']}" if row["grade5"] else ""
    return (f"{row['grade3plus']} ({row['rate']:.0%})" if counts else f"{row['rate']:.0%}") + deaths


def _responses(scenario: Scenario, found: ResultsJson) -> Table:
    table = figure_table(("", ""), *arm_headings(scenario))
    rows = {(row["step"], row["name"], row["value"], row["arm"]): row for row in found["responses"] if row["arm"]}
    therapy = {entry.name for name in scenario.trial.therapy for entry in scenario.entries(name)}
    came = {(row["step"], row["arm"]): row["entered"] for row in found["flow"]}
    for step, name, value in dict.fromkeys(key[:3] for key in rows):
        cells = []
        for arm in scenario.arms:
            row = rows.get((step, name, value, arm))
            if row is None:
                cells.append("")
                continue
            # Of all who were randomized where therapies are compared; elsewhere of those who came there.
            of = came.get((step, arm), 0) if therapy and step not in therapy else row["of"]
            cells.append(f"{row['n']} of {of} ({row['n'] / of:.0%})" if of else "")
        label = _assessment_label(scenario.entry(step), name)
        table.add_row(f"{scenario.entry(step).label}: {label} {spoken(value)}", *cells)
    return table


def _assessment_label(entry: StepEntry, column: str) -> str:
    labels = (table.label for table in getattr(entry.spec, "assess", ()) if table.set == column)
    return next(labels, None) or spoken(column)


def _monitoring(scenario: Scenario, found: ResultsJson) -> RenderableType:
    plan = scenario.trial.monitoring
    looks = found["trial"]["looks"]
    if plan is None or not looks:
        return Text("no look was held: too few events became known", style="dim")
    table = figure_table(("", ""), *((f"look {number}", "") for number in range(1, len(looks) + 1)))
    table.add_row("date", *(scenario.written_date(look["day"]) for look in looks))
    table.add_row("events known", *(f"{look['events']} of {plan.planned_events}" for look in looks))
    table.add_row("information", *(f"{look['information']:.0%}" for look in looks))
    for label, key, in_p in (
        ("z, positive for benefit", "z", "one-sided P"),
        ("benefit from", "efficacy_bound", "that is, P up to"),
        ("futility below", "futility_bound", ""),
    ):
        values = [look[key] for look in looks]
        table.add_row(label, *("-" if value is None else f"{value:.2f}" for value in values))
        if in_p:
            levels = (None if value is None else float(probability_below(-value)) for value in values)
            table.add_row(in_p, *map(p_value, levels))
    table.add_row("decision", *(look["decision"] for look in looks))
    return Group(table, *(Text(f" {rule}", "dim") for rule in rules_in_words(plan)))


def _cutoffs(console: Console, scenario: Scenario, found: ResultsJson) -> Table:
    cuts, width = list(found["cutoffs"].values()), 20 if console.width >= ROOMY else 12
    table = figure_table(("", ""), *(("\n".join(textwrap.wrap(cut["label"], width)), "") for cut in cuts))
    table.add_row("date", *(scenario.written_date(cut["day"]) for cut in cuts))
    if scenario.arms:
        table.add_row("randomized", *(str(cut["randomized"]) for cut in cuts))
    for name in scenario.sections.endpoints:
        label = scenario.endpoint_label(name)
        known = (_events_known(scenario.trial.cutoffs[key], name, cut) for key, cut in found["cutoffs"].items())
        table.add_row(f"{label} events known", *known)
        table.add_row(f"{label} events happened", *(str(cut["events_happened"][name]) for cut in cuts))
    pairs = [(name, arm) for name in scenario.sections.endpoints for arm in scenario.groups(name).compared]
    for name, arm in pairs:
        compared = [cut["endpoints"][name]["comparisons"][arm] for cut in cuts]
        label = scenario.compared_label(name, arm)
        table.add_row(f"{label} hazard ratio", *(ratio(found["cox"]["hazard_ratio"]) for found in compared))
        table.add_row(f"{label} one-sided P", *(p_value(found["logrank"]["p_one_sided"]) for found in compared))
    return table


def _events_known(cutoff: Cutoff, endpoint: str, found: dict[str, Any]) -> str:
    """The events of an endpoint that were known at a cut-off; if it waited in vain for more, of how many."""
    known = found["events"][endpoint]
    waited = cutoff.endpoint == endpoint and _falls_short(cutoff, found)
    return f"{known} of {cutoff.events}" if waited else str(known)


def _falls_short(cutoff: Cutoff, found: dict[str, Any]) -> bool:
    """Whether a cut-off by events was held on its latest day, before so many were known."""
    return cutoff.events is not None and found["events"][cutoff.endpoint] < cutoff.events


def _published(scenario: Scenario, found: ResultsJson) -> Table:
    table = figure_table(("", ""), ("published", ""), ("this trial", ""), ("difference", "dim"))
    for name, (target, published) in _shown_targets(scenario, found).items():
        mine = targeted(found, target)
        shown = percent if is_share(target) else decimal
        interval = "" if target.ci is None else f" ({shown(target.ci[0])}-{shown(target.ci[1])})"
        rate = scenario.published.get(name)
        counted = f"{rate.n} of {rate.of}, " if rate is not None and rate.n is not None else ""
        difference = _difference(mine - published, is_share=is_share(target))
        table.add_row(
            target.label or readable(name),
            f"{counted}{shown(published)}{interval}",
            shown(mine),
            difference,
        )
    return table


def _difference(value: float, *, is_share: bool) -> str:
    """A difference with its sign; of percentages it is in points, for it is no percentage of anything."""
    if is_share and math.isfinite(value):
        return f"{_signed(f'{100 * value:.1f}')} points"
    return _signed(decimal(value))


def _signed(difference: str) -> str:
    """A difference with its sign; nothing has none."""
    is_something = any(digit in "123456789" for digit in difference)
    if not is_something:
        return difference.removeprefix("-")
    return difference if difference.startswith("-") else f"+{difference}"


def _shown_targets(scenario: Scenario, found: ResultsJson) -> dict[str, tuple[Target, float]]:
    """The published results that can be seen by now, but for toxicity: a validation compares them all."""
    return {
        name: (target, target.published)
        for name, target in scenario.sections.targets.items()
        if target.published is not None
        and (names := [part.name for part in parts_of(target.figure)])[0] != "toxicity"
        and (names[0] != "cutoffs" or names[1:2] == [] or names[1] in found["cutoffs"])
    }


def _evidence(scenario: Scenario) -> Text:
    counts = Counter(rate.evidence.kind for rate in scenario.stated.values())
    shares = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
    shown = f"pathsim sources {scenario.layers.sources[-1].asked}"
    return Text(f"{tally(scenario.stated.values())}: {shares}. {shown} shows each.", style="dim")
