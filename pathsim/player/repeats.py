"""Work for idle moments: replicates of the trial on screen, a batch at a time, and what they say so far."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.summary import Summary, alpha, figure, middle, significant, summary
from pathsim.ensembles.vary import comparison, varied_rows
from pathsim.meaning import Unit
from pathsim.names import lowered, spoken
from pathsim.paths import compared_path, day_name, path_of, row_of
from pathsim.player.picture import toxicity_name
from pathsim.player.requests import Work
from pathsim.player.session import WorkerSession
from pathsim.player.views.compare import ContrastView, Difference
from pathsim.player.views.ensemble import EnsembleView, FigureRow, Headline, Share
from pathsim.player.views.evidence import TargetRow, ValidationView
from pathsim.player.views.live import Floats
from pathsim.report.figures import spans
from pathsim.report.validation import KIND_SIGNS
from pathsim.results.chosen import figures
from pathsim.results.declared import unit_of
from pathsim.results.labels import PRIMARY_TEST, in_ensembles
from pathsim.results.lookup import is_share
from pathsim.results.replicates import below_each_other, rows
from pathsim.results.views import Columns
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import THERAPY, Endpoint
from pathsim.statistics.normal import deviations
from pathsim.trial.time_to_event import ALL
from pathsim.validation.targets import compared, paths, targets_of

MOST_AT_A_TIME, BATCH_SECONDS = 16, 1.0
"""Replicates at a time: few enough that whoever looks at a day meanwhile hardly waits."""
POWER_POINTS = 40


class Repeats(ABC):
    """Replicates of a trial, as many as there are so far."""

    def __init__(self, session: WorkerSession, wanted: int) -> None:
        self.session, self.wanted, self.done = session, wanted, 0
        self._size = 1
        self._parts: list[Columns] = []
        self._counts: list[int] = []

    @property
    def is_complete(self) -> bool:
        """Whether there are as many as were wanted."""
        return self.done >= self.wanted

    def batch(self) -> None:
        """Simulate some more."""
        count, began = min(self._size, self.wanted - self.done), time.monotonic()
        self._parts.append(self.columns(range(self.done, self.done + count)))
        is_quick = time.monotonic() - began < BATCH_SECONDS
        self._size = min(2 * self._size, MOST_AT_A_TIME) if is_quick else max(self._size // 2, 1)
        self._counts.append(count)
        self.done += count

    def so_far(self) -> Columns:
        """The columns of all replicates."""
        joined = below_each_other(self._parts, self._counts)
        self._parts, self._counts = [joined], [self.done]
        return joined

    @abstractmethod
    def columns(self, replicates: range) -> Columns:
        """What is kept of these replicates."""

    @abstractmethod
    def view(self) -> Any:
        """What the replicates say so far."""


class EnsembleRepeats(Repeats):
    """The trial again and again: what its design can show, and how lucky the one on screen is."""

    def columns(self, replicates: range) -> Columns:
        """The rows of an ensemble."""
        return rows(simulate_many(self.session.scenario, self.session.request.seed, replicates), toxicity=False)

    def view(self) -> EnsembleView:
        """Hazard ratios or survival, power as it settles, how the trials ended."""
        columns, scenario, own = self.so_far(), self.session.scenario, self._own
        found = summary(scenario, columns)
        plan = scenario.trial.monitoring
        name = next(iter(scenario.sections.endpoints), "") if plan is None else plan.endpoint
        arm = next(iter(scenario.compared_arms), "")
        tested = compared_path(name, arm, PRIMARY_TEST, "p_one_sided")
        p_values = columns.get(tested, np.full(self.done, math.nan))
        return EnsembleView(
            generation=self.session.request.generation,
            replicates=self.done,
            wanted=self.wanted,
            headline=_headline(scenario, name, columns, own) if name else None,
            endpoint=scenario.sections.endpoints[name].label if name else "",
            level=alpha(scenario),
            power=tuple(
                (scenario.compared_label(endpoint, arm), Share(**tests[PRIMARY_TEST]))
                for endpoint, power in found["power"].items()
                for arm, tests in power.items()
            ),
            power_by_count=_power_by_count(scenario, p_values),
            endings=tuple((why, Share(**part)) for why, part in found["ending"].items()),
            stopping=tuple(
                (look["look"], *(look[key]["estimate"] for key in ("held", "benefit", "futility", "order")))
                for look in found["stopping"]
            ),
            figures=tuple(_figures(scenario, columns, own)),
            ended=_figure_row("trial.ended.day", "ended on day", columns, own) if scenario.trial.monitoring else None,
        )

    @cached_property
    def _own(self) -> Columns:
        """The row of the trial on screen: where numbers are changed, it alone keeps the arms of its patients."""
        return rows(self.session.simulated.chunk, toxicity=False)


def _power_by_count(scenario: Scenario, p_values: Floats) -> tuple[tuple[int, Share], ...]:
    if not np.isfinite(p_values).any():
        return ()
    counts = np.unique(np.linspace(min(10, p_values.size), p_values.size, POWER_POINTS).astype(int)).tolist()
    return tuple((count, Share(**significant(scenario, p_values[:count]))) for count in counts if count)


def _headline(scenario: Scenario, name: str, columns: Columns, own: Columns) -> Headline | None:
    """The hazard ratio of an endpoint, or where there is nothing to compare survival at its last tabulated day."""
    endpoint = scenario.sections.endpoints[name]
    arm = next(iter(scenario.compared_arms), "")
    ratio = compared_path(name, arm, "cox", "hazard_ratio")
    days = sorted(day for day in endpoint.at_days if _survival(name, day) in columns)
    if ratio in own:
        of = "" if len(scenario.compared_arms) == 1 else f", {arm}"
        path, label = ratio, f"Hazard ratio, {lowered(endpoint.label)}{of}"
    elif days:
        path, label = _survival(name, days[-1]), f"{endpoint.label} at {spans(days)[days[-1]]}"
    else:
        return None
    is_ratio, mine = path == ratio, float(own[path][0])
    luckier = _luckier(mine, columns[path][1:], less=is_ratio)
    return Headline(label, columns[path], mine, is_ratio, scenario.published_figure(path), luckier)


def _luckier(own: float, siblings: Floats, *, less: bool) -> float | None:
    """The share of the siblings than which a trial is better: its figure is less, or more."""
    others = siblings[~np.isnan(siblings)]
    if not others.size or math.isnan(own):
        return None
    return float((others > own if less else others < own).mean())


def _figures(scenario: Scenario, columns: Columns, own: Columns) -> Iterator[FigureRow]:
    """What an ensemble is asked for first; in a study without arms survival too."""
    wanted = {"trial.enrolled": "enrolled", "trial.randomized": "randomized"}
    for name, endpoint in scenario.sections.endpoints.items():
        label = scenario.endpoint_label(name)
        wanted[path_of("endpoints", name, "events")] = f"{label}: {_counted(endpoint)}"
        for arm in scenario.compared_arms:
            told = f"{scenario.compared_label(name, arm)} HR, median"
            wanted[compared_path(name, arm, "cox", "hazard_ratio")] = told
        wanted |= {_survival(name, day): f"{label} at {told}" for day, told in spans(endpoint.at_days).items()}
    for path, label in wanted.items():
        if (row := _figure_row(path, label, columns, own)) is not None:
            yield row


def _counted(endpoint: Endpoint) -> str:
    """What is counted of an endpoint, which may be called by what is left of everybody: its events, not survival."""
    return spoken(endpoint.events[0]) if len(endpoint.events) == 1 else "events"


def _figure_row(path: str, label: str, columns: Columns, own: Columns) -> FigureRow | None:
    if path not in columns or (central := middle(of := figure(path, columns[path]))) is None:
        return None
    mine = float(own[path][0]) if path in own else math.nan
    return FigureRow(label, unit_of(path) is Unit.SHARE, mine, central, of["lower"], of["upper"])


def _survival(endpoint: str, day: float) -> str:
    """The path of survival by a day in a study without arms."""
    return path_of("endpoints", endpoint, "arms", ALL, "at", day_name(day), "survival")


class Contrast(Repeats):
    """Two settings again and again on the same patients, with the same draws and in the same arms."""

    def columns(self, replicates: range) -> Columns:
        """The rows of both."""
        both = [self.session.kept.scenario, self.session.scenario]
        return varied_rows(both, self.session.request.seed, replicates)

    def view(self) -> ContrastView:
        """The mean differences with their intervals."""
        both = [self.session.kept.scenario, self.session.scenario]
        compared_settings = comparison(both, [self.session.request.kept, self.session.request.settings], self.so_far())
        differences = compared_settings["settings"][1]["differences"]
        told = [
            _told(label, unit, found)
            for path, label, unit in _contrasted(both[0], differences)
            if (found := differences.get(path)) and found["averaged"] > 1
        ]
        return ContrastView(self.session.request.generation, self.done, self.wanted, tuple(told))


def _told(label: str, unit: Unit, found: Summary) -> Difference:
    scale = "_log" if unit is Unit.RATIO else ""
    half_width = deviations(0.95) * found[f"standard_error{scale}"]
    return Difference(label, unit, found[f"mean{scale}"], half_width)


def _contrasted(scenario: Scenario, paths: Iterable[str]) -> Iterator[tuple[str, str, Unit]]:
    """The figures whose differences are shown: survival, how the arms of each endpoint compare, and toxicity."""
    for name, endpoint in scenario.sections.endpoints.items():
        short = scenario.endpoint_label(name)
        for arm, (day, told) in product(scenario.arms or (ALL,), spans(endpoint.at_days).items()):
            of = f", {arm}" if scenario.arms else ""
            path = path_of("endpoints", name, "arms", arm, "at", day_name(day), "survival")
            yield path, f"{short} at {told}{of}", Unit.SHARE
        for arm in scenario.compared_arms:
            below = f"{compared_path(name, arm)}."
            figures = (path.removeprefix(below) for path in paths if path.startswith(below))
            of_arm = scenario.compared_label(name, arm)
            yield from filter(None, (in_ensembles(of_arm, name, arm, path) for path in figures))
    toxic = {(step, event.name) for event in scenario.vocabulary.of("toxicity") for step in (THERAPY, event.step)}
    for arm, (step, name) in product(scenario.arms or ("",), sorted(toxic)):
        of = f", {arm}" if arm else ""
        path = f"{row_of('toxicity', arm=arm, step=step, type=name)}.rate"
        yield path, f"{toxicity_name(scenario, name, step)}{of}", Unit.SHARE


class Validation(Repeats):
    """Trials of the published course beside what was published."""

    def __init__(self, session: WorkerSession, wanted: int) -> None:
        super().__init__(session, wanted)
        self._scenario = session.scenario.as_it_went()
        self._figures = paths(targets_of(self._scenario))

    def columns(self, replicates: range) -> Columns:
        """The figures that targets ask for."""
        return figures(simulate_many(self._scenario, self.session.request.seed, replicates), self._figures)

    def view(self) -> ValidationView:
        """Every published result beside the simulated ones."""
        found = compared(self._scenario, self.so_far())
        rows_shown = tuple(
            TargetRow(
                one.target.part or "",
                one.label,
                KIND_SIGNS[one.target.kind],
                one.target.kind,
                is_share(one.target),
                one.target.wanted,
                one.mean,
                one.average.count,
                one.lower,
                one.upper,
                one.verdict,
            )
            for one in found
        )
        return ValidationView(self.session.request.generation, self.done, self.wanted, rows_shown)


KINDS: dict[Work, type[Repeats]] = {"ensemble": EnsembleRepeats, "contrast": Contrast, "validation": Validation}
