"""Values of a scenario as TOML, for readers who may copy them."""

import json
import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def as_toml(value: object) -> str:
    """A value as a scenario file would have it, on one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            pairs = (f"{_key(key)} = {as_toml(inside)}" for key, inside in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case list() | tuple():
            return f"[{', '.join(map(as_toml, value))}]"
        case _:
            return str(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
