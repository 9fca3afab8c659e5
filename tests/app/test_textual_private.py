"""Private parts of Textual are used in one file, and are what they were when it was written."""

import ast
import inspect
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from driving import driven
from textual._styles_cache import StylesCache
from textual.app import App, ComposeResult
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Region
from textual.screen import Screen
from textual.widgets import Static

from pathsim.app import textual_private

APP = Path(textual_private.__file__).parent
GONE = "Textual {installed} has no {part} any more (tried: {tried}): see to it in pathsim/app/textual_private.py"


def works(part: str, use: Callable[[], object]) -> object:
    """What a use of a private part gives, if it is still there."""
    try:
        return use()
    except (AttributeError, ImportError, TypeError) as wrong:
        installed, tried = version("textual"), ", ".join(textual_private.TRIED)
        pytest.fail(f"{GONE.format(installed=installed, part=part, tried=tried)}: {wrong}")


async def test_frames_that_were_drawn_are_let_go() -> None:
    async with driven("two-arm-exponential"):
        cached = StylesCache.get_inner_outer.cache_info
        assert cached().currsize
        works("cache of frames", textual_private.forget_frames)
        assert not cached().currsize


async def test_a_widget_is_taken_for_painted() -> None:
    widget = Static()
    works("_dirty_regions", lambda: widget._dirty_regions.add(Region(0, 0, 1, 1)))  # noqa: SLF001 - to see it go
    textual_private.forget_dirty_regions(widget)
    assert not widget._dirty_regions  # noqa: SLF001 - as above


async def test_screens_of_the_mode_that_an_app_is_in_are_there_or_not() -> None:
    app = App[None]()
    assert works("_screen_stacks", lambda: textual_private.has_screens(app))
    app._screen_stacks.clear()  # noqa: SLF001 - as it is when they have gone
    assert not textual_private.has_screens(app)


async def test_a_widget_without_styles_is_known_by_what_textual_raises() -> None:
    async with driven("two-arm-exponential"):
        with pytest.raises(KeyError) as raised:
            Static().get_component_styles("none")
        assert textual_private.is_without_styles(raised.value), GONE.format(
            installed=version("textual"), part="such message", tried=", ".join(textual_private.TRIED)
        )
    assert not textual_private.is_without_styles(KeyError("another"))


async def test_a_driver_for_linux_has_what_ours_asks_of_it() -> None:
    app = App[None]()
    driver = LinuxDriver(app)
    assert works("_writer_thread", lambda: textual_private.has_stopped_writing(driver)) is False
    works("_in_band_window_resize", lambda: textual_private.ask_for_size(driver))
    assert works("_enable_in_band_window_resize", lambda: driver._enable_in_band_window_resize)  # noqa: SLF001
    assert works("_app", lambda: driver._app) is app  # noqa: SLF001


def shared(*variables: tuple[str, str]) -> textual_private.SharedStylesheet:
    """A stylesheet with one rule, and these variables."""
    made = textual_private.SharedStylesheet(variables=dict(variables))
    works("add_source", lambda: made.add_source("Static { color: $ink; }", read_from=("here", "")))
    return made


def test_styles_are_read_once_in_a_process_for_each_theme() -> None:
    one, other, third = shared(("ink", "red")), shared(("ink", "red")), shared(("ink", "blue"))
    assert works("_parse_rules", lambda: one.rules[0] is other.rules[0])
    assert [each.rules[0].styles.color.rgb for each in (one, third)] == [(255, 0, 0), (0, 0, 255)]
    one.set_variables({"ink": "blue"})
    works("reparse", one.reparse)
    assert one.rules[0] is third.rules[0]
    assert other.rules[0].styles.color.rgb == (255, 0, 0)


async def test_nothing_is_painted_behind_the_curtain() -> None:
    painted = []

    class Seen(textual_private.CurtainedScreen[None]):
        def compose(self) -> ComposeResult:
            yield Static("here")

    class Small(App[None]):
        def get_default_screen(self) -> Seen:
            return Seen()

        def _display(self, _: Screen[None], renderable: object) -> None:
            painted.append(renderable)

    async with Small().run_test() as pilot:
        await pilot.pause()
        assert works("_display", lambda: len(painted))
        with pilot.app.batch_update():
            painted.clear()
            await pilot.app.screen.mount(Static("there"))
            await pilot.resize_terminal(50, 20)
            assert painted == []
        await pilot.pause()
        assert painted


def of_textual() -> set[str]:
    """The names of all that Textual keeps to itself in what our classes are made of."""
    classes = {each for kind in (App, Screen, LinuxDriver) for each in kind.__mro__ if each.__module__ != "builtins"}
    texts = [inspect.getsource(each) for each in classes if each.__module__.startswith("textual")]
    return {name for text in texts for name in re.findall(r"\b(?:self\.|def )(_[a-z]\w*)", text)}


def test_no_other_file_touches_them() -> None:
    """Neither by using them, nor by giving something of ours the same name."""
    private = of_textual()
    assert "_dirty_regions" in private
    found = []
    for file in sorted(APP.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            name = getattr(node, "attr", getattr(node, "name", None)) or getattr(node, "module", None)
            is_private = name in private or (isinstance(name, str) and name.startswith("textual") and "._" in name)
            if is_private and not (isinstance(node, ast.Attribute) and ast.unparse(node) == "os._exit"):
                found.append((file.name, name))
    assert {file for file, _ in found} == {"textual_private.py"}, found
