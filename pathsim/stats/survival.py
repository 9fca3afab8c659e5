"""Survival of one arm: the Kaplan-Meier curve with its interval, median, numbers at risk and restricted mean.

Survival stays where it is after the last event, however few are still followed: read it beside the numbers at risk.
A risk table cannot tell an arm without patients from an arm without events: survival is 1 throughout in both.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pathsim.stats.columns import Days, Numbers, check_number, days_asked, durations, numbers, same_length
from pathsim.stats.grid import columns_at, grid
from pathsim.stats.normal import deviations
from pathsim.stats.risk_table import RiskTable

_HALF = 0.5 + 1e-12
"""A product such as 11/12 * 10/11 * ... * 6/7 is one half, but misses it by a few units in the last place."""


class KaplanMeier(NamedTuple):
    """Survival on some days: arrays (trials x days), as fractions."""

    survival: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    standard_error: NDArray[np.float64]


class Curve(NamedTuple):
    """Survival of one arm of one trial as a step function: each entry holds from its time to that of the next.

    The first entry is (0, 1); an event on day 0 has an entry of its own after it.
    """

    time: Days
    survival: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


class RestrictedMean(NamedTuple):
    """Mean event-free days up to a horizon: arrays (trials,)."""

    mean: Days
    standard_error: Days


class _Steps(NamedTuple):
    """The step functions of all trials: matrices (trials x columns), the first column being (0, 1)."""

    time: Days
    """Infinite in the columns that are left over."""
    survival: NDArray[np.float64]
    greenwood: NDArray[np.float64]
    """The variance of survival, divided by its square."""
    summand: NDArray[np.float64]
    """What each column adds to that."""


def kaplan_meier(table: RiskTable, arm: int, at_days: ArrayLike, *, confidence: float = 0.95) -> KaplanMeier:
    """Survival of an arm on these days, with its standard error and an interval on the log-log scale.

    An event on the very day counts. Where survival is 1 or 0 the standard error is 0 and both limits are the
    estimate, as in lifelines (R's survival gives NA there).

    Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452; standard error of Greenwood (1926), The natural
    duration of cancer, HMSO; interval of Kalbfleisch and Prentice (2002), chapter 1, doi:10.1002/9781118032985.

    Raises ValueError if the table has strata or no such arm, or the confidence is not between 0 and 1.
    """
    steps = _steps(table, arm)
    column = columns_at(steps.time, days_asked(at_days))
    survival = np.take_along_axis(steps.survival, column, axis=1)
    spread = np.sqrt(np.take_along_axis(steps.greenwood, column, axis=1))
    return KaplanMeier(survival, *_interval(survival, spread, confidence), survival * spread)


def curve(table: RiskTable, trial_number: int, arm: int, *, confidence: float = 0.95) -> Curve:
    """The Kaplan-Meier curve of an arm of one trial, to be drawn as steps; ``kaplan_meier`` says how it is estimated.

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
    )
    steps = _steps(only, arm)
    survival = steps.survival[0]
    return Curve(steps.time[0], survival, *_interval(survival, np.sqrt(steps.greenwood[0]), confidence))


def median(table: RiskTable, arm: int) -> Days:
    """The first day on which survival is one half or less, for each trial (trials,); NaN if it never is.

    Where survival is exactly one half for a while, that is the beginning of the while, as in lifelines (R's survival
    gives its middle).

    Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452. Raises ValueError if the table has strata or no such
    arm.
    """
    steps = _steps(table, arm)
    reached = steps.survival <= _HALF
    day = steps.time[np.arange(table.trials), reached.argmax(axis=1)]
    return np.where(reached.any(axis=1), day, np.nan)


def restricted_mean(table: RiskTable, arm: int, horizon_days: float) -> RestrictedMean:
    """The mean of the days without event up to the horizon: the area under the Kaplan-Meier curve, for each trial.

    Irwin (1949), doi:10.1017/S0022172400014443; Royston and Parmar (2013), doi:10.1186/1471-2288-13-152.

    Raises ValueError if the table has strata or no such arm, or the horizon is negative or infinite.
    """
    if not 0 <= horizon_days < np.inf:
        raise ValueError(f"a horizon of {horizon_days} days is not a number of days from 0")
    steps = _steps(table, arm)
    begins = np.minimum(steps.time, horizon_days)
    ends = np.append(begins[:, 1:], np.full((table.trials, 1), float(horizon_days)), axis=1)
    area = steps.survival * (ends - begins)
    onwards = np.cumsum(area[:, ::-1], axis=1)[:, ::-1]
    return RestrictedMean(onwards[:, 0], np.sqrt((onwards**2 * steps.summand).sum(axis=1)))


def numbers_at_risk(
    trial: ArrayLike, arm: ArrayLike, time: ArrayLike, at_days: ArrayLike, trials: int, arms: int
) -> Numbers:
    """Patients still followed on each of these days, as (trials x arms x days): those whose time is not before it.

    The columns are those of ``risk_table``: it keeps only times of events, and people are also censored in between.

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


def _steps(table: RiskTable, arm: int) -> _Steps:
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
    return _Steps(time, survival, np.cumsum(summand, axis=1), summand)


def _interval(
    survival: NDArray[np.float64], spread: NDArray[np.float64], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The limits S ** exp(+-z * se(log S) / log S), or survival itself where it is 0 or 1."""
    between = (survival > 0) & (survival < 1)
    logarithm = np.log(survival, out=np.full_like(survival, -1.0), where=between)
    width = np.where(between, deviations(confidence) * spread / -logarithm, 0.0)
    return survival ** np.exp(width), survival ** np.exp(-width)
