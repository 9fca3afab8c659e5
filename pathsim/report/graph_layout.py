"""Where the boxes of a layered drawing stand: steps in layers from left to right, and lanes for ways that pass others.

The method is that of Sugiyama, Tagawa & Toda, Methods for visual understanding of hierarchical system structures
(IEEE Transactions on Systems, Man, and Cybernetics 1981;11:109-125, doi:10.1109/TSMC.1981.4308636). All ways to a step
share one lane, so that many exits to one end make one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from statistics import fmean

from pathsim.report.pathway import Pathway, Way

MARGIN = 24.0
GAP = 20.0
"""Between boxes above each other."""
ROAD = 48.0
"""Between layers: where the ways are."""
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Box:
    """How large the box of a step is, and how far below its top the ways arrive, and leave for each step."""

    width: float
    height: float
    entry: float
    ports: Mapping[str, float]


@dataclass(slots=True, eq=False)
class Position:
    """Where a box stands, or a lane passes a layer on its way to the box."""

    step: str
    layer: int
    width: float
    height: float
    entry: float
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from a box or lane to the next layer, for one way or, along a lane, for all that share it."""

    start: Position
    port: float
    """How far below the top of its start it begins."""
    end: Position
    ways: tuple[Way, ...]
    weight: float
    """How much it matters that it is straight."""


@dataclass(slots=True)
class Layout:
    """The places and curves of a drawing, and its size."""

    boxes: dict[str, Position] = field(default_factory=dict)
    lanes: list[Position] = field(default_factory=list)
    curves: list[Wire] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def layout(shown: Pathway, boxes: Mapping[str, Box], top: float = MARGIN) -> Layout:
    """A place for each of these boxes, below this top, such that few ways cross and the planned ones are straight."""
    found = _connected(shown, boxes)
    columns: list[list[Position]] = [[] for _ in range(1 + max(place.layer for place in found.boxes.values()))]
    gaps: list[list[Wire]] = [[] for _ in columns]
    for place in (*found.boxes.values(), *found.lanes):
        columns[place.layer].append(place)
    for curve in found.curves:
        gaps[curve.start.layer].append(curve)
    columns = _ordered(columns, gaps)
    _aligned(columns, gaps)
    left, highest = MARGIN, min(place.y for column in columns for place in column)
    for column in columns:
        width = max(place.width for place in column)
        for place in column:
            place.x, place.width = left, width
            place.y += top - highest
        left += width + ROAD
    found.width = left - ROAD + MARGIN
    found.height = MARGIN + max(place.y + place.height for column in columns for place in column)
    return found


def _depths(shown: Pathway) -> dict[str, int]:
    """The layer of each step: the number of steps on the longest way to it."""
    depth = dict.fromkeys(shown.stops, 0)
    for stop in shown.stops.values():
        for way in stop.ways:
            depth[way.to] = max(depth[way.to], depth[stop.name] + 1)
    return depth


def _connected(shown: Pathway, boxes: Mapping[str, Box]) -> Layout:
    depth = _depths(shown)
    found = Layout()
    for name, box in boxes.items():
        found.boxes[name] = Position(name, depth[name], box.width, box.height, box.entry)
    for name in shown.stops:
        ways = {before: way for before in shown.before[name] for way in shown.stops[before].ways if way.to == name}
        _lead(name, ways, boxes, found, 0.1 if shown.stops[name].spec.is_end else 1.0)
    return found


def _lead(name: str, ways: Mapping[str, Way], boxes: Mapping[str, Box], found: Layout, weight: float) -> None:
    """Add the lane to a step, and the curves to both."""
    goal = found.boxes[name]
    first = min((found.boxes[before].layer for before in ways), default=goal.layer) + 1
    lane = {layer: Position(name, layer, 0.0, 0.0, 0.0) for layer in range(first, goal.layer)}
    found.lanes += lane.values()
    lane[goal.layer] = goal
    shared: list[Way] = []
    for layer in range(first - 1, goal.layer):
        here = {before: way for before, way in ways.items() if found.boxes[before].layer == layer}
        if layer in lane:
            found.curves.append(Wire(lane[layer], 0.0, lane[layer + 1], tuple(shared), weight * 4))
        for before, way in here.items():
            importance = weight * (6 if way.planned else 1)
            port = boxes[before].ports[name]
            found.curves.append(Wire(found.boxes[before], port, lane[layer + 1], (way,), importance))
        shared += here.values()


def _ordered(columns: list[list[Position]], gaps: list[list[Wire]]) -> list[list[Position]]:
    """The places of each layer from top to bottom, in the best order found by going to and fro between the layers.

    Each place is put level with the mean of those it is connected with in the layer before: its barycenter.
    """
    best, fewest = columns, _crossings(columns, gaps)
    for round_ in range(_ROUNDS):
        columns = list(columns)
        last = len(columns) - 1
        for layer in range(1, last + 1) if round_ % 2 == 0 else range(last - 1, -1, -1):
            if round_ % 2 == 0:
                rank = _ranks(columns[layer - 1])
                pulls = [(curve.end, _start(curve, rank)) for curve in gaps[layer - 1]]
            else:
                rank = _ranks(columns[layer + 1])
                pulls = [(curve.start, float(rank[curve.end])) for curve in gaps[layer]]
            columns[layer] = _sorted(columns[layer], pulls)
        if (crossings := _crossings(columns, gaps)) < fewest:
            best, fewest = columns, crossings
    return best


def _sorted(column: list[Position], pulls: list[tuple[Position, float]]) -> list[Position]:
    levels: dict[Position, list[float]] = {place: [] for place in column}
    for place, level in pulls:
        levels[place].append(level)
    rank = _ranks(column)
    return sorted(column, key=lambda place: fmean(levels[place] or [rank[place]]))


def _ranks(column: list[Position]) -> dict[Position, int]:
    return {place: rank for rank, place in enumerate(column)}


def _start(curve: Wire, rank: Mapping[Position, int]) -> float:
    """Where among its layer a curve begins: the rank of its box, and the part of the box that lies above its port."""
    return rank[curve.start] + curve.port / (curve.start.height + 1)


def _crossings(columns: list[list[Position]], gaps: list[list[Wire]]) -> int:
    """How often two curves cross."""
    found = 0
    for gap, column, following in zip(gaps, columns, columns[1:], strict=False):
        rank = _ranks([*column, *following])
        ends = [(_start(curve, rank), rank[curve.end]) for curve in gap]
        found += sum((one[0] - other[0]) * (one[1] - other[1]) < 0 for one, other in combinations(ends, 2))
    return found


def _aligned(columns: list[list[Position]], gaps: list[list[Wire]]) -> None:
    """Move the places of each layer up and down until the curves are as straight as their order allows."""
    for column in columns:
        _spread(column, [(0.0, 1.0)] * len(column))
    layers = range(len(columns))
    for round_ in range(4 * _ROUNDS):
        for layer in layers if round_ % 2 == 0 else reversed(layers):
            wishes: dict[Position, list[tuple[float, float]]] = {place: [] for place in columns[layer]}
            for curve in gaps[layer - 1] if layer else ():
                wishes[curve.end].append((curve.start.y + curve.port - curve.end.entry, curve.weight))
            for curve in gaps[layer]:
                wishes[curve.start].append((curve.end.y + curve.end.entry - curve.port, curve.weight))
            _spread(columns[layer], [_mean(wishes[place]) for place in columns[layer]])


def _mean(wishes: list[tuple[float, float]]) -> tuple[float, float]:
    weight = sum(each for _, each in wishes) or 1.0
    return sum(at * each for at, each in wishes) / weight, weight


def _spread(column: list[Position], wishes: list[tuple[float, float]]) -> None:
    """Give each place of a layer the top it wishes for, as nearly as their order and the gaps between them allow.

    This is isotonic regression: neighbors who are in each other's way are pooled and moved together.
    """
    above = 0.0
    offsets: list[float] = []
    blocks: list[tuple[float, float, int]] = []
    for place, (top, weight) in zip(column, wishes, strict=True):
        offsets.append(above)
        blocks.append((top - above, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (high, heavy, many), (low, light, few) = blocks[-2:]
            blocks[-2:] = [((high * heavy + low * light) / (heavy + light), heavy + light, many + few)]
        above += place.height + GAP
    tops = [top for top, _, size in blocks for _ in range(size)]
    for place, top, offset in zip(column, tops, offsets, strict=True):
        place.y = top + offset
