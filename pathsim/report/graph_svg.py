"""The pathway of a scenario as a drawing: an SVG file that needs nothing but itself."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from rich.cells import cell_len

from pathsim.report.graph_layout import MARGIN, ROAD, Box, Layout, Position, Wire, layout
from pathsim.report.pathway import Pathway, Stop, pathway
from pathsim.scenario.scenario import Scenario

_PAD = 10.0
_TOP = 64.0
_BAR = 6.0
_BETWEEN_WAYS = 3.0
_INK, _PAPER = "#222222", "#fafaf7"


@dataclass(frozen=True, slots=True)
class _Type:
    """How a kind of text is set, and the room it needs: that of a wide font, so that it stays in its box in any."""

    name: str
    size: float
    line: float
    advance: float
    longest: int
    """How many characters fit in a line."""


_ARM = _Type("arm", 11, 16, 7.4, 28)
_LABEL = _Type("label", 13, 17, 8.9, 22)
_SMALL = _Type("small", 10.5, 14, 6.5, 32)
_WAY = _Type("way", 10.5, 14, 6.5, 32)

_STYLE = f"""
    text {{ font-family: system-ui, 'Segoe UI', Roboto, Helvetica, Arial, 'DejaVu Sans', sans-serif; fill: {_INK} }}
    .title {{ font-size: 18px; font-weight: bold }}
    .arm {{ font-size: {_ARM.size}px; font-weight: bold }}
    .label {{ font-size: {_LABEL.size}px; font-weight: bold }}
    .small, .way {{ font-size: {_SMALL.size}px; fill: #444444 }}
    .way {{ text-anchor: end }}
    path {{ fill: none }}
"""


@dataclass(slots=True)
class _Card:
    """What stands in the box of a step: lines of text, and where the ways arrive and leave."""

    stop: Stop
    arm: str
    color: str | None
    lines: list[tuple[float, _Type, str]] = field(default_factory=list)
    ports: dict[str, float] = field(default_factory=dict)
    entry: float = 0.0
    height: float = _PAD
    rule: float | None = None
    """Where a line parts what the step is from the ways out of it."""

    def write(self, kind: _Type, text: str) -> float:
        """Add a text; returns how far below the top the middle of its first line is."""
        middle = self.height + kind.line / 2
        for line in textwrap.wrap(text, kind.longest):
            self.lines.append((self.height + kind.line - 4, kind, line))
            self.height += kind.line
        return middle

    def box(self) -> Box:
        """The room that the card needs."""
        width = max(kind.advance * cell_len(text) for _, kind, text in self.lines) + 2 * _PAD + _BAR
        return Box(width, self.height, self.entry, self.ports)


def as_svg(scenario: Scenario) -> str:
    """The pathway as an SVG drawing from left to right: a box for each step, with the ways out of it as its rows."""
    shown = pathway(scenario)
    cards = {stop.name: card for stop, card in zip(shown.stops.values(), _cards(shown), strict=True)}
    found = layout(shown, {name: card.box() for name, card in cards.items()}, _TOP)
    width = max(found.width, 2 * MARGIN + 12 * cell_len(shown.title))
    size = f'width="{width:.0f}" height="{found.height:.0f}" viewBox="0 0 {width:.0f} {found.height:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={quoteattr(shown.title)}>',
        f"<style>{_STYLE}</style>",
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>',
        f'<text class="title" x="{MARGIN:.0f}" y="36">{escape(shown.title)}</text>',
        *_curves(shown, found),
    ]
    for name, card in cards.items():
        lines += _box(card, found.boxes[name])
    return "\n".join([*lines, "</svg>"])


def _cards(shown: Pathway) -> Iterator[_Card]:
    first = {way.to: way for stop in shown.stops.values() for way in stop.ways if way.color is not None}
    for stop in shown.stops.values():
        begun = first.get(stop.name)
        card = _Card(stop, "", None) if begun is None else _Card(stop, begun.label, begun.color)
        card.write(_ARM, card.arm)
        card.write(_SMALL, " · ".join((stop.spec.kind, *stop.details)))
        card.entry = card.write(_LABEL, stop.label)
        labeled = [way for way in stop.ways if way.label]
        card.ports = {way.to: card.entry for way in stop.ways}
        card.height += _PAD / 2
        if labeled:
            card.rule = card.height
            card.height += _PAD / 2
        for way in labeled:
            card.ports[way.to] = card.write(_WAY, way.label)
            card.height += _BETWEEN_WAYS
        card.height += _PAD / 2
        yield card


def _box(card: _Card, place: Position) -> Iterator[str]:
    x, y = place.x, place.y
    yield f"<g id={quoteattr(f'step-{card.stop.name}')}>"
    size = f'x="{x:.1f}" y="{y:.1f}" width="{place.width:.1f}" height="{place.height:.1f}"'
    yield f'<rect class="box" {size} {card.stop.spec.appearance.svg}/>'
    if card.color is not None:
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{_BAR}" height="{place.height:.1f}" fill="{card.color}"/>'
    if card.rule is not None:
        yield f'<path d="M{x + _PAD:.1f} {y + card.rule:.1f}h{place.width - 2 * _PAD:.1f}" stroke="#00000030"/>'
    for below, kind, text in card.lines:
        at = x + place.width - _PAD if kind is _WAY else x + _PAD + _BAR / 2
        yield f'<text class="{kind.name}" x="{at:.1f}" y="{y + below:.1f}">{escape(text)}</text>'
    yield "</g>"


def _curves(shown: Pathway, found: Layout) -> Iterator[str]:
    """The ways, those that matter less first, so that the others lie above them."""
    drawn = sorted(found.curves, key=lambda curve: _importance(shown, curve))
    for curve in drawn:
        stroke, width = _pen(shown, curve)
        to = curve.end
        x, y = curve.start.x + curve.start.width, curve.start.y + curve.port
        end, level = to.x, to.y + to.entry
        bend = ROAD / 2
        arrives = to is found.boxes[to.step]
        passing = "" if arrives else f"h{to.width:.1f}"
        path = f"M{x:.1f} {y:.1f}C{x + bend:.1f} {y:.1f} {end - bend:.1f} {level:.1f} {end:.1f} {level:.1f}{passing}"
        yield f'<path d="{path}" stroke="{stroke}" stroke-width="{width}"/>'
        if arrives:
            yield f'<path d="M{end:.1f} {level:.1f}l-8 -4v8z" style="fill:{stroke}"/>'


def _importance(shown: Pathway, curve: Wire) -> int:
    """0 for ways to an end, 1 for exits, 2 for planned ways, 3 for those into an arm."""
    if shown.stops[curve.end.step].spec.is_end:
        return 0
    return 3 if curve.ways[0].color else 2 if any(way.planned for way in curve.ways) else 1


def _pen(shown: Pathway, curve: Wire) -> tuple[str, float]:
    """The color and width of a curve."""
    pens = (("#c0c0c0", 1.2), ("#8a8a8a", 1.2), ("#444444", 1.8), (str(curve.ways[0].color), 3.0))
    return pens[_importance(shown, curve)]
