"""What happens in a trial, in words: the log of its patients, and the looks of its committee."""

from collections.abc import Iterable

from pathsim.journal import Journal
from pathsim.names import in_line
from pathsim.player.views.live import LogEntry
from pathsim.report.storyteller import Storyteller
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted
from pathsim.trial.monitoring import Decision, Look


def of_patients(
    scenario: Scenario, storyteller: Storyteller, journal: Journal, arm_of: Iterable[int]
) -> list[LogEntry]:
    """Entries of a journal in words."""
    columns = (journal.row.tolist(), journal.day.tolist(), journal.event.tolist(), journal.value.tolist())
    return [
        LogEntry(
            day,
            scenario.written_date(day),
            row,
            storyteller.briefly(row),
            arm,
            storyteller.sentence(row, day, scenario.vocabulary[event], value),
        )
        for row, day, event, value, arm in zip(*columns, arm_of, strict=True)
    ]


def of_look(scenario: Scenario, look: Look) -> LogEntry:
    """A look of the committee in words."""
    z = "" if look.z is None else f", z {look.z:.2f}"
    text = f"interim look: {counted(look.events, 'event')} known{z}: {decision_in_words(look)}"
    return LogEntry(look.day, scenario.written_date(look.day), None, "", -1, text)


_DECISIONS: dict[Decision, tuple[str, str]] = {
    "continue": ("the trial goes on", "the trial goes on"),
    "stop for benefit": ("stopped for benefit", "benefit is shown"),
    "stop for futility": ("stopped for futility", "benefit is not shown"),
    "stop by order": ("stopped on a set date", "stopped on a set date"),
    "end without benefit": ("benefit is not shown", "benefit is not shown"),
}
"""What each decision says on its day, before all planned events and with them."""
_BRIEFLY: dict[Decision, str] = {
    "continue": "goes on",
    "stop for benefit": "benefit",
    "stop for futility": "futile",
    "stop by order": "stopped, set date",
    "end without benefit": "no benefit",
}


def decision_in_words(look: Look) -> str:
    """What the committee decides at a look, on its day."""
    return _DECISIONS[look.decision][look.information >= 1]


def verdict(scenario: Scenario, look: Look) -> tuple[str, ...]:
    """What a look showed and what followed from it, in a sentence; the longest first."""
    date = scenario.written_date(look.day)
    said, brief = decision_in_words(look), _BRIEFLY[look.decision]
    whole = [f"{said}{why}" for why in (*_beside(scenario, look), "")]
    at = f"{date}, {look.information:.0%}"
    if look.z is None:
        return *(f"{at}: {text}" for text in whole), f"{date}: {brief}"
    z = f"z {look.z:.2f}"
    if look.decision == "stop for futility" and look.futility_bound is not None:
        z += f", below {look.futility_bound:.2f}"
    elif look.efficacy_bound is not None:
        z += f" {'≥' if look.z >= look.efficacy_bound else '<'} {look.efficacy_bound:.2f}"
    return *(f"{at}: {z}: {text}" for text in whole), f"{date}: {z}, {brief}", f"{z}, {brief}"


def reason_of_order(scenario: Scenario, look: Look) -> str:
    """Why the trial is stopped on a date that is set beforehand, if it is at this look and the scenario says why."""
    plan = scenario.trial.monitoring
    order = None if plan is None or look.decision != "stop by order" else plan.order
    return "" if order is None else in_line(order.reason or "")


def _beside(scenario: Scenario, look: Look) -> tuple[str, ...]:
    """What is to be said beside a decision that no rule takes; the longest first."""
    if look.decision != "stop by order":
        return ()
    reason = reason_of_order(scenario, look)
    return f"{f', {reason}' if reason else ''}; no bound crossed", "; no bound crossed"
