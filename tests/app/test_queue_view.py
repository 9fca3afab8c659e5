"""The view of queues: what is on screen are the numbers of the snapshot, and places are added with a key."""

import numpy as np
import pytest
from driving import Driver, driven, lines_of

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.queues import QueueChart, _summary
from pathsim.player.views.live import QueueView

SUITE = "resources.suite.capacity"


def chart(driver: Driver) -> QueueChart:
    return driver.front.query_one(QueueChart)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 45), (200, 60)], ids=lambda size: "{}x{}".format(*size))
async def test_each_resource_tells_its_places_who_waits_and_who_gave_up(size: tuple[int, int]) -> None:
    async with driven("stroke-thrombectomy", size=size) as driver:
        snapshot = await driver.go(60.0)
        driver.front.view = "queues"
        await driver.until(lambda: chart(driver).is_on_screen, "the queues are shown")
        text = "\n".join(lines_of(chart(driver)))
        for one in snapshot.queues:
            assert f"{one.label}, 1 place" in text
            assert f"{one.gave_up} left the queue" in text or f"{one.gave_up} of {one.asked} left the queue" in text
            assert "9 in 10" in text
            if chart(driver).size.width >= 60:
                assert f"{one.share_in_use:.0%}" in text


async def test_a_place_more_is_one_change_that_can_be_undone_and_what_was_before_stays_beside_it() -> None:
    async with driven("stroke-thrombectomy") as driver:
        await driver.go(200.0)
        before = next(one for one in driver.snapshot.queues if one.name == "suite")
        await driver.press("plus")
        await driver.until_shown()
        assert driver.session.settings == {SUITE: "2"}
        now = next(one for one in driver.snapshot.queues if one.name == "suite")
        assert (now.capacity, now.capacity_before) == (2, 1)
        assert now.gave_up_before == before.gave_up
        assert "(before 1)" in "\n".join(lines_of(chart(driver)))
        await driver.press("minus")
        await driver.until_shown()
        assert not driver.session.settings
        await driver.press("minus")
        await driver.until_shown()
        assert not driver.session.settings, "there is no trial without a place"


async def test_where_nobody_queues_there_is_no_such_view_and_no_key() -> None:
    async with driven() as driver:
        await driver.go(900.0)
        assert not chart(driver).display
        await driver.press("plus")
        await driver.settle()
        assert not driver.session.settings


def made(**more: object) -> QueueView:
    values: dict[str, object] = {
        "name": "bed",
        "label": "Bed [b]",
        "capacity": 3,
        "capacity_before": None,
        "begins": 0.0,
        "ends": 30.0,
        "usual_wait_days": 0.0,
        "use": np.linspace(0, 1, 60),
        "waiting": np.linspace(0, 5, 60),
        "busy": 3,
        "who": (),
        "now_waiting": 0,
        "times": np.array([]),
        "times_before": None,
        "asked": 0,
        "gave_up": 0,
        "gave_up_before": None,
        "share_in_use": 0.0,
        "share_in_use_before": None,
    }
    return QueueView(**values | more)  # type: ignore[arg-type]


async def test_it_stays_within_any_room_whatever_there_is_to_show() -> None:
    async with driven("two-arm-exponential") as driver:
        palette = driver.front.query_one(QueueChart).palette
        for views in (
            (made(),),
            (made(times=np.array([0.0, 1.0, 400.0]), asked=4, gave_up=1),),
            tuple(made(name=str(n), times=np.arange(n + 1.0)) for n in range(6)),
        ):
            for width in (1, 10, 30, 84, 200):
                for height in (1, 4, 7, 20, 60):
                    widget = QueueChart()
                    widget.views, widget.day = views, 30.0
                    widget.draw(Canvas(width, height, palette))


@pytest.mark.parametrize("width", [46, 60, 80, 120, 160])
async def test_what_was_before_is_told_in_the_same_figures_as_what_is_now(width: int) -> None:
    few, many = np.array([0.0, 0.0, 0.5, 3.5]), np.array([0.0, 2.0, 9.0, 18.0, 19.0])
    view = made(
        times=many, times_before=few, asked=40, gave_up=26, gave_up_before=4, share_in_use=1.0, share_in_use_before=0.82
    )
    told = _summary(view, width)
    assert len("; ".join(one.now + one.was for one in told)) <= width
    use, waited = ("in use 100%", " (was 82%)"), ("80% had to wait", " (was 50%)")
    longest, left = ("9 in 10 waited up to 18.6 days", " (was 2.6 days)"), ("26 of 40 left the queue", " (was 4)")
    brief = (
        ("use 100%", " (was 82%)"),
        ("9 in 10 up to 18.6 days", " (was 2.6 days)"),
        ("26 left the queue", " (was 4)"),
    )
    expected = {
        46: [brief[0], brief[2]],
        60: [brief[0], brief[2]],
        80: [brief[1], brief[2]],
        120: list(brief),
        160: [use, waited, longest, left],
    }
    assert [tuple(one) for one in told] == expected[width]


def test_what_has_not_changed_is_told_once() -> None:
    times = np.array([0.0, 1.0])
    view = made(
        times=times, times_before=times, asked=2, gave_up_before=0, share_in_use=0.821, share_in_use_before=0.82
    )
    assert not any(one.was for one in _summary(view, 160))
