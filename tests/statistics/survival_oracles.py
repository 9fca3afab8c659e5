"""What the tests of pathsim.statistics compare with: lifelines, and definitions written out in exact fractions."""

import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from survival_data import TREATED, Patients

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pandas as pd
    from lifelines import AalenJohansenFitter, CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import logrank_test
    from lifelines.utils import restricted_mean_survival_time

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def _quietly(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The function without lifelines' warnings, and without its lasting changes to how numpy reports errors."""

    @wraps(function)
    def quiet(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with warnings.catch_warnings(), np.errstate():
            warnings.simplefilter("ignore")
            return function(*args, **kwargs)

    return quiet


# --- lifelines ------------------------------------------------------------------------------------------------------


class Survival(NamedTuple):
    survival: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    standard_error: NDArray[np.float64]


@_quietly
def lifelines_survival(arm: Patients, at_days: ArrayLike, confidence: float = 0.95) -> Survival:
    fitted = KaplanMeierFitter(alpha=1 - confidence).fit(arm.time, arm.event)
    row = np.searchsorted(fitted.timeline, at_days, side="right") - 1
    survival = fitted.survival_function_.to_numpy()[row, 0]
    limits = fitted.confidence_interval_.to_numpy()[row]
    spread = np.sqrt(fitted._cumulative_sq_.to_numpy()[row])  # lifelines does not tell otherwise
    return Survival(survival, limits[:, 0], limits[:, 1], survival * spread)


@_quietly
def lifelines_restricted_mean(arm: Patients, horizon: float) -> float:
    return float(restricted_mean_survival_time(KaplanMeierFitter().fit(arm.time, arm.event), t=horizon))


@_quietly
def lifelines_chi_squared(trial: Patients) -> float:
    treated, control = trial.pick(trial.arm == TREATED), trial.pick(trial.arm != TREATED)
    found = logrank_test(treated.time, control.time, treated.event, control.event)
    return float(found.test_statistic)


@_quietly
def lifelines_weighted_chi_squared(trial: Patients, rho: float, gamma: float) -> float:
    treated, control = trial.pick(trial.arm == TREATED), trial.pick(trial.arm != TREATED)
    columns = (treated.time, control.time, treated.event, control.event)
    return float(logrank_test(*columns, weightings="fleming-harrington", p=rho, q=gamma).test_statistic)


@_quietly
def lifelines_cox(trial: Patients, *, strata: bool) -> tuple[float, float]:
    """The log hazard ratio and its standard error."""
    frame = pd.DataFrame({"time": trial.time, "event": trial.event, "arm": trial.arm, "stratum": trial.stratum})
    columns = frame if strata else frame.drop(columns="stratum")
    fitted = CoxPHFitter().fit(
        columns,
        "time",
        "event",
        strata=["stratum"] if strata else None,
        # It stops at whichever comes first; the second one has to stay out of the way.
        fit_options={"precision": 1e-20, "r_precision": 0.0},
    )
    return float(fitted.params_["arm"]), float(fitted.standard_errors_["arm"])


@_quietly
def lifelines_incidence(time: ArrayLike, cause: ArrayLike, of: int, at_days: ArrayLike) -> NDArray[np.float64]:
    """Only without ties: lifelines would break them at random."""
    fitted = AalenJohansenFitter(calculate_variance=False).fit(time, cause, event_of_interest=of)
    days = fitted.cumulative_density_.index.to_numpy()
    row = np.searchsorted(days, at_days, side="right") - 1
    return fitted.cumulative_density_.to_numpy()[row, 0]


# --- definitions, in exact fractions --------------------------------------------------------------------------------


class Row(NamedTuple):
    """Patients at risk and events of the two arms, in one stratum at one time."""

    at_risk: tuple[int, int]
    events: tuple[int, int]


def rows_of(trial: Patients, *, strata: bool) -> Iterator[Row]:
    """The counts of one trial, each by asking every patient."""
    stratum = trial.stratum if strata else np.zeros_like(trial.stratum)
    everybody = list(zip(stratum.tolist(), trial.arm.tolist(), trial.time.tolist(), trial.event.tolist(), strict=True))
    for group, when in sorted({(stratum, time) for stratum, _, time, event in everybody if event}):
        here = [(arm, time, event) for stratum, arm, time, event in everybody if stratum == group]
        at_risk = [sum(1 for other, time, _ in here if other == arm and time >= when) for arm in (0, 1)]
        events = [sum(1 for other, time, event in here if other == arm and time == when and event) for arm in (0, 1)]
        yield Row((at_risk[0], at_risk[1]), (events[0], events[1]))


def exact_survival(arm: Patients) -> list[tuple[float, Fraction]]:
    """Times and the survival from each of them on."""
    steps: list[tuple[float, Fraction]] = []
    survival = Fraction(1)
    for time in sorted(set(arm.time[arm.event].tolist())):
        at_risk = int((arm.time >= time).sum())
        survival *= Fraction(at_risk - int(((arm.time == time) & arm.event).sum()), at_risk)
        steps.append((time, survival))
    return steps


def exact_logrank(trial: Patients, *, strata: bool) -> tuple[Fraction, Fraction]:
    """Observed minus expected events of the treated arm, and the variance."""
    difference = variance = Fraction(0)
    for at_risk, events in rows_of(trial, strata=strata):
        everybody, died = sum(at_risk), sum(events)
        difference += events[1] - Fraction(died * at_risk[1], everybody)
        if everybody > 1:
            numerator = died * at_risk[0] * at_risk[1] * (everybody - died)
            variance += Fraction(numerator, everybody**2 * (everybody - 1))
    return difference, variance


def efron_score(trial: Patients, log_ratio: float, *, strata: bool) -> float:
    """The derivative of Efron's partial likelihood."""
    ratio, score = np.exp(log_ratio), 0.0
    for at_risk, events in rows_of(trial, strata=strata):
        died = sum(events)
        score += events[1]
        for tied in range(died):
            treated, control = (at_risk[arm] - tied / died * events[arm] for arm in (1, 0))
            score -= treated * ratio / (treated * ratio + control)
    return float(score)


def exact_incidence(
    time: NDArray[np.float64], cause: NDArray[np.intp], causes: int, at_day: float
) -> tuple[list[Fraction], Fraction]:
    """The incidence of each cause by a day, and the survival without any."""
    incidence, survival = [Fraction(0)] * causes, Fraction(1)
    for when in sorted(set(time[(cause > 0) & (time <= at_day)].tolist())):
        at_risk = int((time >= when).sum())
        had = [int(((time == when) & (cause == number)).sum()) for number in range(1, causes + 1)]
        incidence = [so_far + survival * Fraction(n, at_risk) for so_far, n in zip(incidence, had, strict=True)]
        survival *= 1 - Fraction(sum(had), at_risk)
    return incidence, survival
