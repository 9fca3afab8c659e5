"""Notes come and go, also where one is shown anew in the moment in which its time runs out."""

import pytest
from driving import driven
from hypothesis import given
from hypothesis import strategies as st
from textual.notifications import Notification
from textual.widgets._toast import Toast

from pathsim.app.notifications import TimedNote

NOW = 1_000_000.0


@given(raised_at=st.floats(NOW - 100, NOW + 100), timeout=st.floats(-10, 100))
def test_a_note_that_has_expired_still_leaves_its_toast_some_time(raised_at: float, timeout: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.notifications.time", lambda: NOW)
        note = TimedNote("told", raised_at=raised_at, timeout=timeout)
        plain = Notification("told", raised_at=raised_at, timeout=timeout)
        assert note.has_expired == plain.has_expired
        assert note.time_left > 0
        if plain.time_left > 1:
            assert note.time_left == plain.time_left


async def test_a_toast_made_after_the_time_of_its_note_goes_again() -> None:
    """The screen that is opened as a note expires: Textual's own note would keep the app in a loop without an end."""
    async with driven("two-arm-exponential") as driver:
        app = driver.app
        app.notify("told", timeout=60)
        await driver.until(lambda: app.screen.query(Toast), "it is shown")
        (note,) = [toast._notification for toast in app.screen.query(Toast)]  # noqa: SLF001 - what it was made from
        assert isinstance(note, TimedNote)
        note.raised_at -= 60
        assert note.has_expired
        late = Toast(note)
        await app.screen.mount(late)
        await driver.until(lambda: not late.is_attached, "it has gone")
        await driver.press("plus")
        assert app.is_running
