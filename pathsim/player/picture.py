"""A take on a day, as the app sees it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pathsim.paths import path_of
from pathsim.player.differences import fates
from pathsim.player.shown import (
    Curve,
    EndpointCard,
    EndpointView,
    Fates,
    Floats,
    Lane,
    LogEntry,
    LookView,
    Ratio,
    Snapshot,
    ToxicityRow,
)
from pathsim.player.take import Take
from pathsim.player.words import of_look
from pathsim.report.curves import drawn_until, time_axis
from pathsim.scenario.models import ANY, THERAPY, Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.stats.survival import curve, median
from pathsim.trial.known import Known
from pathsim.trial.outcomes import ALL, allocation, outcomes, survival_table
from pathsim.trial.results import endpoint_figures
from pathsim.trial.tables import of_trial, visits
from pathsim.trial.toxicity import toxic_steps, toxicity

FINEST = 512
"""Points of a curve: more than any screen has columns."""
THIN = 10
"""Where fewer patients than this are at risk, a curve says little."""
LOG_LINES = 60
MOST_MOVING = 200


class Photographer:
    """Makes pictures of a take, beside those of the one that it is compared with."""

    def __init__(
        self, generation: int, take: Take, kept: Take, lanes: Sequence[Lane], cards: Sequence[EndpointCard]
    ) -> None:
        self.generation, self._take, self._kept = generation, take, kept
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
        take, scenario = self._take, self._take.scenario
        self.shown_day = day = min(max(day, 0.0), take.last_day)
        known, happened = take.reported_on(day), take.happened_by(day)
        groups, is_changed = allocation(known), take is not self._kept
        ghosts = self._kept.reported_on(day) if is_changed else None
        looks = [look for look in take.looks if look.day <= day]
        plan, walked = scenario.trial.monitoring, take.walk
        until = 0 if walked is None else int(np.searchsorted(walked.day, day, side="right"))
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
            here=tuple(map(tuple, take.here(day).tolist())),
            moving=self._moving(day, moving_days),
            endpoints=endpoints,
            toxicity=toxicity_rows(known),
            events_known=0 if walked is None or not until else int(walked.events[until - 1]),
            events_counted=sum(curve.events for view in endpoints if view.name == monitored for curve in view.curves),
            walk=()
            if walked is None or plan is None
            else tuple(
                (min(events / plan.planned_events, 1.0), z)
                for events, z in zip(walked.events[:until].tolist(), walked.z[:until].tolist(), strict=True)
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
            fates=self._fates(day) if is_changed else None,
        )

    def _fates(self, day: float) -> Fates | None:
        return fates(self._kept, self._take, self._cards[0].name, day) if self._cards else None

    def _moving(self, day: float, moving_days: float) -> tuple[tuple[int, int, float], ...]:
        if moving_days <= 0:
            return ()
        moves = self._take.moves
        first, last = np.searchsorted(moves.day, [day - moving_days, day], side="right").tolist()
        found = []
        for at in range(max(first, last - MOST_MOVING), last):
            lane, step = int(moves.lane[at]), int(moves.step[at])
            if (place := self._stop_of.get((lane, step))) is not None:
                found.append((lane, place, (day - float(moves.day[at])) / moving_days))
        return tuple(found)

    def _endpoint(self, card: EndpointCard, known: Known, ghosts: Known | None) -> EndpointView:
        return endpoint_view(card, known, () if ghosts is None else curves(card, ghosts))

    def _log(self, day: float) -> tuple[LogEntry, ...]:
        take, told = self._take, self._take.told
        last = int(np.searchsorted(told.day, day, side="right"))
        recent = told.pick(slice(max(0, last - LOG_LINES), last))
        arms = np.where(recent.day >= take.randomized_on[recent.row], take.arm_of[recent.row], -1)
        entries = take.storyteller.entries(recent, arms.tolist())
        begins = entries[0].day if len(entries) == LOG_LINES else 0.0
        entries += [of_look(take.scenario, look) for look in take.looks if begins <= look.day <= day]
        return tuple(sorted(entries, key=lambda entry: entry.day)[-LOG_LINES:])


def endpoint_view(card: EndpointCard, known: Known, ghosts: tuple[Curve, ...] = ()) -> EndpointView:
    """An endpoint by what is known."""
    scenario, groups = known.chunk.scenario, allocation(known)
    endpoint = scenario.sections.endpoints[card.name]
    found = endpoint_figures(endpoint, outcomes(known, endpoint), groups, scenario)
    ratio = found.get("hazard_ratio", {})
    arms = found["arms"]
    days = _tabulated(arms)
    at_days = [(float(day), tuple(arms[name]["at"][day]["survival"] for name in arms)) for day in days]
    at_risk = [tuple(arms[name]["at"][day]["at_risk"] for name in arms) for day in days]
    p_value = found.get("logrank", {}).get("p_one_sided")
    shown = Ratio(ratio.get("estimate"), ratio.get("lower"), ratio.get("upper"), p_value)
    return EndpointView(card.name, curves(card, known), ghosts, tuple(at_days), tuple(at_risk), shown)


def _tabulated(arms: dict[str, Any]) -> list[str]:
    return list(next(iter(arms.values()))["at"])


def curves(card: EndpointCard, known: Known) -> tuple[Curve, ...]:
    """The curve of each arm."""
    endpoint = known.chunk.scenario.sections.endpoints[card.name]
    data, groups = outcomes(known, endpoint), allocation(known).groups
    table = survival_table(data, len(groups), stratified=False)
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


def cards(take: Take) -> tuple[EndpointCard, ...]:
    """The endpoints of a trial, and the axes on which their curves are drawn."""
    known = take.reported_on(take.last_day)
    return tuple(_card(take, name, table, known) for name, table in take.scenario.sections.endpoints.items())


def _card(take: Take, name: str, endpoint: Endpoint, known: Known) -> EndpointCard:
    time = outcomes(known, endpoint).time
    horizon = drawn_until(time) if time.size else 1.0
    unit, unit_days, ticks = time_axis(horizon)
    arms = take.scenario.arms or (ALL,)
    return EndpointCard(
        name,
        endpoint.label,
        take.scenario.endpoint_label(name),
        horizon,
        tuple(tick * unit_days for tick in ticks),
        tuple(f"{tick:g}" for tick in ticks),
        unit,
        tuple(tuple(take.scenario.published_points(name, arm)) for arm in arms),
        take.scenario.published_figure(path_of("endpoints", name, "hazard_ratio", "estimate")),
        endpoint.stratified,
    )


def toxicity_rows(known: Known) -> tuple[ToxicityRow, ...]:
    """Toxicity over the compared therapies, the commonest type first; step by step where none are named."""
    scenario, groups = known.chunk.scenario, allocation(known)
    rows = of_trial(toxicity(known, groups, visits(known, groups, toxic_steps(scenario))), 0)
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
