"""The trials that are on screen: the one as it is set, the one it is compared with, and their common base."""

from dataclasses import dataclass, replace
from functools import cached_property

from pathsim.counterfactual import Counterfactual, counterfactual, other_courses
from pathsim.couplings import Coupling
from pathsim.player.chart import lanes
from pathsim.player.differences import changed_patients, comparison_counts
from pathsim.player.evidence import evidence
from pathsim.player.journeys import journey_view, roster
from pathsim.player.parameters import parameters
from pathsim.player.picture import Photographer, cards, compared_figures, endpoint_view, toxicity_rows
from pathsim.player.requests import Open, Settings
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.compare import ComparisonView
from pathsim.player.views.evidence import EvidenceView
from pathsim.player.views.live import CommitteeCard, EndpointCard, Lane, Opened, Parameter
from pathsim.player.views.patients import JourneyView, RosterView
from pathsim.scenario.files import Source, find
from pathsim.scenario.problems import ScenarioError, dotted
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.monitoring import allocation_ratio, plan_of, planned_bounds
from pathsim.trial.time_to_event import ALL


@dataclass(frozen=True)
class Cache:
    """What all settings of a scenario file and a seed have in common, and the trials that were made last."""

    source: Source
    seed: int
    _simulated: dict[Settings, SimulatedTrial]

    @classmethod
    def of(cls, source: Source, seed: int) -> "Cache":
        """The cache for this text."""
        return cls(source, seed, {(): SimulatedTrial(load(source), seed)})

    @property
    def base(self) -> SimulatedTrial:
        """The trial as the file has it."""
        return self._simulated[()]

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """The map; the same for all settings, so that it stays as it is."""
        return lanes(self.base.course)

    @cached_property
    def cards(self) -> tuple[EndpointCard, ...]:
        """The axes; the same for all settings."""
        return cards(self.base)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The numbers that can be turned, with the values that the file has."""
        return parameters(self.base.scenario)

    def simulated(self, settings: Settings) -> SimulatedTrial:
        """The trial with these settings; its patients keep the arms that they have in the file."""
        if settings not in self._simulated:
            made = SimulatedTrial(self._scenario(settings), self.seed, self.base)
            for old in [key for key in self._simulated if key][:-2]:
                del self._simulated[old]
            self._simulated[settings] = made
        return self._simulated[settings]

    def _scenario(self, settings: Settings) -> Scenario:
        """The scenario with these settings; where they are numbers, without reading the file again."""
        paths = {dotted(path): path for path in self.base.scenario.rates}
        try:
            return self.base.scenario.with_values({paths[path]: float(value) for path, value in settings})
        except (KeyError, ValueError, ScenarioError):
            # Something else than a number was set; or it is wrong, and reading tells it in the user's words.
            return load(self.source, dict(settings))


class WorkerSession:
    """A trial as it is set, beside the one that it is compared with."""

    def __init__(self, request: Open, cache: Cache) -> None:
        self.request, self.cache = request, cache
        self.kept = cache.simulated(request.kept)
        self.simulated = cache.simulated(request.settings)
        self.photographer = Photographer(request.generation, self.simulated, self.kept, cache.lanes, cache.cards)

    @classmethod
    def opened(cls, request: Open, before: "WorkerSession | None") -> "WorkerSession":
        """The session for a request; what an earlier one has in common with it is not made again.

        Raises ScenarioError.
        """
        source = find(request.scenario)
        cache = None if before is None else before.cache
        if cache is None or cache.source != source or cache.seed != request.seed:
            cache = Cache.of(source, request.seed)
        return cls(request, cache)

    def renumber(self, generation: int) -> None:
        """Answer to another number from now on."""
        self.request = replace(self.request, generation=generation)
        self.photographer.generation = generation

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is set."""
        return self.simulated.scenario

    def card(self) -> Opened:
        """What does not change from day to day."""
        scenario, request = self.scenario, self.request
        return Opened(
            generation=request.generation,
            name=scenario.name,
            file=self.cache.source.file,
            asked=self.cache.source.asked,
            seed=request.seed,
            settings=request.settings,
            kept=request.kept,
            begins=scenario.written_date(0),
            ends=scenario.written_date(self.simulated.last_day),
            last_day=self.simulated.last_day,
            arms=scenario.arms,
            groups=scenario.arms or (ALL,),
            lanes=self.cache.lanes,
            endpoints=self.cache.cards,
            has_toxicity=any(scenario.vocabulary.of("toxicity")),
            committee=_committee(scenario),
            parameters=self.cache.parameters,
            look_days=tuple(look.day for look in self.simulated.looks),
            last_cut=_last_cut(scenario),
            cutoffs=tuple(
                (cutoff.label or name, scenario.latest_day(cutoff))
                for name, cutoff in scenario.trial.cutoffs.items()
                if not cutoff.run_on
            ),
            arms_are_held=self.simulated.arms_are_held,
        )

    def roster(self, day: float, coupling: Coupling) -> RosterView:
        """All patients who have come by a day, with the effect of the arm on each under a coupling."""
        return roster(self.request.generation, self.simulated, self._counterfactual, coupling, day)

    def journey(self, patient: int, coupling: Coupling) -> JourneyView:
        """One patient's journey in their own arm, and in the other under a coupling."""
        return journey_view(self.request.generation, self.simulated, self._others.get(coupling), patient)

    @cached_property
    def _others(self) -> dict[Coupling, SimulatedTrial]:
        """The trial in which everybody is in the other arm, by coupling; none where nobody can know."""
        seed, courses = self.simulated.seed, other_courses(self.simulated.course)
        return {coupling: SimulatedTrial(self.scenario, seed, simulated=course) for coupling, course in courses.items()}

    @cached_property
    def _counterfactual(self) -> Counterfactual | None:
        others = {coupling: other.course for coupling, other in self._others.items()}
        return counterfactual(self.simulated.course, others)

    def evidence(self) -> EvidenceView:
        """Every number and date in use, and where it comes from."""
        settings = self.request.settings
        return evidence(self.request.generation, load(self.cache.source, dict(settings)), settings)

    def comparison(self, day: float) -> ComparisonView:
        """The trial beside the one that it is compared with."""
        there, here = (simulated.reported_on(day) for simulated in (self.kept, self.simulated))
        name = next((card.name for card in self.cache.cards), "")
        return ComparisonView(
            generation=self.request.generation,
            there=tuple(endpoint_view(card, there) for card in self.cache.cards),
            here=tuple(endpoint_view(card, here) for card in self.cache.cards),
            compared=tuple(compared_figures(card, there, here) for card in self.cache.cards),
            toxicity_there=toxicity_rows(there),
            toxicity_here=toxicity_rows(here),
            counts=comparison_counts(self.kept, self.simulated, name, day),
            changed=tuple(changed_patients(self.kept, self.simulated, name, day)),
        )


def _last_cut(scenario: Scenario) -> str:
    cutoff = scenario.final_cutoff
    return "the last data cut" if cutoff.events is not None else scenario.written_date(scenario.latest_day(cutoff))


def _committee(scenario: Scenario) -> CommitteeCard | None:
    plan = plan_of(scenario)
    if plan is None:
        return None
    information, efficacy, futility = zip(*planned_bounds(plan, allocation_ratio(scenario)), strict=True)
    return CommitteeCard(plan.planned_events, information, efficacy, futility)
