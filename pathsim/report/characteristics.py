"""The operating characteristics of an ensemble, in the terminal."""

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeAlias

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pathsim.ensembles.averages import is_ratio
from pathsim.ensembles.collected import ByName
from pathsim.ensembles.summary import Summary, middle
from pathsim.paths import compared_path, day_name, parts_of, path_of, row_of, without_quotes
from pathsim.report.asked_figures import asked_figures
from pathsim.report.figures import ROOMY, arm_style, figure_table, of_fewer, percent, spans
from pathsim.report.groups import analysis_in_words, group_headings
from pathsim.report.histogram import Mark, ratio_histogram
from pathsim.report.remarks import null_hypothesis, of_which_trials
from pathsim.report.waits import waits_of_many
from pathsim.results.labels import PRIMARY_TEST, label_of_test
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import ANY, THERAPY
from pathsim.scenario.toml_text import as_toml
from pathsim.text import counted, enumeration

Written: TypeAlias = Callable[[float], str]
"""How a figure of some kind is written."""
MANY = 5
"""Means of so many and more are told as whole numbers."""
_REASONS = ("benefit", "futility", "order")
LEAST_KNOWN = 6
"""How many rates of toxicity are shown of those that are known least."""
LEAST_SHOWN = 0.005
"""A toxicity that is less common than this in every arm is not worth a line."""


def print_characteristics(
    console: Console, scenario: Scenario, seed: int, found: Summary, columns: ByName, asked: Sequence[str] = ()
) -> None:
    """Print the whole report of an ensemble, with the figures that were ``asked`` for."""
    console.print(Text(scenario.title, style="bold"))
    console.print(
        Text(
            f"{counted(found['replicates'], 'replicate')} of seed {seed}. Intervals hold 95% of single trials; those "
            "of shares of trials, such as power, are 95% confidence intervals by so many replicates.",
            "dim",
        )
    )
    for remark in of_which_trials(found):
        console.print(remark)
    if "uncertainty" in found:
        console.print(Text("Published numbers are redrawn in each replicate, within their uncertainty.", "yellow"))
    if found["null"]:
        console.print(null_hypothesis(scenario))
    if scenario.overrides:
        changed = ", ".join(f"{path} = {as_toml(value)}" for path, value in scenario.overrides.items())
        console.print(Text(f"changed: {changed}", style="yellow"))
    figures = [("Figures asked for", asked_figures(found["figures"], asked))] if asked else []
    for title, part in chain(_parts(console, scenario, found, columns), figures):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(part)


def _parts(
    console: Console, scenario: Scenario, found: Summary, columns: ByName
) -> Iterator[tuple[str, RenderableType]]:
    yield "The trial", _trial(scenario, found)
    if found["stopping"]:
        yield "Looks of the committee", Group(_looks(console, scenario, found), *_ending(scenario, found))
    if found["cutoffs"] and len(scenario.trial.cutoffs) > 1:
        yield "Data cut-offs", _cutoffs(console, scenario, found)
    for name, endpoint in scenario.sections.endpoints.items():
        yield endpoint.label, _endpoint(console, scenario, found, columns, name)
    if (waits := waits_of_many(scenario, found["figures"])) is not None:
        yield "Waiting for places", waits
    if "uncertainty" in found:
        yield "Chance and parameter uncertainty", _parameter_uncertainty(scenario, found)
    if (toxicity := _toxicity(scenario, found)).row_count:
        yield "Toxicity over the therapy: patients with grade 3 or higher", toxicity


def _trial(scenario: Scenario, found: Summary) -> Table:
    table = figure_table(("", ""), ("mean", ""), ("95% of trials", ""))
    figures = found["figures"]
    names = ["enrolled", "randomized"] if scenario.arms else ["enrolled"]
    paths = {path_of("trial", name): name for name in names}
    paths |= {path_of("trial", "arms", arm): arm for arm in scenario.arms}
    for path, label in paths.items():
        here = figures[path]
        table.add_row(label, _middle(here, _count), _interval(here, _count))
    plan, events = scenario.trial.monitoring, figures.get("trial.ended.events")
    if plan is not None and events is not None:
        label = f"{scenario.endpoint_label(plan.endpoint)} events at its end"
        table.add_row(label, _middle(events, _count), _interval(events, _count))
    ended = figures["trial.ended.day"]
    dates = (f"{scenario.date(ended[key]):%b %Y}" for key in ("mean", "lower", "upper"))
    mean, lower, upper = dates
    last = "this date" if "until" in found else "the last cut-off"
    table.add_row(f"its end, by a look or {last}", mean, f"{lower} - {upper}")
    return table


def _cutoffs(console: Console, scenario: Scenario, found: Summary) -> Table:
    cuts, roomy = found["cutoffs"], console.width >= ROOMY
    headings = ("\n".join(textwrap.wrap(cut["label"], 20 if roomy else 12)) for cut in cuts.values())
    table = figure_table(("", ""), *((heading, "") for heading in headings))
    figures = found["figures"]
    days = [figures[path_of("cutoffs", name, "day")] for name in cuts]
    table.add_row("date, on average", *(f"{scenario.date(day['mean']):%b %Y}" for day in days))
    if scenario.arms:
        paths = [path_of("cutoffs", name, "randomized") for name in cuts]
        table.add_row("randomized", *_pairs(figures, paths, _count, roomy=roomy))
    for endpoint in scenario.sections.endpoints:
        paths = [path_of("cutoffs", name, "events", endpoint) for name in cuts]
        table.add_row(f"{scenario.endpoint_label(endpoint)} events known", *_pairs(figures, paths, _count, roomy=roomy))
    if any("reached" in cut for cut in cuts.values()):
        reached = (f"{cut['reached']['estimate']:.1%}" if "reached" in cut else "" for cut in cuts.values())
        table.add_row("events reached by", *reached)
    for arm in scenario.compared_arms:
        of = "" if len(scenario.compared_arms) == 1 else f", {arm}"
        ratios = [
            path_of("cutoffs", name, "endpoints", cut["endpoint"] or "", "comparisons", arm, "cox", "hazard_ratio")
            for name, cut in cuts.items()
        ]
        if any(path in figures for path in ratios):
            table.add_row(f"median hazard ratio{of}", *_pairs(figures, ratios, _ratio, roomy=roomy))
            powers = (cut["power"].get(arm) for cut in cuts.values())
            told = ("" if power is None else _share(power[PRIMARY_TEST], roomy=roomy) for power in powers)
            table.add_row(f"one-sided P < {found['alpha']:g}{of}", *told)
    return table


def _pairs(figures: Summary, paths: list[str], written: Written, *, roomy: bool = True) -> list[str]:
    """Each figure's middle and, where there is room, its interval; nothing where there is no such figure."""
    shown = _middle_and_interval if roomy else _middle
    return [shown(figures[path], written) if path in figures else "" for path in paths]


def _endpoint(console: Console, scenario: Scenario, found: Summary, columns: ByName, name: str) -> RenderableType:
    figures = found["figures"]
    groups = scenario.groups(name)
    arms = groups.names
    table = figure_table(("", ""), *group_headings(scenario, name))
    for day, told in spans(scenario.sections.endpoints[name].at_days).items():
        paths = [path_of("endpoints", name, "arms", arm, "at", day_name(day), "survival") for arm in arms]
        table.add_row(f"at {told}", *_pairs(figures, paths, percent))
    paths = [path_of("endpoints", name, "arms", arm, "events") for arm in arms]
    table.add_row("events", *_pairs(figures, paths, _count))
    parts: list[RenderableType] = [table]
    parts += [Text(f" {told}", "dim") for told in analysis_in_words(scenario.sections.endpoints[name])]
    for arm in groups.compared:
        if len(groups.compared) > 1:
            parts += ["", Text(f" {arm} against {groups.reference}")]
        parts += _comparison(console, scenario, found, columns, name, arm)
    return Group(*parts)


def _comparison(
    console: Console, scenario: Scenario, found: Summary, columns: ByName, name: str, arm: str
) -> Iterator[RenderableType]:
    path = compared_path(name, arm, "cox")
    ratio = found["figures"][f"{path}.hazard_ratio"]
    is_randomized = scenario.sections.endpoints[name].compares_arms
    shares = found["power" if is_randomized else "significant"][name][arm]
    tests = [test for test in shares if test != PRIMARY_TEST]
    first = _primary(found, shares, name, arm)
    if is_randomized:
        power = "type I error" if found["null"] else "power"
        when = "end of this date" if "until" in found else "last cut-off"
        said = f"{power} {first} at one-sided {found['alpha']:g}, at the {when}"
    else:
        power = f"one-sided P below {found['alpha']:g}"
        said = f"{power} in {first} of trials, which is no power, for these groups are not randomized"
    yield Text(f" {said}; median hazard ratio {_middle_and_interval(ratio, _ratio)}")
    if tests:
        others = (f"{label_of_test(test)} {_power(found, shares, name, arm, test)}" for test in tests)
        yield Padding(Text(f"{power} by {'; '.join(others)}", "dim"), (0, 0, 0, 1), expand=False)
    if name in found["sequential_power"]:
        yield Text(f" stopped for benefit at a look: {_share(found['sequential_power'][name])}")
    if (told := _at_the_ends(ratio)) is not None:
        yield told
    if (coverage := found["coverage"].get(path)) is not None:
        those = (
            "trials" if coverage["of"] == found["replicates"] else f"the {counted(coverage['of'], 'trial')} with one"
        )
        yield Text(f" a trial's 95% interval holds the average hazard ratio in {_share(coverage)} of {those}", "dim")
    published = [
        Mark(target.published, "published")
        for target in scenario.sections.targets.values()
        if target.published is not None and without_quotes(target.figure) == without_quotes(f"{path}.hazard_ratio")
    ]
    if ratio["median"] is not None:
        yield ratio_histogram(columns[f"{path}.hazard_ratio"], published, ascii_only=console.options.ascii_only)


def _primary(found: Summary, shares: Summary, name: str, arm: str) -> str:
    """The power of the primary test with its interval; a dash where no trial could make it, as before any event."""
    told = _power(found, shares, name, arm, PRIMARY_TEST)
    return told if told == "-" else _share(shares[PRIMARY_TEST])


def _power(found: Summary, shares: Summary, name: str, arm: str, test: str) -> str:
    """The power of a test; a dash where no trial could make it, as of an event that never occurs."""
    p_value = found["figures"][f"{compared_path(name, arm)}.{test}.p_one_sided"]
    if p_value["missing"] == found["replicates"]:
        return "-"
    return f"{shares[test]['estimate']:.1%}"


def _at_the_ends(ratio: dict[str, Any]) -> Text | None:
    """How many trials have a hazard ratio that is 0, infinite, or none at all; None if no trial does."""
    if ratio["median"] is None:
        return Text(" no trial has a hazard ratio: no event in any while patients of both groups were followed")
    kinds = ((ratio["zero"], "0"), (ratio["infinite"], "infinite"), (ratio["missing"], "undefined"))
    told = [f"{kind} in {counted(count, 'trial')}" for count, kind in kinds if count]
    return Text(f" the hazard ratio is {enumeration(told)}", "dim") if told else None


def _parameter_uncertainty(scenario: Scenario, found: Summary) -> RenderableType:
    """How far single trials spread by chance, and how far because published numbers are not known exactly."""
    table = figure_table(
        ("standard deviation", ""),
        ("in all", ""),
        ("by chance", ""),
        ("by parameters", ""),
        ("share", ""),
    )
    spreads = found["uncertainty"]["figures"]
    survival = dict(_compared(scenario))
    rates = (path for path in spreads if path.endswith(".rate") and _sure_share(spreads[path]) > 0)
    least_known = sorted(rates, key=lambda path: -_deviation(spreads[path], "parameter"))[:LEAST_KNOWN]
    for path in (*survival, *least_known):
        if (here := spreads.get(path)) is not None:
            figures = (f"{_deviation(here, which):.3g}" for which in ("total", "chance", "parameter"))
            sign = "" if _sure_share(here) > 0 else " ?"
            told = f"{here['parameter_share']:.0%} \u00b1 {2 * here['standard_error']:.0%}{sign}"
            label = (survival.get(path) or _rate_label(scenario, path)) + (", logarithm" if is_ratio(path) else "")
            table.add_row(label + of_fewer(here["averaged"], found["replicates"]), *figures, told)
    lines = []
    for name, power in found["uncertainty"]["power"].items():
        for arm in power["stated"]:
            stated, drawn = (_share(power[which][arm][PRIMARY_TEST]) for which in ("stated", "drawn"))
            lines.append(Text(f" power of {scenario.compared_label(name, arm)}: {stated} as stated, {drawn} as drawn"))
    told = "?: no more than the noise of so many replicates. Assumed and calibrated numbers are left as they are."
    return Group(table, *lines, Text(f" {told}", "dim"))


def _deviation(spread: dict[str, Any], which: str) -> float:
    """A standard deviation of a figure; of hazard ratios that of their logarithms."""
    return float(spread[f"{which}_sd_log" if f"{which}_sd_log" in spread else f"{which}_sd"])


def _sure_share(spread: dict[str, Any]) -> float:
    """How much of a figure's variance is due to parameters for sure, beyond the noise."""
    return float(spread["parameter_share"] - 2 * spread["standard_error"])


def _rate_label(scenario: Scenario, path: str) -> str:
    """A rate of toxicity in words: what, where, in whom."""
    picked = dict(parts_of(path)[0].picks or ())
    kind, step = picked["type"], picked["step"]
    what = "Any toxicity" if kind == ANY else scenario.toxicity_label(kind)
    where = "the whole therapy" if step == THERAPY else scenario.step_label(step)
    return ", ".join(part for part in (what, where, picked["arm"]) if part)


def _compared(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """The figures of survival, by path, with a label."""
    for name, endpoint in scenario.sections.endpoints.items():
        label = scenario.endpoint_label(name)
        groups = scenario.groups(name)
        for arm in groups.compared:
            told = f"{scenario.compared_label(name, arm)} hazard ratio"
            yield compared_path(name, arm, "cox", "hazard_ratio"), told
        for arm in groups.names:
            for day, told in spans(endpoint.at_days).items():
                path = path_of("endpoints", name, "arms", arm, "at", day_name(day), "survival")
                yield path, f"{label} at {told}, {arm}"


def _looks(console: Console, scenario: Scenario, found: Summary) -> Table:
    roomy = console.width >= ROOMY
    headings = (
        "held",
        "stops for\nbenefit",
        "for\nfutility",
        "on the\nset date",
        "events",
        "date",
        "median\nhazard\nratio",
    )
    table = figure_table(("look", ""), *((heading, "") for heading in headings))
    for look in found["stopping"]:
        day = look["day"]["mean"]
        table.add_row(
            str(look["look"]),
            f"{look['held']['estimate']:.1%}",
            *(_share(look[why], roomy=roomy) if look[why]["estimate"] else "-" for why in _REASONS),
            _middle(look["events"], _count),
            "-" if day is None else f"{scenario.date(day):%b %Y}",
            _middle(look["hazard_ratio"], _ratio),
        )
    return table


def _ending(scenario: Scenario, found: Summary) -> Iterator[Text]:
    ending = found["ending"]
    never = "not by then" if "until" in found else "not at all"
    words = {"benefit": "for benefit", "futility": "for futility", "order": "on the set date", "none": never}
    told = [f"{ending[why]['estimate']:.1%} {said}" for why, said in words.items() if ending[why]["estimate"]]
    yield Text(f" stopped: {', '.join(told)}")
    for beyond in found["ever_beyond_bound"].values():
        yield Text(f" beyond the bound for benefit at some look, had nobody stopped them: {_share(beyond)}")
    if (bias := found["bias"]) is not None:
        end = "that date" if "until" in found else "the end"
        yield Text(
            f" {scenario.endpoint_label(bias['endpoint'])} hazard ratio {bias['all']:.2f} in all trials at {end}, "
            f"{bias['stopped_for_benefit']:.2f} in those stopped for benefit, on the day they were",
            "dim",
        )


def _toxicity(scenario: Scenario, found: Summary) -> Table:
    table = figure_table(("", ""), *((arm, arm_style(i)) for i, arm in enumerate(scenario.arms)))
    kinds = dict.fromkeys(event.name for event in scenario.vocabulary.of("toxicity"))
    for kind in kinds:
        paths = [f"{row_of('toxicity', arm=arm, step=THERAPY, type=kind)}.rate" for arm in scenario.arms]
        rates = [found["figures"].get(path) for path in paths]
        if any(rate is not None and (rate["mean"] or 0) >= LEAST_SHOWN for rate in rates):
            table.add_row(scenario.toxicity_label(kind), *("-" if rate is None else _rate(rate) for rate in rates))
    return table


def _rate(figure: dict[str, Any]) -> str:
    if figure["mean"] is None:
        return "-"
    return f"{figure['mean']:.1%} ({figure['lower']:.0%}-{figure['upper']:.0%})".replace("%-", "-")


def _share(found: dict[str, Any], *, roomy: bool = True) -> str:
    if not roomy:
        return f"{found['estimate']:.1%}"
    return f"{found['estimate']:.1%} ({found['lower']:.1%}-{found['upper']:.1%})".replace("%-", "-")


def _middle(figure: dict[str, Any], written: Written) -> str:
    central = middle(figure)
    return "-" if central is None else written(central)


def _middle_and_interval(figure: dict[str, Any], written: Written) -> str:
    """A figure's middle with its interval and, if not all trials have it, of how many it is."""
    if middle(figure) is None:
        return "-"
    known = sum(figure.get(kind, 0) for kind in ("averaged", "zero", "infinite"))
    of = of_fewer(known, known + figure["missing"])
    return f"{_middle(figure, written)} ({_interval(figure, written)}){of}"


def _interval(figure: dict[str, Any], written: Written) -> str:
    if middle(figure) is None:
        return "-"
    return f"{written(figure['lower'])}-{written(figure['upper'])}".replace("%-", "-")


def _ratio(value: float) -> str:
    if math.isinf(value):
        return "infinite"
    return f"{value:.3f}" if value else "0"


def _count(value: float) -> str:
    """A count, or the mean of counts: whole but for small means."""
    return f"{value:.1f}".removesuffix(".0") if abs(value) < MANY else f"{value:.0f}"
