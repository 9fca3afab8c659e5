"""What the user has done to a trial, so that it can be undone: numbers, seed, baseline, jumps in time.

That the trial runs is no action: a number that is undone changes the day that is on screen, and not which day that is.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple

from pathsim.state import Settings

MOST_ACTIONS = 1000


class StateFigures(NamedTuple):
    """What a state showed when it was on screen last."""

    day: float
    changed: int | None
    """How many patients fare differently than in the trial that it is compared with; None where nothing is changed."""
    ratio: float | None
    """The first hazard ratio."""


class Setup(NamedTuple):
    """Which trial is on screen, and which one it is compared with."""

    scenario: str
    seed: int
    is_seed_asked: bool
    settings: Settings
    kept: Settings
    replicate: int = 0


@dataclass(frozen=True, slots=True)
class UserAction:
    """Something that the user did."""

    what: str
    """In a few words."""
    before: Setup
    after: Setup
    days: tuple[float, float] | None = None
    """From which day it led to which; None if it did not."""
    thread: str = ""
    """Actions of one thread that follow each other are one: a number that is turned on, a calendar that is dragged.
    Those without one stand alone.
    """
    shown_day: float = 0.0
    """The day that was on screen when it was done."""

    @property
    def turned(self) -> dict[str, tuple[str | None, str | None]]:
        """The numbers that it changed, by path, each with what it was set to before and after; None if to nothing."""
        before, after = dict(self.before.settings), dict(self.after.settings)
        paths = dict.fromkeys((*before, *after))
        return {path: (before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)}

    @property
    def is_nothing(self) -> bool:
        """Whether all is as it was."""
        return self.before == self.after and (self.days is None or self.days[0] == self.days[1])

    def follows(self, other: "UserAction") -> bool:
        """Whether both are one: nothing came between them, not even time."""
        if not self.thread or self.thread != other.thread:
            return False
        if self.days is not None and other.days is not None:
            return other.days[1] == self.days[0]
        return other.shown_day == self.shown_day


class UndoHistory:
    """What was done, and what of it was undone."""

    def __init__(self) -> None:
        self._done: deque[UserAction] = deque(maxlen=MOST_ACTIONS)
        self._undone: list[UserAction] = []
        self._is_cut = False
        """Whether the next action stands alone, whatever its thread."""
        self._figures: dict[Setup, StateFigures] = {}

    @property
    def actions(self) -> tuple[UserAction, ...]:
        """All that was done, and after it what was undone and can be done again, in order."""
        return (*self._done, *reversed(self._undone))

    @property
    def place(self) -> int:
        """How many of them are done: where in the order the trial on screen is."""
        return len(self._done)

    def note(self, setup: Setup, figures: StateFigures) -> None:
        """Keep what a state shows."""
        self._figures.pop(setup, None)
        self._figures[setup] = figures
        if len(self._figures) > MOST_ACTIONS:
            del self._figures[next(iter(self._figures))]

    def figures(self, setup: Setup) -> StateFigures | None:
        """What a state showed when it was on screen last; None if it never was."""
        return self._figures.get(setup)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone, and can be done again."""
        return bool(self._undone)

    def add(self, action: UserAction) -> None:
        """Add what has been done; what was undone before is forgotten."""
        if action.is_nothing:
            return
        self._undone.clear()
        if self._done and not self._is_cut and action.follows(self._done[-1]):
            first = self._done.pop()
            days = None if first.days is None or action.days is None else (first.days[0], action.days[1])
            action = replace(action, before=first.before, days=days)
        self._is_cut = False
        if not action.is_nothing:
            self._done.append(action)

    def cut(self) -> None:
        """Let the next action stand alone."""
        self._is_cut = True

    def undo(self) -> UserAction | None:
        """What was done last, which is to be undone; None if nothing was."""
        self.cut()
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> UserAction | None:
        """What was undone last, which is to be done again; None if nothing was."""
        self.cut()
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]
