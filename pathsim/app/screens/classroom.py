"""Class, for the teacher: how the class answers, whose trials are where among ten thousand, and who is there."""

import math
from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.header import HeaderPart, Tab
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.join_code import JoinCode
from pathsim.app.widgets.picture import TitledRule
from pathsim.app.widgets.votes import Attendance, Votes
from pathsim.player import requests as ask
from pathsim.player.class_session import ClassNews, ClassSession
from pathsim.player.controller import Controller
from pathsim.player.lesson_session import LessonSession
from pathsim.player.replies import Computed, Reply
from pathsim.player.views.ensemble import EnsembleView, Headline
from pathsim.player.views.live import Opened
from pathsim.report.figures import ratio
from pathsim.text import counted

REPLICATES = 10_000
"""Among so many trials those of the class are shown."""
LOOK_SECONDS = 0.5
"""How often it is looked what has come in."""


class ClassScreen(TrialScreen):
    """A class as it answers."""

    TAB = Tab("class", "K", "Class", "How the class answers", "Cla")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "reveal", "Reveal", tooltip="Show all what follows the question", id="class.reveal"),
        Binding("a", "votes", "Answers", tooltip="Show how many chose what", id="class.votes"),
        Binding("right", "question(1)", "Next question", tooltip="The next question", id="class.next"),
        Binding("left", "question(-1)", "Question before", tooltip="The question before", id="class.before"),
        Binding("w", "wall", "One chart", tooltip="One chart on the whole wall, or how to join", id="class.wall"),
    ]
    FIRST_KEYS = (
        ("class.reveal",),
        ("class.votes",),
        ("class.next",),
        ("class.before",),
        ("class.wall",),
        ("screen.lesson",),
        ("player.help",),
    )
    """What the bar at the bottom shows first."""
    view: EnsembleView | None = None
    _seen: tuple[ClassNews, bool] | None = None
    """What was drawn last."""
    WALLS = ("", "-votes", "-trials")
    """The classes of the screen under which all is shown, or one chart alone."""
    JOINING = "-joining"
    """The same under which nothing but how to join is shown."""

    @classmethod
    def belongs(cls, trial: Controller) -> bool:
        """Whether there is a class."""
        return trial.classroom is not None

    @property
    def classroom(self) -> ClassSession:
        """The class that is going on."""
        if self.trial.classroom is None:
            raise LookupError("the screen is there only where a class is")
        return self.trial.classroom

    @property
    def lesson(self) -> LessonSession | None:
        """The lesson that it is given, if it is one."""
        return self.trial.lesson

    @property
    def replicates(self) -> int:
        """How many replicates it shows."""
        return 0 if self.view is None else self.view.replicates

    def body(self) -> Iterator[Widget]:
        """Votes, trials, students, and how to join."""
        with Vertical(id="wall"):
            yield TitledRule(id="question")
            yield Votes(id="votes")
            yield Histogram(id="trials", classes="panel")
            yield Static(id="spread", markup=False)
            yield TitledRule(id="who")
            yield Attendance(id="attendance")
            yield JoinCode(id="code")
            yield Static(id="join", markup=False)

    def begin(self) -> None:
        """Look what comes in, from now on, and have the figures of the lesson computed."""
        self.trial.compute()
        self.set_interval(LOOK_SECONDS, self._look)
        if self.classroom.squares and not self.classroom.news.joined:
            self.add_class(self.JOINING)

    def resumed(self) -> None:
        """Have the siblings of the class's trials simulated, whatever trial was on screen elsewhere."""
        if self.trial.card is not None:  # else it is on its way
            self.trial.restore(self.classroom.trial)
        self._draw()

    def on_screen_suspend(self) -> None:
        """Leave the worker to the others."""
        self._ask(wanted=0)

    def opened(self, card: Opened) -> None:
        """Another trial: its siblings are others, too."""
        del card
        self.view = None
        if self.is_current:
            self._ask()
            self._draw()

    def told(self, reply: Reply) -> None:
        """More siblings."""
        if isinstance(reply, EnsembleView):
            self.view = reply
            self._draw_trials()
        elif isinstance(reply, Computed):
            self._draw()

    def _ask(self, wanted: int = REPLICATES) -> None:
        if self.trial.card is not None:
            self.trial.send(ask.Repeat(self.trial.card.generation, "ensemble", wanted))

    def _look(self) -> None:
        if self.is_current and self._seen != (self.classroom.news, self.classroom.is_lost):
            self._draw()

    def _draw(self) -> None:
        self._seen = self.classroom.news, self.classroom.is_lost
        with self.app.batch_update():
            if self.lesson is not None:
                self.query_one(Votes).show(self.lesson, self.classroom)
            self.query_one("#question", TitledRule).entitle(self._question_title, self._answered)
            self.query_one("#who", TitledRule).entitle(f"{counted(self.classroom.news.joined, 'student')} so far")
            self.query_one(Attendance).show(self.lesson, self.classroom)
            self.query_one("#join", Static).update(self._join)
            words = "Point the camera of a phone here, or open the address below and type the code"
            self.query_one(JoinCode).show(self.classroom.squares, words)
            self._draw_trials()
        self.refresh_bindings()
        self.show_header()

    @property
    def _pages(self) -> list[int]:
        """The pages of the lesson on which something is asked."""
        steps = () if self.lesson is None else self.lesson.lesson.steps
        return [page for page, step in enumerate(steps, 1) if step.question is not None]

    @property
    def _question_title(self) -> str:
        lesson = self.lesson
        if lesson is None:
            return "No lesson, and no questions"
        if lesson.page not in self._pages:
            return f"Page {lesson.page} of {lesson.pages - 1}"
        return f"Question {self._pages.index(lesson.page) + 1} of {len(self._pages)}"

    @property
    def _answered(self) -> str:
        lesson = self.lesson
        if lesson is None or lesson.page not in self._pages:
            return ""
        return f"{len(self.classroom.given(lesson.page))} of {self.classroom.news.joined} have answered"

    @property
    def _join(self) -> str:
        room = self.classroom
        if room.is_lost:
            return "The server has stopped. What was answered is kept: leave, and start it again with the same code."
        told = f"Join: {room.address}   code {room.token}"
        return f"{told}\n{room.news.trouble}" if room.news.trouble else told

    def _draw_trials(self) -> None:
        view = self.view
        headline = None if view is None else view.headline
        none = "simulating the trials of others …" if view is None else "no figure to show"
        points = () if headline is None else tuple(value for _, value in self._own_trials(headline))
        level = 0.0 if view is None else view.level
        self.query_one(Histogram).show(
            headline, none, level, is_over=False, so_far=None, points=points, tells_power=self._tells_power
        )
        self.query_one("#spread", Static).update("" if headline is None else self._spread(headline))

    @property
    def _tells_power(self) -> bool:
        """Whether nothing is given away by it."""
        return self.lesson is None or not self.lesson.has_to_be_predicted

    def _own_trials(self, headline: Headline) -> list[tuple[int, float]]:
        """The students whose trials are there, and the figure of each: number n is replicate n."""
        if not self.classroom.has_own_trials:
            return []
        numbers = range(1, min(self.classroom.news.joined + 1, headline.values.size))
        found = [(number, float(headline.values[number])) for number in numbers]
        return [(number, value) for number, value in found if math.isfinite(value) and value > 0]

    def _spread(self, headline: Headline) -> str:
        """How far the trials of the class lie apart, and how many are significant, beside all of them."""
        trials = sorted(self._own_trials(headline), key=lambda one: one[1])
        if not trials or headline.is_significant is None:
            return ""
        (lowest, least), (highest, most) = trials[0], trials[-1]
        below = sum(bool(headline.is_significant[number]) for number, _ in trials)
        level = 0.0 if self.view is None else self.view.level
        told = (
            f"{counted(len(trials), 'trial')} of this class, one truth: from {ratio(least)} (student {lowest:02d}) to "
            f"{ratio(most)} (student {highest:02d}); {below} of {len(trials)} below P {level:g}."
        )
        power = f" Of {self.replicates:,}: {float(headline.is_significant.mean()):.0%}." if self._tells_power else ""
        return told + power

    def _parts(self) -> Iterator[HeaderPart]:
        present, joined = len(self.classroom.news.present), self.classroom.news.joined
        yield HeaderPart(f"Class of {joined}", "title")
        yield HeaderPart("" if present == joined else f"{present} here now", "dim")
        yield from list(super()._parts())[1:3]

    # ---- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes sense where something is asked."""
        if not super().check_action(action, parameters):
            return False
        asks = self.lesson is not None and self.lesson.page in self._pages
        if action == "question":
            return True if self._next(int(str(parameters[0]))) else None
        return (True if asks else None) if action in {"reveal", "votes"} else True

    def _show_question(self) -> None:
        """Take away what stands in its place."""
        self.remove_class(self.JOINING, "-trials")

    def action_reveal(self) -> None:
        """Show all what follows the question, and here which answer is right."""
        if self.lesson is not None:
            self._show_question()
            self.lesson.reveal()
            self.classroom.open(self.lesson.page)
            self._draw()

    def action_votes(self) -> None:
        """Show how many chose what, or no more."""
        if self.lesson is not None:
            self._show_question()
            self.classroom.unveiled ^= {self.lesson.page}
            self._draw()

    def _next(self, step: int) -> int | None:
        """The page of the next question, or of the one before."""
        here = 0 if self.lesson is None else self.lesson.page
        pages = [page for page in self._pages if (page > here if step > 0 else page < here)]
        return (pages[0] if step > 0 else pages[-1]) if pages else None

    def action_question(self, step: int) -> None:
        """To the next question, or the one before."""
        page = self._next(step)
        if self.lesson is not None and page is not None:
            self._show_question()
            self.lesson.page = page
            self._draw()

    def action_wall(self) -> None:
        """One chart on the whole wall, then the other, then how to join where others can, then all again."""
        walls = (*self.WALLS, *([self.JOINING] if self.classroom.squares else []))
        here = next((number for number, name in enumerate(walls) if name and self.has_class(name)), 0)
        self.remove_class(*walls[1:])
        if name := walls[(here + 1) % len(walls)]:
            self.add_class(name)
