"""An endpoint of one trial in the terminal: its curves, what happened in each arm, and how the arms compare."""

from typing import Any

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from pathsim.names import spoken
from pathsim.paths import day_name
from pathsim.report.curves import CurveLine, drawn_until, survival_plot
from pathsim.report.figures import arm_style, figure_table, months, p_value, percent, ratio, span, spans
from pathsim.results.json import Results
from pathsim.scenario.scenario import Scenario
from pathsim.statistics.survival import curve
from pathsim.trial.course import course
from pathsim.trial.data_cut import Chunk
from pathsim.trial.time_to_event import ALL, survival_table, time_to_event


def arm_headings(scenario: Scenario) -> list[tuple[str, str]]:
    """The heading of each arm in a table of figures, and its style."""
    return [(arm, arm_style(number)) for number, arm in enumerate(scenario.arms)]


def endpoint_part(console: Console, chunk: Chunk, found: Results, name: str) -> RenderableType:
    """The curves of an endpoint with the figures under them."""
    return Group(_plot(console, chunk, found, name), "", _endpoint(chunk.scenario, found, name))


def _plot(console: Console, chunk: Chunk, found: Results, name: str) -> RenderableType:
    scenario = chunk.scenario
    data = time_to_event(course(chunk).reported_on(found["trial"]["cutoff_day"]), scenario.sections.endpoints[name])
    groups = scenario.arms or (ALL,)
    if not data.row.size:
        return Text("nobody reached the start of this endpoint", style="dim")
    table = survival_table(data, len(groups), stratified=False)
    lines = []
    for number, arm in enumerate(groups):
        mine = data.group == number
        steps = curve(table, 0, number)
        published = scenario.published_points(name, arm)
        lines.append(
            CurveLine(
                arm,
                arm_style(number),
                steps.time,
                steps.survival,
                np.sort(data.time[mine & ~data.event]),
                data.time[mine],
                published,
            )
        )
    horizon = drawn_until(data.time)
    ascii_only = console.options.ascii_only
    rows = survival_plot(lines, horizon, width=min(console.width, 110), height=21, ascii_only=ascii_only)
    drawn = Text("\n").join(Text.assemble(*((cell.glyph, cell.style) for cell in row)) for row in rows)
    if any(line.published for line in lines):
        drawn.append(f"\n{'o' if ascii_only else '◇'} published", style="dim")
    return drawn


def _endpoint(scenario: Scenario, found: Results, name: str) -> RenderableType:
    endpoint = found["endpoints"][name]
    arms = scenario.arms or (ALL,)
    table = figure_table(("", ""), *(arm_headings(scenario) or [(ALL, "")]))
    of = [endpoint["arms"][arm] for arm in arms]
    table.add_row("patients, events", *(f"{arm['n']}, {arm['events']}" for arm in of))
    told_days = spans(scenario.sections.endpoints[name].at_days)
    for day, told_day in told_days.items():
        table.add_row(f"at {told_day}", *(_interval(arm["at"][day_name(day)]) for arm in of))
    table.add_row("median", *map(_median, of))
    first, incidence = endpoint["first_events"], endpoint.get("incidence")
    for event in first[arms[0]] if incidence is not None else ():
        last = max(incidence[arms[0]][event], key=float)
        told = (f"{first[arm][event]} ({percent(incidence[arm][event][last])})" for arm in arms)
        table.add_row(f"{spoken(event)} first (by {told_days[float(last)]})", *told)
    parts: list[RenderableType] = [table]
    if any(arm["n"] and at["survival"] is None for arm in of for at in arm["at"].values()):
        parts.append(Text(" -: nobody was followed for that long", style="dim"))
    if "hazard_ratio" in endpoint:
        parts.append(Padding(_comparison(scenario, found, name), (0, 1)))
    return Group(*parts)


def _comparison(scenario: Scenario, found: Results, name: str) -> Text:
    endpoint = found["endpoints"][name]
    stratified = ", stratified" if scenario.sections.endpoints[name].stratified else ""
    text = _hazard_ratio(endpoint["hazard_ratio"], scenario, stratified)
    if (test := endpoint["logrank"])["z"] is not None:
        text.append(f"; log-rank z {test['z']:.2f}, one-sided P {p_value(test['p_one_sided'])}{stratified}")
    if (gain := endpoint.get("restricted_mean_difference")) is not None:
        text.append("\n").append(_gain(gain))
    return text


def _hazard_ratio(found: dict[str, float | None], scenario: Scenario, stratified: str) -> Text:
    estimate, lower, upper = found["estimate"], found["lower"], found["upper"]
    if estimate is None:
        return Text("no hazard ratio: no event occurred while patients of both arms were followed", style="dim")
    text = Text(f"hazard ratio {ratio(estimate)}")
    if lower is not None and upper is not None:
        return text.append(f" (95% CI {ratio(lower)}-{ratio(upper)}){stratified}")
    control = scenario.trial.control or ""
    only = control if estimate == 0 else next(arm for arm in scenario.arms if arm != control)
    return text.append(f"{stratified}: all events while both arms were followed are in {only}")


def _gain(gain: dict[str, Any]) -> Text:
    """The difference of restricted means or, if nobody was followed so long, that up to the longest common horizon."""
    shown, why = gain, ""
    if gain["days"] is None:
        if "common_horizon" not in gain:
            return Text("event-free days gained: not known, for in one arm nobody has been followed yet", style="dim")
        shown, why = (
            gain["common_horizon"],
            f", the longest time for which both arms were followed (not {span(gain['horizon_days'])})",
        )
    return Text(
        f"event-free days gained in {span(shown['horizon_days'])}{why}: {shown['days']:.0f} "
        f"(95% CI {shown['lower']:.0f} to {shown['upper']:.0f})"
    )


def _median(arm: dict[str, Any]) -> str:
    if not arm["n"]:
        return "-"
    median, lower, upper = arm["median_days"], arm["median_lower_days"], arm["median_upper_days"]
    told = "not reached" if median is None else months(median)
    if lower is None and upper is None:
        return told
    if median is None:
        return f"{told} ({months(lower)}-not reached)"
    unit = told[told.index(" ") :]
    limits = ("not reached" if limit is None else months(limit).removesuffix(unit) for limit in (lower, upper))
    return f"{told} ({'-'.join(limits)})"


def _interval(at: dict[str, float | None]) -> str:
    survival, lower, upper = at["survival"], at["lower"], at["upper"]
    if lower is None or upper is None:
        return percent(survival)
    return f"{survival:.1%} ({lower:.0%}-{upper:.0%})".replace("%-", "-")
