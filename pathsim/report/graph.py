"""The pathway of a scenario as text for a terminal, and as a Mermaid flowchart for a document."""

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterator

from pathsim.report.pathway import Pathway, Stop, Way, pathway
from pathsim.scenario.scenario import Scenario
from pathsim.steps import KINDS
from pathsim.text import counted

_SIGNS = {kind: spec.appearance for kind, spec in KINDS.items()}
_ASCII = str.maketrans(
    {shown.sign: shown.ascii_sign for shown in _SIGNS.values()}
    | {"○": "o", "▼": "v", "→": "->", "·": "-"}
    | {"│": "|", "├": "|", "└": "`", "╭": ",", "─": "-", "\N{EN DASH}": "-"}
)
_NARROWEST = 20


def as_text(scenario: Scenario, *, width: int = 100, ascii_only: bool = False) -> str:
    """The pathway for a terminal: the planned way runs straight down, and each step is drawn once.

    A step to which several ways lead stands below all of them, where these ways meet; an end stands at each way to it.
    """
    return "\n".join(_Text(pathway(scenario), width, ascii_only=ascii_only).lines())


class _Text:
    """The lines of a drawing. ``left`` is what stands to the left of a line: the roads that pass it."""

    def __init__(self, shown: Pathway, width: int, *, ascii_only: bool) -> None:
        self._shown = shown
        self._width = width
        self._ascii_only = ascii_only
        self._meets: dict[str, list[str]] = {name: [] for name in shown.stops}
        """For each step, those where ways that part here meet again."""
        for name, home in shown.home.items():
            if not shown.stops[name].spec.is_end and len(shown.before[name]) > 1:
                self._meets[home].append(name)

    def lines(self) -> Iterator[str]:
        shown = self._shown
        yield from self._wrapped(shown.title)
        yield ""
        yield from self._wrapped(f"○ up to {counted(shown.patients, 'patient')}")
        yield from self._wrapped("▼")
        yield from self._road(next(iter(shown.stops)), "")
        yield ""
        there = {stop.spec.kind for stop in shown.stops.values()}
        kinds = {kind: shown.sign for kind, shown in _SIGNS.items() if kind in there}
        yield from self._wrapped("   ".join(f"{sign} {kind}" for kind, sign in kinds.items()))

    def _road(self, first: str, left: str) -> Iterator[str]:
        """A step and all that comes after it and can be reached in no other way."""
        ahead = [first]
        while ahead:
            stop = self._shown.stops[ahead.pop()]
            if len(self._shown.before[stop.name]) > 1:
                yield self._spelled(left).rstrip()
                yield from self._wrapped(self._origins(stop, left), left)
            yield from self._wrapped(_named(stop, *stop.details), left, "│ " if stop.ways else "  ")
            onward = self._onward(stop)
            yield from self._aside(stop, onward, left)
            ahead += reversed(self._meets[stop.name])
            if onward is not None:
                yield from self._wrapped(f"▼ {onward.label}", left, "  ")
                ahead.append(onward.to)

    def _begins_here(self, stop: Stop, way: Way) -> bool:
        """Whether this way alone leads to a step, which is then drawn where the way ends."""
        return not self._shown.stops[way.to].spec.is_end and self._shown.before[way.to] == [stop.name]

    def _onward(self, stop: Stop) -> Way | None:
        """The way that is drawn straight down: the planned one, if the next step is drawn where it ends."""
        ways = [way for way in stop.ways if way.planned and self._begins_here(stop, way)]
        return ways[0] if len(ways) == 1 and not stop.spec.appearance.forks else None

    def _aside(self, stop: Stop, onward: Way | None, left: str) -> Iterator[str]:
        """The other ways, each with the steps it alone leads to; the planned way is the last."""
        ways = [way for way in stop.ways if way is not onward]
        ways.sort(key=lambda way: way.planned)
        for way in ways:
            last = onward is None and way is ways[-1]
            corner, beside = ("└─", "   ") if last else ("├─", "│  ")
            if self._begins_here(stop, way):
                yield from self._wrapped(f"{corner} {way.label}", left, beside)
                yield from self._road(way.to, left + beside)
                if not last:
                    yield self._spelled(f"{left}│")
            else:
                yield from self._wrapped(corner + _reference(self._shown.stops[way.to], way.label), left, beside)

    def _origins(self, stop: Stop, left: str) -> str:
        """The steps that lead here, as many as fit in a line."""
        before = [self._shown.stops[name].label for name in self._shown.before[stop.name]]
        for named in range(len(before), 0, -1):
            rest = "" if named == len(before) else f" and {len(before) - named} more"
            line = f"╭─ from {'; '.join(before[:named])}{rest}"
            if len(left) + len(line) <= self._width:
                return line
        return f"╭─ from {len(before)} steps"

    def _wrapped(self, text: str, left: str = "", beside: str = "") -> Iterator[str]:
        """The text in lines that fit the width; ``beside`` stands to the left of all but the first."""
        text, left, beside = map(self._spelled, (text, left, beside))
        room = max(_NARROWEST, self._width - len(left))
        for line in textwrap.wrap(text, room, subsequent_indent=beside):
            yield (left + line).rstrip()

    def _spelled(self, text: str) -> str:
        """The text in the characters that can be shown."""
        if not self._ascii_only:
            return text
        letters = unicodedata.normalize("NFKD", text.translate(_ASCII))
        return "".join(char for char in letters if not unicodedata.combining(char)).encode("ascii", "replace").decode()


def _named(stop: Stop, *details: str) -> str:
    return " · ".join((f"{stop.spec.appearance.sign} {stop.label}", *details))


def _reference(stop: Stop, label: str) -> str:
    """The end of a way to a step that is drawn elsewhere."""
    return f"{f' {label} ' if label else ''}→ {_named(stop)}{'' if stop.spec.is_end else ' (below)'}"


def as_mermaid(scenario: Scenario) -> str:
    """The pathway as a Mermaid flowchart, from top to bottom; exits are dotted."""
    shown = pathway(scenario)
    lines = ["---", f"title: {json.dumps(shown.title)}", "---", "flowchart TD"]
    ids = {name: f"step{number}" for number, name in enumerate(shown.stops)}
    for name, stop in shown.stops.items():
        opening, closing = stop.spec.appearance.mermaid
        text = "<br/>".join(map(_escaped, (stop.label, *stop.details)))
        lines.append(f'    {ids[name]}{opening}"{text}"{closing}')
    for name, stop in shown.stops.items():
        for way in stop.ways:
            label = f'|"{_escaped(way.label)}"|' if way.label else ""
            lines.append(f"    {ids[name]} {'-->' if way.planned else '-.->'}{label} {ids[way.to]}")
    lines += [
        f"    style {ids[way.to]} stroke:{way.color},stroke-width:4px"
        for stop in shown.stops.values()
        for way in stop.ways
        if way.color is not None
    ]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """A label with every character that Mermaid or Markdown could take for a sign of its own as a numbered entity."""
    one_line = " ".join(text.split())
    return re.sub(r"[^\w ,:=!?%/()'-]|_|^-", lambda found: f"#{ord(found[0])};", one_line)
