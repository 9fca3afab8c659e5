"""Everything that the app shows as one line of text: which trial, how it is set, on which day and screen.

    aall1331?seed=21&day=2018-08-26&screen=patients&patient=57

The scenario, and what is said of it, written as in the address of a page: any text can stand there.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias, get_type_hints
from urllib.parse import parse_qsl, quote, unquote, urlencode

from pathsim.conditions import suggestion
from pathsim.couplings import COUPLINGS, Coupling
from pathsim.paths import split_setting

Settings: TypeAlias = tuple[tuple[str, str], ...]
"""What is changed in a scenario, as pairs of path and value, as after ``--set``."""
Date: TypeAlias = datetime.date | Literal["last"] | None
"""A date, the last day of the trial, or none in particular."""
LONGEST, MOST_SAID = 20_000, 500
"""Characters of a state, and things that it says."""
LARGEST = 2**63 - 1
LEGIBLE = "/:,.[]="
"""What stands in an address as it is, besides letters and digits."""
SURROGATES = "surrogateescape"
"""How names of files are kept that are no text."""


class StateError(ValueError):
    """A text that is no state, with a sentence for the user."""


def iso_date(text: str) -> datetime.date:
    """A date as 2017-12-31. Raises StateError, with a sentence, if it is none."""
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise StateError(f"'{text}' is not a date; write one such as 2017-12-31")
    return found


def date_of(text: str) -> Date:
    """A date, or ``last`` for the last day of the trial. Raises StateError if it is neither."""
    if text == "last":
        return "last"
    try:
        return iso_date(text)
    except StateError as wrong:
        raise StateError(f"{wrong}, or last") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) and int(text) <= LARGEST):
        raise StateError(f"expected a whole number, found '{text}'")
    return int(text)


def _setting(text: str) -> Settings:
    path, equals, value = split_setting(text)
    if not equals or not path.strip():
        raise StateError(f"write path=value, not '{text}'")
    return ((path.strip(), value.strip()),)


def _yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise StateError(f"expected yes or no, found '{text}'")
    return text == "yes"


def _coupling(text: str) -> Coupling:
    for one in COUPLINGS:
        if text == one:
            return one
    raise StateError(f"expected one of {', '.join(COUPLINGS)}, found '{text}'")


class _Said(NamedTuple):
    """How something is said in a state: what reads its text, and its key if that is not its name."""

    read: Callable[[str], Any]
    key: str = ""


@dataclass(frozen=True, slots=True)
class AppState:
    """What the app shows. What is not said is as where the scenario is opened without more."""

    scenario: str
    seed: Annotated[int | None, _Said(_number)] = None
    """The scenario's own if None."""
    replicate: Annotated[int, _Said(_number)] = 0
    """Which of the seed's trials."""
    settings: Annotated[Settings, _Said(_setting, "set")] = ()
    kept: Annotated[Settings, _Said(_setting)] = ()
    """What is set in the trial that it is compared with."""
    day: Annotated[Date, _Said(date_of)] = None
    """The date at the end of which it is shown; the first day if None."""
    is_playing: Annotated[bool, _Said(_yes, "playing")] = False
    screen: Annotated[str, _Said(str)] = ""
    """By its name; the first one if empty."""
    view: Annotated[str, _Said(str)] = ""
    endpoint: Annotated[str, _Said(str)] = ""
    """The name of the endpoint whose curves are shown."""
    patient: Annotated[int | None, _Said(_number)] = None
    coupling: Annotated[Coupling, _Said(_coupling)] = "shared"
    lesson: Annotated[str, _Said(str)] = ""
    """The name or the file of the lesson that is being given."""
    page: Annotated[int, _Said(_number)] = 0
    """On which of its pages one is; the first is 0."""
    lesson_seed: Annotated[int | None, _Said(_number)] = None
    lesson_replicate: Annotated[int | None, _Said(_number)] = None
    """Of which trial it is given; that of its file if None."""

    def __str__(self) -> str:
        """The state as one line, which ``read`` takes back."""
        said: list[tuple[str, str]] = []
        for key, (name, _) in _KEYS.items():
            if (value := getattr(self, name)) != _DEFAULTS[name]:
                said += [(key, text) for text in _written(value)]
        options = urlencode(said, quote_via=quote, safe=LEGIBLE, errors=SURROGATES)
        return quote(self.scenario, safe=LEGIBLE, errors=SURROGATES) + (f"?{options}" if options else "")

    @classmethod
    def read(cls, text: str) -> "AppState":
        """The state that a line tells. Raises StateError if it is none."""
        scenario, _, options = text.partition("?")
        if not scenario or len(text) > LONGEST:
            raise StateError("a state begins with a scenario and is one line, such as aall1331?seed=21&screen=ensemble")
        try:
            said = parse_qsl(options, True, bool(options), max_num_fields=MOST_SAID, errors=SURROGATES)  # noqa: FBT003
        except ValueError:
            raise StateError(f"after the ? stands key=value, several joined by &, not '{options}'") from None
        found: dict[str, Any] = {}
        for key, value in said:
            if key not in _KEYS:
                raise StateError(f"there is no '{key}' in a state.{suggestion(key, list(_KEYS))}")
            name, read = _KEYS[key][0], _read(key, value)
            if name in found and not isinstance(read, tuple):
                raise StateError(f"{key}: a state says it once")
            found[name] = {**found.get(name, {}), **dict(read)} if isinstance(read, tuple) else read
        sets = {name: tuple(sorted(value.items())) for name, value in found.items() if isinstance(value, dict)}
        return cls(unquote(scenario, errors=SURROGATES), **(found | sets))


def _keys() -> dict[str, tuple[str, Callable[[str], Any]]]:
    """What can be said, by its key: the name of its field, and what reads it."""
    found = {}
    for name, hint in get_type_hints(AppState, include_extras=True).items():
        for said in getattr(hint, "__metadata__", ()):
            found[said.key or name] = name, said.read
    return found


_KEYS = _keys()
_DEFAULTS = {one.name: one.default for one in fields(AppState)}


def _read(key: str, text: str) -> Any:
    try:
        return _KEYS[key][1](text)
    except StateError as wrong:
        raise StateError(f"{key}: {wrong}") from None


def _written(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, tuple):
        return [f"{path}={setting}" for path, setting in value]
    return [str(value)]
