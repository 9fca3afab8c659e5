"""Where a patient's courses in two arms part, and what decides each of them."""

from typing import NamedTuple

from pathsim.report.followed_trial import FollowedTrial

DECIDES = ("assess", "exit")
"""The kinds of event that decide a course: an assessment, and leaving a step for good."""


class Parting(NamedTuple):
    """Where two courses of a patient part."""

    told: tuple[str, ...]
    """A sentence, and what each of them says; or one sentence that they do not part."""
    day: float | None
    """The day from the enrollment; None if they do not part."""


def parting(own: FollowedTrial, other: FollowedTrial, patient: int, day: float) -> Parting:
    """Where the courses in two arms part by a day, after the randomization itself."""
    mine, theirs = (_turns(of, patient, day) for of in (own, other))
    common = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a.what != b.what), None)
    if common is None:
        common = min(len(mine), len(theirs))
    is_same = common >= max(len(mine), len(theirs))
    if is_same:
        at_other_times = (i for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if abs(a.day - b.day) >= 1)
        common = next(at_other_times, -1)
    if common < 0:
        return Parting((f"The arm has made no difference to this patient{so_far(own, day)}.",), None)
    arms = own.scenario.arms
    told = [f"{arms[of.arm_of[patient]]}: {_nth(turns, common)}." for of, turns in ((own, mine), (other, theirs))]
    days = [turns[common].day for turns in (mine, theirs) if common < len(turns)]
    begin = "The same happens, but on different days." if is_same else f"The courses differ from day {min(days):.0f}."
    return Parting((begin, *told), min(days))


def so_far(trial: FollowedTrial, day: float) -> str:
    """What to say behind something that may change until the last day."""
    return "" if day >= trial.last_day else " so far"


class _Turn(NamedTuple):
    """Something that decides a journey: an assessment's level, or an exit."""

    what: tuple[str, str, float]
    day: float
    text: str


def _turns(trial: FollowedTrial, patient: int, until: float) -> list[_Turn]:
    """The turns of a patient's journey; levels that are the same after other therapies are the same turn."""
    journal, came = trial.journal_of(patient, until), float(trial.chunk.enrolled[patient])
    columns = (journal.day.tolist(), journal.event.tolist(), journal.value.tolist())
    found = []
    for day, code, value in zip(*columns, strict=True):
        event = trial.scenario.vocabulary[code]
        if event.kind in DECIDES:
            level = value if event.kind == "assess" else 0.0
            text = trial.storyteller.sentence(patient, day, event, value)
            found.append(_Turn((event.kind, event.name, level), day - came, text))
    return found


def _nth(turns: list[_Turn], number: int) -> str:
    return turns[number].text if number < len(turns) else "nothing further by then"
