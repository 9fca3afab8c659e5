"""What is behind the app: a terminal of any kind, the worker's replies, and time that passes."""

import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from rich.text import Text
from textual import events, on
from textual.app import App
from textual.driver import Driver
from textual.filter import LineFilter
from textual.geometry import Size
from textual.message import Message
from textual.notifications import Notify, SeverityLevel

from pathsim.app import textual_private
from pathsim.app.notifications import TimedNote
from pathsim.app.plain import Harmless, OnlyAscii
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.reading import Reading
from pathsim.app.widgets.sliders import Sliders
from pathsim.player.controller import Controller
from pathsim.player.note import Note
from pathsim.player.process import WorkerProcess
from pathsim.player.replies import Reply
from pathsim.player.user_session import UserSession
from pathsim.player.views.live import Snapshot

FRAMES_PER_SECOND = 20
RELOAD_SECONDS, FORGET_SECONDS = 1.0, 60.0
MOST_COLUMNS, MOST_ROWS = 640, 240
"""No terminal is larger, whatever it says."""
WRONG_USAGE = 2
"""How a program ends that was asked for something that is not there."""


class Arrived(Message):
    """A reply of the worker. Of snapshots only the last one that waits is shown."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        """Whether an earlier reply need not be shown any more."""
        return isinstance(message, Arrived) and isinstance(self.reply, Snapshot) and isinstance(message.reply, Snapshot)


class WorkerLost(Message):
    """The worker has ended, and nobody asked it to."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        super().__init__()


class TrialApp(App[None]):
    """An app with a trial on screen, which a worker simulates."""

    def __init__(self, worker: WorkerProcess, session: UserSession, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.stylesheet = textual_private.SharedStylesheet(variables=self.get_css_variables())
        self._own_filters: list[LineFilter] = [Harmless(), *([OnlyAscii()] if ascii_only else [])]
        self.trial = Controller(worker, session, self.tell, self.refresh_header)

    def on_mount(self) -> None:
        """Ask for the trial, and let it run."""
        self.listen(self.trial.worker)
        self.trial.begin()
        self._ticks = self.set_interval(1 / FRAMES_PER_SECOND, self.trial.tick)
        self.set_interval(RELOAD_SECONDS, self.trial.reload)
        self.set_interval(FORGET_SECONDS, self.forget)

    def move_at_most(self, frames_per_second: float) -> None:
        """Let the trial move so often in a second; not at all with 0."""
        self._ticks.stop()
        if frames_per_second:
            self._ticks = self.set_interval(1 / frames_per_second, self.trial.tick)

    def get_driver_class(self) -> type[Driver]:
        """What drives the terminal: our own where Textual would take the one for Linux and macOS."""
        found = super().get_driver_class()
        if sys.platform == "win32":
            return found
        from pathsim.app.terminal import SteadyDriver  # noqa: PLC0415 - not there on Windows

        return SteadyDriver if found in SteadyDriver.__bases__ else found

    async def on_event(self, event: events.Event) -> None:
        """Pass an event on; the mouse may be over a note that has only just come and has no styles yet.

        What is typed while the app is leaving is left unread: there is no screen any more that it could be meant for.
        """
        if isinstance(event, (events.InputEvent, events.Paste, events.Resize)) and not self.is_running:
            return
        if isinstance(event, events.Resize):
            if not event.size:
                # A terminal that does not know its size has the one that it had.
                return
            size = Size(min(event.size.width, MOST_COLUMNS), min(event.size.height, MOST_ROWS))
            event = events.Resize(size, size)
        try:
            await super().on_event(event)
        except KeyError as wrong:
            if not isinstance(event, events.MouseEvent) or not textual_private.is_without_styles(wrong):
                raise

    def on_key(self, event: events.Key) -> None:
        """What is typed as a number or an answer. Here and not there, so that it comes after the keys before it."""
        if isinstance(self.focused, (Sliders, Reading)) and self.focused.takes(event):
            event.prevent_default()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What everything is passed through before it is painted."""
        return [*super().get_line_filters(), *self._own_filters]

    def on_unmount(self) -> None:
        """Let the worker go."""
        self.trial.worker.close()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Tell the user something, to the letter: files and settings may have brackets."""
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        self.post_message(Notify(TimedNote(message, title, severity, seconds, markup=markup)))

    def tell(self, note: Note) -> None:
        """Tell the user what the controller says."""
        self.notify(note.text, title=note.title, severity=note.severity, timeout=note.seconds)

    # ---- the worker

    def listen(self, worker: WorkerProcess) -> None:
        """Pass on what the worker says, until it ends.

        In a thread that nobody waits for: were it one of the event loop's, an app that breaks down before it lets its
        worker go would wait for ever.
        """
        threading.Thread(target=self._pass_on, args=(worker,), daemon=True).start()

    def _pass_on(self, worker: WorkerProcess) -> None:
        with suppress(RuntimeError):  # the app has ended, and its event loop with it
            for reply in worker.replies():
                self.post_message(Arrived(reply))
            self.post_message(WorkerLost(worker))

    @on(WorkerLost)
    def _lost(self, event: WorkerLost) -> None:
        if event.worker is self.trial.worker and self.is_running:
            self.trial.is_worker_lost = True
            self.refresh_header()
            self.notify("The simulation has stopped. Press R to start it again.", severity="error", timeout=10)

    @on(Arrived)
    def _arrived(self, event: Arrived) -> None:
        if self.trial.is_outdated(event.reply):
            return
        self.trial.take(event.reply)
        if self.trial.is_hopeless:
            self.exit(return_code=WRONG_USAGE, message=Text("\n".join(self.trial.problems)))
        if (front := self.front) is not None:
            front.receive(event.reply)

    @property
    def front(self) -> TrialScreen | None:
        """The screen of the trial that is in front, be there a dialog before it or not; None as the app ends."""
        if not self.is_running or not textual_private.has_screens(self):
            return None
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, TrialScreen)), None)

    def refresh_header(self) -> None:
        """Show anew which trial this is and how far, and which keys make sense."""
        if (front := self.front) is not None:
            self.refresh_bindings()
            front.show_header()

    def forget(self) -> None:
        """Let go of notes and dialogs that have gone."""
        textual_private.forget_frames()
