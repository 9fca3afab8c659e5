"""What a command prints with ``--json``, in a program."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pathsim.export.json_text import as_json
from pathsim.version import SCHEMA_VERSION, __version__

if TYPE_CHECKING:
    from pathsim.scenario.scenario import Scenario


class JsonObject(Mapping[str, Any]):
    """What a command prints with ``--json``, read like a dictionary: its keys are those of docs/results.md.

    Values are numbers, texts, lists, dictionaries, and None for what cannot be estimated.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    def __getitem__(self, key: str) -> Any:
        return self._content[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def to_json(self) -> str:
        """The text that the command prints, without the line feed at its end."""
        return as_json(self._content)


def about(made: "Scenario", seed: int, replicates: int) -> dict[str, Any]:
    """With what ``--json`` of many trials begins: what it takes to make the same again."""
    return {
        "schema_version": SCHEMA_VERSION,
        "pathsim": __version__,
        "scenario": {"name": made.name, "sha256": made.sha256, "overrides": dict(made.overrides)},
        "seed": seed,
        "replicates": replicates,
    }
