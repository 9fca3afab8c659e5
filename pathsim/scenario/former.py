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


METHODS: Mapping[str, str] = {
    "hazard_ratio": "cox",
    "logrank": "logrank",
    "restricted_mean_difference": "restricted_mean",
}
"""What stood right below an endpoint, and by which method it is below the arm that is compared."""
FIGURES: Mapping[tuple[str, str], str] = {
    ("hazard_ratio", "estimate"): "hazard_ratio",
    ("restricted_mean_difference", "days"): "difference_days",
}


def renamed_comparison(above: str, names: Sequence[str], arms: Sequence[str]) -> str:
    """`` It is now called 'x'.`` of the end of a figure's path that stood right below an endpoint; else nothing.

    ``above`` is how the path begins, and ``arms`` are those that are compared with control.
    """
    if len(names) < 2 or names[0] not in METHODS or not arms:
        return ""
    former, *figure = names
    figure[-1] = FIGURES.get((former, figure[-1]), figure[-1])
    now = (f"'{above}{path_of('comparisons', arm, METHODS[former], *figure)}'" for arm in arms)
    return f" It is now called {' or '.join(now)}."


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
