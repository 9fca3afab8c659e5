"""What a class is about: a lesson or a scenario, of the library or in a file, found again by the code of the class."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from unicodedata import normalize

from pathsim.classroom.code import NAME_BITS, VERSION_BITS, ClassCode, bits_of
from pathsim.lessons.figures import scenario_of
from pathsim.lessons.lesson import Lesson
from pathsim.lessons.read import is_lesson, lesson, lesson_names
from pathsim.scenario.files import STANDARD_INPUT, find, names, source_at
from pathsim.scenario.scenario import load
from pathsim.state import AppState
from pathsim.version import __version__


class MaterialError(ValueError):
    """What a class cannot be about, with a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Material:
    """A lesson, or a scenario alone."""

    name: str
    """The name in the library, or that of the file without its ending."""
    asked: str
    """What to write on the command line to get it: the name, or a path."""
    is_lesson: bool
    trial: AppState
    """The trial that it says itself, which has no seed if neither lesson nor scenario says one."""
    content: str
    """The hash of all texts that decide what is shown: of the lesson, and of every scenario that it is of."""

    @property
    def name_bits(self) -> int:
        """The part of the hash of its name that a code holds."""
        return _bits_of_name(self.name, is_lesson=self.is_lesson)

    @property
    def version_bits(self) -> int:
        """The part of the hash of its content that a code holds; other versions of pathsim may give other trials."""
        return bits_of(f"{__version__}\n{self.content}", VERSION_BITS)

    @property
    def is_file(self) -> bool:
        """Whether it is a file of one's own, which everybody in the class needs."""
        return self.asked != self.name


def named(scenario: str | None = None, lesson: str | None = None) -> Material:
    """What a class is to be about: a lesson, or a scenario, by name or file; if both are named, they go together.

    Raises MaterialError if they do not, and ScenarioError if one of them cannot be used.
    """
    if lesson is None:
        if scenario is None:
            raise MaterialError("say what the class is about: a scenario, or a lesson with --lesson NAME")
        return _of_lesson(scenario) if is_lesson(scenario) else _of_scenario(scenario)
    found = _of_lesson(lesson)
    own = find(found.trial.scenario)
    if scenario is not None and not _is_same_file(find(scenario).file, own.file):
        raise MaterialError(
            f"the lesson '{found.name}' is about a trial of '{own.name}', not of '{scenario}': leave '{scenario}' out"
        )
    return found


def material_of(code: ClassCode, file: str | None = None) -> Material:
    """What a class with this code is about: something that comes with pathsim, or this file of one's own.

    Raises MaterialError if it is not here, or another version is, and ScenarioError for a file that cannot be used.
    """
    found = list(_candidates(code)) if file is None else [named(file)]
    fitting = [one for one in found if one.name_bits == code.name_bits]
    if not fitting:
        raise MaterialError(
            "nothing that comes with this pathsim has this code. Is it of a file of your own? Name it after the code"
            if file is None
            else f"this code is of something else than '{found[0].name}': name the file that the class is about, and "
            "leave its name as it was when the code was made"
        )
    same = next((one for one in fitting if one.version_bits == code.version_bits), None)
    if same is None:
        name, files = fitting[0].name, ", and the same file" if fitting[0].is_file else ""
        raise MaterialError(
            f"this code was made with another version of pathsim or of '{name}'. Here is pathsim {__version__}; "
            f"a class needs one version{files}: pip install -U pathsim-trials on both sides"
        )
    return same


def _candidates(code: ClassCode) -> Iterator[Material]:
    """What comes with pathsim and has the name of a code."""
    for name in lesson_names():
        if _bits_of_name(name, is_lesson=True) == code.name_bits:
            yield _of_lesson(name)
    for name in names():
        if _bits_of_name(name, is_lesson=False) == code.name_bits:
            yield _of_scenario(name)


def _bits_of_name(name: str, *, is_lesson: bool) -> int:
    # Systems write accents in names of files in different ways.
    return bits_of(f"{'lesson' if is_lesson else 'scenario'}\n{normalize('NFC', name)}", NAME_BITS)


def _of_lesson(asked: str) -> Material:
    found = lesson(asked)
    texts = [source_at(Path(found.file)).text, *(load(find(name)).sha256 for name in _scenarios_of(found))]
    content = sha256("\0".join(texts).encode()).hexdigest()
    return Material(found.name, found.asked, True, _with_own_seed(replace(found.trial, day=None)), content)  # noqa: FBT003


def _scenarios_of(found: Lesson) -> list[str]:
    """Every scenario of which a lesson shows or tells something."""
    states = [found.trial]
    for step in found.steps:
        states += [one.state for one in (step.beside, step.beside_answer) if one is not None]
        states += [figure.state for figure in step.figures.values()]
    return list(dict.fromkeys(state.scenario for state in states))


def _of_scenario(asked: str) -> Material:
    source = find(asked)
    if source.file == STANDARD_INPUT:
        raise MaterialError("a class needs a file that everybody has: standard input is none")
    trial = _with_own_seed(AppState(source.asked))
    return Material(source.name, source.asked, False, trial, load(source).sha256)  # noqa: FBT003


def _with_own_seed(trial: AppState) -> AppState:
    return trial if trial.seed is not None else replace(trial, seed=scenario_of(trial).seed)


def _is_same_file(one: str, other: str) -> bool:
    return Path(one).resolve() == Path(other).resolve()
