"""Lessons as files: Markdown with a head in TOML, and a section for each step with a head and texts of its own."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from pathsim.conditions import suggestion
from pathsim.lessons.lesson import Beside, Lesson, LessonChoice, LessonFigure, LessonQuestion, LessonStep
from pathsim.lessons.schema import LessonFigureTable, LessonHead, LessonTable, ShownTable, StepTable, TrialTable
from pathsim.lessons.sections import NOTES, REVEAL, Section, sections
from pathsim.scenario.files import Source, find, library, source_at
from pathsim.scenario.files import names as scenario_names
from pathsim.scenario.limits import too_much
from pathsim.scenario.positions import line_of
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.syntax import slip
from pathsim.scenario.wording import in_words
from pathsim.state import AppState, Settings
from pathsim.steps.spec import KeyPath
from pathsim.text import harmful_places

HEAD = re.compile(r"\+\+\+[ \t]*\n(.*?\n)??\+\+\+[ \t]*(?:\n|$)", re.DOTALL)
"""What stands at the beginning of a lesson, between two lines of three plus signs."""
NAMED = re.compile(r"\{([^{}\n]*)\}")
"""A figure in a text."""
NAME = re.compile(r"[a-z][a-z0-9_]*(\.(lower|upper))?", re.ASCII)
MOST_STEPS = 40
Head = TypeVar("Head", bound=LessonTable)


def lessons_folder() -> Path:
    """The folder of the lessons that come with pathsim: in an installed package, or beside a checkout."""
    installed = library() / "lessons"
    return installed if installed.is_dir() else library().parent / "lessons"


def lesson_names() -> list[str]:
    """The lessons that come with pathsim."""
    return sorted(path.stem for path in lessons_folder().glob("*.md"))


def is_lesson(asked: str) -> bool:
    """Whether a name is rather that of a lesson than of a scenario."""
    return asked.endswith(".md") or (asked in lesson_names() and asked not in scenario_names())


def lesson(asked: str, *, seed: int | None = None, replicate: int | None = None) -> Lesson:
    """The lesson of this name, or in this file. Raises ScenarioError with all that is wrong with it.

    With ``seed`` or ``replicate`` it is of another trial than the one that the file says at its head.
    """
    is_path = asked.endswith(".md") or "/" in asked or "\\" in asked
    path = Path(asked) if is_path else lessons_folder() / f"{asked}.md"
    try:
        is_there = path.is_file()
    except OSError:  # a name that is too long, for example
        is_there = False
    if not is_there:
        hint = suggestion(asked, lesson_names())
        told = f"there is no lesson '{asked}': neither a file of that name nor one that comes with pathsim.{hint}"
        raise ScenarioError([Problem((), told)])
    return read(source_at(path), seed=seed, replicate=replicate)


def read(source: Source, *, seed: int | None = None, replicate: int | None = None) -> Lesson:
    """The lesson that this text is, as ``lesson`` has it."""
    reader = _Reader(source, seed, replicate)
    made = reader.lesson()
    if made is None or reader.problems:
        raise ScenarioError(sorted(reader.problems, key=lambda problem: problem.line or 0))
    return made


class _Reader:
    """Reads one file, and keeps what is wrong with it."""

    def __init__(self, source: Source, seed: int | None = None, replicate: int | None = None) -> None:
        self.source, self.problems = source, list[Problem]()
        self._seed, self._replicate = seed, replicate

    def lesson(self) -> Lesson | None:
        text = self.source.text
        for number, line in enumerate(text.split("\n"), 1):
            for _, told in harmful_places({"": line}):
                self._wrong(number, told)
        if self.problems:
            return None
        found = HEAD.match(text)
        if found is None:
            self._wrong(1, "a lesson begins with its head: TOML between two lines of +++")
            return None
        head = self._table(LessonHead, found[1] or "", 2)
        first = text.count("\n", 0, found.end())
        story, *pages = sections(text.splitlines(keepends=True), first, self._wrong)
        if head is None:
            return None
        for name in head.figures:
            if not NAME.fullmatch(name) or "." in name:
                path: KeyPath = ("figures", name)
                at = 1 + line_of(found[1] or "", path)
                self._wrong(at, "a figure's name begins with a small letter; then digits and _ can follow", path)
        titles = [page.title for page in pages]
        outside = (head.title, *head.objectives, head.assumed, *head.sources, story.text(), story.text(NOTES), *titles)
        self._refuse_figures(outside)
        if not pages or len(pages) > MOST_STEPS:
            self._wrong(1, f"a lesson has steps, each below a heading with two signs (## Title): 1 to {MOST_STEPS}")
        steps = [self._step(page, head) for page in pages]
        if self.problems:
            return None
        return Lesson(
            self.source.name,
            self.source.file,
            self._asked,
            head.title,
            head.minutes,
            head.objectives,
            head.assumed,
            head.sources,
            story.text(),
            story.text(NOTES),
            tuple(filter(None, steps)),
            self._usual(head),
        )

    def _refuse_figures(self, texts: Iterable[str]) -> None:
        for name in dict.fromkeys(_names(texts)):
            self._wrong(1, f"'{{{name}}}' names a figure where there are none: they belong into the texts of steps")

    @property
    def _asked(self) -> str:
        is_ours = Path(self.source.file).parent == lessons_folder()
        return self.source.name if is_ours else self.source.file

    def _wrong(self, line: int, message: str, path: KeyPath = ()) -> None:
        self.problems.append(Problem(path, message, self.source.file, line))

    def _table(self, model: type[Head], text: str, line: int, path: KeyPath = ()) -> Head | None:
        """A table of the file; None if it is none."""
        if (told := too_much(text)) is not None:
            self._wrong(line + told.line - 1, told.sentence)
            return None
        try:
            tree = tomllib.loads(text)
        except ValueError as wrong:
            found = slip(text, str(wrong))
            self._wrong(line + found.line - 1, found.sentence)
            return None
        return self._valid(model, tree, text, line, path)

    def _valid(self, model: type[Head], tree: Any, text: str, line: int, path: KeyPath = ()) -> Head | None:
        try:
            return model.model_validate(tree)
        except ValidationError as wrong:
            for problem in in_words(wrong, path, model):
                self._wrong(line + line_of(text, problem.path) - 1, problem.message, problem.path)
            return None

    def _step(self, page: Section, head: LessonHead) -> LessonStep | None:
        table = self._table(StepTable, page.head, page.head_line) if page.head else StepTable()
        if table is None:
            return None
        try:
            beside = self._beside(Beside(self._usual(head), head.show), table)
            then = None if table.then is None else self._beside(beside, table.then)
        except ScenarioError as wrong:
            self.problems += [replace(one, file=self.source.file, line=page.line) for one in wrong.problems]
            return None
        said = table.ask, table.watch, page.text(), page.text(REVEAL), page.text(NOTES), *table.tries
        texts = [*filter(None, said), *(text for choice in table.choices for text in (choice.text, choice.why))]
        named = dict.fromkeys([*_names(texts), *filter(None, [table.predict]), *table.expect])
        used = {}
        for name in named:
            if (one := self._figure(name, head.figures, beside.state)) is None:
                self._wrong(
                    page.line, f"there is no figure '{name}'.{suggestion(name, list(head.figures))}", (page.title,)
                )
            else:
                used[name] = one
        return LessonStep(
            title=page.title,
            line=page.line,
            beside=beside,
            say=page.text(),
            watch=table.watch,
            question=_question(table),
            beside_answer=then,
            reveal=page.text(REVEAL),
            notes=page.text(NOTES),
            tries=table.tries,
            figures=used,
            expected=tuple((name, lower, upper) for name, (lower, upper) in table.expect.items()),
        )

    def _usual(self, head: LessonHead) -> AppState:
        """The trial of the whole lesson."""
        seed, replicate = head.seed, head.replicate
        if self._seed is not None:
            seed, replicate = self._seed, 0
        if self._replicate is not None:
            replicate = self._replicate
        return AppState(self._scenario(head.scenario), seed, replicate, _settings(head.set), day="last")

    def _beside(self, usual: Beside, table: ShownTable) -> Beside:
        """What a table says of what stands beside a text; the rest is as usual."""
        state = self._other(usual.state, table)
        if table.endpoint is not None:
            state = replace(state, endpoint=table.endpoint)
        return Beside(state, table.show or usual.panels)

    def _other(self, state: AppState, table: TrialTable) -> AppState:
        """A state with what a table says of it. Another scenario has another seed and other numbers."""
        if table.scenario is not None:
            state = AppState(self._scenario(table.scenario), day=state.day)
        if table.seed is not None:
            state = replace(state, seed=table.seed, replicate=0)
        if table.replicate is not None:
            state = replace(state, replicate=table.replicate)
        if table.day is not None:
            state = replace(state, day=table.day)
        return replace(state, settings=_joined(state.settings, _settings(table.set)))

    def _scenario(self, name: str) -> str:
        found = find(name, self.source.file)
        return found.asked

    def _figure(self, name: str, figures: Mapping[str, LessonFigureTable], state: AppState) -> LessonFigure | None:
        """A figure by the name in a text, of the trial of a step; a limit by the name of what it is a limit of."""
        whole, _, limit = name.partition(".")
        if not NAME.fullmatch(name) or (table := figures.get(whole)) is None:
            return None
        if limit and (table.figure is None or table.over):
            # Of many trials there is no limit beside an estimate.
            return None
        try:
            of = self._other(state, table)
        except ScenarioError:
            return None
        path = table.figure or ""
        if limit:
            path = f"{path.rpartition('.')[0]}.{limit}"
        return LessonFigure(
            AppState(of.scenario, of.seed, of.replicate, of.settings, day=of.day),
            path,
            table.told,
            table.over,
            table.share or "",
            table.where,
            table.null,
        )


def _names(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from NAMED.findall(text)


def _settings(said: Mapping[str, Any]) -> Settings:
    told = {path: f"{value:.15g}" if isinstance(value, float) else str(value) for path, value in said.items()}
    return tuple(sorted(told.items()))


def _joined(settings: Settings, others: Settings) -> Settings:
    return tuple(sorted({**dict(settings), **dict(others)}.items()))


def _question(table: StepTable) -> LessonQuestion | None:
    if table.ask is None:
        return None
    choices: Sequence[LessonChoice] = [LessonChoice(one.text, one.right, one.why) for one in table.choices]
    return LessonQuestion(table.ask, tuple(choices), table.predict or "")
