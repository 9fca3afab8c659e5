"""What is made once and then read by many: nobody can write into it."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")
_PLAIN = frozenset({type(None), bool, int, float, str})
"""Of these nothing can be written into. They are by far the most, and to ask whether they are mappings takes long."""


def closed(value: Value) -> Value:
    """The same value; to write into an array of it is an error from now on.

    Arrays are sought in tuples, lists and mappings, and in dataclasses with slots: one without has room for what it
    keeps itself, and closes that.
    """
    if type(value) in _PLAIN:
        return value
    match value:
        case np.ndarray():
            value.setflags(write=False)
        case Mapping():
            for part in value.values():
                closed(part)
        case tuple() | list():
            for part in value:
                closed(part)
        case _ if is_dataclass(value) and hasattr(type(value), "__slots__"):
            for field in fields(value):
                closed(getattr(value, field.name))
    return value


class kept(cached_property[Value]):  # noqa: N801 - it is written as a decorator
    """A property that is made once; to write into an array of it is an error."""

    def __init__(self, made: Callable[[Any], Value]) -> None:
        super().__init__(lambda of: closed(made(of)))
        self.__doc__ = made.__doc__
