"""A note: what the user is told beside the screen, for a while."""

from typing import Literal, NamedTuple


class Note(NamedTuple):
    """Something to tell the user, and for how many seconds."""

    text: str
    seconds: float | None = None
    severity: Literal["information", "warning", "error"] = "information"
    title: str = ""
