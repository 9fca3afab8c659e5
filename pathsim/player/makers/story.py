"""The story of a trial on a day: what it asks, who is ahead and how surely, what the committee decides, how it ends."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.names import in_line, spoken
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.live import EndpointView, HazardRatioView
from pathsim.player.views.story import Said, Story
from pathsim.player.words import decision_in_words, reason_of_order
from pathsim.report.figures import p_value, percent, ratio, span
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted
from pathsim.trial.monitoring import Look

SHORT_DAYS = 4 * DAYS_PER_MONTH
"""A trial that is over after so long is told in days."""
_ENDINGS = {
    "stop for benefit": ("Stopped for benefit", "Benefit shown"),
    "stop for futility": ("Stopped for futility", "Benefit not shown"),
    "stop by order": ("Stopped on a set date", "Stopped on a set date"),
    "end without benefit": ("Benefit not shown", "Benefit not shown"),
}
"""What each decision comes to, before all planned events and with them."""


class Situation(NamedTuple):
    """How a trial stands on a day."""

    simulated: SimulatedTrial
    day: float
    enrolled: int
    randomized: int
    endpoints: tuple[EndpointView, ...]
    events_known: int
    """To the committee, if there is one."""

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is set."""
        return self.simulated.scenario

    @property
    def looks(self) -> list[Look]:
        """The looks that the committee has held."""
        return [look for look in self.simulated.looks if look.day <= self.day]

    @property
    def is_stopped(self) -> bool:
        """Whether the committee has ended it."""
        return bool(self.looks) and self.looks[-1].decision != "continue"

    @property
    def has_begun(self) -> bool:
        """Whether there is something to tell: somebody is in an arm, or has come where there are none."""
        return self.day >= 1 and bool(self.randomized if self.scenario.arms else self.enrolled)

    @property
    def is_over(self) -> bool:
        """Whether this is the last day."""
        return self.day >= self.simulated.last_day

    @property
    def planned_events(self) -> int | None:
        """How many events the committee waits for; None where there is none."""
        plan = self.scenario.trial.monitoring
        return None if plan is None else plan.planned_events

    @property
    def main(self) -> EndpointView | None:
        """The endpoint that the trial is about, if there is one."""
        return next((view for view in self.endpoints if view.name == self.scenario.main_endpoint), None)


def story(now: Situation) -> Story:
    """What is going on."""
    looks = now.looks
    if not (now.has_begun or now.is_over):
        sections = now.scenario.sections
        return Story(((Said(in_line(sections.question or sections.title), is_important=True),),))
    if looks and now.day - looks[-1].day < 1:
        first, *others = _decision(looks[-1], len(looks), now.planned_events)
        return Story((first, *_reason(now), *others[:1], *_closing(now), *others[1:]), is_decision=True)
    if ending := tuple(_ending(now)):
        return Story((*ending, *_reason(now), *_closing(now), *_in_the_end(now)))
    return Story(tuple(_so_far(now)))


def _decision(look: Look, number: int, planned_events: int | None) -> Iterator[tuple[Said, ...]]:
    """What the committee sees and decides, on the day on which it does."""
    is_last, by_order = look.information >= 1, look.decision == "stop by order"
    name = "Final analysis, " if is_last else "At " if by_order else f"Look {number}, "
    events = f"{look.events} of {planned_events} events"
    yield Said(f"{name}{events}: "), Said(decision_in_words(look), is_important=True)
    if look.z is not None and by_order:
        yield (Said(f"; no bound crossed, z {look.z:.2f}"),)
    elif look.z is not None:
        bound = "" if look.efficacy_bound is None else f", bound {look.efficacy_bound:.2f}"
        yield (Said(f"; z {look.z:.2f}{bound}"),)
        if look.futility_bound is not None:
            yield (Said(f", futile below {look.futility_bound:.2f}"),)


def _ending(now: Situation) -> Iterator[tuple[Said, ...]]:
    """How the trial ended and why, with the hazard ratio of that day; nothing if it goes on."""
    looks, planned = now.looks, now.planned_events
    if now.is_stopped:
        look = looks[-1]
        how = _ENDINGS[look.decision][look.information >= 1]
        then = () if look.hazard_ratio is None else (Said(", HR "), Said(ratio(look.hazard_ratio), is_important=True))
        yield Said(how, is_important=True), Said(f" at {look.events} of {planned} events"), *then
        if look.decision == "stop by order":
            yield (Said(", no bound crossed"),)
        elif bound := _bound(look):
            yield (Said(f", {bound}"),)
    elif now.is_over:
        with_events = "" if planned is None else f" with {now.events_known} of {planned} events"
        yield Said("The end", is_important=True), Said(with_events)


def _bound(look: Look) -> str:
    """The bound that decided, beside the z of the look; nothing where that is not known."""
    bound, how = look.efficacy_bound, "reached" if look.decision == "stop for benefit" else "short of"
    if look.decision == "stop for futility":
        bound, how = look.futility_bound, "below"
    return "" if look.z is None or bound is None else f"z {look.z:.2f} {how} {bound:.2f}"


def _reason(now: Situation) -> Iterator[tuple[Said, ...]]:
    """Why the trial was stopped on a set date, if it was and the scenario says why."""
    if now.looks and (reason := reason_of_order(now.scenario, now.looks[-1])):
        yield (Said(f", {reason}"),)


def _closing(now: Situation) -> Iterator[tuple[Said, ...]]:
    """Until when patients are still enrolled after a stop, as long as any can be."""
    closing = float(now.simulated.course.closing[0])
    if now.is_stopped and now.day < closing < now.simulated.last_day and now.enrolled < now.scenario.patients:
        yield (Said(f"; enrolling until {now.scenario.written_date(closing)}"),)


def _when(now: Situation) -> Said:
    if now.simulated.last_day < SHORT_DAYS:
        return Said(f"Day {max(math.ceil(now.day), 1)}: ")
    return Said(f"Month {int(now.day / DAYS_PER_MONTH) + 1}: ")


def _so_far(now: Situation) -> Iterator[tuple[Said, ...]]:
    """Who is ahead of whom, while the trial goes on."""
    first, *others = _standing(now)
    yield (_when(now), *first)
    yield from others
    if now.planned_events is not None and now.events_known:
        yield (Said(f"; the committee knows {now.events_known} of {now.planned_events}"),)


def _in_the_end(now: Situation) -> Iterator[tuple[Said, ...]]:
    """How the arms compare after the end; after a stop, what has become of the ratio since."""
    main, stopped = now.main, now.is_stopped
    compared = _estimated(main)
    if main is not None and stopped and len(compared) == 1:
        yield Said("; now "), *_ratio(compared[0])
        yield (Said(f" on {now.scenario.endpoint_label(main.name)}"),)
        yield (Said(f", {counted(_events(main), 'event')}"),)
        return
    for number, clause in enumerate(_standing(now)):
        yield (clause if number else (Said("; " if stopped else ": "), *clause))
    # After looks at the data this P value would not be what it says.
    if main is not None and now.planned_events is None and len(main.ratios) == 1:
        p_one_sided = main.ratios[0].p_one_sided
        if now.is_over and p_one_sided is not None:
            yield (Said(f", one-sided P {p_value(p_one_sided)}"),)


def _standing(now: Situation) -> Iterator[tuple[Said, ...]]:
    """Who is ahead of whom; without arms, how patients fare. The first clause stands alone."""
    main, scenario = now.main, now.scenario
    compared = _estimated(main)
    if not scenario.arms:
        yield from _outcome(now)
    elif main is None:
        yield (Said(f"{now.randomized} randomized", is_important=True),)
    elif compared:
        for number, view in enumerate(compared):
            on = "" if number else f" on {scenario.endpoint_label(main.name)}"
            yield (
                Said("; " if number else ""),
                Said(_ahead(view, now), is_important=True),
                Said(f"{on}, HR "),
                *_ratio(view),
                Said(", may be chance" if _may_be_chance(view) else ""),
            )
        yield (Said(f", {counted(_events(main), 'event')}"),)
    else:
        yield from _one_sided(now, main)


def _one_sided(now: Situation, main: EndpointView) -> Iterator[tuple[Said, ...]]:
    """Where no hazard ratio can be told: too few events, or all of them in one arm."""
    events = {arm: curve.events for arm, curve in zip(now.scenario.arms, main.curves, strict=True) if curve.events}
    if len(events) == 1 and sum(events.values()) > 1:
        ((arm, count),) = events.items()
        whole = "both" if count == 2 else f"all {count}"
        yield Said(f"{now.randomized} randomized, "), Said(f"{whole} events in {spoken(arm)}", is_important=True)
    else:
        yield Said(f"{now.randomized} randomized, "), Said("too few events to compare", is_important=True)


def _events(main: EndpointView) -> int:
    return sum(curve.events for curve in main.curves)


def _outcome(now: Situation) -> Iterator[tuple[Said, ...]]:
    """Where there are no arms: how many have come, and how they fare by the latest day that is told of them."""
    yield (Said(counted(now.enrolled, "patient"), is_important=True),)
    if (main := now.main) is not None:
        told = [(day, share) for day, (share, *_) in main.at_days if share is not None]
        for day, share in told[-1:]:
            label = now.scenario.endpoint_label(main.name)
            yield Said(f", {label}: "), Said(percent(share), is_important=True), Said(f" after {span(day)}")


def _estimated(main: EndpointView | None) -> list[HazardRatioView]:
    """The arms of which a hazard ratio can be told: not while all events are in one arm."""
    ratios = () if main is None else main.ratios
    return [view for view in ratios if view.lower is not None and view.upper is not None]


def _ratio(view: HazardRatioView) -> tuple[Said, ...]:
    limits = Said(f" ({ratio(view.lower)}-{ratio(view.upper)})")
    return Said(ratio(view.estimate), is_important=True), limits


def _may_be_chance(view: HazardRatioView) -> bool:
    """Whether somebody leads though the interval of the hazard ratio, as both are shown, holds 1."""
    estimate, lower, upper = (round(figure or 0.0, 2) for figure in (view.estimate, view.lower, view.upper))
    return estimate != 1 and lower <= 1 <= upper


def _ahead(view: HazardRatioView, now: Situation) -> str:
    """Who is ahead, by the figures as they are shown: clearly, if the interval of the hazard ratio leaves 1 out.

    Clearly ahead is nobody before the end, nor where several arms are compared or a committee looks at the data: the
    interval allows neither for looking again and again, nor for comparing more than once.
    """
    arm, control = spoken(view.arm), spoken(now.scenario.trial.control or "")
    estimate, so_far = round(view.estimate or 0.0, 2), "" if now.is_over else " so far"
    if estimate == 1:
        return f"{arm} and {control} level{so_far}"
    if len(now.scenario.compared_arms) > 1:
        return f"{arm} {f'ahead of {control}' if estimate < 1 else f'behind {control}'}{so_far}"
    is_clear = now.is_over and now.planned_events is None and not _may_be_chance(view)
    return f"{arm if estimate < 1 else control} {'clearly ahead' if is_clear else f'ahead{so_far}'}"
