"""What all screens of a trial share: the line at the top, the problems of the scenario, the keys at the bottom."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from pathsim.app.screens.steady import SteadyScreen
from pathsim.app.widgets.header import HeaderPart, Tab, TrialHeader
from pathsim.app.widgets.keybar import KeyBar
from pathsim.app.widgets.story import NOTHING, StoryLine
from pathsim.player.controller import Controller
from pathsim.player.replies import Reply
from pathsim.player.views.live import ComparisonCounts, Opened, Snapshot
from pathsim.player.views.story import Said, Story
from pathsim.state import AppState

UPDATE_SECONDS = 1.0
"""How often lists are brought up to date while the trial runs."""


class TrialScreen(SteadyScreen[None]):
    """A screen that shows something of the trial."""

    class PatientChosen(Message):
        """One patient's journey is asked for."""

        def __init__(self, patient: object) -> None:
            self.patient = patient
            super().__init__()

    TAB: ClassVar[Tab]
    """How it is found: every screen of the list has one."""
    _asked_at = 0.0
    _shown_problems: tuple[str, ...] = ()
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (96, "-roomy"), (132, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-high")]  # noqa: RUF012

    def __init__(self, trial: Controller, tabs: Sequence[Tab]) -> None:
        """A screen of this trial, with the tabs of all screens."""
        super().__init__()
        self.trial, self._tabs = trial, tuple(tabs)

    @classmethod
    def belongs(cls, trial: Controller) -> bool:
        """Whether this screen is among those of this trial."""
        del trial
        return True

    def compose(self) -> ComposeResult:
        """The lines at the top, what the screen is about, problems, keys."""
        # As the size of the screen will have it: later the styles of all that is there would be found again.
        width, height = self.app.size
        for room, breakpoints in ((width, self.HORIZONTAL_BREAKPOINTS), (height, self.VERTICAL_BREAKPOINTS)):
            self.add_class(max(one for one in breakpoints if one[0] <= room)[1], update=False)
        yield TrialHeader(id="header")
        yield StoryLine(id="story")
        yield from self.body()
        yield Static(id="problems", markup=False)
        yield KeyBar(id="keys")

    def body(self) -> Iterator[Widget]:
        """What the screen is about."""
        yield from ()

    def is_due(self) -> bool:
        """Whether it is time to ask for what costs more than a picture: while the trial runs, every second."""
        now = time.monotonic()
        if self.trial.session.is_playing and now - self._asked_at < UPDATE_SECONDS:
            return False
        self._asked_at = now
        return True

    @property
    def is_made(self) -> bool:
        """Whether its widgets are there: they never come where the app leaves while a screen is being made."""
        return any(isinstance(child, TrialHeader) for child in self.children)

    @property
    def replicates(self) -> int:
        """How many replicates the screen shows."""
        return 0

    def command(self, asked: str) -> str:
        """The command that prints what is on this screen; ``asked`` is how the scenario is called there."""
        trial = self.trial
        date = None if trial.snapshot is None or trial.session.is_over else trial.snapshot.iso_date
        return trial.session.run_command(asked, date)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key does anything before the widgets are there: where the app leaves meanwhile they never are."""
        del action, parameters
        return self.is_made

    def on_mount(self) -> None:
        """Set out what is there."""
        if self.is_made:
            self.begin()
            self.refresh_bindings()

    def on_screen_resume(self) -> None:
        """Show what the trial has become while another screen was in front."""
        if not self.is_made:
            return
        if self.trial.card is not None:
            self.opened(self.trial.card)
        if self.trial.snapshot is not None:
            self.moved(self.trial.snapshot)
        self.show_header()
        self.show_problems()
        self.resumed()

    def receive(self, reply: Reply) -> None:
        """Show a reply of the worker; nothing before the screen is made, or after it has gone."""
        if not self.is_made:
            return
        match reply:
            case Opened():
                self.opened(reply)
            case Snapshot():
                self.moved(reply)
            case _:
                self.told(reply)
        self.show_header()
        self.show_problems()

    def begin(self) -> None:
        """Set out what never changes, once all widgets are there."""

    def resumed(self) -> None:
        """Ask for what this screen needs, now that it is in front again."""

    def opened(self, card: Opened) -> None:
        """Show another trial, or the same with other numbers."""

    def moved(self, snapshot: Snapshot) -> None:
        """Show the trial on another day."""

    def told(self, reply: Reply) -> None:
        """Show any other reply."""

    def shown(self) -> dict[str, Any]:
        """What a state tells of this screen: view, endpoint or patient, where it is not what is shown first."""
        return {}

    def restore(self, state: AppState) -> Iterator[str]:
        """Show what a state tells of this screen; what of it is not in this trial, in a sentence each."""
        del state
        yield from ()

    def step_back(self) -> bool:
        """Take away what hides a part of the screen; False if nothing does."""
        return False

    def show_problems(self) -> None:
        """Show what is wrong with the scenario; hide it if nothing is."""
        if self._shown_problems == self.trial.problems:
            # Every update of a text lays the whole screen out anew.
            return
        self._shown_problems = self.trial.problems
        for panel in self.query("#problems").results(Static):
            panel.display = bool(self.trial.problems)
            panel.border_title = "The scenario cannot be used as it is"
            has_one = self.trial.card is not None
            panel.border_subtitle = (
                "what is shown is the one before it" if has_one else "it is read again when it is saved"
            )
            panel.update("\n".join(self.trial.problems))

    def show_header(self) -> None:
        """Show which trial this is, how far, and what is going on."""
        for header in self.query(TrialHeader):
            header.show(tuple(self._parts()), self._tabs, self.TAB.name)
        for line in self.query(StoryLine):
            line.show(NOTHING if self.trial.snapshot is None else self._story(self.trial.snapshot))

    def _story(self, snapshot: Snapshot) -> Story:
        """The story, and how the trial goes on where it stands still because the committee meets."""
        first, *others = snapshot.story.clauses or ((),)
        session = self.trial.session
        if not snapshot.story.is_decision or session.is_playing or session.is_over:
            return snapshot.story
        keys = " or ".join(self.keys_of("player.play"))
        return replace(snapshot.story, clauses=(first, (Said(f" ({keys} goes on)"),), *others))

    def keys_of(self, action: str) -> list[str]:
        """The keys that do this here, as they are written; users can have chosen others."""
        bindings = (active.binding for active in self.active_bindings.values())
        return [self.app.get_key_display(binding) for binding in bindings if binding.id == action]

    def _parts(self) -> Iterator[HeaderPart]:
        trial, session = self.trial, self.trial.session
        if trial.is_worker_lost:
            yield HeaderPart("the simulation has stopped: press R to start it again", "lost!")
            return
        if trial.card is None:
            yield (
                HeaderPart("the scenario cannot be used", "lost!")
                if trial.problems
                else HeaderPart("simulating …", "dim")
            )
            return
        sign = "▶" if session.is_playing else "▮▮"
        snapshot = trial.snapshot
        yield HeaderPart(trial.card.name, "title")
        yield HeaderPart(f"{sign} {snapshot.date if snapshot else ''}", "text")
        yield HeaderPart(f"seed {session.seed}" + (f", trial {session.replicate}" if session.replicate else ""), "dim")
        if session.settings:
            yield HeaderPart(f"{len(session.settings)} changed", "yours!")
        if snapshot is not None:
            yield HeaderPart(f"enrolled {snapshot.enrolled}", "text")
            if trial.card.committee is not None:
                known, planned = snapshot.events_known, trial.card.committee.planned_events
                of = f"{known} of {planned} events"
                whole = f"stopped at {of}" if snapshot.is_stopped else f"{of} known"
                yield HeaderPart(whole, "text", f"known {known}/{planned}")
            if trial.card.arms:
                yield HeaderPart(f"randomized {snapshot.randomized}", "text")
        yield HeaderPart(f"{session.months_per_second:g} months/s", "dim")


def in_parts(counts: ComparisonCounts) -> str:
    """How those who fare otherwise fare by an endpoint: the parts sum to the whole."""
    moved = ((counts.later, "later"), (counts.earlier, "earlier"))
    times = [f"{count} have the event {when}" for count, when in moved if count]
    rest = [f"{counts.otherwise} in other ways"] if counts.otherwise else []
    parts = [f"{counts.better} fare better ({counts.endpoint})", f"{counts.worse} worse", *times, *rest]
    return ", ".join(parts)
