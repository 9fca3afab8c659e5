"""Live: a trial happens, and can be changed while it does."""

from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal, TypeAlias, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.widget import Widget

from pathsim.app.screens.dialogs import Explanation, question
from pathsim.app.screens.trial import TrialScreen, in_parts
from pathsim.app.widgets.calendar import Calendar
from pathsim.app.widgets.committee import CommitteeChart
from pathsim.app.widgets.header import Tab
from pathsim.app.widgets.log import EventLog
from pathsim.app.widgets.pathway import SIDE_BY_SIDE, PathwayMap, rows_needed
from pathsim.app.widgets.sliders import Sliders, written
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.app.widgets.toxicity import ToxicityBars
from pathsim.app.widgets.views import ViewTabs
from pathsim.player.views.live import ComparisonCounts, Opened, Parameter, Snapshot

View: TypeAlias = Literal["curves", "map", "toxicity", "committee", "log", "parameters"]
VIEWS: dict[View, str] = {
    "curves": "Curves",
    "map": "Pathway",
    "toxicity": "Toxicity",
    "committee": "Committee",
    "log": "Log",
    "parameters": "Parameters",
}
SINGLE_WIDTH, WIDE_WIDTH, SPACIOUS_WIDTH, BOTH_WIDTH = SIDE_BY_SIDE + 4, 132, 152, 188
"""Below the first the arms have no room beside each other: one view at a time. From the second on everything; then
longer names, then two endpoints."""
SINGLE_HEIGHT, TALL_HEIGHT = 30, 52


class LiveScreen(TrialScreen):
    """The trial as it happens."""

    TAB = Tab("live", "l", "Live", "Watch the trial")
    CSS_PATH = ["trial.tcss", "live.tcss"]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "endpoint", "Endpoint", tooltip="Show the curves of the next endpoint", id="live.endpoint"),
        Binding("w", "view(1)", "View", tooltip="Show the next view", id="live.view"),
        Binding("W", "view(-1)", "Previous view", show=False, id="live.view_before"),
        Binding("f", "full", "Full screen", tooltip="One view on the whole screen", show=False, id="live.full"),
        Binding("b", "bands", "Bands", tooltip="Show or hide intervals", show=False, id="live.bands"),
        Binding("x", "crosshair", "Crosshair", tooltip="Read survival off the curves", show=False, id="live.crosshair"),
        Binding("i", "source", "Source", tooltip="Where does this number come from?", id="live.source"),
        Binding("slash", "search", "Find", tooltip="Find a number by its name", id="live.search"),
    ]
    view: reactive[View] = reactive[View]("curves")
    is_full: reactive[bool] = reactive(default=False)
    endpoint: reactive[int] = reactive(0)
    absent: frozenset[View] = frozenset()
    """What this trial has nothing for."""

    def body(self) -> Iterator[Widget]:
        """The map; parameters, curves, toxicity and committee; the log; the calendar."""
        yield ViewTabs(id="views")
        yield PathwayMap(id="map", classes="panel")
        with Horizontal(id="middle"):
            yield Sliders(id="parameters", classes="panel")
            with Horizontal(id="curves"):
                yield SurvivalPlot(id="first", classes="panel")
                yield SurvivalPlot(id="second", classes="panel")
            with Vertical(id="right"):
                yield ToxicityBars(id="toxicity", classes="panel")
                yield CommitteeChart(id="committee", classes="panel")
        yield EventLog(id="log", classes="panel")
        yield Calendar(id="calendar")

    def begin(self) -> None:
        """Begin with the parameters at hand."""
        self.query_one(Sliders).focus()
        plots = [self.query_one(name, SurvivalPlot) for name in ("#first", "#second")]
        for one, other in (plots, plots[::-1]):
            self.watch(one, "crosshair", partial(setattr, other, "crosshair"))
        self._arrange()

    def on_resize(self, event: events.Resize) -> None:
        """Show as much as there is room for."""
        del event
        self._arrange()

    def _arrange(self) -> None:
        if not self.is_made:
            return
        width, height = self.app.size
        is_single = width < SINGLE_WIDTH or height < SINGLE_HEIGHT or self.is_full
        self.set_class(is_single, "-single")
        self.set_class(not is_single and width < WIDE_WIDTH, "-normal")
        self.set_class(not is_single and width >= SPACIOUS_WIDTH, "-spacious")
        self.set_class(not is_single and width >= BOTH_WIDTH, "-both")
        self.set_class(height >= TALL_HEIGHT, "-tall")
        for view in VIEWS:
            self.set_class(self.view == view, f"-{view}")
        self.query_one(ViewTabs).show(self.views, self.view)
        if self.trial.snapshot is not None:
            self.moved(self.trial.snapshot)

    @property
    def views(self) -> dict[View, str]:
        """The views that there are, with what they are called."""
        return {view: label for view, label in VIEWS.items() if view not in self.absent}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where everything is seen there is no other view."""
        return super().check_action(action, parameters) and (action != "view" or bool(self._turns))

    @property
    def _turns(self) -> list[View]:
        """The views between which one turns: all, where one is seen at a time; else curves, and what is beside them."""
        if self.has_class("-single"):
            return list(self.views)
        beside = [view for view in ("toxicity", "committee") if view in self.views]
        return ["curves", *beside[:1]] if self.has_class("-normal") and beside else []

    def watch_view(self) -> None:
        """Show another view."""
        self._arrange()

    def watch_is_full(self) -> None:
        """Show one view alone, or everything."""
        self._arrange()

    def opened(self, card: Opened) -> None:
        """Another trial, or other numbers."""
        is_there: dict[View, bool] = {"toxicity": card.has_toxicity, "committee": card.committee is not None}
        self.absent = frozenset(view for view, is_so in is_there.items() if not is_so)
        for view, is_so in is_there.items():
            self.set_class(not is_so, f"-no-{view}")
        self.set_class(len(card.endpoints) < 2, "-one")
        if self.view in self.absent:
            self.view = "curves"
        self.query_one(PathwayMap).styles.min_height = rows_needed(card.lanes)
        self._arrange()
        self.query_one(Sliders).show(card.parameters, self.trial.values())
        self._note(None)

    def moved(self, snapshot: Snapshot) -> None:
        """Another day."""
        card = self.trial.card
        if card is None or not self.is_mounted or snapshot.generation != card.generation:
            return
        with self.app.batch_update():
            self.query_one(PathwayMap).show(card.lanes, snapshot)
            self._show_curves(card, snapshot)
            self.query_one(ToxicityBars).show(snapshot.toxicity, card.arms or card.groups)
            self.query_one(CommitteeChart).show(card.committee, snapshot)
            self.query_one(EventLog).show(snapshot.log, card.arms)
        self._show_calendar()
        self._note(snapshot.counts)

    def show_header(self) -> None:
        """Show how fast the trial moves, too."""
        super().show_header()
        self._show_calendar()

    def _show_calendar(self) -> None:
        card, snapshot = self.trial.card, self.trial.snapshot
        if card is not None and snapshot is not None:
            for calendar in self.query(Calendar):
                calendar.show(card, snapshot, self.trial.session.months_per_second)

    def _show_curves(self, card: Opened, snapshot: Snapshot) -> None:
        count = len(card.endpoints)
        for name, number in (("#first", self.endpoint), ("#second", self.endpoint + 1)):
            plot = self.query_one(name, SurvivalPlot)
            if count and (name == "#first" or count > 1):
                plot.show(card.endpoints[number % count], snapshot.endpoints[number % count], card.groups)

    def _note(self, counts: ComparisonCounts | None) -> None:
        notes: list[tuple[str, str]] = []
        if counts is not None:
            who = "patient fares" if counts.changed == 1 else "patients fare"
            notes.append((f"* {counts.changed} {who} differently by now", "accent!"))
            if counts.endpoint:
                notes.append((in_parts(counts), "accent"))
        if (marked := self.marked()) is not None:
            notes.append((f"{marked.group}: {marked.label}", "text"))
            notes.append((f"{written(marked, marked.value)}, {marked.kind}", "dim"))
        notes.append(("←→ turn 0-9 type ⌫ default i source", "dim"))
        self.query_one(Sliders).note(tuple(notes))

    @on(Sliders.Turned)
    def _turned(self, event: Sliders.Turned) -> None:
        self.trial.turn(event.parameter, event.value)

    @on(Sliders.NumberMarked)
    def _marked(self) -> None:
        self._note(self.trial.snapshot.counts if self.trial.snapshot is not None else None)

    @on(Calendar.Moved)
    def _scrubbed(self, event: Calendar.Moved) -> None:
        self.trial.go(event.day, "calendar")

    @on(ViewTabs.ViewChosen)
    def _chosen(self, event: ViewTabs.ViewChosen) -> None:
        self.view = cast("View", event.view)

    def watch_endpoint(self) -> None:
        """Show another endpoint."""
        if self.trial.snapshot is not None:
            self.moved(self.trial.snapshot)

    def action_endpoint(self) -> None:
        """The next endpoint."""
        card = self.trial.card
        if card is not None and card.endpoints:
            self.endpoint = (self.endpoint + 1) % len(card.endpoints)

    def action_view(self, step: int) -> None:
        """The next view, or the one before."""
        views = self._turns
        here = views.index(self.view) if self.view in views else 0
        self.view = views[(here + step) % len(views)]

    def action_full(self) -> None:
        """One view alone, or everything."""
        self.is_full = not self.is_full

    def action_bands(self) -> None:
        """Intervals, or none."""
        for plot in self.query(SurvivalPlot):
            plot.show_bands = not plot.show_bands

    def action_crosshair(self) -> None:
        """A crosshair on the curves, or none."""
        plot = self.query_one("#first", SurvivalPlot)
        plot.action_toggle_crosshair()
        if plot.crosshair is not None:
            plot.focus()

    def action_source(self) -> None:
        """Where the number under the cursor comes from."""
        if (marked := self.query_one(Sliders).marked) is not None:
            self.app.push_screen(Explanation(marked))

    def step_back(self) -> bool:
        """From some numbers to all; from one view to everything."""
        if self.query_one(Sliders).clear():
            return True
        was_full, self.is_full = self.is_full, False
        return was_full

    def action_search(self) -> None:
        """Find a number by its name."""
        if self.has_class("-single"):
            self.view = "parameters"
        sliders = self.query_one(Sliders)
        sliders.focus()
        question(self.app, "Find a number", sliders.filter, sliders.narrow, live=True)

    def marked(self) -> Parameter | None:
        """The number under the cursor."""
        return self.query_one(Sliders).marked
