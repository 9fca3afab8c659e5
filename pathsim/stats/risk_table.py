"""The risk table: how many were at risk and how many had the event, by arm, at each time at which somebody had it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pathsim.stats.columns import Days, Flags, Numbers, durations, flags, numbers, same_length


@dataclass(frozen=True, slots=True)
class RiskTable:
    """The counts behind Kaplan-Meier, log-rank and Cox, for a chunk of trials.

    There is one row for each trial, stratum and distinct time of an event, in this order. A trial, stratum or arm in
    which nothing happened has no rows of its own, so the table does not know whether anybody was in it.
    """

    trials: int
    """How many trials there are, with and without rows."""
    arms: int
    trial: Numbers
    stratum: Numbers
    time: Days
    at_risk: Numbers
    """Patients still followed just before the time (rows x arms): who is censored at that very time is among them."""
    events: Numbers
    """Patients who had the event at the time (rows x arms)."""
    stratified: bool = False
    """Whether the patients came from more than one stratum."""


def risk_table(
    trial: ArrayLike,
    arm: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    *,
    stratum: ArrayLike | None = None,
    trials: int,
    arms: int,
) -> RiskTable:
    """The risk table of these patients, of whom each has one entry in every column, in any order.

    ``trial`` and ``arm`` are numbers from 0, below ``trials`` and ``arms``; ``time`` is in days from the patient's
    start to the event or the end of follow-up, and ``event`` says which. ``stratum`` is any whole number from 0; None
    puts all patients of a trial into stratum 0. An event precedes a censoring at the same time.

    Raises ValueError if the columns differ in length, a number is out of range or a time is negative.
    """
    in_trial, in_arm = numbers("trial", trial, trials), numbers("arm", arm, arms)
    in_stratum = np.zeros(in_trial.size, np.intp) if stratum is None else numbers("stratum", stratum)
    days, happened = durations(time), flags("event", event)
    same_length(trial=in_trial, arm=in_arm, time=days, event=happened, stratum=in_stratum)

    group, stratified = _groups(in_trial, in_stratum)
    order = np.lexsort((days, group))
    group, in_arm = group[order], in_arm[order]
    starts, groups_end = _starts(group, days[order])
    one_hot = in_arm[:, None] == np.arange(arms)
    patients, events = _running(one_hot), _running(one_hot & happened[order][:, None])

    at_risk = patients[groups_end] - patients[starts]
    had_event = events[np.append(starts[1:], order.size)] - events[starts] if starts.size else events[:0]
    rows = np.flatnonzero(had_event.any(axis=1))
    first = order[starts[rows]]
    return RiskTable(
        trials, arms, in_trial[first], in_stratum[first], days[first], at_risk[rows], had_event[rows], stratified
    )


def _groups(trial: Numbers, stratum: Numbers) -> tuple[Numbers, bool]:
    """A number for each trial and stratum, in their order, and whether there is more than one stratum."""
    highest = int(stratum.max(initial=0))
    if highest >= max(stratum.size, 2**16):
        # Numbers without bounds could overflow; their ranks cannot.
        _, stratum = np.unique(stratum, return_inverse=True)
        highest = int(stratum.max())
    return trial * (highest + 1) + stratum, bool((stratum != stratum[:1]).any())


def _starts(group: Numbers, time: Days) -> tuple[Numbers, Numbers]:
    """Where each distinct time of a group starts among the sorted patients, and where that group ends."""
    new_group = np.ones(group.size, np.bool_)
    new_group[1:] = group[1:] != group[:-1]
    new_time = new_group.copy()
    new_time[1:] |= time[1:] != time[:-1]
    starts = np.flatnonzero(new_time)
    ends = np.append(np.flatnonzero(new_group)[1:], group.size)
    return starts, ends[np.cumsum(new_group)[starts] - 1]


def _running(flags: Flags) -> Numbers:
    """How many flags are set above each row, column by column, with one more line for the total."""
    total = np.zeros((flags.shape[0] + 1, flags.shape[1]), np.intp)
    np.cumsum(flags, axis=0, out=total[1:])
    return total
