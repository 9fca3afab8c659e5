"""Ensemble: the trial on screen again and again, with other draws."""

import math
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.summary import alpha, figure, middle, significant, summary
from pathsim.meaning import Unit
from pathsim.names import lowered, spoken
from pathsim.paths import compared_path, day_name, path_of
from pathsim.player.makers.repeats import Repeats
from pathsim.player.views.ensemble import ComparedArm, EnsembleView, FigureRow, Headline, Share
from pathsim.player.views.live import Floats
from pathsim.report.figures import spans
from pathsim.results.declared import unit_of
from pathsim.results.labels import PRIMARY_TEST
from pathsim.results.replicates import rows
from pathsim.results.views import Columns
from pathsim.scenario.endpoint import ALL, Endpoint
from pathsim.scenario.scenario import Scenario

POWER_POINTS = 40
ENDED = "trial.ended.day"


class EnsembleRepeats(Repeats):
    """The trial again and again: what its design can show, and how lucky the one on screen is."""

    def columns(self, replicates: range) -> Columns:
        """The rows of an ensemble."""
        return rows(simulate_many(self.session.scenario, self.session.request.seed, replicates), toxicity=False)

    def view(self) -> EnsembleView:
        """Hazard ratios or survival, power as it settles, how the trials ended."""
        columns, scenario, own = self.so_far(), self.session.scenario, self._own
        found = summary(scenario, columns)
        name = scenario.main_endpoint
        arm = next(iter(scenario.compared_arms), "")
        tested = compared_path(name, arm, PRIMARY_TEST, "p_one_sided")
        p_values = columns.get(tested, np.full(self.done, math.nan))
        return EnsembleView(
            generation=self.session.request.generation,
            replicates=self.done,
            wanted=self.wanted,
            headline=_headline(scenario, name, columns, own, self.session.simulated.replicate) if name else None,
            endpoint=scenario.sections.endpoints[name].label if name else "",
            level=alpha(scenario),
            compared=tuple(
                _compared_arm(scenario, endpoint, arm, columns, own, Share(**tests[PRIMARY_TEST]))
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
            ended=_figure_row(ENDED, "ended on day, median", columns, own) if scenario.trial.monitoring else None,
        )

    @cached_property
    def _own(self) -> Columns:
        """The row of the trial on screen: where numbers are changed, it alone keeps the arms of its patients."""
        return rows(self.session.simulated.chunk, toxicity=False)


def _compared_arm(
    scenario: Scenario, endpoint: str, arm: str, columns: Columns, own: Columns, power: Share
) -> ComparedArm:
    path = compared_path(endpoint, arm, "cox", "hazard_ratio")
    mine = float(own[path][0]) if path in own else math.nan
    label, published = scenario.compared_label(endpoint, arm), scenario.published_figure(path)
    return ComparedArm(endpoint, arm, label, columns[path], mine, published, power)


def _power_by_count(scenario: Scenario, p_values: Floats) -> tuple[tuple[int, Share], ...]:
    if not np.isfinite(p_values).any():
        return ()
    counts = np.unique(np.linspace(min(10, p_values.size), p_values.size, POWER_POINTS).astype(int)).tolist()
    return tuple((count, Share(**significant(scenario, p_values[:count]))) for count in counts if count)


def _headline(scenario: Scenario, name: str, columns: Columns, own: Columns, replicate: int) -> Headline | None:
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
    others = np.delete(columns[path], replicate) if replicate < columns[path].size else columns[path]
    luckier = _luckier(mine, others, less=is_ratio)
    p_values = columns.get(compared_path(name, arm, PRIMARY_TEST, "p_one_sided")) if is_ratio else None
    is_significant = None if p_values is None else p_values < alpha(scenario)
    published = scenario.published_figure(path)
    return Headline(name, arm, label, columns[path], mine, is_ratio, is_significant, published, luckier, others.size)


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
        for arm in scenario.groups(name).compared:
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
    if path == ENDED:
        # Most end on one day, some at a look before it: the mean is a day on which none does.
        central = float(np.nanmedian(columns[path]))
    mine = float(own[path][0]) if path in own else math.nan
    return FigureRow(label, unit_of(path) is Unit.SHARE, mine, central, of["lower"], of["upper"])


def _survival(endpoint: str, day: float) -> str:
    """The path of survival by a day in a study without arms."""
    return path_of("endpoints", endpoint, "arms", ALL, "at", day_name(day), "survival")
