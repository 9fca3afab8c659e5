"""Survival curves: heavy and light lines, intervals as tints, numbers at risk under the ticks."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import reactive

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture
from pathsim.app.widgets.survival_plot import Plot, lowest_shown
from pathsim.player.views.live import EndpointCard, EndpointView

CROSSHAIR_STEPS = 72


class SurvivalPlot(Picture, can_focus=True):
    """The curves of one endpoint."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Earlier", show=False, id="plot.earlier"),
        Binding("right", "move(1)", "Later", show=False, id="plot.later"),
    ]
    show_bands: reactive[bool] = reactive(default=True)
    crosshair: reactive[float | None] = reactive(None)
    is_zoomed: reactive[bool] = reactive(default=False)
    """Whether the axis begins below the lowest curve, rather than at none."""
    ticks_censored: reactive[bool] = reactive(default=False)
    """Whether patients who were censored are ticks on the curves, too."""

    card: EndpointCard | None = None
    view: EndpointView | None = None

    def show(self, card: EndpointCard, view: EndpointView, *beside: str) -> None:
        """Draw this endpoint on this day; ``beside`` are words beside its title, the longest first."""
        self.card, self.view = card, view
        base = self._base
        self.entitle(f"{card.label}, from {base:.0%}" if base else card.label, *beside)
        self.redraw()

    @property
    def _base(self) -> float:
        """The survival at which the axis begins."""
        return lowest_shown((*self.view.curves, *self.view.ghosts)) if self.is_zoomed and self.view is not None else 0.0

    def watch_is_zoomed(self) -> None:
        """Draw with another axis."""
        if self.card is not None and self.view is not None:
            self.show(self.card, self.view, *self.headings[1:])

    def watch_ticks_censored(self) -> None:
        """Draw with or without ticks."""
        self.redraw()

    def watch_show_bands(self) -> None:
        """Draw with or without intervals."""
        self.redraw()

    def watch_crosshair(self) -> None:
        """Draw the crosshair elsewhere."""
        self.redraw()

    def action_move(self, step: int) -> None:
        """Move the crosshair."""
        if self.card is None:
            return
        horizon = self.card.horizon_days
        here = horizon / 2 if self.crosshair is None else self.crosshair + step * horizon / CROSSHAIR_STEPS
        self.crosshair = min(max(here, 0.0), horizon)

    def action_toggle_crosshair(self) -> None:
        """Show the crosshair, or hide it."""
        self.crosshair = None if self.crosshair is not None or self.card is None else self.card.horizon_days / 2

    def draw(self, canvas: Canvas) -> None:
        """The plot, its axis and the numbers at risk."""
        if self.card is None or self.view is None:
            return
        plot = Plot(canvas, self.card, self.view, base=self._base)
        if plot.is_too_small:
            canvas.write(0, 0, "too small for curves", "dim")
            return
        plot.draw(show_intervals=self.show_bands, ticks_censored=self.ticks_censored)
        if self.crosshair is not None:
            plot.cross(self.crosshair)
