"""The other fate: what would happen to the same patients, each in the other of two arms.

How many more patients are spared an event in one arm than in the other can be known: of many trials it is the
difference of the arms. Who they are cannot, and so neither how many fare better and how many worse: that depends on how
a patient's luck in one arm goes with their luck in the other, which no trial observes. A model has to choose, and the
choices here go from one end to the other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.couplings import COUPLINGS, Coupling
from pathsim.engines import simulate
from pathsim.journal import Rows
from pathsim.scenario.models import Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.sweep import ShortageError
from pathsim.trial.arms import Arms, arms_of, held
from pathsim.trial.course import Course, stops
from pathsim.trial.outcomes import allocation, outcomes
from pathsim.trial.tables import NO_ARM

Verdict: TypeAlias = Literal["better", "worse", "later", "earlier", "same", "unknown"]
"""How a patient fares in the treated arm against the control arm, by an endpoint and a day.

Without the event instead of with it, or the other way about; with it in both, but much later or earlier; no different;
or censored before it could be said, or never at the endpoint's start.
"""
VERDICTS: tuple[Verdict, ...] = ("better", "worse", "later", "earlier", "same", "unknown")
APART_DAYS = 90.0
"""Events further apart than this are not the same fate."""


def redrawn(scenario: Scenario, coupling: Coupling) -> frozenset[str]:
    """The steps in which patients have other luck in their other fate."""
    found = scenario.randomisation
    if found is None or coupling == "shared":
        return frozenset()
    ways = [_reached(scenario, first) for first in found[1].arms.values()]
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


def other_arms(scenario: Scenario, arms: NDArray[np.int16]) -> NDArray[np.int16]:
    """The other of two arms for each patient who has one. Raises TypeError if there are not two."""
    if len(scenario.arms) != 2:
        raise TypeError("the other arm is that of two")
    return np.where(arms == NO_ARM, arms, 1 - arms).astype(np.int16)


def other_fates(mine: Course, couplings: Sequence[Coupling] = COUPLINGS) -> dict[Coupling, Course]:
    """A trial of one replicate with every patient in the other arm, by coupling.

    The committee decides as it did: each patient is asked for, and not what the trial would have been. None at all
    where there are not two arms, or where anybody queues in any of these trials: whose turn it is hangs on the others.
    """
    scenario = mine.scenario
    if len(scenario.arms) != 2 or scenario.randomisation is None:
        return {}
    step, arms = scenario.randomisation[0].name, arms_of(mine.chunk)
    other = {**arms, step: other_arms(scenario, arms[step])}
    try:
        if any(pool.places < scenario.patients for pool in scenario.pools.values()):
            _swept(mine, arms, frozenset())
        return {coupling: _swept(mine, other, redrawn(scenario, coupling)) for coupling in couplings}
    except ShortageError:
        return {}


def _swept(mine: Course, arms: Arms, steps: frozenset[str]) -> Course:
    """The trial with these arms, and other luck in these steps. Raises ShortageError if anybody queues."""
    scenario, chunk = mine.scenario, mine.chunk
    hold, decided = held(arms, scenario, scenario), stops(mine.looks)
    found, _ = simulate(scenario, chunk.seed, chunk.replicates[0], "sweep", hold, steps, decided)
    return replace(mine, chunk=found)


@dataclass(frozen=True, slots=True)
class Fates:
    """How randomized patients fare in the treated arm against the control arm, by an endpoint and a day."""

    row: Rows
    verdict: Rows
    """The number of the verdict in ``VERDICTS``, of each of them."""
    events: tuple[int, int]
    """How many of those of whom both fates are known have the event in the treated and in the control arm."""

    @property
    def counts(self) -> dict[str, int]:
        """How many patients have each verdict."""
        counts = np.bincount(self.verdict, minlength=len(VERDICTS)).tolist()
        return dict(zip(VERDICTS, counts, strict=True))

    @property
    def known(self) -> int:
        """Of how many patients both fates are known."""
        return self.row.size - self.counts["unknown"]

    @property
    def fewer(self) -> int:
        """How many fewer have the event in the treated arm than in the control arm; negative if more do."""
        return self.events[1] - self.events[0]

    @property
    def bounds(self) -> dict[str, tuple[int, int]]:
        """The fewest and the most patients who can fare better, and worse, with so many events in each arm.

        Of n patients with a events in the treated and b in the control arm at least max(0, b - a) and at most
        min(b, n - a) fare better, whatever the coupling (Frechet 1951, Hoeffding 1940).
        """
        treated, control = self.events
        return {
            "better": (max(0, control - treated), min(control, self.known - treated)),
            "worse": (max(0, treated - control), min(treated, self.known - control)),
        }


def fates(mine: Course, other: Course, endpoint: Endpoint, day: float) -> Fates:
    """How each patient fares by so many days after the endpoint's start, in one arm and in the other.

    Those who were randomized by the last data cut, each followed until that day, be it after the cut or not.
    """
    scenario, group = mine.scenario, allocation(mine.final()).group
    treated = next(number for number, arm in enumerate(scenario.arms) if arm != scenario.trial.control)
    row = np.flatnonzero(group >= 0)
    own, twin = (_days_to_event(of, endpoint, day).take(row) for of in (mine, other))
    is_treated = group.take(row) == treated
    with_it, without = np.where(is_treated, own, twin), np.where(is_treated, twin, own)
    is_known = ~np.isnan(with_it) & ~np.isnan(without)
    conditions = [
        ~is_known,
        np.isinf(with_it) & np.isfinite(without),
        np.isfinite(with_it) & np.isinf(without),
        with_it > without + APART_DAYS,
        with_it < without - APART_DAYS,
    ]
    numbers = [VERDICTS.index(word) for word in ("unknown", "better", "worse", "later", "earlier")]
    events = tuple(int((np.isfinite(days) & is_known).sum()) for days in (with_it, without))
    return Fates(row, np.select(conditions, numbers, VERDICTS.index("same")), (events[0], events[1]))


def _days_to_event(of: Course, endpoint: Endpoint, day: float) -> Days:
    """For each patient the days to the event, if it comes by a day; infinite if not, NaN where nobody can know.

    Nobody can of those who are censored before, or never come to the endpoint's start.
    """
    data = outcomes(of.known_on(math.inf, complete=True), endpoint)
    found = np.full(of.chunk.rows, math.nan)
    came = data.event & (data.time <= day)
    found[data.row] = np.where(came, data.time, np.where(data.time >= day, math.inf, math.nan))
    return found


def horizon_days(endpoint: Endpoint) -> float | None:
    """The last day at which an endpoint is tabulated; None if at none."""
    return max(endpoint.at_days, default=None)


def all_fates(mine: Course, endpoint: Endpoint, day: float) -> dict[Coupling, Fates]:
    """The fates of a trial's patients under each coupling; none where nobody can know."""
    return {coupling: fates(mine, other, endpoint, day) for coupling, other in other_fates(mine).items()}


def counterfactual(mine: Course) -> dict[str, Any] | None:
    """What a report says of the other fate, by the trial's first endpoint and the last day at which it is tabulated.

    None where there is nothing to say: without two arms, patients of whom both fates are known, an endpoint or such a
    day, or where patients queue.
    """
    scenario = mine.scenario
    name, endpoint = next(iter(scenario.sections.endpoints.items()), ("", None))
    day = None if endpoint is None else horizon_days(endpoint)
    if endpoint is None or day is None:
        return None
    found = all_fates(mine, endpoint, day)
    if not found or not all(one.known for one in found.values()):
        return None
    treated = next(arm for arm in scenario.arms if arm != scenario.trial.control)
    return {
        "endpoint": name,
        "day": day,
        "arm": treated,
        "patients": found["shared"].row.size,
        "couplings": {coupling: _told(one, treated, scenario.trial.control or "") for coupling, one in found.items()},
    }


def _told(found: Fates, treated: str, control: str) -> dict[str, Any]:
    return {
        "fewer": found.fewer,
        "events": dict(zip((treated, control), found.events, strict=True)),
        **found.counts,
        "bounds": {verdict: list(bounds) for verdict, bounds in found.bounds.items()},
    }
