"""Themes: dark, light, for a projector, and without colors. Each color has one meaning, its role.

On its ground, and on that of a marked row, text and arms have a contrast of 4.5 at least, 7 for a projector; the
trials of others have 3; rules, which nobody reads, have less.
"""

from dataclasses import dataclass

from textual.theme import Theme

from pathsim.report.colors import ON_DARK, ON_LIGHT

DARK, LIGHT, PROJECTOR, MONO = "pathsim-dark", "pathsim-light", "pathsim-projector", "pathsim-mono"


@dataclass(frozen=True, slots=True)
class Roles:
    """The colors of a theme by what they stand for."""

    ground: str
    panel: str
    """Behind the lines at the top and at the bottom."""
    select: str
    """Behind the row under the cursor."""
    text: str
    dim: str
    """What is said beside something."""
    title: str
    """Titles, keys, what was published, bounds: always bold."""
    rule: str
    """Lines that divide, grids and axes."""
    arms: tuple[str, str, str, str]
    """The arms, nowhere else."""
    yours: str
    """What the user changed or chose, and the trial on screen among others."""
    other: str
    """Trials of others, in histograms; what is in use."""
    lost: str
    """What is wrong or lost; always with a sign or a word."""
    pale: float
    """How much of an arm's color is left where few are at risk."""
    tint: float
    """How much of an arm's color its interval has."""
    is_dark: bool
    has_hues: bool = True
    """Whether colors differ in more than how light they are: else what is the user's is underlined too, and intervals
    are drawn as their edges."""
    is_strong: bool = False
    """Whether all lines are heavy, to be seen from the last row."""


ROLES = {
    DARK: Roles(
        ground="#0F141A",
        panel="#1D2732",
        select="#24313D",
        text="#D8DEE4",
        dim="#9AA1A8",
        title="#FFFFFF",
        rule="#3A4654",
        arms=ON_DARK,
        yours="#F0E442",
        other="#5B6875",
        lost="#F37A54",
        pale=0.78,
        tint=0.22,
        is_dark=True,
    ),
    LIGHT: Roles(
        ground="#FAFAF7",
        panel="#E4E5DE",
        select="#E9EAE4",
        text="#16202A",
        dim="#5B6167",
        title="#16202A",
        rule="#C9CBC2",
        arms=ON_LIGHT,
        yours="#6B4A9E",
        other="#878E85",
        lost="#B3261E",
        pale=0.88,
        tint=0.16,
        is_dark=False,
    ),
    PROJECTOR: Roles(
        ground="#FFFFFF",
        panel="#EDEDED",
        select="#EDF1F6",
        text="#000000",
        dim="#484848",
        title="#000000",
        rule="#555555",
        arms=("#00457A", "#863600", "#00523A", "#742652"),
        yours="#5B2A86",
        other="#8A8A8A",
        lost="#8E0000",
        pale=0.96,
        tint=0.16,
        is_dark=False,
        is_strong=True,
    ),
    MONO: Roles(
        ground="#000000",
        panel="#242424",
        select="#242424",
        text="#E6E6E6",
        dim="#9A9A9A",
        title="#FFFFFF",
        rule="#4A4A4A",
        arms=("#FFFFFF", "#A0A0A0", "#D0D0D0", "#8C8C8C"),
        yours="#FFFFFF",
        other="#606060",
        lost="#FFFFFF",
        pale=0.86,
        tint=0.22,
        is_dark=True,
        has_hues=False,
    ),
}

THEME_WORDS = {
    "dark": "Colors on a dark background",
    "light": "Colors on a light background",
    "projector": "Strong colors on white, for a class",
    "mono": "Without colors",
}


def _theme(name: str, roles: Roles) -> Theme:
    """What Textual's own widgets are painted with."""
    return Theme(
        name,
        primary=roles.title,
        secondary=roles.dim,
        accent=roles.yours,
        success=roles.title,
        warning=roles.title,
        error=roles.lost,
        foreground=roles.text,
        background=roles.ground,
        surface=roles.ground,
        panel=roles.panel,
        dark=roles.is_dark,
        variables={
            "border-blurred": roles.rule,
            "rule": roles.rule,
            "text-muted": roles.dim,
            "footer-key-foreground": roles.title,
            "scrollbar": roles.other,
            "scrollbar-hover": roles.dim,
            "scrollbar-active": roles.dim,
            "scrollbar-background": roles.panel,
            "scrollbar-background-hover": roles.panel,
            "scrollbar-background-active": roles.panel,
            "scrollbar-corner-color": roles.panel,
        },
    )


THEMES = tuple(_theme(name, roles) for name, roles in ROLES.items())


def roles_of(theme: Theme) -> Roles:
    """The roles of a theme; of one that is not ours, those of the theme that is as dark."""
    return ROLES.get(theme.name) or ROLES[DARK if theme.dark else LIGHT]
