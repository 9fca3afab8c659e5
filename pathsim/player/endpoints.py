"""The endpoints of a simulated trial as screens draw them: axes, curves, and how the arms compare."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pathsim.paths import compared_path
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.live import Counts, Curve, EndpointCard, EndpointView, Floats, HazardRatioView
from pathsim.report.curves import drawn_until, time_axis
from pathsim.results.endpoint import EndpointResults
from pathsim.results.views import of_trial
from pathsim.scenario.endpoint import Endpoint
from pathsim.statistics.kaplan_meier import curve, median
from pathsim.statistics.methods import Comparisons
from pathsim.trial.data_cut import DataCut
from pathsim.trial.time_to_event import survival_data, time_to_event

FINEST = 512
"""Points of a curve: more than any screen has columns."""
THIN = 10
"""Where fewer patients than this are at risk, a curve says little."""


def endpoint_view(card: EndpointCard, known: DataCut, ghosts: tuple[Curve, ...] = ()) -> EndpointView:
    """An endpoint by what is known."""
    endpoint = known.chunk.scenario.sections.endpoints[card.name]
    found = EndpointResults(endpoint, known)
    arms = [list(arm.at.values()) for arm in found.arms.values()]
    survival = zip(*([of_trial(here.survival, 0) for here in arm] for arm in arms), strict=True)
    at_risk = zip(*([of_trial(here.at_risk, 0) for here in arm] for arm in arms), strict=True)
    ratios = tuple(_ratio(arm, compared) for arm, compared in (found.comparisons or {}).items())
    at_days = tuple(zip(endpoint.at_days, survival, strict=True))
    return EndpointView(card.name, curves(card, known), ghosts, at_days, tuple(at_risk), ratios)


def _ratio(arm: str, compared: Comparisons) -> HazardRatioView:
    figures = (*compared.cox.values(), compared.logrank.p_one_sided)
    return HazardRatioView(arm, *(of_trial(figure, 0) for figure in figures))


def curves(card: EndpointCard, known: DataCut) -> tuple[Curve, ...]:
    """The curve of each group."""
    endpoint = known.chunk.scenario.sections.endpoints[card.name]
    data = time_to_event(known, endpoint)
    table = survival_data(data, endpoint, known.chunk).table
    edges = np.linspace(0, card.horizon_days, FINEST)
    found = []
    for number in range(len(card.groups)):
        mine = data.group == number
        steps, time = curve(table, 0, number), data.time[mine]
        late = np.sort(time[:0] if data.entry is None else data.entry[mine & (data.entry > -np.inf)])
        kept = _thinned(steps.time, edges)
        followed = np.sort(time)
        middle = float(median(table, number).estimate[0])
        found.append(
            Curve(
                steps.time[kept],
                steps.survival[kept],
                steps.lower[kept],
                steps.upper[kept],
                np.histogram(time[~data.event[mine]], FINEST, (0.0, card.horizon_days))[0],
                tuple((_from(followed, card.ticks) - _from(late, card.ticks)).tolist()),
                float(followed[-1]) if followed.size else 0.0,
                float(followed[-THIN]) if followed.size >= THIN else 0.0,
                np.unique(data.row[mine]).size,
                int(data.event[mine].sum()),
                middle if math.isfinite(middle) else None,
            )
        )
    return tuple(found)


def _from(ascending: Floats, days: Sequence[float]) -> Counts:
    """How many of these lie on each day or after it."""
    return ascending.size - np.searchsorted(ascending, days)


def _thinned(time: Floats, edges: Floats) -> Any:
    """Which points to keep: all, or the last one before each edge."""
    if time.size <= edges.size:
        return slice(None)
    places = np.unique(np.searchsorted(time, edges, side="right") - 1)
    return places[places >= 0]


def cards(simulated: SimulatedTrial) -> tuple[EndpointCard, ...]:
    """The endpoints of a trial, and the axes on which their curves are drawn."""
    known = simulated.reported_on(simulated.last_day)
    return tuple(_card(simulated, name, table, known) for name, table in simulated.scenario.sections.endpoints.items())


def _card(simulated: SimulatedTrial, name: str, endpoint: Endpoint, known: DataCut) -> EndpointCard:
    time = time_to_event(known, endpoint).time
    horizon = drawn_until(time) if time.size else 1.0
    unit, unit_days, ticks = time_axis(horizon)
    groups = simulated.scenario.groups(name)
    return EndpointCard(
        name,
        endpoint.label,
        simulated.scenario.endpoint_label(name),
        horizon,
        tuple(tick * unit_days for tick in ticks),
        tuple(f"{tick:g}" for tick in ticks),
        unit,
        tuple(tuple(simulated.scenario.published_points(name, arm)) for arm in groups.names),
        tuple(
            simulated.scenario.published_figure(compared_path(name, arm, "cox", "hazard_ratio"))
            for arm in groups.compared
        ),
        endpoint.stratified,
        groups.names,
        endpoint.compares_arms,
    )
