"""The trials that are on screen: the one as it is set, the one it is compared with, and their common base."""

import datetime
import math
from dataclasses import dataclass, replace
from functools import cached_property

from pathsim.counterfactual import Counterfactual, counterfactual, other_courses
from pathsim.couplings import Coupling
from pathsim.player.endpoints import cards
from pathsim.player.lanes import lanes
from pathsim.player.parameters import parameters
from pathsim.player.requests import Open
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.live import EndpointCard, Lane, Parameter
from pathsim.scenario.dates import DateError, day_at
from pathsim.scenario.files import Source, find
from pathsim.scenario.problems import Problem, ScenarioError, dotted
from pathsim.scenario.scenario import Scenario, load
from pathsim.state import Date, Settings


@dataclass(frozen=True)
class Cache:
    """What all settings of a scenario file and a seed have in common, and the trials that were made last."""

    source: Source
    seed: int
    replicate: int
    _simulated: dict[Settings, SimulatedTrial]

    @property
    def base(self) -> SimulatedTrial:
        """The trial as the file has it."""
        return self._simulated[()]

    def serves(self, request: Open, source: Source) -> bool:
        """Whether what is here is of the trial that is asked for, whatever is set in it."""
        mine = self.source, self.seed, self.replicate
        return mine == (source, _seed(request, self.base.scenario), request.replicate)

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
            made = SimulatedTrial(self._scenario(settings), self.seed, self.base, replicate=self.replicate)
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
        self.shown_day = 0.0
        """The day that was shown last."""

    @classmethod
    def opened(cls, request: Open, before: "WorkerSession | None") -> "WorkerSession":
        """The session for a request; what an earlier one has in common with it is not made again.

        Raises ScenarioError.
        """
        source = find(request.scenario)
        cache = None if before is None else before.cache
        if cache is None or not cache.serves(request, source):
            # Other patients of the same text: it need not be read again.
            is_known = cache is not None and cache.source == source
            scenario = cache.base.scenario if cache is not None and is_known else load(source)
            replicate = request.replicate
            seed = _seed(request, scenario)
            cache = Cache(source, seed, replicate, {(): SimulatedTrial(scenario, seed, replicate=replicate)})
        return cls(replace(request, seed=cache.seed), cache)

    def renumber(self, generation: int) -> None:
        """Answer to another number from now on."""
        self.request = replace(self.request, generation=generation)

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is set."""
        return self.simulated.scenario

    def day_of(self, asked: float | Date) -> float | None:
        """The day of the trial that is asked for, be it by its date. Raises ScenarioError for one outside the trial."""
        if asked == "last":
            return self.simulated.last_day
        if not isinstance(asked, datetime.date):
            return asked
        try:
            return day_at(self.scenario, asked)
        except DateError as wrong:
            raise ScenarioError([Problem((), str(wrong))]) from None

    def read_again(self) -> Scenario:
        """The same scenario read from its text again: what was set says there that it was."""
        return load(self.cache.source, dict(self.request.settings))

    @cached_property
    def others(self) -> dict[Coupling, SimulatedTrial]:
        """The trial in which everybody is in the other arm, by coupling; none where nobody can know."""
        courses = other_courses(self.simulated.course)
        return {coupling: self.simulated.in_course(course) for coupling, course in courses.items()}

    def counterfactual(self, day: float) -> Counterfactual | None:
        """How each patient fares in either arm by a day of the trial; None where nobody can know."""
        if day >= self.simulated.last_day:
            return self._last_counterfactual
        return self._counterfactual(day)

    @cached_property
    def _last_counterfactual(self) -> Counterfactual | None:
        return self._counterfactual(math.inf)

    def _counterfactual(self, today: float) -> Counterfactual | None:
        others = {coupling: other.course for coupling, other in self.others.items()}
        return counterfactual(self.simulated.course, others, today)


def _seed(request: Open, scenario: Scenario) -> int:
    """The seed that is asked for; if the user asked for none, the scenario's own, if it has one."""
    return request.seed if request.is_seed_asked or scenario.seed is None else scenario.seed
