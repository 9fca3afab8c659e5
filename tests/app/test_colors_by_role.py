"""Each color has one meaning: what colors are, and what they are used for."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import combinations, groupby
from typing import NamedTuple

import numpy as np
import pytest
from driving import Driver, driven, lines_of
from test_pictures import SIZES, fill, pictures
from textual.color import Color

from pathsim.app.canvas import ROLE_NAMES, Canvas, Palette
from pathsim.app.screens.live import VIEWS, LiveScreen
from pathsim.app.screens.opening import Opening, OpeningPicture
from pathsim.app.themes import DARK, MONO, PROJECTOR, ROLES, THEMES
from pathsim.app.themes import LIGHT as LIGHT_THEME
from pathsim.app.widgets.picture import Picture
from pathsim.app.widgets.survival import SurvivalPlot

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
