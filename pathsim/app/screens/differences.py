"""The table of the Compare screen: figures in both settings, in this trial and on average."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from pathsim.meaning import Unit
from pathsim.player.views.compare import ComparisonView, ContrastView, Difference
from pathsim.player.views.live import Opened
from pathsim.report.figures import percent, ratio, spans

MOST_TOXICITIES = 8
NEGLIGIBLE = 0.0005
"""A difference that is shown as none."""
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure of this trial in both settings, by now; a share, a ratio or a number of days."""

    label: str
    before: float | None = None
    now: float | None = None
    unit: Unit = Unit.SHARE
    is_power: bool = False
    """Whether it is a share of trials, of which one trial says nothing."""

    @property
    def is_missing(self) -> bool:
        """Whether it cannot be told of this trial in either setting."""
        return self.before is None and self.now is None

    @property
    def is_ratio(self) -> bool:
        """Whether differences are factors."""
        return self.unit is Unit.RATIO

    @property
    def difference(self) -> float | None:
        """Now minus before, of what is finite; of hazard ratios the logarithm of now by before."""
        if self.before is None or self.now is None or math.isinf(self.before) or math.isinf(self.now):
            return None
        if not self.is_ratio:
            return self.now - self.before
        return math.log(self.now / self.before) if self.now and self.before else None

    def told(self, value: float | None) -> str:
        """The figure in words."""
        if value is None:
            return ""
        if self.unit is Unit.DAYS:
            return f"{value:.0f} d"
        return ratio(value) if self.is_ratio else percent(value)

    def told_difference(self, value: float | None, least_digits: int = 0) -> str:
        """A difference in words: of shares in points, of hazard ratios the factor."""
        if value is None:
            return ""
        digits = max(self.digits, least_digits)
        return f"{TIMES} {math.exp(value):.{digits}f}" if self.is_ratio else f"{self.scale * value:+z.{digits}f}"

    @property
    def digits(self) -> int:
        """How many digits a difference has behind the point, if its error needs no more."""
        return 2 if self.is_ratio else 1

    @property
    def scale(self) -> int:
        """With what a difference is multiplied where it is told: that of shares is in points."""
        return 100 if self.unit is Unit.SHARE else 1

    def told_average(self, mean: Difference) -> str:
        """A mean difference with its 95% margin; that nothing changed, where no trial differs."""
        if not mean.mean and not mean.reach:
            return "no change"
        # So far does the factor reach whose logarithm reaches so far.
        reach = math.exp(mean.mean) * mean.reach if self.is_ratio else self.scale * mean.reach
        # As many digits as it takes for the error to be more than nothing.
        digits = max(self.digits, -math.floor(math.log10(reach))) if reach > 0 else self.digits
        return f"{self.told_difference(mean.mean, digits)} ± {reach:.{digits}f}"


def difference_table(card: Opened, comparison: ComparisonView, contrast: ContrastView | None) -> Table:
    """A line for each figure: both settings in this trial by now, their difference, and that over replicates."""
    table = Table(box=None, padding=(0, 1), pad_edge=False, expand=True)
    table.add_column("", overflow="fold", ratio=1)
    for heading in ("before", "now", "change", "mean change"):
        table.add_column(heading, justify="right", no_wrap=True)
    means = {} if contrast is None else {one.label: one for one in contrast.differences}
    endpoints = list(_endpoint_figures(card, comparison))
    told = [one for one in endpoints if not one.is_missing or one.label in means]
    sections = {
        "": [one for one in told if not one.is_power],
        "Power": [one for one in told if one.is_power],
        "Toxicity, grade 3 or higher": _toxicity_figures(card, comparison, means),
    }
    for heading, figures in sections.items():
        if heading and figures:
            table.add_section()
            table.add_row(Text(heading, "bold"))
        for figure in figures:
            table.add_row(*_cells(figure, means.get(figure.label)))
    return table


def _cells(figure: _Figure, mean: Difference | None) -> tuple[Text | str, ...]:
    is_sure, average = _is_sure(mean), "" if mean is None else figure.told_average(mean)
    return (
        Text(figure.label, "bold" if is_sure else ""),
        figure.told(figure.before),
        figure.told(figure.now),
        figure.told_difference(figure.difference),
        Text(average, "bold" if is_sure else ""),
    )


def _is_sure(mean: Difference | None) -> bool:
    """Whether a mean difference is larger than its error."""
    return mean is not None and abs(mean.mean) > mean.reach


def _endpoint_figures(card: Opened, comparison: ComparisonView) -> Iterator[_Figure]:
    """Survival of each endpoint, and how its arms compare."""
    for endpoint, before, now, compared in zip(
        card.endpoints, comparison.before, comparison.now, comparison.compared, strict=True
    ):
        name = endpoint.short_label
        told = spans(day for day, _ in before.at_days)
        for number, (day, survival) in enumerate(before.at_days):
            for group, of in enumerate(endpoint.groups):
                if before.at_risk[number][group] and now.at_risk[number][group]:
                    label = f"{name} at {told[day]}" + (f", {of}" if len(endpoint.groups) > 1 else "")
                    yield _Figure(label, survival[group], now.at_days[number][1][group])
        for one in compared:
            yield _Figure(one.label, one.before, one.now, one.unit, is_power=one.unit is Unit.SHARE)


def _of(card: Opened, arm: int) -> str:
    return f", {card.arms[arm]}" if card.arms else ""


def _toxicity_figures(card: Opened, comparison: ComparisonView, means: Mapping[str, Difference]) -> list[_Figure]:
    """Types of toxicity that strike somebody more or less, the largest difference on average first.

    Once there are replicates only those that differ by more than the error; before that, those of this trial.
    """
    before = {row.label: row for row in comparison.toxicity_before}
    figures = [
        _Figure(f"{row.label}{_of(card, arm)}", before[row.label].rates[arm], row.rates[arm])
        for row in comparison.toxicity_now
        if row.label in before
        for arm in range(len(card.groups))
    ]

    def size(figure: _Figure) -> float:
        mean = means.get(figure.label)
        return abs((figure.difference or 0.0) if mean is None else mean.mean)

    def differs(figure: _Figure) -> bool:
        mean = means.get(figure.label)
        return size(figure) >= NEGLIGIBLE and (mean is None or _is_sure(mean))

    return sorted(filter(differs, figures), key=size, reverse=True)[:MOST_TOXICITIES]
