"""Groups other than the arms: what patients are on a day, and when they go from one group to another."""

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from pathsim.calendar import Days
from pathsim.conditions import UNSET, Column, condition
from pathsim.journal import Rows
from pathsim.scenario.endpoint import EXPOSURE, Endpoint
from pathsim.trial.data_cut import Chunk, Flags, first_day

NO_GROUP = UNSET
"""The group of patients of whom it is not known, for their category has not been observed."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What the patients of a chunk are when they come, and what they become."""

    first: Column
    """What each is when they come (patients,)."""
    row: Rows
    """Who becomes something else: patient by patient, in the order in which it happens."""
    day: Days
    value: Column
    """What they become."""

    def on(self, row: Rows, day: Days) -> Column:
        """What each of these patients is on a day of their own, what happens on that very day included."""
        last = np.full(self.first.size, -math.inf)
        last[row] = day
        seen = np.flatnonzero(self.day <= last.take(self.row))
        value = self.first.copy()
        value[self.row.take(seen)] = self.value.take(seen)  # of several that a patient has the last one stands
        return value.take(row)


class Stretches(NamedTuple):
    """The time of some patients in pieces, in each of which they are in one group: an entry for each piece."""

    patient: Rows
    """The place of the patient among these."""
    group: Rows
    entry: Days
    """Days from the patient's beginning to that of the piece; minus infinity of what begins with it."""
    end: Days
    """Days to its end; NaN where it ends with the patient's time."""


class _OnDays(dict[str, Column]):
    """The columns of some patients, each on a day of their own, as conditions ask for them."""

    def __init__(self, chunk: Chunk, row: Rows, day: Days) -> None:
        super().__init__()
        self._chunk, self._row, self._day = chunk, row, day

    def __missing__(self, name: str) -> Column:
        self[name] = found = _of_column(self._chunk, name).on(self._row, self._day)
        return found


def holding(chunk: Chunk, text: str, row: Rows, day: Days) -> Flags:
    """For which of these patients a condition holds on a day of their own."""
    return np.asarray(condition(text, chunk.scenario.names)(_OnDays(chunk, row, day)), np.bool_)


def group_changes(chunk: Chunk, endpoint: Endpoint) -> Changes | None:
    """When patients come to be in which group of an endpoint, by number; None of one that compares the arms."""
    if endpoint.groups is not None:
        return _of_column(chunk, endpoint.groups)
    if endpoint.exposure is not None:
        return chunk.read(("exposure", endpoint.exposure), partial(_exposures, endpoint.exposure))
    return None


def _of_column(chunk: Chunk, name: str) -> Changes:
    return chunk.read(("column", name), partial(_values, name))


def _values(name: str, chunk: Chunk) -> Changes:
    """A column as it is drawn when a patient comes, and as assessments and randomizations set it."""
    events = (event for event in chunk.scenario.vocabulary.events if event.kind in ("assess", "arm"))
    found = chunk.journal.only([event.code for event in events if event.name == name]).in_order()
    if name in chunk.scenario.sections.cohort:
        first = chunk.read("cohort", _drawn)[name]
    else:
        first = np.full(chunk.rows, UNSET, np.int16)
    # Only categories are set, so these are codes of levels.
    return Changes(first, found.row, found.day, found.value.astype(np.int16))


def _drawn(chunk: Chunk) -> dict[str, Column]:
    return chunk.scenario.cohort.draw(chunk.patient_keys)


def _exposures(name: str, chunk: Chunk) -> Changes:
    """That everybody comes unexposed, and is exposed from the first exit or rule of this name on, or entry into a step.

    A name that is that of an exit and of a step means the exit.
    """
    scenario = chunk.scenario
    codes = [event.code for event in scenario.vocabulary.of("exit") if event.name == name]
    codes = codes or [entry.enter for entry in scenario.entries(name)]
    day = first_day(chunk.journal, codes, chunk.rows)
    row = np.flatnonzero(np.isfinite(day))
    unexposed, exposed = (np.int16(number) for number in range(len(EXPOSURE)))
    return Changes(np.full(chunk.rows, unexposed), row, day.take(row), np.full(row.size, exposed))


def stretches(changes: Changes, row: Rows, begin: Days, time: Days) -> Stretches:
    """The time of these patients, so many days from a day of their own, in pieces in which they are in one group.

    What happens at the very end comes too late. Time in no group is left out.
    """
    place = np.full(changes.first.size, -1)
    place[row] = np.arange(row.size)
    who = place.take(changes.row)
    after = changes.day - begin.take(who, mode="clip") if row.size else np.empty(who.size)
    later = np.flatnonzero((who >= 0) & (after > 0) & (after < time.take(who, mode="clip"))) if row.size else who[:0]
    patient = np.concatenate([np.arange(row.size), who.take(later)])
    order = np.argsort(patient, kind="stable")
    patient = patient.take(order)
    entry = np.concatenate([np.full(row.size, -math.inf), after.take(later)]).take(order)
    group = np.concatenate([changes.on(row, begin), changes.value.take(later)]).astype(np.intp).take(order)

    # Of several changes at one instant the last one counts, and one to what a patient is already is none.
    kept = _differs(patient, entry, ahead=True)
    patient, entry, group = patient[kept], entry[kept], group[kept]
    kept = _differs(patient, group, ahead=False)
    patient, entry, group = patient[kept], entry[kept], group[kept]

    is_last = np.append(patient[1:] != patient[:-1], True)[: patient.size]
    end = np.where(is_last, np.nan, np.append(entry[1:], np.nan)[: patient.size])
    known = group != NO_GROUP
    return Stretches(patient[known], group[known], entry[known], end[known])


def _differs(patient: Rows, value: Days | Rows, *, ahead: bool) -> Flags:
    """Which entries are not of the same patient with the same value as the one ahead of them, or behind them."""
    same = (patient[1:] == patient[:-1]) & (value[1:] == value[:-1])
    edge = np.zeros(min(patient.size, 1), np.bool_)
    return ~np.concatenate([same, edge] if ahead else [edge, same])
