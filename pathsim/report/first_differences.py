"""Where the courses of the same patients part between two settings, and what is the first thing that differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from pathsim.journal import Journal, Rows
from pathsim.report.common_codes import have_same_codes, in_codes_of
from pathsim.report.followed_trial import FollowedTrial


class FirstDifference(NamedTuple):
    """The first thing that differs in a patient's course, in words."""

    before: str
    now: str
    days: tuple[float | None, float | None]
    """The days of the trial on which it happens before and now; None where nothing does."""


@dataclass(frozen=True, slots=True)
class Parted:
    """Patients whose courses differ, and the first entry in each journal that the other does not have (-1: none)."""

    row: Rows
    before: Rows
    now: Rows


def parted(before: Journal, now: Journal) -> Parted:
    """Where courses part, in journals of the same patients that are in order. Codes mean the same in both."""
    rows = int(max(before.row.max(initial=-1), now.row.max(initial=-1))) + 1
    begins = [np.searchsorted(journal.row, np.arange(rows + 1)) for journal in (before, now)]
    sizes = [np.diff(begin) for begin in begins]
    common = np.minimum(*sizes)
    # The entries that both have a place for, one after the other.
    row = np.repeat(np.arange(rows), common)
    place = np.arange(row.size) - np.repeat(np.cumsum(common) - common, common)
    at_before, at_now = (begin[row] + place for begin in begins)
    same = (now.event[at_now] == before.event[at_before]) & (now.day[at_now] == before.day[at_before])
    same &= now.value[at_now] == before.value[at_before]
    first = common.copy()
    wrong = np.flatnonzero(~same)
    np.minimum.at(first, row[wrong], place[wrong])
    differs = np.flatnonzero((first < sizes[0]) | (first < sizes[1]))
    at = [np.where(first < size, begin[:-1] + first, -1)[differs] for begin, size in zip(begins, sizes, strict=True)]
    return Parted(differs, at[0], at[1])


@dataclass(frozen=True, slots=True)
class Differences:
    """How two settings of a trial differ by a day, patient by patient."""

    trials: tuple[FollowedTrial, FollowedTrial]
    """Before, and now."""
    journals: tuple[Journal, Journal]
    parted: Parted

    @property
    def row(self) -> Rows:
        """The patients whose courses differ."""
        return self.parted.row

    def told(self, number: int) -> FirstDifference:
        """The first thing that differs for one of them."""
        at = int(self.parted.before[number]), int(self.parted.now[number])
        return _first(self.trials, self.journals, at)


def differences_by(before: FollowedTrial, now: FollowedTrial, day: float) -> Differences:
    """What differs between two settings of a trial by a day."""
    trials = before, now
    journals = [trial.journal.pick(trial.journal.day <= day) for trial in trials]
    coded = journals
    if not have_same_codes(before.scenario, now.scenario):
        coded = [
            in_codes_of(before.scenario, trial.scenario, journal)
            for trial, journal in zip(trials, journals, strict=True)
        ]
        orders = [np.lexsort((journal.value, journal.event, journal.day, journal.row)) for journal in coded]
        journals, coded = (
            [journal.pick(order) for journal, order in zip(each, orders, strict=True)] for each in (journals, coded)
        )
    return Differences(trials, (journals[0], journals[1]), parted(*coded))


def first_difference(before: FollowedTrial, now: FollowedTrial, patient: int, day: float) -> FirstDifference | None:
    """The first thing that differs in one patient's course by a day of the trial; None if nothing does.

    In each setting days count from the enrollment in it, which is not later than that day. Both are compared as long
    as both are followed: who comes later has less behind them by then.
    """
    trials = before, now
    enrolled = [float(of.chunk.enrolled[patient]) for of in trials]
    followed = day - max(enrolled)
    journals = [of.journal_of(patient, came + followed) for of, came in zip(trials, enrolled, strict=True)]
    # Days are sums of whole ticks, so that these are equal to the last bit where nothing has changed.
    since = [(journal.day - came).tolist() for journal, came in zip(journals, enrolled, strict=True)]
    entries = [
        list(zip(days, journal.event.tolist(), journal.value.tolist(), strict=True))
        for days, journal in zip(since, journals, strict=True)
    ]
    first = next((at for at, (one, other) in enumerate(zip_longest(*entries)) if one != other), None)
    if first is None:
        return None
    return _first(trials, journals, [first if first < len(days) else -1 for days in since])


def _first(trials: Sequence[FollowedTrial], journals: Sequence[Journal], at: Sequence[int]) -> FirstDifference:
    """What two entries say, the first that differ; -1 where a journal has no such entry."""
    before, now = (
        None if place < 0 else float(journal.day[place]) for journal, place in zip(journals, at, strict=True)
    )
    told_before, told_now = map(_told, trials, journals, at)
    return FirstDifference(*_told_apart(told_before, told_now, before, now), (before, now))


def _told(trial: FollowedTrial, journal: Journal, at: int) -> str:
    """An entry in words; nothing more if the journal has none."""
    if at < 0:
        return "nothing further by then"
    event = trial.scenario.vocabulary[int(journal.event[at])]
    day = float(journal.day[at])
    text = trial.storyteller.sentence(int(journal.row[at]), day, event, float(journal.value[at]))
    return f"{trial.scenario.written_date(day)}: {text}"


def _told_apart(before: str, now: str, *days: float | None) -> tuple[str, str]:
    """Both in words: with the time of the day if all else is the same."""
    if before != now:
        return before, now
    date, _, text = before.partition(": ")
    first, second = (f"{date}, {_time_of_day(day)}: {text}" for day in days if day is not None)
    return first, second


def _time_of_day(day: float) -> str:
    minutes = int(day % 1 * 1440)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
