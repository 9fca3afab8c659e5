"""The app: which trial is on screen, what is asked of the worker, and what is done with its replies."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from pathsim.app.keys import PLAYER_KEYS
from pathsim.app.screens.compare import CompareScreen
from pathsim.app.screens.dialogs import Explanation, Help, Question
from pathsim.app.screens.ensemble import EnsembleScreen
from pathsim.app.screens.evidence import EvidenceScreen
from pathsim.app.screens.live import LiveScreen
from pathsim.app.screens.patients import PatientsScreen
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.session import Session
from pathsim.app.themes import DARK, THEMES
from pathsim.app.widgets.header import TrialHeader
from pathsim.player import requests as ask
from pathsim.player.process import WorkerProcess
from pathsim.player.requests import Towards
from pathsim.player.shown import Failed, Opened, Parameter, Refused, Reply, Saved, Snapshot

FRAMES_PER_SECOND = 20
LOST_SECONDS = 2.0
"""After so long without a reply the worker is asked again."""
RELOAD_SECONDS = 1.0


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


class PathsimApp(App[None]):
    """Watch a trial happen, change it, and see who changes fate."""

    TITLE = "pathsim"
    MODES: ClassVar[dict[str, Any]] = {
        "live": LiveScreen,
        "ensemble": EnsembleScreen,
        "patients": PatientsScreen,
        "compare": CompareScreen,
        "evidence": EvidenceScreen,
    }
    DEFAULT_MODE = "live"
    BINDINGS: ClassVar[list[BindingType]] = PLAYER_KEYS
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, worker: WorkerProcess, session: Session, theme: str = DARK, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.ascii_only = ascii_only
        self.worker, self.session = worker, session
        self.card: Opened | None = None
        self.snapshot: Snapshot | None = None
        self.problems: tuple[str, ...] = ()
        self.is_worker_lost = False
        self.asked_at: float | None = None
        self._ticked = time.monotonic()
        self._changed_at = 0
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    def on_mount(self) -> None:
        """Ask for the trial, and let it run."""
        self.listen(self.worker)
        self.open()
        self.set_interval(1 / FRAMES_PER_SECOND, self.tick)
        self.set_interval(RELOAD_SECONDS, self.reload)

    def on_unmount(self) -> None:
        """Let the worker go."""
        self.worker.close()

    # ---- the worker

    @work(thread=True, group="worker")
    def listen(self, worker: WorkerProcess) -> None:
        """Pass on what the worker says, until it ends."""
        for reply in worker.replies():
            self.post_message(Arrived(reply))
        self.post_message(WorkerLost(worker))

    @on(WorkerLost)
    def _lost(self, event: WorkerLost) -> None:
        if event.worker is self.worker and self.is_running:
            self.is_worker_lost = True
            self.front.show_header()
            self.notify("The simulation has stopped. Press R to start it again.", severity="error", timeout=10)

    @on(Arrived)
    def _arrived(self, event: Arrived) -> None:
        reply = event.reply
        if reply.generation != self.session.generation:
            return
        match reply:
            case Opened():
                self.card, self.problems = reply, ()
                self.session.last_day = reply.last_day
                self.session.day = min(self.session.day, reply.last_day)
                self._changed_at = _changed_at(reply.file)
                self.show()
            case Snapshot():
                self.snapshot, self.asked_at = reply, None
                if not self.session.is_playing:
                    self.session.day = reply.day
            case Refused():
                self.problems, self.asked_at = reply.problems, None
            case Failed():
                self.asked_at = None
                self.notify(f"A defect of pathsim: {reply.message}. Please report it.", severity="error", timeout=15)
            case Saved():
                self.notify(f"Written: {reply.file}")
            case _:
                pass
        self.front.receive(reply)

    @property
    def front(self) -> TrialScreen:
        """The screen of the trial that is in front, be there a dialog before it or not."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, TrialScreen))

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
        day = float(int(session.day)) if session.is_playing and not session.is_over else session.day
        self.send(ask.Show(session.generation, day, session.moving_days))

    def tick(self) -> None:
        """Let the trial move on, if the last picture has been shown."""
        now = time.monotonic()
        passed, self._ticked = now - self._ticked, now
        if self.card is None or not self.session.is_playing or self.is_worker_lost:
            return
        if self.asked_at is not None and now - self.asked_at < LOST_SECONDS:
            return
        self.session.advance(min(passed, 0.5))
        self.show()
        if self.session.is_over:
            self.pause()

    def reload(self) -> None:
        """Open the scenario again if its file was changed elsewhere."""
        file = self.card.file if self.card is not None else self.session.scenario
        changed_at = _changed_at(file)
        if changed_at and changed_at != self._changed_at:
            is_first, self._changed_at = not self._changed_at, changed_at
            if not is_first or self.problems:
                self.notify(f"Read again: {Path(file).name}")
                self.open()

    # ---- what the screens ask for

    def values(self) -> dict[str, float]:
        """The numbers that are changed."""
        return {path: float(value) for path, value in self.session.settings.items()}

    def turn(self, parameter: Parameter, value: float | None) -> None:
        """Change a number, and run the trial again to the same day."""
        self.session.set(parameter.path, None if value is None else f"{value:.6g}")
        self.open()

    def go(self, day: float) -> None:
        """Show the trial on another day."""
        self.session.day = day
        self.pause()
        self.show()

    def pause(self) -> None:
        """Let the trial stand still."""
        self.session.is_playing = False
        self.refresh_bindings()
        self.front.show_header()

    def explain(self, parameter: Parameter) -> None:
        """Show where a number comes from."""
        self.push_screen(Explanation(parameter))

    def question(self, title: str, text: str, then: Callable[[str], object]) -> None:
        """Ask the user for a text."""

        def answered(answer: str | None) -> None:
            if answer is not None:
                then(answer)

        self.push_screen(Question(title, text), answered)

    @on(TrialHeader.Chosen)
    def _chosen(self, event: TrialHeader.Chosen) -> None:
        self.action_visit(event.name)

    # ---- actions

    def action_visit(self, name: str) -> None:
        """Go to another screen."""
        if self.current_mode != name and not self._has_dialog:
            self.switch_mode(name)

    def visit_patient(self, patient: object) -> None:
        """Go to one patient's journey."""
        self.action_visit("patients")
        if isinstance(patient, int):
            self.send(ask.Travel(self.session.generation, patient))

    @property
    def _has_dialog(self) -> bool:
        return not isinstance(self.screen, TrialScreen)

    def action_play(self) -> None:
        """Run, or stand still."""
        session = self.session
        if session.is_playing:
            self.pause()
            return
        if session.is_over:
            session.day = 0.0
        session.is_playing = True
        self._ticked = time.monotonic()
        self.refresh_bindings()
        self.front.show_header()

    def action_speed(self, step: int) -> None:
        """Faster or slower."""
        self.session.faster(step)
        self.front.show_header()

    def action_seek(self, towards: Towards, step: int) -> None:
        """Go to the next event, or the last before."""
        self.pause()
        self.send(ask.Seek(self.session.generation, self.session.day, towards, 1 if step > 0 else -1))

    def action_jump(self, where: str) -> None:
        """Go to the first or the last day."""
        self.go(0.0 if where == "start" else self.session.last_day)

    def action_restart(self) -> None:
        """Begin again with the same seed."""
        self.session.day = 0.0
        self.session.is_playing = False
        self.action_play()

    def action_new_seed(self) -> None:
        """The same trial with other luck."""
        self.session.seed += 1
        self.open()

    def action_keep(self) -> None:
        """Compare with the trial as it is set now, from here on."""
        self.session.kept = self.session.as_settings()
        self.notify("Kept: what is changed from here on is compared with this.")
        self.open()

    def action_reset(self) -> None:
        """Give every number its own value again."""
        self.session.settings.clear()
        self.session.kept = ()
        self.open()

    def action_copy(self) -> None:
        """Copy the command that prints what is on screen."""
        if self.card is not None:
            command = self.command()
            self.copy_to_clipboard(command)
            self.notify(command, title="Copied", timeout=8)

    def command(self) -> str:
        """The command that prints what is on screen."""
        date = None if self.snapshot is None or self.session.is_over else self.snapshot.iso_date
        asked = self.card.asked if self.card is not None else self.session.scenario
        return self.session.command(asked, date)

    def action_save(self) -> None:
        """Write the trial as a scenario of its own."""
        generation = self.session.generation
        self.question(
            "Save the changed scenario as", "my-scenario.toml", lambda file: self.send(ask.Save(generation, file))
        )

    def action_mend(self) -> None:
        """Start the worker again after it has died."""
        self.worker.close()
        self.worker, self.is_worker_lost = WorkerProcess(), False
        self.listen(self.worker)
        self.open()

    def action_help(self) -> None:
        """All keys, and what they do."""
        self.push_screen(Help(self.front))

    def action_dismiss(self) -> None:
        """Hide problems; go back to the trial."""
        if self.problems:
            self.problems = ()
            self.front.show_problems()
        elif not self._has_dialog:
            self.action_visit("live")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what makes no sense now."""
        del parameters
        if action == "mend":
            return True if self.is_worker_lost else None
        if action in ("save", "keep", "reset"):
            return True if self.session.settings else None
        return True

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action by name."""
        yield from super().get_system_commands(screen)
        for binding in (*self.BINDINGS, *getattr(screen, "BINDINGS", ())):
            if isinstance(binding, Binding) and binding.tooltip:
                action = binding.action if binding in self.BINDINGS else f"screen.{binding.action}"
                yield SystemCommand(binding.description, binding.tooltip, _runner(self, action))


def _runner(app: PathsimApp, action: str) -> Callable[[], Any]:
    return lambda: app.run_action(action)


def _changed_at(file: str) -> int:
    try:
        return Path(file).stat().st_mtime_ns
    except OSError:
        return 0
