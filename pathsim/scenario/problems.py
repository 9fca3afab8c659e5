"""Problems of a scenario file, each with the place it is at and a sentence on what to do."""

from dataclasses import dataclass

from pathsim.paths import path_of
from pathsim.steps.spec import KeyPath
from pathsim.text import harmless


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a scenario: where, and what to do about it."""

    path: KeyPath
    message: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """One line, in the form that editors can jump to; harmless, whatever was wrong."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return harmless(": ".join(part for part in (where, dotted(self.path), self.message) if part))


class ScenarioError(Exception):
    """A scenario that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[list[Problem]]]:
        """How the error travels back from a worker."""
        return ScenarioError, (self.problems,)


def dotted(path: KeyPath) -> str:
    """A path as users write it, for example after ``--set``."""
    return path_of(*path)
