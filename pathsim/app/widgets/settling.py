"""Power as it settles while replicates arrive, with its Monte Carlo interval."""

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture
from pathsim.player.shown import EnsembleView

LEFT = 6


class PowerChart(Picture):
    """Power after so many replicates."""

    view: EnsembleView | None = None

    def show(self, view: EnsembleView | None) -> None:
        """Draw these replicates."""
        self.view = view
        power = ""
        if view is not None and view.power:
            label, share = view.power[0]
            power = f"{share.estimate:.1%} ({share.lower:.1%} to {share.upper:.1%}) {label.lower()}"
        self.entitle("Power, as it settles", power)
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The estimate between its limits."""
        if self.view is None or not self.view.settling or canvas.height < 4:
            canvas.write(0, 1, "no replicates yet", "dim")
            return
        rows, columns = canvas.height - 2, canvas.width - LEFT - 1
        for level in (0, 0.25, 0.5, 0.75, 1):
            row = round((1 - level) * (rows - 1))
            canvas.write(row, 0, f"{level:4.0%}", "dim")
            canvas.write(row, LEFT, "┈" * columns, "faint")
        last = max(self.view.wanted, 1)
        places = [
            (LEFT + min(round(count / last * columns), columns - 1), share) for count, share in self.view.settling
        ]
        for (column, share), (after, _) in zip(places, [*places[1:], (places[-1][0] + 1, None)], strict=True):
            top, bottom = (round((1 - limit) * (rows - 1)) for limit in (share.upper, share.lower))
            for x in range(column, max(after, column + 1)):
                for row in range(top, bottom + 1):
                    canvas.write(row, x, "░", "faint")
                canvas.write(round((1 - share.estimate) * (rows - 1)), x, "━", "primary!")
        canvas.write(rows, LEFT, "─" * columns, "faint")
        canvas.write(rows + 1, LEFT, f"{self.view.replicates:,} of {self.view.wanted:,} replicates", "dim")
