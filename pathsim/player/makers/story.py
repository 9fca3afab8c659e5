"""The story of a trial on a day: what it asks, who is ahead and how surely, what the committee decides, how it ends."""

from collections.abc import Iterator
from typing import NamedTuple

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.names import in_line, spoken
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.live import EndpointView, HazardRatioView
from pathsim.player.views.story import Said, Story
from pathsim.report.figures import p_value, percent, ratio, span
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted
from pathsim.trial.monitoring import Look

SHORT_DAYS = 4 * DAYS_PER_MONTH
"""A trial that is over after so long is told in days."""
_ENDINGS = {
    "stop for benefit": ("Stopped for benefit", "Benefit shown"),
    "stop for futility": ("Stopped for futility", "Benefit not shown"),
    "stop by order": ("Stopped by the committee", "Stopped by the committee"),
    "end without benefit": ("Benefit not shown", "Benefit not shown"),
}
"""What each decision comes to, before all planned events and with them."""
_DECISIONS = {
    "continue": "the trial goes on",
    "stop for benefit": "stopped for benefit",
    "stop for futility": "stopped for futility",
    "stop by order": "the committee stops the trial",
    "end without benefit": "benefit is not shown",
}


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
        """The endpoint that the trial is about: the one that is monitored, or the first."""
        plan = self.scenario.trial.monitoring
        named = [view for view in self.endpoints if plan is not None and view.name == plan.endpoint]
        return next(iter((*named, *self.endpoints)), None)


def story(now: Situation) -> Story:
    """What is going on."""
    looks = now.looks
    if not (now.has_begun or now.is_over):
        sections = now.scenario.sections
        return Story(((Said(in_line(sections.question or sections.title), is_important=True),),))
    if looks and now.day - looks[-1].day < 1:
        return Story(tuple(_decision(looks[-1], len(looks), now.planned_events)), is_decision=True)
    ending = _ending(now)
    return Story(tuple(_so_far(now)) if ending is None else (ending, *_in_the_end(now)))


def _decision(look: Look, number: int, planned_events: int | None) -> Iterator[tuple[Said, ...]]:
    """What the committee sees and decides, on the day on which it does."""
    name = "Final analysis" if look.information >= 1 else f"Look {number}"
    said = _DECISIONS[look.decision]
    if look.decision == "stop for benefit" and look.information >= 1:
        said = "benefit is shown"
    yield Said(f"{name}, {look.events} of {planned_events} events: "), Said(said, is_important=True)
    if look.z is not None:
        bound = "" if look.efficacy_bound is None else f", bound {look.efficacy_bound:.2f}"
        yield (Said(f"; z {look.z:.2f}{bound}"),)
    if look.futility_bound is not None:
        yield (Said(f", futile below {look.futility_bound:.2f}"),)


def _ending(now: Situation) -> tuple[Said, ...] | None:
    """How the trial ended; None if it goes on."""
    looks, planned = now.looks, now.planned_events
    if looks and looks[-1].decision != "continue":
        early, complete = _ENDINGS[looks[-1].decision]
        how = complete if looks[-1].information >= 1 else early
        return Said(how, is_important=True), Said(f" at {looks[-1].events} of {planned} events")
    if not now.is_over:
        return None
    with_events = "" if planned is None else f" with {now.events_known} of {planned} events"
    return Said("The end", is_important=True), Said(with_events)


def _when(now: Situation) -> Said:
    if now.simulated.last_day < SHORT_DAYS:
        return Said(f"Day {int(now.day) + 1}: ")
    return Said(f"Month {int(now.day / DAYS_PER_MONTH) + 1}: ")


def _so_far(now: Situation) -> Iterator[tuple[Said, ...]]:
    """Who is ahead of whom, and how surely, while the trial goes on."""
    main, scenario = now.main, now.scenario
    compared = _estimated(main)
    if main is not None and compared:
        for number, view in enumerate(compared):
            yield (
                Said("; ") if number else _when(now),
                Said(_standing(view, now), is_important=True),
                Said(f"{'' if number else f' on {scenario.endpoint_label(main.name)}'}, HR "),
                *_ratio(view),
            )
    elif not scenario.arms:
        first, *others = _outcome(now)
        yield from ((_when(now), *first), *others)
    else:
        yield _when(now), Said(f"{now.randomized} randomized, "), Said("too few events to compare", is_important=True)
    if (count := _events(now)) is not None:
        yield (Said(f", {count}"),)


def _events(now: Situation) -> str | None:
    main = now.main
    if now.planned_events is not None:
        return f"{now.events_known} of {now.planned_events} events" if now.events_known else None
    events = 0 if main is None else sum(curve.events for curve in main.curves)
    return counted(events, "event") if events and now.scenario.arms else None


def _outcome(now: Situation) -> Iterator[tuple[Said, ...]]:
    """Where there are no arms: how many have come, and how they fare by the latest day that is told of them."""
    yield (Said(counted(now.enrolled, "patient"), is_important=True),)
    if (main := now.main) is not None:
        told = [(day, share) for day, (share, *_) in main.at_days if share is not None]
        for day, share in told[-1:]:
            label = now.scenario.endpoint_label(main.name)
            yield Said(f", {label}: "), Said(percent(share), is_important=True), Said(f" after {span(day)}")


def _in_the_end(now: Situation) -> Iterator[tuple[Said, ...]]:
    """How the arms compare after the end: the ratios first, which are what is remembered."""
    main = now.main
    compared = _estimated(main)
    if main is None or not compared:
        if not now.scenario.arms:
            yield from ((Said(": "),), *_outcome(now))
        return
    several = len(main.ratios) > 1
    for number, view in enumerate(compared):
        of = f"{spoken(view.arm)} " if several else ""
        label = "" if number else f"{now.scenario.endpoint_label(main.name)} "
        yield Said("; " if number else ": "), Said(f"{label}{of}HR "), *_ratio(view)
    if not several:
        yield (Said(f", {_standing(compared[0], now)}"),)
        if now.is_over and compared[0].p_one_sided is not None:
            yield (Said(f", one-sided P {p_value(compared[0].p_one_sided)}"),)


def _estimated(main: EndpointView | None) -> list[HazardRatioView]:
    """The arms of which a hazard ratio can be told: not while all events are in one arm."""
    ratios = () if main is None else main.ratios
    return [view for view in ratios if view.lower is not None and view.upper is not None]


def _ratio(view: HazardRatioView) -> tuple[Said, ...]:
    limits = Said(f" ({ratio(view.lower)}-{ratio(view.upper)})")
    return Said(ratio(view.estimate), is_important=True), limits


def _standing(view: HazardRatioView, now: Situation) -> str:
    """Who is ahead, and how surely: clearly, if the interval of the hazard ratio leaves 1 out."""
    arm, control = spoken(view.arm), spoken(now.scenario.trial.control or "")
    estimate, lower, upper = view.estimate or 0.0, view.lower or 0.0, view.upper or 0.0
    if estimate == 1:
        return f"{arm} and {control} level"
    is_better, is_clear = estimate < 1, not lower <= 1 <= upper
    unsure = ", not clearly" if now.is_over else " so far"
    if len(now.scenario.compared_arms) > 1:
        where = f"ahead of {control}" if is_better else f"behind {control}"
        return f"{arm} clearly {where}" if is_clear else f"{arm} {where}{unsure}"
    ahead = arm if is_better else control
    return f"{ahead} clearly ahead" if is_clear else f"{ahead} ahead{unsure}"
