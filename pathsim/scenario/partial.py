"""A section's tables that could be read, and what is known of those that could not be."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypeVar

from pathsim.meaning import Name
from pathsim.scenario.keys import declared, declared_within, forms
from pathsim.scenario.problems import Problem
from pathsim.steps.spec import KeyPath
from pathsim.table import Table

Model = TypeVar("Model", bound=Table)
_MADE = (Name.COLUMN, Name.ARM, Name.EVENT)
"""Of what tables of the file give names to; others ask for these."""


class Part(dict[str, Model]):
    """The tables of a section that could be read. It also contains the names of those that could not be.

    So nothing that stands in the file is called unknown because something else is wrong with its table.
    """

    def __init__(self, section: str = "", *, lost: bool = False) -> None:
        super().__init__()
        self._section = section
        self.unread: dict[str, Any] = {}
        """The tables that could not be read, as they stand in the file."""
        self.blamed: set[KeyPath] = set()
        """The places in these at which something is wrong."""
        self.mentioned: set[str] = set()
        """The keys and texts in these: columns and events may be among them."""
        self.may_set: set[str] = set()
        """The columns that these may set."""
        self.lost = lost
        """Whether the section itself could not be read, so that any name may be in it."""
        self.lost_inside = lost
        """Whether names of columns or events that its tables give may be lost."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.unread or self.lost

    def leave_out(self, name: str, table: Any, because: list[Problem]) -> None:
        """Remember a table that could not be read."""
        self.unread[name] = table
        self.blamed.update(problem.path for problem in because)
        fields = [field for form in forms((self._section, name)) for field in form.type.model_fields.values()]
        self.may_set.update(field.default for field in fields if Name.COLUMN in field.metadata and field.default)
        for _, key, value in walked(table):
            self.mentioned.update(word for word in (key, value) if isinstance(word, str))
            if isinstance(value, str) and get_close_matches(str(key), ["set"]):
                self.may_set.add(value)
        self.lost_inside |= not isinstance(table, dict) or any(_loses_a_name(problem.path) for problem in because)

    def texts(self, kind: Name) -> Iterator[tuple[KeyPath, str]]:
        """The names of this kind in the tables that could not be read, and where; nothing that is wrong already."""
        for name, table in self.unread.items():
            for below, _, text in walked(table, (self._section, name)):
                blamed = any(below[:end] in self.blamed for end in range(3, len(below) + 1))
                if isinstance(text, str) and not blamed and declared(below, Name) is kind:
                    yield below, text


def walked(table: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str | int, Any]]:
    """Everything in a table, whatever it holds: the path to each value, its key, and the value."""
    items = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in items:
        yield (*path, key), key, value
        yield from walked(value, (*path, key))


def _loses_a_name(path: KeyPath) -> bool:
    return len(path) > 2 and declared_within(path, _MADE)
