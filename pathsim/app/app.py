"""The app: its screens, its keys, and what they do."""

import datetime
import math
import shlex
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import Any, ClassVar, Literal

from textual import on
from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import Screen

from pathsim.app.base import Arrived, TrialApp
from pathsim.app.keys import BACK_KEY, PLAYER_KEYS, KeyScope, own_keys, visit_key
from pathsim.app.pictures import save_picture
from pathsim.app.screens import SCREENS, STYLES
from pathsim.app.screens.classroom import ClassScreen
from pathsim.app.screens.dialogs import CommandList, Help, question
from pathsim.app.screens.lesson import LessonScreen
from pathsim.app.screens.live import LiveScreen
from pathsim.app.screens.opening import Opening
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.themes import DARK, THEME_WORDS, THEMES
from pathsim.app.widgets.calendar import Calendar
from pathsim.app.widgets.header import TrialHeader
from pathsim.app.widgets.history import HistoryThread
from pathsim.app.widgets.listing import Listing
from pathsim.app.widgets.sliders import Sliders
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.app.widgets.timeline import Timeline
from pathsim.player import requests as ask
from pathsim.player.class_session import ClassSession
from pathsim.player.lesson_session import LessonSession
from pathsim.player.process import WorkerProcess
from pathsim.player.requests import Towards
from pathsim.player.user_session import UserSession
from pathsim.player.views.live import Opened
from pathsim.state import AppState
from pathsim.whole_files import UnwritableError

HOME = SCREENS[0].TAB.name
"""The screen with which it begins if no other is asked for, and to which esc leads back."""
MOST_TOLD = 3
"""Of what is wrong with a user's own keys."""


class PathsimApp(TrialApp):
    """Watch a trial happen, change it, and see who fares otherwise."""

    TITLE = "pathsim"
    DEFAULT_MODE = HOME
    CSS_PATH: ClassVar[list[str | PurePath]] = [*STYLES]
    BINDINGS: ClassVar[list[BindingType]] = [*PLAYER_KEYS, *(visit_key(screen.TAB) for screen in SCREENS), BACK_KEY]
    ALLOW_SELECT = False
    ENABLE_COMMAND_PALETTE = False

    def __init__(  # noqa: PLR0913 - each is an option of its own
        self,
        worker: WorkerProcess,
        session: UserSession,
        theme: str = DARK,
        *,
        ascii_only: bool = False,
        welcomes: bool = False,
        opens_at: AppState | None = None,
        lesson: LessonSession | None = None,
        classroom: ClassSession | None = None,
    ) -> None:
        """``welcomes``: whether it begins with what a newcomer has to know, and the trial waits for a key.

        ``opens_at`` tells the screen with which it begins, and what that shows; ``lesson`` is one that is to be given,
        and ``classroom`` the class to which it is.
        """
        if opens_at is not None and opens_at.screen:
            # Textual takes it while the app is made.
            self.DEFAULT_MODE = opens_at.screen  # type: ignore[misc]
        super().__init__(worker, session, ascii_only=ascii_only)
        self.welcomes = welcomes
        """Whether the opening is still to be shown."""
        self._opens_at = opens_at
        self.left_at: AppState | None = None
        """What was on screen when the user left."""
        self.came_from = ""
        """The screen that led to the patients, if one did: there esc leads back to it."""
        self.trial.lesson, self.trial.classroom = lesson, classroom
        self._screens = [screen for screen in SCREENS if screen.belongs(self.trial)]
        tabs = tuple(screen.TAB for screen in self._screens)
        for screen in self._screens:
            self.add_mode(screen.TAB.name, partial(screen, self.trial, tabs))
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme
        keymap, self._keymap_problems = own_keys(places_of_keys())
        self.set_keymap(keymap)

    _copies = False
    """Whether a command is to be copied as soon as what it prints is on screen."""

    def on_mount(self) -> None:
        """Say what is wrong with the user's own keys."""
        told, more = self._keymap_problems[:MOST_TOLD], len(self._keymap_problems) - MOST_TOLD
        for problem in (*told, f"and {more} more of this kind") if more > 0 else told:
            self.notify(problem, severity="warning", timeout=10)

    @on(Arrived)
    def _welcome(self, event: Arrived) -> None:
        if self.welcomes and isinstance(event.reply, Opened):
            self.welcomes = False
            self.push_screen(Opening(self.trial, event.reply))

    @on(Arrived)
    def _begin_where_asked(self, event: Arrived) -> None:
        if self._opens_at is not None and isinstance(event.reply, Opened):
            state, self._opens_at = self._opens_at, None
            # After the reply has been taken.
            self.call_later(self.restore, state)

    async def restore(self, state: AppState) -> None:
        """Go to the screen of a state, and show there what it tells; say what of it is not in this trial."""
        await self.switch_mode(state.screen or HOME)
        if (front := self.front) is not None and front.is_made:
            for missing in front.restore(state):
                self.notify(missing, severity="warning", timeout=8)

    @property
    def state(self) -> AppState | None:
        """What is on screen, to be opened again; None before there is a trial."""
        trial, front = self.trial, self.front
        if trial.card is None or trial.snapshot is None or front is None:
            return None
        date = datetime.date.fromisoformat(trial.snapshot.iso_date) if trial.session.day else None
        screen = "" if front.TAB.name == HOME else front.TAB.name
        state = replace(trial.session.state(trial.card.asked, date), screen=screen, **front.shown())
        if trial.lesson is not None:
            given = trial.lesson
            state = replace(state, lesson=given.lesson.asked, page=given.page)
            state = replace(state, lesson_seed=given.seed, lesson_replicate=given.replicate)
        return state

    @on(LessonScreen.PageTurned)
    def _shown_on_the_wall(self) -> None:
        """What the teacher shows on the wall is shown to all of the class."""
        lesson, classroom = self.trial.lesson, self.trial.classroom
        if lesson is not None and classroom is not None and lesson.page in lesson.revealed:
            classroom.open(lesson.page)

    @on(Arrived)
    def _copy_what_came(self) -> None:
        if self._copies:
            # After the reply has been taken.
            self.call_later(self._copy_if_shown)

    def _copy_if_shown(self) -> None:
        if self._copies and not self.trial.is_waiting:
            self.action_copy()

    @on(TrialHeader.ScreenChosen)
    def _chosen(self, event: TrialHeader.ScreenChosen) -> None:
        self.action_visit(event.name)

    # ---- actions

    def action_visit(self, name: str) -> None:
        """Go to another screen; on the same one, to what it shows when one comes to it."""
        if name == self.current_mode and isinstance(self.screen, TrialScreen) and self.screen.is_made:
            self.screen.resumed()
        if self.current_mode != name and not self._has_dialog and name in self._modes_there:
            self.switch_mode(name)

    @property
    def _modes_there(self) -> list[str]:
        return [screen.TAB.name for screen in self._screens]

    @on(TrialScreen.PatientChosen)
    def _patient_chosen(self, event: TrialScreen.PatientChosen) -> None:
        self.trial.wanted_patient, self.came_from = event.patient, self.current_mode
        self.action_visit("patients")

    @property
    def _has_dialog(self) -> bool:
        return not isinstance(self.screen, TrialScreen)

    def action_play(self) -> None:
        """Run, or stand still."""
        if self.trial.session.is_playing:
            self.trial.pause()
        else:
            self.trial.resume()

    def action_speed(self, step: int) -> None:
        """Faster or slower."""
        self.trial.session.faster(step)
        self.refresh_header()

    def action_seek(self, towards: Towards, step: int) -> None:
        """Go to the next event, or the last before."""
        self.trial.seek(towards, step)

    def action_jump(self, where: str) -> None:
        """Go to the first or the last day."""
        self.trial.go(0.0 if where == "start" else self.trial.session.last_day)

    def action_restart(self) -> None:
        """Begin again with the same seed."""
        self.trial.restart()

    def action_new_seed(self) -> None:
        """The same trial with other draws."""
        self.trial.other_seed()

    def action_keep(self) -> None:
        """Compare with the trial as it is set now, from here on."""
        self.trial.keep()
        self.notify("Kept: what is changed from here on is compared with this.")

    def action_reset(self) -> None:
        """Give every number its own value again."""
        self.trial.reset()

    def action_undo(self) -> None:
        """Take back what was done last."""
        self.clear_notifications()
        self.trial.undo()

    def action_redo(self) -> None:
        """Do again what was undone last."""
        self.clear_notifications()
        self.trial.redo()

    def action_history(self) -> None:
        """What the user did, beside the trial; the numbers again if it is there already."""
        is_there = self.current_mode == HOME
        self.action_visit(HOME)
        if isinstance(front := self.screen, LiveScreen) and front.is_made:
            front.shows_history = not (is_there and front.shows_history)

    def action_copy(self) -> None:
        """Copy the command that prints what is on screen."""
        if self.trial.is_waiting and not self.trial.session.is_playing:
            # The command is to print what comes to be on screen.
            self._copies = True
            return
        self._copies = False
        if self.trial.card is not None and self.front is not None:
            if not self.trial.session.is_playing and not self.trial.session.is_over and self.trial.session.day % 1:
                # A command is about whole days, and so is the screen from now on.
                self.trial.stand(math.ceil(self.trial.session.day))
            command = self.front.command(self.trial.card.asked)
            self.copy_to_clipboard(command)
            self.notify(command, title="Copied", timeout=8)

    async def action_quit(self) -> None:
        """Leave, and keep in mind where."""
        self.left_at = self.state
        await super().action_quit()

    def action_copy_state(self) -> None:
        """Copy the command that opens the app as it is now."""
        self.trial.pause()
        if (state := self.state) is not None:
            command = shlex.join(["pathsim", "app", "--at", str(state)])
            self.copy_to_clipboard(command)
            self.notify(command, title="Copied", timeout=8)

    def action_save_picture(self) -> None:
        """Write what is on screen as a picture."""
        name = "-".join((self.trial.card.name if self.trial.card else "pathsim", self.current_mode))
        picture = self.export_screenshot(title=" ")
        question(self, "Save this picture as (.svg, or .png)", f"{name}.svg", partial(self._save_picture, picture))

    def _save_picture(self, picture: str, file: str) -> None:
        try:
            self.notify(f"Written: {save_picture(picture, file)}", timeout=8)
        except UnwritableError as wrong:
            self.notify(f"Not written: {wrong}", severity="error", timeout=10)

    def action_save(self) -> None:
        """Write the trial as a scenario of its own."""
        generation = self.trial.session.generation
        question(
            self,
            "Save the changed scenario as",
            "my-scenario.toml",
            lambda file: self.trial.send(ask.Save(generation, file)),
        )

    def action_mend(self) -> None:
        """Start the worker again after it has died."""
        self.clear_notifications()
        self.trial.replace_worker(WorkerProcess())
        self.listen(self.trial.worker)
        self.trial.open()
        self.trial.compute()

    def action_help(self) -> None:
        """All keys, and what they do; meanwhile the trial stands still."""
        if self.front is None:
            return
        was_playing = self.trial.session.is_playing

        def go_on(_: None) -> None:
            if was_playing and not self.trial.session.is_playing:
                self.trial.resume()

        self.trial.pause()
        self.push_screen(Help(self.front, self.BINDINGS), go_on)

    def action_dismiss(self) -> None:
        """Hide problems, undo what hides a part of the screen, or go back to the trial."""
        if self.trial.problems:
            self.trial.problems = ()
            if self.front is not None:
                self.front.show_problems()
        elif not self._has_dialog and (self.front is None or not (self.front.is_made and self.front.step_back())):
            back, self.came_from = self.came_from if self.current_mode == "patients" else "", ""
            self.action_visit(back or HOME)

    def action_help_quit(self) -> None:
        """Tell those who press ctrl+c which key leaves."""
        keys = [] if self.front is None else self.front.keys_of("player.quit")
        self.notify(f"Press {' or '.join(keys)} to leave.", title="Do you want to leave?")

    def action_command_palette(self) -> None:
        """Show the commands by name."""
        if not self._has_dialog:
            self.push_screen(CommandList(list(self.get_system_commands(self.screen))))

    def pop_screen(self) -> AwaitComplete:
        """Take a dialog away; nothing where two keys at once both close the same one."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete(_nothing())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what makes no sense now."""
        if action == "visit" and parameters[0] not in self._modes_there:
            return False
        name = f"{action} {parameters[0]}" if action == "seek" else action
        return True if self.trial.makes_sense.get(name, True) else None

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action by name, and every theme."""
        for binding in (*self.BINDINGS, *getattr(screen, "BINDINGS", ())):
            if isinstance(binding, Binding) and binding.tooltip and "command_palette" not in binding.action:
                action = binding.action if binding in self.BINDINGS else f"screen.{binding.action}"
                yield SystemCommand(binding.description, binding.tooltip, _runner(self, action))
        yield SystemCommand("Save picture", "Write what is on screen as a picture", self.action_save_picture)
        for theme in THEMES:
            name = theme.name.removeprefix("pathsim-")
            yield SystemCommand(f"Theme: {name}", THEME_WORDS[name], _themer(self, theme.name))


async def _nothing() -> None:
    """Nothing to wait for."""


def places_of_keys() -> tuple[KeyScope, ...]:
    """All keys that have a name, those of the screens and widgets among them."""
    widgets = (Calendar, HistoryThread, Listing, Sliders, SurvivalPlot, Timeline)
    return (
        _place("app", PathsimApp),
        *(_place("screen", screen, screen.TAB.name) for screen in SCREENS),
        *(_place("widget", widget, apart=APART.get(widget, ())) for widget in widgets),
    )


_READ = (LessonScreen.TAB.name, ClassScreen.TAB.name)
APART: dict[type, tuple[str, ...]] = {
    Listing: (LiveScreen.TAB.name, *_READ),
    **dict.fromkeys((Calendar, HistoryThread, Sliders, SurvivalPlot, Timeline), _READ),
}
"""Widgets, and screens on which they never are: there their keys are free."""


def _place(kind: Literal["app", "screen", "widget"], of: type, name: str = "", apart: tuple[str, ...] = ()) -> KeyScope:
    bindings = of.__dict__.get("BINDINGS", ())
    named = tuple(binding for binding in bindings if isinstance(binding, Binding) and binding.id)
    return KeyScope(kind, named, name, apart)


def _themer(app: PathsimApp, theme: str) -> Callable[[], None]:
    return lambda: setattr(app, "theme", theme)


def _runner(app: PathsimApp, action: str) -> Callable[[], Any]:
    return lambda: app.run_action(action)
