"""Lesson: the text on the left, the live trial that it speaks of on the right."""

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget

from pathsim.app.screens.ensemble import REPLICATES
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.committee import CommitteeChart
from pathsim.app.widgets.grades import ToxicityGrades
from pathsim.app.widgets.header import HeaderPart, Tab
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.log import EventLog
from pathsim.app.widgets.pathway import PathwayMap
from pathsim.app.widgets.reading import LessonProgress, Reading
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.app.widgets.toxicity import ToxicityPairs
from pathsim.lessons.lesson import Beside, Panel
from pathsim.names import in_line
from pathsim.player import requests as ask
from pathsim.player.controller import Controller
from pathsim.player.lesson_session import LessonSession
from pathsim.player.replies import Computed, Reply
from pathsim.player.views.ensemble import EnsembleView
from pathsim.player.views.live import Opened, Snapshot

PANELS: tuple[Panel, ...] = ("curves", "ensemble", "pathway", "committee", "toxicity", "grades", "log")


class LessonScreen(TrialScreen):
    """A lesson, page by page."""

    class PageTurned(Message):
        """Another page is shown, or an answer was given."""

    TAB = Tab("lesson", "L", "Lesson", "Back to the lesson", "Les")
    AUTO_FOCUS = "#reading"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer", "Answer", tooltip="Give the answer that is marked", id="lesson.answer"),
        Binding("right", "turn(1)", "Next", tooltip="The next page", id="lesson.next"),
        Binding("left", "turn(-1)", "Back", tooltip="The page before", id="lesson.back"),
        Binding("w", "half", "Other half", tooltip="The text, or the trial", id="lesson.half"),
        Binding("down", "move(1)", "Down", tooltip="The next answer, or line", show=False, id="lesson.down"),
        Binding("up", "move(-1)", "Up", tooltip="The answer before, or line", show=False, id="lesson.up"),
    ]
    FIRST_KEYS = (
        ("lesson.answer",),
        ("lesson.next",),
        ("lesson.back",),
        ("lesson.half",),
        ("screen.back",),
        ("player.play",),
        ("player.help",),
    )
    """What the bar at the bottom shows first."""
    view: EnsembleView | None = None
    _repeats = False
    """Whether replicates were asked for."""

    @classmethod
    def belongs(cls, trial: Controller) -> bool:
        """Whether a lesson is being given."""
        return trial.lesson is not None

    @property
    def session(self) -> LessonSession:
        """The lesson that is being given."""
        if self.trial.lesson is None:
            raise LookupError("the screen is there only where a lesson is")
        return self.trial.lesson

    @property
    def replicates(self) -> int:
        """How many replicates it shows."""
        return 0 if self.view is None else self.view.replicates

    def body(self) -> Iterator[Widget]:
        """How far one is; the text; the trial."""
        yield LessonProgress(id="progress")
        with Horizontal(id="halves"):
            yield Reading(id="reading")
            with Vertical(id="trial", classes="beside"):
                yield SurvivalPlot(id="curves", classes="panel")
                yield Histogram(id="ensemble", classes="panel")
                yield PathwayMap(id="pathway", classes="panel")
                yield CommitteeChart(id="committee", classes="panel")
                yield ToxicityPairs(id="toxicity", classes="panel")
                yield ToxicityGrades(id="grades", classes="panel")
                yield EventLog(id="log", classes="panel")

    def begin(self) -> None:
        """Have the figures of the whole lesson computed, those of single trials first."""
        self.trial.compute()
        for panel in self.query("#trial > *"):
            # The keys are those of the text.
            panel.can_focus = False
        self._arrange()

    def resumed(self) -> None:
        """The trial of the page again, whatever was done to it elsewhere."""
        if self.trial.card is not None:  # else it is on its way
            self.trial.restore(self.session.state)
        self._show()

    def on_screen_suspend(self) -> None:
        """Leave the worker to the others."""
        self._ask(wanted=0)

    def _arrange(self) -> None:
        """Show the panels of the step."""
        for name in PANELS:
            self.query_one(f"#{name}").display = name in self.session.beside.panels

    def _show(self) -> None:
        """The page that one is on."""
        with self.app.batch_update():
            self._arrange()
            self.query_one(Reading).show(self.session)
        self.refresh_bindings()
        self.show_header()

    def opened(self, card: Opened) -> None:
        """The trial of a page."""
        del card
        if self.is_current:
            self.view = None
            self._draw_ensemble()
            self._ask()

    def _ask(self, wanted: int = REPLICATES) -> None:
        shows = self.query_one("#ensemble").display
        if (shows and wanted) or self._repeats:
            self._repeats = bool(shows and wanted)
            self.trial.send(ask.Repeat(self.trial.session.generation, "ensemble", wanted if shows else 0))

    def moved(self, snapshot: Snapshot) -> None:
        """The trial on a day."""
        card = self.trial.card
        if card is None or snapshot.generation != card.generation:
            return
        with self.app.batch_update():
            if card.endpoints:
                names = [one.name for one in card.endpoints]
                asked = self.session.state.endpoint
                number = names.index(asked) if asked in names else 0
                self.query_one(SurvivalPlot).show(card.endpoints[number], snapshot.endpoints[number])
            self.query_one(PathwayMap).show(card.lanes, snapshot, is_over=snapshot.day >= card.last_day)
            self.query_one(CommitteeChart).show(card.committee, snapshot)
            self.query_one(ToxicityPairs).show(snapshot.toxicity, card.arms or card.groups)
            self.query_one(ToxicityGrades).show(snapshot.toxicity, card.arms or card.groups)
            self.query_one(EventLog).show(snapshot.log, card.arms)

    def told(self, reply: Reply) -> None:
        """Figures of the lesson, or more replicates."""
        if isinstance(reply, Computed):
            self.query_one(Reading).redraw()
        elif isinstance(reply, EnsembleView):
            self.view = reply
            self._draw_ensemble()

    def _draw_ensemble(self) -> None:
        view = self.view
        level, headline = (0.0, None) if view is None else (view.level, view.headline)
        none = "simulating the first replicates …" if view is None else "no figure to show"
        own = self.trial.session.is_over
        tells = self.trial.lesson is None or not self.trial.lesson.has_to_be_predicted
        self.query_one(Histogram).show(headline, none, level, is_over=own, so_far=None, tells_power=tells)

    def show_header(self) -> None:
        """How far one is, and whether the trial is that of the page."""
        super().show_header()
        keys = " or ".join(self.keys_of("screen.lesson"))
        remark = f"this is not the trial of this page: {keys} leads back" if self._is_changed else ""
        for progress in self.query(LessonProgress):
            progress.show(self.session, remark)

    @property
    def _is_changed(self) -> bool:
        """Whether the trial on screen has become another than that of the page."""
        here, state = self.trial.session, self.session.state
        is_same_seed = state.seed in {None, here.seed} and state.replicate == here.replicate
        return not is_same_seed or here.as_settings() != state.settings or here.scenario != state.scenario

    def _parts(self) -> Iterator[HeaderPart]:
        yield HeaderPart(in_line(self.session.lesson.title), "title")
        yield HeaderPart("" if self.session.student is None else f"student {self.session.student}", "dim")
        yield HeaderPart(f"step {self.session.page} of {self.session.pages - 1}" if self.session.page else "", "dim")
        yield from list(super()._parts())[1:4]

    # ---- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is typed counts where a number is predicted; elsewhere these keys do what they do everywhere."""
        if not super().check_action(action, parameters):
            return False
        session = self.session
        can = {
            "answer": session.is_asking,
            "half": self.has_class("-narrow"),
        }
        if action == "turn":
            is_there = (
                session.page > 0 if parameters[0] == -1 else session.page < session.pages - 1 or session.is_asking
            )
            return True if is_there else None
        return can.get(action, True)

    def action_turn(self, pages: int) -> None:
        """The next page, or the one before; what follows a question is shown before that."""
        before = self.session.beside
        is_other = self.session.turn(pages)
        self._turned(None if is_other else before, to_end=not is_other)

    def action_answer(self) -> None:
        """Show what follows the question."""
        before = self.session.beside
        self.session.reveal()
        self._turned(before, to_end=True)

    def show_what_follows(self, before: Beside) -> None:
        """What stood beside the page was this until the teacher showed what follows its question."""
        if self.is_current:
            self._turned(before, to_end=True)

    def _turned(self, before: Beside | None, *, to_end: bool) -> None:
        """Show what the lesson has come to, and the trial that is now beside it."""
        if self.session.beside != before:
            self.trial.restore(self.session.state)
        self._show()
        self._draw_ensemble()
        self.query_one(Reading).follow(to_end=to_end)
        self.post_message(self.PageTurned())

    def action_move(self, step: int) -> None:
        """The next choice, or the one before; other lines where nothing is asked."""
        if self.session.is_asking and self.session.choices:
            self.session.move(step)
            self._show()
        else:
            self.query_one(Reading).scroll(step)

    def action_half(self) -> None:
        """The text, or the trial, where there is room for one."""
        self.toggle_class("-trial")
