"""The keys that a scenario file may have and what stands at each, read off the models."""

import datetime
import types
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from pathsim.distributions import Distribution, Fixed, Quantiles
from pathsim.scenario.schema import File
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.spec import KeyPath

Note = TypeVar("Note")


class Form(NamedTuple):
    """What can stand at a place of the file."""

    type: Any
    """Its type, one of those of a union."""
    notes: tuple[Any, ...] = ()
    """What its annotations say."""


_NUMBERS = (float, int, Distribution, Fixed, Quantiles)


def keys_in(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the table at this place of a model can have; none if they are names to choose."""
    found = (form.type for form in _within((Form(model),), path) if _is_model(form.type))
    return list(dict.fromkeys(key for table in found for key in table.model_fields))


def declared(path: KeyPath, kind: type[Note]) -> Note | None:
    """What the declaration of the key at this place says of this kind, as its unit; None if it says nothing."""
    return next((note for form in _forms(path) for note in form.notes if isinstance(note, kind)), None)


def expects_number(path: KeyPath) -> bool:
    """Whether a number, or a list of them, can stand at this place."""
    return any(one in _NUMBERS for one in _numbers_in(_forms(path)))


def expects_evidence(path: KeyPath) -> bool:
    """Whether what can stand at this place says where it comes from: a number, a list of them, or a date."""
    return expects_number(path) or _can_be(path, datetime.date)


def expects_one_number(path: KeyPath) -> bool:
    """Whether a number can stand at this place without others."""
    return _can_be(path, *_NUMBERS)


def expects_whole_number(path: KeyPath) -> bool:
    """Whether only a whole number can stand at this place, as how many patients there are."""
    return _can_be(path, int)


def expects_text(path: KeyPath) -> bool:
    """Whether a text can stand at this place."""
    return _can_be(path, str)


def _can_be(path: KeyPath, *types: Any) -> bool:
    return any(form.type in types for form in _forms(path))


@lru_cache(maxsize=4096)
def _forms(path: KeyPath) -> tuple[Form, ...]:
    if len(path) > 3 and path[0] == "steps" and path[2] == "cycle":
        return _within((Form(PhaseSpec),), path[4:])
    return _within((Form(File),), path)


def _within(forms: tuple[Form, ...], path: KeyPath) -> tuple[Form, ...]:
    for key in path:
        forms = tuple(inner for form in forms for inner in _at(form.type, str(key)))
    return forms


def _at(form: Any, key: str) -> Iterator[Form]:
    """What can stand at a key of something of this type."""
    if _is_model(form):
        if key in form.model_fields:
            field = form.model_fields[key]
            yield from _resolved(field.annotation, tuple(field.metadata))
    elif get_origin(form) is tuple:
        # Days with their probabilities are held as pairs; in the file they are a table of numbers.
        for inner in _resolved(get_args(form)[0]):
            yield from _resolved(get_args(inner.type)[1]) if get_origin(inner.type) is tuple else (inner,)
    elif get_origin(form) is dict:
        yield from _resolved(get_args(form)[1])
    elif form in _NUMBERS:
        yield Form(float)


def _resolved(form: Any, notes: tuple[Any, ...] = ()) -> Iterator[Form]:
    if get_origin(form) is Annotated:
        inner, *said = get_args(form)
        yield from _resolved(inner, (*said, *notes))
    elif get_origin(form) in (Union, types.UnionType):
        for part in get_args(form):
            yield from _resolved(part, notes)
    else:
        yield Form(form, notes)


def _numbers_in(forms: Iterable[Form]) -> Iterator[Any]:
    for form in forms:
        if get_origin(form.type) is tuple:
            yield from _numbers_in(_resolved(get_args(form.type)[0]))
        else:
            yield form.type


def _is_model(form: Any) -> bool:
    return isinstance(form, type) and get_origin(form) is None and issubclass(form, BaseModel)
