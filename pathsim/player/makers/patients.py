"""Patients: the list of all of them, and the journey of one in each arm."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from pathsim.counterfactual import Counterfactual
from pathsim.couplings import Coupling, IndividualEffect
from pathsim.journal import Event, Journal
from pathsim.names import lowered, spoken
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.patients import (
    Balance,
    Happening,
    Journey,
    JourneyView,
    OtherJourney,
    RosterRow,
    RosterView,
    StepBar,
)
from pathsim.report.figures import span
from pathsim.report.first_differences import first_difference
from pathsim.report.partings import parting, so_far
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.trial.tables import NO_ARM
from pathsim.trial.time_to_event import TimeToEvent, time_to_event


def roster(
    generation: int, simulated: SimulatedTrial, found: Counterfactual | None, coupling: Coupling, day: float
) -> RosterView:
    """All patients who have come by a day, and how those who are randomized fare in one arm against the other."""
    endpoint = simulated.scenario.sections.endpoints.get(simulated.scenario.first_endpoint)
    effects = {} if found is None else found.under[coupling].of_patient
    is_over = day >= simulated.last_day
    return RosterView(
        generation=generation,
        day=day,
        columns=tuple(map(lowered, simulated.storyteller.traits)),
        rows=_rows(simulated, endpoint, day, effects),
        balance=None if found is None else _balance(simulated.scenario, found, coupling, is_over=is_over),
        is_too_early=found is None and not is_over and not (simulated.randomized_on <= day).any(),
    )


def _balance(scenario: Scenario, found: Counterfactual, coupling: Coupling, *, is_over: bool) -> Balance:
    beside: Coupling = "independent" if coupling != "independent" else "shared"
    mine, others = found.under[coupling], found.under[beside]
    return Balance(
        arm=found.arm,
        control=found.control,
        endpoint=scenario.sections.endpoints[found.endpoint].label,
        by=span(found.day) if is_over else "today",
        coupling=coupling,
        known=mine.known,
        fewer=mine.fewer,
        better=mine.counts["better"],
        worse=mine.counts["worse"],
        beside=(beside, others.counts["better"], others.counts["worse"]),
        bounds=(mine.bounds["better"], mine.bounds["worse"]),
    )


def _rows(
    simulated: SimulatedTrial, endpoint: Endpoint | None, day: float, effects: Mapping[int, IndividualEffect]
) -> tuple[RosterRow, ...]:
    scenario, moves = simulated.scenario, simulated.moves
    reached = {} if endpoint is None else _reached(simulated, endpoint, day)
    until = int(np.searchsorted(moves.day, day, side="right"))
    now = dict(zip(moves.row[:until].tolist(), moves.step[:until].tolist(), strict=True))
    rows = []
    for patient in sorted(now):
        event, days = reached.get(patient, ("", None))
        has_arm = simulated.randomized_on[patient] <= day
        rows.append(
            RosterRow(
                patient,
                scenario.date(float(simulated.chunk.enrolled[patient])).isoformat(),
                simulated.storyteller.about(patient),
                int(simulated.arm_of[patient]) if has_arm else NO_ARM,
                scenario.steps[now[patient]].label,
                event,
                days,
                effects.get(patient),
            )
        )
    return tuple(rows)


def _reached(simulated: SimulatedTrial, endpoint: Endpoint, day: float) -> dict[int, tuple[str, float | None]]:
    """For each patient who is followed, the event that they have had by a day, and the days until it or until now."""
    data = time_to_event(simulated.reported_on(day), endpoint)
    return {row: (_event(endpoint, data, at), float(data.time[at])) for at, row in enumerate(data.row.tolist())}


def _event(endpoint: Endpoint, data: TimeToEvent, at: int) -> str:
    cause = int(data.cause[at])
    return spoken(endpoint.events[cause - 1]) if cause else ""


def journey_view(
    generation: int,
    simulated: SimulatedTrial,
    other: SimulatedTrial | None,
    kept: SimulatedTrial | None,
    patient: int,
    day: float,
) -> JourneyView:
    """A patient's journey until a day of the trial, and those that can be set beside it.

    ``other`` is the trial in which everybody is in the other arm, None where nobody can know; ``kept`` the one before
    numbers were changed, None if none were.
    """
    return JourneyView(
        generation,
        patient,
        simulated.storyteller.described(patient),
        simulated.scenario.written_date(float(simulated.chunk.enrolled[patient])),
        float(simulated.chunk.enrolled[patient]),
        _journey(simulated, patient, day),
        _in_other_arm(simulated, other, patient, day),
        None if kept is None else _before_change(simulated, kept, patient, day),
    )


def _in_other_arm(simulated: SimulatedTrial, other: SimulatedTrial | None, patient: int, day: float) -> OtherJourney:
    if other is None:
        why = "Patients queue here, or there are not two arms: what would have happened in another arm cannot be known."
        return OtherJourney(None, (why,), None)
    if simulated.randomized_on[patient] > day:
        return OtherJourney(None, ("Not randomized between these arms, so there is no other course.",), None)
    return OtherJourney(_journey(other, patient, day), *parting(simulated, other, patient, day))


def _before_change(simulated: SimulatedTrial, kept: SimulatedTrial, patient: int, day: float) -> OtherJourney:
    """The journey with the numbers as they were, and the first thing that differs as far as both are followed."""
    was_enrolled = float(kept.chunk.enrolled[patient]) if patient < kept.chunk.rows else math.inf
    enrolled, until = float(simulated.chunk.enrolled[patient]), min(day, kept.last_day, simulated.last_day)
    if was_enrolled > min(day, kept.last_day):
        told = "was not in the trial" if was_enrolled > kept.last_day else "had not enrolled by this day"
        return OtherJourney(None, (f"Before the change, this patient {told}.",), None)
    if max(was_enrolled, enrolled) > until:
        return OtherJourney(None, ("This patient enrolled too late to be compared.",), None)
    dates = [simulated.scenario.written_date(on) for on in (was_enrolled, enrolled)]
    moved = "" if dates[0] == dates[1] else "Enrolled on {} before the change, on {} now. ".format(*dates)
    journey, first = _journey(kept, patient, day), first_difference(kept, simulated, patient, until)
    if first is None:
        no_difference = f"The change has made no difference to this patient{so_far(simulated, until)}."
        same = "Otherwise the courses are the same, as long as both are followed."
        return OtherJourney(journey, (f"{moved}{same}" if moved else no_difference,), None)
    both = zip(first.days, (was_enrolled, enrolled), strict=True)
    parts_on = min(on - since for on, since in both if on is not None)
    parts = f"{moved}The courses differ from day {parts_on:.0f}.", f"Before: {first.before}.", f"Now: {first.now}."
    return OtherJourney(journey, parts, parts_on)


def _journey(simulated: SimulatedTrial, patient: int, day: float) -> Journey:
    """Days count from the enrollment."""
    scenario, last_day = simulated.scenario, simulated.last_day
    journal = simulated.journal_of(patient, day)
    came = float(simulated.chunk.enrolled[patient])
    events = [scenario.vocabulary[code] for code in journal.event.tolist()]
    days = (journal.day - came).tolist()
    entered = [
        (on, scenario.entry(event.step)) for on, event in zip(days, events, strict=True) if event.kind == "enter"
    ]
    until = last_day - came
    ends = [*(on for on, _ in entered[1:]), min(day, last_day) - came][: len(entered)]
    stays = [
        StepBar(entry.label, on, end)
        for (on, entry), end in zip(entered, ends, strict=True)
        if entry.spec.is_stay and not entry.spec.is_end
    ]
    last = entered[-1][1] if entered else scenario.steps[0]
    happenings = [
        happening
        for at in range(len(days))
        if (happening := _happening(simulated, patient, events, at, journal)) is not None
    ]
    arm = int(simulated.arm_of[patient]) if simulated.randomized_on[patient] <= day else NO_ARM
    return Journey(arm, tuple(stays), tuple(happenings), until, last.label, is_over=day >= last_day)


def _happening(
    simulated: SimulatedTrial, patient: int, events: list[Event], at: int, journal: Journal
) -> Happening | None:
    """An entry of a patient's journal as it is told; None for what another entry tells."""
    event, on, value = events[at], float(journal.day[at]), float(journal.value[at])
    day = on - float(simulated.chunk.enrolled[patient])
    match event.kind:
        case "toxicity":
            label = simulated.scenario.toxicity_label(event.name)
            over = _days_of(events, at, journal, lambda one: one.kind == "resolved" and one[2:] == event[2:])
            return Happening(day, "toxicity", label, int(value), over[0] - on + day if over else None)
        case "enter":
            entry = simulated.scenario.entry(event.step)
            if any(one.kind == "arm" and one.step == event.step for one in events):
                return None
            if not entry.spec.is_stay:
                return Happening(day, "passed", entry.label)
            left = _days_of(events, at, journal, lambda one: one.kind == "enter")
            return Happening(day, "step", entry.label, ends=left[0] - on + day if left else None)
        case "assess" | "arm" | "exit":
            return Happening(day, event.kind, simulated.storyteller.sentence(patient, on, event, value))
        case _:
            return None


def _days_of(events: list[Event], at: int, journal: Journal, is_one: Callable[[Event], bool]) -> list[float]:
    """The days on which such a thing happened after an entry."""
    return [float(journal.day[later]) for later in range(at + 1, len(events)) if is_one(events[later])]
