"""A table of figures that never cuts its labels: columns that do not fit beside each other stand below each other."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table

LABEL_WIDTH = 18
"""A column of labels is broken into lines of no less than this before figures go to a table of their own."""
UNBOUNDED = 10_000


class FigureTable(Table):
    """A table whose first column holds labels. Where it is too wide, its columns are printed in several tables."""

    def __init__(self) -> None:
        super().__init__(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, header_style="dim")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        parts = list(self._parts(console, options))
        if len(parts) == 1:
            yield from super().__rich_console__(console, options)
            return
        for number, figures in enumerate(parts):
            if number:
                yield ""
            yield self._with(figures)

    def _parts(self, console: Console, options: ConsoleOptions) -> Iterator[Sequence[Column]]:
        """The columns of figures of each table, as many in each as there is room for."""
        part: list[Column] = []
        for column in self.columns[1:]:
            if part and self._least_width([*part, column], console, options) > options.max_width:
                yield part
                part = []
            part.append(column)
        yield part

    def _least_width(self, figures: Sequence[Column], console: Console, options: ConsoleOptions) -> int:
        """How wide a table of these figures is whose labels are broken into lines as short as may be."""
        roomy = options.update(max_width=UNBOUNDED)
        labels = [Measurement.get(console, roomy, label) for label in (self.columns[0].header, *self.columns[0].cells)]
        widest, longest_word = (max((each[of] for each in labels), default=0) for of in (1, 0))
        spared = widest - min(widest, max(longest_word, LABEL_WIDTH))
        return Measurement.get(console, roomy, self._plain(figures)).maximum - spared

    def _plain(self, figures: Sequence[Column]) -> Table:
        return self._filled(Table(box=self.box, padding=self.padding, show_edge=False), figures)

    def _with(self, figures: Sequence[Column]) -> Table:
        return self._filled(FigureTable(), figures)

    def _filled(self, table: Table, figures: Sequence[Column]) -> Table:
        """A table with the labels and these columns of figures."""
        columns = [self.columns[0], *figures]
        for column in columns:
            table.add_column(
                column.header,
                justify=column.justify,
                style=column.style,
                no_wrap=column.no_wrap,
                overflow=column.overflow,
            )
        for row, *cells in zip(self.rows, *(column.cells for column in columns), strict=True):
            table.add_row(*cells, style=row.style)
        return table
