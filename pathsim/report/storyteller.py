"""What happens to patients, in words: the same on every screen and in every report."""

import math
from functools import cached_property

import numpy as np

from pathsim.conditions import UNSET
from pathsim.journal import Event, Journal
from pathsim.names import lowered, readable, spoken
from pathsim.report.figures import span
from pathsim.scenario.baseline import Covariate
from pathsim.scenario.entries import StepEntry
from pathsim.trial.data_cut import Chunk, Flags

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

    def sentence(self, patient: int, day: float, event: Event, value: float) -> str:
        """One entry in words."""
        entry = self._scenario.entry(event.step)
        match event.kind:
            case "arm":
                arms = list(getattr(entry.spec, "arms", {}))
                told = f"randomized to {spoken(arms[int(value)])}"
            case "exit":
                told = self._exit(patient, day, event, value)
            case "toxicity":
                told = f"grade {value:.0f} {self.kind_of(event)}"
            case "assess":
                levels = self._scenario.names[event.name] or ()
                told = f"{self._assessment(event)}: {spoken(levels[int(value)])} {_step_in_time(entry, 'after')}"
            case _:
                told = self.kind_of(event)
        return told

    def kind_of(self, event: Event) -> str:
        """What an event is for whomever it happens to: without its grade, its level, or the time until then."""
        entry, toxicity = self._scenario.entry(event.step), lowered(self._scenario.toxicity_label(event.name))
        match event.kind:
            case "arm":
                told = "randomized"
            case "enter":
                told = "enrolled" if entry.number == 0 else entry.spec.begins or f"{lowered(entry.label)} begins"
            case "exit":
                told = f"{spoken(event.name)} {entry.spec.after or _step_in_time(entry, 'during')}"
            case "toxicity":
                told = f"{toxicity} {_step_in_time(entry, 'during')}"
            case "resolved":
                told = f"{toxicity} resolved {_step_in_time(entry, 'during')}"
            case "assess":
                told = f"{self._assessment(event)} {_step_in_time(entry, 'after')}"
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


AFTER = "After "
"""How a step can be called that begins after something: then its name tells the time by itself."""


def _step_in_time(entry: StepEntry, preposition: str) -> str:
    """When something happened: into, during or after a step."""
    name = lowered(entry.label)
    return name if entry.label.startswith(AFTER) else f"{preposition} {name}"
