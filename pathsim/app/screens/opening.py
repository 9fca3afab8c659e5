"""The opening: what is about to begin, and the three keys that are enough. It goes with the first key, which acts."""

import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from pathsim.app.canvas import Canvas
from pathsim.app.screens.steady import SteadyScreen
from pathsim.app.widgets.picture import Picture
from pathsim.calendar import DAYS_PER_YEAR
from pathsim.names import in_line, spoken
from pathsim.player.controller import Controller
from pathsim.player.views.live import Opened
from pathsim.report.figures import span
from pathsim.text import counted

WIDTH = 76
LONG_DAYS = 2 * DAYS_PER_YEAR
"""From here on the length of a trial is told in years."""
KEY_WIDTH, DOES_WIDTH = 9, 31
BEGIN_KEYS = ("enter", "escape")
"""Keys that do here what space does."""

Pieces: TypeAlias = list[tuple[str, str, str]]
"""Texts, each with its color and ground."""


class _Key(NamedTuple):
    """A key to begin with."""

    cap: str
    does: str
    why: str


AGAIN = "shown once; pathsim app --welcome shows it again"


class Opening(ModalScreen[None], SteadyScreen[None]):
    """What a newcomer sees before the first day."""

    def __init__(self, trial: Controller, card: Opened) -> None:
        super().__init__()
        self._trial, self._card = trial, card

    def compose(self) -> ComposeResult:
        """One picture."""
        yield OpeningPicture(self._card, self._trial)

    def on_key(self, event: events.Key) -> None:
        """Go, and let the key do what it does."""
        event.stop()
        event.prevent_default()
        self._leave("space" if event.key in BEGIN_KEYS else event.key)

    def on_click(self) -> None:
        """Go, and begin."""
        self._leave("space")

    def _leave(self, key: str) -> None:
        if self.is_current:
            self.dismiss()
            self.app.call_later(self.app.simulate_key, key)


class OpeningPicture(Picture):
    """The text of the opening, in the middle of the screen."""

    def __init__(self, card: Opened, trial: Controller) -> None:
        super().__init__(id="opening")
        self._card, self._trial = card, trial

    def draw(self, canvas: Canvas) -> None:
        """The lines, as far up as they have to be."""
        width, most = max(min(WIDTH, canvas.width - 4), 1), canvas.height - 1
        lines = list(self._lines(width, gap=1))
        if len(lines) > most:
            lines = list(self._lines(width, gap=0))
        top = max((most - len(lines)) // 2, 0)
        left = max((canvas.width - WIDTH) // 2, 2)
        for row, pieces in enumerate(lines[:most], top):
            column = left
            for text, fore, back in pieces:
                column = canvas.write(row, column, text, fore, back or None)
        canvas.fill(most, 0, canvas.width, "panel")
        column = 1
        for cap, does in (("space", "begin"), ("?", "all keys"), ("q", "leave")):
            column = canvas.write(most, column, cap, "text!", "panel") + 1
            column = canvas.write(most, column, does, "dim", "panel") + 3

    def _lines(self, width: int, *, gap: int) -> Iterator[Pieces]:
        """The lines; so many empty ones between the keys."""
        card, session = self._card, self._trial.session
        what = "trial" if card.arms else "study"
        yield [(f"A {what} is about to begin.", "text!", "")]
        yield []
        for line in textwrap.wrap(in_line(card.summary), width, max_lines=6, placeholder=" …"):
            yield list(self._with_arms(line))
        yield []
        yield [("The patients are simulated. Each number says where it comes from.", "text", "")]
        yield []
        seconds = card.last_day / session.days_per_second
        long = span(card.last_day) if card.last_day < LONG_DAYS else f"{card.last_day / DAYS_PER_YEAR:.1f} years"
        for key in (
            _Key("space", "let it run, or stand still", f"{long} in {counted(max(round(seconds), 1), 'second')}"),
            _Key("← →", "turn a number", "the same patients, one thing changed"),
            _Key(
                "e",
                f"the same {what} many times",
                f"{'was it the treatment, or' if card.arms else 'how much is'} chance?",
            ),
        ):
            yield [
                (key.cap.center(KEY_WIDTH), "paper!", "text"),
                (f"  {key.does:<{DOES_WIDTH - 2}}", "text!", ""),
                (key.why, "dim", ""),
            ]
            yield from [[]] * gap
        yield from [[]] * (1 - gap)
        yield [("Everything else: ", "dim", ""), ("?", "text!", ""), ("   Leave: ", "dim", ""), ("q", "text!", "")]
        yield []
        if not session.is_seed_asked:
            words = " is the same trial for everybody who gives no seed" if card.has_own_seed else " was drawn"
            yield [(f"seed {card.seed}", "text!", ""), (f"{words}; n draws another", "dim", "")]
        again = "reload the page to see this again" if self.app.is_web else AGAIN
        yield [(again, "dim", "")]

    def _with_arms(self, line: str) -> Iterator[tuple[str, str, str]]:
        """A line in which the arms have their colors."""
        arms = {spoken(name): number for number, name in enumerate(self._card.arms)}
        if not arms:
            yield line, "text", ""
            return
        longest_first = sorted(arms, key=len, reverse=True)
        for piece in re.split(rf"\b({'|'.join(map(re.escape, longest_first))})\b", line):
            yield piece, f"arm{arms[piece]}!" if piece in arms else "text", ""
