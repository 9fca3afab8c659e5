"""What happens to patients, in words."""

import math
from collections.abc import Iterable
from functools import cached_property

import numpy as np

from pathsim.conditions import UNSET
from pathsim.journal import Event, Journal
from pathsim.names import in_line, lowered, readable, spoken
from pathsim.player.views.live import LogEntry
from pathsim.report.figures import span
from pathsim.scenario.baseline import Covariate
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted
from pathsim.trial.data_cut import Chunk, Flags
from pathsim.trial.monitoring import Decision, Look

SEVERE = 4
"""Toxicities from this grade on are told."""


class Storyteller:
    """Tells of the patients of a trial: who they are, and what happens to them."""

    def __init__(self, chunk: Chunk, journal: Journal) -> None:
        """``journal`` is what is to be told, patient by patient in order."""
        self._scenario, self._chunk, self._journal = chunk.scenario, chunk, journal
        self._columns = self._scenario.cohort.draw(chunk.patient_keys)
        rows = np.arange(chunk.rows + 1)
        self._begins = np.searchsorted(journal.row, rows)
        self._is_assess = self._scenario.vocabulary.lookup(
            [event.code for event in self._scenario.vocabulary.of("assess")]
        )

    @cached_property
    def _observed(self) -> tuple[tuple[str, Covariate], ...]:
        """What can be seen of a patient: quantities first, as doctors present a patient."""
        observed = ((name, table) for name, table in self._scenario.sections.cohort.items() if not table.latent)
        return tuple(sorted(observed, key=lambda pair: pair[1].levels is not None))

    def about(self, patient: int) -> tuple[str, ...]:
        """What there is to say about a patient on the day they come."""
        return tuple(self._trait(name, table, patient) for name, table in self._observed)

    @property
    def traits(self) -> tuple[str, ...]:
        """The headings of what is said about patients."""
        return tuple(table.label or readable(name) for name, table in self._observed)

    def described(self, patient: int) -> str:
        """All of that in a line; what is just yes or no with its heading."""
        pairs = zip(self.traits, self.about(patient), strict=True)
        return ", ".join(
            f"{lowered(heading)}: {told}" if told in ("yes", "no") else told for heading, told in pairs if told
        )

    def briefly(self, patient: int) -> str:
        """What matters most about a patient: quantities, and what the trial is stratified by."""
        found = self._scenario.randomization
        strata = () if found is None else found[1].strata
        told = [
            self._trait(name, table, patient)
            for name, table in self._observed
            if table.unit is not None or name in strata
        ]
        return ", ".join(filter(None, told))

    def _trait(self, name: str, table: Covariate, patient: int) -> str:
        value = self._columns[name][patient]
        levels = self._scenario.names[name]
        if levels is not None:
            return "" if value == UNSET else spoken(levels[int(value)])
        if math.isnan(value):
            return ""
        unit = {"years": " y"}.get(table.unit or "", f" {table.unit}" if table.unit else "")
        return f"{value:.0f}{unit}" if table.whole else f"{value:.3g}{unit}"

    def notable(self, journal: Journal) -> Flags:
        """Which of these entries are worth telling."""
        kinds = np.zeros(len(self._scenario.vocabulary.events) + 1, np.bool_)
        for event in self._scenario.vocabulary.events:
            entered = self._scenario.entry(event.step).spec if event.kind == "enter" else None
            stays = entered is not None and entered.is_stay and not entered.is_end
            kinds[event.code] = stays or event.kind in ("arm", "exit", "toxicity")
        toxic = self._scenario.vocabulary.lookup([event.code for event in self._scenario.vocabulary.of("toxicity")])
        found: Flags = kinds[journal.event] & (~toxic[journal.event] | (journal.value >= SEVERE))
        return found

    def entries(self, journal: Journal, arm_of: Iterable[int]) -> list[LogEntry]:
        """These entries in words."""
        columns = (journal.row.tolist(), journal.day.tolist(), journal.event.tolist(), journal.value.tolist())
        return [
            LogEntry(
                day,
                self._scenario.written_date(day),
                row,
                self.briefly(row),
                arm,
                self.sentence(row, day, self._scenario.vocabulary[event], value),
            )
            for row, day, event, value, arm in zip(*columns, arm_of, strict=True)
        ]

    def sentence(self, patient: int, day: float, event: Event, value: float) -> str:
        """One entry in words."""
        entry = self._scenario.entry(event.step)
        toxicity = self._scenario.toxicity_label(event.name)
        match event.kind:
            case "arm":
                arms = list(getattr(entry.spec, "arms", {}))
                told = f"randomized to {spoken(arms[int(value)])}"
            case "enter":
                told = "enrolled" if entry.number == 0 else entry.spec.begins or f"{lowered(entry.label)} begins"
            case "exit":
                told = self._exit(patient, day, event, value)
            case "toxicity":
                told = f"grade {value:.0f} {lowered(toxicity)} {_step_in_time(entry, 'during')}"
            case "resolved":
                told = f"{lowered(toxicity)} resolved {_step_in_time(entry, 'during')}"
            case "assess":
                levels = self._scenario.names[event.name] or ()
                told = f"{self._assessment(event)}: {spoken(levels[int(value)])} {_step_in_time(entry, 'after')}"
            case _:
                told = f"{readable(event.name)} {_step_in_time(entry, 'during')}"
        return told

    def _assessment(self, event: Event) -> str:
        tables = getattr(self._scenario.entry(event.step).spec, "assess", ())
        labels = (table.label for table in tables if table.set == event.name)
        return next(filter(None, labels), readable(event.name))

    def _exit(self, patient: int, day: float, event: Event, value: float) -> str:
        entry = self._scenario.entry(event.step)
        words = spoken(event.name)
        if value:
            words += f" from {lowered(self._scenario.toxicity_label(self._scenario.vocabulary[int(value)].name))}"
        mine = self._journal.pick(slice(*self._begins[[patient, patient + 1]]))
        entered = mine.day[(mine.event == entry.enter) & (mine.day <= day)]
        if entered.size and day > entered[-1]:
            words += f", {span(day - entered[-1])} {entry.spec.after or _step_in_time(entry, 'into')}"
        assessed = np.flatnonzero(self._is_assess[mine.event] & (mine.day < day))
        if assessed.size:
            last = int(assessed[-1])
            code = self._scenario.vocabulary[int(mine.event[last])]
            levels = self._scenario.names[code.name] or ()
            words += f"; {self._assessment(code)} had been {spoken(levels[int(mine.value[last])])}"
        return words


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


AFTER = "After "
"""How a step can be called that begins after something: then its name tells the time by itself."""


def _step_in_time(entry: StepEntry, preposition: str) -> str:
    """When something happened: into, during or after a step."""
    name = lowered(entry.label)
    return name if entry.label.startswith(AFTER) else f"{preposition} {name}"
