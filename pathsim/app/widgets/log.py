"""What happened, in words: the newest line last."""

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.live import LogEntry


class EventLog(Picture):
    """The last things that happened to patients and in the trial."""

    entries: tuple[LogEntry, ...] = ()
    groups: tuple[str, ...] = ()

    def show(self, entries: tuple[LogEntry, ...], groups: tuple[str, ...]) -> None:
        """Draw these."""
        self.entitle("What happened")
        if (entries, groups) != (self.entries, self.groups):
            self.entries, self.groups = entries, groups
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """A line for each, as many as there is room for."""
        for row, entry in enumerate(self.entries[-canvas.height :]):
            column = canvas.write(row, 0, f"{entry.date:>11}  ", "dim")
            if entry.patient is None:
                canvas.write(row, column, shortened(entry.text, canvas.width - column), "title")
                continue
            column = canvas.write(row, column, f"patient {entry.patient:04d} ", "text!")
            if entry.who and canvas.width >= 100:
                column = canvas.write(row, column, f"({entry.who}) ", "dim")
            if 0 <= entry.arm < len(self.groups):
                column = canvas.write(row, column, f"{self.groups[entry.arm]}: ", f"arm{entry.arm}")
            canvas.write(row, column, shortened(entry.text, canvas.width - column), "text")
