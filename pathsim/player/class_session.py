"""A class that is going on, as its teacher sees it: who is there, what was answered, and what all are shown."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pathsim.lessons.lesson import LessonQuestion
from pathsim.state import AppState


@dataclass(frozen=True, slots=True)
class ClassNews:
    """What is known of a class. Students are numbers, and no name is kept."""

    joined: int = 0
    """How many students have come so far."""
    present: frozenset[int] = frozenset()
    """Those who are there now."""
    answers: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    """By page of the lesson, what each student answered: the number of a choice, from 1, or what was predicted."""
    places: Mapping[int, int] = field(default_factory=dict)
    """On which page each student is."""
    opened: frozenset[int] = frozenset()
    """The pages of which what follows the question is shown to all."""
    trouble: str = ""
    """What the teacher has to know, in a sentence."""


@dataclass
class ClassSession:
    """A class that is going on."""

    code: str
    address: str
    """What students open."""
    token: str
    """What they type there to be let in."""
    trial: AppState
    """The teacher's trial, whose siblings are those of the class."""
    send: Callable[[int], object]
    """Shows what follows the question of a page to all."""
    is_led: bool = True
    """Whether students wait for that."""
    has_own_trials: bool = True
    """Whether the number of a student is that of the replicate that they see."""
    squares: Sequence[Sequence[bool]] = ()
    """The rows of a QR code of the link that lets in, of which True is dark; empty if only this machine can open it."""
    news: ClassNews = field(default_factory=ClassNews)
    is_lost: bool = False
    """Whether the server has ended."""
    unveiled: set[int] = field(default_factory=set)
    """The pages of which it is shown how many chose what."""

    def open(self, page: int) -> None:
        """Show what follows the question of a page to all, and how they voted."""
        self.unveiled.add(page)
        if page not in self.news.opened:
            self.send(page)

    def given(self, page: int) -> Mapping[int, str]:
        """The answers to the question of a page, by student."""
        return self.news.answers.get(page, {})

    def votes(self, page: int, question: LessonQuestion) -> tuple[int, ...]:
        """How many chose each answer."""
        counts = Counter(self.given(page).values())
        return tuple(counts[str(number + 1)] for number in range(len(question.choices)))

    def predictions(self, page: int) -> list[float]:
        """What was predicted, in order; what is no number is not among it."""
        return sorted(float(text) for text in self.given(page).values() if _is_number(text))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
