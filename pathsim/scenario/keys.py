"""The keys that a scenario file may have and what stands at each, read off the models."""

import datetime
import types
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Field

from pathsim.distributions import Distribution, Fixed, Quantiles
from pathsim.fields import LARGEST_SEED, Number
from pathsim.meaning import Name, Role, Slider
from pathsim.scenario.baseline import Covariate, Resource, SourceEntry
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.schema import Target, Trial
from pathsim.steps import AnyStep
from pathsim.steps.spec import KeyPath, ToxicityKind
from pathsim.table import Table

Note = TypeVar("Note")


class File(Table):
    """A scenario file: the whole of it, for the JSON Schema."""

    title: str
    """What the scenario is about, in a line."""
    summary: str | None = None
    """What the scenario is about, in a few sentences."""
    question: str | None = None
    """What the trial asks, which the app shows until somebody is randomized; 78 characters fit into 80 columns."""
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED), Role.USE] | None = None
    """The seed with which the app opens if none is given, so that everybody sees the same trial."""
    also_called: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Other words by which readers look for a number: { pace = ["accrual", "recruitment"] }."""
    shown_first: dict[str, str] = Field(default_factory=dict)
    """The numbers that the app lists first, by their paths with dots, in words that need no heading: those that matter
    most by ``pathsim sensitivity``.
    """
    extends: str | None = None
    """The scenario that this one builds on, by name or path. What this file says takes precedence."""
    without: tuple[str, ...] = ()
    """What to leave out of the extended scenario, as paths with dots: steps.rescue.exit.loss."""
    set: dict[str, Number | datetime.date] = Field(default_factory=dict)
    """Other numbers and dates for the extended scenario, by their paths with dots, inside lists too."""
    sources: dict[str, SourceEntry] = Field(default_factory=dict)
    """The publications that numbers were read in, by a short name."""
    cohort: Annotated[dict[str, Covariate], Name.COLUMN] = Field(default_factory=dict)
    """The baseline columns of the patients, by name."""
    toxicities: Annotated[dict[str, ToxicityKind], Name.TOXICITY, Slider(is_shown=False)] = Field(default_factory=dict)
    """What holds for a type of toxicity in every step."""
    resources: Annotated[dict[str, Resource], Name.RESOURCE, Role.DESIGN] = Field(default_factory=dict)
    """What there is a limited number of, such as beds, by name."""
    steps: Annotated[dict[str, AnyStep], Name.STEP] = Field(min_length=1)
    """The pathway, step by step, by name. Patients enter at the first one of the file."""
    trial: Annotated[Trial, Role.DESIGN]
    """The design of the trial."""
    endpoints: Annotated[dict[str, Endpoint], Name.ENDPOINT, Role.DESIGN] = Field(default_factory=dict)
    """What is counted as an event, and from when, by name."""
    targets: dict[str, Target] = Field(default_factory=dict)
    """Published results that the scenario must reproduce, by name."""


class Form(NamedTuple):
    """What can stand at a place of the file."""

    type: Any
    """Its type, one of those of a union."""
    notes: tuple[Any, ...] = ()
    """What its annotations say."""


_NUMBERS = (float, int, Distribution, Fixed, Quantiles)


def keys_in(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the table at this place of a model can have; none if they are names to choose."""
    found = (form.type for form in forms(path, model) if _is_model(form.type))
    return list(dict.fromkeys(key for table in found for key in table.model_fields))


def declared(path: KeyPath, kind: type[Note]) -> Note | None:
    """What the declaration of the key at this place says of this kind, as its unit; None if it says nothing."""
    for note in _notes(path):
        if isinstance(note, kind):
            return note
    return None


def declared_around(path: KeyPath, kind: type[Note]) -> Note | None:
    """The same of the key at this place, or of the nearest one around it that says something."""
    for end in range(len(path), 0, -1):
        if (note := declared(path[:end], kind)) is not None:
            return note
    return None


def declared_within(path: KeyPath, notes: Container[Any]) -> bool:
    """Whether what can stand at this place has one of these in its declaration, or in that of a key somewhere in it."""
    return any(note in notes for form in _reachable(forms(path)) for note in form.notes)


def expects_number(path: KeyPath) -> bool:
    """Whether a number, or a list of them, can stand at this place."""
    return any(one in _NUMBERS for one in _numbers_in(forms(path)))


def expects_evidence(path: KeyPath) -> bool:
    """Whether what can stand at this place says where it comes from: a number, a list of them, or a date."""
    return expects_number(path) or _can_be(path, datetime.date)


def section_has_evidence(section: str) -> bool:
    """Whether the tables of this section can say where the numbers in them come from."""
    return all(form.type.has_evidence for form in forms((section, "")) if _is_model(form.type))


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
    return any(form.type in types for form in forms(path))


@lru_cache(maxsize=16384)
def _notes(path: KeyPath) -> tuple[Any, ...]:
    """What the declaration of the key at this place says of any kind."""
    return tuple(note for form in forms(path) for note in form.notes)


@lru_cache(maxsize=16384)
def forms(path: KeyPath, model: type[BaseModel] = File) -> tuple[Form, ...]:
    """What can stand at this place of a model, of the whole file by default; nothing if the place is not known."""
    if not path:
        return (Form(model),)
    return tuple(inner for form in forms(path[:-1], model) for inner in _at(form.type, str(path[-1])))


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


def _reachable(begin: Iterable[Form]) -> Iterator[Form]:
    """These, and whatever can stand in them."""
    found, open_ = set(), list(begin)
    while open_:
        form = open_.pop()
        yield form
        if form.type not in found:
            found.add(form.type)
            keys = form.type.model_fields if _is_model(form.type) else ("",)
            open_ += [inner for key in keys for inner in _at(form.type, key)]


def _resolved(form: Any, notes: tuple[Any, ...] = ()) -> Iterator[Form]:
    if get_origin(form) is Annotated:
        inner, *said = get_args(form)
        yield from _resolved(inner, (*said, *notes))
    elif get_origin(form) in (Union, types.UnionType):
        for part in get_args(form):
            yield from _resolved(part, notes)
    else:
        yield Form(form, notes)


def _numbers_in(found: Iterable[Form]) -> Iterator[Any]:
    for form in found:
        if get_origin(form.type) is tuple:
            yield from _numbers_in(_resolved(get_args(form.type)[0]))
        else:
            yield form.type


def _is_model(form: Any) -> bool:
    return isinstance(form, type) and get_origin(form) is None and issubclass(form, BaseModel)
