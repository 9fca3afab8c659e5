"""On the grid of cells: each color has one meaning, no letter covers another, and lines lie where their numbers are."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import combinations, groupby, pairwise
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pytest
from driving import Driver, driven, lines_of
from hypothesis import given
from hypothesis import strategies as st
from test_pictures import SIZES, fill, pictures
from textual.color import Color

from pathsim.app.canvas import ROLE_NAMES, Canvas, Palette
from pathsim.app.plain import PLAIN, plain
from pathsim.app.screens.live import VIEWS, LiveScreen
from pathsim.app.screens.opening import Opening, OpeningPicture
from pathsim.app.step_lines import DASHED, DOUBLE, HEAVY, LIGHT, PENS, LinePen, levels, trace
from pathsim.app.themes import DARK, MONO, PROJECTOR, ROLES, THEMES
from pathsim.app.themes import LIGHT as LIGHT_THEME
from pathsim.app.widgets.picture import Picture, draw_rule
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.app.widgets.survival_plot import GRIDS, Plot
from pathsim.app.widgets.timeline import Timeline
from pathsim.player.views.live import Curve, EndpointCard, EndpointView

PLACES = [
    pytest.param(
        size,
        theme.name,
        id="{}x{}-{}".format(*size, theme.name),
        marks=() if (size, theme.name) == (SIZES[0], DARK) else pytest.mark.slow,
    )
    for size in SIZES
    for theme in THEMES
]
PATH = "steps.after_transplant.exit.relapse.hazard_ratio"
DAYS = (500.0, 1900.0, 2114.0)

# ---- what colors are


def luminance(color: str) -> float:
    """As WCAG 2.2 defines it, of #RRGGBB."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_of_contrast_gives_what_wcag_says() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ROLES)
def test_every_color_that_words_have_can_be_read_on_every_ground(theme: str) -> None:
    roles = ROLES[theme]
    for color in (roles.text, roles.dim, roles.title, roles.yours, roles.lost, *roles.arms):
        assert contrast(color, roles.ground) >= (7.0 if theme == PROJECTOR else 4.5), color
        for ground in (roles.panel, roles.select):
            assert contrast(color, ground) >= 4.5, (color, ground)
    assert contrast(roles.other, roles.ground) >= 3.0
    palette = palette_of(theme)
    for arm in range(len(roles.arms)):
        assert contrast(palette.color(f"pale{arm}").hex6, roles.ground) >= 4.5, arm


@pytest.mark.parametrize("theme", [DARK, LIGHT_THEME, PROJECTOR])
def test_no_two_roles_share_a_color(theme: str) -> None:
    roles = ROLES[theme]
    of = {name: getattr(roles, name) for name in ("ground", *ROLE_NAMES)}
    of |= {f"arm{arm}": color for arm, color in enumerate(roles.arms)}
    shared = {(one, other) for one, other in combinations(of, 2) if of[one].upper() == of[other].upper()}
    assert shared <= {("text", "title")}


LEAST_DISTANCE = 40.0
"""Colors of which the parts, from 0 to 255, lie nearer to each other than this (Euclid) could be taken for one."""


@pytest.mark.parametrize("theme", [DARK, LIGHT_THEME, PROJECTOR])
def test_no_other_name_gives_a_color_that_could_be_taken_for_an_arms(theme: str) -> None:
    palette = palette_of(theme)
    arms = [palette.color(f"arm{arm}").rgb for arm in range(len(ROLES[theme].arms))]
    for name in (*ROLE_NAMES, "paper", "", "gap"):
        color = palette.color(name).rgb
        assert min(np.linalg.norm(np.subtract(color, arm)) for arm in arms) >= LEAST_DISTANCE, name


def palette_of(theme: str, *, has_colors: bool = True) -> Palette:
    """Its colors on its ground."""
    of = next(one for one in THEMES if one.name == theme)
    return Palette(of, Color.parse(ROLES[theme].ground), has_colors=has_colors)


# ---- what they are used for


class Run(NamedTuple):
    """Neighboring cells of one color."""

    text: str
    arm: int
    about: str
    """Where it is, for whoever reads what has failed."""


ABOUT_NUMBERS = {"at", "event", "events", "in", "of", "median", "not", "reached", "points"}
UNITS = {"minutes", "hours", "days", "months", "years"}


def runs(widget: Picture) -> Iterator[Run]:
    """Everything on a widget that has the color of an arm."""
    canvas = canvas_of(widget)
    names = canvas.palette.names
    for row in range(canvas.height):
        column = 0
        for name, cells in groupby(names[number].rstrip("!") for number in canvas.fore[row].tolist()):
            width = len(list(cells))
            if found := re.fullmatch(r"(?:arm|pale)(-?\d+)", name):
                text = "".join(map(chr, canvas.glyphs[row, column : column + width].tolist()))
                yield Run(text, int(found[1]), f"{type(widget).__name__} row {row} {text!r} in {name}")
            column += width


def canvas_of(widget: Picture) -> Canvas:
    """What it has drawn last."""
    widget.render_line(0)
    canvas = widget._canvas  # noqa: SLF001 - the colors of cells by name
    assert canvas is not None
    return canvas


def misplaced(run: Run, arms: Sequence[str]) -> bool:
    """Whether an arm's color is where it does not belong: on a word that is not about this arm."""
    if not 0 <= run.arm < len(arms):
        return True
    name = arms[run.arm]
    words = re.findall(r"[^\W\d_]+", run.text)
    whole = set(re.findall(r"[^\W\d_]+", name))
    return any(
        word not in whole | ABOUT_NUMBERS | UNITS and not (len(word) >= 4 and name.startswith(word)) for word in words
    )


async def views(driver: Driver) -> AsyncIterator[None]:
    """One after the other everything there is to see of a trial; it is on screen when this goes on."""
    live = await driver.visit("live")
    assert isinstance(live, LiveScreen)
    for day in sorted({min(day, driver.session.last_day) for day in DAYS}):
        await driver.go(day)
        for view in VIEWS:
            live.view = view
            await driver.settle()
            yield
    live.view = "curves"
    for keys in (("x",), ("x", "d"), ("z",), ("f",)):
        await driver.press(*keys)
        yield
    for name, more in (("ensemble", ()), ("patients", ("t", "f")), ("compare", ("d",)), ("evidence", ("w",))):
        await fill(driver, name)
        yield
        for key in more:
            await driver.press(key)
            yield


@pytest.mark.parametrize(("size", "theme"), PLACES)
async def test_an_arm_has_its_color_to_itself(size: tuple[int, int], theme: str) -> None:
    async with driven(size=size, theme=theme, settings={PATH: "3"}) as driver:
        assert driver.app.trial.card is not None
        arms = driver.app.trial.card.arms
        seen: set[int] = set()
        async for _ in views(driver):
            for widget in pictures(driver):
                found = list(runs(widget))
                assert not [run.about for run in found if misplaced(run, arms)]
                seen |= {run.arm for run in found}
        assert seen == {0, 1}


@pytest.mark.parametrize(("size", "theme"), PLACES)
async def test_the_opening_gives_each_arm_its_color(size: tuple[int, int], theme: str) -> None:
    async with driven(size=size, theme=theme, welcomes=True) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, Opening), "the opening is shown")
        await driver.settle()
        assert driver.app.trial.card is not None
        found = list(runs(driver.app.screen.query_one(OpeningPicture)))
        assert not [run.about for run in found if misplaced(run, driver.app.trial.card.arms)]
        assert {run.arm for run in found} == {0, 1}


@pytest.mark.parametrize("theme", [DARK, *(pytest.param(one, marks=pytest.mark.slow) for one in (LIGHT_THEME, MONO))])
@pytest.mark.parametrize("scenario", ["aall1331", "stroke-thrombectomy"])
async def test_where_nothing_is_about_arms_nothing_has_their_colors(scenario: str, theme: str) -> None:
    async with driven(scenario, theme=theme) as driver:
        await driver.go(150.0)
        of_arms = {Color.parse(color).rich_color for color in ROLES[theme].arms}
        for name in ("ensemble", "evidence"):
            await fill(driver, name)
            for widget in pictures(driver):
                assert not list(runs(widget))
                canvas = canvas_of(widget)
                backs = {canvas.palette.names[number] for number in np.unique(canvas.back).tolist()}
                assert not [back for back in backs if back.startswith(("shade", "band"))]
            if ROLES[theme].has_hues:
                styles = {segment.style for line in driver.screen_segments() for segment in line}
                assert not [one for one in styles if one is not None and {one.color, one.bgcolor} & of_arms]


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
        "os", "Overall survival", "OS", HORIZON, ticks, labels, "months", ((),) * arms, (), is_stratified=False
    )
    return Plot(canvas, card, EndpointView("os", curves, (), (), (), ()), tuple(groups[:arms]), base=base)


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


# ---- step lines

FALLS = st.lists(st.integers(0, 12), min_size=1, max_size=40)
WHOLE_PENS = (HEAVY, LIGHT, DOUBLE)


def falling(start: int, falls: Sequence[int]) -> Any:
    """Levels at the edges of as many columns."""
    return start + np.concatenate(([0], np.cumsum(falls))).astype(np.int64)


def rows_by_column(glyphs: dict[tuple[int, int], str]) -> dict[int, list[int]]:
    return {
        column: sorted(row for row, _ in cells)
        for column, cells in groupby(sorted(glyphs, key=lambda place: place[1]), key=lambda place: place[1])
    }


@given(pen=st.sampled_from(WHOLE_PENS), start=st.integers(0, 6), falls=FALLS)
def test_a_curve_has_no_hole(pen: LinePen, start: int, falls: list[int]) -> None:
    at = falling(start, falls)
    rows = rows_by_column(trace(pen, at, len(falls)))
    assert list(rows) == list(range(len(falls)))
    for column, mine in rows.items():
        assert mine == list(range(mine[0], mine[-1] + 1))
        # No glyph is farther than a cell from where the curve is in this column.
        assert mine[0] >= at[column] / 3 - 0.5
        assert mine[-1] <= at[column + 1] / 3 + 0.5
        if column:
            assert mine[0] - rows[column - 1][-1] in (0, 1)


@given(start=st.integers(0, 6), falls=FALLS)
def test_a_dashed_curve_leaves_out_every_fourth_column_and_no_other(start: int, falls: list[int]) -> None:
    rows = rows_by_column(trace(DASHED, falling(start, falls), len(falls)))
    assert list(rows) == [column for column in range(len(falls)) if column % 4 != 3]


@given(pen=st.sampled_from((*WHOLE_PENS, DASHED)), level=st.integers(0, 180), columns=st.integers(1, 3))
def test_a_horizontal_is_drawn_at_its_own_third_of_a_row(pen: LinePen, level: int, columns: int) -> None:
    glyphs = trace(pen, np.full(columns + 1, level), columns)
    row, part = divmod(level + 1, 3)
    assert glyphs == {(row, column): pen.along[part] for column in range(columns)}
    assert row + (part - 1) / 3 == pytest.approx(level / 3)


@given(pen=st.sampled_from((HEAVY, LIGHT)), first=st.integers(0, 180), fall=st.integers(0, 2))
def test_a_fall_by_less_than_a_row_is_drawn_halfway(pen: LinePen, first: int, fall: int) -> None:
    (((row, _), glyph),) = trace(pen, np.array([first, first + fall]), 1).items()
    assert abs(3 * row + pen.along.index(glyph) - 1 - (first + fall / 2)) <= 1 / 2


@given(share=st.floats(0, 1), rows=st.integers(2, 60))
def test_a_level_is_the_third_of_a_row_that_is_nearest(share: float, rows: int) -> None:
    (level,) = levels(np.array([share]), rows)
    assert level / 3 == pytest.approx(share * (rows - 1), abs=1 / 6 + 1e-9)


@given(pen=st.sampled_from((HEAVY, LIGHT, DASHED)), start=st.integers(0, 6), falls=FALLS)
def test_curves_a_third_of_a_row_apart_are_drawn_differently(pen: LinePen, start: int, falls: list[int]) -> None:
    """But for the third arm without hues: of a double line there is only one height."""
    one, other = (trace(pen, falling(start + more, falls), len(falls)) for more in (0, 1))
    assert one != other
    for column in range(len(falls)):
        cells = [{place: glyph for place, glyph in of.items() if place[1] == column} for of in (one, other)]
        assert cells[0] != cells[1] or not cells[0]


@given(pen=st.sampled_from((HEAVY, LIGHT)), first=st.integers(0, 30), fall=st.integers(3, 30))
def test_a_fall_is_drawn_from_the_third_where_it_begins_to_that_where_it_ends(
    pen: LinePen, first: int, fall: int
) -> None:
    """What is inked in each cell: from the top, the middle or the bottom downward, and as far as it goes."""
    glyphs = trace(pen, np.array([first, first + fall]), 1)
    inked = {pen.along[0]: (0, 0), pen.along[1]: (1, 1), pen.along[2]: (2, 2), pen.before: (1, 2), pen.after: (0, 1)}
    inked[pen.falling] = (0, 2)
    tops = [3 * row - 1 + inked[glyph][0] for (row, _), glyph in sorted(glyphs.items())]
    bottoms = [3 * row - 1 + inked[glyph][1] for (row, _), glyph in sorted(glyphs.items())]
    assert (tops[0], bottoms[-1]) == (first, first + fall)
    assert all(after - before == 1 for before, after in zip(bottoms, tops[1:], strict=False))


# ---- without hues


@pytest.mark.parametrize("how", ["NO_COLOR", "mono", "colors"])
async def test_without_hues_intervals_are_edges_and_no_tint(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    async with driven(theme=MONO if how == "mono" else DARK) as driver:
        snapshot = await driver.go(DAYS[1])
        plot = driver.front.query_one("#first", SurvivalPlot)
        canvas = canvas_of(plot)
        rows = lines_of(plot)
        backs = {canvas.palette.names[number] for number in np.unique(canvas.back).tolist()}
        grounds = {segment.style.bgcolor for y in range(len(rows)) for segment in plot.render_line(y) if segment.style}
        if how == "colors":
            assert {"band0", "band1", "band01"} <= backs
            assert not any("╌" in row for row in rows)
            return
        assert backs == {""}
        assert len(grounds) == 1
        at = {int(found[1]): number for number, row in enumerate(rows) if (found := re.match(r" *(\d+)%", row))}
        height = at[0] - at[100]
        axis = rows[at[0]]
        left, columns = axis.index("└") + 1, len(axis.rstrip()) - axis.index("└") - 1
        assert driver.app.trial.card is not None
        horizon = driver.app.trial.card.endpoints[0].horizon_days
        edges = {}
        for arm, one in enumerate(snapshot.endpoints[0].curves):
            for column in range(min(int(one.followed_days / horizon * columns) + 1, columns)):
                place = np.searchsorted(one.time, (column + 0.5) / columns * horizon, side="right") - 1
                for limit in (one.lower[place], one.upper[place]):
                    edges[at[100] + round((1 - float(limit)) * height), left + column] = arm
        drawn = {(row, column) for row, line in enumerate(rows) for column, glyph in enumerate(line) if glyph == "╌"}
        assert drawn
        assert drawn <= edges.keys()
        worded = {row for row in range(at[100], at[0]) if re.search("[a-z]{2}", rows[row][left : left + columns])}
        # All but those that something else lies over: a curve, what was published, or words.
        assert len(drawn) >= 0.5 * len(edges)
        for row, column in {place for place in edges.keys() - drawn if place[0] not in worded}:
            assert rows[row][column] not in " ┈" or row == at[0], (row, column)


# ---- in ASCII


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
