"""Competing risks: how many have had each kind of event by a day, where the first one rules out the others."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pathsim.statistics.columns import days_asked, numbers
from pathsim.statistics.grid import columns_at, grid
from pathsim.statistics.risk_table import risk_table


def cumulative_incidence(  # noqa: PLR0913  # five columns, and how many of each number there are
    trial: ArrayLike,
    arm: ArrayLike,
    time: ArrayLike,
    cause: ArrayLike,
    at_days: ArrayLike,
    *,
    trials: int,
    arms: int,
    causes: int,
) -> NDArray[np.float64]:
    """The fraction who have had each cause by each day, by Aalen-Johansen: (trials x arms x causes x days).

    The columns are those of ``risk_table``, with ``cause`` in place of the event: 0 for the censored, else the number
    of the first event's cause from 1 to ``causes``; cause 1 comes first in the result. Causes may tie: all events of
    one time meet the same patients at risk. NaN where an arm has no patients, and on days beyond its longest follow-up,
    unless everybody has had an event by then.

    Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.

    Raises ValueError if the columns differ in length, a number is out of range or a time is negative.
    """
    in_trial, in_arm, of_cause = (
        numbers("trial", trial, trials),
        numbers("arm", arm, arms),
        numbers("cause", cause, causes + 1),
    )
    if in_trial.size != in_arm.size:
        raise ValueError(f"every column needs one entry for each patient: trial {in_trial.size}, arm {in_arm.size}")
    # An arm of a trial takes the place of a trial.
    table = risk_table(in_trial * arms + in_arm, in_arm * 0, time, of_cause > 0, trials=trials * arms, arms=1)
    places = grid(table.trial, table.trials)
    at_risk = places.laid_out(table.at_risk[:, 0], 1.0)
    events = places.laid_out(table.events[:, 0], 0.0)
    survival = np.cumprod((at_risk - events) / at_risk, axis=1)
    before = np.concatenate([np.ones((table.trials, 1)), survival[:, :-1]], axis=1)
    days = days_asked(at_days)
    column = columns_at(places.laid_out(table.time, np.inf), days)
    ends = np.where(survival[:, -1] > 0, table.followed[:, 0], np.inf)
    incidence = np.empty((table.trials, causes, column.shape[1]))
    for number, of_this_cause in enumerate(table.count_events(of_cause - 1, causes)):
        of_this = places.laid_out(of_this_cause, 0.0)
        reached = np.cumsum(before * of_this / at_risk, axis=1)
        incidence[:, number] = np.where(days <= ends[:, None], np.take_along_axis(reached, column, axis=1), np.nan)
    return incidence.reshape(trials, arms, causes, column.shape[1])
