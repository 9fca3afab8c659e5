"""Settings beside each other, in the terminal: what each shows, and how much it differs from the first."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathsim.ensembles.averages import is_ratio
from pathsim.ensembles.summary import REASONS, Summary
from pathsim.paths import compared_path, day_name, names_in, path_of, row_of
from pathsim.report.asked_figures import asked_of_settings
from pathsim.report.figures import ROOMY, figure_table, of_fewer, spans, unit_for
from pathsim.report.remarks import null_hypothesis, of_which_trials
from pathsim.report.setting_figures import difference_told, effect_of, mean_of, mean_told
from pathsim.report.waits import somebody_waited, waiting_steps
from pathsim.results.labels import PRIMARY_TEST
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted

BAR_WIDTH = 40


class SettingColumn(NamedTuple):
    """A figure of each setting: its heading, its path, and how it is written if it is an amount."""

    heading: str
    path: str
    unit: float = 1.0
    """How much one is of what it is written in: of days those in a unit of time."""
    digits: int = 1


def print_comparison(
    console: Console, scenario: Scenario, seed: int, found: Summary, asked: Sequence[str] = ()
) -> None:
    """Print the comparison of several settings of a scenario, with the figures that were ``asked`` for."""
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
    for remark in of_which_trials(found):
        console.print(remark)
    if found["null"]:
        console.print(null_hypothesis(scenario))
    for title, parts in _parts(console, scenario, settings, asked):
        console.print()
        console.print(Text(title, style="bold"))
        for part in parts:
            console.print(part)
    if scenario.arms:
        console.print()
        console.print(Text(_gain(settings), style="dim"))


def _parts(
    console: Console, scenario: Scenario, settings: list[Summary], asked: Sequence[str]
) -> Iterator[tuple[str, Iterable[Text | Table]]]:
    roomy = console.width >= ROOMY
    for name, endpoint in scenario.sections.endpoints.items():
        table = _endpoint(scenario, settings, name, roomy=roomy)
        yield endpoint.label, [table, *_powers_of_arms(console, scenario, settings, name)]
    for name, resource in scenario.resources.items():
        if columns := waiting_columns(scenario, settings, name):
            yield f"Waiting for places: {resource.label}", [_by_setting(settings, columns)]
    if any(setting["stopping"] for setting in settings):
        yield "The design: how trials end, by the rules of the committee", _design(settings, roomy=roomy)
    if asked:
        words = ("\n".join(_words(setting)) for setting in settings)
        yield "Figures asked for", asked_of_settings(settings, list(words), asked)


def _powers_of_arms(console: Console, scenario: Scenario, settings: list[Summary], name: str) -> Iterator[Text]:
    for arm in scenario.compared_arms if scenario.sections.endpoints[name].compares_arms else ():
        if len(scenario.compared_arms) > 1:
            yield Text(f" power, {arm}", "dim")
        yield _powers(settings, name, arm, ascii_only=console.options.ascii_only)


def _design(settings: list[Summary], *, roomy: bool) -> Iterator[Table]:
    """One row for each setting: power by the plan and what a trial takes; how often each look ends one, and why."""
    takes = [
        SettingColumn("events\nat its end", "trial.ended.events"),
        SettingColumn("enrolled", "trial.enrolled"),
        SettingColumn("randomized", "trial.randomized"),
        SettingColumn("duration,\ndays", "trial.ended.day"),
    ]
    takes = [column for column in takes if roomy or column.path != "trial.enrolled"]
    yield _by_setting(settings, [SettingColumn("stopped for\nbenefit", "ending.benefit"), *takes])
    looks = range(1, 1 + max(len(setting["stopping"]) for setting in settings))
    ends = [SettingColumn(f"look {number}:\n{why}", f"looks.{number}.{why}") for number in looks for why in REASONS]
    ends = [column for column in ends if any(mean_of(setting, column.path) for setting in settings)]
    at_once = 5 if roomy else 3
    for begin in range(0, len(ends), at_once):
        yield _by_setting(settings, ends[begin : begin + at_once])


def _by_setting(settings: list[Summary], columns: Sequence[SettingColumn]) -> Table:
    table = figure_table(("", ""), *((column.heading, "") for column in columns))
    for setting in settings:
        table.add_row("\n".join(_words(setting)), *(_cell(setting, column) for column in columns))
    return table


def waiting_columns(scenario: Scenario, settings: list[Summary], resource: str) -> list[SettingColumn]:
    """What is shown of a resource for which somebody waited under any setting; nothing of another."""
    steps = [
        entry
        for entry in waiting_steps(scenario)
        if entry.resource == resource and any(somebody_waited(setting["figures"], entry) for setting in settings)
    ]
    at = row_of("resources", resource=resource)
    columns = [SettingColumn("in use", f"{at}.in_use"), SettingColumn("waiting,\nmean", f"{at}.mean_waiting", digits=2)]
    for entry in steps:
        of, path = f"{entry.label}:\n" if len(steps) > 1 else "", row_of("waits", step=entry.name)
        columns.append(SettingColumn(f"{of}left the\nqueue", f"{path}.left_queue"))
        for told, figure in (("mean wait", "mean_days"), ("9 in 10 by", "percentile_90_days")):
            longest = max(mean_of(setting, f"{path}.{figure}") or 0.0 for setting in settings)
            unit = unit_for(longest)
            columns.append(SettingColumn(f"{of}{told},\n{unit.name}", f"{path}.{figure}", unit.days))
    return columns if steps else []


def _endpoint(scenario: Scenario, settings: list[Summary], name: str, *, roomy: bool) -> Table:
    """One row for each setting: power, hazard ratio and, where there is room, survival at one time."""
    endpoint, columns = scenario.sections.endpoints[name], list[SettingColumn]()
    groups = scenario.groups(name)
    for arm in groups.compared:
        of = "" if len(groups.compared) == 1 else f"{arm}:\n"
        if endpoint.compares_arms:
            columns.append(SettingColumn(f"{of}power", compared_path(name, arm, PRIMARY_TEST, "significant")))
        ratio = compared_path(name, arm, "cox", "hazard_ratio")
        columns.append(SettingColumn(f"{of}hazard ratio,\ngeometric mean", ratio))
    if endpoint.at_days and (roomy or not columns):
        day = endpoint.at_days[len(endpoint.at_days) // 2]
        arms = groups.names
        paths = {arm: path_of("endpoints", name, "arms", arm, "at", day_name(day), "survival") for arm in arms}
        columns += [SettingColumn(f"{arm}\nat {spans(endpoint.at_days)[day]}", path) for arm, path in paths.items()]
    return _by_setting(settings, columns)


def _cell(setting: Summary, column: SettingColumn) -> str:
    """A figure's mean, and under it the difference from the first setting; of how many trials, if not of all."""
    path, trials = column.path, setting["replicates"]
    shown, difference = mean_told(setting, path, column.unit, column.digits), setting.get("differences", {}).get(path)
    if mean_of(setting, path) is None or difference is None or difference["averaged"] < min(trials, 2):
        return shown
    apart = difference_told(difference, path, column.unit, column.digits)
    return f"{shown}\n{apart}{of_fewer(difference['averaged'], trials)}"


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
        means = {path: effect_of(part) for setting in settings[1:] for path, part in setting["differences"].items()}
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
