"""The keys that work on every screen. Each has an id, so that a file of the user's can change it."""

import tomllib
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from platformdirs import user_config_path
from textual.binding import Binding, BindingType, InvalidBinding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

from pathsim.app.widgets.header import Tab

PLAYER_KEYS: list[BindingType] = [
    Binding("space", "play", "Run/Pause", tooltip="Run the trial, or pause it", id="player.play"),
    Binding("question_mark,f1", "help", "Help", tooltip="All keys, and what they do", id="player.help"),
    Binding("ctrl+p", "command_palette", "Commands", tooltip="All commands by name", show=False, id="player.commands"),
    Binding("q", "quit", "Quit", tooltip="Leave", id="player.quit"),
    Binding("u", "undo", "Undo", tooltip="Take back what was done last", id="player.undo"),
    Binding("full_stop", "seek('event', 1)", "Event", tooltip="Go to the next event", id="player.next_event"),
    Binding(
        "greater_than_sign",
        "seek('event', -1)",
        "Previous event",
        tooltip="Go to the previous event",
        show=False,
        id="player.event_before",
    ),
    Binding(
        "comma",
        "seek('patient', 1)",
        "Patient",
        tooltip="Go to the next enrollment",
        show=False,
        id="player.next_patient",
    ),
    Binding(
        "less_than_sign",
        "seek('patient', -1)",
        "Previous patient",
        tooltip="Go to the previous enrollment",
        show=False,
        id="player.patient_before",
    ),
    Binding("o", "seek('look', 1)", "Look", tooltip="Go to the next look of the committee", id="player.next_look"),
    Binding(
        "O", "seek('look', -1)", "Previous look", tooltip="Go to the previous look", show=False, id="player.look_before"
    ),
    Binding(
        "left_square_bracket", "speed(-1)", "Slower", tooltip="Fewer months per second", show=False, id="player.slower"
    ),
    Binding(
        "right_square_bracket", "speed(1)", "Faster", tooltip="More months per second", show=False, id="player.faster"
    ),
    Binding("r", "restart", "Restart", tooltip="Start again with the same seed", show=False, id="player.restart"),
    Binding("G", "jump('end')", "End", tooltip="Go to the last day", show=False, id="player.end"),
    Binding("g", "jump('start')", "Start", tooltip="Go to the first day", show=False, id="player.start"),
    Binding("n", "new_seed", "New seed", tooltip="The same trial with different luck", id="player.new_seed"),
    Binding("U", "redo", "Redo", tooltip="Do again what was undone last", show=False, id="player.redo"),
    Binding("h", "history", "History", tooltip="What you changed, state by state", id="player.history"),
    Binding("k", "keep", "Keep", tooltip="Compare with the trial as it is set now", id="player.keep"),
    Binding("D", "reset", "Defaults", tooltip="Give every number its original value", show=False, id="player.reset"),
    Binding(
        "y",
        "copy",
        "Copy command",
        tooltip="Copy the command that prints what is on screen",
        show=False,
        id="player.copy",
    ),
    Binding(
        "Y",
        "copy_state",
        "Copy state",
        tooltip="Copy what opens the app as it is now",
        show=False,
        id="player.copy_state",
    ),
    Binding(
        "s", "save", "Save", tooltip="Write the changed trial as a scenario of its own", show=False, id="player.save"
    ),
    Binding(
        "R",
        "mend",
        "Start simulation again",
        tooltip="Start the simulation again after it has stopped",
        show=False,
        id="player.mend",
    ),
]
TASKS = {
    "Watch": (
        "player.play",
        "player.slower",
        "player.faster",
        "player.next_event",
        "player.event_before",
        "player.next_patient",
        "player.patient_before",
        "player.next_look",
        "player.look_before",
        "player.start",
        "player.end",
        "player.restart",
    ),
    "Change": (
        "player.new_seed",
        "player.undo",
        "player.redo",
        "player.history",
        "player.keep",
        "player.reset",
        "player.save",
    ),
    "Take along, find, leave": (
        "player.copy",
        "player.copy_state",
        "player.commands",
        "player.help",
        "player.mend",
        "player.quit",
    ),
}
"""What one wants to do, and the keys for it, as the help lists them."""
BACK_KEY = Binding("escape", "dismiss", "Back", show=False, id="screen.back")


def visit_key(tab: Tab) -> Binding:
    """The key that opens a screen."""
    action = f"visit('{tab.name}')"
    return Binding(tab.key, action, tab.label, tooltip=tab.words, show=False, id=f"screen.{tab.name}")


def keys_file() -> Path:
    """Where a user's own keys are: a TOML file with a line such as ``"player.play" = "p"`` for each."""
    return user_config_path("pathsim") / "keys.toml"


MODIFIERS = {"ctrl", "shift", "alt", "meta", "super", "hyper"}
TEXTUALS = {"tab", "shift+tab", "ctrl+c", "ctrl+q", *"0123456789"}
"""Keys that go from widget to widget, leave, or type a number."""


MOST_BYTES, LONGEST_LINE = 65_536, 1000
"""Of a file of keys: reading a long line with thousands of dots takes gigabytes."""


FORMER_NAMES = {"patients.twin": "patients.counterfactual"}
"""What keys were called in earlier versions: for messages alone."""


class KeyScope(NamedTuple):
    """Where keys work: everywhere, on one screen, or while one kind of widget has the focus."""

    kind: Literal["app", "screen", "widget"]
    bindings: tuple[Binding, ...]
    name: str = ""
    apart: tuple[str, ...] = ()
    """Of a widget, the names of screens on which it never is."""

    def meets(self, other: "KeyScope") -> bool:
        """Whether keys of both can work at once: not those of two screens, nor of two widgets that are apart."""
        are_apart = other.name in self.apart or self.name in other.apart
        return self is other or (self.kind != other.kind and not are_apart)


def own_keys(places: Sequence[KeyScope]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The user's own keys by the binding's id, and what is wrong with their file: of that nothing is done."""
    file = keys_file()
    try:
        found = tomllib.loads(_text(file))
    except FileNotFoundError:
        return {}, ()
    except RecursionError:
        return {}, (f'{file}: lists within lists, instead of a line such as \'"player.play" = "p"\' for each key',)
    except (OSError, ValueError) as wrong:
        return {}, (f"{file}: {wrong}",)
    known = {str(binding.id): (place, binding) for place in places for binding in place.bindings}
    problems = {name: problem for name, keys in found.items() if (problem := _problem(name, keys, known))}
    keymap = {name: keys for name, keys in found.items() if name not in problems}
    while clashes := _clashes(keymap, known):
        # What is left out keeps its own keys, which can clash with others that are not left out yet.
        problems |= clashes
        keymap = {name: keys for name, keys in keymap.items() if name not in problems}
    return keymap, tuple(f"{file}: {problem}" for problem in problems.values())


def _text(file: Path) -> str:
    """What a file of keys says. Raises ValueError for what can be none, without waiting for it or filling memory."""
    if file.exists() and not file.is_file():
        raise ValueError("this is not a file that can be read")
    with file.open("rb") as opened:
        lines = opened.read(MOST_BYTES + 1)
    if len(lines) > MOST_BYTES or max(map(len, lines.splitlines()), default=0) > LONGEST_LINE:
        raise ValueError(f"more than {MOST_BYTES:,} bytes, or {LONGEST_LINE} in a line: this is no list of keys")
    return lines.decode("utf-8")


def _clashes(keymap: Mapping[str, str], known: Mapping[str, tuple[KeyScope, Binding]]) -> dict[str, str]:
    """The names in a keymap whose keys something else has where they would work."""
    used = {name: set(_each(keymap.get(name, binding.key))) for name, (_, binding) in known.items()}
    found = {}
    for name in keymap:
        own = set(_each(known[name][1].key))
        if taken := (used[name] & TEXTUALS) - own:
            found[name] = f"'{name}' cannot have the key {min(taken)}, which has a use of its own"
        for other, (place, binding) in known.items():
            if other != name and known[name][0].meets(place) and (both := used[name] & used[other]):
                what = f"'{other}' ({binding.description})"
                found[name] = f"'{name}' cannot have the key {min(both)}: {what} has it"
    return found


def _problem(name: str, keys: object, known: Container[str]) -> str:
    if name not in known:
        now = FORMER_NAMES.get(name)
        return f"there is no key named '{name}' to change" + (f". It is now called '{now}'" if now else "")
    if not isinstance(keys, str):
        return f"'{name}' needs a key in quotes"
    unknown = [key for key in _each(keys) if not _is_key(key)]
    return f"'{name}': there is no key called '{unknown[0]}'" if unknown else ""


def _each(keys: str) -> list[str]:
    """The keys of a list with commas, each by its name."""
    try:
        return [binding.key for binding in Binding.make_bindings([Binding(keys, "")])]
    except InvalidBinding:
        return [""]


def _is_key(key: str) -> bool:
    *modifiers, alone = key.split("+") if key != "+" else [key]
    is_known = alone in set(Keys) or alone in KEY_NAME_REPLACEMENTS.values() or key_to_character(alone) is not None
    return key in set(Keys) or (is_known and set(modifiers) <= MODIFIERS)
