"""Who enrolls, and when: the cohort and the accrual that a file's sections describe, ready to draw."""

import math

from pathsim.calendar import DAYS_PER_MONTH, day_of
from pathsim.cohort import Accrual, Cohort, CovariateDraw, periods
from pathsim.conditions import DATE, condition
from pathsim.distributions import Quantiles
from pathsim.scenario.baseline import AnyCase, Covariate
from pathsim.scenario.schema import Pace, Trial
from pathsim.scenario.validate import Sections
from pathsim.steps.assess import cumulative
from pathsim.steps.spec import Surroundings


def cohort_of(found: Sections, around: Surroundings) -> Cohort:
    """The columns of the patients; what steps set later is not known when they come."""
    draws = tuple(_draw(name, covariate, around) for name, covariate in found.cohort.items())
    later = [name for name in around.names if name not in (*found.cohort, DATE)]
    return Cohort(
        draws,
        tuple(name for name in later if around.names[name] is not None),
        tuple(name for name in later if around.names[name] is None),
    )


def _draw(name: str, covariate: Covariate, around: Surroundings) -> CovariateDraw:
    def distribution(table: Covariate | AnyCase) -> Quantiles | tuple[float, ...]:
        levels, quantiles = getattr(table, "levels", None), getattr(table, "quantiles", None)
        if isinstance(quantiles, Quantiles):
            return quantiles
        # In the order of the covariate's own levels, whatever the order in a case.
        return cumulative([levels[level] for level in covariate.levels or ()] if levels else [])

    cases = tuple((condition(case.when, around.names), distribution(case)) for case in covariate.cases)
    return CovariateDraw(name, distribution(covariate), covariate.whole, cases)


def accrual_of(trial: Trial) -> Accrual:
    """When patients come, by the pace that the trial states per month."""
    pace = trial.pace or (Pace(from_day=0.0, per_month=trial.per_month or 0.0),)
    paces = [(p.per_month, p.per_month if p.rising_to is None else p.rising_to) for p in pace]
    per_day = [(first / DAYS_PER_MONTH, last / DAYS_PER_MONTH) for first, last in paces]
    closes = math.inf if trial.closes is None else day_of(trial.closes, trial.begins)
    return Accrual(periods([p.from_day for p in pace], per_day), trial.arrivals, closes)
