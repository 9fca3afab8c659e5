"""Where the boxes of a layered drawing stand: steps in layers from left to right, and lanes for ways that pass others.

The method is that of Sugiyama, Tagawa & Toda, Methods for visual understanding of hierarchical system structures
(IEEE Transactions on Systems, Man, and Cybernetics 1981;11:109-125, doi:10.1109/TSMC.1981.4308636). All ways to a step
share one lane, so that many exits to one end make one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
class Place:
    """Where a box stands, or a lane passes a layer on its way to the box."""

    step: str
    layer: int
    width: float
    height: float
    entry: float
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A line from a box or lane to the next layer, for one way or, along a lane, for all that share it."""

    start: Place
    port: float
    """How far below the top of its start it begins."""
    end: Place
    ways: tuple[Way, ...]
    weight: float
    """How much it matters that it is straight."""


@dataclass(slots=True)
class Layout:
    """The places and curves of a drawing, and its size."""

    boxes: dict[str, Place] = field(default_factory=dict)
    lanes: list[Place] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def layout(shown: Pathway, boxes: Mapping[str, Box], top: float = MARGIN) -> Layout:
    """A place for each of these boxes, below this top, such that few ways cross and the planned ones are straight."""
    found = _connected(shown, boxes)
    columns = _ordered(found)
    _aligned(columns, found.curves)
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
        found.boxes[name] = Place(name, depth[name], box.width, box.height, box.entry)
    for name in shown.stops:
        ways = {before: way for before in shown.before[name] for way in shown.stops[before].ways if way.to == name}
        _lead(name, ways, boxes, found, 0.1 if shown.stops[name].kind == "end" else 1.0)
    return found


def _lead(name: str, ways: Mapping[str, Way], boxes: Mapping[str, Box], found: Layout, weight: float) -> None:
    """Add the lane to a step, and the curves to both."""
    goal = found.boxes[name]
    first = min((found.boxes[before].layer for before in ways), default=goal.layer) + 1
    lane = {layer: Place(name, layer, 0.0, 0.0, 0.0) for layer in range(first, goal.layer)}
    found.lanes += lane.values()
    lane[goal.layer] = goal
    shared: list[Way] = []
    for layer in range(first - 1, goal.layer):
        here = {before: way for before, way in ways.items() if found.boxes[before].layer == layer}
        if layer in lane:
            found.curves.append(Curve(lane[layer], 0.0, lane[layer + 1], tuple(shared), weight * 4))
        for before, way in here.items():
            importance = weight * (6 if way.planned else 1)
            port = boxes[before].ports[name]
            found.curves.append(Curve(found.boxes[before], port, lane[layer + 1], (way,), importance))
        shared += here.values()


def _ordered(found: Layout) -> list[list[Place]]:
    """The places of each layer from top to bottom, in the best order found by going to and fro between the layers."""
    columns: list[list[Place]] = [[] for _ in range(1 + max(place.layer for place in found.boxes.values()))]
    for place in (*found.boxes.values(), *found.lanes):
        columns[place.layer].append(place)
    best, fewest = [list(column) for column in columns], _crossings(columns, found.curves)
    for round_ in range(_ROUNDS):
        forward = round_ % 2 == 0
        for column in columns if forward else reversed(columns):
            _sort(column, columns, found.curves, forward=forward)
        if (crossings := _crossings(columns, found.curves)) < fewest:
            best, fewest = [list(column) for column in columns], crossings
    return best


def _ranks(columns: list[list[Place]]) -> dict[Place, int]:
    return {place: rank for column in columns for rank, place in enumerate(column)}


def _sort(column: list[Place], columns: list[list[Place]], curves: list[Curve], *, forward: bool) -> None:
    """Put each place of a layer level with the mean of those it is connected with on one side."""
    rank = _ranks(columns)
    level: dict[Place, list[float]] = {place: [] for place in column}
    for curve in curves:
        here, there = (curve.end, _start(curve, rank)) if forward else (curve.start, float(rank[curve.end]))
        if here in level:
            level[here].append(there)
    mean = {place: sum(at) / len(at) if at else float(rank[place]) for place, at in level.items()}
    column.sort(key=mean.__getitem__)


def _start(curve: Curve, rank: Mapping[Place, int]) -> float:
    """Where among its layer a curve begins: the rank of its box, and the part of the box that lies above its port."""
    return rank[curve.start] + curve.port / (curve.start.height + 1)


def _crossings(columns: list[list[Place]], curves: list[Curve]) -> int:
    rank = _ranks(columns)
    gaps: dict[int, list[tuple[float, int]]] = {}
    for curve in curves:
        gaps.setdefault(curve.start.layer, []).append((_start(curve, rank), rank[curve.end]))
    return sum(
        (one[0] - other[0]) * (one[1] - other[1]) < 0
        for gap in gaps.values()
        for i, one in enumerate(gap)
        for other in gap[:i]
    )


def _aligned(columns: list[list[Place]], curves: list[Curve]) -> None:
    """Move the places of each layer up and down until the curves are as straight as their order allows."""
    for column in columns:
        _spread(column, [(0.0, 1.0)] * len(column))
    for round_ in range(2 * _ROUNDS):
        for column in columns if round_ % 2 == 0 else reversed(columns):
            wishes: dict[Place, list[tuple[float, float]]] = {place: [] for place in column}
            for curve in curves:
                if curve.end in wishes:
                    wishes[curve.end].append((curve.start.y + curve.port - curve.end.entry, curve.weight))
                if curve.start in wishes:
                    wishes[curve.start].append((curve.end.y + curve.end.entry - curve.port, curve.weight))
            _spread(column, [_mean(wishes[place]) for place in column])


def _mean(wishes: list[tuple[float, float]]) -> tuple[float, float]:
    weight = sum(each for _, each in wishes)
    return sum(at * each for at, each in wishes) / weight, weight


def _spread(column: list[Place], wishes: list[tuple[float, float]]) -> None:
    """Give each place of a layer the top it wishes for, as nearly as their order and the gaps between them allow.

    This is isotonic regression: neighbours who are in each other's way are pooled and moved together.
    """
    above, pools = 0.0, []
    offsets = []
    for place, (top, weight) in zip(column, wishes, strict=True):
        offsets.append(above)
        pools.append((top - above, weight, 1))
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (high, heavy, many), (low, light, few) = pools[-2:]
            pools[-2:] = [((high * heavy + low * light) / (heavy + light), heavy + light, many + few)]
        above += place.height + GAP
    tops = [top for top, _, size in pools for _ in range(size)]
    for place, top, offset in zip(column, tops, offsets, strict=True):
        place.y = top + offset
