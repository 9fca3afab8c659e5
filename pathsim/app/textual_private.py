"""What we use of Textual that it does not promise to keep. tests/app/test_textual_private.py tries all of it."""

# ruff: noqa: SLF001 - this is the one file that may

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.css.model import RuleSet
    from textual.css.types import CSSLocation
    from textual.drivers.linux_driver import LinuxDriver

TRIED = ("8.2.8",)
"""The versions of Textual with which all of this was tried."""
KeyParser = XTermParser
"""Makes keys of what a terminal sends."""
MOST_THEMES, MOST_STYLES = 8, 1000
"""Of so many themes the styles are remembered, and so many texts of each; the app has some sixty."""


class SharedStylesheet(Stylesheet):
    """Styles of which each text is read once in a process.

    Textual reads all of them again for every app, for every screen with styles of its own, and for the theme.
    """

    def _parse_rules(
        self,
        css: str,
        read_from: "CSSLocation",
        is_default_rules: bool = False,  # noqa: FBT001, FBT002 - as Textual has it
        tie_breaker: int = 0,
        scope: str = "",
    ) -> "list[RuleSet]":
        reader = _style_reader(frozenset(self._variables.items()))
        return reader._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)

    def reparse(self) -> None:
        """Take over other variables."""
        self.parse()


class CurtainedScreen(Screen[ScreenResultType]):
    """A screen of which nothing is painted while its app is in a batch of updates, not even for a layout."""

    def _compositor_refresh(self) -> None:
        if not self.app._batch_count:
            super()._compositor_refresh()


@lru_cache(maxsize=MOST_THEMES)
def _style_reader(variables: frozenset[tuple[str, str]]) -> Stylesheet:
    """What reads styles with these variables, and remembers them."""
    reader = Stylesheet(variables=dict(variables))
    reader._parse_cache = LRUCache(MOST_STYLES)
    return reader


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
