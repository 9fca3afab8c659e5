"""What the widgets paint: the numbers of the snapshot, within their borders, in glyphs and colors that can be seen."""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from driving import SCREEN_NAMES, Driver, driven, lines_of
from rich.segment import Segment
from textual.color import Color
from textual.strip import Strip

from pathsim.app.themes import DARK, ROLES, THEMES
from pathsim.app.widgets.committee import CommitteeChart
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.listing import Listing
from pathsim.app.widgets.pathway import PathwayMap
from pathsim.app.widgets.picture import Picture
from pathsim.app.widgets.power_chart import PowerChart
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.app.widgets.toxicity import ToxicityPairs

SIZES = ((80, 24), (120, 40), (160, 45), (200, 60))
OTHER_SIZES = tuple(pytest.param(size, marks=pytest.mark.slow) for size in SIZES[1:])
TINY = ((1, 1), (8, 3), (20, 5), (40, 12), (30, 50), (200, 4))
DAY = 1900.0
HEAVY, LIGHT = set("▔━▁┃┓┗"), set("‾─_│┐└")
GRID = set("┐┘┌└┏┓┗┛┷·┈─│┤┴└┼╌┿░▒▓█▏▎▍▌▋▊▉▔▕▁▂▃▄▅▆▇╭╮╰╯┊━┃▶▸▾·•├")
LEAST_CONTRAST = 2.0


def pictures(driver: Driver) -> list[Picture]:
    """What is drawn on the screen that is in front, and can be seen."""
    return [one for one in driver.front.query(Picture) if one.display and one.size and one.is_on_screen]


async def fill(driver: Driver, name: str) -> None:
    """Go to a screen, and wait for what it shows."""
    screen = await driver.visit(name)
    if name == "ensemble":
        await driver.until(lambda: getattr(screen, "view", None), "there are replicates")
    elif name == "patients":
        await driver.until(lambda: getattr(screen, "journey", None), "there is a journey")
    elif name == "compare":
        await driver.until(lambda: getattr(screen, "comparison", None), "both are compared")
    elif name == "evidence":
        await driver.until(lambda: getattr(screen, "evidence", None), "there is evidence")
    await driver.settle()


@pytest.mark.parametrize(
    "size",
    [SIZES[0], TINY[0], *(pytest.param(size, marks=pytest.mark.slow) for size in (*SIZES[1:], *TINY[1:]))],
    ids=lambda size: "{}x{}".format(*size),
)
async def test_every_widget_stays_within_its_place_at_any_size(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        await driver.go(DAY)
        for name in SCREEN_NAMES:
            await fill(driver, name)
            for one in pictures(driver):
                assert all(len(line) == one.size.width for line in lines_of(one)), one
        await driver.visit("live")
        for _ in range(6):
            await driver.press("w")
            assert all(len(line) == one.size.width for one in pictures(driver) for line in lines_of(one))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
async def test_curves_are_heavy_for_the_first_arm_and_light_for_the_second(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        await driver.go(DAY)
        plot = driver.front.query_one("#first", SurvivalPlot)
        # Where there is no room at the ends of the curves, their names stand above them.
        top = int(plot.size.width < 64)
        axis = row_of_axis(plot)
        left, right = (re.search(mark, lines_of(plot)[axis]) for mark in ("└", r"(?<=[─┴])(?= |$)"))
        assert left is not None
        assert right is not None
        for arm, (pen, sample) in enumerate(((HEAVY, "━━"), (LIGHT, "──"))):
            color = Color.parse(ROLES[DARK].arms[arm]).rich_color
            glyphs = {
                (row, column): segment.text[column - start]
                for row in range(axis + 1)
                for start, segment in placed(plot.render_line(row))
                if segment.style is not None and segment.style.color == color and segment.style.bold
                for column in range(start, start + len(segment.text))
            }
            inside = {
                glyph for (row, column), glyph in glyphs.items() if row >= top and left.end() <= column < right.start()
            }
            assert inside & pen
            assert inside <= pen | {"◇"}
            beside = "".join(
                glyph for (row, column), glyph in sorted(glyphs.items()) if row < top or column >= right.start()
            )
            assert re.search(rf"{sample} {plot.card.groups[arm][:6]}", beside)
            assert plot.card.groups[1 - arm][:4] not in beside


def row_of_axis(plot: SurvivalPlot) -> int:
    """The row of no survival, where the axis is."""
    (axis,) = [row for row, line in enumerate(lines_of(plot)) if re.match(r" +\d+% └", line)]
    return axis


def placed(strip: Strip) -> Iterator[tuple[int, Segment]]:
    """The segments of a row, each with the column where it begins."""
    column = 0
    for segment in strip:
        yield column, segment
        column += len(segment.text)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
async def test_the_numbers_at_risk_are_those_of_the_snapshot(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        snapshot = await driver.go(DAY)
        plot = driver.front.query_one("#first", SurvivalPlot)
        ticks, *rows, censored = lines_of(plot)[row_of_axis(plot) + 1 :][: len(plot.card.groups) + 2]
        assert ticks.startswith("at risk ")
        for arm, row in enumerate(rows):
            curve = snapshot.endpoints[0].curves[arm]
            name, *shown = row.split()
            assert plot.card.groups[arm].startswith(name.rstrip("…"))
            every = round(len(curve.at_risk) / len(shown) + 0.49)
            assert [int(number) for number in shown] == list(curve.at_risk[::every])
            # Each below its tick, of which the last is followed by the unit.
            ends = [found.span() for found in re.finditer(r"\d+", ticks)]
            for number, (first, last) in zip(re.finditer(r"\d+", row[len(name) :]), ends, strict=True):
                begin, end = (place + len(name) for place in number.span())
                assert begin <= last
                assert first <= end
        if censored.strip():
            assert censored.startswith("censored")
            in_all = np.concatenate([np.flatnonzero(curve.censored) for curve in snapshot.endpoints[0].curves])
            bars = [column for column, glyph in enumerate(censored) if glyph in "▁▂▃▄▅▆▇█"]
            axis = lines_of(plot)[row_of_axis(plot)]
            left = axis.index("└") + 1
            columns = len(axis.rstrip()) - left
            size_of_all = snapshot.endpoints[0].curves[0].censored.size
            assert bars == sorted({left + int(place) * columns // size_of_all for place in in_all.tolist()})


@pytest.mark.parametrize("size", [*SIZES[:2], (60, 24)], ids=lambda size: "{}x{}".format(*size))
async def test_the_legend_tells_events_and_patients(size: tuple[int, int]) -> None:
    """In a line above the curves where these leave no room at their ends."""
    async with driven(size=size) as driver:
        snapshot = await driver.go(DAY)
        plot = driver.front.query_one("#first", SurvivalPlot)
        is_legend = plot.size.width < 64
        for arm, one in enumerate(snapshot.endpoints[0].curves):
            color = Color.parse(ROLES[DARK].arms[arm]).rich_color
            rows = range(1 if is_legend else row_of_axis(plot))
            told = [
                segment.text.strip()
                for row in rows
                for segment in plot.render_line(row)
                if segment.style is not None and segment.style.color == color
            ]
            of = " ".join(told) if is_legend else next(words for words in told if words.startswith(str(one.events)))
            assert re.search(rf"\b{one.events}( of |/| events in ){one.n}\b", of)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
async def test_the_hazard_ratio_of_the_day_stands_beside_the_published_one(size: tuple[int, int]) -> None:
    async with driven(seed=12, size=size) as driver:
        snapshot = await driver.go(DAY)
        ratio = snapshot.endpoints[0].ratios[0]
        assert ratio.lower is not None
        assert ratio.upper is not None
        shown = "\n".join(lines_of(driver.front.query_one("#first", SurvivalPlot)))
        assert f"{ratio.estimate:.2f} ({ratio.lower:.2f}-{ratio.upper:.2f})" in shown
        assert f"P {ratio.p_one_sided:.3f}" in shown
        assert "published 0.70" in shown


@pytest.mark.parametrize("width", [80, 120, 160, 200])
async def test_the_top_says_as_much_as_there_is_room_for_and_the_calendar_how_fast(width: int) -> None:
    async with driven(size=(width, 45)) as driver:
        shown = await driver.go(DAY)
        header = driver.header()
        told = [shown.date, "aall1331", "seed 21", f"enrolled {shown.enrolled}"]
        told += [f"{shown.events_known}"] if width >= 120 else []
        told += [f"randomized {shown.randomized}", "3 months/s"] if width >= 160 else []
        assert [words for words in told if words not in header] == []
        await driver.press("right_square_bracket")
        assert "6 months/s" in lines_of(driver.front.query_one("#calendar", Picture))[0]


async def test_a_view_that_was_hidden_shows_the_day_that_it_is_now() -> None:
    async with driven(seed=12, size=(80, 24)) as driver:
        plot = driver.front.query_one("#first", SurvivalPlot)
        await driver.go(driver.session.last_day)
        ended = driver.snapshot.endpoints[0].curves[0]
        assert f"{ended.events} events in 111" in "\n".join(driver.screen_lines())
        await driver.press("w")
        shown = await driver.go(500.0)
        await driver.press("W")
        await driver.settle()
        seen = "\n".join(driver.screen_lines())
        assert plot.is_on_screen
        assert "in 111" not in seen
        for one in shown.endpoints[0].curves:
            assert re.search(rf"\b{one.events} events? in {one.n}\b", seen)


@pytest.mark.parametrize("scenario", ["two-arm-exponential", "stroke-thrombectomy"])
async def test_what_a_trial_does_not_have_takes_no_room(scenario: str) -> None:
    async with driven(scenario, size=(200, 60)) as driver:
        shown = await driver.go(150.0)
        card = driver.app.trial.card
        assert card is not None
        assert card.committee is None
        front = driver.front
        assert not front.query_one(CommitteeChart).display
        assert front.query_one("#second").display is (len(shown.endpoints) > 1)
        assert front.query_one(ToxicityPairs).display is card.has_toxicity
        assert front.query_one("#right").display is card.has_toxicity
        views = []
        await driver.press("f")
        for _ in range(6):
            await driver.press("w")
            views.append(getattr(front, "view", ""))
        assert "committee" not in views
        assert ("toxicity" in views) is card.has_toxicity


async def test_a_study_without_arms_shows_every_step_on_its_map_with_who_is_there() -> None:
    async with driven("stroke-thrombectomy", size=(160, 45)) as driver:
        snapshot = await driver.go(150.0)
        text = " ".join("\n".join(lines_of(driver.front.query_one(PathwayMap))).split())
        assert driver.app.trial.card is not None
        [lane] = driver.app.trial.card.lanes
        boxed = [*lane.stations, *(station for station in lane.elsewhere if not station.is_end)]
        assert {"Thrombectomy", "Waits for the suite"} <= {station.label for station in boxed}
        for station in boxed:
            assert station.label.split()[0] in text
        boxes = [int(found) for found in re.findall(r"▶ +(\d+)", text)]
        assert boxes == [snapshot.here[0][station.step] for station in boxed]
        for station in lane.elsewhere[len(boxed) - len(lane.stations) :]:
            assert f"{station.label} {snapshot.here[0][station.step]}" in text


async def test_an_ensemble_without_arms_shows_survival_and_no_power() -> None:
    async with driven("stroke-thrombectomy", size=(120, 40)) as driver:
        await driver.go(driver.session.last_day)
        await fill(driver, "ensemble")
        histogram = driver.front.query_one(Histogram)
        assert histogram.headline is not None
        assert not histogram.headline.is_ratio
        assert f"this trial {histogram.headline.own:.1%}" in "\n".join(lines_of(histogram))
        assert not driver.front.query_one(PowerChart).display
        shown = "\n".join(driver.screen_lines())
        assert "luckier" not in shown
        assert "P <" not in shown


async def test_the_map_counts_everybody_who_is_somewhere() -> None:
    async with driven(size=(200, 60)) as driver:
        snapshot = await driver.go(DAY)
        text = "\n".join(lines_of(driver.front.query_one("#map", Picture)))
        assert f"enrolled {snapshot.enrolled}" in text
        assert f"randomized {snapshot.randomized}" in text
        assert driver.app.trial.card is not None
        for lane, here in zip(driver.app.trial.card.lanes, snapshot.here, strict=True):
            for station in lane.stations:
                assert re.search(rf"\b{here[station.step]}\b", text)


@pytest.mark.parametrize("settings", [{}, {"trial.monitoring.closes_after_days": "1"}], ids=["as it is", "closed"])
async def test_the_map_has_a_place_for_every_patient(settings: dict[str, str]) -> None:
    """As a user found it: six patients stood before a randomization that had closed, and were nowhere on the map."""
    async with driven(seed=23, settings=settings) as driver:
        assert driver.app.trial.card is not None
        for day in (0.0, DAY, 1700.0, driver.session.last_day):
            snapshot = await driver.go(day)
            shown = [
                here[station.step]
                for lane, here in zip(driver.app.trial.card.lanes, snapshot.here, strict=True)
                for station in (*lane.stations, *lane.elsewhere)
            ]
            assert sum(shown) == snapshot.enrolled


@pytest.mark.parametrize("width", [96, 110, 115, 116, 131])
async def test_wherever_the_map_is_seen_it_has_both_arms(width: int) -> None:
    async with driven(size=(width, 32)) as driver:
        await driver.go(DAY)
        if not driver.front.query_one(PathwayMap).is_on_screen:
            await driver.press("w")
        shown = lines_of(driver.front.query_one(PathwayMap))
        assert driver.app.trial.card is not None
        for arm in driver.app.trial.card.arms:
            assert any(re.search(rf"\b{arm} \d", line) for line in shown)
        assert sum("Transpl" in line for line in shown) >= 2


async def test_nothing_is_cut_short_where_there_is_room() -> None:
    async with driven(size=(200, 60)) as driver:
        await driver.visit("evidence")
        await driver.press("w")
        targets = driver.front.query_one("#targets", Listing)
        await driver.until(lambda: targets.lines, "results are listed")
        assert not any("…" in line for line in lines_of(targets))


@pytest.mark.parametrize(
    "name", [SCREEN_NAMES[0], *(pytest.param(name, marks=pytest.mark.slow) for name in SCREEN_NAMES[1:])]
)
async def test_everything_can_be_painted_in_ascii(name: str) -> None:
    async with driven(ascii_only=True, settings={"steps.after_transplant.exit.relapse.hazard_ratio": "3"}) as driver:
        await driver.go(DAY)
        await fill(driver, name)
        if name == "live":
            await driver.press("x")
        if name == "patients":
            await driver.press("t")
        for keys in ((), ("y",), ("question_mark",), ("escape", "ctrl+p")):
            await driver.press(*keys)
            assert all(line.isascii() for line in driver.screen_lines())
            assert all(len(line) == driver.app.size.width for line in driver.screen_lines())


def faint(segments: Iterable[Segment]) -> list[tuple[str, float]]:
    """Texts that can hardly be told from what is behind them."""
    found = []
    for segment in segments:
        words = segment.text.strip()
        style = segment.style
        if not words or style is None or set(words) <= GRID | {" "}:
            continue
        if style.color is None or style.bgcolor is None:
            continue
        fore, back = (Color.from_rich_color(color) for color in (style.color, style.bgcolor))
        if style.dim:
            fore = back.blend(fore, 0.6)
        if style.reverse:
            fore, back = back, fore
        contrast = _contrast(fore, back)
        if contrast < LEAST_CONTRAST:
            found.append((words, round(contrast, 2)))
    return found


def _contrast(one: Color, other: Color) -> float:
    """As WCAG has it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize(
    "theme", [THEMES[0].name, *(pytest.param(theme.name, marks=pytest.mark.slow) for theme in THEMES[1:])]
)
async def test_all_text_can_be_told_from_its_background(theme: str) -> None:
    async with driven(theme=theme, settings={"steps.after_transplant.exit.relapse.hazard_ratio": "3"}) as driver:
        await driver.go(DAY)
        hidden = []
        for name in SCREEN_NAMES:
            await fill(driver, name)
            hidden += [(name, *one) for line in driver.screen_segments() for one in faint(line)]
        await driver.press("question_mark")
        await driver.settle()
        left, top, width, height = driver.app.screen.query_one(".dialog").region
        dialog = [Strip(line).crop(left, left + width) for line in driver.screen_segments()[top : top + height]]
        hidden += [("help", *one) for line in dialog for one in faint(line)]
        assert not hidden


@pytest.mark.slow
async def test_all_text_can_be_seen_without_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driven(settings={"steps.after_transplant.exit.relapse.hazard_ratio": "3"}) as driver:
        await driver.go(DAY)
        for name in SCREEN_NAMES:
            await fill(driver, name)
            assert sum(len("".join(line.split())) for line in driver.screen_lines()) > 500
            assert not [one for line in driver.screen_segments() for one in faint(line)]
