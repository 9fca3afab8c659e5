"""Live: what stays as it is while the trial is on screen, and the trial on a day."""

import math

import numpy as np

from pathsim.player.endpoints import curves, endpoint_view
from pathsim.player.makers.compare import comparison_counts
from pathsim.player.makers.story import Situation, story
from pathsim.player.queues import queue_views
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.toxicities import toxicity_rows
from pathsim.player.views.live import CommitteeCard, ComparisonCounts, LogEntry, LookView, Opened, QueueView, Snapshot
from pathsim.player.words import of_look, of_patients, verdict
from pathsim.player.worker_session import WorkerSession
from pathsim.report.rules import rules_in_words
from pathsim.scenario.endpoint import ALL
from pathsim.scenario.scenario import Scenario
from pathsim.trial.monitoring import Look, allocation_ratio, plan_of, planned_bounds
from pathsim.trial.time_to_event import allocation

LOG_LINES = 60
MOST_MOVING = 200


def opened(session: WorkerSession, day: float | None = None) -> Opened:
    """What does not change from day to day, and the day that was asked for."""
    scenario, request, simulated = session.scenario, session.request, session.simulated
    return Opened(
        generation=request.generation,
        name=scenario.name,
        file=session.cache.source.file,
        asked=session.cache.source.asked,
        summary=scenario.sections.summary or scenario.title,
        seed=request.seed,
        replicate=simulated.replicate,
        has_own_seed=scenario.seed is not None,
        day=day,
        settings=request.settings,
        kept=request.kept,
        begins=scenario.written_date(0),
        ends=scenario.written_date(simulated.last_day),
        last_day=simulated.last_day,
        arms=scenario.arms,
        groups=scenario.arms or (ALL,),
        lanes=session.cache.lanes,
        endpoints=session.cache.cards,
        main_endpoint=scenario.main_endpoint,
        has_toxicity=any(scenario.vocabulary.of("toxicity")),
        has_queues=bool(_queues(session, 0.0)),
        committee=_committee(scenario),
        parameters=session.cache.parameters,
        look_days=tuple(look.day for look in simulated.looks),
        last_cut=_last_cut(scenario),
        cutoffs=tuple(
            (cutoff.label or name, scenario.latest_day(cutoff))
            for name, cutoff in scenario.trial.cutoffs.items()
            if not cutoff.run_on
        ),
    )


def _last_cut(scenario: Scenario) -> str:
    cutoff = scenario.final_cutoff
    return "the last data cut" if cutoff.events is not None else scenario.written_date(scenario.latest_day(cutoff))


def _committee(scenario: Scenario) -> CommitteeCard | None:
    plan = plan_of(scenario)
    if plan is None:
        return None
    information, efficacy, futility = zip(*planned_bounds(plan, allocation_ratio(scenario)), strict=True)
    return CommitteeCard(plan.planned_events, information, efficacy, futility, tuple(rules_in_words(plan)))


def snapshot(session: WorkerSession, day: float, moving_days: float) -> Snapshot:
    """The trial on a day, beside the one that it is compared with; who moved in the last days is on their way."""
    simulated, scenario = session.simulated, session.scenario
    day = min(max(day, 0.0), simulated.last_day)
    known, happened = simulated.reported_on(day), simulated.happened_by(day)
    groups, is_changed = allocation(known), simulated is not session.kept
    ghosts = session.kept.reported_on(day) if is_changed else None
    events_known, z_so_far = _known_to_committee(simulated, day)
    endpoints = tuple(
        endpoint_view(card, known, () if ghosts is None else curves(card, ghosts)) for card in session.cache.cards
    )
    enrolled, randomized = int(np.isfinite(happened.enrolled).sum()), int((groups.group >= 0).sum())
    monitored = "" if scenario.trial.monitoring is None else scenario.trial.monitoring.endpoint
    return Snapshot(
        generation=session.request.generation,
        day=day,
        date=scenario.written_date(day),
        iso_date=scenario.date(day).isoformat(),
        enrolled=enrolled,
        randomized=randomized if scenario.arms else 0,
        by_group=tuple(np.bincount(groups.group[groups.group >= 0], minlength=len(groups.groups)).tolist()),
        here=tuple(map(tuple, simulated.here(day).tolist())),
        passed=tuple(map(tuple, simulated.passed(day).tolist())),
        moving=_moving(session, day, moving_days),
        endpoints=endpoints,
        toxicity=toxicity_rows(known),
        events_known=events_known,
        events_counted=sum(curve.events for view in endpoints if view.name == monitored for curve in view.curves),
        z_path=z_so_far,
        looks=tuple(_look(scenario, look) for look in simulated.looks if look.day <= day),
        log=_log(simulated, day),
        counts=_counts(session, day) if is_changed else None,
        story=story(Situation(simulated, day, enrolled, randomized, endpoints, events_known)),
        queues=_queues(session, day),
    )


def _look(scenario: Scenario, look: Look) -> LookView:
    bounds = look.efficacy_bound, look.futility_bound
    said = verdict(scenario, look)
    return LookView(look.day, look.information, look.events, look.z, look.decision, bounds, said)


def _queues(session: WorkerSession, day: float) -> tuple[QueueView, ...]:
    """The scarce resources on a day; beside them those of the trial that this one is compared with."""
    now = session.simulated.queues
    before = {} if session.simulated is session.kept else session.kept.queues
    base = session.cache.base.scenario.resources
    moved = {name: queue.capacity != base[name].capacity for name, queue in now.items() if name in base}
    return queue_views(now, before, day, moved)


def _known_to_committee(simulated: SimulatedTrial, day: float) -> tuple[int, tuple[tuple[float, float], ...]]:
    """The events that the committee knows of by a day, and information and z each time one became known."""
    plan, path = simulated.scenario.trial.monitoring, simulated.z_path
    if plan is None or path is None:
        return 0, ()
    until = int(np.searchsorted(path.day, day, side="right"))
    events = path.events[:until].tolist()
    both = zip(events, path.z[:until].tolist(), strict=True)
    so_far = tuple((min(known / plan.planned_events, 1.0), z) for known, z in both if math.isfinite(z))
    return (int(events[-1]) if events else 0), so_far


def _counts(session: WorkerSession, day: float) -> ComparisonCounts | None:
    cards = session.cache.cards
    return comparison_counts(session.kept, session.simulated, session.scenario.main_endpoint, day) if cards else None


def _moving(session: WorkerSession, day: float, moving_days: float) -> tuple[tuple[int, int, float], ...]:
    if moving_days <= 0:
        return ()
    place_of = {
        (number, station.step): place
        for number, lane in enumerate(session.cache.lanes)
        for place, station in enumerate((*lane.stations, *lane.elsewhere))
    }
    moves = session.simulated.moves
    first, last = np.searchsorted(moves.day, [day - moving_days, day], side="right").tolist()
    found = []
    for at in range(max(first, last - MOST_MOVING), last):
        lane, step = int(moves.lane[at]), int(moves.step[at])
        if (place := place_of.get((lane, step))) is not None:
            found.append((lane, place, (day - float(moves.day[at])) / moving_days))
    return tuple(found)


def _log(simulated: SimulatedTrial, day: float) -> tuple[LogEntry, ...]:
    told = simulated.told
    last = int(np.searchsorted(told.day, day, side="right"))
    recent = told.pick(slice(max(0, last - LOG_LINES), last))
    arms = np.where(recent.day >= simulated.randomized_on[recent.row], simulated.arm_of[recent.row], -1)
    entries = of_patients(simulated.scenario, simulated.storyteller, recent, arms.tolist())
    begins = entries[0].day if len(entries) == LOG_LINES else 0.0
    entries += [of_look(simulated.scenario, look) for look in simulated.looks if begins <= look.day <= day]
    return tuple(sorted(entries, key=lambda entry: entry.day)[-LOG_LINES:])
