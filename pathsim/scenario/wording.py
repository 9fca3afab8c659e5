"""What the models complain about, in words for the author of a scenario."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pathsim.conditions import suggestion
from pathsim.fields import is_list, shown
from pathsim.scenario.baseline import TAGS
from pathsim.scenario.evidence import WORDS
from pathsim.scenario.former import renamed
from pathsim.scenario.keys import keys_in
from pathsim.scenario.problems import Problem, dotted
from pathsim.steps.spec import KeyPath
from pathsim.table import Table

_SENTENCES: Mapping[str, str] = {
    "missing": "'{last}' is missing here; add it",
    "value_error": "{error}",
    "wrong": "{message}",
    "literal_error": "expected {expected}, found {value}",
    "string_type": "expected a text in quotation marks, found {value}",
    "bool_type": "expected true or false, found {value}",
    "model_type": "expected a table, found {value}{header}",
    "dict_type": "expected a table, found {value}{header}",
    "tuple_type": "expected a list, found {value}{header}",
    "too_short": "expected {min_length} or more entries, found {actual_length}",
    "too_long": "expected {max_length} entries, found {actual_length}",
    "date_type": "expected a date such as 2014-12-17, without quotation marks, found {value}",
}


def in_words(complaints: ValidationError, path: KeyPath, model: type[Table]) -> list[Problem]:
    """The problems of the table at this path: each once, and none that only follows from another."""
    errors = [(_place(error), error) for error in complaints.errors(include_url=False)]
    return [
        Problem((*path, *place), _sentence(error, model, path, place))
        for place, error in errors
        if not _follows(place, error, errors)
    ]


def _follows(place: KeyPath, error: ErrorDetails, errors: list[tuple[KeyPath, ErrorDetails]]) -> bool:
    """Whether an error only follows from another."""
    match error["type"]:
        case "missing":
            unknown = [other for other, found in errors if found["type"] == "extra_forbidden"]
            beside = [str(other[-1]) for other in unknown if other[:-1] == place[:-1]]
            return bool(get_close_matches(str(place[-1]), beside, n=1))
        case "too_short":  # entries that are wrong are not counted
            return any(other != place and other[: len(place)] == place for other, _ in errors)
    return error["type"] == "reported"


def _place(error: ErrorDetails) -> KeyPath:
    """The keys of the file on the way to an error."""
    # In brackets stands what is none of the file's: that a key is wrong, or which of several tables was tried.
    place = tuple(key for key in error["loc"] if key not in ("[key]", *TAGS))
    if error["type"] == "missing" and isinstance(place[-1], int):
        place = place[:-1]
    return (*place, *error.get("ctx", {}).get("at", ()))


def _sentence(error: ErrorDetails, model: type[Table], path: KeyPath, place: KeyPath) -> str:
    last = place[-1] if place else ""
    if error["type"] == "extra_forbidden":
        return f"'{last}' is not known here.{_known(str(last), model, place[:-1])}"
    if error["type"] == "missing" and isinstance(error["loc"][-1], int):
        return "this list is too short"
    words: dict[str, Any] = {"last": last, "value": shown(error["input"]), "header": _header(error, path, place)}
    return _SENTENCES.get(error["type"], "this cannot be {value}").format(**{**error.get("ctx", {}), **words})


def _header(error: ErrorDetails, path: KeyPath, place: KeyPath) -> str:
    """How to write the header of a table that was taken for a list, or of a list that was taken for a table."""
    value = error["input"]
    name = dotted((*path[:1], *(str(key).partition(".")[0] for key in path[1:2]), *path[2:], *place))  # a cycle's phase
    if error["type"] == "tuple_type":
        header = f", or two brackets around its header: [[{name}]]" if isinstance(value, dict) else ""
        return f"; put [ ] around it{header}"
    tables = is_list(value) and any(isinstance(item, dict) for item in value)
    return f"; write its header with one bracket on either side: [{name}]" if tables else ""


def _known(key: str, model: type[Table], place: KeyPath) -> str:
    """The key of the table at this place that was meant, or all of them."""
    keys = keys_in(model, place)
    if now := renamed(key, keys):
        return now
    words = WORDS if model.has_evidence else ()
    return suggestion(key, [*keys, *words] if get_close_matches(key, words) else keys)
