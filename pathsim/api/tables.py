"""Tables for any dataframe library."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.paths import path_of

Column: TypeAlias = NDArray[Any]
"""Numbers, of which NaN is missing, truths, or texts (objects), of which None is."""


class ArrowTable:
    """A table, for any dataframe library.

    Those that know the Arrow PyCapsule interface, as polars, pyarrow and duckdb do, take it as it is; what is missing
    is null there. For others, as pandas, there are its ``columns``.
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        """The columns, all of one length; each is asked for when it is needed."""
        self._columns = columns

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    @property
    def columns(self) -> dict[str, Column]:
        """All columns by name, as ``pandas.DataFrame`` takes them."""
        return dict(self._columns)

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __len__(self) -> int:
        """How many rows there are."""
        return next((len(column) for column in self._columns.values()), 0)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self):,} rows, {len(self.names):,} columns>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as a stream of the Arrow PyCapsule interface."""
        import nanoarrow  # noqa: PLC0415 - only for who hands a table on

        columns = {name: _as_arrow(column) for name, column in self._columns.items()}
        schema = nanoarrow.struct({name: column.schema for name, column in columns.items()})
        whole = nanoarrow.c_array_from_buffers(schema, len(self), [None], children=list(columns.values()))
        return nanoarrow.c_array_stream(whole).__arrow_c_stream__(requested_schema)


def table_of(records: Iterable[Mapping[str, Any]], names: Sequence[str] | None = None) -> ArrowTable:
    """The table of these records, in columns of these names or of all that occur.

    What stands in a record under a key of its own, as where patients went from a step, has a column ``key.name``. A
    column of numbers is of whole ones if all are, and none is missing. An empty text is missing.
    """
    rows = [dict(_flat(record)) for record in records]
    found = names or dict.fromkeys(name for row in rows for name in row)
    return ArrowTable({name: _column([row.get(name) for row in rows]) for name in found})


def _flat(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{path_of(inner)}", inside) for inner, inside in value.items())
        else:
            yield name, value


def _column(values: list[Any]) -> Column:
    values = [None if value == "" else value for value in values]
    there = [value for value in values if value is not None]
    if not there or isinstance(there[0], str):
        return np.array(values, np.object_)
    if len(there) == len(values) and all(isinstance(value, int) for value in there):
        return np.array(values, np.bool_) if isinstance(there[0], bool) else np.array(values, np.int64)
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _as_arrow(column: Column) -> Any:
    import nanoarrow  # noqa: PLC0415

    if column.dtype == np.float64:
        is_there = np.packbits(~np.isnan(column), bitorder="little")
        return nanoarrow.c_array_from_buffers(nanoarrow.float64(), column.size, [is_there, column])
    if column.dtype == np.int64:
        return nanoarrow.c_array(column)
    if column.dtype == np.bool_:
        return nanoarrow.c_array(column.tolist(), nanoarrow.bool_())
    if all(text is None for text in column):
        return nanoarrow.c_array_from_buffers(nanoarrow.null(), column.size, [])
    return nanoarrow.c_array(column.tolist(), nanoarrow.string())
