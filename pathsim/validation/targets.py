"""Targets: published results and plausible ranges beside what many simulated trials show.

A target can be missed in two ways. The mean of many trials can differ from what was published: then the scenario is
wrong on average, though a single trial of that size might have shown the published result by chance. Or hardly any
single trial shows it: then chance is no excuse. While the mean of so many trials is not known well enough to tell
whether it differs by too much, the target is undecided. A plausible range, which spans several series, can only be
missed by the mean: how far single trials spread is not at issue.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from pathsim.engines.choose import simulate
from pathsim.ensembles.averages import Average, average, counts, known_or_none, quantiles
from pathsim.ensembles.collected import ByName
from pathsim.ensembles.summary import share
from pathsim.names import readable
from pathsim.results.json import ResultsJson, results
from pathsim.results.lookup import figure, is_share
from pathsim.scenario.evidence import Rate
from pathsim.scenario.problems import Problem
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Target, TargetKind
from pathsim.statistics.normal import deviations
from pathsim.trial import tables
from pathsim.validation.picks import check_picks

Verdict: TypeAlias = Literal["met", "undecided", "wrong on average", "implausible", "beyond chance", "no figure"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
TOLERATED_DEVIATIONS = 0.3
"""How far the mean of many trials may lie from a published result, in standard deviations of a single trial."""
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True)
class TargetComparison:
    """A target, and what simulated trials show of it."""

    name: str
    target: Target
    evidence: Rate | None
    """What is said of the published number."""
    average: Average
    lower: float
    """Between this and ``upper`` lie 95% of single trials."""
    upper: float
    percentile: float
    """The share of single trials, in per cent, that lie below the published result; NaN of a range."""
    tolerance: float
    """How far the mean may be off; of a range 0, for its ends are the limits themselves."""
    counts: dict[str, int]
    """How many trials enter the mean, and why the others do not."""

    @property
    def label(self) -> str:
        """Its name for readers."""
        return self.target.label or readable(self.name)

    @property
    def published(self) -> float | None:
        """The published result; None of a plausible range."""
        return self.target.published

    @property
    def mean(self) -> float:
        """The mean over trials; of hazard ratios the geometric one of those that are finite."""
        return self.average.value

    @property
    def missing(self) -> int:
        """How many trials could not estimate the figure."""
        return self.counts["missing"]

    @property
    def trials(self) -> int:
        """How many trials there are."""
        return sum(self.counts.values())

    @property
    def interval(self) -> tuple[float, float] | None:
        """The published 95% interval; of a count Wilson's."""
        if self.target.ci is not None:
            return self.target.ci
        if self.evidence is None or self.evidence.n is None or self.evidence.of is None:
            return None
        found = share(self.evidence.n, self.evidence.of)
        return found["lower"], found["upper"]

    @property
    def verdict(self) -> Verdict:
        """Whether the simulation agrees with what was published, and if not, in which way."""
        published = self.published
        if math.isnan(self.lower):
            return "no figure"
        if published is not None and not self.lower - _NEGLIGIBLE <= published <= self.upper + _NEGLIGIBLE:
            return "beyond chance"
        if not self.average.count:
            return "no figure"
        beyond = abs(miss(self.target, self.average)) - self.tolerance
        if beyond <= _NEGLIGIBLE:
            return "met"
        if self.average.count == 1 or beyond <= self.margin:
            return "undecided"
        return "implausible" if published is None else "wrong on average"

    @property
    def margin(self) -> float:
        """How far the mean of ever more trials may lie from this one: 95% margin, as misses are measured; 0 of one."""
        count = self.average.count
        return deviations(0.95) * deviation(self.target, self.average) / math.sqrt(count) if count > 1 else 0.0

    @property
    def met(self) -> bool:
        """Whether single trials show it, and trials on average too; of a range, whether the mean lies in it."""
        return self.verdict == "met"

    @property
    def is_missed(self) -> bool:
        """Whether it is not met, and that is certain by so many trials."""
        return self.verdict not in ("met", "undecided")

    def about(self) -> dict[str, Any]:
        """What ``--json`` tells of it."""
        interval = self.interval or (None, None)
        deviation = "sd_log" if self.average.is_ratio else "standard_deviation"
        tolerance = "tolerance_log" if _in_logarithms(self.target, self.average) else "tolerance"
        return {
            "name": self.name,
            "label": self.label,
            "kind": self.target.kind,
            "published": self.published,
            "between": None if self.target.between is None else list(self.target.between),
            "published_lower": interval[0],
            "published_upper": interval[1],
            "simulated": known_or_none(self.mean),
            deviation: known_or_none(self.average.deviation),
            "lower": known_or_none(self.lower),
            "upper": known_or_none(self.upper),
            "percentile": known_or_none(self.percentile),
            tolerance: known_or_none(self.tolerance),
            **self.counts,
            "verdict": self.verdict,
            "met": self.met,
        }


def targets_of(scenario: Scenario, parts: Sequence[str] = ()) -> dict[str, Target]:
    """The scenario's targets, or those under headings that begin with one of these words."""
    wanted = tuple(part.casefold() for part in parts) or ("",)
    targets = scenario.sections.targets.items()
    return {name: target for name, target in targets if (target.part or "").casefold().startswith(wanted)}


def paths(targets: Mapping[str, Target]) -> tuple[str, ...]:
    """The figures that targets take, each once."""
    return tuple(dict.fromkeys(path for target in targets.values() for path in target.figures))


def problems(scenario: Scenario, found: ResultsJson | None = None) -> list[Problem]:
    """Targets whose figure the results do not have, or could never come to what was published.

    Any trial shows which figures there are, as the one with these results does.
    """
    if not scenario.sections.targets:
        return []
    found = results(simulate(scenario, seed=1)[0]) if found is None else found
    wrong = []
    for name, target in scenario.sections.targets.items():
        impossible = [end for end in target.wanted if not 0 <= end <= 1]
        if target.of is None and is_share(target) and impossible:
            key = "between" if target.published is None else "published"
            message = f"the figure is a share, between 0 and 1; it can never be {impossible[0]:g}"
            wrong.append(scenario.layers.placed(Problem(("targets", name, key), message)))
        for key, path in zip(("figure", "of"), target.figures, strict=False):
            try:
                check_picks(scenario, path)
                figure(found, path)
            except KeyError as nowhere:
                wrong.append(scenario.layers.placed(Problem(("targets", name, key), str(nowhere.args[0]))))
    return wrong


def simulated(target: Target, columns: ByName) -> NDArray[np.float64]:
    """What each trial shows of a target."""
    shown = columns[target.figure]
    if target.of is None:
        return shown
    return tables.share(shown, columns[target.of])


def average_of(target: Target, values: NDArray[np.float64]) -> Average:
    """The average of what trials show of a target."""
    return average(_path(target), values)


def _path(target: Target) -> str:
    """The path of what is compared; a share of another figure has none, and is no hazard ratio."""
    return target.figure if target.of is None else "share"


def _in_logarithms(target: Target, shown: Average) -> bool:
    """Whether a miss is one of logarithms: that of a hazard ratio, unless a tolerance is stated, a difference."""
    return shown.is_ratio and target.tolerance is None


def miss(target: Target, shown: Average) -> float:
    """How far the mean of trials lies above what was published; NaN without a mean.

    Of a range it is how far the mean lies above its upper end or, negative, below its lower one, and 0 inside.
    """
    lower, upper = target.wanted
    nearest = min(max(shown.value, lower), upper)
    return shown.above(nearest) if _in_logarithms(target, shown) else shown.value - nearest


def deviation(target: Target, shown: Average) -> float:
    """The standard deviation of single trials, as misses are measured."""
    return shown.deviation * (shown.value if shown.is_ratio and not _in_logarithms(target, shown) else 1.0)


def tolerance(target: Target, shown: Average) -> float:
    """The largest miss with which a target is met: none of a range."""
    if target.between is not None:
        return 0.0
    return TOLERATED_DEVIATIONS * deviation(target, shown) if target.tolerance is None else target.tolerance


def compared(scenario: Scenario, columns: ByName, parts: Sequence[str] = ()) -> list[TargetComparison]:
    """The scenario's targets, or those under such headings, each beside these trials."""
    published = scenario.published
    return [
        _compared(name, target, published.get(name), simulated(target, columns))
        for name, target in targets_of(scenario, parts).items()
    ]


def _compared(name: str, target: Target, evidence: Rate | None, values: NDArray[np.float64]) -> TargetComparison:
    seen, shown = values[~np.isnan(values)], average_of(target, values)
    lower = upper = percentile = math.nan
    if seen.size:
        lower, upper = quantiles(seen, [0.025, 0.975], of_trials=True).tolist()
    if seen.size and target.published is not None:
        percentile = 100 * float(np.mean(seen < target.published) + np.mean(seen == target.published) / 2)
    return TargetComparison(
        name,
        target,
        evidence,
        average=shown,
        lower=lower,
        upper=upper,
        percentile=percentile,
        tolerance=tolerance(target, shown),
        counts=counts(_path(target), values),
    )


def tally(comparisons: Sequence[TargetComparison]) -> dict[str, dict[str, int]]:
    """How many targets of each kind have which verdict."""
    kinds: tuple[TargetKind, ...] = get_args(TargetKind)
    counts = {kind: Counter(one.verdict for one in comparisons if one.target.kind == kind) for kind in kinds}
    return {kind: {verdict: counts[kind][verdict] for verdict in VERDICTS} for kind in kinds}
