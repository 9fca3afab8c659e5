"""Compare: two settings on the same patients: how survival differs, who fares otherwise, and why."""

from collections.abc import Iterator
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.listing import Column, Line, Listing
from pathsim.app.widgets.sliders import written
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.player import requests as ask
from pathsim.player.requests import Settings
from pathsim.player.shown import (
    ChangedPatient,
    ContrastView,
    EndpointView,
    Opened,
    Parameter,
    Reply,
    Snapshot,
    ToxicityRow,
    WeighedView,
)
from pathsim.report.figures import span

REPLICATES = 400
MOST_TOXICITIES = 8
FORES = {"saved": "good!", "lost": "bad!", "otherwise": "dim"}
NOTHING = (
    "Nothing is changed: both trials are the same. Turn a number on the Live screen (l), and come back; "
    "k keeps what is set, so that what you turn afterwards is compared with it."
)


class CompareScreen(TrialScreen):
    """The trial as it is set, beside the one that was kept."""

    NAME = "compare"
    CSS_PATH = ["trial.tcss", "compare.tcss"]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Filter", tooltip="List only some patients", id="compare.search"),
        Binding("d", "endpoint", "Endpoint", tooltip="Show the next endpoint", id="compare.endpoint"),
    ]
    weighed: WeighedView | None = None
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
            with VerticalScroll(id="differences", classes="panel") as box:
                box.border_title = "Here minus there"
                yield Static(id="table")
        yield Listing(id="changed", classes="panel")

    def on_mount(self) -> None:
        """Begin in the list."""
        listing = self.query_one(Listing)
        listing.title, listing.empty = "Who fares otherwise", "nobody"
        listing.focus()

    def on_screen_resume(self) -> None:
        """Go on simulating both."""
        super().on_screen_resume()
        self._repeat()

    def on_screen_suspend(self) -> None:
        """Leave the worker to the others."""
        self.trial.send(ask.Repeat(self.trial.session.generation, "contrast", 0))

    def opened(self, card: Opened) -> None:
        """Other settings."""
        self.query_one("#settings", Static).update(_settings(card))
        if self.contrast is not None and self.contrast.generation != card.generation:
            self.contrast = self.weighed = None
        self.asked = None
        self._ask()
        self._repeat()

    def moved(self, snapshot: Snapshot) -> None:
        """Another day."""
        card = self.trial.card
        if card is not None and card.endpoints and snapshot.generation == card.generation:
            number = self.number % len(card.endpoints)
            self.query_one(SurvivalPlot).show(card.endpoints[number], snapshot.endpoints[number], card.groups)
        if self.is_due():
            self._ask()

    def _ask(self) -> None:
        snapshot, session = self.trial.snapshot, self.trial.session
        if snapshot is not None and self.is_current and self.asked != (session.generation, snapshot.day):
            self.asked = session.generation, snapshot.day
            self.trial.send(ask.Weigh(session.generation, snapshot.day))

    def _repeat(self) -> None:
        card = self.trial.card
        if card is not None and card.settings != card.kept and self.is_current:
            self.trial.send(ask.Repeat(self.trial.session.generation, "contrast", REPLICATES))

    def told(self, reply: Reply) -> None:
        """Both on a day, or over replicates."""
        if isinstance(reply, WeighedView):
            self.weighed = reply
            self._list(reply)
        elif isinstance(reply, ContrastView):
            self.contrast = reply
        self._table()

    def _list(self, weighed: WeighedView) -> None:
        card = self.trial.card
        arms = card.arms if card is not None else ()
        columns = (
            Column("patient", 7, is_number=True),
            Column("", 9),
            Column("arm", 14, rank=1),
            Column("about", 30, rank=2),
            Column("there", 60),
            Column("here", 60),
        )
        listing = self.query_one(Listing)
        fates = weighed.fates
        listing.title = (
            f"Who fares otherwise by now: {fates.saved} saved, {fates.lost} lost, {fates.otherwise} in some other way"
        )
        listing.show(columns, [_line(one, arms) for one in weighed.changed])

    def _table(self) -> None:
        card = self.trial.card
        if card is None or self.weighed is None or self.weighed.generation != card.generation:
            return
        self.query_one("#table", Static).update(_differences(card, self.weighed, self.contrast))

    def command(self, asked: str) -> str:
        """The same comparison over replicates, if one number is changed; else the trial."""
        card = self.trial.card
        values = {} if card is None else {one.path: f"{one.value:.10g}" for one in card.parameters}
        compared = self.trial.session.compare_command(asked, values, REPLICATES)
        return super().command(asked) if compared is None else compared

    def step_back(self) -> bool:
        """From some patients to all."""
        return self.query_one(Listing).clear()

    def action_search(self) -> None:
        """List only some patients."""
        listing = self.query_one(Listing)
        self.trial.question("List patients with these words", listing.filter, listing.narrow)

    def action_endpoint(self) -> None:
        """The next endpoint."""
        self.number += 1
        if self.trial.snapshot is not None:
            self.moved(self.trial.snapshot)

    @on(Listing.Chosen)
    def _chosen(self, event: Listing.Chosen) -> None:
        self.trial.visit_patient(event.about)


def _settings(card: Opened) -> Text:
    """What is changed here, and there."""
    if card.settings == card.kept:
        return Text(NOTHING, "dim")
    text = Text("here ", "bold")
    text.append(_told(card, card.settings))
    text.append("\nthere ", "bold")
    text.append(_told(card, card.kept), "dim")
    if not card.arms_are_held:
        text.append("\nPatients queue here, so arms are not held: others than those touched can change.", "bold")
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
    return f"{parameter.group}: {parameter.label} {written(parameter, number)} (was {was})"


def _line(one: ChangedPatient, arms: tuple[str, ...]) -> Line:
    arm = arms[one.arm] if 0 <= one.arm < len(arms) else ""
    cells = (f"{one.patient:04d}", one.verdict, arm, one.about, one.there, one.here)
    fores = ("text", FORES[one.verdict], f"arm{one.arm}" if arm else "dim", "dim", "text", "text")
    order = (one.patient, one.verdict, arm, one.about, one.day, one.day)
    return Line(cells, fores, order, one.patient)


def _differences(card: Opened, weighed: WeighedView, contrast: ContrastView | None) -> Table:
    """This trial on this day, then the mean over replicates with its interval, then toxicity."""
    table = Table(box=None, padding=(0, 1), pad_edge=False, expand=True)
    table.add_column("this trial, by now")
    for heading in ("there", "here", ""):
        table.add_column(heading, justify="right")
    for endpoint, there, here in zip(card.endpoints, weighed.there, weighed.here, strict=True):
        _add_endpoint(table, endpoint.short_label, card, there, here)
    _add_toxicity(table, card, weighed)
    if contrast is not None and contrast.differences:
        table.add_row()
        table.add_row(Text(f"mean of {contrast.replicates} replicates", "bold"), "", "", Text("95% interval", "bold"))
        for label, mean, lower, upper in contrast.differences:
            style = "" if lower <= 0 <= upper else "bold"
            is_ratio = "hazard ratio" in label
            shown = [f"{x:+.3f}" if is_ratio else f"{100 * x:+.1f}" for x in (mean, lower, upper)]
            table.add_row(Text(label, style), "", shown[0], f"{shown[1]} to {shown[2]}")
    return table


def _add_endpoint(table: Table, name: str, card: Opened, there: EndpointView, here: EndpointView) -> None:
    for number, (day, before) in enumerate(there.at_days):
        for arm, group in enumerate(card.groups):
            a, b = before[arm], here.at_days[number][1][arm]
            if there.at_risk[number][arm] and here.at_risk[number][arm]:
                table.add_row(Text(f"{name} at {span(day)}, {group}"), f"{a:.1%}", f"{b:.1%}", f"{100 * (b - a):+.1f}")
    ratios = there.ratio.estimate, here.ratio.estimate
    if ratios[0] is not None and ratios[1] is not None:
        table.add_row(f"{name} hazard ratio", f"{ratios[0]:.2f}", f"{ratios[1]:.2f}", f"{ratios[1] - ratios[0]:+.2f}")


def _add_toxicity(table: Table, card: Opened, weighed: WeighedView) -> None:
    """Types of toxicity in which somebody more or less is struck, the largest difference first."""
    before = {row.label: row for row in weighed.toxicity_there}
    changes = [
        (label, arm, _struck(before[label], arm), _struck(row, arm))
        for row in weighed.toxicity_here
        if (label := row.label) in before
        for arm in range(len(row.grades))
    ]
    changes = sorted((one for one in changes if one[2] != one[3]), key=lambda one: -abs(one[3] - one[2]))
    for label, arm, there, here in changes[:MOST_TOXICITIES]:
        group = card.arms[arm] if arm < len(card.arms) else ""
        table.add_row(Text(f"{label} grade 3+, {group}"), str(there), str(here), f"{here - there:+d}")


def _struck(row: ToxicityRow, arm: int) -> int:
    return sum(row.grades[arm])
