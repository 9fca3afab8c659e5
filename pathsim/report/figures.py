"""How reports write figures: tables, spans of time, shares, and the colors of arms."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from pathsim.calendar import DAYS_PER_MONTH, DAYS_PER_YEAR
from pathsim.meaning import Unit
from pathsim.paths import day_name
from pathsim.report.colors import ARM_COLOURS
from pathsim.text import counted

if TYPE_CHECKING:
    from rich.table import Table


def arm_style(number: int) -> str:
    """The color of an arm."""
    return ARM_COLOURS[number % len(ARM_COLOURS)]


ROOMY = 100
"""Characters in a line from which on a table can have wide columns."""


def figure_table(*headings: tuple[str, str]) -> "Table":
    """An empty table of figures, with a heading and a style for each column; the first holds the labels."""
    # A screen that only writes figures starts sooner without.
    from pathsim.report.figure_table import FigureTable  # noqa: PLC0415

    table = FigureTable()
    for number, (heading, style) in enumerate(headings):
        table.add_column(heading, justify="left" if number == 0 else "right", style=style, no_wrap=number > 0)
    return table


LONG = 3652
"""Days from which on a span of time is given in years, whole or not."""


def span(days: float) -> str:
    """A span of time in the unit that a reader would choose: whole years if it is that."""
    if days >= 364 and abs(days / DAYS_PER_YEAR - round(days / DAYS_PER_YEAR)) < 0.01:
        return counted(round(days / DAYS_PER_YEAR), "year")
    told = f"{days / DAYS_PER_YEAR:.1f} years" if days >= LONG else months(days)
    return told.replace(".0 ", " ")


def spans(days: Iterable[float]) -> dict[float, str]:
    """Each of these spans of time in a unit of its own, but in days and exactly where two would be written alike."""
    told = {each: span(each) for each in days}
    written = Counter(told.values())
    return {each: text if written[text] == 1 else f"{day_name(each)} days" for each, text in told.items()}


class TimeUnit(NamedTuple):
    """A unit of time in which spans are written."""

    name: str
    days: float
    """How long one is."""
    digits: int
    """The decimals that are written."""


_UNITS = (
    (2 * DAYS_PER_MONTH, TimeUnit("months", DAYS_PER_MONTH, 1)),
    (2.0, TimeUnit("days", 1.0, 1)),
    (2 / 24, TimeUnit("hours", 1 / 24, 1)),
    (0.0, TimeUnit("minutes", 1 / 1440, 0)),
)
"""From how many days on which unit is used."""


def unit_for(days: float) -> TimeUnit:
    """The unit that a reader would choose for so many days."""
    return next(unit for least, unit in _UNITS if days >= least)


def in_unit(days: float, unit: TimeUnit) -> str:
    """A time in this unit, without its name."""
    return f"{days / unit.days:.{unit.digits}f}"


def months(days: float) -> str:
    """A span of time in months, or in days, hours or minutes if it is short; a dash if it is missing."""
    if math.isnan(days):
        return "-"
    if days == 0:
        return "0 days"
    unit = unit_for(days)
    if unit.digits:
        return f"{in_unit(days, unit)} {unit.name}"
    return counted(minutes, "minute") if (minutes := round(days / unit.days)) else "less than a minute"


def percent(value: float | None) -> str:
    """A share in per cent; a dash if it is missing."""
    return "-" if value is None or math.isnan(value) else f"{value:.1%}"


def ratio(value: float | None) -> str:
    """A ratio with two decimals, but none if it is 0; a dash if it is missing."""
    if value is None or math.isnan(value):
        return "-"
    return "infinite" if math.isinf(value) else f"{value:.2f}" if value else "0"


LEAST_P = 0.001


def p_value(value: float | None) -> str:
    """A P value with three decimals, or that it is smaller; a dash if it is missing."""
    if value is None or math.isnan(value):
        return "-"
    return f"{value:.3f}" if value >= LEAST_P else f"<{LEAST_P}"


def decimal(value: float) -> str:
    """A number, whole if it is whole; a dash if it is missing."""
    if not math.isfinite(value):
        return ratio(value)
    return f"{value:.0f}" if value == round(value) else f"{value:.2f}"


def written(value: float, unit: Unit | None) -> str:
    """A figure as its unit is written; a dash if it is missing."""
    match unit:
        case Unit.RATIO:
            return ratio(value)
        case Unit.SHARE:
            return percent(value)
        case Unit.P_VALUE:
            return p_value(value)
        case Unit.COUNT | Unit.DAYS if math.isfinite(value):
            return f"{value:,.0f} days" if unit is Unit.DAYS else f"{value:,.0f}"
        case _:
            return f"{value:.2f}" if math.isfinite(value) else ratio(value)


def times(factor: float, lower: float, upper: float) -> str:
    """A ratio of ratios with its interval."""
    return f"\N{MULTIPLICATION SIGN} {factor:.3f} ({lower:.3f}-{upper:.3f})"


def of_fewer(count: int, trials: int, joint: str = ", ") -> str:
    """Of how many trials a figure is, to be put behind it if that is not all of them."""
    return "" if count == trials else f"{joint}of {count:,}"
