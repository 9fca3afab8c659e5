"""Tables as Parquet files, which need pyarrow, an extra."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

TableFormat: TypeAlias = Literal["parquet", "csv"]


def write_parquet(path: Path, types: Mapping[str, type], parts: Iterable[Mapping[str, Any]]) -> None:
    """Write a table whose columns hold ``int``, ``float`` or ``str``, in parts: each maps a column to its values."""
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    of = {int: pa.int64(), float: pa.float64(), str: pa.string()}
    schema = pa.schema([(name, of[held]) for name, held in types.items()])
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for part in parts:
            file.write_table(pa.table(part, schema=schema))
