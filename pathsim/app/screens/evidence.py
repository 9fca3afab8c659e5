"""Evidence: where every number and date comes from, and whether the scenario shows what was published."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from pathsim.app.screens.dialogs import question
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.header import Tab
from pathsim.app.widgets.listing import Column, Listing, ListRow
from pathsim.app.widgets.views import ViewTabs
from pathsim.player import requests as ask
from pathsim.player.replies import Reply
from pathsim.player.views.evidence import EvidenceRow, EvidenceView, TargetKind, TargetRow, ValidationView
from pathsim.player.views.live import Opened
from pathsim.text import counted

REPLICATES, ENOUGH = 500, 100
"""With fewer than enough trials nothing is said to be missed."""
TOO_EARLY, UNDECIDED = "too early", "undecided"
FORES = {"met": "text", TOO_EARLY: "dim", UNDECIDED: "dim"}
SIMULATING, NO_TARGETS = "simulating the first trials …", "the scenario has no targets"
"""Instead of results: before there are any, and where nothing was published to compare with."""
VIEWS = {"numbers": "Numbers", "published": "Published against simulated"}
KIND_FORES = {"published": "text", "derived": "text", "calibrated": "text", "assumed": "dim"}

VERDICTS = {
    "met": "Single trials show the published result, and trials on average too.",
    "undecided": "The mean is off, but no farther than the chance of so many trials.",
    "wrong on average": "A single trial may well show the published result, but trials on average do not.",
    "beyond chance": "Hardly any single trial shows the published result.",
    "implausible": "The mean of trials lies outside the range of other series.",
}
IN_RANGE = "The mean of trials lies in the range of other series, whatever single trials show."
"""Instead, where a plausible range is met."""

TARGET_KINDS: dict[TargetKind, tuple[str, str]] = {
    "input": ("inputs", " It is a number of the model itself: that it comes back says only that it was copied right."),
    "fit": ("fitted results", ""),
    "holdout": ("held out", " No number was calibrated to this result: it was held out."),
    "plausible": ("plausible ranges", " No number was calibrated to this range."),
}
"""What they are called where they are counted, and what is said of one."""

TARGET_RANKS: tuple[TargetKind, ...] = ("holdout", "plausible", "fit", "input")
"""What tells most of a model is listed first."""

NUMBER_COLUMNS = (
    Column("number or date", 60, ends_differ=True),
    Column("value", 24, is_number=True),
    Column("class", 10),
    Column("source", 90, rank=1),
)
TARGET_COLUMNS = (
    Column("result", 50),
    Column("published", 10, is_number=True),
    Column("simulated", 10, is_number=True),
    Column("95% of trials", 18, is_number=True, rank=1),
    Column("verdict", 18),
    Column("part", 20, rank=2, ends_differ=True),
)


class EvidenceScreen(TrialScreen):
    """Every number and date in use, and published beside simulated results."""

    TAB = Tab("evidence", "v", "Evidence", "Where every number comes from", "Evi")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "view", "View", tooltip="Numbers, or published beside simulated results", id="evidence.view"),
        Binding("slash", "search", "Filter", tooltip="List only some rows", id="evidence.search"),
    ]
    evidence: EvidenceView | None = None
    validation: ValidationView | None = None
    view = "numbers"

    @property
    def replicates(self) -> int:
        """How many replicates it shows."""
        return 0 if self.validation is None else self.validation.replicates

    def body(self) -> Iterator[Widget]:
        """Both lists, of which one is seen, and the words for the row under the cursor."""
        yield ViewTabs(id="views")
        yield Static(id="tally")
        yield Listing("Numbers and dates in use", id="numbers", classes="panel")
        yield Listing("Published against simulated", id="targets", classes="panel")
        with VerticalScroll(id="words", classes="panel"):
            yield Static(id="text")

    def begin(self) -> None:
        """Begin with the numbers."""
        self._arrange()

    def _arrange(self) -> None:
        self.query_one(ViewTabs).show(VIEWS, self.view)
        for name, view in (("#numbers", "numbers"), ("#targets", "published")):
            self.query_one(name).display = self.view == view
        self._listing.focus()
        self._tally()
        self._explain(self._listing.marked)

    @property
    def _listing(self) -> Listing:
        return self.query_one("#numbers" if self.view == "numbers" else "#targets", Listing)

    def resumed(self) -> None:
        """Ask for what is missing."""
        self._ask()

    def on_screen_suspend(self) -> None:
        """Leave the worker to the others."""
        self.trial.send(ask.Repeat(self.trial.session.generation, "validation", 0))

    def opened(self, card: Opened) -> None:
        """Other numbers."""
        if self.evidence is None or self.evidence.generation != card.generation:
            self.validation = None
            self._list_targets(SIMULATING, ())
            self._ask()

    def _ask(self) -> None:
        if not self.is_current or self.trial.card is None:
            return
        generation = self.trial.session.generation
        if self.evidence is None or self.evidence.generation != generation:
            self.trial.send(ask.Trace(generation))
        self.trial.send(ask.Repeat(generation, "validation", REPLICATES if self.view == "published" else 0))

    def told(self, reply: Reply) -> None:
        """The numbers, or results beside each other."""
        if isinstance(reply, EvidenceView):
            self.evidence = reply
            self.query_one("#numbers", Listing).show(NUMBER_COLUMNS, [_number(row) for row in reply.rows])
        elif isinstance(reply, ValidationView):
            self.validation = reply
            self._list_targets(NO_TARGETS, reply.rows)
        self._tally()

    def _list_targets(self, empty: str, rows: Sequence[TargetRow]) -> None:
        targets = self.query_one("#targets", Listing)
        targets.empty = empty
        is_early = self.validation is not None and self.validation.replicates < ENOUGH
        told = (
            [replace(row, verdict=TOO_EARLY, is_missed=False) for row in rows] if is_early else sorted(rows, key=_rank)
        )
        targets.show(TARGET_COLUMNS, [_target(row) for row in told])

    def _tally(self) -> None:
        text = ""
        if self.view == "numbers" and self.evidence is not None:
            counts = Counter(row.kind for row in self.evidence.rows)
            text = f"{self.evidence.tally}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items())
        elif self.view == "published" and self.validation is not None:
            rows, trials = self.validation.rows, self.validation
            parts = [
                f"{sum(row.is_missed for row in mine)} of {len(mine)} {what} {mine[0].mark}".strip()
                for kind, (what, _) in TARGET_KINDS.items()
                if (mine := [row for row in rows if row.kind == kind])
            ]
            card = self.trial.card
            changed = "" if card is None or not card.settings else ", with your changes"
            done = f"{trials.replicates} of {counted(trials.wanted, 'trial')} of the published course{changed}"
            has_missed = any(row.is_missed for row in rows)
            missed = f"{'✗ ' if has_missed else ''}Missed: {', '.join(parts)}; {done}"
            too_few = f"{done}: too few to say what is missed"
            text = "" if not parts else missed if trials.replicates >= ENOUGH else too_few
        self.query_one("#tally", Static).update(text)

    @on(Listing.RowMarked)
    def _marked(self, event: Listing.RowMarked) -> None:
        if event.listing is self._listing:
            self._explain(event.about)

    def _explain(self, about: object) -> None:
        text = Text()
        if isinstance(about, EvidenceRow) and self.evidence is not None:
            text.append(f"{about.path} = {about.value}\n", "bold")
            text.append(f"{about.kind}: {about.source}\n")
            if about.note:
                text.append(f"{about.note}\n")
            cite = dict(self.evidence.cites).get(about.source.split(":")[0].strip())
            if cite and about.kind == "published":
                text.append(cite, "dim")
        elif isinstance(about, TargetRow):
            text.append(f"{about.part}: {about.label}\n" if about.part else f"{about.label}\n", "bold")
            trials = 0 if self.validation is None else self.validation.replicates
            fewer = "" if about.averaged == trials else f" of the {about.averaged:,} trials that have it"
            text.append(
                f"{'plausible' if about.kind == 'plausible' else 'published'} {_wanted(about)}, "
                f"simulated {_shown(about, about.simulated)} on average{fewer}; "
            )
            text.append(
                f"95% of single trials lie between {_shown(about, about.lower)} and {_shown(about, about.upper)}. "
            )
            text.append(_judged(about))
            text.append(TARGET_KINDS[about.kind][1])
        self.query_one("#text", Static).update(text)

    @on(ViewTabs.ViewChosen)
    def _chosen(self, event: ViewTabs.ViewChosen) -> None:
        self.view = event.view
        self._arrange()
        self._ask()

    def command(self, asked: str) -> str:
        """The same list."""
        session = self.trial.session
        if self.view == "numbers":
            return session.command("sources", asked, [], has_seed=False)
        return session.command("validate", asked, ["--replicates", str(REPLICATES)])

    def action_view(self) -> None:
        """The other list."""
        self.view = "published" if self.view == "numbers" else "numbers"
        self._arrange()
        self._ask()

    def step_back(self) -> bool:
        """From some rows to all."""
        return self._listing.clear()

    def action_search(self) -> None:
        """List only some rows."""
        listing = self._listing
        question(self.app, "List rows with these words", listing.filter, listing.narrow)


def _number(row: EvidenceRow) -> ListRow:
    cells = (row.path, row.value, row.kind, row.source)
    return ListRow(cells, ("text", "text!", KIND_FORES[row.kind], "text"), cells, row)


def _rank(row: TargetRow) -> tuple[bool, bool, int]:
    """What is missed first, then what is undecided, and of that what no number was calibrated to."""
    return not row.is_missed, row.verdict != UNDECIDED, TARGET_RANKS.index(row.kind)


def _target(row: TargetRow) -> ListRow:
    between = f"{_shown(row, row.lower)} to {_shown(row, row.upper)}"
    label = f"{row.label} {row.mark}".strip()
    verdict = f"✗ {row.verdict}" if row.is_missed else row.verdict
    cells = (label, _wanted(row), _shown(row, row.simulated), between, verdict, row.part)
    fores = ("text", "text!", "text", "dim", FORES.get(row.verdict, "lost"), "dim")
    return ListRow(cells, fores, (row.label, row.wanted[0], row.simulated, row.lower, row.verdict, row.part), row)


def _wanted(row: TargetRow) -> str:
    """The published result, or the plausible range."""
    return "-".join(_shown(row, value) for value in dict.fromkeys(row.wanted)).replace("%-", "-")


def _judged(row: TargetRow) -> str:
    """What the verdict means."""
    if row.verdict == TOO_EARLY:
        return "So few trials do not say yet whether it is missed."
    if row.kind == "plausible" and row.verdict == "met":
        return IN_RANGE
    return VERDICTS.get(row.verdict, "Hardly any trial has this figure.")


def _shown(row: TargetRow, value: float) -> str:
    return f"{value:.1%}" if row.is_share else f"{value:.3g}" if abs(value) < 10 else f"{value:,.0f}"
