"""A table of a scenario file: what the models of all of them share."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from pathsim.meaning import docstrings


class Table(BaseModel):
    """A table of a scenario file. Unknown keys are errors: a misspelled rate must never be ignored in silence."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        arbitrary_types_allowed=True,
        # Most tables only ever stand inside others, whose validators have room for theirs.
        defer_build=True,
    )
    has_evidence: ClassVar[bool] = True
    """Whether it can say where the numbers and dates in it come from."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """With what the docstring below each key says, and whether evidence can stand among them."""
        schema = handler(core_schema)
        handler.resolve_ref_schema(schema)["evidence"] = cls.has_evidence
        keys = handler.resolve_ref_schema(schema)["properties"]
        tables = [docstrings(base) for base in cls.__mro__[::-1] if issubclass(base, Table)]
        for key, text in ((key, text) for table in tables for key, text in table.items() if key in keys):
            keys[key]["description"] = text
        return schema

    @model_validator(mode="before")
    @classmethod
    def _lists_become_tuples(cls, table: Any) -> Any:
        """Tables never change, so their lists are tuples; nothing else is taken for what it is not."""
        if not isinstance(table, Mapping):
            return table
        return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
