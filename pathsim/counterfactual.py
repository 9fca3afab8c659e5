"""Counterfactuals: what would happen to the same patients, each in the other of two arms.

How many more patients are spared an event in one arm than in the other can be known: of many trials it is the
difference of the arms. Who they are cannot, and so neither how many fare better and how many worse: that depends on how
a patient's draws in one arm go with their draws in the other, which no trial observes. A model has to choose, and the
choices here go from one end to the other.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.couplings import COUPLINGS, INDIVIDUAL_EFFECTS, Coupling, IndividualEffect
from pathsim.engines.choose import simulate_others
from pathsim.engines.vectorized import ShortageError
from pathsim.journal import Rows
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.trial.arms import Arms, arms_of, held
from pathsim.trial.course import Course, stops
from pathsim.trial.time_to_event import allocation, time_to_event

Pair: TypeAlias = tuple[str, str]
"""An arm that is asked about, and the one that it is set against."""
Others: TypeAlias = dict[Coupling, Course]
"""Trials in which patients are in another arm, by how their draws there go with their own."""
APART_DAYS = 90.0
"""Events further apart than this are an effect."""


def other_courses(mine: Course, pair: Pair | None = None, couplings: Sequence[Coupling] = COUPLINGS) -> Others:
    """Trials in which every patient of two arms is in the other of them, by coupling; all others stay in their arms.

    The committee decides as it did: each patient is asked for, and not what the trial would have been. Without a
    ``pair`` the arms are the two of the trial. None at all where there are not two, or where anybody queues in any of
    these trials: whose turn it is hangs on the others.
    """
    scenario, found = mine.scenario, mine.scenario.randomization
    pair = pair or pair_of(scenario)
    if pair is None or found is None:
        return {}
    step, arms, numbers = found[0].name, arms_of(mine.chunk), list(map(scenario.arms.index, pair))
    swapped = np.select([arms[step] == number for number in numbers], numbers[::-1], arms[step]).astype(np.int16)
    other = {**arms, step: swapped}
    try:
        if any(resource.capacity < scenario.patients for resource in scenario.resources.values()):
            _with_arms(mine, arms, frozenset())
        return {coupling: _with_arms(mine, other, redrawn(scenario, coupling, pair)) for coupling in couplings}
    except ShortageError:
        return {}


def pair_of(scenario: Scenario) -> Pair | None:
    """The arms of a trial of two, the compared one first; None of another trial."""
    return (_treated(scenario), scenario.trial.control or "") if len(scenario.arms) == 2 else None


def _with_arms(mine: Course, arms: Arms, steps: frozenset[str]) -> Course:
    """The trial with these arms, and other draws in these steps. Raises ShortageError if anybody queues."""
    scenario, chunk = mine.scenario, mine.chunk
    hold, decided = held(arms, scenario, scenario), stops(mine.looks)
    return replace(mine, chunk=simulate_others(scenario, chunk.seed, chunk.replicates, hold, steps, decided))


def redrawn(scenario: Scenario, coupling: Coupling, pair: Pair | None = None) -> frozenset[str]:
    """The steps in which patients have other draws in the other arm: of a ``pair``, or of all arms."""
    found = scenario.randomization
    if found is None or coupling == "shared":
        return frozenset()
    ways = [_reached(scenario, first) for arm, first in found[1].arms.items() if pair is None or arm in pair]
    everywhere = frozenset[str]().union(*ways)
    if coupling == "independent":
        return everywhere
    therapies = frozenset(entry.name for name in scenario.trial.therapy for entry in scenario.entries(name))
    return everywhere - ways[0].intersection(*ways[1:]) | therapies & everywhere


def _reached(scenario: Scenario, name: str) -> frozenset[str]:
    """The steps to which a step leads, itself among them."""
    reached: set[str] = set()
    ahead = [scenario.entry(name)]
    while ahead:
        entry = ahead.pop()
        if entry.name not in reached:
            reached.add(entry.name)
            ahead += [scenario.entry(arrow.to) for arrow in entry.spec.arrows()]
    return frozenset(reached)


@dataclass(frozen=True, slots=True)
class Effects:
    """How randomized patients fare in the treated arm against the control arm."""

    row: Rows
    effect: Rows
    """The number of the effect in ``INDIVIDUAL_EFFECTS``, of each of them."""
    events: tuple[int, int]
    """How many have the event in the treated and in the control arm, of those of whom it is known in both."""

    def counts_by_trial(self, patients: int, trials: int) -> NDArray[np.intp]:
        """How many patients of each trial of a chunk fare how (trials x effects); ``patients`` can come in each."""
        cell = self.row // patients * len(INDIVIDUAL_EFFECTS) + self.effect
        counts = np.bincount(cell, minlength=trials * len(INDIVIDUAL_EFFECTS))
        return counts.reshape(trials, len(INDIVIDUAL_EFFECTS))

    @property
    def counts(self) -> dict[IndividualEffect, int]:
        """How many patients fare how."""
        counts = np.bincount(self.effect, minlength=len(INDIVIDUAL_EFFECTS)).tolist()
        return dict(zip(INDIVIDUAL_EFFECTS, counts, strict=True))

    @property
    def of_patient(self) -> dict[int, IndividualEffect]:
        """How each patient fares."""
        return {
            row: INDIVIDUAL_EFFECTS[effect] for row, effect in zip(self.row.tolist(), self.effect.tolist(), strict=True)
        }

    @property
    def known(self) -> int:
        """How many patients there are of whom it is known in both arms."""
        return self.row.size - self.counts["unknown"]

    @property
    def fewer(self) -> int:
        """How many fewer have the event in the treated arm than in the control arm; negative if more do."""
        return self.events[1] - self.events[0]

    @property
    def bounds(self) -> dict[IndividualEffect, tuple[int, int]]:
        """The fewest and the most patients who can fare better, and worse, with so many events in each arm.

        Of n patients with a events in the treated and b in the control arm at least max(0, b - a) and at most
        min(b, n - a) fare better, whatever the coupling (Frechet 1951, Hoeffding 1940).
        """
        treated, control = self.events
        return {
            "better": (max(0, control - treated), min(control, self.known - treated)),
            "worse": (max(0, treated - control), min(treated, self.known - control)),
        }


def individual_effects(
    mine: Course,
    other: Course,
    endpoint: Endpoint,
    day: float,
    today: float = math.inf,
    pair: Pair | None = None,
) -> Effects:
    """How each patient fares by so many days after the endpoint's start, in one arm and in the other.

    Those who were randomized by the last data cut, each followed until that day, be it after the cut or not; if the
    trial is only at ``today``, those who were randomized by then, each until then. Of a ``pair`` the first is the
    treated arm; patients of other arms than these two are left out.
    """
    scenario, arms = mine.scenario, allocation(mine.final())
    pair = pair or (_treated(scenario), scenario.trial.control or "")
    group = arms.group
    row = np.flatnonzero(np.isin(group, list(map(scenario.arms.index, pair))) & (arms.day <= today))
    own, theirs = (_days_to_event(of, endpoint, day, today).take(row) for of in (mine, other))
    is_treated = group.take(row) == scenario.arms.index(pair[0])
    with_it, without = np.where(is_treated, own, theirs), np.where(is_treated, theirs, own)
    is_known = ~np.isnan(with_it) & ~np.isnan(without)
    effects: dict[IndividualEffect, NDArray[np.bool_]] = {
        "unknown": ~is_known,
        "better": np.isinf(with_it) & np.isfinite(without),
        "worse": np.isfinite(with_it) & np.isinf(without),
        "later": with_it > without + APART_DAYS,
        "earlier": with_it < without - APART_DAYS,
    }
    effect = np.select(
        list(effects.values()), [INDIVIDUAL_EFFECTS.index(name) for name in effects], INDIVIDUAL_EFFECTS.index("same")
    )
    treated, control = (int((np.isfinite(days) & is_known).sum()) for days in (with_it, without))
    return Effects(row, effect, (treated, control))


def _days_to_event(of: Course, endpoint: Endpoint, day: float, today: float) -> Days:
    """For each patient the days to the event, if it comes by a day; infinite if not, NaN where nobody can know.

    Nobody can of those who are censored before, or have not come to the endpoint's start. The day counts from that
    start, ``today`` from that of the trial.
    """
    data = time_to_event(of.data_cut_on(today, complete=True), endpoint)
    found = np.full(of.chunk.rows, math.nan)
    came = data.event & (data.time <= day)
    followed = (data.time >= day) | (data.day >= today)
    found[data.row] = np.where(came, data.time, np.where(followed, math.inf, math.nan))
    return found


def _treated(scenario: Scenario) -> str:
    """The arm that is not the control."""
    return next(arm for arm in scenario.arms if arm != scenario.trial.control)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """How a trial's patients fare in the other arm, by its first endpoint and the last day at which it is tabulated."""

    endpoint: str
    day: float
    arm: str
    """The one that is not the control."""
    control: str
    under: Mapping[Coupling, Effects]

    def as_results(self) -> dict[str, Any]:
        """What the results object has of it."""
        return {
            "endpoint": self.endpoint,
            "day": self.day,
            "arm": self.arm,
            "patients": self.under["shared"].row.size,
            "couplings": {coupling: self._told(effects) for coupling, effects in self.under.items()},
        }

    def _told(self, effects: Effects) -> dict[str, Any]:
        return {
            "fewer": effects.fewer,
            "events": dict(zip((self.arm, self.control), effects.events, strict=True)),
            **{str(effect): count for effect, count in effects.counts.items()},
            "bounds": {effect: list(ends) for effect, ends in effects.bounds.items()},
        }


def counterfactual(mine: Course, others: Mapping[Coupling, Course], today: float = math.inf) -> Counterfactual | None:
    """How the patients of a trial fare in the other arm; ``others`` are the trials in which everybody is.

    By the last tabulated day, or what of it is over ``today``.

    None where nothing can be said: without such trials, an endpoint with a day, or patients of whom it is known in
    both arms.
    """
    scenario = mine.scenario
    name = scenario.first_endpoint
    endpoint = scenario.sections.endpoints.get(name)
    day = None if endpoint is None else max(endpoint.at_days, default=None)
    if endpoint is None or day is None or not others:
        return None
    under = {coupling: individual_effects(mine, other, endpoint, day, today) for coupling, other in others.items()}
    if not all(effects.known for effects in under.values()):
        return None
    return Counterfactual(name, day, _treated(scenario), scenario.trial.control or "", under)
