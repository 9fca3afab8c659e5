"""Toxicity: what a stay does to a patient, by type and worst CTCAE grade."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from pathsim.calendar import Days, ticks
from pathsim.conditions import suggestion
from pathsim.distributions import DistributionTable, Fixed, Quantiles
from pathsim.draws import streams, uniform
from pathsim.fields import Ratio, Share, Timing, wrong
from pathsim.journal import Rows
from pathsim.kept import closed
from pathsim.meaning import Abbreviation, AlsoCalled, Name, Words
from pathsim.patients import Patients
from pathsim.steps.spec import KeyPath, Link, Surroundings, ToxicityKind
from pathsim.table import Table

Reals: TypeAlias = tuple[float, ...]
ADVERSE_EVENT = AlsoCalled(("adverse event", "toxicity", "side effect"))
SEEN = ("no", "yes")
"""The levels of a column that remembers a toxicity."""


class RiskEffect(Table):
    """A risk ratio for the patients under a condition, as they are on entering the step."""

    when: Annotated[str, Name.CONDITION]
    """A condition over columns: age < 18 and risk == 'high'."""
    risk_ratio: Annotated[Ratio, Abbreviation("RR")]
    """The factor by which the probability of grade 3 or higher is multiplied."""


class Toxicity(Table):
    """One type of toxicity in one step: how often, how bad, when, for how long.

    ``grade3plus`` is the share of patients whose worst grade is 3 or higher. How many of these have grade 4 or 5, and
    grade 5, is stated as shares of all patients or of those with grade 3 or higher. ``serious`` is the share of these
    whose toxicity is a serious adverse event, as every one of grade 5 is: only exports tell it. Onset counts from
    entry. What is not said here is taken from the scenario's catalog of toxicities. ``set`` names a column, ``no`` or
    ``yes``, that remembers the toxicity for the conditions of later steps.

    ``within`` names another type of the step that everybody with this one has too, as febrile neutropenia is a
    neutropenia: it begins while that one lasts, and has a grade of its own. Its frequency can be stated as
    ``grade3plus_share``, the share of those with the other type, so that both go together however often that comes.
    """

    grade3plus: Annotated[Share, Words("grade 3+"), ADVERSE_EVENT] | None = None
    """The probability that the worst grade is 3 or higher."""
    grade3plus_share: Annotated[Share, Words("grade 3+, share"), ADVERSE_EVENT] | None = None
    """Of those with the type it is within, the share with grade 3 or higher of this one."""
    grade4plus: Annotated[Share, Words("grade 4+"), ADVERSE_EVENT] | None = None
    """The probability that the worst grade is 4 or 5."""
    grade5: Annotated[Share, Words("grade 5"), ADVERSE_EVENT] | None = None
    """The probability that it is fatal."""
    grade4plus_share: Annotated[Share, Words("grade 4+, share"), ADVERSE_EVENT] | None = None
    """The share of grade 4 or 5 among those with grade 3 or higher."""
    grade5_share: Annotated[Share, Words("grade 5, share"), ADVERSE_EVENT] | None = None
    """The share of grade 5 among those with grade 3 or higher."""
    serious: Share | None = None
    """The share of serious adverse events among those with grade 3 or higher; grade 5 always is one."""
    onset: Timing | None = None
    """Days from entry to the beginning: a number or quantiles."""
    lasts: Timing | None = None
    """Days from beginning to end: a number or quantiles."""
    delays: bool | None = None
    """Whether the next step waits until it is over."""
    within: Annotated[str, Name.TOXICITY] | None = None
    """Another type that everybody with this one has too; it begins while that one lasts."""
    set: Annotated[str, Name.COLUMN] | None = None
    """A column, no or yes, that remembers it for the conditions of later steps."""
    effects: Annotated[tuple[RiskEffect, ...], Words("")] = ()
    """Ratios for patients under conditions, as they are on entering the step."""

    @model_validator(mode="after")
    def _grades_said_once(self) -> Self:
        for grade in ("grade3plus", "grade4plus", "grade5"):
            if getattr(self, grade) is not None and getattr(self, f"{grade}_share") is not None:
                raise wrong(f"says {grade} twice; keep {grade} or {grade}_share", f"{grade}_share")
        if self.grade3plus is None and self.grade3plus_share is None:
            raise wrong("'grade3plus' is missing here; add it", "grade3plus")
        return self

    def filled(self, kind: ToxicityKind | None, around: "Profile | None" = None) -> "Profile":
        """This toxicity with what the catalog adds; ValueError if something is still missing or impossible.

        ``around`` is the type that it is within.
        """
        kind = kind or ToxicityKind()
        third = self._third(around)
        onset, lasts = self.onset or kind.onset, self.lasts or kind.lasts
        if onset is None or lasts is None:
            raise ValueError(
                f"needs '{'onset' if onset is None else 'lasts'}', in days, here or in the catalog [toxicities]"
            )
        fifth = _stated(self.grade5, self.grade5_share, kind.grade5_share, of=third, otherwise=0.0)
        fourth = _stated(self.grade4plus, self.grade4plus_share, kind.grade4plus_share, of=third, otherwise=fifth)
        if not fifth <= fourth <= third:
            raise ValueError(
                f"a worse grade cannot be more common: grade 3 or higher {third:.4g}, "
                f"4 or higher {fourth:.4g}, 5 {fifth:.4g}"
            )
        serious = kind.serious if self.serious is None else self.serious
        if serious is not None and serious * third < fifth * (1 - 1e-9):
            raise ValueError(
                f"grade 5 is always serious, so {fifth / third:.4g} or more of those with grade 3 or higher "
                f"are; 'serious' says {serious:.4g}"
            )
        delays = kind.delays if self.delays is None else self.delays
        return Profile(third, fourth, fifth, onset, lasts, delays, serious, around)

    def _third(self, around: "Profile | None") -> float:
        if self.grade3plus_share is None:
            return self.grade3plus or 0.0
        if around is None:
            raise ValueError("'grade3plus_share' is the share of those with another type; say which: within = \"NAME\"")
        return self.grade3plus_share * around.third


def _stated(
    probability: float | None, share: float | None, catalog_share: float | None, *, of: float, otherwise: float
) -> float:
    """The probability of a worse grade, stated as it is or as a share."""
    if probability is not None:
        return probability
    share = catalog_share if share is None else share
    return otherwise if share is None else share * of


@dataclass(frozen=True, slots=True)
class Profile:
    """A toxicity with nothing left open: the probabilities are those of grade 3, 4 and 5 or higher."""

    third: float
    fourth: float
    fifth: float
    onset: Fixed | Quantiles
    lasts: Fixed | Quantiles
    delays: bool
    serious: float | None = None
    """The share that is serious of those with grade 3 or higher; None if nobody says."""
    around: "Profile | None" = None
    """The type that everybody with this one has too."""

    @property
    def serious_alive(self) -> float | None:
        """The share that is serious of those who have it and do not die of it."""
        if self.serious is None or self.fifth >= self.third:
            return self.serious
        return (self.serious * self.third - self.fifth) / (self.third - self.fifth)


class Profiles(NamedTuple):
    """The toxicities of a step with what the catalog adds, and what is wrong with the others."""

    found: dict[str, Profile]
    """In the order of the file, without those that cannot be."""
    around: dict[str, str]
    """The type that each nested one is within, from the outermost inwards."""
    problems: list[tuple[KeyPath, str]]


def profiles(tables: Mapping[str, Toxicity], catalog: Mapping[str, ToxicityKind]) -> Profiles:
    """Each toxicity of a step filled from the catalog, the outer types before those within them."""
    kinds = {name: catalog.get(name) for name in tables}
    around: dict[str, str] = {}
    outside: set[str] = set()
    wrong: list[tuple[KeyPath, str]] = []
    for name, table in tables.items():
        outer = table.within or usually_within(kinds[name])
        if outer is not None and outer in tables:
            around[name] = outer
        elif outer is not None and (table.within is not None or table.grade3plus_share is not None):
            # What the catalog alone says holds where a step has both.
            outside.add(name)
            where = "within" if table.within is not None else "grade3plus_share"
            hint = suggestion(outer, [other for other in tables if other != name])
            wrong.append(((name, where), f"is within '{outer}', which this step does not have.{hint}"))
    order, loops = inwards(tables, around)
    for loop in loops:
        said = next((name for name in loop if tables[name].within is not None), None)
        if said is not None:
            wrong.append(((said, "within"), round_trip(loop)))
    filled: dict[str, Profile] = {}
    for name in order:
        outer = around.get(name)
        if name in outside or (outer is not None and outer not in filled):
            continue  # what is wrong with it, or with that one, is told already
        try:
            profile = tables[name].filled(kinds[name], None if outer is None else filled[outer])
        except ValueError as impossible:
            wrong.append(((name,), str(impossible)))
            continue
        filled[name] = profile
        if profile.around is not None and profile.third > profile.around.third:
            shares = f"grade 3 or higher {profile.third:.4g}, of '{outer}' {profile.around.third:.4g}"
            wrong.append(((name,), f"is within '{outer}', so it cannot be more common: {shares}"))
    found = {name: filled[name] for name in tables if name in filled}
    return Profiles(found, {name: around[name] for name in order if name in around}, wrong)


def usually_within(kind: ToxicityKind | None) -> str | None:
    """The type that the catalog says this one is within."""
    return None if kind is None else kind.within


def round_trip(loop: Sequence[str]) -> str:
    """What is wrong with types that are within each other."""
    told = " within ".join(f"'{name}'" for name in [*loop, loop[0]])
    return f"a type cannot be within itself, and this says {told}"


def inwards(names: Iterable[str], around: Mapping[str, str]) -> tuple[list[str], list[list[str]]]:
    """The types, each after the one that it is within; and the loops, whose types are in no order."""
    order: dict[str, None] = {}
    loops: list[list[str]] = []
    lost: set[str] = set()
    for name in names:
        chain: dict[str, None] = {}
        here: str | None = name
        while here is not None and here in names and not (here in order or here in lost or here in chain):
            chain[here] = None
            here = around.get(here)
        if here in chain:
            loops.append(list(chain)[list(chain).index(here) :])
        if here in chain or here in lost:
            lost.update(chain)
        else:
            order.update(dict.fromkeys(reversed(chain)))
    return list(order), loops


class Frailty(Table):
    """A category that makes every toxicity of a step likelier for some patients, while the averages stay as stated."""

    column: str
    """The category of the cohort."""
    odds_ratio: Annotated[dict[str, Ratio], Name.LEVEL, Abbreviation("OR")]
    """The odds of each level, in proportion; 1 if not given."""


def frailty_problems(frailty: Frailty, scenario: Surroundings) -> Iterator[tuple[KeyPath, str]]:
    """What is wrong with a frailty in its scenario."""
    column = frailty.column
    if column in scenario.unread:
        return
    shares = scenario.shares.get(column)
    if shares is None:
        hint = "" if column in scenario.names else suggestion(column, list(scenario.shares))
        message = f"'{column}' is not a category of the cohort that depends on no other.{hint}"
        yield ("frailty", "column"), message
        return
    for level in frailty.odds_ratio:
        if level not in shares:
            hint = suggestion(level, list(shares))
            yield ("frailty", "odds_ratio", level), f"'{column}' is never '{level}'.{hint}"


@lru_cache(maxsize=1024)
def spread(averages: Reals, odds_ratios: Reals, shares: Reals) -> NDArray[np.float64]:
    """For each average, the probability at each level under these odds ratios that gives it (averages x levels).

    The same for the cycles of a phase, and after a number elsewhere was changed, so it is kept, closed to writing.
    """
    wanted, ratios, levels = (np.asarray(values, np.float64) for values in (averages, odds_ratios, shares))
    low, high = np.full(wanted.size, -50.0), np.full(wanted.size, 50.0)
    for _ in range(100):
        middle = (low + high) / 2
        too_low = _at_levels(middle, ratios) @ levels < wanted
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    certain = (wanted <= 0) | (wanted >= 1)
    return closed(np.where(certain[:, None], wanted[:, None], _at_levels((low + high) / 2, ratios)))


def _at_levels(log_odds: NDArray[np.float64], ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(log_odds)[:, None] * ratios
    probabilities: NDArray[np.float64] = odds / (1 + odds)
    return probabilities


@dataclass(frozen=True, slots=True)
class AdverseEvents:
    """Toxicities that happen, as columns; ``kind`` numbers the step's types."""

    kind: Rows
    row: Rows
    grade: NDArray[np.float64]
    onset: Days
    resolved: Days


class Toxicities:
    """The toxicities of a step, ready to sample."""

    def __init__(self, filled: Profiles, tables: Mapping[str, Toxicity], link: Link) -> None:
        profiles = filled.found
        adverse = {name: link.event("toxicity", name) for name in profiles}
        resolved = {name: link.event("resolved", name) for name in profiles}
        # What never happens is not drawn.
        drawn = {name: profile for name, profile in profiles.items() if profile.third > 0}
        self.codes = np.array([adverse[name] for name in drawn], dtype=np.int16)
        self.resolved_codes = np.array([resolved[name] for name in drawn], dtype=np.int16)
        self.delays = np.array([profile.delays for profile in drawn.values()], dtype=np.bool_)
        numbers = {name: kind for kind, name in enumerate(drawn)}
        self.remembered = [(numbers.get(name), column) for name in profiles if (column := tables[name].set)]
        """The columns that remember a type, by its number; None for a type that never happens."""
        self._third = np.array([profile.third for profile in drawn.values()])
        self._fourth = np.array([profile.fourth for profile in drawn.values()])
        self._fifth = np.array([profile.fifth for profile in drawn.values()])
        self._onset = DistributionTable([profile.onset for profile in drawn.values()])
        self._lasts = DistributionTable([profile.lasts for profile in drawn.values()])
        self._grade_streams = streams([link.stream(name, "grade") for name in drawn])
        self._onset_streams = streams([link.stream(name, "onset") for name in drawn])
        self._length_streams = streams([link.stream(name, "lasts") for name in drawn])
        self._effects = [
            [(link.condition(effect.when), effect.risk_ratio) for effect in tables[name].effects] for name in drawn
        ]
        self._around = {numbers[name]: numbers[outer] for name, outer in filled.around.items() if name in drawn}
        """Of each type within another that one, by their numbers, from the outermost inwards."""
        self._outer_first = [*(kind for kind in numbers.values() if kind not in self._around), *self._around]
        self._frailty: tuple[str, NDArray[np.float64]] | None = None

    def follow(self, frailty: Frailty, shares: Mapping[str, float]) -> None:
        """Make every type depend on a category of the cohort with these shares."""
        ratios = tuple(frailty.odds_ratio.get(level, 1.0) for level in shares)
        self._frailty = frailty.column, spread(tuple(self._third.tolist()), ratios, tuple(shares.values()))

    def sample(self, patients: Patients) -> AdverseEvents:
        """Which toxicities of grade 3 or higher these patients have, if they stay long enough."""
        hits = self._hits(patients)
        sizes = [row.size for row, _ in hits]
        kind, ends = np.repeat(np.arange(len(hits)), sizes), np.cumsum(sizes)
        row = np.concatenate([np.empty(0, np.intp), *(row for row, _ in hits)])
        depth: NDArray[np.float64] = np.concatenate([np.empty(0), *(depth for _, depth in hits)])
        grade = np.full(depth.size, 3.0)
        for deeper in (self._fourth, self._fifth):
            grade += depth < deeper.take(kind)
        key = patients.key.take(row)
        onset = ticks(self._onset(kind, uniform(key, self._onset_streams.take(kind))))
        length = ticks(self._lasts(kind, uniform(key, self._length_streams.take(kind))))
        for inner, outer in self._around.items():
            mine = slice(ends[inner] - sizes[inner], ends[inner])
            around = ends[outer] - sizes[outer] + np.searchsorted(hits[outer][0], hits[inner][0])
            onset[mine] = np.clip(onset[mine], onset[around], onset[around] + length[around])
        return AdverseEvents(kind, row, grade, onset, onset + length)

    def _hits(self, patients: Patients) -> list[tuple[Rows, NDArray[np.float64]]]:
        """Of each type, who has it and how deep their draw lies below the probability of grade 3 or higher."""
        happens: dict[int, NDArray[np.bool_]] = {}
        found: dict[int, tuple[Rows, NDArray[np.float64]]] = {}
        for kind in self._outer_first:
            draws, limit = uniform(patients.key, self._grade_streams[kind]), self._limit(kind, patients)
            happens[kind] = draws < limit
            if kind in self._around:
                happens[kind] &= happens[self._around[kind]]
            row = np.flatnonzero(happens[kind])
            # The draw that decides on grade 3 or higher decides on the worst grade too: a likelier one is worse.
            found[kind] = row, draws.take(row) * self._third[kind] / (limit.take(row) if limit.ndim else limit)
        return [found[kind] for kind in sorted(found)]

    def _limit(self, kind: int, patients: Patients) -> NDArray[np.float64]:
        """The draw below which a type happens: of each patient, or of all."""
        limit = self._third[kind : kind + 1].reshape(())
        if kind in self._around:
            # Of those who have the outer one. Whom frailty spares that, it spares this too.
            limit = limit / self._third[self._around[kind]]
        elif self._frailty is not None:
            column, table = self._frailty
            limit = table[kind].take(patients.columns[column])
        for holds, ratio in self._effects[kind]:
            limit = limit * np.where(holds(patients.columns), ratio, 1.0)
        return limit
