"""JSON as pathsim writes it, on the screen and in files."""

import datetime
import json
import math
from typing import Any

from pathsim.text import harmless_lines


def as_json(value: Any, *, ascii_only: bool = False) -> str:
    """This value as JSON: floats at full precision, undefined ones as null, infinite ones and dates as texts.

    JSON has no infinity; "Infinity" and "-Infinity" are what JavaScript, Python, R and protocol buffers read as one.
    """
    text = json.dumps(_finite(value), indent=2, ensure_ascii=ascii_only, allow_nan=False, default=_date)
    # JSON leaves some characters as they are that a terminal obeys; they can only stand inside its texts.
    return harmless_lines(text)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return value


def _date(value: object) -> str:
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written as JSON")
