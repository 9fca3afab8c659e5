"""A simulated trial on a day, as the app sees it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pathsim.meaning import Unit
from pathsim.paths import compared_path
from pathsim.player.differences import comparison_counts
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.compare import ComparedFigure
from pathsim.player.views.live import (
    ComparisonCounts,
    Curve,
    EndpointCard,
    EndpointView,
    Floats,
    HazardRatioView,
    Lane,
    LogEntry,
    LookView,
    Snapshot,
    ToxicityRow,
)
from pathsim.player.words import of_look
from pathsim.report.curves import drawn_until, time_axis
from pathsim.results.endpoint import EndpointResults
from pathsim.results.labels import in_ensembles
from pathsim.results.views import kept_of, of_trial
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import ANY, THERAPY, Endpoint
from pathsim.statistics.kaplan_meier import curve, median
from pathsim.statistics.methods import Comparisons
from pathsim.trial.data_cut import DataCut
from pathsim.trial.tables import of_trial as rows_of_trial
from pathsim.trial.tables import visits
from pathsim.trial.time_to_event import ALL, allocation, survival_data, time_to_event
from pathsim.trial.toxicity import toxic_steps, toxicity

FINEST = 512
"""Points of a curve: more than any screen has columns."""
THIN = 10
"""Where fewer patients than this are at risk, a curve says little."""
LOG_LINES = 60
MOST_MOVING = 200


class Photographer:
    """Makes pictures of a simulated trial, beside those of the one that it is compared with."""

    def __init__(
        self,
        generation: int,
        simulated: SimulatedTrial,
        kept: SimulatedTrial,
        lanes: Sequence[Lane],
        cards: Sequence[EndpointCard],
    ) -> None:
        self.generation, self._simulated, self._kept = generation, simulated, kept
        self.shown_day = 0.0
        """The day of the last picture."""
        self._cards = cards
        self._stop_of = {
            (number, station.step): place
            for number, lane in enumerate(lanes)
            for place, station in enumerate((*lane.stations, *lane.elsewhere))
        }

    def snapshot(self, day: float, moving_days: float) -> Snapshot:
        """The trial on a day."""
        simulated, scenario = self._simulated, self._simulated.scenario
        self.shown_day = day = min(max(day, 0.0), simulated.last_day)
        known, happened = simulated.reported_on(day), simulated.happened_by(day)
        groups, is_changed = allocation(known), simulated is not self._kept
        ghosts = self._kept.reported_on(day) if is_changed else None
        looks = [look for look in simulated.looks if look.day <= day]
        plan, path_of_z = scenario.trial.monitoring, simulated.z_path
        until = 0 if path_of_z is None else int(np.searchsorted(path_of_z.day, day, side="right"))
        endpoints = tuple(self._endpoint(card, known, ghosts) for card in self._cards)
        monitored = "" if plan is None else plan.endpoint
        return Snapshot(
            generation=self.generation,
            day=day,
            date=scenario.written_date(day),
            iso_date=scenario.date(day).isoformat(),
            enrolled=int(np.isfinite(happened.enrolled).sum()),
            randomized=int((groups.group >= 0).sum()) if scenario.arms else 0,
            by_group=tuple(np.bincount(groups.group[groups.group >= 0], minlength=len(groups.groups)).tolist()),
            here=tuple(map(tuple, simulated.here(day).tolist())),
            moving=self._moving(day, moving_days),
            endpoints=endpoints,
            toxicity=toxicity_rows(known),
            events_known=0 if path_of_z is None or not until else int(path_of_z.events[until - 1]),
            events_counted=sum(curve.events for view in endpoints if view.name == monitored for curve in view.curves),
            z_path=()
            if path_of_z is None or plan is None
            else tuple(
                (min(events / plan.planned_events, 1.0), z)
                for events, z in zip(path_of_z.events[:until].tolist(), path_of_z.z[:until].tolist(), strict=True)
                if math.isfinite(z)
            ),
            looks=tuple(
                LookView(
                    look.day,
                    look.information,
                    look.events,
                    look.z,
                    look.decision,
                )
                for look in looks
            ),
            log=self._log(day),
            counts=self._counts(day) if is_changed else None,
        )

    def _counts(self, day: float) -> ComparisonCounts | None:
        return comparison_counts(self._kept, self._simulated, self._cards[0].name, day) if self._cards else None

    def _moving(self, day: float, moving_days: float) -> tuple[tuple[int, int, float], ...]:
        if moving_days <= 0:
            return ()
        moves = self._simulated.moves
        first, last = np.searchsorted(moves.day, [day - moving_days, day], side="right").tolist()
        found = []
        for at in range(max(first, last - MOST_MOVING), last):
            lane, step = int(moves.lane[at]), int(moves.step[at])
            if (place := self._stop_of.get((lane, step))) is not None:
                found.append((lane, place, (day - float(moves.day[at])) / moving_days))
        return tuple(found)

    def _endpoint(self, card: EndpointCard, known: DataCut, ghosts: DataCut | None) -> EndpointView:
        return endpoint_view(card, known, () if ghosts is None else curves(card, ghosts))

    def _log(self, day: float) -> tuple[LogEntry, ...]:
        simulated, told = self._simulated, self._simulated.told
        last = int(np.searchsorted(told.day, day, side="right"))
        recent = told.pick(slice(max(0, last - LOG_LINES), last))
        arms = np.where(recent.day >= simulated.randomized_on[recent.row], simulated.arm_of[recent.row], -1)
        entries = simulated.storyteller.entries(recent, arms.tolist())
        begins = entries[0].day if len(entries) == LOG_LINES else 0.0
        entries += [of_look(simulated.scenario, look) for look in simulated.looks if begins <= look.day <= day]
        return tuple(sorted(entries, key=lambda entry: entry.day)[-LOG_LINES:])


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


def compared_figures(card: EndpointCard, there: DataCut, here: DataCut) -> tuple[ComparedFigure, ...]:
    """How the arms of an endpoint compare in two settings."""
    scenario, figures = here.chunk.scenario, []
    found = [
        EndpointResults(cut.chunk.scenario.sections.endpoints[card.name], cut).comparisons for cut in (there, here)
    ]
    for arm in scenario.compared_arms:
        before, now = (kept_of((compared or {})[arm]) for compared in found)
        for path, values in now.items():
            if (one := in_ensembles(scenario.compared_label(card.name, arm), card.name, arm, path)) is not None:
                _, label, unit = one
                shown = (None, None) if unit is Unit.SHARE else (of_trial(before[path], 0), of_trial(values, 0))
                figures.append(ComparedFigure(label, unit, *shown))
    return tuple(figures)


def curves(card: EndpointCard, known: DataCut) -> tuple[Curve, ...]:
    """The curve of each arm."""
    endpoint = known.chunk.scenario.sections.endpoints[card.name]
    data, groups = time_to_event(known, endpoint), allocation(known).groups
    table = survival_data(data, endpoint, known.chunk).table
    edges = np.linspace(0, card.horizon_days, FINEST)
    found = []
    for number in range(len(groups)):
        mine = data.group == number
        steps, time = curve(table, 0, number), data.time[mine]
        kept = _thinned(steps.time, edges)
        followed = np.sort(time)
        middle = float(median(table, number).estimate[0])
        censored = np.sort(time[~data.event[mine]])
        found.append(
            Curve(
                steps.time[kept],
                steps.survival[kept],
                steps.lower[kept],
                steps.upper[kept],
                censored[_thinned(censored, edges)],
                tuple((followed.size - np.searchsorted(followed, card.ticks)).tolist()),
                float(followed[-1]) if followed.size else 0.0,
                float(followed[-THIN]) if followed.size >= THIN else 0.0,
                int(mine.sum()),
                int(data.event[mine].sum()),
                middle if math.isfinite(middle) else None,
            )
        )
    return tuple(found)


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
    arms = simulated.scenario.arms or (ALL,)
    return EndpointCard(
        name,
        endpoint.label,
        simulated.scenario.endpoint_label(name),
        horizon,
        tuple(tick * unit_days for tick in ticks),
        tuple(f"{tick:g}" for tick in ticks),
        unit,
        tuple(tuple(simulated.scenario.published_points(name, arm)) for arm in arms),
        tuple(
            simulated.scenario.published_figure(compared_path(name, arm, "cox", "hazard_ratio"))
            for arm in simulated.scenario.compared_arms
        ),
        endpoint.stratified,
    )


def toxicity_rows(known: DataCut) -> tuple[ToxicityRow, ...]:
    """Toxicity over the compared therapies, the commonest type first; step by step where none are named."""
    scenario, groups = known.chunk.scenario, allocation(known)
    rows = rows_of_trial(toxicity(known, groups, visits(known, groups, toxic_steps(scenario))), 0)
    whole = [row for row in rows if row["step"] == THERAPY]
    arms: tuple[str | None, ...] = scenario.arms or (None,)
    found: dict[tuple[str, str], dict[str | None, dict[str, Any]]] = {}
    for row in whole or rows:
        if row["arm"] in arms and row["type"] != ANY and row["step"] not in scenario.repeats:
            found.setdefault((row["type"], row["step"]), {})[row["arm"]] = row
    made = [_toxicity_row(toxicity_name(scenario, name, step), by_arm, arms) for (name, step), by_arm in found.items()]
    return tuple(sorted(made, key=lambda row: -max(_rate(row), default=0.0)))


def toxicity_name(scenario: Scenario, name: str, step: str) -> str:
    """What a row of toxicities is called: with its step, if it is not about the whole therapy."""
    label = scenario.toxicity_label(name)
    return label if step == THERAPY else f"{label}, {scenario.entry(step).label}"


def _rate(row: ToxicityRow) -> list[float]:
    return [sum(grades) / n for grades, n in zip(row.grades, row.patients, strict=True) if n]


def _toxicity_row(label: str, by_arm: dict[str | None, dict[str, Any]], arms: Sequence[str | None]) -> ToxicityRow:
    rows = [by_arm.get(arm) for arm in arms]
    grades = [
        (0, 0, 0) if row is None else (row["grade3plus"] - row["grade4"] - row["grade5"], row["grade4"], row["grade5"])
        for row in rows
    ]
    return ToxicityRow(label, tuple(grades), tuple(0 if row is None else row["patients"] for row in rows))
