"""Where a table states all its shares, the others give way in proportion to the one that is turned: by hand."""

import pytest

from pathsim.player.parameters import parameters
from pathsim.player.user_session import UserSession
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load

THIRDS = Source(
    "thirds",
    "<test>",
    """
extends = "two-arm-exponential"
[cohort.risk]
levels  = { low = 0.5, middle = 0.3, high = 0.2 }
assumed = "a test"
""",
)
LOW, MIDDLE, HIGH = (f"cohort.risk.levels.{level}" for level in ("low", "middle", "high"))


@pytest.mark.parametrize(
    ("turned", "to", "expected"),
    [
        (LOW, 0.7, {LOW: 0.7, MIDDLE: 0.18, HIGH: 0.12}),
        (HIGH, 0.6, {LOW: 0.25, MIDDLE: 0.15, HIGH: 0.6}),
        (MIDDLE, 0.0, {LOW: 5 / 7, MIDDLE: 0.0, HIGH: 2 / 7}),
        (LOW, 1.0, {LOW: 1.0, MIDDLE: 0.0, HIGH: 0.0}),
    ],
)
def test_the_others_keep_their_proportions_and_all_add_up_to_one(
    turned: str, to: float, expected: dict[str, float]
) -> None:
    session = UserSession("thirds", 1)
    parameter = next(one for one in parameters(load(THIRDS)) if one.path == turned)
    session.turn(parameter, to)
    assert {path: float(value) for path, value in session.settings.items()} == pytest.approx(expected)
    load(THIRDS, session.settings)
    session.turn(parameter, None)
    assert not session.settings


def test_shares_that_are_all_0_take_equal_parts_of_what_is_left() -> None:
    text = THIRDS.text.replace("low = 0.5, middle = 0.3, high = 0.2", "low = 0, middle = 0, high = 1")
    certain = Source("thirds", "<test>", text)
    session = UserSession("thirds", 1)
    session.turn(next(one for one in parameters(load(certain)) if one.path == HIGH), 0.4)
    assert {path: float(value) for path, value in session.settings.items()} == pytest.approx(
        {LOW: 0.3, MIDDLE: 0.3, HIGH: 0.4}
    )
    load(certain, session.settings)
