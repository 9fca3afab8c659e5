"""What is behind the app: the worker, its replies, and the day that moves on."""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rich.text import Text
from textual import events, on
from textual._styles_cache import StylesCache
from textual.app import App
from textual.driver import Driver
from textual.filter import LineFilter
from textual.geometry import Size
from textual.message import Message
from textual.notifications import SeverityLevel

from pathsim.app.plain import Harmless, OnlyAscii
from pathsim.app.screens.dialogs import Explanation, Question
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.session import Session
from pathsim.app.widgets.sliders import Sliders
from pathsim.player import requests as ask
from pathsim.player.process import WorkerProcess
from pathsim.player.replies import Failed, Refused, Reply, Saved, Unsaved
from pathsim.player.views.live import Opened, Parameter, Snapshot
from pathsim.text import counted

FRAMES_PER_SECOND = 20
LOST_SECONDS = 2.0
"""After so long without a reply the worker is asked again."""
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

    def __init__(self, worker: WorkerProcess, session: Session, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._own_filters: list[LineFilter] = [Harmless(), *([OnlyAscii()] if ascii_only else [])]
        self.worker, self.session = worker, session
        self.card: Opened | None = None
        self.snapshot: Snapshot | None = None
        self.problems: tuple[str, ...] = ()
        self.is_worker_lost = False
        self.came_from = ""
        """The screen that led to the patients, if one did: there esc leads back to it."""
        self.wanted_patient: object = None
        """Whom to show when the patients are shown next."""
        self.asked_at: float | None = None
        self._ticked = time.monotonic()
        self._changed_at = 0
        self._is_reloading = False

    def on_mount(self) -> None:
        """Ask for the trial, and let it run."""
        self.listen(self.worker)
        self.open()
        self.set_interval(1 / FRAMES_PER_SECOND, self.tick)
        self.set_interval(RELOAD_SECONDS, self.reload)
        self.set_interval(FORGET_SECONDS, self.forget)

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
            if not isinstance(event, events.MouseEvent) or "COMPONENT_CLASSES" not in str(wrong):
                raise

    def on_key(self, event: events.Key) -> None:
        """What is typed into a slider. Here and not there, so that it comes after the keys before it."""
        if isinstance(self.focused, Sliders) and self.focused.takes(event):
            event.prevent_default()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What everything is passed through before it is painted."""
        return [*super().get_line_filters(), *self._own_filters]

    def on_unmount(self) -> None:
        """Let the worker go."""
        self.worker.close()

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
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

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
        if event.worker is self.worker and self.is_running:
            self.is_worker_lost = True
            self.refresh_header()
            self.notify("The simulation has stopped. Press R to start it again.", severity="error", timeout=10)

    @on(Arrived)
    def _arrived(self, event: Arrived) -> None:
        reply = event.reply
        if self.card is not None and reply.generation < self.card.generation:
            # Of something that is no longer on screen. What is newer is shown even if still newer things are coming.
            return
        self._take(reply)
        if (front := self.front) is not None:
            front.receive(reply)

    def _take(self, reply: Reply) -> None:
        """Keep what is on screen from now on; tell what has to be told."""
        match reply:
            case Opened():
                self._opened(reply)
            case Snapshot():
                self._tell_decisions(reply)
                self.snapshot, self.asked_at = reply, None
                if reply.is_sought and not self.session.is_playing:
                    self.session.day = reply.day
            case Refused():
                self._refused(reply)
            case Failed():
                self.asked_at = None
                self.notify(f"A defect of pathsim: {reply.message}. Please report it.", severity="error", timeout=15)
            case Saved():
                self.notify(f"Written: {reply.file}. {reply.note}", timeout=8)
            case Unsaved():
                self.notify(f"Not written: {reply.why}", severity="error", timeout=10)
            case _:
                pass

    def _refused(self, reply: Refused) -> None:
        self.problems, self.asked_at = reply.problems, None
        if self.card is None and not self._can_be_corrected:
            self.exit(return_code=WRONG_USAGE, message=Text("\n".join(reply.problems)))
        # The trial before it stays, and answers to the new number.
        if self.card is not None:
            self.card = replace(self.card, generation=reply.generation)
        if self.snapshot is not None:
            self.snapshot = replace(self.snapshot, generation=reply.generation)

    def _opened(self, card: Opened) -> None:
        self.card, self.problems = card, ()
        self.session.last_day = card.last_day
        self.session.day = min(self.session.day, card.last_day)
        self._changed_at = _changed_at(card.file)
        if self._is_reloading:
            self._is_reloading = False
            self.notify(f"Read again: {Path(card.file).name}")

    @property
    def _can_be_corrected(self) -> bool:
        """Whether saving the scenario's file anew can help: it is there, and nothing was set beside it."""
        return Path(self.session.scenario).is_file() and not self.session.settings

    def _tell_decisions(self, now: Snapshot) -> None:
        """Say what the committee decides, when it does while the trial runs."""
        before = self.snapshot
        if before is None or before.generation != now.generation or not self.session.is_playing:
            return
        for look in now.looks:
            if look.day > before.day:
                z = "" if look.z is None else f", z {look.z:.2f}"
                self.notify(
                    f"{counted(look.events, 'event')} known{z}: {look.decision}", title="The committee", timeout=6
                )

    @property
    def front(self) -> TrialScreen | None:
        """The screen of the trial that is in front, be there a dialog before it or not; None as the app ends."""
        if not self.is_running or self.current_mode not in self._screen_stacks:
            return None
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, TrialScreen)), None)

    def refresh_header(self) -> None:
        """Show anew which trial this is and how far, and which keys make sense."""
        if (front := self.front) is not None:
            self.refresh_bindings()
            front.show_header()

    def send(self, request: ask.Request) -> None:
        """Ask the worker."""
        self.worker.send(request)

    def open(self) -> None:
        """Ask for the trial as it is set now."""
        self.asked_at = time.monotonic()
        self.send(self.session.request())

    def show(self) -> None:
        """Ask for the picture of the day."""
        session = self.session
        self.asked_at = time.monotonic()
        self.send(ask.Show(session.generation, session.shown_day, session.moving_days))

    def tick(self) -> None:
        """Let the trial move on, if the last picture has been shown."""
        now = time.monotonic()
        passed, self._ticked = now - self._ticked, now
        if self.card is None or not self.session.is_playing or self.is_worker_lost:
            return
        if self.asked_at is not None and now - self.asked_at < LOST_SECONDS:
            return
        self.session.advance(min(passed, 0.5))
        if self.session.is_over:
            self.pause()
        else:
            self.show()

    def reload(self) -> None:
        """Open the scenario again if its file was changed elsewhere."""
        file = self.card.file if self.card is not None else self.session.scenario
        changed_at = _changed_at(file)
        if changed_at and changed_at != self._changed_at:
            is_first, self._changed_at = not self._changed_at, changed_at
            if not is_first or self.problems:
                self._is_reloading = True
                self.open()

    def forget(self) -> None:
        """Let go of notes and dialogs that have gone.

        Textual remembers a thousand frames that it has drawn, and each holds all that its widget ever painted.
        """
        StylesCache.get_inner_outer.cache_clear()

    # ---- what the screens ask for

    def values(self) -> dict[str, float]:
        """The numbers that are changed; what else was set on the command line is no number of a slider."""
        found = {}
        for path, value in self.session.settings.items():
            with suppress(ValueError):
                found[path] = float(value)
        return found

    def turn(self, parameter: Parameter, value: float | None) -> None:
        """Change a number, and run the trial again to the same day."""
        self.session.turn(parameter, value)
        self.open()

    def go(self, day: float) -> None:
        """Show the trial on another day."""
        self.pause()
        self.session.day = day
        self.show()

    def pause(self) -> None:
        """Let the trial stand still, on a whole day, with nobody between two steps."""
        if self.session.is_playing:
            self.session.day = self.session.shown_day
            self.session.is_playing = False
            self.show()
            self.refresh_header()

    def resume(self) -> None:
        """Let the trial run, from the first day on if it is over."""
        if self.session.is_over:
            self.session.day = 0.0
        self.session.is_playing = True
        self._ticked = time.monotonic()
        self.refresh_header()

    def explain(self, parameter: Parameter) -> None:
        """Show where a number comes from."""
        self.push_screen(Explanation(parameter))

    def question(self, title: str, text: str, then: Callable[[str], object]) -> None:
        """Ask the user for a text."""

        def answered(answer: str | None) -> None:
            if answer is not None:
                then(answer)

        self.push_screen(Question(title, text), answered)


def _changed_at(file: str) -> int:
    try:
        return Path(file).stat().st_mtime_ns
    except OSError:
        return 0
