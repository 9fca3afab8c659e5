"""How figures of a report are drawn: one width, one type size, the colors of the app, and files that never differ.

Colors stand in the drawing as those of paper. On the page each becomes a name, for which the style sheet has a color on
light and one on dark ground.
"""

import io
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib import rc_context
from matplotlib.figure import Figure

from pathsim.report.colors import ON_LIGHT
from pathsim.text import harmless

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 7.2
"""Inches: a column of text on A4 and letter."""
SIZE = 8.0
"""Points of type."""
POINTS = 72.0
INK, DIM, RULE, OTHER, YOURS, GROUND = "#16202a", "#5b6167", "#c9cbc2", "#878e85", "#6b4a9e", "#fffffe"
NAMED: Mapping[str, str] = {
    INK: "ink",
    DIM: "dim",
    RULE: "rule",
    OTHER: "other",
    YOURS: "yours",
    GROUND: "ground",
    **{color.lower(): f"arm-{number}" for number, color in enumerate(ON_LIGHT)},
}
"""What the style sheet calls each color."""
TINT = 0.16
"""How much of an arm's color its interval has."""
LONGEST = 28
"""Characters of a label beside a curve."""
RULES: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": SIZE,
    "text.parse_math": False,  # a label with dollar signs is no formula
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.solid_capstyle": "butt",
}


class ArmPen(NamedTuple):
    """The line of an arm: its color, its width in points, and its dashes."""

    color: str
    width: float
    dashes: tuple[float, ...] = ()

    @property
    def style(self) -> dict[str, Any]:
        """What matplotlib is told of the line."""
        return {
            "color": self.color,
            "linewidth": self.width,
            "linestyle": (0, self.dashes) if self.dashes else "solid",
        }


_LINES: tuple[tuple[float, tuple[float, ...]], ...] = ((1.9, ()), (1.0, ()), (1.5, (5.0, 1.6)), (1.5, (1.4, 1.4)))
"""As in the app the first is heavy and the second light."""


def arm_pen(number: int) -> ArmPen:
    """The line of the arm with this number."""
    width, dashes = _LINES[number % len(_LINES)]
    return ArmPen(ON_LIGHT[number % len(ON_LIGHT)].lower(), width, dashes)


def short(label: str, most: int = LONGEST) -> str:
    """A label in one line that is cut where it is too long."""
    told = " ".join(harmless(label).split())
    return told if len(told) <= most else f"{told[: most - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def lines_of(label: str, most: int, rows: int = 3) -> str:
    """A label in lines of so many characters, of which there are no more than ``rows``."""
    told = textwrap.wrap(" ".join(harmless(label).split()), most) or [""]
    return (
        "\n".join([*told[: rows - 1], short(" ".join(told[rows - 1 :]), most)]) if len(told) > rows else "\n".join(told)
    )


def figure_of(height: float, width: float = WIDTH) -> Figure:
    """An empty figure, so many inches high."""
    return Figure(figsize=(width, height))


def axes_in(figure: Figure, left: float, top: float, right: float, bottom: float) -> "Axes":
    """Axes with these margins in points."""
    width, height = (side * POINTS for side in figure.get_size_inches().tolist())
    sides = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    return figure.add_axes(sides)


@contextmanager
def _house_rules(name: str, *, as_text: bool) -> Iterator[None]:
    with warnings.catch_warnings():
        # Signs that the font lacks are drawn by the reader's own.
        warnings.simplefilter("ignore")
        rules: Any = {**RULES, "svg.fonttype": "none" if as_text else "path", "svg.hashsalt": name}
        with rc_context(rules):
            yield


def on_page(name: str, draw: Callable[[], Figure], alternative: str) -> str:
    """A drawing as SVG inside a page, in its colors, with the alternative for those who cannot see it."""
    with _house_rules(name, as_text=True):
        file = io.StringIO()
        draw().savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return placed(file.getvalue(), name, alternative, named_colors=True)


_ID = re.compile(r'(\bid="|url\(#|href="#)')
_PROLOG = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_COLOR = re.compile("|".join(NAMED), re.IGNORECASE)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def placed(svg: str, name: str, alternative: str, *, named_colors: bool) -> str:
    """A drawing without what only a file needs, whose names and rules of style are none of the page's."""
    head, drawn = _PROLOG.sub("", svg, count=1).split(">", 1)
    head = re.sub(r'\s(role|aria-label|version)="[^"]*"', "", head)
    if named_colors:
        head = re.sub(r'\s(width|height)="[^"]*"', "", head)
        drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
        drawn = _COLOR.sub(lambda found: f"var(--{NAMED[found[0].lower()]})", drawn)
        drawn = drawn.replace("'DejaVu Sans'", "var(--sans)")
    drawn = _STYLE.sub(lambda found: f"<style>{_within(found[1], name)}</style>", drawn)
    drawn = _ID.sub(rf"\g<1>{name}-", drawn)
    return f'{head} class="drawing-{name}" role="img" aria-label="{escape(harmless(alternative))}">{drawn}'.strip()


def _within(rules: str, name: str) -> str:
    """Rules of style that hold inside one drawing only."""
    return "".join(
        f"{', '.join(f'.drawing-{name} {one.strip()}' for one in rule[1].split(','))} {{{' '.join(rule[2].split())}}}"
        for rule in _RULE.finditer(rules)
    )


FORMATS = ("svg", "pdf", "png")
PIXELS_PER_INCH = 300


def as_file(name: str, draw: Callable[[], Figure], form: str) -> bytes:
    """A drawing as a file of its own: the same bytes each time."""
    metadata: dict[str, dict[str, None]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
        "png": {"Software": None},
    }
    with _house_rules(name, as_text=False):
        file = io.BytesIO()
        figure = draw()
        figure.savefig(file, format=form, metadata=metadata[form], dpi=PIXELS_PER_INCH, facecolor="white")
    return file.getvalue()
