"""Competing exits: the ways a stay can end before its time, each with a hazard of its own."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Self

import numpy as np
from pydantic import model_validator

from pathsim.calendar import NEVER_DAYS, Days, ticks
from pathsim.distributions import Hazard, hazard_by
from pathsim.draws import Uniforms, streams, uniform
from pathsim.fields import ByDay, NotNegative, Positive, Ratio, wrong
from pathsim.journal import Codes, Rows
from pathsim.meaning import Abbreviation, AlsoCalled, Name, Unit, Words
from pathsim.patients import Gathered, Patients, StepNumbers
from pathsim.steps.spec import Arrow, Elapsed, KeyPath, Link
from pathsim.table import Table

MARGIN_DAYS, MARGIN = 1.0, 1e-9
"""By how much the limits of draws and days are drawn too wide: more than rounding does to either, but for hazards that
come to less than some 1e-12 in all, of which the inverse is rounding and little else.
"""

TIMES = Abbreviation("\N{MULTIPLICATION SIGN}")


class HazardEffect(Table):
    """A hazard ratio for the patients under a condition, as they are on entering the step."""

    when: Annotated[str, Name.CONDITION]
    """A condition over columns: age < 18 and risk == 'high'."""
    hazard_ratio: Annotated[Ratio, Abbreviation("HR")]
    """The factor by which the hazard is multiplied."""


class Exit(Table):
    """One way out: where to, and its hazard, stated as cumulative probabilities, per day, or by its median.

    Probabilities are those of this exit alone, as if no other competed. An exit without a hazard is taken only by
    patients whom something else sends there, such as a fatal toxicity. ``hazard_ratio`` multiplies the hazard for
    everybody, so that its level can be calibrated while its course over time stays as stated. The days of ``by`` count
    from entry; with ``since`` they count from the entry into an earlier step, and the probabilities are those of
    patients in whom nothing happened before.
    """

    next: Annotated[str, Name.STEP]
    """The step that it leads to."""
    by: Annotated[ByDay, Words("by")] | None = None
    """The probability of having taken it by each of these days, were it the only one: { 365 = 0.2 }."""
    then: Annotated[NotNegative, Unit.PER_DAY, Words("afterwards")] = 0.0
    """The hazard per day after the last of these days; none if not given."""
    since: Annotated[str, Name.STEP] | None = None
    """The earlier step from which these days count; 'elapsed' has to name it too. By default, from entry."""
    hazard_per_day: Annotated[NotNegative, Unit.PER_DAY, Words("hazard")] | None = None
    """A constant hazard."""
    median_days: Annotated[Positive, Unit.DAYS, Words("median")] | None = None
    """The median of a constant hazard, in days."""
    hazard_ratio: Annotated[Ratio, TIMES, Words("hazard factor"), AlsoCalled(("hazard ratio", "HR"))] = 1.0
    """A factor on the hazard stated here, for everybody: to calibrate its level."""
    effects: Annotated[tuple[HazardEffect, ...], Words("")] = ()
    """Ratios for patients under conditions, as they are on entering the step."""

    @model_validator(mode="after")
    def _one_hazard(self) -> Self:
        given = [key for key in ("by", "hazard_per_day", "median_days") if getattr(self, key) is not None]
        if len(given) > 1:
            raise wrong(f"gives its hazard twice, as {' and '.join(given)}; keep one of them", given[1])
        if self.then and self.by is None:
            raise wrong("'then' is the hazard per day after the last day of 'by', and there is no 'by'", "then")
        if self.since is not None and self.by is None:
            raise wrong("'since' says from when the days of 'by' count, and there is no 'by'", "since")
        if not given and (self.effects or self.hazard_ratio != 1):
            key = "effects" if self.effects else "hazard_ratio"
            raise wrong(f"'{key}' multiplies a hazard, and this exit has none: add one, or leave this out", key)
        return self

    def hazard(self) -> Hazard | None:
        """The hazard, ready to be inverted; None if there is none."""
        if self.by is not None:
            return hazard_by(self.by, self.then)
        if self.median_days is not None:
            return Hazard([], [], math.log(2) / self.median_days)
        return Hazard([], [], self.hazard_per_day) if self.hazard_per_day else None


def exit_arrows(exits: Mapping[str, Exit]) -> Iterator[Arrow]:
    """The ways out, with their names."""
    for name, way in exits.items():
        yield Arrow(("exit", name, "next"), way.next, name)


def exit_conditions(exits: Mapping[str, Exit]) -> Iterator[tuple[KeyPath, str]]:
    """The conditions of the exits' effects."""
    for name, way in exits.items():
        for i, effect in enumerate(way.effects):
            yield ("exit", name, "effects", i, "when"), effect.when


def exit_problems(
    elapsed: Elapsed | None, exits: Mapping[str, Exit], steps: Mapping[str, object]
) -> Iterator[tuple[KeyPath, str]]:
    """Exits whose days count from an earlier step that the step they are of does not count from."""
    for name, way in exits.items():
        if way.since in steps and (elapsed is None or elapsed.since != way.since):
            column = re.sub(r"\W", "_", f"days_since_{way.since}")
            needed = f'elapsed = {{ set = "{column}", since = "{way.since}" }}'
            yield ("exit", name, "since"), f"the step has to count these days too: {needed}"


class Exits:
    """Competing exits, ready to sample."""

    def __init__(self, exits: Mapping[str, Exit], elapsed: Elapsed | None, link: Link) -> None:
        self._codes = {name: link.event("exit", name) for name in exits}
        self._to = {name: link.index[way.next] for name, way in exits.items()}
        drawn = {name: hazard for name, way in exits.items() if (hazard := way.hazard()) is not None}
        self._hazards = list(drawn.values())
        self._streams = streams([link.stream("exit", name) for name in drawn])
        self._effects = [
            [(link.condition(effect.when), effect.hazard_ratio) for effect in exits[name].effects] for name in drawn
        ]
        self._ratios = [exits[name].hazard_ratio for name in drawn]
        self._counts_on = [row for row, name in enumerate(drawn) if exits[name].since is not None]
        self._elapsed = "" if elapsed is None else elapsed.set
        self._drawn_codes = np.array([self._codes[name] for name in drawn], dtype=np.int16)
        self._drawn_to = np.array([self._to[name] for name in drawn], dtype=np.int16)

    def named(self, name: str) -> tuple[int, int]:
        """The event code of an exit, and the step it leads to."""
        return self._codes[name], self._to[name]

    def sample(self, patients: Patients, horizon_days: float = math.inf) -> tuple[Days, Codes, StepNumbers]:
        """For each patient: days to the first exit (infinite: none), its event code, and the step it leads to.

        One that comes after the horizon, when everybody has left, may as well never come. Of most exits few draws lead
        to one that comes before, and only those are worked out.
        """
        if not self._hazards:
            none = np.zeros(patients.count, dtype=np.int16)
            return np.full(patients.count, math.inf), none, none.copy()
        first, which = np.full(patients.count, math.inf), np.zeros(patients.count, dtype=np.intp)
        passed = self._passed(patients)
        with np.errstate(over="ignore"):  # what overflows comes too late to come at all
            for row in range(len(self._hazards)):
                draws = uniform(patients.key, self._streams[row])
                least = self._least_draw(row, passed, horizon_days)
                who = np.flatnonzero(draws >= least) if least > 0 else None
                days = self._days_to(row, patients, passed, draws, who)
                if who is None:
                    np.putmask(which, days < first, row)
                    np.minimum(first, days, out=first)
                else:
                    sooner = np.flatnonzero(days < first.take(who))
                    which[who[sooner]], first[who[sooner]] = row, days[sooner]
        np.putmask(first, first > NEVER_DAYS, math.inf)
        return first, self._drawn_codes.take(which), self._drawn_to.take(which)

    def _passed(self, patients: Patients) -> Days | None:
        """The days that have passed since the step from which some exits count; None if none does."""
        if not self._counts_on:
            return None
        # Who never was in the step that the days count from counts from here.
        return np.nan_to_num(patients.columns[self._elapsed].astype(np.float64))

    def _least_draw(self, row: int, passed: Days | None, horizon_days: float) -> float:
        """The draw below which an exit comes after the horizon or never, whoever of them the patient is."""
        hazard, earliest, latest = self._hazards[row], 0.0, horizon_days + MARGIN_DAYS
        if passed is not None and row in self._counts_on:
            earliest, latest = float(passed.min()), float(passed.max()) + latest
        before, most = hazard.reached(np.array([earliest, min(latest, NEVER_DAYS)])).tolist()
        if latest == math.inf:
            most = hazard.most
        ratio = self._ratios[row] * math.prod(max(ratio, 1.0) for _, ratio in self._effects[row])
        return math.exp((before - most) * ratio) * (1 - MARGIN)

    def _days_to(self, row: int, patients: Patients, passed: Days | None, draws: Uniforms, who: Rows | None) -> Days:
        """The days to an exit, were it alone, of some patients or all."""
        cumulated = np.log(draws if who is None else draws.take(who))
        np.negative(cumulated, out=cumulated)
        if self._ratios[row] != 1:
            cumulated /= self._ratios[row]
        for holds, ratio in self._effects[row]:
            columns = patients.columns if who is None else Gathered(patients.columns, who)
            cumulated /= np.where(holds(columns), ratio, 1.0)
        if passed is None or row not in self._counts_on:
            return ticks(self._hazards[row].days_to(cumulated))
        passed = passed if who is None else passed.take(who)
        cumulated += self._hazards[row].reached(passed)
        return ticks(np.maximum(self._hazards[row].days_to(cumulated) - passed, 0.0))
