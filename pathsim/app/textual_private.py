"""What we use of Textual that it does not promise to keep. tests/app/test_textual_private.py tries all of it."""

# ruff: noqa: SLF001 - this is the one file that may

from typing import TYPE_CHECKING, Any

from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver

TRIED = ("8.2.8",)
"""The versions of Textual with which all of this was tried."""
KeyParser = XTermParser
"""Makes keys of what a terminal sends."""


def forget_frames() -> None:
    """Let go of the frames that Textual has drawn: it remembers a thousand, each with all its widget ever painted."""
    StylesCache.get_inner_outer.cache_clear()


def forget_dirty_regions(widget: Widget) -> None:
    """Take a widget for painted. Textual does so only where it renders the widget itself."""
    widget._dirty_regions.clear()


def has_screens(app: App[Any]) -> bool:
    """Whether there are screens of the mode that the app is in: none are left as it ends."""
    return app.current_mode in app._screen_stacks


def ask_for_size(driver: "LinuxDriver") -> None:
    """Ask a terminal that tells its size in words for it, if it is one."""
    if driver._in_band_window_resize:
        driver._enable_in_band_window_resize()


def has_stopped_writing(driver: "LinuxDriver") -> bool:
    """Whether the thread that writes to the terminal has ended: nothing more can be shown."""
    writer = driver._writer_thread
    return writer is not None and not writer.is_alive()


def ask_to_exit(driver: "LinuxDriver", code: int) -> None:
    """Ask the app of a driver to end with this code, from any thread. Raises RuntimeError if it has ended."""
    driver._loop.call_soon_threadsafe(driver._app.exit, None, code)


def is_without_styles(wrong: KeyError) -> bool:
    """Whether this is what Textual raises for a widget that has only just come, and has no styles yet."""
    return "COMPONENT_CLASSES" in str(wrong)
