"""The trials that are on screen: the one as it is set, the one it is compared with, and their common base."""

from dataclasses import dataclass, replace
from functools import cached_property

from pathsim.counterfactual import Counterfactual, counterfactual, other_courses
from pathsim.couplings import Coupling
from pathsim.player.chart import lanes
from pathsim.player.differences import changed_patients, fates
from pathsim.player.evidence import evidence
from pathsim.player.journeys import journey_view, roster
from pathsim.player.lists import JourneyView, RosterView, WeighedView
from pathsim.player.many import EvidenceView
from pathsim.player.parameters import parameters
from pathsim.player.picture import Photographer, cards, endpoint_view, toxicity_rows
from pathsim.player.requests import Open, Settings
from pathsim.player.shown import CommitteeCard, EndpointCard, Lane, Opened, Parameter
from pathsim.player.take import Take
from pathsim.scenario.files import Source, find
from pathsim.scenario.problems import ScenarioError, dotted
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.monitoring import allocation_ratio, plan_of, planned_bounds
from pathsim.trial.outcomes import ALL


@dataclass(frozen=True)
class Shelf:
    """What all settings of a scenario file and a seed have in common, and the takes that were made last."""

    source: Source
    seed: int
    takes: dict[Settings, Take]

    @classmethod
    def of(cls, source: Source, seed: int) -> "Shelf":
        """The shelf for this text."""
        return cls(source, seed, {(): Take(load(source), seed)})

    @property
    def base(self) -> Take:
        """The trial as the file has it."""
        return self.takes[()]

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

    def take(self, settings: Settings) -> Take:
        """The trial with these settings; its patients keep the arms that they have in the file."""
        if settings not in self.takes:
            made = Take(self._scenario(settings), self.seed, self.base)
            for old in [key for key in self.takes if key][:-2]:
                del self.takes[old]
            self.takes[settings] = made
        return self.takes[settings]

    def _scenario(self, settings: Settings) -> Scenario:
        """The scenario with these settings; where they are numbers, without reading the file again."""
        paths = {dotted(path): path for path in self.base.scenario.rates}
        try:
            return self.base.scenario.with_values({paths[path]: float(value) for path, value in settings})
        except (KeyError, ValueError, ScenarioError):
            # Something else than a number was set; or it is wrong, and reading tells it in the user's words.
            return load(self.source, dict(settings))


class Studio:
    """A trial as it is set, beside the one that it is compared with."""

    def __init__(self, request: Open, shelf: Shelf) -> None:
        self.request, self.shelf = request, shelf
        self.kept = shelf.take(request.kept)
        self.take = shelf.take(request.settings)
        self.photographer = Photographer(request.generation, self.take, self.kept, shelf.lanes, shelf.cards)

    @classmethod
    def opened(cls, request: Open, before: "Studio | None") -> "Studio":
        """The studio for a request; what an earlier one has in common with it is not made again.

        Raises ScenarioError.
        """
        source = find(request.scenario)
        shelf = None if before is None else before.shelf
        if shelf is None or shelf.source != source or shelf.seed != request.seed:
            shelf = Shelf.of(source, request.seed)
        return cls(request, shelf)

    def renumber(self, generation: int) -> None:
        """Answer to another number from now on."""
        self.request = replace(self.request, generation=generation)
        self.photographer.generation = generation

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is set."""
        return self.take.scenario

    def card(self) -> Opened:
        """What does not change from day to day."""
        scenario, request = self.scenario, self.request
        return Opened(
            generation=request.generation,
            name=scenario.name,
            file=self.shelf.source.file,
            asked=self.shelf.source.asked,
            seed=request.seed,
            settings=request.settings,
            kept=request.kept,
            begins=scenario.written_date(0),
            ends=scenario.written_date(self.take.last_day),
            last_day=self.take.last_day,
            arms=scenario.arms,
            groups=scenario.arms or (ALL,),
            lanes=self.shelf.lanes,
            endpoints=self.shelf.cards,
            has_toxicity=any(scenario.vocabulary.of("toxicity")),
            committee=_committee(scenario),
            parameters=self.shelf.parameters,
            look_days=tuple(look.day for look in self.take.looks),
            last_cut=_last_cut(scenario),
            cutoffs=tuple(
                (cutoff.label or name, scenario.latest_day(cutoff))
                for name, cutoff in scenario.trial.cutoffs.items()
                if not cutoff.run_on
            ),
            arms_are_held=self.take.arms_are_held,
        )

    def roster(self, day: float, coupling: Coupling) -> RosterView:
        """All patients who have come by a day, with their other fate under a coupling."""
        return roster(self.request.generation, self.take, self._counterfactual, coupling, day)

    def journey(self, patient: int, coupling: Coupling) -> JourneyView:
        """One patient's journey in their own arm, and in the other under a coupling."""
        return journey_view(self.request.generation, self.take, self._others.get(coupling), patient)

    @cached_property
    def _others(self) -> dict[Coupling, Take]:
        """The trial in which everybody is in the other arm, by coupling; none where nobody can know."""
        seed, courses = self.take.seed, other_courses(self.take.course)
        return {coupling: Take(self.scenario, seed, simulated=course) for coupling, course in courses.items()}

    @cached_property
    def _counterfactual(self) -> Counterfactual | None:
        others = {coupling: other.course for coupling, other in self._others.items()}
        return counterfactual(self.take.course, others)

    def evidence(self) -> EvidenceView:
        """Every number and date in use, and where it comes from."""
        settings = self.request.settings
        return evidence(self.request.generation, load(self.shelf.source, dict(settings)), settings)

    def weighed(self, day: float) -> WeighedView:
        """The trial beside the one that it is compared with."""
        there, here = (take.reported_on(day) for take in (self.kept, self.take))
        name = next((card.name for card in self.shelf.cards), "")
        return WeighedView(
            generation=self.request.generation,
            there=tuple(endpoint_view(card, there) for card in self.shelf.cards),
            here=tuple(endpoint_view(card, here) for card in self.shelf.cards),
            toxicity_there=toxicity_rows(there),
            toxicity_here=toxicity_rows(here),
            fates=fates(self.kept, self.take, name, day),
            changed=tuple(changed_patients(self.kept, self.take, name, day)),
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
