"""The kinds of value a scenario file can hold, with a plain sentence for each way of getting one wrong."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema

from pathsim.laws import Exponential, Fixed, Law, Quantiles

REST = "rest"
_NUMBER = {"type": "number"}
_LIST = {"type": "array", "items": _NUMBER, "minItems": 2}


class Table(BaseModel):
    """A table of a scenario file. Unknown keys are errors: a misspelt rate must never be ignored in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _number(value: object) -> float:
    if not _is_number(value):
        raise ValueError(f"expected a number, found {shown(value)}")
    return float(value)  # type: ignore[arg-type]


def shown(value: object) -> str:
    """A value of a scenario file as a user would recognise it."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list" if len(value) > 6 else "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def _probability(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"a probability lies between 0 and 1; this is {value:g}")
    return value


def _positive(value: float) -> float:
    if value <= 0:
        raise ValueError(f"must be more than 0; this is {value:g}")
    return value


def _not_negative(value: float) -> float:
    if value < 0:
        raise ValueError(f"cannot be less than 0; this is {value:g}")
    return value


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"expected a whole number of 1 or more, found {shown(value)}")
    return value


Number = Annotated[float, BeforeValidator(_number)]
Probability = Annotated[Number, AfterValidator(_probability), Field(json_schema_extra={"minimum": 0, "maximum": 1})]
Positive = Annotated[Number, AfterValidator(_positive), Field(json_schema_extra={"exclusiveMinimum": 0})]
NotNegative = Annotated[Number, AfterValidator(_not_negative), Field(json_schema_extra={"minimum": 0})]
Count = Annotated[int, PlainValidator(_count), WithJsonSchema({"type": "integer", "minimum": 1})]
Counts = Annotated[Number, AfterValidator(_not_negative)]


def _ascending(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) < 2:
        raise ValueError(f"expected a list of at least two numbers in ascending order, found {shown(value)}")
    numbers = tuple(_number(item) for item in value)
    for before, after in pairwise(numbers):
        if after < before:
            raise ValueError(f"quantiles must ascend, but {after:g} follows {before:g}")
    return numbers


def quantiles(value: object) -> Quantiles:
    """A quantile law from a list of values at equally spaced probabilities."""
    return Quantiles(_ascending(value))


def _timing(value: object) -> Fixed | Quantiles:
    law = Fixed(_number(value)) if _is_number(value) else quantiles(value)
    least = law.value if isinstance(law, Fixed) else law.values[0]
    if least < 0:
        raise ValueError(f"a time cannot be negative; the least here is {least:g} days")
    return law


def _duration(value: object) -> Law:
    if isinstance(value, dict):
        if list(value) != ["exponential"]:
            raise ValueError("expected days, a list of quantiles, or { exponential = mean in days }")
        return Exponential(_positive(_number(value["exponential"])))
    return _timing(value)


Timing = Annotated[Fixed | Quantiles, PlainValidator(_timing), WithJsonSchema({"anyOf": [_NUMBER, _LIST]})]
"""Days: a number, or quantiles at equally spaced probabilities (five: minimum, quartiles, maximum)."""
_EXPONENTIAL = {
    "type": "object",
    "properties": {"exponential": _NUMBER},
    "required": ["exponential"],
    "additionalProperties": False,
}
Duration: TypeAlias = Annotated[
    Law, PlainValidator(_duration), WithJsonSchema({"anyOf": [_NUMBER, _LIST, _EXPONENTIAL]})
]
"""Days: a number, quantiles, or an exponential law with this mean."""
QuantileList = Annotated[Quantiles, PlainValidator(quantiles), WithJsonSchema(_LIST)]


def _shares(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or not value:
        raise ValueError(f"expected a table with a probability for each level, found {shown(value)}")
    rest = [name for name, share in value.items() if share == REST]
    if len(rest) > 1:
        raise ValueError(f"only one level can be the rest; here are {len(rest)}: {', '.join(rest)}")
    shares = {}
    for name, share in value.items():
        try:
            shares[name] = 0.0 if name in rest else _probability(_number(share))
        except ValueError as wrong:
            raise ValueError(f"{name}: {wrong}") from None
    total = math.fsum(shares.values())
    if total > 1 + 1e-9 or (not rest and total < 1 - 1e-9):
        remedy = "" if rest else "; write one of them as 'rest' to let it take what is left"
        raise ValueError(f"these probabilities sum to {total:.6g}, not to 1{remedy}")
    return {name: max(0.0, 1 - total) if name in rest else share for name, share in shares.items()}


_SHARE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"anyOf": [{**_NUMBER, "minimum": 0, "maximum": 1}, {"const": REST}]},
}
Shares = Annotated[dict[str, float], PlainValidator(_shares), WithJsonSchema(_SHARE_SCHEMA)]
"""Names with probabilities that sum to 1; one of them can be written as ``"rest"``."""


def _by_day(value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, dict) or not value:
        raise ValueError("expected a table of days and cumulative probabilities, such as { 365 = 0.2, 730 = 0.3 }")
    points = sorted(_points(value))
    if points[0][0] <= 0:
        raise ValueError(f"days count from entry and are more than 0; this is {points[0][0]:g}")
    for (early, low), (late, high) in pairwise(points):
        if high < low:
            raise ValueError(
                f"a cumulative probability cannot fall: it is {low:g} by day {early:g} and {high:g} by day {late:g}"
            )
    return tuple(points)


def _points(value: dict[str, object]) -> Iterator[tuple[float, float]]:
    for day, share in value.items():
        try:
            when = float(day)
        except ValueError:
            raise ValueError(f"'{day}' is not a day; write days as numbers: {{ 365 = 0.2 }}") from None
        if _probability(_number(share)) == 1:
            raise ValueError(f"by day {day} everybody: a hazard can come near 1 but not reach it; write 0.999")
        yield when, _number(share)


ByDay = Annotated[
    tuple[tuple[float, float], ...],
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
