"""What stands between screens and the worker: the trial that is on screen, and the day that moves on.

It knows nothing of how the trial is shown: it is handed to screens, and says through two functions that there is
something to tell the user, and that what it says of itself has changed.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pathsim.player import requests as ask
from pathsim.player.history import Setup, StateFigures, UndoHistory, UserAction
from pathsim.player.note import Note
from pathsim.player.process import WorkerProcess
from pathsim.player.replies import Computed, Failed, Refused, Reply, Saved, Unsaved
from pathsim.player.user_session import UserSession
from pathsim.player.views.live import Opened, Parameter, Snapshot
from pathsim.state import AppState

if TYPE_CHECKING:
    from pathsim.player.class_session import ClassSession
    from pathsim.player.lesson_session import LessonSession

LOST_SECONDS = 2.0
"""After so long without a reply the worker is asked again."""


class Controller:
    """A trial that a worker simulates: asks for what is to be seen, and keeps what was answered."""

    def __init__(
        self,
        worker: WorkerProcess,
        session: UserSession,
        tell: Callable[[Note], object],
        refresh_header: Callable[[], object],
    ) -> None:
        """Nothing is asked before ``begin``.

        ``tell`` is given what the user should know; ``refresh_header`` is called when the trial runs or stands still.
        """
        self.worker, self.session = worker, session
        self._tell, self._refresh_header = tell, refresh_header
        self.card: Opened | None = None
        self.snapshot: Snapshot | None = None
        self.problems: tuple[str, ...] = ()
        self.is_worker_lost = False
        self.lesson: LessonSession | None = None
        self.classroom: ClassSession | None = None
        """The lesson that is being given, and the class to which it is, if there are any."""
        self.history = UndoHistory()
        """What the user has done, to be undone."""
        self._sought_from: tuple[Setup, float] | None = None
        """The trial and the day from which something was sought last."""
        self._seeking = 0
        """How many answers to that are still to come."""
        self.wanted_patient: object = None
        """Whom to show when the patients are shown next: one who fares differently since the change."""
        self.asked_at: float | None = None
        self._ticked = time.monotonic()
        self._changed_at, self._is_reloading = 0, False

    # ---- what the worker answers

    def is_outdated(self, reply: Reply) -> bool:
        """Whether it is of something no longer on screen. What is newer is shown even if still newer things come."""
        # The figures of a lesson are of no trial on screen.
        return self.card is not None and not isinstance(reply, Computed) and reply.generation < self.card.generation

    def take(self, reply: Reply) -> None:
        """Keep what is on screen from now on; tell what has to be told."""
        match reply:
            case Opened():
                self._opened(reply)
            case Snapshot(is_sought=True) if not self.session.is_playing:
                if self._sought_from == (self.session.setup, self.session.day):  # else something was done since
                    self._shown(reply)
                    self._jumped(self.session.day, reply.day)
                    self.session.day = reply.day
                    self._sought_from = self.session.setup, reply.day
                    self._seeking -= 1
            case Snapshot():
                self._shown(reply)
            case Refused():
                self._refused(reply)
            case Failed():
                self.asked_at = None
                self._tell(Note(f"A defect of pathsim: {reply.message}. Please report it.", 15, "error"))
            case Saved():
                self._tell(Note(f"Written: {reply.file}. {reply.note}", 8))
            case Computed():
                self._computed(reply)
            case Unsaved():
                self._tell(Note(f"Not written: {reply.why}", 10, "error"))
            case _:
                pass

    def _shown(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        if snapshot.generation == self.session.generation:
            self.asked_at = None
            changed = None if snapshot.counts is None else snapshot.counts.changed
            main = "" if self.card is None else self.card.main_endpoint
            ratios = [one.estimate for view in snapshot.endpoints if view.name == main for one in view.ratios]
            self.history.note(self.session.setup, StateFigures(snapshot.day, changed, next(iter(ratios), None)))

    def _computed(self, reply: Computed) -> None:
        if self.lesson is not None:
            self.lesson.values |= dict(reply.values)
        if reply.problem:
            self._tell(Note(f"A figure of this lesson cannot be computed: {reply.problem}", 15, "warning"))

    def _refused(self, reply: Refused) -> None:
        self.problems, self.asked_at = reply.problems, None
        # The trial before it stays, and answers to the new number.
        if self.card is not None:
            self.card = replace(self.card, generation=reply.generation)
            self.session.settle(self.card)
        if self.snapshot is not None:
            self.snapshot = replace(self.snapshot, generation=reply.generation)
            if reply.generation == self.session.generation:
                self.session.day = self.snapshot.day
                self.show()

    def _opened(self, card: Opened) -> None:
        made_sense = self.makes_sense
        self.card, self.problems = card, ()
        self.session.settle(card)
        self._changed_at = _changed_at(card.file)
        if self._is_reloading:
            self._is_reloading = False
            self._tell(Note(f"Read again: {Path(card.file).name}"))
        self._refresh_if_other(made_sense)

    @property
    def is_waiting(self) -> bool:
        """Whether what is on screen is not yet what was asked for last."""
        is_seeking = self._seeking > 0 and self._sought_from == (self.session.setup, self.session.day)
        return self.asked_at is not None or is_seeking

    @property
    def is_hopeless(self) -> bool:
        """Whether there is nothing to show, and saving the scenario's file anew cannot help.

        It can if the file is there, and nothing was set beside it.
        """
        can_be_corrected = Path(self.session.scenario).is_file() and not self.session.settings
        return bool(self.problems) and self.card is None and not can_be_corrected

    # ---- what is asked of the worker

    def send(self, request: ask.Request) -> None:
        """Ask the worker."""
        self.worker.send(request)

    def restore(self, state: AppState) -> None:
        """Show the trial of a state, on its day."""
        self.session.restore(state)
        self.open()
        self._refresh_header()

    def compute(self) -> None:
        """Have those figures of the lesson computed that are not known yet."""
        if self.lesson is not None:
            self.send(ask.Compute(0, self.lesson.unknown))

    def begin(self) -> None:
        """Ask for the trial, unless whoever started the worker has done so before the app was loaded."""
        if self.session.generation:
            self.asked_at = time.monotonic()
        else:
            self.open()

    def open(self) -> None:
        """Ask for the trial as it is set now."""
        self.asked_at = time.monotonic()
        self.send(self.session.request())

    def show(self) -> None:
        """Ask for the picture of the day, unless it comes with the trial, which is still to be opened."""
        session = self.session
        if self.card is None or session.opens_on is not None:
            return
        self.asked_at = time.monotonic()
        self.send(ask.Show(session.generation, session.shown_day, session.moving_days))

    def tick(self) -> None:
        """Let the trial move on, if the last picture has been shown, until the next look of the committee."""
        now = time.monotonic()
        passed, self._ticked = now - self._ticked, now
        if self.card is None or not self.session.is_playing or self.is_worker_lost:
            return
        if self.asked_at is not None and now - self.asked_at < LOST_SECONDS:
            return
        before = self.session.day
        self.session.advance(min(passed, 0.5))
        held = [day for day in self.card.look_days if before < day <= self.session.day]
        if held:
            self.stand(held[0])
        elif self.session.is_over:
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

    def replace_worker(self, worker: WorkerProcess) -> None:
        """Go on with another worker: the one before it has died."""
        self.worker.close()
        self.worker, self.is_worker_lost = worker, False

    # ---- what the user does

    def values(self) -> dict[str, float]:
        """The numbers that are changed; what else was set on the command line is no number of a slider."""
        found = {}
        for path, value in self.session.settings.items():
            with suppress(ValueError):
                found[path] = float(value)
        return found

    @property
    def makes_sense(self) -> dict[str, bool]:
        """What of all that the user can do makes sense now, by the name of the action; what is not here always does."""
        session = self.session
        return {
            "mend": self.is_worker_lost,
            "save": bool(session.settings),
            "keep": session.as_settings() != session.kept,
            "reset": bool(session.settings),
            "undo": self.history.can_undo,
            "redo": self.history.can_redo,
            "seek look": self.card is None or self.card.committee is not None,
        }

    def turn(self, parameter: Parameter, value: float | None) -> None:
        """Change a number, and run the trial again to the same day."""
        with self._action(parameter.label, parameter.path):
            self.session.turn(parameter, value)

    def other_seed(self) -> None:
        """The same trial with other draws, once it is known with which it began."""
        if self.card is None:
            return
        with self._action(f"seed {self.session.seed + 1}"):
            self.session.other_seed()

    def keep(self) -> None:
        """Compare with the trial as it is set now, from here on."""
        with self._action("the baseline"):
            self.session.kept = self.session.as_settings()

    def reset(self) -> None:
        """Give every number its own value again; what the trial is compared with stays."""
        with self._action("the return to the defaults"):
            self.session.settings.clear()

    def go(self, day: float, thread: str = "") -> None:
        """Show the trial on another day; days of one thread that follow each other are undone together."""
        self._jumped(self.session.shown_day, day, thread)
        self.session.opens_on = None
        self.stand(day)

    def undo(self) -> None:
        """Take back what was done last."""
        if place := self.history.place:
            action = self.history.actions[place - 1]
            self.walk(place - 1)
            self._tell(Note(f"Undone: {action.what}", 3))

    def redo(self) -> None:
        """Do again what was undone last."""
        place, actions = self.history.place, self.history.actions
        if place < len(actions):
            self.walk(place + 1)
            self._tell(Note(f"Done again: {actions[place].what}", 3))

    def walk(self, place: int) -> None:
        """To the state after so many of the actions, undoing or doing again what lies between."""
        last: tuple[Setup, float | None] | None = None
        while self.history.place > place and (undone := self.history.undo()) is not None:
            last = undone.before, None if undone.days is None else undone.days[0]
        while self.history.place < place and (done := self.history.redo()) is not None:
            last = done.after, None if done.days is None else done.days[1]
        if last is not None:
            self._lead(*last)

    def take_out(self, action: UserAction) -> None:
        """Give the numbers that an action changed what they had before it, and leave all that was done since.

        What was undone since is done again, for it is to be left too; a number that was changed again stays so.
        """
        actions = self.history.actions
        # The same change may have been made twice.
        place = next(number for number, one in enumerate(actions) if one is action)
        changed_again = {path for later in actions[place + 1 :] for path in later.turned}
        self.walk(len(actions))
        with self._action(f"{action.what} as before"):
            for path, (before, _) in action.turned.items():
                if path in changed_again:
                    continue
                if before is None:
                    self.session.settings.pop(path, None)
                else:
                    self.session.settings[path] = before

    def _lead(self, setup: Setup, day: float | None) -> None:
        """To another trial, or to another day of this one."""
        is_other = setup != self.session.setup
        self.session.set_up(setup)
        if day is not None:
            self.session.day, self.session.is_playing = min(day, self.session.last_day), False
        if is_other:
            self.open()
        else:
            self.show()
        self._refresh_header()

    @contextmanager
    def _action(self, what: str, thread: str = "") -> Iterator[None]:
        """What is done here can be undone, and is shown."""
        before, sense = self.session.setup, self.makes_sense
        yield
        self._done(UserAction(what, before, self.session.setup, thread=thread, shown_day=self.session.day), sense)
        self.open()

    def _jumped(self, before: float, after: float, thread: str = "") -> None:
        setup = self.session.setup
        self._done(UserAction(f"the jump to day {after:,.0f}", setup, setup, (before, after), thread), self.makes_sense)

    def _done(self, action: UserAction, made_sense: dict[str, bool]) -> None:
        """Note what was done."""
        self.history.add(action)
        self._refresh_if_other(made_sense)

    def _refresh_if_other(self, made_sense: dict[str, bool]) -> None:
        """Show it if something else makes sense now than before."""
        if self.makes_sense != made_sense:
            self._refresh_header()

    def seek(self, towards: ask.Towards, step: int) -> None:
        """Go to the next event, enrollment or look, or to the one before."""
        self.pause()
        here = self.session.setup, self.session.day
        self._seeking = self._seeking + 1 if self._sought_from == here else 1
        self._sought_from = here
        self.send(ask.Seek(self.session.generation, towards, 1 if step > 0 else -1))

    def pause(self) -> None:
        """Let the trial stand still, on a whole day, with nobody between two steps."""
        if self.session.is_playing:
            self.stand(self.session.shown_day)

    def stand(self, day: float) -> None:
        """Let the trial stand still on a day. It is no action of the user's."""
        was_playing, self.session.is_playing = self.session.is_playing, False
        self.session.day = day
        self.show()
        if was_playing:
            self._refresh_header()

    def resume(self) -> None:
        """Let the trial run, from the first day on if it is over."""
        if self.session.is_over:
            self.restart()
        else:
            self._run()

    def restart(self) -> None:
        """Let the trial run from the first day on."""
        self._jumped(self.session.shown_day, 0.0)
        self.session.day, self.session.opens_on = 0.0, None
        self._run()

    def _run(self) -> None:
        self.session.is_playing = True
        self._ticked = time.monotonic()
        self._refresh_header()


def _changed_at(file: str) -> int:
    with suppress(OSError):
        return Path(file).stat().st_mtime_ns
    return 0
