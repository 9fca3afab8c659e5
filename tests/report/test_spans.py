"""How figures are written: spans of time in the unit that a reader would choose, and never two alike."""

import pytest

from pathsim.report.figures import spans


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([365, 730], ["1 year", "2 years"]),
        ([365, 365.25, 366, 730], ["365 days", "365.25 days", "366 days", "2 years"]),
        ([30.4375, 30.44], ["30.4375 days", "30.44 days"]),
        ([30.4375], ["30.4 days"]),
        ([365.25, 365.2500001], ["365.25 days", "365.2500001 days"]),
    ],
)
def test_days_that_would_be_written_alike_are_written_exactly(days: list[float], told: list[str]) -> None:
    assert list(spans(days).values()) == told
