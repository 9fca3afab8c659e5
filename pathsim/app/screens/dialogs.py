"""Dialogs: where a number comes from, a question to the user, all keys."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from pathsim.app.keys import TASKS
from pathsim.app.screens.steady import SteadyScreen
from pathsim.app.widgets.listing import Column, Listing, ListRow
from pathsim.app.widgets.slider_rows import written
from pathsim.player.views.live import Parameter

TWO_COLUMNS_WIDTH = 110
"""From this width on there is room for two tables of keys beside each other."""
Section: TypeAlias = tuple[str, Sequence[BindingType]]
"""A heading, and keys."""


class Explanation(ModalScreen[None], SteadyScreen[None]):
    """Where a number comes from."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,i,space,q", "dismiss", "Close")]

    def __init__(self, parameter: Parameter, value: float) -> None:
        """``value`` is what the number is set to now."""
        super().__init__()
        self._parameter, self._value = parameter, value

    def compose(self) -> ComposeResult:
        """Name, value, evidence, path."""
        one = self._parameter
        text = Text()
        text.append(f"{one.group}: {one.label}\n", "bold")
        if self._value != one.value:
            text.append(f"{written(one, self._value)}   as you have set it\n", "bold")
        text.append(f"{written(one, one.value)}   {one.kind}\n\n")
        text.append(f"{one.evidence}\n\n")
        text.append(f"--set {one.path}={self._value:g}", "dim")
        with Vertical(classes="dialog") as box:
            box.border_subtitle = "esc closes"
            yield Static(text)


class Question(ModalScreen[str | None], SteadyScreen[str | None]):
    """A line for the user to fill in; None if they think better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "Cancel")]

    def __init__(self, title: str, text: str, typed: Callable[[str], object] | None = None) -> None:
        """``typed`` is told what stands there whenever that changes: what it shows is not covered then."""
        super().__init__(classes=None if typed is None else "-low")
        self._title, self._text, self._typed = title, text, typed
        self._told = text

    def compose(self) -> ComposeResult:
        """A line to type in."""
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            yield Input(self._text, select_on_focus=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what stands there now."""
        if self.is_current:
            self._tell(event.value)

    def _tell(self, text: str) -> None:
        if self._typed is not None and text != self._told:
            self._told = text
            self._typed(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The answer, once."""
        if self.is_current:
            self.dismiss(event.value)

    def action_give_up(self) -> None:
        """No answer."""
        if self.is_current:
            self._tell(self._text)
            self.dismiss(None)


def question(app: App[Any], title: str, text: str, then: Callable[[str], object], *, live: bool = False) -> None:
    """Ask the user for a text, and do something with it if there is an answer.

    If it is ``live``, it is done with everything that is typed, and with the old text again if there is no answer.
    """

    def answered(answer: str | None) -> None:
        if answer is not None:
            then(answer)

    app.push_screen(Question(title, text, then if live else None), answered)


class CommandList(ModalScreen[None], SteadyScreen[None]):
    """All commands by name; what is typed narrows them.

    Textual's own list of commands ends the app if it is closed, clicked or paged while it is being filled.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+p", "close", "Close"),
        Binding("down", "move(1)", "Down"),
        Binding("up", "move(-1)", "Up"),
        Binding("pagedown", "move(10)", "Page down"),
        Binding("pageup", "move(-10)", "Page up"),
    ]

    def __init__(self, commands: Sequence[SystemCommand]) -> None:
        super().__init__()
        self._commands = commands

    def compose(self) -> ComposeResult:
        """A line to type in, and the commands."""
        with Vertical(classes="dialog tall") as box:
            box.border_title = "Commands"
            yield Input(placeholder="type a part of its name")
            yield Listing(id="commands")

    def on_mount(self) -> None:
        """List all of them."""
        columns = (Column("command", 28), Column("what it does", 70))
        lines = [
            ListRow((one.title, one.help), ("text!", "dim"), (one.title, one.help), number)
            for number, one in enumerate(self._commands)
        ]
        # Nothing is mounted any more where the app leaves meanwhile: then there is no list, here and below.
        for listing in self.query(Listing):
            listing.can_focus = False
            listing.show(columns, lines)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Only those with these words."""
        for listing in self.query(Listing):
            listing.narrow(event.value)

    def on_input_submitted(self) -> None:
        """Do what is marked."""
        for listing in self.query(Listing):
            self._do(listing.marked)

    @on(Listing.RowChosen)
    def _chosen(self, event: Listing.RowChosen) -> None:
        self._do(event.about)

    def _do(self, number: object) -> None:
        if self.is_current and isinstance(number, int):
            self.dismiss()
            self.app.call_later(self._commands[number].callback)

    def action_move(self, step: int) -> None:
        """Go up or down in the list."""
        for listing in self.query(Listing):
            listing.action_cursor(step)

    def action_close(self) -> None:
        """None of them."""
        if self.is_current:
            self.dismiss()


class Help(ModalScreen[None], SteadyScreen[None]):
    """All keys, and what they do."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,f1,q", "dismiss", "Close")]

    def __init__(self, screen: Screen[None], everywhere: Sequence[BindingType]) -> None:
        """The keys of this screen, and those that work everywhere."""
        super().__init__()
        self._about, self._everywhere = screen, everywhere

    def compose(self) -> ComposeResult:
        """Tables of the keys that work where the user is, beside each other where there is room."""
        keys: dict[str, list[str]] = {}
        for active in self._about.active_bindings.values():
            if active.binding.id:
                keys.setdefault(active.binding.id, []).append(self.app.get_key_display(active.binding))
        halves = [_keys_table(sections, keys) for sections in self._sections()]
        whole = Table(box=None, padding=0, show_header=False)
        if self.app.size.width >= TWO_COLUMNS_WIDTH:
            whole.add_row(*halves)
        else:
            for half in halves:
                whole.add_row(half)
        with VerticalScroll(classes="dialog tall wide") as box:
            box.border_title = "Keys"
            box.border_subtitle = "ctrl+p finds every command by name"
            yield Static(whole)

    def _sections(self) -> tuple[list[Section], list[Section]]:
        """The keys by what one wants to do; then those of this screen and of what has the focus."""
        bindings = [one for one in self._everywhere if isinstance(one, Binding)]
        told = {str(one.id): one for one in bindings}
        tasks: list[Section] = [(task, [told[name] for name in names if name in told]) for task, names in TASKS.items()]
        screens = [one for one in bindings if str(one.id).startswith("screen.")]
        focused = self._about.focused
        return tasks, [
            ("Ask another question", screens),
            ("This screen", type(self._about).__dict__.get("BINDINGS", ())),
            ("What has the focus", () if focused is None else type(focused).__dict__.get("BINDINGS", ())),
        ]


def _keys_table(sections: Sequence[Section], keys: Mapping[str, Sequence[str]]) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=False)
    for title, bindings in sections:
        told = [one for one in bindings if isinstance(one, Binding) and one.id in keys]
        if told:
            table.add_row("", Text(title, "bold underline"))
        for one in told:
            table.add_row(Text("  ".join(keys[str(one.id)]), "bold"), one.tooltip or one.description)
        table.add_row()
    return table
