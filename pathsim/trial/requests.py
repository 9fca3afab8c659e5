"""Requests for places: who asked, when the wait was over, who got one, and when it was free again."""

import math
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.journal import Event, Journal, Rows
from pathsim.scenario.scenario import Scenario
from pathsim.steps.spec import Requested
from pathsim.trial.data_cut import DataCut, first_day

Entries: TypeAlias = Callable[[Collection[int]], Journal]
"""Gives the entries of a journal with some codes."""


class PlaceRequests(NamedTuple):
    """All that is asked of a resource, request by request."""

    row: Rows
    asked: Days
    left: Days
    """When the wait was over, one way or the other; infinite if it is not."""
    got: NDArray[np.bool_]
    freed: Days
    """When the place was free again; infinite if it is not, or none was got."""


RequestsByStep: TypeAlias = Mapping[str, PlaceRequests]
"""Those of each step in which a place is waited for."""


def known_requests(known: DataCut) -> RequestsByStep:
    """The requests of which something is known, step by step."""
    return requests_by_step(known.chunk.scenario, known.entries, known.chunk.rows)


def requests_by_step(scenario: Scenario, entries: Entries, rows: int) -> RequestsByStep:
    """The requests of so many patients, step by step."""
    wanted = ((ready, scenario.entry(ready.step).requests) for ready in scenario.vocabulary.of("ready"))
    return {ready.step: _of_step(scenario, entries, rows, of, ready) for ready, of in wanted if of is not None}


def by_resource(scenario: Scenario, requests: RequestsByStep) -> dict[str, PlaceRequests]:
    """The same by what is asked for; nothing of a resource that nobody can ask for."""
    parts = {
        name: [found for step, found in requests.items() if scenario.entry(step).resource == name]
        for name in scenario.resources
    }
    return {name: PlaceRequests(*map(np.concatenate, zip(*of, strict=True))) for name, of in parts.items() if of}


def _of_step(scenario: Scenario, entries: Entries, rows: int, wanted: Requested, ready: Event) -> PlaceRequests:
    asked = entries([ready.code])
    arrows = scenario.entry(ready.step).spec.arrows()
    left = _first(entries, [scenario.entry(arrow.to).enter for arrow in arrows], rows).take(asked.row)
    got_on = _first(entries, [scenario.entry(wanted.then).enter], rows).take(asked.row)
    # An exit may lead into the step of the place itself.
    exits = [event.code for event in scenario.vocabulary.of("exit") if event.step == ready.step]
    got = np.isfinite(got_on) & (got_on <= left) & np.isinf(_first(entries, exits, rows).take(asked.row))
    freed = _first(entries, _giving_back(scenario, wanted), rows).take(asked.row)
    return PlaceRequests(asked.row, asked.day, left, got, np.where(got, freed, math.inf))


def _first(entries: Entries, codes: Collection[int], rows: int) -> Days:
    """The day of each row's first entry with one of these codes; infinite if there is none."""
    return first_day(entries(codes), codes, rows)


def _giving_back(scenario: Scenario, wanted: Requested) -> list[int]:
    """The codes of entering a step with which the place is given back: the first on the way that does not hold it.

    Pathways have no loops, so whoever has had the place has come to none of them before.
    """
    found, ahead = dict[int, None](), [scenario.entry(wanted.then)]
    seen = {ahead[0].number}
    while ahead:
        entry = ahead.pop()
        if entry.holds != wanted.resource:
            found[entry.enter] = None
            continue
        following = [scenario.entry(arrow.to) for arrow in entry.spec.arrows()]
        ahead += [one for one in following if one.number not in seen]
        seen.update(one.number for one in following)
    return list(found)
