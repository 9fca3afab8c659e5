"""The sections of a lesson's file: what stands below each heading, line by line, before anybody asks what it means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

REVEAL, NOTES = "Reveal", "Notes"
"""The headings within a section."""


@dataclass(slots=True)
class Section:
    """What stands below a heading: its table, its text, and what stands below smaller headings in it."""

    title: str
    """Empty of what stands before the first heading."""
    line: int
    head: str = ""
    """Its table, as TOML."""
    head_line: int = 0
    parts: dict[str, list[str]] = field(default_factory=lambda: {"": []})
    """The lines of its text, and of what stands below each smaller heading."""

    def text(self, part: str = "") -> str:
        """What is said in it, or below a smaller heading."""
        return "".join(self.parts.get(part, ())).strip()


def sections(lines: Sequence[str], first: int, wrong: Callable[[int, str], None]) -> list[Section]:
    """The introduction and the sections of these lines, from the one with index ``first`` on.

    ``wrong`` is told the number of a line, and in a sentence what is wrong with it.
    """
    reader = _SectionReader(lines, first, wrong)
    tokens = MarkdownIt().parse("".join(lines[first:]))
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.level == 0 and token.map is not None:
            begin, end = (first + place for place in token.map)
            if token.type == "fence":
                reader.block(token, begin, end)
            elif token.type == "heading_open":
                reader.heading(token, "" if following is None else following.content.strip(), begin, end)
    return reader.finished()


class _SectionReader:
    """Puts lines where they belong, from heading to heading."""

    def __init__(self, lines: Sequence[str], first: int, wrong: Callable[[int, str], None]) -> None:
        self._lines, self._read, self._wrong = lines, first, wrong
        self._found, self._part = [Section("", first + 1)], ""

    def block(self, token: Token, begin: int, end: int) -> None:
        """A block of code: the head of its section if it is TOML, else a part of the text."""
        if not self._lines[end - 1].strip().startswith(token.markup):
            self._wrong(begin + 1, f"this block has no end: close it with {token.markup}")
        if token.info.strip().lower() != "toml":
            return
        section = self._found[-1]
        self._take(begin, end)
        if self._part or section.head or not section.title or section.text():
            self._wrong(begin + 1, "a block of TOML is the head of a step: it stands right below its title")
        section.head, section.head_line = token.content, begin + 2

    def heading(self, token: Token, title: str, begin: int, end: int) -> None:
        """A heading: of a section, or of a part of one."""
        self._take(begin, end)
        inside = (REVEAL, NOTES) if self._found[-1].title else (NOTES,)
        if token.markup in {"-", "="}:
            self._wrong(begin + 1, "a line below a text makes it a heading; leave a line free between the two")
        elif not title:
            self._wrong(begin + 1, "a heading needs a title")
        elif token.tag == "h2":
            self._found.append(Section(title, begin + 1))
            self._part = ""
        elif token.tag == "h3" and title in inside:
            self._part = title
            self._found[-1].parts.setdefault(title, [])
        else:
            told = " and ".join(f"### {name}" for name in inside)
            self._wrong(begin + 1, f"only {told} can stand here, or ## and the title of a step")

    def finished(self) -> list[Section]:
        """All sections, once every line has been read."""
        self._take(len(self._lines), len(self._lines))
        return self._found

    def _take(self, begin: int, end: int) -> None:
        """The lines up to this one belong to what was read last; go on after another one."""
        self._found[-1].parts[self._part] += self._lines[self._read : begin]
        self._read = end
