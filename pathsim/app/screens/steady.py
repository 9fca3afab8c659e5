"""A screen that comes to rest, however fast its terminal changes its size."""

from textual import events
from textual.screen import ScreenResultType

from pathsim.app.textual_private import CurtainedScreen


class SteadyScreen(CurtainedScreen[ScreenResultType]):
    """Textual's screen, which two sizes that come close together could lay out for ever, one after the other.

    Each layout tells the screen of the size that it was laid out for, as if it were news. While the app is in the
    middle of something, a screen that has still to learn of two sizes would answer each with the other, and nobody
    else would have a turn. Only the size that the app has now is news.
    """

    async def on_event(self, event: events.Event) -> None:
        """Pass an event on, unless it tells of a size that has passed."""
        if not isinstance(event, events.Resize) or event.size == self.app.size:
            await super().on_event(event)
