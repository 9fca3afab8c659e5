"""Patients: all of them in a list, one of them as a timeline, and the same patient in the other arm."""

from collections.abc import Iterator
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from pathsim.app.screens.dialogs import question
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.header import Tab
from pathsim.app.widgets.listing import Column, Listing, ListRow
from pathsim.app.widgets.timeline import Beside, Timeline
from pathsim.couplings import DRAWS, Coupling, IndividualEffect
from pathsim.names import in_line, lowered
from pathsim.player import requests as ask
from pathsim.player.replies import Reply
from pathsim.player.views.live import Opened, Snapshot
from pathsim.player.views.patients import Balance, JourneyView, RosterRow, RosterView
from pathsim.state import AppState

DIFFERS, OTHERWISE = "⇄", ("better", "worse", "later", "earlier")
"""The sign of those whom the other arm would make a difference to, and how."""
EFFECT_FORES = {"better": "text", "worse": "lost"}
EFFECTS: dict[IndividualEffect, tuple[str, str]] = {
    "better": ("fares better", "would fare better"),
    "worse": ("fares worse", "would fare worse"),
    "later": ("event later", "event would be later"),
    "earlier": ("event earlier", "event would be earlier"),
    "same": ("no difference", "no difference"),
    "unknown": ("not known", "not known"),
}
"""How patients fare in the arm that is not the control: those who are in it, and those who would be."""


class PatientsScreen(TrialScreen):
    """Patients one by one."""

    TAB = Tab("patients", "p", "Patients", "Patients one by one")
    AUTO_FOCUS = "#patients"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "t",
            "beside",
            "Other course",
            tooltip="In the other arm, or before your change",
            id="patients.counterfactual",
        ),
        Binding("T", "coupling", "Draws", tooltip="Other draws in the other arm", id="patients.coupling"),
        Binding("slash", "search", "Filter", tooltip="List only some patients", id="patients.search"),
        Binding("f", "large", "Large", tooltip="The journey alone, or with the list", id="patients.large"),
    ]
    roster: RosterView | None = None
    journey: JourneyView | None = None
    beside: Beside = ""
    """What the journey is set beside."""
    asked: tuple[int, float, Coupling] | None = None

    def body(self) -> Iterator[Widget]:
        """What the arm did for the trial, the list, one journey."""
        yield Static(id="balance")
        yield Listing("Patients", "nobody yet", id="patients", classes="panel")
        with Vertical(id="one"):
            yield Timeline(id="journey", classes="panel")

    def shown(self) -> dict[str, Any]:
        """Whose journey is shown."""
        return {} if self.journey is None else {"patient": self.journey.patient}

    def restore(self, state: AppState) -> Iterator[str]:
        """Show somebody's journey, once the list is there."""
        if state.patient is not None:
            self.trial.wanted_patient = state.patient
            if self.roster is not None:
                self._list()
        yield from ()

    def opened(self, card: Opened) -> None:
        """Another trial has other patients."""
        del card
        self.asked = None
        self._ask()

    def moved(self, snapshot: Snapshot) -> None:
        """On another day there are more of them, and a journey is farther on."""
        timeline = self.query_one(Timeline)
        if timeline.today != snapshot.day:
            timeline.today = snapshot.day
            timeline.redraw()
        if self.is_due():
            self._ask()
            self._travel(self.query_one(Listing).marked)

    def _ask(self) -> None:
        snapshot, session = self.trial.snapshot, self.trial.session
        if snapshot is None or not self.is_current:
            return
        if self.asked != (session.generation, snapshot.day, session.coupling):
            self.asked = session.generation, snapshot.day, session.coupling
            self.trial.send(ask.Roster(*self.asked))

    def told(self, reply: Reply) -> None:
        """The list, or a journey."""
        if isinstance(reply, RosterView):
            is_other = self.roster is None or (self.roster.balance is None) != (reply.balance is None)
            self.roster = reply
            if is_other:
                self.refresh_bindings()
            self._list()
        elif isinstance(reply, JourneyView):
            self.journey = reply
            self._show()

    def _list(self) -> None:
        roster, arms = self.roster, self.trial.card.arms if self.trial.card is not None else ()
        if roster is None:
            return
        columns = (
            Column("patient", 8, is_number=True),
            Column("", 1),
            Column("enrolled", 10, rank=2),
            *(Column(name, 26, rank=3 + number if number else 1) for number, name in enumerate(roster.columns)),
            *((Column("arm", 14),) if arms else ()),
            Column("now", 34),
            Column("event", 24),
            Column("event-free days", 15, is_number=True, rank=3),
            *((Column(f"with {roster.balance.arm}", 22),) if roster.balance is not None else ()),
        )
        rows = sorted(roster.rows, key=_rank)
        self.query_one(Listing).show(columns, [_line(row, arms, roster.balance) for row in rows])
        told = _balance(roster, has_arms=bool(arms), is_roomy=self.has_class("-wide"))
        self.query_one("#balance", Static).update(told)
        listing = self.query_one(Listing)
        if self.trial.wanted_patient is not None:
            if all(line.about != self.trial.wanted_patient for line in listing.seen):
                listing.clear()
            if listing.seek(self.trial.wanted_patient):
                # They were chosen for what the change does to them.
                self.beside = "change"
                self._show()
            else:
                self.app.notify(
                    f"Patient {self.trial.wanted_patient:04d} has not enrolled in the trial as it is set now."
                )
            self.trial.wanted_patient = None
        if self.journey is None or self.journey.generation != roster.generation:
            self.journey = None
            self._show()
            self._travel(listing.marked)

    def _show(self) -> None:
        arms = self.trial.card.arms if self.trial.card is not None else ()
        is_alone = self.has_class("-large")
        beside = self.beside if self.beside in self._sides else ""
        self.set_class(bool(beside), "-beside")
        timeline = self.query_one(Timeline)
        timeline.today = self.trial.session.day
        timeline.show(self.journey, arms, beside=beside, is_alone=is_alone)

    def _travel(self, patient: object) -> None:
        session = self.trial.session
        # A list of the trial before may hold patients who do not come in this one; its own list is on its way.
        if isinstance(patient, int) and self.roster is not None and self.roster.generation == session.generation:
            self.trial.send(ask.Travel(session.generation, patient, session.shown_day, session.coupling))

    @on(Listing.RowMarked)
    def _marked(self, event: Listing.RowMarked) -> None:
        self._travel(event.about)

    @on(Listing.RowChosen)
    def _chosen(self, event: Listing.RowChosen) -> None:
        self._travel(event.about)
        self.action_large()

    def command(self, asked: str) -> str:
        """The trial as a folder of tables, that of its patients among them."""
        command, coupling = super().command(asked), self.trial.session.coupling
        # Of a trial that goes on a report tells no counterfactual.
        other = "" if coupling == "shared" or " --until " in command else f" --coupling {coupling}"
        return f"{command}{other} --out patients"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where nobody can know what another arm would do, and nothing is changed, there is no other course."""
        if (action == "beside" and not self._sides) or (action == "coupling" and "arm" not in self._sides):
            return None
        return super().check_action(action, parameters)

    def action_coupling(self) -> None:
        """Draw the counterfactual in another way; the trial stays as it is."""
        self.trial.session.other_coupling()
        self._ask()
        self._travel(self.query_one(Listing).marked)

    @property
    def _sides(self) -> list[Beside]:
        """What a journey can be set beside."""
        card = self.trial.card
        found: list[Beside] = []
        if self.roster is None or self.roster.balance is not None:
            found.append("arm")
        if card is not None and card.settings != card.kept:
            found.append("change")
        return found

    def action_beside(self) -> None:
        """The other arm beside it; the same arm before the change; nothing."""
        turns: list[Beside] = ["", *self._sides]
        shown = turns.index(self.beside) if self.beside in turns else 0
        self.beside = turns[(shown + 1) % len(turns)]
        self._show()

    def action_large(self) -> None:
        """The journey alone, or the list too."""
        self.toggle_class("-large")
        self.query_one(Timeline if self.has_class("-large") else Listing).focus()
        self._show()

    @on(Timeline.Other)
    def _other(self, event: Timeline.Other) -> None:
        """Another patient of the list, be it seen or not."""
        self.query_one(Listing).action_cursor(event.step)

    def step_back(self) -> bool:
        """From one journey to the list; from some patients to all."""
        if self.has_class("-large"):
            self.action_large()
            return True
        return self.query_one(Listing).clear()

    def action_search(self) -> None:
        """List only some patients."""
        listing = self.query_one(Listing)
        question(self.app, "List patients with these words", listing.filter, listing.narrow)


def _rank(row: RosterRow) -> tuple[bool, bool, int]:
    """Those first whom the other arm would make a difference to, then who was randomized, then the others."""
    return row.individual_effect not in OTHERWISE, row.arm < 0, row.patient


def _line(row: RosterRow, arms: tuple[str, ...], balance: Balance | None) -> ListRow:
    arm = arms[row.arm] if 0 <= row.arm < len(arms) else ""
    days = "" if row.days is None else f"{row.days:.0f}"
    sign = DIFFERS if row.individual_effect in OTHERWISE else ""
    found: list[tuple[str, str, float | str]] = [(f"{row.patient:04d}", "text", row.patient), (sign, "title", sign)]
    found += [(text, "text", _order(text)) for text in (row.came, *row.about)]
    found += [(arm, f"arm{row.arm}" if arm else "dim", arm)] if arms else []
    found += [
        (row.now, "text", row.now),
        (row.event, "lost", row.event),
        (days, "text", row.days or 0.0),
    ]
    if balance is not None:
        told = "" if row.individual_effect is None else EFFECTS[row.individual_effect][arm != balance.arm]
        found.append((told, EFFECT_FORES.get(row.individual_effect or "", "dim"), told))
    cells, fores, order = zip(*found, strict=True)
    return ListRow(cells, fores, order, row.patient)


def _order(text: str) -> float | str:
    """What a cell sorts by: its number, if it begins with one."""
    first = text.split(" ", maxsplit=1)[0]
    return float(first) if first.replace(".", "", 1).isdigit() else text


NET = "By $by [b]$fewer[/] of $known patients have an event with $arm than with $control ($endpoint)."
WHO = "With $draws [b]$better fare better[/], [b]$worse worse[/]"
OTHERS = "(whatever the draws, $least and $most); with $beside $other and $others."
NOBODY = "Who, neither a trial nor this model can know."
ROOMY, SHORT = (
    (NET, WHO, OTHERS, NOBODY),
    ("By $by [b]$fewer[/] of $known have an event with $arm.", WHO, "(any: $least, $most)."),
)


def _balance(roster: RosterView, *, has_arms: bool, is_roomy: bool) -> Content:
    """What the arm does for everybody: the net first, then who fares better and worse, as far as draws say."""
    balance = roster.balance
    if roster.is_too_early:
        told = "Nobody has been randomized yet: from then on ⇄ marks those who would fare differently in the other arm."
        return Content(told)
    if balance is None:
        why = "patients queue, there are more than two, or no day is tabulated"
        another = f" Outcomes in another arm cannot be known: {why}." if has_arms else ""
        return Content(f"All patients enrolled so far, and what has become of them.{another}")
    beside, better, worse = balance.beside
    return Content.from_markup(
        " ".join(ROOMY if is_roomy else SHORT),
        by=balance.by,
        fewer=f"{abs(balance.fewer)} {'fewer' if balance.fewer >= 0 else 'more'}",
        known=str(balance.known),
        arm=balance.arm,
        control=balance.control,
        endpoint=lowered(in_line(balance.endpoint)),
        draws=DRAWS[balance.coupling],
        better=str(balance.better),
        worse=str(balance.worse),
        beside=DRAWS[beside],
        other=str(better),
        others=str(worse),
        least="{} to {}".format(*balance.bounds[0]),
        most="{} to {}".format(*balance.bounds[1]),
    )
