"""Words of earlier versions of the format and of results, and what they are called now: for messages alone."""

from collections.abc import Container, Mapping, Sequence

from pathsim.paths import path_of

FORMER: Mapping[str, str] = {
    "luck": "stream",
    "pool": "resource",
    "places": "capacity",
    "place": "resource",
}
"""Keys of steps and resources, and columns of the table of waits."""
SECTIONS: Mapping[str, str] = {"pools": "resources", "pool": "resources"}


def renamed(word: str, known: Container[str]) -> str:
    """`` It is now called 'x'.`` if the word once stood for one of these that are known; else nothing."""
    now = FORMER.get(word)
    return f" It is now called '{now}'." if now is not None and now in known else ""


def renamed_path(names: Sequence[str]) -> str:
    """`` It is now called 'x'.`` of a whole path of a setting in which words of earlier versions stand; else nothing.

    They are sections, and keys right below a step or a resource, whose names can be anything.
    """
    now = [SECTIONS.get(names[0], names[0]), *names[1:]]
    if now[0] in ("resources", "steps") and len(now) > 2:
        now[2] = FORMER.get(now[2], now[2])
    return "" if now == list(names) else f" It is now called '{path_of(*now)}'."
