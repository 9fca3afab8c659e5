"""An endpoint of one trial in the terminal: its curves, what happened in each arm, and how the arms compare."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.text import Text

from pathsim.names import spoken
from pathsim.paths import day_name
from pathsim.report.arms_compared import comparison_table
from pathsim.report.curves import CurveLine, drawn_until, survival_plot
from pathsim.report.figures import arm_style, figure_table, months, percent, spans
from pathsim.report.groups import analysis_in_words, group_headings, left_out_in_words
from pathsim.results.endpoint import EndpointResults
from pathsim.results.views import of_trial
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.statistics.kaplan_meier import curve
from pathsim.trial.course import course
from pathsim.trial.data_cut import Chunk


def arm_headings(scenario: Scenario) -> list[tuple[str, str]]:
    """The heading of each arm in a table of figures, and its style."""
    return [(arm, arm_style(number)) for number, arm in enumerate(scenario.arms)]


def endpoint_part(console: Console, chunk: Chunk, until: float, name: str) -> RenderableType:
    """The curves of an endpoint with the figures under them, by what a report on a day of the trial shows."""
    endpoint = chunk.scenario.sections.endpoints[name]
    found = EndpointResults(endpoint, course(chunk).reported_on(until))
    return Group(_plot(console, chunk.scenario, found, name), "", _endpoint(chunk.scenario, found, name))


def _plot(console: Console, scenario: Scenario, found: EndpointResults, name: str) -> RenderableType:
    data = found.survival_data
    if not data.time.size:
        return Text("nobody reached the start of this endpoint", style="dim")
    lines = []
    for number, arm in enumerate(data.arms):
        mine = data.arm == number
        steps = curve(data.table, 0, number)
        published = scenario.published_points(name, arm)
        lines.append(
            CurveLine(
                arm,
                arm_style(number),
                steps.time,
                steps.survival,
                np.sort(data.time[mine & (data.cause == 0)]),
                data.time[mine],
                published,
                data.time[:0] if data.entry is None else data.entry[mine & (data.entry > -np.inf)],
            )
        )
    horizon = drawn_until(data.time)
    ascii_only = console.options.ascii_only
    rows = survival_plot(lines, horizon, width=min(console.width, 110), height=21, ascii_only=ascii_only)
    drawn = Text("\n").join(Text.assemble(*((cell.glyph, cell.style) for cell in row)) for row in rows)
    if any(line.published for line in lines):
        drawn.append(f"\n{'o' if ascii_only else '◇'} published", style="dim")
    return drawn


def _endpoint(scenario: Scenario, found: EndpointResults, name: str) -> RenderableType:
    endpoint = of_trial(found, 0)
    arms = found.survival_data.arms
    table = figure_table(("", ""), *group_headings(scenario, name))
    of = [endpoint["arms"][arm] for arm in arms]
    table.add_row("patients, events", *(f"{arm['n']}, {arm['events']}" for arm in of))
    told_days = spans(scenario.sections.endpoints[name].at_days)
    for day, told_day in told_days.items():
        table.add_row(f"at {told_day}", *(_interval(arm["at"][day_name(day)]) for arm in of))
    table.add_row("median", *map(_median, of))
    first, incidence = endpoint["first_events"], endpoint.get("incidence")
    # Of one kind of event it is what survival leaves of 1.
    for event in first[arms[0]] if incidence is not None and len(first[arms[0]]) > 1 else ():
        last = max(incidence[arms[0]][event], key=float)
        told = (f"{first[arm][event]} ({percent(incidence[arm][event][last])})" for arm in arms)
        table.add_row(f"{spoken(event)} first: all (by {told_days[float(last)]})", *told)
    parts: list[RenderableType] = [table, *_analysis(scenario.sections.endpoints[name], endpoint)]
    if any(arm["n"] and at["survival"] is None for arm in of for at in arm["at"].values()):
        parts.append(Text(" -: nobody was followed for that long", style="dim"))
    reference = scenario.groups(name).reference
    stratified = ", stratified" if scenario.sections.endpoints[name].stratified else ""
    for arm, compared in (found.comparisons or {}).items():
        parts += ["", Text(f" {arm} against {reference}{stratified}"), comparison_table(compared)]
    return Group(*parts)


def _analysis(endpoint: Endpoint, found: dict[str, Any]) -> Iterator[Text]:
    """Who is analyzed from when, in which groups, and how many are not."""
    yield from (Text(f" {told}", "dim") for told in analysis_in_words(endpoint))
    if told := left_out_in_words(endpoint, found.get("before_landmark", 0), found.get("without_group", 0)):
        yield Text(f" {told}", "dim")


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
