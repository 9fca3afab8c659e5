"""What a report is made of before it is a page: words, numbers that know their place, tables, figures and sections."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

ResultsName: TypeAlias = Literal["trial", "ensemble", "validation", "before", "now", "comparison"]
"""Where a number stands: in what ``run``, ``ensemble`` or ``validate`` print with ``--json``; or in what ``compare``
prints, in the first or the second of its settings, or in the trial beside them."""


@dataclass(frozen=True, slots=True)
class Told:
    """A number as it is written, with its place in the results and its value there.

    A path can add, subtract and divide what stands at several places: ``trial.enrolled - trial.randomized``.
    """

    text: str
    path: str
    value: float
    """NaN if it is missing."""
    unit: str = ""
    """In what it is written, such as ``percent`` or ``months``; empty if just as it is."""
    of: ResultsName = "trial"

    @property
    def exactly(self) -> str:
        """The value to the last digit; empty if it is missing."""
        if math.isnan(self.value):
            return ""
        if math.isinf(self.value):
            return "Infinity" if self.value > 0 else "-Infinity"
        return repr(self.value).removesuffix(".0")


Words: TypeAlias = tuple[str | Told, ...]
"""Texts and numbers in a row."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of one or more columns of a table."""

    text: str
    span: int = 1
    below: Words = ()
    """What stands under it, such as the number of patients."""
    arm: int | None = None
    """The number of the arm whose color it has."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row of a table: its label, and a cell for each other column."""

    label: Words
    cells: tuple[Words, ...] = ()
    kind: Literal["", "part", "within", "total"] = ""
    """The title of the rows that follow, one of those, or one that sums others up."""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table as journals print it, or one that stands behind a disclosure."""

    kind: ClassVar[str] = "table"

    caption: str
    heads: tuple[tuple[Heading, ...], ...]
    """Rows of headings; the first heading of each is that of the labels."""
    rows: tuple[ReportRow, ...]
    notes: tuple[Words, ...] = ()
    texts: frozenset[int] = frozenset()
    """The numbers of the columns, of which the labels are 0, that hold texts rather than figures."""
    is_folded: bool = False
    """Whether it stands behind a disclosure."""


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """A figure: how it is drawn, what it shows to those who cannot see it, and its data as a table."""

    kind: ClassVar[str] = "figure"

    name: str
    """That of its files, and its place on the page."""
    caption: str
    alternative: str
    data: ReportTable
    draw: "Callable[[], Figure] | None" = None
    svg: str = ""
    """The drawing, where it is none of matplotlib's."""
    notes: tuple[Words, ...] = ()
    is_wide: bool = False
    """Whether it is too wide for paper, so that its data are printed in its place."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph of text."""

    kind: ClassVar[str] = "paragraph"

    words: Words
    style: Literal["", "question", "answer", "dim"] = ""


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list of short texts, or of commands to be typed."""

    kind: ClassVar[str] = "list"

    items: tuple[Words, ...]
    style: Literal["", "commands"] = ""


Block: TypeAlias = TextBlock | ListBlock | ReportTable | ReportFigure


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of a report under a heading."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A whole report."""

    title: str
    byline: str
    sections: tuple[ReportSection, ...]
    footer: str

    @property
    def figures(self) -> list[ReportFigure]:
        """All its figures, in order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, ReportFigure)]
