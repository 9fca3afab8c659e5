"""The results of a class: its answers, its trials among their siblings, who was stopped when, and what was true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pathsim.classroom.answers import Answers
from pathsim.classroom.classroom import TEACHER, Classroom
from pathsim.classroom.questions import QuestionAnswers, questions_of
from pathsim.classroom.siblings import Outcome, SiblingTrials, shown_outcome
from pathsim.ensembles.summary import Summary
from pathsim.lessons.lesson import FigureValue, LessonFigure
from pathsim.version import SCHEMA_VERSION, __version__


@dataclass(frozen=True)
class ClassResults:
    """What a class has answered and seen."""

    classroom: Classroom
    answers: tuple[Answers, ...]
    """One for each student, in the order of their numbers."""
    questions: tuple[QuestionAnswers, ...]
    """Of the lesson; none where the class is about a scenario alone."""
    outcomes: Mapping[int, Outcome]
    """The trial of each student by number; where all see the same one, that one as the teacher's."""
    siblings: SiblingTrials
    remarks: tuple[str, ...] = ()
    """What was left out of the answers."""

    @classmethod
    def of(
        cls,
        classroom: Classroom,
        answers: Sequence[Answers],
        siblings: SiblingTrials,
        values: Mapping[LessonFigure, FigureValue],
        remarks: Sequence[str] = (),
    ) -> "ClassResults":
        """The results of these answers, ``checked`` and one for each student.

        ``values`` are those of the questions' ``question_figures``.
        """
        students = [TEACHER] if classroom.has_same_trial else [one.student for one in answers]
        outcomes = {number: _outcome(classroom, number, siblings) for number in students}
        questions = questions_of(classroom, answers, values) if classroom.material.is_lesson else ()
        return cls(classroom, tuple(answers), questions, outcomes, siblings, tuple(remarks))

    def as_results(self) -> Summary:
        """The same as ``--json`` prints it."""
        scenario, material = self.siblings.scenario, self.classroom.material
        trial = self.classroom.trial(TEACHER)
        return {
            "schema_version": SCHEMA_VERSION,
            "pathsim": __version__,
            "code": str(self.classroom.code),
            "lesson": material.name if material.is_lesson else None,
            "scenario": {
                "name": scenario.name,
                "sha256": scenario.sha256,
                "overrides": dict(scenario.overrides),
            },
            "seed": trial.seed,
            "same": self.classroom.has_same_trial,
            "students": [
                {
                    "student": one.student,
                    "replicate": self.classroom.trial(one.student).replicate,
                    "given": {str(page): text for page, text in sorted(one.given.items())},
                    **self._outcome_json(one.student),
                }
                for one in self.answers
            ],
            "questions": [question.as_results() for question in self.questions],
            "siblings": self.siblings.summary(),
            "remarks": list(self.remarks),
        }

    def outcome(self, student: int) -> Outcome:
        """The trial that a student has seen."""
        return self.outcomes[TEACHER if self.classroom.has_same_trial else student]

    def _outcome_json(self, student: int) -> Summary:
        found = self.outcome(student)
        return {
            "hazard_ratio": found.hazard_ratio,
            "p_one_sided": found.p_one_sided,
            "ended": {"look": found.ending.look, "decision": found.ending.decision, "day": found.day},
        }


def _outcome(classroom: Classroom, number: int, siblings: SiblingTrials) -> Outcome:
    """The trial of a student: one of the siblings, unless it is simulated otherwise than they are."""
    state = classroom.state(number)
    is_sibling = not state.settings and state.replicate < siblings.replicates
    return siblings.outcome(state.replicate) if is_sibling else shown_outcome(state)
