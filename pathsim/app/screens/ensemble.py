"""Ensemble: the trial again and again: what its design can show, and how lucky the one on screen is."""

import math
from collections.abc import Iterator
from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.header import Tab
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.picture import TitledRule
from pathsim.app.widgets.power_chart import PowerChart
from pathsim.app.widgets.ratio_rows import RatioRows
from pathsim.player import requests as ask
from pathsim.player.replies import Reply
from pathsim.player.views.ensemble import EnsembleView, FigureRow, Share
from pathsim.player.views.live import Opened, Snapshot
from pathsim.report.figures import ratio
from pathsim.state import AppState
from pathsim.text import counted

REPLICATES, ENOUGH = 1000, 50
"""With fewer than enough, nothing is said of where this trial lies among them."""


class EnsembleScreen(TrialScreen):
    """Replicates as they arrive."""

    TAB = Tab("ensemble", "e", "Ensemble", "The trial again and again")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "more", "More", tooltip="Simulate twice as many replicates", id="ensemble.more"),
        Binding("w", "view", "View", tooltip="The distribution, or all figures", id="ensemble.view"),
    ]
    view: EnsembleView | None = None
    wanted = REPLICATES
    _was_over = False
    _heights: dict[str, int]
    """How many lines each text has that is on screen."""

    @property
    def replicates(self) -> int:
        """How many replicates it shows."""
        return 0 if self.view is None else self.view.replicates

    def body(self) -> Iterator[Widget]:
        """The headline; power, endings and figures."""
        yield Static(id="standing")
        with Horizontal(id="charts"):
            yield Histogram(id="headline", classes="panel")
            yield RatioRows(id="ratios", classes="panel")
            with Vertical(id="beside", classes="beside"):
                yield PowerChart(id="power", classes="panel")
                with Vertical(id="figures"):
                    yield TitledRule(id="figures-title")
                    with VerticalScroll():
                        yield Static(id="table")
        yield Static(id="brief")

    def begin(self) -> None:
        """Say what the table is of."""
        self._heights = {}
        self.query_one(TitledRule).entitle("Over all replicates")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where everything is seen there is no other view."""
        return super().check_action(action, parameters) and (action != "view" or self.has_class("-narrow"))

    def action_view(self) -> None:
        """The distribution with what matters most of the rest, or all of the rest."""
        self.toggle_class("-figures")

    def shown(self) -> dict[str, Any]:
        """Whether all figures are seen, where there is not room for all."""
        return {"view": "figures"} if self.has_class("-figures") else {}

    def restore(self, state: AppState) -> Iterator[str]:
        """Show all figures, or what matters most."""
        self.set_class(state.view == "figures", "-figures")
        if state.view not in {"", "figures"}:
            yield f"There is no view '{state.view}' here; there is: figures."

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

    def moved(self, snapshot: Snapshot) -> None:
        """Another day: how this trial ends is told when it does."""
        del snapshot
        if self.view is not None and (self.trial.session.is_over != self._was_over or self.is_due()):
            self._show()

    def told(self, reply: Reply) -> None:
        """More replicates."""
        if isinstance(reply, EnsembleView):
            self.view = reply
            self._show()

    @property
    def _so_far(self) -> dict[tuple[str, str], float | None]:
        """The hazard ratios of a report on this day, by endpoint and arm."""
        snapshot = self.trial.snapshot
        views = () if snapshot is None else snapshot.endpoints
        return {(view.name, one.arm): one.estimate for view in views for one in view.ratios}

    def _show(self) -> None:
        is_over = self._was_over = self.trial.session.is_over
        self._draw(is_over=is_over)
        card = self.trial.card
        cut = "the last data cut" if card is None else card.last_cut
        self._tell("#standing", _standing(self.view, cut, is_over=is_over))
        self._tell("#brief", Text() if self.view is None else _brief(self.view, is_over=is_over))
        table = None if self.view is None else _table(self.view, is_over=is_over)
        rows = 0 if table is None else table.row_count
        self.query_one("#table", Static).update(table or "", layout=rows != self._heights.get("#table"))
        self._heights["#table"] = rows

    def _draw(self, *, is_over: bool) -> None:
        """The charts: for several arms a row for each, else the distribution and power as it settles."""
        view, so_far = self.view, self._so_far
        is_several = view is not None and view.has_several_arms
        self.set_class(is_several, "-several")
        self.set_class(view is not None and not view.power_by_count, "-no-power")
        none = "no replicates yet" if view is None else "no figure to show"
        level = 0.0 if view is None else view.level
        headline = None if view is None or is_several else view.headline
        compared = view.compared if view is not None and is_several else ()
        own = None if headline is None else so_far.get((headline.endpoint, headline.arm))
        self.query_one(Histogram).show(headline, none, level, is_over=is_over, so_far=own)
        self.query_one(RatioRows).show(compared, level, is_over=is_over, so_far=so_far)
        card = self.trial.card
        self.query_one(PowerChart).show(view, has_committee=card is not None and card.committee is not None)

    def _tell(self, name: str, text: Text) -> None:
        """Write a text; one of as many lines as before needs no new layout."""
        height = len(text.wrap(self.app.console, max(self.size.width - 2, 1)))
        self.query_one(name, Static).update(text, layout=height != self._heights.get(name))
        self._heights[name] = height

    def command(self, asked: str) -> str:
        """The same replicates."""
        return self.trial.session.command("ensemble", asked, ["--replicates", str(self.wanted)])

    def action_more(self) -> None:
        """Twice as many."""
        self.wanted *= 2
        self._ask()


def _standing(view: EnsembleView | None, cut: str, *, is_over: bool) -> Text:
    """Where the trial on screen lies among its siblings."""
    if view is None:
        return Text("simulating the first replicates …", "dim")
    headline = view.headline
    if headline is None or headline.luckier is None:
        return Text(counted(view.replicates, "replicate"))
    if not is_over:
        return Text(f"{counted(view.replicates, 'trial')} by {cut}. Where this one lies is told on its last day.")
    if view.replicates < ENOUGH:
        return Text(f"{counted(view.replicates, 'trial')} by {cut}; so few do not tell how lucky this one is.")
    share, others = (f"{headline.luckier:.0%}", "bold"), f"{headline.others:,}"
    if headline.is_ratio:
        mine = (one.label for one in view.compared if (one.endpoint, one.arm) == (headline.endpoint, headline.arm))
        of = f" on {next(mine)}" if view.has_several_arms else ""
        return Text.assemble(
            "By ",
            cut,
            " this trial was luckier than ",
            share,
            f" of {others} others{of}: ",
            "their hazard ratios are higher, that is, worse for the new treatment.",
        )
    # Nothing is randomized: there is no drug whose effect could be luck.
    return Text.assemble("By ", cut, " survival was lower in ", share, f" of {others} other trials of the same design.")


def _ending(why: str) -> str:
    return {"none": "ran to its end", "order": "stopped on the set date"}.get(why, f"stopped for {why}")


def _brief(view: EnsembleView, *, is_over: bool) -> Text:
    """Power, how trials end and when, a line for each."""
    lines = []
    if view.compared and not view.has_several_arms:
        told = ", ".join(f"{one.label} {one.power.estimate:.1%} ({_between(one.power)})" for one in view.compared)
        lines.append(f"Power: {told}")
    if view.endings:
        lines.append("Ended " + ", ".join(f"{BRIEFLY.get(why, why)} {part.estimate:.0%}" for why, part in view.endings))
    if view.ended is not None:
        own, middle, lower, upper = (_number(getattr(view.ended, name), view.ended) for name in FIGURE_PARTS)
        this = f"; this one on day {own}" if is_over else ""
        lines.append(f"They end on day {middle} ({lower} to {upper}){this}")
    return Text("\n".join(lines), no_wrap=True, overflow="ellipsis")


BRIEFLY = {"none": "at the end", "order": "on the set date", "benefit": "for benefit", "futility": "for futility"}
FIGURE_PARTS = ("own", "middle", "lower", "upper")


def _table(view: EnsembleView, *, is_over: bool) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False, expand=True)
    table.add_column("at the last data cut")
    for heading in ("this trial", "mean or median", "95% of trials"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in view.figures:
        table.add_row(*_figure(one, is_over=is_over))
    if view.compared:
        _section(table, f"one-sided P < {view.level:g}", "", "share", "Monte Carlo")
    for arm in view.compared:
        table.add_row(Text(arm.label), "", f"{arm.power.estimate:.1%}", _between(arm.power))
    if view.endings:
        _section(table, "how it ended", "", "share", "Monte Carlo")
    for why, part in view.endings:
        table.add_row(_ending(why), "", f"{part.estimate:.1%}", _between(part))
    if view.ended is not None:
        table.add_row(*_figure(view.ended, is_over=is_over))
    if view.stopping:
        _section(table, "stopped at a look", "for benefit", "for futility", "on the set date")
    for look, held, *reasons in view.stopping:
        table.add_row(f"look {look}, reached in {held:.0%}", *(f"{part:.0%}" for part in reasons))
    return table


def _figure(one: FigureRow, *, is_over: bool) -> tuple[Text | str, ...]:
    """A figure of this trial, which is told once it is over, beside those of all."""
    own, middle, lower, upper = (_number(value, one) for value in (one.own, one.middle, one.lower, one.upper))
    return Text(one.label), own if is_over else "", middle, f"{lower} to {upper}"


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
