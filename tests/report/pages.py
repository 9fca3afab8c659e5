"""A page of HTML, read from outside: its numbers with their places, its texts, and what it would load."""

import datetime
import math
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any, NamedTuple

from pathsim.results.lookup import figure

VOID = {"meta", "link", "img", "br", "hr", "input"}
LENGTHS = {"minutes": 1 / 1440, "hours": 1 / 24, "days": 1.0, "months": 365.25 / 12}
"""Days."""
MISSING = "\N{EN DASH}"


class Number(NamedTuple):
    """A number on the page."""

    text: str
    path: str
    value: str
    of: str
    unit: str


class Cell(NamedTuple):
    """A cell of a table: the heading above it, and the places of the numbers in it."""

    heading: str
    paths: list[str]


class Page(HTMLParser):
    """What is on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.numbers: list[Number] = []
        self.headings: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.cells: list[Cell] = []
        self._heads: list[str] = []
        self._column = 0
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert not self._open, "a tag is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.ids += [value for key, value in attrs if key == "id" and value]
        self.addresses += [
            value or "" for key, value in attrs if key in ("href", "src", "xlink:href", "action", "data")
        ]
        if tag not in VOID:
            self._open.append((tag, found))
        if tag == "tr":
            self._column = 0
        if tag in ("td", "th"):
            self._begin_cell(int(found.get("colspan") or 1))
        if tag == "h2":
            self.headings.append("")
        if tag == "data" and self.cells and any(tag == "td" for tag, _ in self._open):
            self.cells[-1].paths.append(found["data-path"] or "")
        if tag == "data":
            self.numbers.append(
                Number("", *(found[key] or "" for key in ("data-path", "value", "data-of", "data-unit")))
            )

    def _begin_cell(self, span: int) -> None:
        """A heading, or a cell below one."""
        if any(tag == "thead" for tag, _ in self._open):
            self._heads = [*(self._heads if self._column else []), *([""] * span)]
        elif any(tag == "tbody" for tag, _ in self._open):
            self.cells.append(Cell(self._heads[self._column] if self._column < len(self._heads) else "", []))
        self._column += span

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, f"{opened} is closed by {tag}"

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "style":
            return
        self.text += data
        if any(tag == "h2" for tag, _ in self._open):
            self.headings[-1] += data
        tags = [tag for tag, _ in self._open]
        if "thead" in tags and "th" in tags and "span" not in tags:
            self._heads[-1] += data
        if self._open and self._open[-1][0] == "data":
            last = self.numbers[-1]
            self.numbers[-1] = last._replace(text=last.text + data)


Figure = Callable[[str], float]


def value_at(figure: Figure, path: str) -> float:
    """What an expression of paths comes to: sums, differences and shares of figures."""
    if " / " in path:
        part, whole = path.split(" / ")
        return figure(part) / figure(whole) if figure(whole) else math.nan
    if " - " in path:
        more, less = path.split(" - ")
        return value_at(figure, more) - figure(less)
    return sum(figure(each) for each in path.split(" + "))


def is_told(number: Number, value: float, begins: datetime.date) -> bool:
    """Whether a number is on the page with its value to the last digit, and its text is that value, rounded."""
    if math.isnan(value):
        return (number.text, number.value) == (MISSING, "")
    return float(number.value) == value and _is_rounded(number, value, begins)


def _is_rounded(number: Number, value: float, begins: datetime.date) -> bool:
    text = number.text.replace(",", "").replace("\N{MINUS SIGN}", "-").removesuffix("%")
    if number.unit == "date":
        date = begins + datetime.timedelta(days=math.ceil(value) - 1 if value > 0 else 0)
        return text in (f"{date.day} {date:%b %Y}", f"{date:%b %Y}")
    if text.startswith("<"):
        return value < float(text[1:])
    if text == "infinite":
        return math.isinf(value)
    if number.unit == "exp":
        value = math.exp(value)
    scale = 100.0 if number.unit == "percent" else 1 / LENGTHS.get(number.unit, 1.0)
    shown, decimals = float(text), len(text.partition(".")[2])
    return abs(shown - value * scale) <= 0.5 * 10**-decimals + 1e-9 * abs(shown) or _to_four_digits(shown, value)


def _to_four_digits(shown: float, value: float) -> bool:
    """Quantities of patients are written with four digits."""
    return shown == float(f"{value:.4g}")


def reader_of(found: Mapping[str, Any]) -> Figure:
    """What reads figures of an object that a command prints."""
    return lambda path: figure(dict(found), path)
