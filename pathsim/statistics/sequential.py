"""Monitoring a trial: the boundaries that spend just the error that is to be spent, and rules of futility.

Information fractions t run up to 1, the planned end. The statistic is the log-rank z turned so that it grows with
benefit; at t its mean is drift * sqrt(t) and its increments are independent. Error probabilities are one-sided.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from statistics import NormalDist
from typing import NamedTuple, TypeAlias

from pathsim.statistics.looks import BEGIN, LookDensity
from pathsim.statistics.spending import Spending

Information: TypeAlias = tuple[float, ...]
"""The information fractions of looks, ascending."""

_NORMAL = NormalDist()
LEAST_ALPHA = 1e-300
_NOTHING = 1e-306
"""What is less than this cannot be told from nothing: no bound spends it."""
LEAST_APART = 1e-5
"""How far apart the information of two looks is at least: less than one event of as many as a trial has patients."""
_KEPT = 4096
"""How many looks are remembered: some 2 kB each, if there are no more than a hundred of them in a trial."""
_DEEP = 50


class Bounds(NamedTuple):
    """For each look: the z at or beyond which the trial stops for benefit, and the error spent until then.

    Of the naive rule, which spends none, it is the error that is made by then.
    """

    efficacy: list[float]
    alpha_spent: list[float]


def efficacy_bounds(information: Sequence[float], alpha: float, spend: Spending | None) -> Bounds:
    """The boundaries that spend the error as planned; infinite where a look has nothing to spend.

    Without a spending function every look tests at the whole level, as if it were the only one: the naive rule, whose
    error grows with each look (Armitage, McPherson and Rowe 1969, doi:10.2307/2343787).

    Futility bounds play no part: they are not binding. See ``pathsim.statistics.looks`` for the method.

    Raises ValueError if the information fractions do not ascend within (0, 1] or alpha is not within (0, 0.5).
    """
    check_information(information)
    check_alpha(alpha)
    if spend is None:
        bounds = [-_NORMAL.inv_cdf(alpha)] * len(information)
        return Bounds(bounds, list(accumulate(exit_probabilities(information, bounds).efficacy)))
    looks = [_solved(tuple(information[: number + 1]), alpha, spend) for number in range(len(information))]
    return Bounds([look.bound for look in looks], [look.spent for look in looks])


def efficacy_bound(information: Information, alpha: float, spend: Spending | None) -> float:
    """The boundary of the last of these looks: the last of ``efficacy_bounds``, which are not checked again."""
    if spend is None:
        return -_NORMAL.inv_cdf(alpha)
    for number in range(_DEEP, len(information), _DEEP):
        _solved(information[:number], alpha, spend)
    return _solved(information, alpha, spend).bound


class _Solved(NamedTuple):
    look: LookDensity
    bound: float
    spent: float


@lru_cache(maxsize=_KEPT)
def _solved(information: Information, alpha: float, spend: Spending) -> _Solved:
    """The last of these looks. What is remembered of the looks before it makes no difference to it."""
    *earlier, now = information
    before, spent = BEGIN, spend(now, alpha)
    here = spent
    if earlier:
        look, bound, spent_before = _solved(tuple(earlier), alpha, spend)
        before, here = look.between(-math.inf, bound, now), spent - spent_before
    look = LookDensity(before, now)
    if here < _NOTHING:
        return _Solved(look, math.inf, spent)
    # Were there no looks before, this z would spend all that is spent so far here: the bound cannot be lower.
    return _Solved(look, look.upper_quantile(here, start=-_NORMAL.inv_cdf(spent)), spent)


class StopProbabilities(NamedTuple):
    """For each look, the probability that the trial stops just there, for benefit or for futility."""

    efficacy: list[float]
    futility: list[float]


def exit_probabilities(
    information: Sequence[float],
    efficacy: Sequence[float],
    futility: Sequence[float] | None = None,
    *,
    drift: float = 0.0,
) -> StopProbabilities:
    """How likely a trial is to leave by each boundary at each look, when the final z has this mean.

    ``futility`` bounds are binding; leave them out, or give -inf, where a trial goes on whatever it sees.
    """
    check_information(information)
    lower = [-math.inf] * len(information) if futility is None else list(futility)
    benefit, futile = [], []
    before = BEGIN
    for number, (t, low, high) in enumerate(zip(information, lower, efficacy, strict=True)):
        look = LookDensity(before, t, drift)
        benefit.append(look.above(high))
        futile.append(look.below(low))
        if number + 1 < len(information):
            before = look.between(low, high, information[number + 1])
    return StopProbabilities(benefit, futile)


def conditional_power_bound(information: float, final_bound: float, below: float, *, drift: float) -> float:
    """The z under which the conditional power falls below this probability; -inf at the planned end.

    Conditional power is the probability that the final z reaches its bound, given z now, if the rest of the trial has
    this drift. Lan, Simon and Halperin (1982), doi:10.1080/07474948208836014.
    """
    left = 1 - information
    if left <= 0:
        return -math.inf
    mean = final_bound + math.sqrt(left) * _NORMAL.inv_cdf(below)
    return (mean - drift * left) / math.sqrt(information)


def alternative_rejected_bound(events: float, hazard_ratio: float, level: float, *, ratio: float = 1.0) -> float:
    """The z under which a test at this level, one-sided, rejects the hazard ratio that the trial was planned for.

    Freidlin and Korn (2002), Controlled Clinical Trials 23, 355-366, doi:10.1016/S0197-2456(02)00218-8. ``ratio`` is
    that of the patients in the two arms.
    """
    return expected_z(events, hazard_ratio, ratio=ratio) + _NORMAL.inv_cdf(level)


def expected_z(events: float, hazard_ratio: float, *, ratio: float = 1.0) -> float:
    """The mean of z after this many events in two arms whose sizes have this ratio, whichever is the larger.

    The log hazard ratio over its standard error: -log(hazard ratio) * sqrt(events * r) / (1 + r); with arms of one
    size, sqrt(events) / 2. Schoenfeld (1981), doi:10.1093/biomet/68.1.316.
    """
    return -math.log(hazard_ratio) * math.sqrt(events * ratio) / (1 + ratio)


def check_information(information: Sequence[float]) -> None:
    """Raise ValueError, with a sentence, unless these are ascending fractions within (0, 1]."""
    if not information:
        raise ValueError("name at least one look: information fractions such as 0.5,1")
    for t in information:
        if not 0 < t <= 1:
            raise ValueError(f"an information fraction lies between 0 and 1; this is {t:g}")
    for before, t in pairwise(information):
        if t <= before:
            raise ValueError(f"information fractions ascend, but {t:g} follows {before:g}")
        if t - before < LEAST_APART:
            raise ValueError(
                f"looks must be {LEAST_APART:.5f} apart at least, but {before!r} and {t!r} are closer: leave one out"
            )


def check_alpha(alpha: float) -> None:
    """Raise ValueError, with a sentence, unless this is a one-sided error that can be spent."""
    if not LEAST_ALPHA <= alpha < 0.5:
        raise ValueError(f"alpha is one-sided, less than 0.5 and no less than {LEAST_ALPHA:g}; this is {alpha:g}")
