"""Survival of one arm: the Kaplan-Meier curve with its interval, median, and numbers at risk.

Nothing is estimated from nobody. A curve ends with the longest follow-up of its arm: beyond it survival is NaN, unless
the curve has come down to 0, where it stays. Up to there it is estimated however few are still followed: read it beside
the numbers at risk. Where conventions differ from R's is told in docs/differences.md.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pathsim.statistics.columns import Days, Numbers, check_number, days_asked, durations, numbers, same_length
from pathsim.statistics.grid import columns_at, grid
from pathsim.statistics.normal import deviations
from pathsim.statistics.risk_table import RiskTable

_NEAR = 1.5e-8
"""So close to one half is one half, as in R: 11/12 * 10/11 * ... * 6/7 misses it by a few units in the last place."""


class KaplanMeier(NamedTuple):
    """Survival on some days: arrays (trials x days), as fractions."""

    survival: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    standard_error: NDArray[np.float64]


class SurvivalCurve(NamedTuple):
    """Survival of one arm of one trial as a step function: each entry holds from its time to that of the next.

    The first entry is (0, 1); an event on day 0 has an entry of its own after it.
    """

    time: Days
    survival: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


class Median(NamedTuple):
    """Median survival with its limits: arrays (trials,), in days; NaN where the curve does not come down so far."""

    estimate: Days
    lower: Days
    upper: Days


class Steps(NamedTuple):
    """The step functions of all trials: matrices (trials x columns), the first column being (0, 1)."""

    time: Days
    """Infinite in the columns that are left over."""
    survival: NDArray[np.float64]
    greenwood: NDArray[np.float64]
    """The variance of survival, divided by its square."""
    summand: NDArray[np.float64]
    """What each column adds to that."""
    ends: Days
    """Until when each trial's curve is known (trials,): infinite if it has come down to 0, -inf without patients."""


def kaplan_meier(table: RiskTable, arm: int, at_days: ArrayLike, *, confidence: float = 0.95) -> KaplanMeier:
    """Survival of an arm on these days, with its standard error and an interval on the log-log scale.

    An event on the very day counts. All four are NaN where the arm has no patients, and on days beyond its longest
    follow-up, unless that ended in an event of everybody who was left: then survival is 0 from there on. Where
    survival is 1 or 0 the standard error is 0 and there are no limits (NaN), as in R.

    Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452; standard error of Greenwood (1926), The natural
    duration of cancer, HMSO; interval of Kalbfleisch and Prentice (2002), chapter 1, doi:10.1002/9781118032985.

    Raises ValueError if the table has strata or no such arm, or the confidence is not between 0 and 1.
    """
    steps = steps_of(table, arm)
    days = days_asked(at_days)
    column = columns_at(steps.time, days)
    survival = np.where(days <= steps.ends[:, None], np.take_along_axis(steps.survival, column, axis=1), np.nan)
    spread = np.sqrt(np.take_along_axis(steps.greenwood, column, axis=1))
    return KaplanMeier(survival, *_interval(survival, spread, confidence), survival * spread)


def curve(table: RiskTable, trial_number: int, arm: int, *, confidence: float = 0.95) -> SurvivalCurve:
    """The Kaplan-Meier curve of an arm of one trial, to be drawn as steps; ``kaplan_meier`` says how it is estimated.

    Where survival is 1 or 0 both limits are survival itself, so that a band can be drawn from the first day on.

    Raises ValueError if the table has strata or no such trial or arm, or the confidence is not between 0 and 1.
    """
    check_number("trial", trial_number, table.trials)
    rows = slice(*np.searchsorted(table.trial, [trial_number, trial_number + 1]))
    only = replace(
        table,
        trials=1,
        trial=np.zeros_like(table.trial[rows]),
        stratum=table.stratum[rows],
        time=table.time[rows],
        at_risk=table.at_risk[rows],
        events=table.events[rows],
        row=table.row[:0],  # which patients are in this trial the table does not tell
        followed=table.followed[[trial_number]],
    )
    steps = steps_of(only, arm)
    survival = steps.survival[0]
    limits = _interval(survival, np.sqrt(steps.greenwood[0]), confidence)
    lower, upper = (np.where(np.isnan(limit), survival, limit) for limit in limits)
    return SurvivalCurve(steps.time[0], survival, lower, upper)


def median(table: RiskTable, arm: int, *, confidence: float = 0.95) -> Median:
    """The day on which survival comes down to one half, with its interval, for each trial; NaN if it never does.

    Where survival is exactly one half for a while, the median is the middle of the while; if no event ends it, the
    longest follow-up does: R's ``quantile`` of a ``survfit`` object. The limits are the days on which the limits of
    survival on the log-log scale come down to one half.

    Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452; interval of Brookmeyer and Crowley (1982),
    doi:10.2307/2530286. Raises ValueError if the table has strata or no such arm, or the confidence is not between 0
    and 1.
    """
    steps, followed = steps_of(table, arm), table.followed[:, arm]
    lower, upper = _interval(steps.survival, np.sqrt(steps.greenwood), confidence)
    return Median(*(_comes_down_to_half(steps.time, line, followed) for line in (steps.survival, lower, upper)))


def _comes_down_to_half(time: Days, line: NDArray[np.float64], followed: Days) -> Days:
    """For each trial, the day on which a falling line is at one half, or the middle of the days on which it is."""
    trials = np.arange(line.shape[0])
    reached, below = line <= 0.5 + _NEAR, line < 0.5 - _NEAR
    first, next_lower = reached.argmax(axis=1), below.argmax(axis=1)
    begins = np.where(reached.any(axis=1), time[trials, first], np.nan)
    ends = np.where(below.any(axis=1), time[trials, next_lower], followed)
    # A line that jumps over one half is there for no time at all.
    return np.where(below[trials, first], begins, (begins + ends) / 2)


def numbers_at_risk(
    trial: ArrayLike, arm: ArrayLike, time: ArrayLike, at_days: ArrayLike, trials: int, arms: int
) -> Numbers:
    """Patients still followed on each of these days, as (trials x arms x days): those whose time is not before it.

    The columns are those of ``risk_table``: it keeps only times of events, and people are also censored in between.
    With times after which patients come to be at risk in the place of ``time`` it counts who is yet to come.

    Raises ValueError if the columns differ in length, a number is out of range or a time is negative.
    """
    in_trial, in_arm, followed = numbers("trial", trial, trials), numbers("arm", arm, arms), durations(time)
    same_length(trial=in_trial, arm=in_arm, time=followed)
    days = days_asked(at_days)
    order = np.argsort(days)
    reached = np.searchsorted(days[order], followed, side="right")
    cell = (in_trial * arms + in_arm) * (days.size + 1) + reached
    counts = np.bincount(cell, minlength=trials * arms * (days.size + 1)).reshape(trials, arms, days.size + 1)
    at_risk = np.empty((trials, arms, days.size), np.intp)
    at_risk[:, :, order] = np.cumsum(counts[:, :, :0:-1], axis=2)[:, :, ::-1]
    return at_risk


def steps_of(table: RiskTable, arm: int) -> Steps:
    """The curves of an arm. Raises ValueError if the table has strata or no such arm."""
    check_number("arm", arm, table.arms)
    if table.stratified:
        raise ValueError("survival needs a risk table without strata: make one with stratum=None")
    happened = table.events[:, arm] > 0
    places = grid(table.trial[happened], table.trials)
    time = places.laid_out(table.time[happened], np.inf)
    time[:, 0] = 0.0
    at_risk = places.laid_out(table.at_risk[happened, arm], 1.0)
    events = places.laid_out(table.events[happened, arm], 0.0)
    left = at_risk - events
    # Where nobody is left, survival is 0, and so is its standard error whatever is summed up here.
    summand = np.divide(events, at_risk * left, out=np.zeros_like(left), where=left > 0)
    survival = np.cumprod(left / at_risk, axis=1, dtype=np.float64)
    ends = np.where(survival[:, -1] > 0, table.followed[:, arm], np.inf)
    return Steps(time, survival, np.cumsum(summand, axis=1), summand, ends)


def _interval(
    survival: NDArray[np.float64], spread: NDArray[np.float64], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The limits S ** exp(+-z * se(log S) / log S); NaN where survival is 0, 1 or NaN."""
    between = (survival > 0) & (survival < 1)
    inside = np.where(between, survival, np.nan)
    width = deviations(confidence) * spread / -np.log(inside)
    return inside ** np.exp(width), inside ** np.exp(-width)
