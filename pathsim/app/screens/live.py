"""Live: a trial happens, and can be changed while it does."""

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar, Literal, TypeAlias, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.widget import Widget

from pathsim.app.screens.dialogs import Explanation, question
from pathsim.app.screens.trial import TrialScreen, in_parts
from pathsim.app.widgets.against_control import AgainstControl
from pathsim.app.widgets.calendar import Calendar
from pathsim.app.widgets.committee import CommitteeChart
from pathsim.app.widgets.grades import ToxicityGrades
from pathsim.app.widgets.header import Tab
from pathsim.app.widgets.history import HistoryThread
from pathsim.app.widgets.log import EventLog
from pathsim.app.widgets.pathway import SIDE_BY_SIDE, PathwayMap, rows_needed
from pathsim.app.widgets.queues import QueueChart
from pathsim.app.widgets.slider_rows import written
from pathsim.app.widgets.sliders import Sliders
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.app.widgets.toxicity import ToxicityPairs
from pathsim.app.widgets.views import ViewTabs
from pathsim.conditions import suggestion
from pathsim.names import lowered
from pathsim.paths import path_of
from pathsim.player.views.live import ComparisonCounts, Opened, Parameter, Snapshot
from pathsim.state import AppState

View: TypeAlias = Literal["curves", "map", "ratios", "toxicity", "grades", "committee", "queues", "log", "parameters"]
VIEWS: dict[View, str] = {
    "curves": "Curves",
    "map": "Pathway",
    "ratios": "Ratios",
    "toxicity": "Toxicity",
    "grades": "Grades",
    "committee": "Committee",
    "queues": "Queues",
    "log": "Log",
    "parameters": "Numbers",
}
SINGLE_WIDTH, WIDE_WIDTH, SPACIOUS_WIDTH, BOTH_WIDTH = SIDE_BY_SIDE + 4, 132, 152, 188
"""Below the first the arms have no room beside each other: one view at a time. From the second on everything; then
longer names, then two endpoints."""
SINGLE_HEIGHT, TALL_HEIGHT = 30, 52


class LiveScreen(TrialScreen):
    """The trial as it happens."""

    TAB = Tab("live", "l", "Live", "Watch the trial", "Live")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "view(1)", "View", tooltip="Show the next view", id="live.view"),
        Binding("d", "endpoint", "Endpoint", tooltip="Show the curves of the next endpoint", id="live.endpoint"),
        Binding("W", "view(-1)", "Previous view", show=False, id="live.view_before"),
        Binding("f", "full", "Full screen", tooltip="One view on the whole screen", show=False, id="live.full"),
        Binding("b", "bands", "Bands", tooltip="Show or hide intervals", show=False, id="live.bands"),
        Binding("z", "zoom", "Zoom", tooltip="The axis from below the curves, or from 0%", show=False, id="live.zoom"),
        Binding("x", "crosshair", "Crosshair", tooltip="Read survival off the curves", show=False, id="live.crosshair"),
        Binding("plus", "places(1)", "Place more", tooltip="One place more", show=False, id="live.place_more"),
        Binding("minus", "places(-1)", "Place less", tooltip="One place less", show=False, id="live.place_less"),
        Binding("i", "source", "Source", tooltip="Where does this number come from?", id="live.source"),
        Binding("slash", "search", "Find", tooltip="Find a number by its name", id="live.search"),
    ]
    view: reactive[View] = reactive[View]("curves")
    is_full: reactive[bool] = reactive(default=False)
    endpoint: reactive[int] = reactive(0)
    shows_history: reactive[bool] = reactive(default=False)
    """Whether what the user did stands where the numbers are."""
    absent: frozenset[View] = frozenset()
    """What this trial has nothing for."""

    def body(self) -> Iterator[Widget]:
        """The map; parameters, curves, toxicity and committee; the log; the calendar."""
        # Before they are there: later all of their styles would have to be found again.
        self.update_classes(self._classes_now(), update=False)
        yield ViewTabs(id="views")
        yield PathwayMap(id="map", classes="panel")
        with Horizontal(id="middle"):
            yield HistoryThread(id="history", classes="panel")
            yield Sliders(id="parameters", classes="panel")
            with Horizontal(id="curves", classes="beside"):
                yield SurvivalPlot(id="first", classes="panel")
                yield SurvivalPlot(id="second", classes="panel beside")
            with Vertical(id="right", classes="beside"):
                yield AgainstControl(id="ratios", classes="panel")
                yield ToxicityPairs(id="toxicity", classes="panel")
                yield ToxicityGrades(id="grades", classes="panel")
                yield CommitteeChart(id="committee", classes="panel")
                yield QueueChart(id="queues", classes="panel")
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
        # All at once: each change of the classes alone would have the styles of all panels found anew.
        self.update_classes(self._classes_now())
        self.query_one(ViewTabs).show(self.views, self.view)
        if self.trial.snapshot is not None:
            self.moved(self.trial.snapshot)

    def _classes_now(self) -> dict[str, bool]:
        """The classes of the screen, and whether it has them: how much room there is, what is seen, what is absent."""
        width, height = self.app.size
        is_single = width < SINGLE_WIDTH or height < SINGLE_HEIGHT or self.is_full
        return {
            "-single": is_single,
            "-normal": not is_single and width < WIDE_WIDTH,
            "-spacious": not is_single and width >= SPACIOUS_WIDTH,
            "-both": not is_single and width >= BOTH_WIDTH,
            "-tall": height >= TALL_HEIGHT,
            **{f"-{view}": self.view == view for view in VIEWS},
            **{f"-no-{view}": view in self.absent for view in VIEWS},
            "-one": self.trial.card is not None and len(self.trial.card.endpoints) < 2,
        }

    @property
    def views(self) -> dict[View, str]:
        """The views that there are, with what they are called."""
        return {view: label for view, label in VIEWS.items() if view not in self.absent}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where everything is seen there is no other view; where nobody queues there are no places."""
        if not super().check_action(action, parameters):
            return False
        if action == "view":
            return bool(self._turns)
        return action != "places" or "queues" not in self.absent

    @property
    def _turns(self) -> list[View]:
        """The views between which one turns: all, where one is seen at a time; else those of which not all are seen."""
        if self.has_class("-single"):
            return list(self.views)
        beside: list[View] = ["grades"] if "grades" in self.views else []
        if self.has_class("-normal"):
            right: tuple[View, ...] = ("ratios", "toxicity", "committee")
            beside = [*[view for view in right if view in self.views][:1], *beside]
            beside += ["queues"] if "queues" in self.views else []
        return ["curves", *beside] if beside else []

    def watch_view(self) -> None:
        """Show another view; the arrows turn numbers where these are seen."""
        self._arrange()
        if self.is_made and self.view == "parameters":
            self.query_one(Sliders).focus()

    def watch_shows_history(self) -> None:
        """Show what was done instead of the numbers, or these again."""
        if not self.is_made:
            return
        self.set_class(self.shows_history, "-history")
        self._show_history()
        self._arrange()
        self.query_one("#history" if self.shows_history else "#parameters").focus()

    def _show_history(self) -> None:
        card, trial = self.trial.card, self.trial
        if card is not None and self.shows_history:
            by_path = {one.path: one for one in card.parameters}
            self.query_one(HistoryThread).show(
                trial.history, trial.session.setup, by_path, 0.0 if trial.snapshot is None else trial.snapshot.day
            )

    @on(HistoryThread.StateChosen)
    def _walked(self, event: HistoryThread.StateChosen) -> None:
        self.trial.walk(event.place)
        self._show_history()

    @on(HistoryThread.ActionTakenOut)
    def _taken_out(self, event: HistoryThread.ActionTakenOut) -> None:
        self.trial.take_out(event.action)
        self._show_history()

    @on(HistoryThread.SliderChosen)
    def _slider_chosen(self, event: HistoryThread.SliderChosen) -> None:
        self.shows_history = False
        self.query_one(Sliders).seek(event.path)

    def shown(self) -> dict[str, Any]:
        """The view and the endpoint."""
        card = self.trial.card
        found: dict[str, Any] = {}
        if self.view != "curves":
            found["view"] = self.view
        if card is not None and self.endpoint and self.endpoint < len(card.endpoints):
            found["endpoint"] = card.endpoints[self.endpoint].name
        return found

    def restore(self, state: AppState) -> Iterator[str]:
        """Show a view and an endpoint."""
        names = [] if self.trial.card is None else [one.name for one in self.trial.card.endpoints]
        if state.endpoint in names:
            self.endpoint = names.index(state.endpoint)
        elif state.endpoint:
            yield f"There is no endpoint '{state.endpoint}' here.{suggestion(state.endpoint, names)}"
        views = {str(view): view for view in VIEWS if view not in self.absent}
        if state.view in views:
            self.view = views[state.view]
        elif state.view:
            yield f"There is no view '{state.view}' here; there are: {', '.join(views)}."

    def watch_is_full(self) -> None:
        """Show one view alone, or everything."""
        for plot in self.query(SurvivalPlot):
            plot.ticks_censored = self.is_full
        self._arrange()

    def opened(self, card: Opened) -> None:
        """Another trial, or other numbers."""
        is_there: dict[View, bool] = {
            "ratios": any(one.is_by_arm and len(one.published_ratios) > 1 for one in card.endpoints),
            "toxicity": card.has_toxicity,
            "grades": card.has_toxicity,
            "committee": card.committee is not None,
            "queues": card.has_queues,
        }
        self.absent = frozenset(view for view, is_so in is_there.items() if not is_so)
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
            self.query_one(PathwayMap).show(card.lanes, snapshot, is_over=snapshot.day >= card.last_day)
            self._show_curves(card, snapshot)
            self.query_one(AgainstControl).show(card.endpoints, snapshot.endpoints, card.groups)
            self.query_one(ToxicityPairs).show(snapshot.toxicity, card.arms or card.groups)
            self.query_one(ToxicityGrades).show(snapshot.toxicity, card.arms or card.groups)
            self.query_one(CommitteeChart).show(card.committee, snapshot)
            self.query_one(QueueChart).show(snapshot.queues, snapshot.day)
            self.query_one(EventLog).show(snapshot.log, card.arms)
        self._show_calendar()
        self._show_history()
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
        following = (self.endpoint + 1) % max(count, 1)
        has_more = count > (2 if self.has_class("-both") else 1)
        beside = [f"d {lowered(card.endpoints[following].label)}", "d next"] if has_more else []
        for name, number in (("#first", self.endpoint), ("#second", self.endpoint + 1)):
            plot = self.query_one(name, SurvivalPlot)
            if count and (name == "#first" or count > 1):
                plot.show(card.endpoints[number % count], snapshot.endpoints[number % count], *beside)

    def _note(self, counts: ComparisonCounts | None) -> None:
        notes: list[tuple[str, str]] = []
        if counts is not None:
            who = "patient fares" if counts.changed == 1 else "patients fare"
            parts = f": {in_parts(counts)}" if counts.endpoint else ""
            notes.append((f"* {counts.changed} {who} differently by now{parts}", "yours"))
        if (marked := self.marked()) is not None:
            notes.append((f"{marked.kind}: {written(marked, marked.value)}", "dim"))
        notes.append(("0-9 type  ⌫ as it was  i source", "dim"))
        self.query_one(Sliders).note(tuple(notes))

    @on(Sliders.Turned)
    def _turned(self, event: Sliders.Turned) -> None:
        one, value = event.parameter, event.value
        self.trial.turn(one, value)
        if not self.query_one(Sliders).is_on_screen:
            # It was turned where it is not seen.
            self.app.notify(f"{one.name}: {written(one, one.value if value is None else value)}", timeout=3)

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

    def action_zoom(self) -> None:
        """Let the axis begin below the curves, or at none."""
        for plot in self.query(SurvivalPlot):
            plot.is_zoomed = not plot.is_zoomed

    def action_places(self, step: int) -> None:
        """More places, or fewer, of what patients wait for longest."""
        queue, card = self.query_one(QueueChart).bottleneck, self.trial.card
        if queue is None or card is None:
            return
        path = path_of("resources", queue.name, "capacity")
        parameter = next((one for one in card.parameters if one.path == path), None)
        if parameter is not None:
            value = self.trial.values().get(path, parameter.value) + step
            if parameter.lowest <= value <= parameter.highest:
                self.trial.turn(parameter, None if value == parameter.value else value)

    def action_crosshair(self) -> None:
        """A crosshair on the curves, or none."""
        plot = self.query_one("#first", SurvivalPlot)
        plot.action_toggle_crosshair()
        if plot.crosshair is not None:
            plot.focus()

    def action_source(self) -> None:
        """Where the number under the cursor comes from."""
        sliders = self.query_one(Sliders)
        if (marked := sliders.marked) is not None:
            self.app.push_screen(Explanation(marked, sliders.value(marked)))

    def step_back(self) -> bool:
        """From what was done to the numbers; from some numbers to all; from one view to everything."""
        if self.shows_history:
            self.shows_history = False
            return True
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
