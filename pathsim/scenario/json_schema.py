"""The JSON Schema of scenario files, with which an editor completes, explains and checks them as they are written.

It is made from the models, and widened to what the loader reads: evidence in every table with numbers or dates, counts
such as ``"10/102"``, values that speak for themselves, and cycles. A file that extends another can leave out what that
one says. What only the loader can know, such as whether names lead somewhere, is left to ``pathsim check``.
"""

from typing import Any, TypeAlias

from pathsim.fields import COUNT
from pathsim.scenario.cycles import OF_ALL_CYCLES
from pathsim.scenario.evidence import MEANINGS, WORDS
from pathsim.scenario.keys import File, section_has_evidence

Node: TypeAlias = dict[str, Any]

_DEFINED = "#/$defs/"
_PART = ".part"
"""What the name of a table ends with that may leave out keys, because it is laid over another."""
_CYCLE = "PhaseSpec.cycle"
_LIMITS = ("minItems", "minProperties", "required", "discriminator", "default")


def json_schema() -> Node:
    """The schema, for JSON Schema draft 2020-12. Dates count as texts, as editors of TOML take them."""
    whole = File.model_json_schema()
    models: dict[str, Node] = {**whole.pop("$defs"), "File": whole}
    cycle = models["PhaseSpec"]["properties"].pop("cycle")
    tables = {name: _table(name, model) for name, model in models.items()}
    tables |= {f"{name}{_PART}": _part(table) for name, table in tables.items()}
    _add_cycles(tables, cycle["description"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:pathsim:scenario:1",
        "title": "pathsim scenario",
        "description": "A virtual trial: its patients, their pathway, its design, and where every number comes from.",
        "$ref": f"{_DEFINED}File{_PART}",
        "if": {"not": {"required": ["extends"]}},
        "then": {"$ref": f"{_DEFINED}File"},
        "dependentRequired": {"set": ["extends"], "without": ["extends"]},
        "$defs": tables | _shared(),
    }


def _shared() -> dict[str, Node]:
    """What stands in many places: evidence, counts and intervals."""
    words = {word: {"type": "string", "pattern": r"\S", "description": MEANINGS[word]} for word in WORDS}
    count = {"type": "string", "pattern": f"^{COUNT.pattern}$", "description": MEANINGS["count"]}
    number = {"type": "number"}
    interval = {"type": "array", "items": number, "minItems": 2, "maxItems": 2, "description": MEANINGS["ci"]}
    return {**words, "count": count, "ci": interval, "range": {**interval, "description": MEANINGS["range"]}}


def _evidence() -> dict[str, Node]:
    return {word: {"$ref": _DEFINED + word} for word in WORDS}


def _table(name: str, model: Node) -> Node:
    """A model as the loader reads it, with a few words for each of its keys."""
    plain = not model["evidence"]
    keys = {}
    for key, node in model["properties"].items():
        value = _bare(node)
        if not plain and (name != "File" or section_has_evidence(key)):
            value = _accepted(value)
        keys[key] = value | {"description": node["description"]}
    table = {"type": "object", "description": _sentences(model["description"]), "properties": keys}
    if not plain:
        keys |= _evidence()
    required = {"required": model["required"]} if "required" in model else {}
    return {**table, **required, "additionalProperties": False}


def _sentences(docstring: str) -> str:
    """A docstring as the Markdown that editors show."""
    return "\n\n".join(" ".join(part.split()) for part in docstring.split("\n\n")).replace("``", "`")


def _bare(node: Node) -> Node:
    """A value's schema alone, without what is not of TOML: titles made from keys, and null."""
    beside = ("title", "description")
    bare = {key: value for key, value in node.items() if key not in beside and (key, value) != ("default", None)}
    choices = [choice for choice in bare.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del bare["anyOf"]
        bare |= choices[0]
    elif choices:
        bare["anyOf"] = choices
    return bare


def _accepted(node: Node) -> Node:
    """What the loader accepts where a model has this value."""
    match node:
        case {"anyOf": choices}:
            return {**node, "anyOf": [form for choice in choices for form in _forms(_accepted(choice))]}
        case {"type": "number"}:
            return _speaking([node, {"$ref": f"{_DEFINED}count"}])
        case {"type": "integer"} | {"format": "date"}:
            return _speaking([node])
        case {"type": "array"} if "items" in node or "prefixItems" in node:
            return _accepted_list(node)
        case {"type": "object"}:
            return _accepted_names(node)
    return node


def _forms(node: Node) -> list[Node]:
    forms: list[Node] = node["anyOf"] if node.keys() == {"anyOf"} else [node]
    return forms


def _speaking(forms: list[Node]) -> Node:
    """These forms of a number, of a list of them or of a date, or a table in which it speaks for itself."""
    value = forms[0] if len(forms) == 1 else {"anyOf": forms}
    beside = {"value": value, **{key: {"$ref": _DEFINED + key} for key in ("ci", "range")}, **_evidence()}
    table = {
        "type": "object",
        "description": MEANINGS["value"],
        "properties": beside,
        "required": ["value"],
        "additionalProperties": False,
    }
    return {"anyOf": [*forms, table]}


def _accepted_list(node: Node) -> Node:
    items = [node["items"]] if "items" in node else node["prefixItems"]
    inner = [_accepted(item) for item in items]
    changed = {**node, "items": inner[0]} if "items" in node else {**node, "prefixItems": inner}
    return _speaking([changed]) if all(item.get("type") == "number" for item in items) else changed


def _accepted_names(node: Node) -> Node:
    """A table of names with values, or of the few keys that a form of a number has."""
    changed = {**node, "properties": {key: _accepted(value) for key, value in node.get("properties", {}).items()}}
    changed["properties"] |= _evidence()
    if isinstance(inner := node.get("additionalProperties"), dict):
        changed["additionalProperties"] = _accepted(inner)
    if "patternProperties" in node:
        changed["patternProperties"] = {
            pattern: _accepted(value) for pattern, value in node["patternProperties"].items()
        }
    return changed


def _part(node: Node) -> Node:
    """This schema for a table that is laid over another: nothing is required but inside lists, which are replaced."""
    if "value" in node.get("properties", ()):
        return node
    part: Node = {}
    for key, value in node.items():
        if key == "$ref" and value.removeprefix(_DEFINED) not in (*WORDS, "count", "ci", "range"):
            part[key] = f"{value}{_PART}"
        elif key in ("properties", "patternProperties"):
            part[key] = {name: _part(inner) for name, inner in value.items()}
        elif key == "additionalProperties" and isinstance(value, dict):
            part[key] = _part(value)
        elif key in ("anyOf", "oneOf"):
            part["anyOf"] = [_part(choice) for choice in value]
        elif key not in _LIMITS or node.get("type") == "array":
            part[key] = value
    return part


def _add_cycles(tables: dict[str, Node], what_differs: str) -> None:
    """Add the key ``cycle`` to phases: tables by number, with what is different in a cycle."""
    part = tables[f"PhaseSpec{_PART}"]
    own = {key: value for key, value in part["properties"].items() if key not in ("kind", *OF_ALL_CYCLES)}
    tables[_CYCLE] = {**part, "description": what_differs, "properties": own}
    numbered = {
        "type": "object",
        "description": what_differs,
        "properties": _evidence(),
        "patternProperties": {"^([1-9][0-9]?|100)$": {"$ref": f"{_DEFINED}{_CYCLE}"}},
        "additionalProperties": False,
    }
    for name in ("PhaseSpec", f"PhaseSpec{_PART}"):
        tables[name] = {**tables[name], "properties": {**tables[name]["properties"], "cycle": numbered}}
    tables["PhaseSpec"]["dependentRequired"] = {"cycle": ["repeat"]}
