"""Themes: dark, light, for a projector, and without colors. Arms have the colors of Okabe and Ito."""

from textual.theme import Theme

DARK, LIGHT, PROJECTOR, MONO = "pathsim-dark", "pathsim-light", "pathsim-projector", "pathsim-mono"

ON_DARK = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7")
ON_LIGHT = ("#0063A0", "#A84F00", "#00694C", "#9A3D73")
"""The same hues, dark enough to be read as text on white."""

ARMS = {
    DARK: ON_DARK,
    LIGHT: ON_LIGHT,
    PROJECTOR: ("#004E8A", "#9A3F00", "#005A40", "#7D2A5C"),
    MONO: ("#ffffff", "#bdbdbd", "#e0e0e0", "#9e9e9e"),
}

THEME_WORDS = {
    "dark": "Colors on a dark background",
    "light": "Colors on a light background",
    "projector": "Strong colors on white, for a class",
    "mono": "Without colors",
}

THEMES = (
    Theme(
        DARK,
        primary="#56B4E9",
        secondary="#E69F00",
        accent="#F0E442",
        success="#2BB58A",
        warning="#E69F00",
        error="#E8734A",
        foreground="#D8DEE4",
        background="#0F141A",
        surface="#131A22",
        panel="#1D2732",
        dark=True,
        variables={"border-blurred": "#2A3744", "footer-key-foreground": "#56B4E9"},
    ),
    Theme(
        LIGHT,
        primary="#0063A0",
        secondary="#A84F00",
        accent="#7A3E9D",
        success="#00694C",
        warning="#A84F00",
        error="#B3261E",
        foreground="#16202A",
        background="#FAFAF7",
        surface="#F3F3EE",
        panel="#E4E5DE",
        dark=False,
        variables={"border-blurred": "#C9CBC2", "footer-key-foreground": "#0063A0"},
    ),
    Theme(
        PROJECTOR,
        primary="#004E8A",
        secondary="#9A3F00",
        accent="#5B2A86",
        success="#005A40",
        warning="#9A3F00",
        error="#A00000",
        foreground="#000000",
        background="#FFFFFF",
        surface="#FFFFFF",
        panel="#E2E2E2",
        dark=False,
        variables={"border-blurred": "#555555", "footer-key-foreground": "#004E8A", "text-muted": "#000000"},
    ),
    Theme(
        MONO,
        primary="#ffffff",
        secondary="#d0d0d0",
        accent="#ffffff",
        success="#ffffff",
        warning="#ffffff",
        error="#ffffff",
        foreground="#e6e6e6",
        background="#000000",
        surface="#080808",
        panel="#242424",
        dark=True,
        variables={"border-blurred": "#4a4a4a", "footer-key-foreground": "#ffffff"},
    ),
)
