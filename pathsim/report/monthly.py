"""The trial month by month, in plain lines: for a log, a pipe, or a screen reader."""

import math
from collections.abc import Iterator

import numpy as np

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.engines.discrete_event import MOMENT_DAYS, DiscreteEventEngine
from pathsim.text import counted
from pathsim.trial.committee import Committee
from pathsim.trial.data_cut import Chunk, data_cut_on
from pathsim.trial.monitoring import Look
from pathsim.trial.time_to_event import allocation, time_to_event


def monthly(engine: DiscreteEventEngine, seed: int, replicate: int) -> Iterator[str]:
    """One line for each month until the final cut-off, while the engine runs on to the end of it.

    The counts are those of the final analysis: what had happened by then if its records are complete, else what of it
    was known.
    """
    scenario = engine.scenario
    committee = Committee(engine)
    last = scenario.latest_day(scenario.final_cutoff)
    told = 0
    for month in range(1, math.ceil(last / DAYS_PER_MONTH) + 1):
        day = min(month * DAYS_PER_MONTH, last)
        # A little more: the engine stops before what happens at the instant it runs to, and the committee meets last.
        engine.run(until=day + 2 * MOMENT_DAYS)
        for look in committee.looks[told:]:
            yield f"{scenario.date(look.day):%Y-%m-%d}  committee  {_decision(look)}"
        told = len(committee.looks)
        chunk = Chunk(scenario, seed, [replicate], engine.journal())
        yield f"{scenario.date(day):%Y-%m-%d}  month {month:>3}  {_counts(chunk, day)}"


def _decision(look: Look) -> str:
    z = "no z" if look.z is None else f"z {look.z:.2f}"
    return f"{counted(look.events, 'event')} known, {z}: {look.decision}"


def _counts(chunk: Chunk, day: float) -> str:
    scenario = chunk.scenario
    known = data_cut_on(chunk, day, complete=scenario.final_cutoff.complete)
    groups = allocation(known)
    enrolled = int(np.isfinite(known.enrolled).sum())
    words = [f"enrolled {enrolled}"]
    if scenario.arms:
        words.append(f"randomized {int((groups.group >= 0).sum())}")
    for name, endpoint in scenario.sections.endpoints.items():
        data, groups_here = time_to_event(known, endpoint), scenario.groups(name)
        names = () if groups_here.reference is None else groups_here.names
        by_arm = ", ".join(
            f"{arm} {int((data.event & (data.group == number)).sum())}" for number, arm in enumerate(names)
        )
        words.append(
            f"{scenario.endpoint_label(name)} events {int(data.event.sum())}" + (f" ({by_arm})" if by_arm else "")
        )
    return "  ".join(words)
