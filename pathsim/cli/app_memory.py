"""What the app keeps in mind of its user from one time to the next: whether they were welcomed, and where they left."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathsim.state import AppState

LEFT_AT, WELCOMED = "last", "welcomed"
"""The files in which it is kept."""
MOST_KEPT = 100_000
"""Characters that are read of what is kept."""


def left_at() -> str:
    """The state in which the app was left last. Raises OSError if nothing is known of one."""
    with _kept(LEFT_AT).open(encoding="utf-8", errors="replace") as file:
        return file.read(MOST_KEPT).strip()


def keep_state(state: "AppState") -> None:
    """Keep where the app was left; next time the user may be in another folder."""
    _keep(LEFT_AT, str(replace(state, scenario=_from_anywhere(state.scenario), lesson=_from_anywhere(state.lesson))))


def is_first_time() -> bool:
    """Whether this user has never been welcomed."""
    try:
        return not _kept(WELCOMED).exists()
    except OSError:
        return True


def keep_welcomed() -> None:
    """Keep in mind that this user has been welcomed."""
    _keep(WELCOMED, "")


def _from_anywhere(path: str) -> str:
    """The path of a file as it is found from any folder; what is no file, as a name of the library, as it is."""
    return str(Path(path).resolve()) if path and Path(path).is_file() else path


def _kept(name: str) -> Path:
    from platformdirs import user_state_path

    return user_state_path("pathsim") / name


def _keep(name: str, content: str) -> None:
    """Who has no place for it does without."""
    with suppress(OSError):
        file = _kept(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
