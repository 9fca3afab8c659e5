"""The keys that a scenario file may have and what stands at each, read off the models."""

import datetime
import types
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel

from pathsim.distributions import Distribution, Fixed, Quantiles
from pathsim.scenario.schema import File
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.spec import KeyPath

Forms: TypeAlias = tuple[Any, ...]
"""The types that can stand at a place of the file, unions resolved."""
_NUMBERS = (float, int, Distribution, Fixed, Quantiles)


def keys_in(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the table at this place of a model can have; none if they are names to choose."""
    return list(dict.fromkeys(key for form in _models(_within((model,), path)) for key in form.model_fields))


def expects_number(path: KeyPath) -> bool:
    """Whether a number, or a list of them, can stand at this place."""
    return any(form in _NUMBERS for form in _numbers_in(_forms(path)))


def expects_evidence(path: KeyPath) -> bool:
    """Whether what can stand at this place says where it comes from: a number, a list of them, or a date."""
    return expects_number(path) or datetime.date in _forms(path)


def expects_one_number(path: KeyPath) -> bool:
    """Whether a number can stand at this place without others."""
    return any(form in _NUMBERS for form in _forms(path))


@lru_cache(maxsize=4096)
def expects_whole_number(path: KeyPath) -> bool:
    """Whether only a whole number can stand at this place, as how many patients there are."""
    return int in _forms(path)


def expects_text(path: KeyPath) -> bool:
    """Whether a text can stand at this place."""
    return str in _forms(path)


def _forms(path: KeyPath) -> Forms:
    if len(path) > 3 and path[0] == "steps" and path[2] == "cycle":
        return _within((PhaseSpec,), path[4:])
    return _within((File,), path)


def _within(forms: Forms, path: KeyPath) -> Forms:
    for key in path:
        forms = tuple(inner for form in forms for inner in _at(form, str(key)))
    return forms


def _at(form: Any, key: str) -> Iterator[Any]:
    """What can stand at a key of something of this form."""
    if _is_model(form):
        if key in form.model_fields:
            yield from _resolved(form.model_fields[key].annotation)
    elif get_origin(form) is tuple:
        # Days with their probabilities are held as pairs; in the file they are a table of numbers.
        for inner in _resolved(get_args(form)[0]):
            yield float if get_origin(inner) is tuple else inner
    elif get_origin(form) is dict:
        yield from _resolved(get_args(form)[1])
    elif form in _NUMBERS:
        yield float


def _resolved(form: Any) -> Iterator[Any]:
    if get_origin(form) is Annotated:
        yield from _resolved(get_args(form)[0])
    elif get_origin(form) in (Union, types.UnionType):
        for part in get_args(form):
            yield from _resolved(part)
    else:
        yield form


def _numbers_in(forms: Iterable[Any]) -> Iterator[Any]:
    for form in forms:
        if get_origin(form) is tuple:
            yield from _numbers_in(_resolved(get_args(form)[0]))
        else:
            yield form


def _models(forms: Forms) -> Iterator[type[BaseModel]]:
    return (form for form in forms if _is_model(form))


def _is_model(form: Any) -> bool:
    return isinstance(form, type) and get_origin(form) is None and issubclass(form, BaseModel)
