"""Compare: two settings on the same patients: how survival differs, who fares otherwise, and why."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from pathsim.app.screens.dialogs import question
from pathsim.app.screens.differences import difference_table
from pathsim.app.screens.trial import TrialScreen, in_parts
from pathsim.app.widgets.header import Tab
from pathsim.app.widgets.listing import Column, Listing, ListRow
from pathsim.app.widgets.picture import TitledRule
from pathsim.app.widgets.slider_rows import written
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.player import requests as ask
from pathsim.player.replies import Reply
from pathsim.player.suggestions import MOST, suggestions
from pathsim.player.views.compare import ChangedPatient, ComparisonView, ContrastView
from pathsim.player.views.live import Opened, Parameter, Snapshot
from pathsim.state import Settings

REPLICATES = 400
FORES = {"better": "text!", "worse": "lost!", "later": "text", "earlier": "lost", "otherwise": "dim"}
TOLD = {"later": "event later", "earlier": "event earlier"}
NOTHING = "Nothing is changed yet, so there is nothing to compare. Try one of these:"
ELSE = "Or turn any number on the Live screen. What is set now becomes the baseline with k."


class CompareScreen(TrialScreen):
    """The trial as it is set, beside the one that was kept."""

    TAB = Tab("compare", "c", "Compare", "Two settings on the same patients", "Cmp")
    AUTO_FOCUS = "#changed"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Filter", tooltip="List only some patients", id="compare.search"),
        Binding("d", "endpoint", "Endpoint", tooltip="Show the next endpoint", id="compare.endpoint"),
        *(
            Binding(str(n), f"try({n})", f"Try {n}", tooltip=f"Try change {n}", show=False, id=f"compare.try_{n}")
            for n in range(1, MOST + 1)
        ),
    ]
    comparison: ComparisonView | None = None
    contrast: ContrastView | None = None
    number = 0
    asked: tuple[int, float] | None = None

    @property
    def replicates(self) -> int:
        """How many replicates it shows."""
        return 0 if self.contrast is None else self.contrast.replicates

    def body(self) -> Iterator[Widget]:
        """What is changed; survival in both; who fares otherwise."""
        yield Static(id="settings")
        with Horizontal(id="both"):
            yield SurvivalPlot(id="curves", classes="panel")
            with Vertical(id="differences", classes="beside"):
                yield TitledRule(id="differences-title")
                with VerticalScroll():
                    yield Static(id="table")
        yield Listing("Who fares differently", "nobody", id="changed", classes="panel")

    def resumed(self) -> None:
        """Go on simulating both."""
        self._repeat()

    def on_screen_suspend(self) -> None:
        """Leave the worker to the others."""
        self.trial.send(ask.Repeat(self.trial.session.generation, "contrast", 0))

    def opened(self, card: Opened) -> None:
        """Other settings."""
        self.query_one("#settings", Static).update(_settings(card, self.trial.values()))
        self.set_class(card.settings == card.kept, "-same")
        if self.contrast is not None and self.contrast.generation != card.generation:
            self.contrast = self.comparison = None
        self.asked = None
        self._ask()
        self._repeat()

    def moved(self, snapshot: Snapshot) -> None:
        """Another day."""
        card = self.trial.card
        if card is not None and card.endpoints and snapshot.generation == card.generation:
            number = self.number % len(card.endpoints)
            self.query_one(SurvivalPlot).show(card.endpoints[number], snapshot.endpoints[number])
        if self.is_due():
            self._ask()

    def _ask(self) -> None:
        snapshot, session = self.trial.snapshot, self.trial.session
        if snapshot is not None and self.is_current and self.asked != (session.generation, snapshot.day):
            self.asked = session.generation, snapshot.day
            self.trial.send(ask.CompareSettings(session.generation, snapshot.day))

    def _repeat(self) -> None:
        card = self.trial.card
        if card is not None and card.settings != card.kept and self.is_current:
            self.trial.send(ask.Repeat(self.trial.session.generation, "contrast", REPLICATES))

    def told(self, reply: Reply) -> None:
        """Both on a day, or over replicates."""
        if isinstance(reply, ComparisonView):
            self.comparison = reply
            self._list(reply)
        elif isinstance(reply, ContrastView):
            self.contrast = reply
        self._table()

    def _list(self, comparison: ComparisonView) -> None:
        card = self.trial.card
        arms = card.arms if card is not None else ()
        columns = (
            Column("patient", 7, is_number=True),
            Column("", 13),
            *((Column("arm", 14, rank=1),) if arms else ()),
            Column("about", 30, rank=2),
            Column("what differs first: before", 60),
            Column("now", 60),
        )
        listing = self.query_one(Listing)
        counts = comparison.counts
        listed = f"; the first {len(comparison.changed):,}" if counts.changed > len(comparison.changed) else ""
        parts = f": {in_parts(counts)}" if counts.endpoint else ""
        listing.title = f"{counts.changed:,} fare differently by now{parts}{listed}"
        listing.show(columns, [_line(one, arms) for one in comparison.changed])

    def _table(self) -> None:
        card = self.trial.card
        if card is None or self.comparison is None or self.comparison.generation != card.generation:
            return
        self.query_one("#table", Static).update(difference_table(card, self.comparison, self.contrast))
        today = "" if self.trial.snapshot is None else f"by {self.trial.snapshot.date}"
        averages = "" if self.contrast is None else f"; means of {self.replicates:,} paired trials by {card.last_cut}"
        interval = ", ± the 95% margin" if averages else ""
        whole = f"this trial {today}{averages}{interval}; shares in percentage points"
        briefly = f"{today}; means of {self.replicates:,}, ± 95%" if averages else today
        told = [whole, f"{today}{averages}", briefly, today]
        self.query_one("#differences-title", TitledRule).entitle("Now against before", *told)

    def command(self, asked: str) -> str:
        """The same comparison over replicates, if one number is changed; else the trial."""
        card = self.trial.card
        values = {} if card is None else {one.path: f"{one.value:.10g}" for one in card.parameters}
        compared = self.trial.session.compare_command(asked, values, REPLICATES)
        return super().command(asked) if compared is None else compared

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Changes are offered only where nothing is changed."""
        if action == "try" and not self.has_class("-same"):
            return False
        return super().check_action(action, parameters)

    def action_try(self, number: int) -> None:
        """Make one of the changes that are offered."""
        offered = () if self.trial.card is None else suggestions(self.trial.card.parameters, self.trial.values())
        if number <= len(offered):
            self.trial.turn(*offered[number - 1])

    def step_back(self) -> bool:
        """From some patients to all."""
        return self.query_one(Listing).clear()

    def action_search(self) -> None:
        """List only some patients."""
        listing = self.query_one(Listing)
        question(self.app, "List patients with these words", listing.filter, listing.narrow)

    def action_endpoint(self) -> None:
        """The next endpoint."""
        self.number += 1
        if self.trial.snapshot is not None:
            self.moved(self.trial.snapshot)

    @on(Listing.RowChosen)
    def _chosen(self, event: Listing.RowChosen) -> None:
        self.post_message(self.PatientChosen(event.about))


def _settings(card: Opened, values: Mapping[str, float]) -> Text:
    """What is changed now, and before; what to try if nothing is. ``values`` are those of numbers that are changed."""
    if card.settings == card.kept:
        both = f"Both: {_told(card, card.kept)}. " if card.kept else ""
        text = Text.assemble((both, "bold"), NOTHING)
        for number, (one, value) in enumerate(suggestions(card.parameters, values), 1):
            text.append(f"\n  {number}", "bold")
            text.append(f"  {one.name}: {written(one, values.get(one.path, one.value))} → {written(one, value)}")
        text.append(f"\n{ELSE}", "dim")
        return text
    text = Text("now    ", "bold")
    text.append(_told(card, card.settings))
    text.append("\nbefore ", "bold")
    text.append(_told(card, card.kept), "dim")
    if card.has_queues:
        text.append("\nPatients queue here: patients not affected themselves can fare differently, too.", "bold")
    return text


def _told(card: Opened, settings: Settings) -> str:
    """Settings in words: each number with what it was in the file."""
    parameters = {parameter.path: parameter for parameter in card.parameters}
    return (
        ", ".join(_turned(parameters.get(path), path, value) for path, value in settings)
        or "as the scenario is written"
    )


def _turned(parameter: Parameter | None, path: str, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return f"{path} = {value}"
    if parameter is None:
        return f"{path} = {value}"
    was = written(parameter, parameter.value)
    return f"{parameter.name} {written(parameter, number)} (was {was})"


def _line(one: ChangedPatient, arms: tuple[str, ...]) -> ListRow:
    arm = arms[one.arm] if 0 <= one.arm < len(arms) else ""
    found: list[tuple[str, str, float | str]] = [
        (f"{one.patient:04d}", "text", one.patient),
        (TOLD.get(one.verdict, one.verdict), FORES[one.verdict], one.verdict),
    ]
    found += [(arm, f"arm{one.arm}" if arm else "dim", arm)] if arms else []
    found += [(one.about, "dim", one.about), (one.before, "text", one.day), (one.now, "text", one.day)]
    cells, fores, order = zip(*found, strict=True)
    return ListRow(cells, fores, order, one.patient)
