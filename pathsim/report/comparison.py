"""Settings beside each other, in the terminal: what each shows, and how much it differs from the first."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathsim.ensemble.summary import Summary, middle
from pathsim.paths import day_name, names_in, parts_of, path_of
from pathsim.report.figures import ROOMY, figure_table, span
from pathsim.scenario.scenario import Scenario

BAR_WIDTH = 40


def print_comparison(console: Console, scenario: Scenario, seed: int, found: Summary) -> None:
    """Print the comparison of several settings of a scenario."""
    settings = found["settings"]
    console.print(Text(scenario.title, style="bold"))
    shared = "the same patients, with the same luck" + (", in the same arms" if scenario.arms else "")
    console.print(
        Text(
            f"{settings[0]['replicates']:,} replicates of seed {seed} under each of {len(settings)} settings: "
            f"{shared}. Differences are from the first setting, with their standard errors.",
            "dim",
        )
    )
    if found["null"]:
        console.print(Text("Null hypothesis: both arms walk the control arm's pathway.", style="yellow"))
    for name, endpoint in scenario.sections.endpoints.items():
        console.print()
        console.print(Text(endpoint.label, style="bold"))
        console.print(_endpoint(scenario, settings, name, roomy=console.width >= ROOMY))
        if name in settings[0]["power"]:
            console.print(_powers(settings, name, ascii_only=console.options.ascii_only))
    if scenario.arms:
        console.print()
        console.print(Text(_gain(settings), style="dim"))


def _endpoint(scenario: Scenario, settings: list[Summary], name: str, *, roomy: bool) -> Table:
    """One row for each setting: power, hazard ratio and, where there is room, survival at one time."""
    endpoint, columns = scenario.sections.endpoints[name], []
    if name in settings[0]["power"]:
        columns += [
            ("power", path_of("endpoints", name, "logrank", "significant")),
            ("hazard ratio", path_of("endpoints", name, "hazard_ratio", "estimate")),
        ]
    if endpoint.at_days and (roomy or not columns):
        day = endpoint.at_days[len(endpoint.at_days) // 2]
        arms = scenario.arms or ("all",)
        paths = {arm: path_of("endpoints", name, "arms", arm, "at", day_name(day), "survival") for arm in arms}
        columns += [(f"{arm}\nat {span(day)}", path) for arm, path in paths.items()]
    table = figure_table(("", ""), *((heading, "") for heading, _ in columns))
    for setting in settings:
        table.add_row("\n".join(_words(setting)), *(_cell(setting, path) for _, path in columns))
    return table


def _cell(setting: Summary, path: str) -> str:
    """A figure's middle, and under it the difference from the first setting."""
    central, difference = _middle(setting, path), setting.get("differences", {}).get(path)
    if central is None:
        return "-"
    is_ratio = path.endswith("hazard_ratio.estimate")
    shown = f"{central:.3f}" if is_ratio else f"{central:.1%}"
    if difference is None or difference["mean"] is None:
        return shown
    apart, error = difference["mean"], difference["standard_error"]
    return f"{shown}\n{apart:+.4f} ± {error:.4f}" if is_ratio else f"{shown}\n{apart:+.2%} ± {error:.2%}"


def _middle(setting: Summary, path: str) -> float | None:
    if path.endswith(".logrank.significant"):
        power: float = setting["power"][parts_of(path)[1].name]["estimate"]
        return power
    return middle(setting["figures"][path])


def _words(setting: Summary) -> list[str]:
    """What is set, one line for each path: its last part, and the value."""
    return [f"{names_in(path)[-1]} = {value}" for path, value in setting["set"].items()]


def _powers(settings: list[Summary], name: str, *, ascii_only: bool) -> Text:
    """The power under each setting as a bar."""
    labels = [", ".join(_words(setting)) for setting in settings]
    width = max(map(len, labels))
    block = "#" if ascii_only else "█"
    lines = []
    for label, setting in zip(labels, settings, strict=True):
        power = setting["power"][name]["estimate"]
        lines.append(f" {label:>{width}} {block * round(power * BAR_WIDTH):<{BAR_WIDTH}} {power:.1%}")
    return Text("\n".join(lines), "cyan")


def _gain(settings: list[Summary]) -> str:
    """What it is worth that the settings share their luck."""
    ratios = [
        (difference["independent_standard_error"] / difference["standard_error"]) ** 2
        for setting in settings[1:]
        for path, difference in setting["differences"].items()
        if path.endswith("hazard_ratio.estimate") and difference["standard_error"]
    ]
    if not ratios:
        return "These settings change nothing in any hazard ratio."
    return (
        f"Without common luck, {min(ratios):.0f} to {max(ratios):.0f} times as many replicates would be needed for "
        "differences of hazard ratios as sure as these."
    )
