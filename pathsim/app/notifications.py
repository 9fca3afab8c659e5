"""A note on screen that can be shown at any moment, its last one included."""

from textual.notifications import Notification

LEAST_SECONDS = 0.05
"""A toast that is made in the last moment of its note stays this long."""


class TimedNote(Notification):
    """A notification that always has some time left for its toast.

    Textual starts a toast's timer with the seconds that are left of its notification. Where these run out between the
    question whether it has expired and the start, they are negative; a timer of negative seconds never ends, and lets
    nothing else run: the app would stand still for ever.
    """

    @property
    def has_expired(self) -> bool:
        """Whether its time is over."""
        return super().time_left <= 0

    @property
    def time_left(self) -> float:
        """For how long a toast of it is to be shown, in seconds; positive."""
        return max(super().time_left, LEAST_SECONDS)
