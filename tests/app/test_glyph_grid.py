"""On the grid of cells: no letter covers another, and lines lie where their numbers are."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pytest
from driving import driven
from hypothesis import given
from hypothesis import strategies as st
from test_colors_by_role import DAYS, PATH, palette_of, views
from test_pictures import SIZES, pictures

from pathsim.app.canvas import Canvas
from pathsim.app.plain import PLAIN, plain
from pathsim.app.step_lines import DASHED, DOUBLE, HEAVY, LIGHT, PENS
from pathsim.app.themes import DARK
from pathsim.app.widgets.picture import draw_rule
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.app.widgets.survival_plot import GRIDS, Plot
from pathsim.app.widgets.timeline import Timeline
from pathsim.player.views.live import Curve, EndpointCard, EndpointView

# ---- letters over letters


class Covered(NamedTuple):
    """A letter that was written where another one was."""

    glyph: str
    there: str
    about: str


@pytest.fixture
def written_twice(monkeypatch: pytest.MonkeyPatch) -> list[Covered]:
    """What was written over something else, in the course of a test."""
    plainly = Canvas.write
    taken: WeakKeyDictionary[Canvas, dict[tuple[int, int], tuple[str, str]]] = WeakKeyDictionary()
    found: list[Covered] = []

    def write(self: Canvas, row: int, column: int, text: str, fore: str = "text", back: str | None = None) -> int:
        before = taken.setdefault(self, {})
        for place, glyph in enumerate(text, column):
            if glyph.isalnum() and 0 <= row < self.height and 0 <= place < self.width:
                # The same letter in another color hides nothing: so the keys of screens stand out in their names.
                there, of = before.get((row, place), (glyph, text))
                if there != glyph:
                    found.append(Covered(glyph, there, f"{text!r} in row {row}, column {column} covers {of!r}"))
                    break
                before[row, place] = glyph, text
        return plainly(self, row, column, text, fore, back)

    monkeypatch.setattr(Canvas, "write", write)
    return found


@pytest.mark.parametrize("size", [SIZES[0], *(pytest.param(one, marks=pytest.mark.slow) for one in SIZES[1:])])
@pytest.mark.parametrize(
    ("scenario", "settings"),
    [
        ("aall1331", {PATH: "3"}),
        pytest.param("stroke-thrombectomy", {}, marks=pytest.mark.slow),
        pytest.param("two-arm-exponential", {}, marks=pytest.mark.slow),
    ],
)
async def test_no_letter_covers_another(
    scenario: str, settings: dict[str, str], size: tuple[int, int], written_twice: list[Covered]
) -> None:
    async with driven(scenario, size=size, settings=settings) as driver:
        covered = set()
        async for _ in views(driver):
            for widget in pictures(driver):
                written_twice.clear()
                widget.draw(Canvas(*widget.size, widget.palette))
                draw_rule(
                    Canvas(widget.outer_size.width, 1, widget.palette),
                    widget.headings,
                    is_focused=widget.has_focus,
                    is_divided=True,
                )
                # Of toxicities that share a column of the timeline the worst is seen.
                worse = {
                    one for one in written_twice if isinstance(widget, Timeline) and "3" <= one.there < one.glyph <= "5"
                }
                covered |= {f"{type(widget).__name__}: {one.about}" for one in written_twice if one not in worse}
        assert not covered


# ---- the grid of the survival plot

HORIZON = 1461.0


def curve(*survival: float, n: int = 50, half: float = 0.1) -> Curve:
    """One that falls in equal steps of time, and is followed to its end."""
    at = np.array([1.0, *survival])
    time = np.linspace(0, HORIZON, at.size)
    lower, upper = np.maximum(at - half, 0), np.minimum(at + half, 1)
    censored = np.zeros(512, np.int64)
    return Curve(time, at, lower, upper, censored, (n,) * 5, HORIZON, HORIZON, n, n // 2, None)


def plotted(
    canvas: Canvas, *curves: Curve, base: float = 0.0, groups: Sequence[str] = ("first", "second", "third", "fourth")
) -> Plot:
    """A plot of these on a canvas."""
    arms = len(curves)
    ticks = tuple(np.linspace(0, HORIZON, 5).tolist())
    labels = tuple(f"{tick / 30.4375:.0f}" for tick in ticks)
    card = EndpointCard(
        "os",
        "Overall survival",
        "OS",
        HORIZON,
        ticks,
        labels,
        "months",
        ((),) * arms,
        (),
        is_stratified=False,
        groups=tuple(groups[:arms]),
        is_by_arm=True,
    )
    return Plot(canvas, card, EndpointView("os", curves, (), (), (), ()), base=base)


@pytest.mark.parametrize("width", [40, 63, 64, 120])
@pytest.mark.parametrize("base", GRIDS)
@pytest.mark.parametrize("arms", [1, 2, 4])
def test_lines_of_the_grid_are_as_far_from_each_other_as_what_they_stand_for(
    arms: int, base: float, width: int
) -> None:
    """And the axis is the lowest of them: no survival, or what the axis begins at."""
    drawn = 0
    for height in range(8, 61):
        canvas = Canvas(width, height, palette_of(DARK))
        plot = plotted(canvas, *(curve(0.97, 0.95, 0.93) for _ in range(arms)), base=base)
        if plot.is_too_small:
            continue
        plot.draw(show_intervals=False, ticks_censored=False)
        rows = ["".join(map(chr, row)) for row in canvas.glyphs.tolist()]
        at = {number: int(found[1]) for number, row in enumerate(rows) if (found := re.match(r" *(\d+)%", row))}
        assert (max(at.values()), at[max(at)]) == (100, round(100 * base))
        assert at[min(at)] == 100
        assert len({after - before for before, after in pairwise(at)}) == 1
        assert len({at[before] - at[after] for before, after in pairwise(at)}) == 1
        axis = [number for number, row in enumerate(rows) if row[plot.left - 1 : plot.left + 1] in ("└─", "└┴")]
        assert axis == [max(at)]
        assert all("┈" in rows[number] for number in list(at)[1:-1])
        drawn += 1
    assert drawn >= 40


@given(
    height=st.integers(14, 60),
    width=st.sampled_from((40, 100)),
    share=st.floats(0, 1, allow_subnormal=False),
    base=st.sampled_from(tuple(GRIDS)),
)
def test_a_curve_lies_between_the_lines_of_the_grid_where_its_survival_does(
    height: int, width: int, share: float, base: float
) -> None:
    survival = base + share * (1 - base)
    canvas = Canvas(width, height, palette_of(DARK))
    plot = plotted(canvas, curve(survival, survival, survival), base=base)
    plot.draw(show_intervals=False, ticks_censored=False)
    rows = ["".join(map(chr, row)) for row in canvas.glyphs.tolist()]
    at = {int(found[1]): number for number, row in enumerate(rows) if (found := re.match(r" *(\d+)%", row))}
    left = plot.left + plot.columns - 2
    ((row, glyph),) = [
        (number, row[left])
        for number, row in enumerate(rows)
        if row[left] in HEAVY.along and number <= max(at.values())
    ]
    told = row + (HEAVY.along.index(glyph) - 1) / 3
    expected = at[100] + (1 - survival) / (1 - base) * (max(at.values()) - at[100])
    assert told == pytest.approx(expected, abs=1 / 6 + 1e-6)


# ---- in ASCII


@pytest.mark.parametrize("text", ["57.3% (± 4.7%)", "within ± 5.4", "± 95%; shares", "a±b"])
def test_more_or_less_is_not_about(text: str) -> None:
    """``~`` stands for what is about so much, for assumed numbers, and for an ellipsis."""
    shown = plain(text)
    assert "~" not in shown
    assert "+" in shown
    assert len(shown) == len(text)


@pytest.mark.parametrize(
    ("glyphs", "letters"),
    [("▔‾", '""'), ("▁_", "__"), ("◉", "@"), ("╋╍╌", "+=:"), ("˙·", "'."), ("●■▲◆", "o#^*"), ("⇄", "&"), ("╀╇", "++")],
)
def test_new_glyphs_have_letters_that_look_like_them(glyphs: str, letters: str) -> None:
    assert plain(glyphs) == letters


def test_whatever_a_chart_is_drawn_with_has_a_letter() -> None:
    drawn = "".join((*HEAVY.along, *LIGHT.along, *DOUBLE.along, *DASHED.along))
    drawn += "".join(pen.falling + pen.before + pen.after for pen in (*PENS, DOUBLE, DASHED))
    assert not [glyph for glyph in drawn if not glyph.isascii() and ord(glyph) not in PLAIN]
    # Neither the grid nor the edge of an interval can be taken for a curve.
    assert not set(plain(drawn)) & set(plain("┈╌"))
    assert plain("┈") != plain("╌")


async def test_an_ascii_curve_is_drawn_at_the_top_the_middle_and_the_bottom_of_its_cells() -> None:
    async with driven(ascii_only=True) as driver:
        await driver.go(DAYS[1])
        plot = driver.front.query_one("#first", SurvivalPlot)
        x, y, width, height = plot.region
        shown = "\n".join(line[x : x + width] for line in driver.screen_lines()[y : y + height])
        assert shown.isascii()
        assert "?" not in shown
        assert {'"', "_", "=", "-", "+", "|"} <= set(shown)
