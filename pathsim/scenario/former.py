"""Words of earlier versions of the format and of results, and what they are called now: for messages alone."""

from collections.abc import Container, Mapping, Sequence

from pathsim.paths import path_of

FORMER: Mapping[str, str] = {
    "luck": "stream",
    "pools": "resources",
    "pool": "resource",
    "places": "capacity",
    "place": "resource",
}
SECTIONS: Mapping[str, str] = {"pools": "resources", "pool": "resources"}


def renamed(word: str, known: Container[str]) -> str:
    """`` It is now called 'x'.`` if the word once stood for one of these that are known; else nothing."""
    now = FORMER.get(word)
    return f" It is now called '{now}'." if now is not None and now in known else ""


def renamed_path(names: Sequence[str]) -> str:
    """`` It is now called 'x'.`` of a whole path of a setting in which words of earlier versions stand; else nothing.

    Names that a scenario chooses for its steps and resources stand between the words, and stay.
    """
    first, *rest = names
    section = SECTIONS.get(first, first)
    now = [section]
    for place, name in enumerate(rest):
        is_key = place > 0 and section in ("resources", "steps")
        now.append(FORMER.get(name, name) if is_key else name)
    return "" if now == list(names) else f" It is now called '{path_of(*now)}'."
