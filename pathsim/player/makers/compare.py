"""Compare: two settings of the same patients, who fares otherwise in one trial, and how figures differ over many."""

import math
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Literal, TypeAlias

import numpy as np

from pathsim.calendar import Days
from pathsim.ensembles.summary import Summary
from pathsim.ensembles.vary import comparison, varied_rows
from pathsim.journal import Rows
from pathsim.meaning import Unit
from pathsim.paths import compared_path, day_name, path_of, row_of
from pathsim.player.endpoints import endpoint_view
from pathsim.player.makers.first_differences import differences_by
from pathsim.player.makers.repeats import Repeats
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.toxicities import toxicity_name, toxicity_rows
from pathsim.player.views.compare import ChangedPatient, ComparedFigure, ComparisonView, ContrastView, Difference
from pathsim.player.views.live import ComparisonCounts, EndpointCard
from pathsim.player.worker_session import WorkerSession
from pathsim.report.figures import spans
from pathsim.results.endpoint import EndpointResults
from pathsim.results.labels import in_ensembles
from pathsim.results.views import Columns, kept_of, of_trial
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import THERAPY
from pathsim.statistics.normal import deviations
from pathsim.trial.data_cut import DataCut
from pathsim.trial.time_to_event import time_to_event

PatientChange: TypeAlias = Literal["better", "worse", "later", "earlier", "otherwise"]
VERDICTS: tuple[PatientChange, ...] = ("better", "worse", "later", "earlier", "otherwise")
MOST_TOLD = 500
"""Patients whose first difference is told; the counts are of all."""


def comparison_view(session: WorkerSession, day: float) -> ComparisonView:
    """The trial on screen beside the one that it is compared with."""
    before, now = (simulated.reported_on(day) for simulated in (session.kept, session.simulated))
    cards = session.cache.cards
    name = session.scenario.main_endpoint
    return ComparisonView(
        generation=session.request.generation,
        before=tuple(endpoint_view(card, before) for card in cards),
        now=tuple(endpoint_view(card, now) for card in cards),
        compared=tuple(compared_figures(card, before, now) for card in cards),
        toxicity_before=toxicity_rows(before),
        toxicity_now=toxicity_rows(now),
        counts=comparison_counts(session.kept, session.simulated, name, day),
        changed=tuple(changed_patients(session.kept, session.simulated, name, day)),
    )


def comparison_counts(before: SimulatedTrial, now: SimulatedTrial, name: str, day: float) -> ComparisonCounts:
    """How many patients fare otherwise in one trial than in another, by some day and by an endpoint."""
    changed = differences_by(before, now, day).row
    counts = np.bincount(_verdicts(before, now, name, day)[changed], minlength=len(VERDICTS)).tolist()
    return ComparisonCounts(now.scenario.endpoint_label(name) if name else "", *counts)


def _verdicts(before: SimulatedTrial, now: SimulatedTrial, name: str, day: float) -> Rows:
    """For each patient the number of what is told of their event before and now; without such an endpoint the last.

    Both as a report on that day would count events.
    """
    rows = max(before.chunk.rows, now.chunk.rows)
    found = np.full(rows, VERDICTS.index("otherwise"), np.intp)
    endpoint = now.scenario.sections.endpoints.get(name)
    if endpoint is None:
        return found
    first, second = (_days_to_event(simulated.reported_on(day), endpoint, rows) for simulated in (before, now))
    both = ~np.isnan(first) & ~np.isnan(second)
    found[both & (first < second)] = VERDICTS.index("later")
    found[both & (first > second)] = VERDICTS.index("earlier")
    found[both & (first < math.inf) & (second == math.inf)] = VERDICTS.index("better")
    found[both & (first == math.inf) & (second < math.inf)] = VERDICTS.index("worse")
    return found


def _days_to_event(known: DataCut, endpoint: Endpoint, rows: int) -> Days:
    """For each patient the days until the event; infinite if there is none, NaN for those who are not followed.

    Nor are those who were lost: nobody knows how they fare.
    """
    data = time_to_event(known, endpoint)
    is_lost = ~data.event & (data.day < known.until.take(data.row))
    found = np.full(rows, math.nan)
    found[data.row] = np.where(data.event, data.time, np.where(is_lost, math.nan, math.inf))
    return found


def changed_patients(before: SimulatedTrial, now: SimulatedTrial, name: str, day: float) -> list[ChangedPatient]:
    """The patients whose journeys differ by a day, those first whose event does, and the first thing that differs."""
    found = differences_by(before, now, day)
    verdicts = _verdicts(before, now, name, day)[found.row]
    order = np.argsort(verdicts, kind="stable")[:MOST_TOLD]
    told = []
    for i in order.tolist():
        row, first = int(found.row[i]), found.told(i)
        # Fewer patients may come now than before.
        comes = now if row < now.chunk.rows else before
        told.append(
            ChangedPatient(
                row,
                comes.storyteller.briefly(row),
                int(comes.arm_of[row]),
                VERDICTS[int(verdicts[i])],
                min(day for day in first.days if day is not None),
                first.before,
                first.now,
            )
        )
    return told


def compared_figures(card: EndpointCard, before: DataCut, now: DataCut) -> tuple[ComparedFigure, ...]:
    """How the arms of an endpoint compare in two settings."""
    scenario, figures = now.chunk.scenario, []
    found = [
        EndpointResults(cut.chunk.scenario.sections.endpoints[card.name], cut).comparisons for cut in (before, now)
    ]
    for arm in scenario.groups(card.name).compared:
        figures_before, figures_now = (kept_of((compared or {})[arm]) for compared in found)
        for path, values in figures_now.items():
            if (one := _in_ensembles(scenario, card.name, arm, path)) is not None:
                _, label, unit = one
                shown = (None, None) if unit is Unit.SHARE else (of_trial(figures_before[path], 0), of_trial(values, 0))
                figures.append(ComparedFigure(label, unit, *shown))
    return tuple(figures)


def _in_ensembles(scenario: Scenario, endpoint: str, arm: str, path: str) -> tuple[str, str, Unit] | None:
    """What two settings are compared by, of a figure; no power of groups to which nobody is randomized."""
    one = in_ensembles(scenario.compared_label(endpoint, arm), endpoint, arm, path)
    is_power = one is not None and one[2] is Unit.SHARE
    return None if is_power and not scenario.sections.endpoints[endpoint].compares_arms else one


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
            _difference(label, unit, found)
            for path, label, unit in _contrasted(both[0], differences)
            if (found := differences.get(path)) and found["averaged"] > 1
        ]
        return ContrastView(self.session.request.generation, self.done, self.wanted, tuple(told))


def _difference(label: str, unit: Unit, found: Summary) -> Difference:
    scale = "_log" if unit is Unit.RATIO else ""
    half_width = deviations(0.95) * found[f"standard_error{scale}"]
    return Difference(label, unit, found[f"mean{scale}"], half_width)


def _contrasted(scenario: Scenario, paths: Iterable[str]) -> Iterator[tuple[str, str, Unit]]:
    """The figures whose differences are shown: survival, how the arms of each endpoint compare, and toxicity."""
    for name, endpoint in scenario.sections.endpoints.items():
        short = scenario.endpoint_label(name)
        groups = scenario.groups(name)
        for arm, (day, told) in product(groups.names, spans(endpoint.at_days).items()):
            of = f", {arm}" if len(groups.names) > 1 else ""
            path = path_of("endpoints", name, "arms", arm, "at", day_name(day), "survival")
            yield path, f"{short} at {told}{of}", Unit.SHARE
        for arm in groups.compared:
            below = f"{compared_path(name, arm)}."
            figures = (path.removeprefix(below) for path in paths if path.startswith(below))
            yield from filter(None, (_in_ensembles(scenario, name, arm, path) for path in figures))
    toxic = {(step, event.name) for event in scenario.vocabulary.of("toxicity") for step in (THERAPY, event.step)}
    for arm, (step, name) in product(scenario.arms or ("",), sorted(toxic)):
        of = f", {arm}" if arm else ""
        path = f"{row_of('toxicity', arm=arm, step=step, type=name)}.rate"
        yield path, f"{toxicity_name(scenario, name, step)}{of}", Unit.SHARE
