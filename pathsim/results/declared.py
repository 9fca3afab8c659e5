"""What the figure at a path is, as it was declared: the place decides, whatever arms and events are called."""

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

import numpy as np

from pathsim.meaning import Unit
from pathsim.paths import parts_of
from pathsim.results.looks import LookColumns
from pathsim.results.trial import TrialFigures, TrialResults
from pathsim.statistics.comparison import Comparison
from pathsim.statistics.figures import Label, ResultsPart, Share, declared
from pathsim.statistics.methods import Comparisons


class Declaration(NamedTuple):
    """What is declared of a figure."""

    unit: Unit | None = None
    label: str = ""
    limit_of: str | None = None
    """The figure beside it of which it is a limit."""


class _Place(NamedTuple):
    """What can stand somewhere in the results: its type, with what is noted beside it."""

    kind: Any
    notes: tuple[Any, ...] = ()
    limit_of: str | None = None


_OF_REPLICATES = {"looks": Mapping[str, LookColumns], "ending": Mapping[str, Share]}
"""What ensembles have besides the results of each trial."""


@lru_cache(maxsize=4096)
def declaration(path: str) -> Declaration:
    """What is declared of the figure at this path; nothing where the path leads to none.

    A name that holds points can be written without quotation marks, and is then several. Raises ValueError, with a
    sentence, if this is no path.
    """
    place = next(filter(_is_figure, _places_at(path)), None)
    return Declaration() if place is None else _declaration(place)


def _declaration(place: _Place) -> Declaration:
    unit = next((note for note in place.notes if isinstance(note, Unit)), None)
    label = next((note.text for note in place.notes if isinstance(note, Label)), "")
    return Declaration(unit, label, place.limit_of)


def unit_of(path: str) -> Unit | None:
    """The unit of the figure at this path; None if it has none."""
    return declaration(path).unit


def estimate_of(path: str) -> str | None:
    """The path of the figure of which the one at this path is a limit; None if it is none."""
    beside = declaration(path).limit_of
    return None if beside is None else f"{path.rpartition('.')[0]}.{beside}"


def is_number(path: str) -> bool:
    """Whether what is declared at this path is a number of each trial. Raises ValueError as ``declaration`` does."""
    return any(_is_figure(place) or place.kind is int for place in _places_at(path))


def part_above(path: str) -> str | None:
    """The path of the part above the one of this figure, if that is declared in it by its name; else None.

    So it is with a common horizon, which only some trials have, and not with an arm, whose name can be misspelled.
    """
    above, _, name = path.rpartition(".")[0].rpartition(".")
    kinds = (place.kind for place in (_places_at(above) if above else ()))
    is_so = any(isinstance(kind, type) and issubclass(kind, ResultsPart) and name in declared(kind) for kind in kinds)
    return above if is_so else None


def texts_at(path: str) -> tuple[str, ...]:
    """The texts of which one stands at this path in each trial, as the decision of a look; none of a number.

    Whether it is one of them is a figure below it, 1 or 0: ``trial.looks[information=0.5].decision.continue``. Raises
    ValueError as ``declaration`` does.
    """
    return next((get_args(place.kind) for place in _places_at(path) if _is_text(place)), ())


def _places_at(path: str) -> Iterator[_Place]:
    names = [part.name for part in parts_of(path)]
    roots = _noted(_OF_REPLICATES.get(names[0])), _Place(TrialResults)
    return chain(_places(roots[0], names[1:]), _places(roots[1], names))


@lru_cache
def columns_of(table: str) -> frozenset[str]:
    """The keys that rows of a table can have; none if there is no such table."""
    place = _below(TrialResults, table) or _below(TrialFigures, table)
    kinds = () if place is None or get_origin(place.kind) not in (list, tuple) else _kinds_in(place.kind)
    return frozenset(key for kind in kinds for key in typing.get_type_hints(kind))


def _kinds_in(kind: Any) -> list[Any]:
    """The kinds of rows of which there is a list, for each trial or for all of them."""
    inner = [one for one in get_args(kind) if one is not Ellipsis]
    return [found for one in inner for found in _kinds_in(one)] if inner else [kind]


def comparison_by(method: str) -> type[Comparison]:
    """The class of what arms are compared by under this name; of a method with one for each kind of event, of those."""
    place = _below(Comparisons, method)
    if place is None:
        raise KeyError(method)
    kind: type[Comparison] = place.kind if isinstance(place.kind, type) else get_args(place.kind)[-1]
    return kind


def declared_in(kind: type[ResultsPart]) -> dict[str, Declaration]:
    """What is declared of the figures of a kind of part, by name."""
    places = {name: _below(kind, name) for name in declared(kind)}
    return {name: _declaration(place) for name, place in places.items() if place is not None and _is_figure(place)}


def _places(place: _Place, names: Sequence[str]) -> Iterator[_Place]:
    """What these names can lead to from here, those first whose names are the shortest."""
    kind, origin = place.kind, get_origin(place.kind)
    if not names:
        yield place
    elif origin is Literal:
        yield from (_Place(float, (Unit.SHARE,)) for text in get_args(kind) if list(names) == [text])
    elif origin in (typing.Union, types.UnionType):
        for one in get_args(kind):
            yield from _places(_noted(one), names)
    elif origin in (list, tuple):
        yield from _places(_noted(get_args(kind)[0]), names)
    elif origin is not None and issubclass(origin, Mapping):
        for view in (note for note in place.notes if isinstance(note, type)):
            yield from _places(_Place(view), names)
        for taken in range(1, len(names) + 1):
            yield from _places(_noted(get_args(kind)[1]), names[taken:])
    elif isinstance(kind, type) and (found := _below(kind, names[0])) is not None:
        yield from _places(found, names[1:])


def _is_figure(place: _Place) -> bool:
    return get_origin(place.kind) is np.ndarray or place.kind is float


def _is_text(place: _Place) -> bool:
    return get_origin(place.kind) is Literal


def _noted(kind: Any) -> _Place:
    """A type with what is noted beside it, without the None that may stand in its place."""
    inner = [one for one in get_args(kind) if one is not types.NoneType]
    if get_origin(kind) in (typing.Union, types.UnionType) and len(inner) == 1:
        return _noted(inner[0])
    if get_origin(kind) is Annotated:
        return _Place(inner[0], tuple(inner[1:]))
    return _Place(kind)


def _below(kind: type, name: str) -> _Place | None:
    """What stands under a name in a part, or in a row of a table."""
    if not issubclass(kind, ResultsPart):
        hints = typing.get_type_hints(kind, include_extras=True)
        return _noted(hints[name]) if name in hints else None
    if (found := declared(kind).get(name)) is None:
        return None
    made = found.made
    if isinstance(made, type):
        return _Place(made)
    place = _noted(typing.get_type_hints(made, include_extras=True)["return"])
    return place._replace(limit_of=kind.estimate) if name in ("lower", "upper") else place
