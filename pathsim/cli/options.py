"""Options that several commands share."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pathsim.api.arguments import LARGEST
from pathsim.paths import split_setting

if TYPE_CHECKING:
    from pathsim.parquet import TableFormat

Command = TypeVar("Command", bound=Callable[..., Any])

MOST_SETTINGS = 100
ENDLESS = 10**15
"""A number of settings from which on nobody wants to read its digits."""
_NUMBER = r"\s*[+-]?\d+(\.\d+)?(e[+-]?\d{1,2})?\s*"
RANGE = re.compile(f"{_NUMBER}:{_NUMBER}:{_NUMBER}", re.ASCII | re.IGNORECASE)


class RenamedChoice(click.Choice[str]):
    """A choice of which some values had other names in earlier versions: who types one is told the new one."""

    def __init__(self, choices: Sequence[str], former: Mapping[str, str]) -> None:
        super().__init__(choices)
        self._former = former

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value, if it is one of them."""
        if value in self._former:
            self.fail(f"'{value}' is now called '{self._former[value]}'", param, ctx)
        return super().convert(value, param, ctx)


def _settings(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    settings = {}
    for text in values:
        path, equals, value = split_setting(text)
        if not equals or not path.strip():
            raise click.BadParameter(
                f"write path=value, for example --set trial.patients=400, not '{text}'", ctx, param
            )
        settings[path.strip()] = value.strip()
    return settings


def _variations(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """Each path with its values: a list with commas, or FROM:TO:STEP."""
    found = []
    for text in texts:
        path, equals, listed = split_setting(text)
        values = _range(ctx, param, listed) if RANGE.fullmatch(listed.strip()) else _listed(listed)
        if not equals or not path.strip() or len(values) < 2:
            raise click.BadParameter(
                f"write path=value,value or path=from:to:step, with at least two values, not '{text}'", ctx, param
            )
        found.append((path.strip(), values))
    _refuse_too_many(ctx, param, math.prod(len(values) for _, values in found))
    return found


def _refuse_too_many(ctx: click.Context, param: click.Parameter, settings: int) -> None:
    if settings > MOST_SETTINGS:
        shown = f"{settings:,}" if settings < ENDLESS else f"{Decimal(settings):.1e}"
        raise click.BadParameter(f"{shown} settings are too many: at most {MOST_SETTINGS} are compared", ctx, param)


def _listed(text: str) -> list[str]:
    """The values between the commas that stand in no list, table or text."""
    values, depth, quote = [""], 0, ""
    for letter in text:
        if letter == "," and not depth and not quote:
            values.append("")
            continue
        values[-1] += letter
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        else:
            depth += (letter in "[{") - (letter in "]}")
    return [value.strip() for value in values if value.strip()]


def _range(ctx: click.Context, param: click.Parameter, text: str) -> list[str]:
    """The values from the first to the last of FROM:TO:STEP, exact in decimals."""
    first, last, step = (Decimal(number.strip()) for number in text.split(":"))
    if step == 0 or (last - first) / step < 0:
        raise click.BadParameter(
            f"{first} to {last} in steps of {step} never ends: use a step that leads from the first to the last",
            ctx,
            param,
        )
    count = int((last - first) / step) + 1
    _refuse_too_many(ctx, param, count)
    return [str(first + step * i) for i in range(count)]


def whole(least: int = 0, most: int = LARGEST) -> click.IntRange:
    """The type of an option that is a whole number between these limits."""
    return click.IntRange(least, most)


scenario_argument = click.argument("scenario")
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    callback=_settings,
    metavar="PATH=VALUE",
    help="Change one value of the scenario; pathsim sources lists the paths. Can be repeated.",
)
vary_option = click.option(
    "--vary",
    "variations",
    multiple=True,
    callback=_variations,
    metavar="PATH=A,B,...",
    help="Compare these values of a path (or FROM:TO:STEP) on the same patients. Several --vary are crossed.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def seed_option_with(absent: str) -> Callable[[Command], Command]:
    """The option for the seed; ``absent`` says what is done without it."""
    told = f"The seed: the same one gives the same trial. {absent}"
    return click.option("--seed", type=whole(), metavar="N", help=told)


seed_option = seed_option_with("Drawn and printed if absent.")


def _date(ctx: click.Context, param: click.Parameter, text: str | None) -> date | None:
    from pathsim.state import StateError, iso_date

    try:
        return None if text is None else iso_date(text)
    except StateError as wrong:
        raise click.BadParameter(str(wrong), ctx, param) from None


def until_option_with(told: str) -> Callable[[Command], Command]:
    """The option for the date at the end of which trials are reported; ``told`` says what is done with it."""
    return click.option("--until", callback=_date, metavar="DATE", help=told)


def chosen_format(asked: "TableFormat | None") -> "TableFormat":
    """The format of a table in a folder: what was asked for, or else the best that is installed."""
    from importlib.util import find_spec

    has_parquet = find_spec("pyarrow") is not None
    if asked == "parquet" and not has_parquet:
        raise click.UsageError("--format parquet needs pyarrow: install 'pathsim-trials[parquet]', or use --format csv")
    return asked or ("parquet" if has_parquet else "csv")
