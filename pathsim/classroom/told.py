"""The results of a class in the terminal."""

import math
import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from pathsim.classroom.classroom import TEACHER
from pathsim.classroom.questions import QuestionAnswers
from pathsim.classroom.results import ClassResults
from pathsim.classroom.siblings import TrialEnding
from pathsim.report.figures import figure_table, p_value, percent, ratio
from pathsim.report.histogram import Mark, ratio_histogram
from pathsim.text import counted, harmless

BAR = 20
"""Cells of the bar of an answer that everybody has chosen."""
MOST_NUMBERS = 40
"""So many students are named by their numbers where they are counted."""
OWN_TRIAL = "right by the lesson, which speaks of the trial of its own seed"


def print_class(console: Console, results: ClassResults, *, ascii_only: bool = False) -> None:
    """Print what a class has answered and seen; remarks on what was left out are not printed."""
    classroom, material = results.classroom, results.classroom.material
    trial = classroom.trial(TEACHER)
    students = counted(len(results.answers), "student")
    which = (
        f"all saw replicate {trial.replicate} of seed {trial.seed}"
        if classroom.has_same_trial
        else f"student n saw replicate n of seed {trial.seed}"
    )
    title = classroom.lesson().title if material.is_lesson else results.siblings.scenario.title
    console.print(Text(harmless(title), "bold"))
    console.print(Text(f"class {classroom.code}: {students}; {which} of {harmless(trial.scenario)}", "dim"))
    for question in results.questions:
        console.print()
        _print_question(console, question, ascii_only=ascii_only)
    console.print()
    _print_trials(console, results, ascii_only=ascii_only)
    console.print()
    _print_endings(console, results)
    console.print()
    _print_truth(console, results)


def _print_question(console: Console, question: QuestionAnswers, *, ascii_only: bool) -> None:
    console.print(Text(f"{question.page}. {harmless(question.title)}", "bold"))
    console.print(Padding(Text(harmless(question.text)), (0, 0, 0, 3)))
    sign = "*" if ascii_only else "✓"
    for number, choice in enumerate(question.choices, 1):
        share = choice.count / question.answered if question.answered else 0.0
        bar = ("#" if ascii_only else "█") * round(share * BAR)
        told = f"{sign if choice.is_right else ' '} {number}  {choice.count:>3}  {bar:<{BAR}}  "
        indent, width = 3 + len(told), console.width
        lines = textwrap.wrap(harmless(choice.text), max(width - indent, 20)) or [""]
        console.print(Text(f"   {told}" + f"\n{' ' * indent}".join(lines), "green" if choice.is_right else ""))
    if question.predictions:
        lowest, highest = question.predictions[0], question.predictions[-1]
        console.print(Text(f"   predicted {lowest:g} to {highest:g}, median {question.middle:g}"))
    notes = [f"answered by {question.answered}"] if not question.choices else []
    notes += [f"not answered by {question.missing}"] if question.missing else []
    if not question.choices and question.truth:
        console.print(Text(f"   it is {question.truth}", "green"))
    if notes:
        console.print(Text(f"   {', '.join(notes)}", "dim"))
    if question.depends_on_trial and question.truth:
        console.print(Padding(Text(OWN_TRIAL, "dim"), (0, 0, 0, 3)))


def _print_trials(console: Console, results: ClassResults, *, ascii_only: bool) -> None:
    siblings = results.siblings
    console.print(Text(f"The class among {siblings.replicates:,} siblings", "bold"))
    if siblings.compared is None:
        console.print(Text(" nothing is compared in this trial, so there is no hazard ratio", "dim"))
        return
    scenario, compared = siblings.scenario, siblings.compared
    label = scenario.compared_label(compared.endpoint, compared.arm)
    marked = [Mark(one.hazard_ratio, _name(number)) for number, one in results.outcomes.items()]
    console.print(ratio_histogram(siblings.ratios, chosen=marked, ascii_only=ascii_only))
    known = sum(not math.isnan(one.hazard_ratio) for one in results.outcomes.values())
    whose = "the trial of the class" if results.classroom.has_same_trial else f"{counted(known, 'trial')} of the class"
    console.print(Text(f" {harmless(label)}; below: {whose}", "dim"))


def _print_endings(console: Console, results: ClassResults) -> None:
    """How the trials of the class ended, and how often those of their siblings do."""
    found = results.siblings.summary()["ended"]
    console.print(Text("When trials were stopped", "bold"))
    headings = [("class", ""), ("siblings", "")]
    table = figure_table(("", ""), *headings)
    students: dict[TrialEnding, list[int]] = {}
    for one in results.answers:
        students.setdefault(results.outcome(one.student).ending, []).append(one.student)
    for ending in found:
        key = TrialEnding(ending["look"], ending["decision"])
        table.add_row(_in_words(key), str(len(students.get(key, []))), percent(ending["estimate"]))
    console.print(table)
    if not results.classroom.has_same_trial:
        for key in (TrialEnding(ending["look"], ending["decision"]) for ending in found):
            if key.look is not None and key in students:
                told = f"{_in_words(key)}: {', '.join(_shown(students[key]))}"
                console.print(Padding(Text(told, "dim"), (0, 0, 0, 1)))


def _print_truth(console: Console, results: ClassResults) -> None:
    found = results.siblings.summary()
    console.print(Text("What was true", "bold"))
    if "hazard_ratio" not in found:
        console.print(Text(" the scenario says it: pathsim show", "dim"))
        return
    middle = found["hazard_ratio"]
    interval = f"{ratio(middle['lower'])} to {ratio(middle['upper'])} in 95% of trials"
    level = f"one-sided P below {found['alpha']:g}"
    console.print(Text(f" median hazard ratio {ratio(middle['median'])} ({interval})"))
    console.print(Text(f" {level} in {percent(found['significant']['estimate'])} of the siblings"))
    if results.classroom.has_same_trial:
        own = results.outcomes[TEACHER]
        console.print(Text(f" the trial of the class: {ratio(own.hazard_ratio)}, P {p_value(own.p_one_sided)}"))
    elif results.outcomes:
        count = sum(one.p_one_sided < found["alpha"] for one in results.outcomes.values())
        console.print(Text(f" and in {count} of {counted(len(results.outcomes), 'trial')} of the class"))


def _in_words(ending: TrialEnding) -> str:
    if ending.look is None:
        return "not stopped"
    return f"{ending.decision.replace('stop ', 'stopped ')} at look {ending.look}"


def _name(number: int) -> str:
    return "class" if number == TEACHER else f"{number:02}"


def _shown(students: Sequence[int]) -> Iterator[str]:
    """The numbers of some students, or of the first of very many."""
    yield from map(_name, students[:MOST_NUMBERS])
    if len(students) > MOST_NUMBERS:
        yield f"and {len(students) - MOST_NUMBERS} more"
