"""Settings beside each other, in the terminal: what each shows, and how much it differs from the first."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathsim.ensembles.averages import is_ratio
from pathsim.ensembles.summary import REASONS, Summary
from pathsim.meaning import Unit
from pathsim.paths import compared_path, day_name, names_in, parts_of, path_of, row_of
from pathsim.report.figures import ROOMY, figure_table, of_fewer, ratio, spans, times, unit_for
from pathsim.report.remarks import null_hypothesis
from pathsim.report.waits import somebody_waited, waiting_steps
from pathsim.results.declared import unit_of
from pathsim.results.labels import PRIMARY_TEST
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted

BAR_WIDTH = 40


class _Column(NamedTuple):
    """A figure of each setting: its heading, its path, and how it is written if it is an amount."""

    heading: str
    path: str
    unit: float = 1.0
    """How much one is of what it is written in: of days those in a unit of time."""
    digits: int = 1


def print_comparison(console: Console, scenario: Scenario, seed: int, found: Summary) -> None:
    """Print the comparison of several settings of a scenario."""
    settings = found["settings"]
    console.print(Text(scenario.title, style="bold"))
    shared = "the same patients, with the same draws" + (", in the same arms" if scenario.arms else "")
    ratios = "; of hazard ratios, how many times they are those of the first, with the 95% interval"
    console.print(
        Text(
            f"{counted(settings[0]['replicates'], 'replicate')} of seed {seed} under each of {len(settings)} settings: "
            f"{shared}. Differences are from the first setting, with their standard errors"
            + (f"{ratios}." if scenario.arms else "."),
            "dim",
        )
    )
    if found["null"]:
        console.print(null_hypothesis(scenario))
    for name, endpoint in scenario.sections.endpoints.items():
        console.print()
        console.print(Text(endpoint.label, style="bold"))
        console.print(_endpoint(scenario, settings, name, roomy=console.width >= ROOMY))
        for arm in scenario.compared_arms if endpoint.compares_arms else ():
            if len(scenario.compared_arms) > 1:
                console.print(Text(f" power, {arm}", "dim"))
            console.print(_powers(settings, name, arm, ascii_only=console.options.ascii_only))
    for name, resource in scenario.resources.items():
        if columns := _waits(scenario, settings, name):
            console.print()
            console.print(Text(f"Waiting for places: {resource.label}", style="bold"))
            console.print(_by_setting(settings, columns))
    if any(setting["stopping"] for setting in settings):
        console.print()
        console.print(Text("The design: how trials end, by the rules of the committee", style="bold"))
        for part in _design(settings, roomy=console.width >= ROOMY):
            console.print(part)
    if scenario.arms:
        console.print()
        console.print(Text(_gain(settings), style="dim"))


def _design(settings: list[Summary], *, roomy: bool) -> Iterator[Table]:
    """One row for each setting: power by the plan and what a trial takes; how often each look ends one, and why."""
    takes = [
        _Column("events\nat its end", "trial.ended.events"),
        _Column("enrolled", "trial.enrolled"),
        _Column("randomized", "trial.randomized"),
        _Column("duration,\ndays", "trial.ended.day"),
    ]
    takes = [column for column in takes if roomy or column.path != "trial.enrolled"]
    yield _by_setting(settings, [_Column("stopped for\nbenefit", "ending.benefit"), *takes])
    looks = range(1, 1 + max(len(setting["stopping"]) for setting in settings))
    ends = [_Column(f"look {number}:\n{why}", f"looks.{number}.{why}") for number in looks for why in REASONS]
    ends = [column for column in ends if any(_mean(setting, column.path) for setting in settings)]
    at_once = 5 if roomy else 3
    for begin in range(0, len(ends), at_once):
        yield _by_setting(settings, ends[begin : begin + at_once])


def _by_setting(settings: list[Summary], columns: Sequence[_Column]) -> Table:
    table = figure_table(("", ""), *((column.heading, "") for column in columns))
    for setting in settings:
        table.add_row("\n".join(_words(setting)), *(_cell(setting, column) for column in columns))
    return table


def _waits(scenario: Scenario, settings: list[Summary], resource: str) -> list[_Column]:
    """What is shown of a resource for which somebody waited under any setting; nothing of another."""
    steps = [
        entry
        for entry in waiting_steps(scenario)
        if entry.resource == resource and any(somebody_waited(setting["figures"], entry) for setting in settings)
    ]
    at = row_of("resources", resource=resource)
    columns = [_Column("in use", f"{at}.in_use"), _Column("waiting,\nmean", f"{at}.mean_waiting", digits=2)]
    for entry in steps:
        of, path = f"{entry.label}:\n" if len(steps) > 1 else "", row_of("waits", step=entry.name)
        columns.append(_Column(f"{of}left the\nqueue", f"{path}.left_queue"))
        for told, figure in (("mean wait", "mean_days"), ("9 in 10 by", "percentile_90_days")):
            longest = max(_mean(setting, f"{path}.{figure}") or 0.0 for setting in settings)
            unit = unit_for(longest)
            columns.append(_Column(f"{of}{told},\n{unit.name}", f"{path}.{figure}", unit.days))
    return columns if steps else []


def _endpoint(scenario: Scenario, settings: list[Summary], name: str, *, roomy: bool) -> Table:
    """One row for each setting: power, hazard ratio and, where there is room, survival at one time."""
    endpoint, columns = scenario.sections.endpoints[name], list[_Column]()
    groups = scenario.groups(name)
    for arm in groups.compared:
        of = "" if len(groups.compared) == 1 else f"{arm}:\n"
        if endpoint.compares_arms:
            columns.append(_Column(f"{of}power", compared_path(name, arm, PRIMARY_TEST, "significant")))
        columns.append(_Column(f"{of}hazard ratio,\ngeometric mean", compared_path(name, arm, "cox", "hazard_ratio")))
    if endpoint.at_days and (roomy or not columns):
        day = endpoint.at_days[len(endpoint.at_days) // 2]
        arms = groups.names
        paths = {arm: path_of("endpoints", name, "arms", arm, "at", day_name(day), "survival") for arm in arms}
        columns += [_Column(f"{arm}\nat {spans(endpoint.at_days)[day]}", path) for arm, path in paths.items()]
    return _by_setting(settings, columns)


def _cell(setting: Summary, column: _Column) -> str:
    """A figure's mean, and under it the difference from the first setting; of how many trials, if not of all."""
    path = column.path
    figure, difference = setting["figures"].get(path), setting.get("differences", {}).get(path)
    mean, trials = _mean(setting, path), setting["replicates"]
    if mean is None:
        # Ratios can all be 0 or infinite: they have no mean, but a median.
        return "-" if figure is None or figure["median"] is None else f"{ratio(figure['median'])} (median)"
    shown = _written(mean, column) + ("" if figure is None else of_fewer(figure["averaged"], trials))
    if difference is None or difference["averaged"] < min(trials, 2):
        return shown
    return f"{shown}\n{_apart(difference, column)}{of_fewer(difference['averaged'], trials)}"


def _written(mean: float, column: _Column) -> str:
    if is_ratio(column.path):
        return f"{mean:.3f}"
    return f"{mean / column.unit:.{column.digits}f}" if _is_amount(column.path) else f"{mean:.1%}"


def _is_amount(path: str) -> bool:
    """Whether the figure is a number of patients, events or days."""
    return unit_of(path) in (Unit.COUNT, Unit.DAYS)


def _apart(difference: Summary, column: _Column) -> str:
    """A difference with its standard error; of ratios the factor with its interval."""
    if (effect := _effect(difference)) is None:
        return "-"
    if "ratio" in difference:
        return times(difference["ratio"], difference["lower"], difference["upper"])
    error = difference["standard_error"]
    if _is_amount(column.path):
        digits = column.digits
        return f"{effect / column.unit:+.{digits}f} ± {error / column.unit:.{digits}f}"
    return f"{100 * effect:+.2f} ± {100 * error:.2f} points"


def _effect(difference: Summary) -> float | None:
    """The mean difference, of ratios that of their logarithms: 0 if there is none, None if too few pairs tell it."""
    found: float | None = difference["mean_log" if "ratio" in difference else "mean"]
    return found


def _mean(setting: Summary, path: str) -> float | None:
    """The mean of a figure, of ratios the geometric one, or a share of trials."""
    first, *rest = (part.name for part in parts_of(path))
    if path.endswith(f".{PRIMARY_TEST}.significant"):
        power: float = setting["power"][rest[0]][rest[2]][PRIMARY_TEST]["estimate"]
        return power
    if first == "ending":
        found: float = setting["ending"][rest[0]]["estimate"] if setting["ending"] else 0.0
        return found
    if first == "looks":
        number, why = int(rest[0]), rest[1]
        held: float = setting["stopping"][number - 1][why]["estimate"] if number <= len(setting["stopping"]) else 0.0
        return held
    figure = setting["figures"].get(path, {})
    if figure.get("mean_log") is not None:
        return math.exp(figure["mean_log"])
    mean: float | None = figure.get("mean")
    return mean


def _words(setting: Summary) -> list[str]:
    """What is set, one line for each path: as much of its end as tells it from the others, and the value."""
    names = [names_in(path) for path in setting["set"]]
    ends = ([".".join(name[-length:]) for name in names] for length in range(1, max(map(len, names), default=0) + 1))
    told = next((end for end in ends if len(set(end)) == len(names)), list(setting["set"]))
    return [f"{name} = {value}" for name, value in zip(told, setting["set"].values(), strict=True)]


def _powers(settings: list[Summary], name: str, arm: str, *, ascii_only: bool) -> Text:
    """The power under each setting as a bar."""
    labels = [", ".join(_words(setting)) for setting in settings]
    width = max(map(len, labels))
    block = "#" if ascii_only else "█"
    lines = []
    for label, setting in zip(labels, settings, strict=True):
        power = setting["power"][name][arm][PRIMARY_TEST]["estimate"]
        lines.append(f" {label:>{width}} {block * round(power * BAR_WIDTH):<{BAR_WIDTH}} {power:.1%}")
    return Text("\n".join(lines), "cyan")


def _is_estimated_ratio(path: str) -> bool:
    return path.endswith(".cox.hazard_ratio") and is_ratio(path)


def _gain(settings: list[Summary]) -> str:
    """What it is worth that the settings share their draws."""
    ratios = [
        (difference["independent_standard_error_log"] / difference["standard_error_log"]) ** 2
        for setting in settings[1:]
        for path, difference in setting["differences"].items()
        if _is_estimated_ratio(path) and difference["standard_error_log"]
    ]
    if not ratios:
        means = {path: _effect(part) for setting in settings[1:] for path, part in setting["differences"].items()}
        known = [path for path, mean in means.items() if mean is not None]
        if not known:
            return "Too few replicates to tell a difference."
        if not any(means[path] for path in known):
            return "These settings change nothing."
        if any(map(_is_estimated_ratio, known)):
            return "These settings change no hazard ratio at the last cut-off, only when and why trials end."
        return ""
    factors = " to ".join(dict.fromkeys(f"{limit:.0f}" for limit in (min(ratios), max(ratios))))
    return (
        f"Without common draws, {factors} times as many replicates would be needed to know "
        "differences of hazard ratios as precisely."
    )
