"""The texts of a lesson as readers see them: figures in the place of their names, Markdown as words and lists."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pathsim.lessons.lesson import FigureValue
from pathsim.lessons.read import NAMED

PENDING = "…"
"""What stands where a figure is not computed yet."""


def markdown() -> MarkdownIt:
    """A reader of Markdown that lets nothing through to a page but words: no markup of one's own, no pictures."""
    return MarkdownIt("commonmark", {"html": False}).disable(["image", "html_inline", "html_block"])


def filled(text: str, values: Mapping[str, FigureValue]) -> str:
    """A text in Markdown with figures, in bold letters, in the place of their names."""
    return NAMED.sub(lambda found: f"**{values[found[1]].told if found[1] in values else PENDING}**", text)


@dataclass(frozen=True, slots=True)
class Run:
    """Words that are written alike."""

    text: str
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or an entry of a list, which has a mark before it."""

    runs: tuple[Run, ...]
    mark: str = ""

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)

    def lines(self, width: int) -> Iterator[list[Run]]:
        """Its words in lines of at most so many characters, after the mark."""
        indent = len(self.mark)
        bold = [run.is_bold for run in self.runs for _ in run.text]
        text, place = self.text, 0
        wrapped = textwrap.wrap(text, max(width - indent, 1), drop_whitespace=True) or [""]
        for number, line in enumerate(wrapped):
            place = text.index(line, place) if line in text[place:] else place
            yield [Run(self.mark if number == 0 else " " * indent), *_runs(line, bold[place : place + len(line)])]
            place += len(line)


def _runs(line: str, bold: Sequence[bool]) -> Iterator[Run]:
    start = 0
    for end in range(1, len(line) + 1):
        if end == len(line) or bold[end] != bold[start]:
            yield Run(line[start:end], bold[start])
            start = end


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs and entries of lists of a text in Markdown."""
    found: list[Paragraph] = []
    signs: list[str] = []
    fresh = ""
    for token in markdown().parse(text):
        match token.type:
            case "ordered_list_open":
                signs.append(str(token.attrGet("start") or 1))
            case "bullet_list_open":
                signs.append("•")
            case "bullet_list_close" | "ordered_list_close":
                signs.pop()
            case "list_item_open":
                fresh = f"{token.info}. " if token.info else f"{signs[-1]} "
            case "inline":
                found.append(Paragraph(tuple(_inline(token.children or ())), fresh or "  " * bool(signs)))
                fresh = ""
            case "fence" | "code_block":
                found += [Paragraph((Run(line),), "  ") for line in token.content.splitlines()]
    return found


def _inline(tokens: Sequence[Token]) -> Iterator[Run]:
    is_bold = False
    for token in tokens:
        if token.type in {"strong_open", "strong_close"}:
            is_bold = token.type == "strong_open"
        elif token.type in {"softbreak", "hardbreak"}:
            yield Run(" ", is_bold)
        elif token.content:
            yield Run(token.content, is_bold)


def plain(text: str, values: Mapping[str, FigureValue], width: int = 78) -> str:
    """A text for a terminal or a screen reader, wrapped."""
    told = ["\n".join("".join(run.text for run in line) for line in block.lines(width)) for block in made(text, values)]
    return "\n\n".join(told)


def made(text: str, values: Mapping[str, FigureValue]) -> list[Paragraph]:
    """The paragraphs of a text, with its figures."""
    return paragraphs(filled(text, values))


def html(text: str, values: Mapping[str, FigureValue]) -> str:
    """A text as a part of a page."""
    rendered: str = markdown().render(filled(text, values))
    return rendered


def inline_html(text: str, values: Mapping[str, FigureValue]) -> str:
    """A text of one line as a part of a page."""
    rendered: str = markdown().renderInline(filled(text, values))
    return rendered
