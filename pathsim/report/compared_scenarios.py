"""Two scenarios beside each other, in the terminal: what differs, by how much results do, and for whom."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pathsim.ensembles.summary import REASONS, Summary
from pathsim.names import in_line, lowered, spoken
from pathsim.paths import compared_path, path_of, row_of
from pathsim.report.changed_part import changed_part
from pathsim.report.compared_trial import ComparedTrial
from pathsim.report.comparison import waiting_columns
from pathsim.report.contrasts import contrasted_arms, contrasted_survival, toxicity_name
from pathsim.report.figures import figure_table, of_fewer
from pathsim.report.setting_figures import difference_told, effect_of, mean_of, mean_told
from pathsim.results.labels import PRIMARY_TEST
from pathsim.scenario.differing import DifferingValue
from pathsim.scenario.endpoint import ALL
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import ANY, THERAPY
from pathsim.scenario.toml_text import as_toml
from pathsim.statistics.normal import deviations
from pathsim.text import counted, enumeration, harmless

MOST_SHOWN = 10
"""So many values that differ, and toxicities of an arm, are shown."""
MOST_ASKED = 2
"""So many values have room in a question."""
LONGEST = 36
"""A value that differs is cut after so many characters."""
NOTHING_SHARED = "A and B have no figure of it in common: none of their groups has the same name."
ENDS = {"benefit": "for benefit", "futility": "for futility", "order": "on the set date"}


@dataclass(frozen=True, slots=True)
class ComparedScenarios:
    """Two scenarios, what they say differently, and what each comes to."""

    before: Scenario
    now: Scenario
    differing: Sequence[DifferingValue]
    settings: Sequence[Summary]
    """The ensemble of each; the second has the differences."""
    seed: int

    @property
    def differences(self) -> Summary:
        """How much figures differ, by path."""
        found: Summary = self.settings[1]["differences"]
        return found

    def has(self, path: str) -> bool:
        """Whether both scenarios have a figure."""
        return path in self.differences and mean_of(self.settings[0], path) is not None

    def shared(self, before: Iterable[str], now: Iterable[str]) -> list[str]:
        """The names that both have, in the order of the first."""
        other = set(now)
        return [name for name in before if name in other]


def print_compared(console: Console, found: ComparedScenarios, trial: ComparedTrial) -> None:
    """Print the comparison: the values that differ, the figures, and then the patients of one trial."""
    is_same_file = found.before.sha256 == found.now.sha256
    for letter, scenario in (("A", found.before), ("B", found.now)):
        title = in_line(scenario.title) + ("" if is_same_file else f" ({harmless(scenario.name)})")
        if letter == "B" and is_same_file:
            title = "the same"
        console.print(Text(f"{letter}: {title}{settings_of(scenario)}", style="bold"))
    console.print(Text(question(found.differing)))
    in_arms = ", in the same arms" if has_same_arms(found) else ""
    replicates = counted(found.settings[0]["replicates"], "replicate")
    console.print(
        Text(
            f"{replicates} of seed {found.seed} of each: the same patients, with the same draws{in_arms}. "
            "Differences are B less A, with their 95% margin; of hazard ratios, how many times B's is A's. "
            "A simulation: no patient in it is real.",
            "dim",
        )
    )
    for title, part in _parts(found, trial):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(part)


def question(values: Sequence[DifferingValue]) -> str:
    """What the comparison asks: of a few values it names them."""
    if len(values) > MOST_ASKED or any(None in one for one in values):
        return f"What comes of {counted(len(values), 'value')} that A and B do not share?"
    told = (f"{one.path} were {differing_text(one.now)} instead of {differing_text(one.before)}" for one in values)
    return f"What if {enumeration([*told])}?"


def settings_of(scenario: Scenario) -> str:
    """What is set in a scenario, to be put behind its title."""
    told = ", ".join(f"{path} = {as_toml(value)}" for path, value in scenario.overrides.items())
    return f", with {told}" if told else ""


def has_same_arms(found: ComparedScenarios) -> bool:
    """Whether patients can be in the same arms in both."""
    return bool(found.before.arms) and found.before.arms == found.now.arms


def _parts(found: ComparedScenarios, trial: ComparedTrial) -> Iterator[tuple[str, RenderableType]]:
    yield "What differs", Group(_differing(found.differing), *_only_in_one(found))
    yield "The trial", _table(found, trial_rows(found))
    for name in found.shared(found.before.sections.endpoints, found.now.sections.endpoints):
        table = _table(found, endpoint_rows(found, name))
        yield found.before.sections.endpoints[name].label, table if table.row_count else Text(f" {NOTHING_SHARED}")
    for name, resource in found.before.resources.items():
        if name in found.now.resources and (columns := waiting_columns(found.before, list(found.settings), name)):
            rows = (
                SharedFigure(column.heading.replace("\n", " "), column.path, column.unit, column.digits)
                for column in columns
            )
            yield f"Waiting for places: {resource.label}", _table(found, rows)
    if (traded := _traded(found, trial.endpoint)).row_count:
        yield "What is traded: first events, and patients with toxicity of grade 3 or higher", traded
    yield "Who fares otherwise, in one trial", changed_part(trial)


def _differing(values: Sequence[DifferingValue]) -> RenderableType:
    table = figure_table(("", ""), ("A", ""), ("B", ""))
    for one in values[:MOST_SHOWN]:
        table.add_row(one.path, differing_text(one.before), differing_text(one.now))
    if len(values) <= MOST_SHOWN:
        return table
    return Group(table, Text(f" and {counted(len(values) - MOST_SHOWN, 'value')} more", "dim"))


def differing_text(value: object) -> str:
    """A value as a scenario file has it; a dash if a scenario does not have it."""
    told = "-" if value is None else as_toml(value)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 3]}..."


def _only_in_one(found: ComparedScenarios) -> Iterator[Text]:
    """What only one of the scenarios has, and so is not compared."""
    for letter, mine, other in (("A", found.before, found.now), ("B", found.now, found.before)):
        for what, names, others in (
            ("endpoint", mine.sections.endpoints, other.sections.endpoints),
            ("arm", mine.arms, other.arms),
        ):
            if only := [name for name in names if name not in others]:
                plural = what if len(only) == 1 else f"{what}s"
                yield Text(f" only in {letter}: the {plural} {enumeration(only)}", "yellow")


class SharedFigure(NamedTuple):
    """A figure of both scenarios: what it is called, where it is, and how it is written if it is an amount."""

    label: str
    path: str
    unit: float = 1.0
    digits: int = 1


def trial_rows(found: ComparedScenarios) -> Iterator[SharedFigure]:
    """How large trials are, how long they take, and how they end."""
    yield SharedFigure("enrolled", "trial.enrolled")
    yield SharedFigure("randomized", "trial.randomized")
    arms = found.shared(found.before.arms, found.now.arms)
    yield from (SharedFigure(f"  {arm}", path_of("trial", "arms", arm)) for arm in arms)
    yield SharedFigure("events at its end", "trial.ended.events")
    yield SharedFigure("duration, days", "trial.ended.day")
    yield from (SharedFigure(f"stopped {ENDS[why]}", f"ending.{why}") for why in REASONS)


def endpoint_rows(found: ComparedScenarios, name: str) -> Iterator[SharedFigure]:
    """The events in each group, survival, and how groups compare."""
    scenario, groups = found.before, found.before.groups(name)
    for group in groups.names:
        of = f", {group}" if len(groups.names) > 1 else ""
        yield SharedFigure(f"events{of}", path_of("endpoints", name, "arms", group, "events"))
    powers = [compared_path(name, arm, PRIMARY_TEST, "significant") for arm in groups.compared]
    for figure in (*contrasted_survival(scenario, name), *contrasted_arms(scenario, name, found.differences)):
        # Of several tests the power of the primary one is enough here.
        if figure.path in powers or not figure.path.endswith(".significant"):
            yield SharedFigure(figure.label, figure.path)


def _table(found: ComparedScenarios, rows: Iterable[SharedFigure]) -> Table:
    table = figure_table(("", ""), ("A", ""), ("B", ""), ("difference", ""))
    for row in rows:
        if found.has(row.path):
            table.add_row(row.label, *_cells(found, row))
    return table


def _cells(found: ComparedScenarios, row: SharedFigure) -> Iterator[str]:
    """A figure in A and in B, and the difference with its 95% margin."""
    _, path, unit, digits = row
    difference, trials = found.differences[path], found.settings[0]["replicates"]
    yield from (mean_told(setting, path, unit, digits) for setting in found.settings)
    if effect_of(difference) == 0 and not difference.get("standard_error", difference.get("standard_error_log")):
        yield "none"
        return
    told = difference_told(difference, path, unit, digits, deviations=deviations(0.95))
    yield told + ("" if told == "-" else of_fewer(difference["averaged"], trials))


def traded(found: ComparedScenarios, endpoint: str) -> Iterator[tuple[str, list[SharedFigure]]]:
    """By arm, how many patients have which event first, and which toxicities change; nothing of an arm without."""
    before, now = found.before, found.now
    groups = {arm: (*_first_events(before, endpoint, arm), _any(arm)) for arm in found.shared(before.arms, now.arms)}
    # Who has no arm, or none yet.
    groups[""] = () if before.arms else (*_first_events(before, endpoint, ALL), _any(""))
    for arm, first in groups.items():
        rows = [row for row in (*first, *_toxicities(found, arm)) if found.has(row.path)]
        if rows:
            yield arm, rows


def _traded(found: ComparedScenarios, endpoint: str) -> Table:
    table = figure_table(("", ""), ("A", ""), ("B", ""), ("difference", ""))
    before = found.before
    for arm, rows in traded(found, endpoint):
        if before.arms:
            table.add_row(arm or "before arms", style="bold")
        for row in rows:
            table.add_row(f"  {row.label}" if before.arms else row.label, *_cells(found, row))
    return table


def _first_events(scenario: Scenario, endpoint: str, arm: str) -> Iterator[SharedFigure]:
    """How many patients have each kind of event first."""
    for event in scenario.sections.endpoints[endpoint].events if endpoint else ():
        yield SharedFigure(f"first event: {spoken(event)}", path_of("endpoints", endpoint, "first_events", arm, event))


def _any(arm: str) -> SharedFigure:
    """The share of patients with any toxicity over the therapy."""
    return SharedFigure("any toxicity over the therapy", _rate(arm, THERAPY, ANY))


def _rate(arm: str, step: str, name: str) -> str:
    return f"{row_of('toxicity', arm=arm, step=step, type=name)}.rate"


def _toxicities(found: ComparedScenarios, arm: str) -> list[SharedFigure]:
    """The toxicities whose share changes beyond its margin, those first that change most."""
    scenario = found.before
    in_steps = {(event.step, event.name) for event in scenario.vocabulary.of("toxicity")}
    therapy = {(THERAPY, name) for _, name in in_steps}
    paths = {_rate(arm, *where): _toxicity(scenario, *where) for where in sorted(in_steps | therapy)}
    changes = {path: found.differences[path] for path in paths if found.has(path)}
    sure = [path for path, change in changes.items() if abs(change["mean"] or 0) > _margin(change)]
    most = sorted(sure, key=lambda path: -abs(changes[path]["mean"]))[:MOST_SHOWN]
    return [SharedFigure(paths[path], path) for path in most]


def _margin(difference: Summary) -> float:
    """The half of a difference's 95% interval."""
    return deviations(0.95) * float(difference["standard_error"] or 0)


def _toxicity(scenario: Scenario, step: str, name: str) -> str:
    return f"{lowered(toxicity_name(scenario, name, step))}{', over the therapy' if step == THERAPY else ''}"
