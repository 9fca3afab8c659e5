"""Each endpoint: its curves, survival on the tabulated days, and how the groups compare by each method."""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from pathsim.meaning import Unit
from pathsim.names import in_line, readable, spoken, with_capital
from pathsim.paths import compared_path, day_name, path_of
from pathsim.report.curves import drawn_until, time_axis
from pathsim.report.figures import span, spans
from pathsim.report.groups import analysis_in_words, left_out_in_words
from pathsim.report.html.content import (
    Block,
    Heading,
    ReportFigure,
    ReportRow,
    ReportSection,
    ReportTable,
    TextBlock,
    Words,
)
from pathsim.report.html.figures.survival_curves import ArmCurve, SurvivalFigure, draw_survival
from pathsim.report.html.reading import (
    COUNT,
    DAYS,
    DECIMAL,
    MISSING,
    P_VALUE,
    PERCENT,
    RATIO,
    Written,
    in_unit_for,
    joined,
)
from pathsim.report.html.reported import ReportedTrial
from pathsim.results.declared import declared_in
from pathsim.results.endpoint import EndpointResults
from pathsim.scenario.endpoint import ALL
from pathsim.statistics.comparison import Comparison
from pathsim.statistics.kaplan_meier import curve

MOST_STEPS = 300
"""So many steps of a curve are told in the table of its data; of more, as many at even intervals."""
MOST_GROUPS = 6
"""So many groups fit beside each other, and can be told apart in a figure."""


def survival_sections(trial: ReportedTrial) -> Iterator[ReportSection]:
    """A section for each endpoint."""
    for name, endpoint in trial.scenario.sections.endpoints.items():
        found = trial.endpoints[name]
        title = in_line(endpoint.label)
        if not found.survival_data.time.size:
            yield ReportSection(f"endpoint-{_place(trial, name)}", title, (TextBlock(("Nobody reached its start.",)),))
            continue
        blocks: list[Block] = [TextBlock((text,), "dim") for text in analysis_in_words(endpoint)]
        blocks += [_figure(trial, name, found), _table(trial, name), *_comparisons(trial, name, found)]
        yield ReportSection(f"endpoint-{_place(trial, name)}", title, tuple(blocks))


def left_out_groups(count: int) -> list[Words]:
    """A note if there are more groups than fit."""
    return [(f"The first {MOST_GROUPS} of {count:,} groups.",)] if count > MOST_GROUPS else []


def group_label(trial: ReportedTrial, group: str) -> str:
    """A group for readers: in a study without arms all patients are one."""
    return "All patients" if group == ALL and not trial.scenario.arms else in_line(group)


def _place(trial: ReportedTrial, name: str) -> int:
    """The number of an endpoint, for names that must be plain."""
    return 1 + list(trial.scenario.sections.endpoints).index(name)


def plot_of(trial: ReportedTrial, name: str, found: EndpointResults) -> SurvivalFigure:
    """The curves of an endpoint by what is known."""
    data, endpoint = found.survival_data, trial.scenario.sections.endpoints[name]
    horizon = drawn_until(data.time)
    _, unit_days, ticks = time_axis(horizon)
    days = np.array([tick * unit_days for tick in ticks])
    curves = []
    for number, group in enumerate(data.arms[:MOST_GROUPS]):
        mine = data.arm == number
        steps, time = curve(data.table, 0, number), np.sort(data.time[mine])
        late = time[:0] if data.entry is None else np.sort(data.entry[mine & (data.entry > -np.inf)])
        at_risk = (time.size - np.searchsorted(time, days)) - (late.size - np.searchsorted(late, days))
        curves.append(
            ArmCurve(
                group_label(trial, group),
                steps.time,
                steps.survival,
                steps.lower,
                steps.upper,
                np.sort(data.time[mine & (data.cause == 0)]),
                float(time[-1]) if time.size else 0.0,
                tuple(at_risk.tolist()),
                tuple(trial.scenario.published_points(name, group)),
            )
        )
    return SurvivalFigure(in_line(endpoint.label), horizon, tuple(curves), _since(trial, name))


def _since(trial: ReportedTrial, name: str) -> str:
    """When time begins to count, in words."""
    endpoint = trial.scenario.sections.endpoints[name]
    start = trial.scenario.entry(endpoint.start)
    told = "enrollment" if start.number == 0 else f"the start of “{in_line(start.label)}”"
    told = "randomization" if start.spec.kind == "randomize" else told
    return told if endpoint.from_day is None else f"day {endpoint.from_day:g} after {told}"


def _figure(trial: ReportedTrial, name: str, found: EndpointResults) -> ReportFigure:
    plot = plot_of(trial, name, found)
    notes: list[Words] = [
        ("Kaplan-Meier curves with 95% confidence bands; vertical marks are patients who were censored.",)
    ]
    notes += left_out_groups(len(found.survival_data.arms))
    if any(line.published for line in plot.curves):
        notes.append(("Diamonds: published results.",))
    label = in_line(trial.scenario.sections.endpoints[name].label)
    whom = "" if len(plot.curves) < 2 else f" by {'arm' if found.groups is None else spoken(found.groups)}"
    told = (f"{line.label} from 100% to {line.survival[-1]:.0%}" for line in plot.curves if line.survival.size)
    return ReportFigure(
        f"survival-{_place(trial, name)}",
        f"{label}{whom}",
        f"Kaplan-Meier curves of {label[:1].lower()}{label[1:]}: {'; '.join(told)}.",
        _steps(plot),
        partial(draw_survival, plot),
        notes=tuple(notes),
    )


def _steps(plot: SurvivalFigure) -> ReportTable:
    """The steps of the curves."""
    heads = ((Heading("Group"), *(Heading(text) for text in ("Day", "Survival, %", "95% CI, %"))),)
    rows = []
    for line in plot.curves:
        places = np.arange(line.time.size)
        if places.size > MOST_STEPS:
            places = np.linspace(0, places.size - 1, MOST_STEPS).round().astype(int)
        for at in places.tolist():
            limits = f"{100 * line.lower[at]:.1f}\N{EN DASH}{100 * line.upper[at]:.1f}"
            cells = (f"{line.time[at]:.1f}",), (f"{100 * line.survival[at]:.1f}",), (limits,)
            rows.append(ReportRow((line.label,), cells))
    return ReportTable("Steps of the curves", heads, tuple(rows), is_folded=True)


def _table(trial: ReportedTrial, name: str) -> ReportTable:
    """What happened in each group, and survival on each tabulated day."""
    scenario, reader = trial.scenario, trial.reader
    endpoint, groups = scenario.sections.endpoints[name], scenario.groups(name)
    names = groups.names[:MOST_GROUPS]
    paths = [path_of("endpoints", name, "arms", group) for group in names]
    many = len(groups.names) > 1
    heads = [
        Heading(
            group_label(trial, group), below=("n = ", reader.told(f"{path}.n", COUNT)), arm=number if many else None
        )
        for number, (group, path) in enumerate(zip(names, paths, strict=True))
    ]
    rows = [ReportRow(("Patients with event",), tuple((reader.told(f"{path}.events", COUNT),) for path in paths))]
    rows.append(medians := _medians(trial, paths))
    if endpoint.at_days:
        rows.append(ReportRow(("Without event, % (95% CI); still at risk",), (), "part"))
    for day, told in spans(endpoint.at_days).items():
        at = [f"{path}.at.{path_of(day_name(day))}" for path in paths]
        rows.append(ReportRow((f"at {told}",), tuple(_survival(trial, path) for path in at), "within"))
    rows += _first_events(trial, name, names)
    notes = left_out_groups(len(groups.names))
    told = trial.found["endpoints"][name]
    left_out = left_out_in_words(endpoint, told.get("before_landmark") or 0, told.get("without_group") or 0)
    if left_out:
        notes.append((f"{left_out[:1].upper()}{left_out[1:]}.",))
    if any("NR" in cell for cell in medians.cells):
        notes.append(("NR: not reached.",))
    label = in_line(endpoint.label)
    return ReportTable(f"{label}: events and estimates", ((Heading(""), *heads),), tuple(rows), tuple(notes))


def _survival(trial: ReportedTrial, path: str) -> Words:
    reader = trial.reader
    limits = reader.between(f"{path}.lower", f"{path}.upper", PERCENT)
    interval = ("",) if len(limits) == 1 else joined(" (", limits, ")")
    return joined(reader.told(f"{path}.survival", PERCENT), interval, "; ", reader.told(f"{path}.at_risk", COUNT))


def _medians(trial: ReportedTrial, paths: list[str]) -> ReportRow:
    """The median of each group with its limits, in the unit that a reader would choose."""
    reader = trial.reader
    names = ("median_days", "median_lower_days", "median_upper_days")
    known = [place for path in paths for name in names if reader.has(place := f"{path}.{name}")]
    written = in_unit_for(reader.value(known[0]) if known else 1.0)
    cells = list[Words]()
    for path in paths:
        if not reader.value(f"{path}.n"):
            cells.append((MISSING,))
            continue
        places = (f"{path}.{name}" for name in names)
        middle, *limits = ((reader.told(place, written),) if reader.has(place) else ("NR",) for place in places)
        has_limits = any(reader.has(f"{path}.{name}") for name in names[1:])
        cells.append(joined(middle, " (", limits[0], " to ", limits[1], ")") if has_limits else middle)
    unit = f", {written.unit}" if known else ""
    return ReportRow((f"Median{unit} (95% CI)",), tuple(cells))


def _first_events(trial: ReportedTrial, name: str, groups: tuple[str, ...]) -> Iterator[ReportRow]:
    events = trial.scenario.sections.endpoints[name].events
    if len(events) < 2:
        return
    yield ReportRow(("First event, No.",), (), "part")
    for event in events:
        paths = (path_of("endpoints", name, "first_events", group, event) for group in groups)
        cells = tuple((trial.reader.told(path, COUNT),) for path in paths)
        yield ReportRow((readable(event),), cells, "within")


def _comparisons(trial: ReportedTrial, name: str, found: EndpointResults) -> Iterator[ReportTable]:
    """How each group compares with the one of reference, by each method."""
    if not found.comparisons:
        return
    scenario = trial.scenario
    endpoint, groups = scenario.sections.endpoints[name], scenario.groups(name)
    heads = ((Heading("Method"), Heading("Estimate (95% CI)"), Heading("z"), Heading("One-sided P")),)
    rows: list[ReportRow] = []
    notes: list[Words] = []
    for arm, compared in found.comparisons.items():
        rows.append(ReportRow((f"{in_line(arm)} against {in_line(groups.reference or '')}",), (), "part"))
        for path, label, one in _methods(compared, compared_path(name, arm)):
            shown = one.told_of(0)
            place = path if shown is one else f"{path}.common_horizon"
            rows.append(ReportRow((with_capital(label),), _figures(trial, place, shown), "within"))
            if (remark := shown.remark(0)) and (f"{label}: {remark}.",) not in notes:
                notes.append((f"{label}: {remark}.",))
    notes.insert(0, ("P values are one-sided: a z below 0 favors the first.",))
    if endpoint.stratified:
        notes.insert(0, ("Stratified as the randomization is, except the restricted mean.",))
    plan = scenario.trial.monitoring
    if plan is not None and plan.endpoint == name:
        notes.append(("The committee looked at this endpoint before: these P values are not adjusted for its looks.",))
    title = f"{in_line(endpoint.label)}: comparison"
    yield ReportTable(title, heads, tuple(rows), tuple(notes))


def _methods(found: Mapping[str, object], path: str) -> Iterator[tuple[str, str, Comparison]]:
    """Each method, with its place and its name."""
    for name, part in found.items():
        if isinstance(part, Comparison):
            yield f"{path}.{name}", part.label, part
        elif isinstance(part, Mapping):
            for kind, one in part.items():
                yield f"{path}.{name}.{path_of(kind)}", f"{one.label}, {spoken(kind)}", one


_WRITTEN: Mapping[Unit | None, Written] = {Unit.RATIO: RATIO, Unit.P_VALUE: P_VALUE, Unit.DAYS: DAYS, None: DECIMAL}


def _figures(trial: ReportedTrial, path: str, shown: Comparison) -> tuple[Words, Words, Words]:
    """The estimate with its interval, z and P; nothing where a method has none."""
    estimate: Words = ()
    z: Words = ()
    p_value: Words = ()
    for name, meant in declared_in(type(shown)).items():
        if not meant.label:
            continue
        told = trial.reader.told(f"{path}.{name}", _WRITTEN.get(meant.unit, DECIMAL))
        if name == shown.estimate:
            limits = trial.reader.between(f"{path}.lower", f"{path}.upper", _WRITTEN.get(meant.unit, DECIMAL))
            days = " days" if meant.unit is Unit.DAYS else ""
            estimate = joined(
                f"{with_capital(meant.label)} ", told, days, ("",) if len(limits) == 1 else joined(" (", limits, ")")
            )
        elif meant.unit is Unit.P_VALUE:
            p_value = (told,)
        elif name == "z":
            z = (told,)
        elif name == "horizon_days":
            estimate = joined(estimate, f", up to {span(float(shown[name][0]))}")
    return estimate, z, p_value
