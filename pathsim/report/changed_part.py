"""The patients of one trial who fare otherwise in another setting, in the terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pathsim.names import in_line, lowered
from pathsim.report.changed_patients import PatientChange
from pathsim.report.compared_trial import ComparedTrial, PatientEvent
from pathsim.report.figures import figure_table
from pathsim.text import counted

MOST_SHOWN = 10
"""So many events and patients are shown; of the others it is said how many."""
HEADINGS: dict[PatientChange, str] = {
    "better": "better",
    "worse": "worse",
    "later": "later",
    "earlier": "earlier",
    "otherwise": "same\nevent",
}
CHANGES: dict[PatientChange, str] = {
    "better": "fares better",
    "worse": "fares worse",
    "later": "has the event later",
    "earlier": "has the event earlier",
    "otherwise": "has the same event, or none",
}


def changed_part(trial: ComparedTrial) -> RenderableType:
    """How many of the patients of one trial fare how, at which events they part, and the first of them."""
    changed = trial.changed
    date = trial.before.scenario.written_date(trial.day)
    if not changed.count:
        return Text(f"replicate 0: none of {counted(trial.patients, 'patient')}, by {date}")
    label = lowered(in_line(trial.now.scenario.sections.endpoints[trial.endpoint].label)) if trial.endpoint else ""
    by = (
        f" Better in B is who has no event there and has one in A ({label}), worse the other way about; later and "
        "earlier, who has it in both."
    )
    said = f"replicate 0: the courses of {changed.count:,} of {counted(trial.patients, 'patient')} differ by {date}."
    said += by if label else ""
    parts = [Text(said), "", _events(trial), "", *_first_patients(trial)]
    return Group(*parts)


def _events(trial: ComparedTrial) -> Table:
    """By the event at which courses part, how many patients fare how."""
    shown = [change for change, count in trial.changed.counts.items() if count]
    table = figure_table(("their courses part at", ""), ("patients", ""), *((HEADINGS[change], "") for change in shown))
    events = list(trial.events.items())
    for event, counts in events[:MOST_SHOWN]:
        table.add_row(event, *_numbers(counts, shown))
    if others := events[MOST_SHOWN:]:
        table.add_row(counted(len(others), "other event"), *_numbers(_together(others), shown), style="dim")
    if len(events) > 1:
        table.add_row("all of them", *_numbers(_together(events), shown), style="bold")
    return table


def _together(events: Sequence[tuple[str, Counter[PatientChange]]]) -> Counter[PatientChange]:
    return sum((counts for _, counts in events), Counter())


def _numbers(counts: Counter[PatientChange], shown: Sequence[PatientChange]) -> list[str]:
    """How many patients there are, and how many of them fare how; nothing for none."""
    return [f"{count:,}" if count else "" for count in (counts.total(), *(counts[change] for change in shown))]


def _first_patients(trial: ComparedTrial) -> Iterator[RenderableType]:
    """The first of those whose course differs, those before others whose event does."""
    for number in range(min(trial.changed.count, MOST_SHOWN)):
        patient, first = trial.changed.patient(number), trial.changed.first(number)
        about = ", ".join(filter(None, (trial.trial_of(patient).storyteller.briefly(patient), trial.arm(patient))))
        who = f"patient {patient:04d}" + (f" ({about})" if about else "")
        yield Text(f"{who}: {CHANGES[trial.changed.change(number)]}")
        was, becomes = trial.events_of(patient)
        table = Table.grid(padding=(0, 1))
        table.add_column(width=2, justify="right")
        table.add_column(overflow="fold")
        table.add_row("A", _course(trial, first.before, first.days[0], was), style="dim")
        table.add_row("B", _course(trial, first.now, first.days[1], becomes), style="dim")
        yield table
    if trial.changed.count > MOST_SHOWN:
        yield ""
        yield Text(f"and {counted(trial.changed.count - MOST_SHOWN, 'patient')} more, all of them with --json", "dim")


def _course(trial: ComparedTrial, first: str, day: float | None, event: PatientEvent | None) -> str:
    """The first thing that differs, and the event before or after it; nothing more if it is the event."""
    if event is None or event.day == day:
        return first
    told = f"{event.name} on {trial.now.scenario.written_date(event.day)}"
    return f"{first}; {told} before" if day is None or event.day < day else f"{first}; then {told}"
