"""Journals of two scenarios whose steps differ, in codes and values that mean the same in both."""

from collections.abc import Sequence

import numpy as np

from pathsim.journal import Block, Event, Journal
from pathsim.scenario.scenario import Scenario


def have_same_codes(base: Scenario, scenario: Scenario) -> bool:
    """Whether every code and every value means the same in both, as where only numbers differ."""
    return (
        base.vocabulary == scenario.vocabulary
        and base.names == scenario.names
        and all(_named(base, event) == _named(scenario, event) for event in base.vocabulary.of("arm"))
    )


def in_codes_of(base: Scenario, scenario: Scenario, journal: Journal) -> Journal:
    """A journal of one scenario in the codes and values of another one, the base.

    What the base does not have keeps apart from all that it has, with numbers beyond those of the base.
    """
    codes = _codes(base, scenario)
    values = journal.value.copy()
    for event in scenario.vocabulary.events:
        here = journal.event == event.code
        if event.kind == "exit":
            values[here] = codes[values[here].astype(np.intp)]
        elif (table := _translated(_named(base, event), _named(scenario, event))) is not None:
            values[here] = table[values[here].astype(np.intp)]
    return Journal(Block(journal.row, journal.day, codes[journal.event].astype(np.int16), values))


def _codes(base: Scenario, scenario: Scenario) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """For each code of the scenario the one in the base; 0 stays 0."""
    known = {event[1:]: event.code for event in base.vocabulary.events}
    beyond = len(known)
    found = [0]
    for event in scenario.vocabulary.events:
        beyond += event[1:] not in known
        found.append(known.get(event[1:], beyond))
    return np.array(found, np.intp)


def _named(scenario: Scenario, event: Event) -> Sequence[str]:
    """What the values of an event stand for, by number: levels or arms; nothing where they are numbers."""
    match event.kind:
        case "assess":
            return scenario.names.get(event.name) or ()
        case "arm":
            known = scenario.number_of_step.get(event.step)
            return () if known is None else tuple(getattr(scenario.steps[known].spec, "arms", ()))
        case _:
            return ()


def _translated(base: Sequence[str], names: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
    """For each of these names its number among those of the base, or one beyond; None if there are no names."""
    if not names:
        return None
    known = {name: number for number, name in enumerate(base)}
    return np.array([known.get(name, len(base) + number) for number, name in enumerate(names)], np.float64)
