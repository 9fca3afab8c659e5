"""Compare: two settings of the same patients, who fares otherwise in one trial, and how figures differ over many."""

from collections.abc import Iterable, Iterator

from pathsim.ensembles.summary import Summary
from pathsim.ensembles.vary import comparison, varied_rows
from pathsim.meaning import Unit
from pathsim.player.endpoints import endpoint_view
from pathsim.player.makers.repeats import Repeats
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.toxicities import toxicity_rows
from pathsim.player.views.compare import ChangedPatient, ComparedFigure, ComparisonView, ContrastView, Difference
from pathsim.player.views.live import ComparisonCounts, EndpointCard
from pathsim.player.worker_session import WorkerSession
from pathsim.report.changed_patients import changed_patients
from pathsim.report.contrasts import (
    ContrastedFigure,
    contrasted_arms,
    contrasted_survival,
    contrasted_toxicity,
    in_ensembles_of,
)
from pathsim.results.endpoint import EndpointResults
from pathsim.results.views import Columns, kept_of, of_trial
from pathsim.scenario.scenario import Scenario
from pathsim.statistics.normal import deviations
from pathsim.trial.data_cut import DataCut

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
        changed=tuple(changed_in_words(session.kept, session.simulated, name, day)),
    )


def comparison_counts(before: SimulatedTrial, now: SimulatedTrial, name: str, day: float) -> ComparisonCounts:
    """How many patients fare otherwise in one trial than in another, by some day and by an endpoint."""
    counts = changed_patients(before, now, name, day).counts
    return ComparisonCounts(now.scenario.endpoint_label(name) if name else "", *counts.values())


def changed_in_words(before: SimulatedTrial, now: SimulatedTrial, name: str, day: float) -> list[ChangedPatient]:
    """The patients whose journeys differ by a day, those first whose event does, and the first thing that differs."""
    found, told = changed_patients(before, now, name, day), []
    for number in range(min(found.count, MOST_TOLD)):
        row, first = found.patient(number), found.first(number)
        # Fewer patients may come now than before.
        comes = now if row < now.chunk.rows else before
        told.append(
            ChangedPatient(
                row,
                comes.storyteller.briefly(row),
                int(comes.arm_of[row]),
                found.change(number),
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
            if (one := in_ensembles_of(scenario, card.name, arm, path)) is not None:
                _, label, unit = one
                shown = (None, None) if unit is Unit.SHARE else (of_trial(figures_before[path], 0), of_trial(values, 0))
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


def _contrasted(scenario: Scenario, paths: Iterable[str]) -> Iterator[ContrastedFigure]:
    """The figures whose differences are shown: survival, how the arms of each endpoint compare, and toxicity."""
    for name in scenario.sections.endpoints:
        yield from contrasted_survival(scenario, name)
        yield from contrasted_arms(scenario, name, paths)
    yield from contrasted_toxicity(scenario)
