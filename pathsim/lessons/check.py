"""Does a lesson hold what it says? Every state opens, every figure exists, and what is said is true of the figures."""

from collections.abc import Iterator

from pathsim.conditions import suggestion
from pathsim.lessons.figures import FigureError, FigureWork, scenario_of, seed_of, until
from pathsim.lessons.lesson import Lesson, LessonFigure, LessonStep, Panel
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.state import AppState


def problems(lesson: Lesson) -> list[Problem]:
    """Everything that is wrong with a lesson that could be read. All of its figures are computed."""
    found = [Problem((step.title,), told, lesson.file, step.line) for step in lesson.steps for told in _wrong(step)]
    if found:
        return found
    values = _Values(lesson)
    return [
        Problem((step.title,), told, lesson.file, step.line) for step in lesson.steps for told in _untrue(step, values)
    ]


def _wrong(step: LessonStep) -> Iterator[str]:
    """What of the states of a step is not in its trial."""
    for beside in (step.beside, step.beside_answer):
        if beside is not None:
            yield from _missing(*beside)


def _missing(state: AppState, panels: tuple[Panel, ...]) -> Iterator[str]:
    try:
        scenario = scenario_of(state)
        seed_of(state, scenario)
        until(state, scenario)
    except ScenarioError as wrong:
        yield from (problem.message for problem in wrong.problems)
        return
    endpoints = list(scenario.sections.endpoints)
    if state.endpoint and state.endpoint not in endpoints:
        yield f"there is no endpoint '{state.endpoint}'.{suggestion(state.endpoint, endpoints)}"
    if "curves" in panels and not endpoints:
        yield "it shows curves, and the scenario has no endpoint"
    if "committee" in panels and scenario.trial.monitoring is None:
        yield "it shows the committee, and the scenario has none"
    if {"toxicity", "grades"} & set(panels) and not any(scenario.vocabulary.of("toxicity")):
        yield "it shows toxicity, and the scenario has none"


class _Values:
    """All figures of a lesson, computed together, and why the others could not be."""

    def __init__(self, lesson: Lesson) -> None:
        self.why: dict[LessonFigure, str] = {}
        work = FigureWork(lesson.figures)
        while not work.is_complete:
            try:
                work.batch()
            except FigureError as wrong:
                self.why |= dict.fromkeys(wrong.figures, str(wrong))
        self.known = work.values


def _untrue(step: LessonStep, values: _Values) -> Iterator[str]:
    """The figures of a step that cannot be computed, or are not what its text supposes."""
    unknown = {values.why[figure] for figure in step.figures.values() if figure in values.why}
    if unknown:
        yield from sorted(unknown)
        return
    known = step.values(values.known)
    for name, lower, upper in step.expected:
        if not lower <= known[name].number <= upper:
            yield f"'{name}' is {known[name].number:.4g}, and the text supposes {lower:g} to {upper:g}"
