"""The kinds of value a scenario file can hold, with a plain sentence for each way of getting one wrong."""

import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from pathsim.calendar import LONGEST_DAYS
from pathsim.distributions import Distribution, Exponential, Fixed, Quantiles
from pathsim.meaning import Together, Unit

REST = "rest"
COUNT = re.compile(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*")
"""An observation, such as 10/102."""
LONGEST_SHOWN = 60
MOST_QUANTILES = 101
LARGEST_NUMBER = 1e15
"""Up to here every whole number is a number of its own, and products of a few are still finite."""
MOST_COUNTED = 1_000_000_000
LARGEST_SEED = 2**63 - 1
LARGEST_RATIO = 1e9
_NUMBER = {"type": "number"}
_LIST = {"type": "array", "items": _NUMBER, "minItems": 2}
_DAY = re.compile(r"\d+(\.\d+)?", re.ASCII)


def wrong(message: str, *at: str | int) -> PydanticCustomError:
    """What is wrong with a value, or with what stands inside it at these keys."""
    return PydanticCustomError("wrong", "{message}", {"message": message, "at": at})


def is_number(value: object) -> bool:
    """Whether this is a number that can be calculated with: neither true nor false, and finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def listed_numbers(text: str) -> list[float] | None:
    """The numbers of a list as people type it, 0.5,1 or [80/131, 1]; None if it is no such list."""
    inside = re.fullmatch(r"\s*\[(.*)\]\s*", text, re.DOTALL)
    numbers = []
    for part in (inside[1] if inside else text).split(","):
        above, slash, below = part.partition("/")
        try:
            numbers.append(float(above) / float(below) if slash else float(above))
        except (ValueError, ZeroDivisionError):
            return None
    return numbers if all(map(is_number, numbers)) else None


def is_list(value: object) -> bool:
    """Whether this is a list of a scenario file."""
    return isinstance(value, (list, tuple))


def possible(n: int, of: int) -> bool:
    """Whether this many of that many can be a count."""
    return n <= of and of > 0


def shown(value: object) -> str:
    """A value of a scenario file as a user would recognize it."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        brief = len(value) <= 6 and not any(isinstance(item, (Mapping, list, tuple)) for item in value)
        return "[" + ", ".join(map(shown, value)) + "]" if brief else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:.6g}" if is_number(value) else _beyond(value)
    text = str(value)
    text = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
    return f"'{text}'" if isinstance(value, str) else text


def _beyond(value: float) -> str:
    return str(value) if isinstance(value, float) else "a number with hundreds of digits"


def _expected(what: str, value: object) -> PydanticCustomError:
    """A value of another kind than the one that belongs here, and how to write what was probably meant."""
    if isinstance(value, str) and (count := COUNT.fullmatch(value)) and not possible(int(count[1]), int(count[2])):
        # It has been reported where the evidence is read; see pathsim.scenario.evidence.
        return PydanticCustomError("reported", "reported before")
    return wrong(f"expected {what}, found {shown(value)}{_remedy(value)}")


def _remedy(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        return f"; write it without quotation marks: {text}"
    if percent := re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text, re.ASCII):
        return f"; write it as a fraction: {float(percent[1]) / 100:g}"
    return ""


def _number(value: object) -> float:
    if not is_number(value):
        raise _expected("a number", value)
    number = float(value)  # type: ignore[arg-type]
    if abs(number) > LARGEST_NUMBER:
        raise wrong(f"a number lies between -{LARGEST_NUMBER:g} and {LARGEST_NUMBER:g}; this is {number:g}")
    return number


def _probability(value: float) -> float:
    if not 0 <= value <= 1:
        remedy = f"; for {value:g}% write {value / 100:g}" if 1 < value <= 100 else ""
        raise wrong(f"a probability lies between 0 and 1; this is {value:g}{remedy}")
    return value


def _positive(value: float) -> float:
    if value <= 0:
        raise wrong(f"must be more than 0; this is {value:g}")
    return value


def _not_negative(value: float) -> float:
    if value < 0:
        raise wrong(f"cannot be less than 0; this is {value:g}")
    return value


def _in_time(value: float) -> float:
    if value > LONGEST_DAYS:
        raise wrong(f"days go up to {LONGEST_DAYS:,}, a thousand years; this is {value:g}")
    return value


def _ratio(value: float) -> float:
    if not 1 / LARGEST_RATIO <= value <= LARGEST_RATIO:
        raise wrong(f"must lie between {1 / LARGEST_RATIO:g} and {LARGEST_RATIO:g}; this is {value:g}")
    return value


def _count(value: object) -> int:
    if isinstance(value, float) and value.is_integer() and 1 <= value <= MOST_COUNTED:
        raise wrong(f"expected a whole number, found {value:.1f}; write it without a decimal point: {value:.0f}")
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _expected("a whole number of 1 or more", value)
    if value > MOST_COUNTED:
        raise wrong(f"a count is at most {MOST_COUNTED:,}; this is {shown(value)}")
    return value


def _rising(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] >= ends[1]:
        raise wrong(f"a range is two different numbers, the lower first; this goes from {ends[0]:g} to {ends[1]:g}")
    return ends


Number = Annotated[float, BeforeValidator(_number)]
Probability = Annotated[Number, AfterValidator(_probability), Field(json_schema_extra={"minimum": 0, "maximum": 1})]
Share = Annotated[Probability, Unit.SHARE]
Positive = Annotated[Number, AfterValidator(_positive), Field(json_schema_extra={"exclusiveMinimum": 0})]
NotNegative = Annotated[Number, AfterValidator(_not_negative), Field(json_schema_extra={"minimum": 0})]
Ratio = Annotated[Positive, AfterValidator(_ratio), Unit.RATIO]
"""How many times something: a hazard, a risk, odds, a weight."""
Day = Annotated[Positive, AfterValidator(_in_time), Unit.DAYS, Field(json_schema_extra={"maximum": LONGEST_DAYS})]
"""A day that counts from 1, or a time that is longer than nothing."""
DaysLong = Annotated[
    NotNegative, AfterValidator(_in_time), Unit.DAYS, Field(json_schema_extra={"maximum": LONGEST_DAYS})
]
"""A time that can be nothing, or a day that counts from 0."""
Count = Annotated[int, PlainValidator(_count), WithJsonSchema({"type": "integer", "minimum": 1})]
Between = Annotated[tuple[Number, Number], AfterValidator(_rising)]
"""The two ends of a range, the lower first."""


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    for position, name in enumerate(names):
        if name in names[:position]:
            raise wrong(f"'{name}' is listed twice; keep one of them", position)
    return names


def _ascending(days: tuple[float, ...]) -> tuple[float, ...]:
    for position, (before, after) in enumerate(pairwise(days), 1):
        if after <= before:
            raise wrong(f"days must ascend without repeats, but {after:g} follows {before:g}", position)
    return days


EachOnce = Annotated[tuple[str, ...], AfterValidator(_each_once)]
"""A list of names or conditions, each of them once."""
AscendingDays = Annotated[tuple[Day, ...], AfterValidator(_ascending)]
"""A list of days, each later than the one before."""

_NUMBERS: TypeAdapter[tuple[float, ...]] = TypeAdapter(tuple[Number, ...])


def quantiles(value: object) -> Quantiles:
    """A quantile distribution from a list of values at equally spaced probabilities."""
    if not isinstance(value, (list, tuple)) or not 2 <= len(value) <= MOST_QUANTILES:
        many = f"; this has {len(value)}" if isinstance(value, (list, tuple)) else f", found {shown(value)}"
        raise wrong(f"expected a list of 2 to {MOST_QUANTILES} numbers in ascending order{many}")
    numbers = _NUMBERS.validate_python(tuple(value))
    for position, (before, after) in enumerate(pairwise(numbers), 1):
        if after < before:
            raise wrong(f"quantiles must ascend, but {after:g} follows {before:g}", position)
    return Quantiles(numbers)


def _days(value: object, what: str) -> Fixed | Quantiles:
    if is_number(value):
        distribution: Fixed | Quantiles = Fixed(_number(value))
    elif is_list(value):
        distribution = quantiles(value)
    else:
        raise _expected(what, value)
    least, most = (
        (distribution.value, distribution.value)
        if isinstance(distribution, Fixed)
        else (distribution.values[0], distribution.values[-1])
    )
    if least < 0:
        raise wrong(f"a time cannot be negative; the smallest here is {least:g} days")
    _in_time(most)
    return distribution


def _timing(value: object) -> Fixed | Quantiles:
    return _days(value, "days, as a number or a list of quantiles")


def _duration(value: object) -> Distribution:
    forms = "days, as a number, a list of quantiles, or { exponential = mean in days }"
    if isinstance(value, Mapping) and "exponential" in value:
        mean = value["exponential"]
        if len(value) > 1:
            raise wrong(f"expected {forms} with nothing next to the mean")
        if not is_number(mean) or mean <= 0:
            raise wrong(f"the mean is a number of days, more than 0; found {shown(mean)}", "exponential")
        return Exponential(_in_time(_number(mean)))
    return _days(value, forms)


Timing = Annotated[Fixed | Quantiles, PlainValidator(_timing), Unit.DAYS, WithJsonSchema({"anyOf": [_NUMBER, _LIST]})]
"""Days: a number, or quantiles at equally spaced probabilities (five: minimum, quartiles, maximum)."""
_EXPONENTIAL = {
    "type": "object",
    "properties": {"exponential": _NUMBER},
    "required": ["exponential"],
    "additionalProperties": False,
}
Duration: TypeAlias = Annotated[
    Distribution, PlainValidator(_duration), Unit.DAYS, WithJsonSchema({"anyOf": [_NUMBER, _LIST, _EXPONENTIAL]})
]
"""Days: a number, quantiles, or an exponential distribution with this mean."""
QuantileList = Annotated[Quantiles, PlainValidator(quantiles), WithJsonSchema(_LIST)]


def _share_table(value: object) -> object:
    if not isinstance(value, Mapping) or not value:
        raise wrong(f"expected a table of names with their probabilities, found {_or_empty(value)}")
    return value


def _or_empty(value: object) -> str:
    return "an empty one" if value == {} else shown(value)


def _share(value: object) -> float:
    """A probability, or not a number where one is to take the rest."""
    if value == REST:
        return math.nan
    if isinstance(value, str):
        raise _expected(f"a probability, or '{REST}' for what the others leave", value)
    return _probability(_number(value))


def _complete(shares: dict[str, float]) -> dict[str, float]:
    rest = [name for name, share in shares.items() if math.isnan(share)]
    if len(rest) > 1:
        raise wrong(f"only one can take the rest, and '{rest[0]}' already does", rest[1])
    total = math.fsum(share for share in shares.values() if not math.isnan(share))
    if total > 1 + 1e-9:
        raise wrong(f"these probabilities sum to {total:.6g}, more than 1")
    if not rest and total < 1 - 1e-9:
        raise wrong(
            f"these probabilities sum to {total:.6g}, not to 1; write '{REST}' for the one that takes what is left"
        )
    return {name: max(0.0, 1 - total) if name in rest else share for name, share in shares.items()}


_SHARE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"anyOf": [{**_NUMBER, "minimum": 0, "maximum": 1}, {"const": REST}]},
}
Shares = Annotated[
    dict[str, Annotated[float, PlainValidator(_share), Unit.SHARE]],
    Together.SUM_TO_ONE,
    BeforeValidator(_share_table),
    AfterValidator(_complete),
    WithJsonSchema(_SHARE_SCHEMA),
]
"""Names with probabilities that sum to 1; one of them can be written as ``"rest"``."""


def _day(text: str) -> str:
    if not _DAY.fullmatch(text):
        raise wrong(f"'{text}' is not a day; write days as numbers: {{ 365 = 0.2 }}")
    return text


def _reached(value: object) -> float:
    if isinstance(value, Mapping):
        raise wrong(
            'expected a probability, found a table; a day with a decimal point goes in quotation marks: "0.5" = 0.2'
        )
    share = _probability(_number(value))
    if share == 1:
        raise wrong("this means everybody: a cumulative probability can approach 1 but not reach it; write 0.999")
    return share


_Points: TypeAlias = dict[Annotated[str, AfterValidator(_day)], Annotated[float, PlainValidator(_reached)]]
_POINTS: TypeAdapter[dict[str, float]] = TypeAdapter(_Points)


def _by_day(value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, Mapping) or not value:
        raise wrong(
            "expected a table of days and cumulative probabilities, such as { 365 = 0.2, 730 = 0.3 }, "
            f"found {_or_empty(value)}"
        )
    points = sorted((float(day), share, day) for day, share in _POINTS.validate_python(value).items())
    if points[0][0] <= 0:
        raise wrong("days count from entry and are more than 0", points[0][2])
    if points[-1][0] > LONGEST_DAYS:
        raise wrong(f"days go up to {LONGEST_DAYS:,}, a thousand years", points[-1][2])
    for (early, low, _), (late, high, day) in pairwise(points):
        if early == late:
            raise wrong(f"day {late:g} is given twice; keep one of them", day)
        if high < low:
            raise wrong(
                f"a cumulative probability cannot fall: it is {low:g} by day {early:g} and {high:g} by day {late:g}",
                day,
            )
    return tuple((day, share) for day, share, _ in points)


ByDay = Annotated[
    tuple[tuple[float, Annotated[float, Unit.SHARE]], ...],
    Together.ASCEND,
    PlainValidator(_by_day),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {"^[0-9.]+$": {**_NUMBER, "minimum": 0, "exclusiveMaximum": 1}},
            "additionalProperties": False,
        }
    ),
]
"""Days with the cumulative probability reached by each, ascending."""
