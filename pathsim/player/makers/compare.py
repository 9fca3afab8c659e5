"""Compare: two settings of the same patients, who fares otherwise in one trial, and how figures differ over many."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias

import numpy as np

from pathsim.calendar import Days
from pathsim.ensembles.summary import Summary
from pathsim.ensembles.vary import comparison, varied_rows
from pathsim.journal import Journal, Rows
from pathsim.meaning import Unit
from pathsim.paths import compared_path, day_name, path_of, row_of
from pathsim.player.endpoints import endpoint_view
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
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import THERAPY, Endpoint
from pathsim.statistics.normal import deviations
from pathsim.trial.data_cut import DataCut
from pathsim.trial.time_to_event import ALL, time_to_event

PatientChange: TypeAlias = Literal["better", "worse", "later", "earlier", "otherwise"]
VERDICTS: tuple[PatientChange, ...] = ("better", "worse", "later", "earlier", "otherwise")
MOST_TOLD = 500
"""Patients whose first difference is told; the counts are of all."""


def comparison_view(session: WorkerSession, day: float) -> ComparisonView:
    """The trial on screen beside the one that it is compared with."""
    there, here = (simulated.reported_on(day) for simulated in (session.kept, session.simulated))
    cards = session.cache.cards
    name = session.scenario.main_endpoint
    return ComparisonView(
        generation=session.request.generation,
        there=tuple(endpoint_view(card, there) for card in cards),
        here=tuple(endpoint_view(card, here) for card in cards),
        compared=tuple(compared_figures(card, there, here) for card in cards),
        toxicity_there=toxicity_rows(there),
        toxicity_here=toxicity_rows(here),
        counts=comparison_counts(session.kept, session.simulated, name, day),
        changed=tuple(changed_patients(session.kept, session.simulated, name, day)),
    )


@dataclass(frozen=True, slots=True)
class Parted:
    """Patients whose journeys differ, and the first entry in each journal that the other does not have (-1: none)."""

    row: Rows
    there: Rows
    here: Rows


def parted(there: Journal, here: Journal) -> Parted:
    """Where journeys part, in journals of the same patients that are in order.

    Codes mean the same in both: only numbers may differ between their scenarios, never steps.
    """
    rows = int(max(there.row.max(initial=-1), here.row.max(initial=-1))) + 1
    begins = [np.searchsorted(journal.row, np.arange(rows + 1)) for journal in (there, here)]
    sizes = [np.diff(begin) for begin in begins]
    common = np.minimum(*sizes)
    # The entries that both have a place for, one after the other.
    row = np.repeat(np.arange(rows), common)
    place = np.arange(row.size) - np.repeat(np.cumsum(common) - common, common)
    mine, theirs = (begin[row] + place for begin in (begins[1], begins[0]))
    same = (here.event[mine] == there.event[theirs]) & (here.day[mine] == there.day[theirs])
    same &= here.value[mine] == there.value[theirs]
    first = common.copy()
    wrong = np.flatnonzero(~same)
    np.minimum.at(first, row[wrong], place[wrong])
    differs = np.flatnonzero((first < sizes[0]) | (first < sizes[1]))
    at = [np.where(first < size, begin[:-1] + first, -1)[differs] for begin, size in zip(begins, sizes, strict=True)]
    return Parted(differs, at[0], at[1])


def comparison_counts(there: SimulatedTrial, here: SimulatedTrial, name: str, day: float) -> ComparisonCounts:
    """How many patients fare otherwise in one trial than in another, by some day and by an endpoint."""
    changed = _changed(there, here, day)[0].row
    counts = np.bincount(_verdicts(there, here, name, day)[changed], minlength=len(VERDICTS)).tolist()
    return ComparisonCounts(here.scenario.endpoint_label(name) if name else "", *counts)


def _verdicts(there: SimulatedTrial, here: SimulatedTrial, name: str, day: float) -> Rows:
    """For each patient the number of what is told of their event there and here; without such an endpoint the last.

    Both as a report on that day would count events.
    """
    rows = max(there.chunk.rows, here.chunk.rows)
    found = np.full(rows, VERDICTS.index("otherwise"), np.intp)
    endpoint = here.scenario.sections.endpoints.get(name)
    if endpoint is None:
        return found
    before, now = (_days_to_event(simulated.reported_on(day), endpoint, rows) for simulated in (there, here))
    both = ~np.isnan(before) & ~np.isnan(now)
    found[both & (before < now)] = VERDICTS.index("later")
    found[both & (before > now)] = VERDICTS.index("earlier")
    found[both & (before < math.inf) & (now == math.inf)] = VERDICTS.index("better")
    found[both & (before == math.inf) & (now < math.inf)] = VERDICTS.index("worse")
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


def _changed(there: SimulatedTrial, here: SimulatedTrial, day: float) -> tuple[Parted, Journal, Journal]:
    journals = [simulated.journal.pick(simulated.journal.day <= day) for simulated in (there, here)]
    return parted(*journals), journals[0], journals[1]


def changed_patients(there: SimulatedTrial, here: SimulatedTrial, name: str, day: float) -> list[ChangedPatient]:
    """The patients whose journeys differ by a day, those first whose event does, and the first thing that differs."""
    found, before, now = _changed(there, here, day)
    verdicts = _verdicts(there, here, name, day)[found.row]
    order = np.argsort(verdicts, kind="stable")[:MOST_TOLD]
    told = []
    for i in order.tolist():
        row, at_there, at_here = int(found.row[i]), int(found.there[i]), int(found.here[i])
        days = [float(j.day[at]) for j, at in ((before, at_there), (now, at_here)) if at >= 0]
        # Fewer patients may come here than there.
        comes = here if row < here.chunk.rows else there
        told.append(
            ChangedPatient(
                row,
                comes.storyteller.briefly(row),
                int(comes.arm_of[row]),
                VERDICTS[int(verdicts[i])],
                min(days),
                *_told_apart(_told(there, before, at_there), _told(here, now, at_here), days),
            )
        )
    return told


def _told(simulated: SimulatedTrial, journal: Journal, at: int) -> str:
    """An entry in words; nothing more if the journal has none."""
    if at < 0:
        return "nothing further by then"
    event = simulated.scenario.vocabulary[int(journal.event[at])]
    day = float(journal.day[at])
    text = simulated.storyteller.sentence(int(journal.row[at]), day, event, float(journal.value[at]))
    return f"{simulated.scenario.written_date(day)}: {text}"


def _told_apart(there: str, here: str, days: list[float]) -> tuple[str, str]:
    """Both in words: with the time of the day if all else is the same."""
    if there != here:
        return there, here
    date, _, text = there.partition(": ")
    first, second = (f"{date}, {_time_of_day(day)}: {text}" for day in days)
    return first, second


def _time_of_day(day: float) -> str:
    minutes = int(day % 1 * 1440)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


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
