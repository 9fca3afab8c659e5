"""The sections of a scenario as models, with every problem found on the way in words for its author."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pathsim.conditions import suggestion
from pathsim.fields import Table, shown
from pathsim.scenario.evidence import Tree
from pathsim.scenario.models import Covariate, Endpoint, File, Lesson, Pool, SourceEntry, Target, Trial
from pathsim.scenario.problems import Problem
from pathsim.steps import KINDS
from pathsim.steps.spec import KeyPath, StepSpec, ToxicityKind

Model = TypeVar("Model", bound=Table)
_UNION_TAGS = ("levels", "quantiles")


@dataclass(slots=True)
class Sections:
    """Every part of a scenario that could be read."""

    title: str = ""
    summary: str | None = None
    sources: dict[str, SourceEntry] = field(default_factory=dict)
    cohort: dict[str, Covariate] = field(default_factory=dict)
    toxicities: dict[str, ToxicityKind] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    steps: dict[str, StepSpec] = field(default_factory=dict)
    trial: Trial | None = None
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    lesson: Lesson | None = None
    unread: set[str] = field(default_factory=set)
    """The steps that could not be read: others may still lead to them."""
    problems: list[Problem] = field(default_factory=list)


def sections(tree: Tree) -> Sections:
    """The sections of this tree; what cannot be read is left out and reported."""
    found = Sections()
    for key in tree:
        if key not in File.model_fields:
            hint = suggestion(key, list(File.model_fields))
            found.problems.append(Problem((key,), f"'{key}' is not a section of a scenario.{hint}"))
    for key in ("title", "steps", "trial"):
        if key not in tree:
            found.problems.append(Problem((key,), f"'{key}' is missing"))
    found.title, found.summary = _text(tree, "title", found) or "", _text(tree, "summary", found)
    found.sources = _tables(tree, "sources", SourceEntry, found)
    found.cohort = _tables(tree, "cohort", Covariate, found)
    found.toxicities = _tables(tree, "toxicities", ToxicityKind, found)
    found.pools = _tables(tree, "pools", Pool, found)
    found.endpoints = _tables(tree, "endpoints", Endpoint, found)
    found.targets = _tables(tree, "targets", Target, found)
    found.trial = _table(tree["trial"], ("trial",), Trial, found) if "trial" in tree else None
    found.lesson = _table(tree["lesson"], ("lesson",), Lesson, found) if "lesson" in tree else None
    for name, table in _entries(tree, "steps", found):
        step = _step(table, ("steps", name), found)
        if step is None:
            found.unread.add(name)
        else:
            found.steps[name] = step
    return found


def _text(tree: Tree, key: str, found: Sections) -> str | None:
    value = tree.get(key)
    if value is not None and not isinstance(value, str):
        found.problems.append(Problem((key,), f"expected a text, found {shown(value)}"))
        return None
    return value


def _entries(tree: Tree, section: str, found: Sections) -> Iterator[tuple[str, Any]]:
    tables = tree.get(section, {})
    if not isinstance(tables, dict):
        found.problems.append(Problem((section,), f"expected tables such as [{section}.name], found {shown(tables)}"))
        return
    yield from tables.items()


def _tables(tree: Tree, section: str, model: type[Model], found: Sections) -> dict[str, Model]:
    read = {name: _table(table, (section, name), model, found) for name, table in _entries(tree, section, found)}
    return {name: table for name, table in read.items() if table is not None}


def _step(table: Any, path: KeyPath, found: Sections) -> StepSpec | None:
    kind = table.get("kind") if isinstance(table, dict) else None
    if not isinstance(table, dict) or kind is None:
        found.problems.append(Problem(path, f"a step needs 'kind', one of {', '.join(KINDS)}"))
        return None
    if not isinstance(kind, str) or kind not in KINDS:
        hint = suggestion(str(kind), list(KINDS))
        found.problems.append(Problem((*path, "kind"), f"there is no kind of step {shown(kind)}.{hint}"))
        return None
    return _table(table, path, KINDS[kind], found)


def _table(table: Any, path: KeyPath, model: type[Model], found: Sections) -> Model | None:
    if not isinstance(table, dict):
        found.problems.append(Problem(path, f"expected a table, found {shown(table)}"))
        return None
    try:
        return model.model_validate(table)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False):
            place = _place(error["loc"], table)
            found.problems.append(Problem((*path, *place), _sentence(error, model, place)))
        return None


def _place(loc: tuple[int | str, ...], table: Any) -> KeyPath:
    """The keys of the file on the way to an error; pydantic also names the member of a union it tried."""
    place: list[str | int] = []
    for key in loc:
        inside = (isinstance(table, dict) and key in table) or (isinstance(table, list) and isinstance(key, int))
        if not inside and (key in _UNION_TAGS or key == "[key]"):
            continue
        place.append(key)
        table = table[key] if inside else None
    return tuple(place)


_SENTENCES: Mapping[str, str] = {
    "missing": "'{last}' is missing",
    "value_error": "{error}",
    "literal_error": "expected {expected}, found {value}",
    "string_type": "expected a text, found {value}",
    "bool_type": "expected true or false, found {value}",
    "bool_parsing": "expected true or false, found {value}",
    "model_type": "expected a table, found {value}",
    "dict_type": "expected a table, found {value}",
    "tuple_type": "expected a list, found {value}",
    "too_short": "needs at least {min_length}, found {actual_length}",
    "date_type": "expected a date such as 2014-12-17, found {value}",
    "date_parsing": "expected a date such as 2014-12-17, found {value}",
    "date_from_datetime_parsing": "expected a date such as 2014-12-17, found {value}",
}


def _sentence(error: ErrorDetails, model: type[BaseModel], place: KeyPath) -> str:
    last = place[-1] if place else ""
    if error["type"] == "extra_forbidden":
        return f"'{last}' is not known here.{suggestion(str(last), _known(model, place[:-1]))}"
    words = {**error.get("ctx", {}), "last": last, "value": shown(error["input"])}
    template = _SENTENCES.get(error["type"])
    return error["msg"] if template is None else template.format(**words)


def _known(model: type[BaseModel], place: KeyPath) -> list[str]:
    """The keys that the table at this place can have."""
    here: type[BaseModel] | None = model
    for key in place:
        # The keys of dictionaries and lists name no field: the model inside them stays the one to look in.
        if here is not None and str(key) in here.model_fields:
            here = _model_in(here.model_fields[str(key)].annotation)
    return [] if here is None else list(here.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    for part in get_args(annotation):
        if (found := _model_in(part)) is not None:
            return found
    return None
