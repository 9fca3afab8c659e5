"""A journey beside another one of the same patient: both have room, and neither hides what the other says."""

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.color import Color

from pathsim.app.canvas import Canvas, Palette
from pathsim.app.themes import THEMES
from pathsim.app.widgets.timeline import Timeline
from pathsim.player.makers.patients import journey_view
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.patients import JourneyView, OtherJourney
from pathsim.scenario.scenario import load

DAY, WIDTH = 1200.0, 120


@cache
def trial(per_month: str) -> SimulatedTrial:
    return SimulatedTrial(load("two-arm-exponential", {"trial.per_month": per_month}), 21)


def drawn(view: JourneyView, width: int = WIDTH, height: int = 24) -> list[str]:
    theme = THEMES[0]
    canvas = Canvas(width, height, Palette(theme, Color.parse(theme.background or "black")))
    timeline = Timeline()
    timeline.view, timeline.groups, timeline.beside, timeline.today = view, ("experimental", "control"), "change", DAY
    timeline.draw(canvas)
    return ["".join(map(chr, row)).rstrip() for row in canvas.glyphs.tolist()]


@pytest.mark.parametrize(("before", "is_there"), [("16", True), ("40", False)])
def test_today_is_marked_only_where_it_is_the_same_day_of_both_journeys(before: str, *, is_there: bool) -> None:
    view = journey_view(1, trial("16"), None, trial(before), 60, DAY)
    assert view.before_change is not None
    assert view.before_change.journey is not None
    axis = next(row for row in drawn(view) if row.startswith("enrolled"))
    assert ("│now" in axis) == is_there


def test_there_is_room_for_the_longer_journey() -> None:
    """Who enrolled earlier before the change has been followed longer: what is drawn last is not drawn at the edge."""
    found = 0
    for patient in range(40, 120):
        view = journey_view(1, trial("16"), None, trial("40"), patient, trial("16").last_day)
        journey = None if view.before_change is None else view.before_change.journey
        if journey is None or not (exits := [one.day for one in journey.happenings if one.kind == "exit"]):
            continue
        assert view.own.until < journey.until
        if exits[0] > view.own.until:
            signs = [row for row in drawn(view) if "✗" in row and "event" not in row]
            place = signs[-1].index("✗")
            assert place == round((exits[0] / journey.until) ** 0.5 * (WIDTH - 1)) < WIDTH - 1
            found += 1
    assert found


WORDS = st.lists(st.text("abc", min_size=1, max_size=9), min_size=8, max_size=30).map(" ".join)


@given(before=WORDS, now=WORDS, width=st.integers(20, 90))
def test_what_each_journey_says_is_begun_however_little_room_there_is(before: str, now: str, width: int) -> None:
    view = journey_view(1, trial("16"), None, trial("40"), 60, DAY)
    assert view.before_change is not None
    parts = "The courses differ from day 9.", f"Before: {before}.", f"Now: {now}."
    view = JourneyView(1, 60, "", "", 0.0, view.own, view.in_other_arm, OtherJourney(view.own, parts, 9.0))
    told = " ".join(drawn(view, width, 12)[:3])
    assert re.search(r"Before: [abc]", told)
    assert re.search(r"Now: [abc]", told)
