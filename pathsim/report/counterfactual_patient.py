"""One patient in every arm, in the terminal: what happened, what would have, and where the two part."""

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pathsim.couplings import DRAWS
from pathsim.report.arm_courses import ArmCourses, CourseInArm, DatedEntry, before_arms, lasted
from pathsim.report.figures import arm_style
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.toml_text import as_toml

SIDE_BY_SIDE = 110
"""Characters in a line from which on two courses stand beside each other."""
WHAT_IT_IS = (
    "What would have happened is one of the ways in which the draws of both arms may go together; no trial can know."
)


def print_patient(console: Console, scenario: Scenario, seed: int, replicate: int, found: ArmCourses) -> None:
    """Print the courses of a patient."""
    console.print(Text(scenario.title, style="bold"))
    console.print(Text(f"seed {seed}, replicate {replicate}. A simulation: no patient in it is real.", "dim"))
    if scenario.overrides:
        changed = ", ".join(f"{path} = {as_toml(value)}" for path, value in scenario.overrides.items())
        console.print(Text(f"changed: {changed}", style="yellow"))
    console.print()
    about = f": {found.about}" if found.about else ""
    console.print(Text(f"Patient {found.patient:04d}{about}", style="bold"))
    for line in _said(scenario, found):
        console.print(line)
    shared = tuple(before_arms(found.courses[0]))
    if shared:
        console.print()
        console.print(Text("Before the randomization" if found.courses[0].arm else "What happened", style="bold"))
        console.print(_entries(scenario, found, shared))
    if not found.courses[0].arm:
        return
    parts = [_course(scenario, found, course, len(shared)) for course in found.courses]
    console.print()
    if len(parts) == 2 and console.width >= SIDE_BY_SIDE:
        beside = Table.grid(padding=(0, 2), expand=True)
        beside.add_column(ratio=1)
        beside.add_column(ratio=1)
        beside.add_row(*parts)
        console.print(beside)
        return
    for number, part in enumerate(parts):
        if number:
            console.print()
        console.print(part)


def _said(scenario: Scenario, found: ArmCourses) -> Iterator[Text]:
    """Where the courses part, and how the draws of the other arm go with their own."""
    if found.why_alone:
        yield Text(found.why_alone)
        return
    for course in found.courses[1:]:
        if course.parting is not None:
            of = f"{course.arm}: " if len(scenario.arms) > 2 else ""
            yield Text(of + " ".join(course.parting.told))
    yield Text(f"With {DRAWS[found.coupling]}. {WHAT_IT_IS}", "dim")


def _course(scenario: Scenario, found: ArmCourses, course: CourseInArm, shared: int) -> RenderableType:
    """What an arm brings; before that, in which step it ends."""
    whose = "as it happened" if course.is_own else "as it would have happened"
    heading = Text(course.arm, f"bold {arm_style(scenario.arms.index(course.arm))}")
    heading.append(f" ({whose})", "not bold dim")
    end = Text(f"by the end: {course.outcome}", "dim")
    return Group(heading, end, _entries(scenario, found, course.entries[shared:], _parting_of(found, course)))


def _parting_of(found: ArmCourses, course: CourseInArm) -> DatedEntry | None:
    """The entry with which a course parts from the others, of their own the first with which it parts from any."""
    partings = [other.parting for other in found.courses if other.parting is not None]
    mine = partings if course.parting is None else [course.parting]
    days = [parting.day for parting in mine if parting.day is not None]
    parted_on = min(days, default=None)
    return next((entry for entry in course.entries if course.parts_at(entry, found.enrolled, parted_on)), None)


def _entries(
    scenario: Scenario, found: ArmCourses, entries: Sequence[DatedEntry], parts: DatedEntry | None = None
) -> RenderableType:
    """A line for each: its date, the day from the enrollment, and what it is; marked where the courses part."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(justify="right", no_wrap=True, width=len("31 Dec 2020"))
    table.add_column(justify="right", no_wrap=True, width=len("day 1000"), style="dim")
    table.add_column(overflow="fold")
    for entry in entries:
        is_parting = entry is parts
        style = "bold" if is_parting else "red" if entry.kind == "exit" else ""
        table.add_row(
            ">" if is_parting else "",
            scenario.written_date(entry.day),
            f"day {entry.day - found.enrolled:.0f}",
            Text(f"{entry.text}{lasted(entry)}", style),
        )
    return table
