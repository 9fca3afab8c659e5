"""Write the reference of scenario files from what is declared where each key is: `make reference`."""

import datetime
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin

from pydantic.fields import FieldInfo

from pathsim.distributions import Distribution, Fixed, Quantiles
from pathsim.meaning import Name, Together, Unit, docstrings
from pathsim.scenario.evidence import KEYS, MEANINGS
from pathsim.scenario.keys import File, Form, forms
from pathsim.steps import KINDS
from pathsim.steps.spec import KeyPath, StepSpec
from pathsim.table import Table

PAGE = Path(__file__).parent.parent / "docs" / "scenario-reference.md"
INTRODUCTION = """# Every key of a scenario file

This page is made from what is declared where each key is (`make reference`), so it says what the program goes by.
[scenario-files.md](scenario-files.md) explains the same with examples, and how it goes together.

In headings and paths NAME stands for a name that the author of the file chooses. In the column of values

- **days** can have a fraction, are never less than 0 and go up to 365,250; *quantiles* are a list of numbers that
  ascend, at equally spaced probabilities: five are the minimum, the quartiles and the maximum;
- a **probability** is a fraction: 0.12 for 12%;
- a **ratio** says how many times something;
- a **label** is what readers see; without one they see the name;
- a **condition** compares columns of the patients: `age < 18 and risk == 'high'`;
- a **step**, **resource**, **endpoint**, **toxicity**, **column**, **level**, **arm** or **event** stands for its name.

A key without a default that is not *required* can be left out, and nothing of the kind holds then."""
EVIDENCE = """## Evidence

These keys can stand in every table but those of `[sources]`, and hold for all numbers and dates in it that have no
evidence of their own. Each number and each date needs one of the first four."""
FORMED = "In place of a number or a date, these can be written too."
FORMS = {
    "count": '`"10/102"`',
    "value": "`{ value = 0.1, assumed = ... }`",
    "ci": "`{ value = 0.1, ci = [0.05, 0.2], ... }`",
    "range": "`{ value = 0.1, range = [0, 0.3], ... }`",
}
Note = TypeVar("Note")


class Section(NamedTuple):
    """A table of the file, and where it stands."""

    table: type[Table]
    heading: str
    depth: int
    place: str


def reference() -> str:
    """The page."""
    words = columns(("key", "what it means"), ((f"`{key}`", MEANINGS[key]) for key in (*KEYS, "note", "quote")))
    formed = columns(("form", "what it means"), ((form, MEANINGS[key]) for key, form in FORMS.items()))
    sections = list(told(set(), Section(File, "The file", 2, "")))
    links = {section.table: anchor(section, sections) for section in sections}
    schema = File.model_json_schema()
    tables = {**schema["$defs"], "File": schema}
    blocks = (block for section in sections for block in of(section, tables, links))
    return "\n\n".join([INTRODUCTION, EVIDENCE, words, FORMED, formed, *blocks]) + "\n"


def columns(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of the page."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, ["---"] * len(headings), *rows))


def told(known: set[type[Table]], section: Section) -> Iterator[Section]:
    """A table and those in it, each where it first stands."""
    known.add(section.table)
    yield section
    for key in keys(section.table):
        for table, place in tables_at(section, key):
            if table in known:
                continue
            depth = min(section.depth + (section.table is not File), 5)
            if issubclass(table, StepSpec) and StepSpec not in known:
                yield from told(known, Section(StepSpec, f"`{place}`", depth, place.strip("[]")))
            heading = f"`{place}`"
            if issubclass(table, StepSpec):
                heading, depth = f'`kind = "{kind_of(table)}"`', depth + 1
            yield from told(known, Section(table, heading, depth, place.strip("[]")))


def tables_at(section: Section, key: str) -> Iterator[tuple[type[Table], str]]:
    """The tables that can stand at a key, and how their headers are written."""
    path = ".".join(filter(None, (section.place, key)))
    for form in forms((key,), section.table):
        if is_table(form.type):
            yield form.type, f"[{path}]"
        for inner in forms((key, ""), section.table) if get_origin(form.type) in (dict, tuple) else ():
            if is_table(inner.type):
                yield inner.type, f"[[{path}]]" if get_origin(form.type) is tuple else f"[{path}.NAME]"


def of(section: Section, tables: Mapping[str, Any], links: Mapping[type[Table], str]) -> Iterator[str]:
    """The heading of a table, what it is, and its keys."""
    yield f"{'#' * section.depth} {section.heading}"
    if section.table is not File:
        about = inspect.cleandoc(section.table.__doc__ or "").replace("``", "`")
        yield about.partition("\n\n")[0] if section.table is StepSpec else about
    if rows := [row(section.table, key, tables, links) for key in keys(section.table)]:
        yield columns(("key", "value", "default", "what it means"), rows)


def row(table: type[Table], key: str, tables: Mapping[str, Any], links: Mapping[type[Table], str]) -> Sequence[str]:
    """What there is to say of a key."""
    # No table of a file is a step of no kind, so that one has no schema.
    node = {"description": docstrings(table)[key]} if table is StepSpec else tables[table.__name__]["properties"][key]
    value = " or ".join(values(Place((key,), table, node, links)))
    if table is StepSpec and key == "kind":
        value = ", ".join(f"[`{json.dumps(kind)}`]({links[spec]})" for kind, spec in KINDS.items())
    return f"`{key}`", value, default(table.model_fields[key]), " ".join(node["description"].split())


def keys(table: type[Table]) -> list[str]:
    """The keys of a table, of a kind of step those that not all kinds have."""
    shared = StepSpec.model_fields if issubclass(table, StepSpec) and table is not StepSpec else ()
    return [key for key in table.model_fields if key not in shared]


def default(field: FieldInfo) -> str:
    """What holds if a key is left out."""
    if field.is_required():
        return "*required*"
    plain = field.default is None or field.default_factory is not None or field.default == ()
    return (
        ""
        if plain
        else f"`{field.default:g}`"
        if isinstance(field.default, float)
        else f"`{json.dumps(field.default)}`"
    )


class Place(NamedTuple):
    """Where a value stands, and what is known of it."""

    path: KeyPath
    table: type[Table]
    node: Mapping[str, Any]
    """Its JSON Schema."""
    links: Mapping[type[Table], str]

    def inside(self) -> str:
        """What can stand in a list, or at a name of a table."""
        return " or ".join(values(self._replace(path=(*self.path, ""))))


def values(place: Place) -> Iterator[str]:
    """What can stand somewhere, each form of it once."""
    found = forms(place.path, place.table)
    return iter(dict.fromkeys(value(form, place) for form in found if form.type is not NoneType))


def value(form: Form, place: Place) -> str:
    """One form of a value, in a few words."""
    unit, name, together = noted(form, Unit), noted(form, Name), noted(form, Together)
    kinds = {bool: "`true` or `false`", str: name.value if name else "text", datetime.date: "date"}
    numbers = {float: "number", int: "whole number", Fixed: "number"}
    match form.type:
        case kind if kind in kinds:
            return kinds[kind]
        case kind if kind in numbers:
            return (unit.value if unit else numbers[kind]) + limits(place.node)
        case kind if kind is Quantiles:
            return "their quantiles" if unit else "quantiles"
        case kind if kind is Distribution:
            return "days, their quantiles, or `{ exponential = MEAN }`"
        case kind if is_table(kind):
            return f"[{kind_of(kind) or 'table'}]({place.links[kind]})"
    return container(form, place, name, together)


def container(form: Form, place: Place, name: Name | None, together: Together | None) -> str:
    """A list or a table of names, or one of a few words, in a few words."""
    inner = get_args(form.type)
    if get_origin(form.type) is Literal:
        return " or ".join(f"`{json.dumps(one)}`" for one in inner)
    if together is Together.ASCEND:
        return f"for each day: {place.inside()}, ascending"
    if get_origin(form.type) is dict:
        whole = ", in all 1" if together is Together.SUM_TO_ONE else ""
        return f"for each {name.value if name else 'name'}: {place.inside()}{whole}"
    if ... not in inner:
        return "two numbers, the lower first"
    return f"list of: {name.value if name else place.inside()}"


def limits(node: Mapping[str, Any]) -> str:
    """Between which limits the numbers of a value lie."""
    here = next((one for one in nodes(node) if one.get("type") in ("number", "integer")), {})
    above, below = here.get("exclusiveMinimum"), here.get("exclusiveMaximum")
    least, most = here.get("minimum"), here.get("maximum")
    if None not in (least, most) and (above, below) == (None, None):
        return f", {least} to {most:,}"
    lower = f", more than {above}" if above is not None else f", {least} or more" if least is not None else ""
    upper = f", less than {below}" if below is not None else f", up to {most:,}" if most is not None else ""
    return lower + upper


def nodes(node: Any) -> Iterator[Mapping[str, Any]]:
    """A JSON Schema and all that are in it."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(inner)


def noted(form: Form, kind: type[Note]) -> Note | None:
    """What a form's annotations say of this kind."""
    return next((note for note in form.notes if isinstance(note, kind)), None)


def is_table(kind: object) -> bool:
    """Whether this is a table with keys of its own."""
    return isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, Table)


def kind_of(table: type[Table]) -> str:
    """The kind of step that a table is; nothing if it is none."""
    return next((kind for kind, spec in KINDS.items() if spec is table), "")


def anchor(section: Section, sections: Sequence[Section]) -> str:
    """The link to a heading, as pages of Markdown make it: those that repeat are numbered."""
    same = [one for one in sections if one.heading == section.heading].index(section)
    return "#" + re.sub(r"[^\w\- ]", "", section.heading.lower()).replace(" ", "-") + (f"-{same}" if same else "")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
