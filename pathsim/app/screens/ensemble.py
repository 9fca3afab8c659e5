"""Ensemble: the trial again and again: what its design can show, and how lucky the one on screen is."""

import math
from collections.abc import Iterator
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.header import Tab
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.power_chart import PowerChart
from pathsim.player import requests as ask
from pathsim.player.replies import Reply
from pathsim.player.views.ensemble import EnsembleView, FigureRow, Share
from pathsim.player.views.live import Opened
from pathsim.report.figures import ratio
from pathsim.text import counted

REPLICATES = 1000


class EnsembleScreen(TrialScreen):
    """Replicates as they arrive."""

    TAB = Tab("ensemble", "e", "Ensemble", "The trial again and again")
    CSS_PATH = ["trial.tcss", "ensemble.tcss"]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "more", "More", tooltip="Simulate twice as many replicates", id="ensemble.more"),
    ]
    view: EnsembleView | None = None
    wanted = REPLICATES
    _rows = 0

    @property
    def replicates(self) -> int:
        """How many replicates it shows."""
        return 0 if self.view is None else self.view.replicates

    def body(self) -> Iterator[Widget]:
        """The headline; power, endings and figures."""
        yield Static(id="standing")
        with ScrollableContainer(id="charts"):
            yield Histogram(id="headline", classes="panel")
            with Vertical(id="beside"):
                yield PowerChart(id="power", classes="panel")
                with VerticalScroll(id="figures", classes="panel") as box:
                    box.border_title = "Over all replicates"
                    yield Static(id="table")

    def resumed(self) -> None:
        """Go on simulating."""
        self._ask()

    def on_screen_suspend(self) -> None:
        """Leave the worker to the others."""
        self.trial.send(ask.Repeat(self.trial.session.generation, "ensemble", 0))

    def opened(self, card: Opened) -> None:
        """Begin again for another trial."""
        if self.view is None or self.view.generation != card.generation:
            self.view = None
            self._show()
            if self.is_current:
                self._ask()

    def _ask(self) -> None:
        self.trial.send(ask.Repeat(self.trial.session.generation, "ensemble", self.wanted))

    def told(self, reply: Reply) -> None:
        """More replicates."""
        if isinstance(reply, EnsembleView):
            self.view = reply
            self._show()

    def _show(self) -> None:
        none = "no replicates yet" if self.view is None else "no figure to show"
        self.query_one(Histogram).show(None if self.view is None else self.view.headline, none)
        self.set_class(self.view is not None and not self.view.power_by_count, "-no-power")
        self.query_one(PowerChart).show(self.view)
        # A text of as many lines as before needs no new layout.
        table = None if self.view is None else _table(self.view)
        is_other = (0 if table is None else table.row_count) != self._rows
        self._rows = 0 if table is None else table.row_count
        card = self.trial.card
        cut = "the last data cut" if card is None else card.last_cut
        self.query_one("#standing", Static).update(_standing(self.view, cut), layout=is_other)
        self.query_one("#table", Static).update(table or "", layout=is_other)

    def command(self, asked: str) -> str:
        """The same replicates."""
        return self.trial.session.command("ensemble", asked, ["--replicates", str(self.wanted)])

    def action_more(self) -> None:
        """Twice as many."""
        self.wanted *= 2
        self._ask()


def _standing(view: EnsembleView | None, cut: str) -> Text:
    """Where the trial on screen lies among its siblings."""
    if view is None:
        return Text("simulating the first replicates …", "dim")
    headline = view.headline
    if headline is None or headline.luckier is None:
        return Text(counted(view.replicates, "replicate"))
    share, others = (f"{headline.luckier:.0%}", "bold"), f"{view.replicates - 1:,}"
    if headline.is_ratio:
        return Text.assemble(
            "By ",
            cut,
            " this trial was luckier than ",
            share,
            f" of its {others} siblings: ",
            "that many of them had a higher hazard ratio.",
        )
    # Nothing is randomized: there is no drug whose effect could be luck.
    return Text.assemble("By ", cut, " survival was lower in ", share, f" of {others} other trials of the same design.")


def _table(view: EnsembleView) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False, expand=True)
    table.add_column("at the last data cut")
    for heading in ("this trial", "mean", "95% of trials"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in view.figures:
        table.add_row(*_figure(one))
    if view.power:
        _section(table, f"one-sided P < {view.level:g}", "", "share", "Monte Carlo")
    for label, power in view.power:
        table.add_row(Text(label), "", f"{power.estimate:.1%}", _between(power))
    if view.endings:
        _section(table, "how it ended", "", "share", "Monte Carlo")
    for why, part in view.endings:
        words = "ran to its end" if why == "none" else f"stopped for {why}" if why != "order" else "stopped by order"
        table.add_row(words, "", f"{part.estimate:.1%}", _between(part))
    if view.ended is not None:
        table.add_row(*_figure(view.ended))
    if view.stopping:
        _section(table, "stopped at a look for", "benefit", "futility", "order")
    for look, held, *reasons in view.stopping:
        table.add_row(f"look {look}, held in {held:.0%}", *(f"{part:.0%}" for part in reasons))
    return table


def _figure(one: FigureRow) -> tuple[Text | str, ...]:
    own, middle, lower, upper = (_number(value, one) for value in (one.own, one.middle, one.lower, one.upper))
    return Text(one.label), own, middle, f"{lower} to {upper}"


def _section(table: Table, *heads: str) -> None:
    table.add_row()
    table.add_row(*(Text(head, "bold") for head in heads))


def _between(part: Share) -> str:
    return f"± {(part.upper - part.lower) / 2:.1%}"


def _number(value: float, one: FigureRow) -> str:
    if not math.isfinite(value):
        return ratio(value)
    if one.is_share:
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 20 else f"{value:.2f}"
