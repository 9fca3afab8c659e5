"""A histogram of hazard ratios on a logarithmic scale, in a few lines of text."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from pathsim.report.figures import ratio as written

WIDTH, HEIGHT = 72, 5
LOWEST, HIGHEST = 0.25, 2.0
TICKS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
DEEPEST = 4
"""Rows of pointers below the scale."""
BARS = " ▁▂▃▄▅▆▇█"
ASCII_BARS = " .:-=+*%#"


class Mark(NamedTuple):
    """A ratio to be pointed at from below, and what it is."""

    ratio: float
    label: str


def ratio_histogram(
    ratios: NDArray[np.float64],
    pointers: Sequence[Mark] = (),
    *,
    chosen: Sequence[Mark] = (),
    ascii_only: bool = False,
) -> Text:
    """The histogram; what lies beyond either end, 0 and infinity too, is counted in the last bar there.

    ``chosen`` are some of many ratios: each has a pointer below the bars, and the least and the largest their labels.
    """
    edges = (math.log(LOWEST), math.log(HIGHEST))
    logs = np.log(np.clip(ratios[~np.isnan(ratios)], LOWEST, HIGHEST))
    counts, _ = np.histogram(np.clip(logs, *edges), bins=WIDTH, range=edges)
    bars = ASCII_BARS if ascii_only else BARS
    full = len(bars) - 1
    heights = np.ceil(counts / max(int(counts.max(initial=0)), 1) * HEIGHT * full).astype(int)
    lines = [
        "".join(bars[min(max(height - level * full, 0), full)] for height in heights.tolist())
        for level in reversed(range(HEIGHT))
    ]
    pointer = "^" if ascii_only else "▲"
    axis = _line([(tick, _tick(tick, ratios)) for tick in TICKS])
    pointed = [
        *_below(chosen, pointer),
        *[_line([(one.ratio, f"{pointer} {one.label} {one.ratio:g}")]) for one in pointers],
    ]
    text = Text(" hazard ratios of single trials\n", "dim")
    text.append("\n".join(f" {line.rstrip()}" for line in lines), "cyan")
    return text.append(f"\n {axis}", "dim").append("".join(f"\n {line}" for line in pointed), "bold")


def _below(chosen: Sequence[Mark], pointer: str) -> Iterator[str]:
    """A row of pointers below each other's, one for each ratio, or for several alike if there are very many."""
    known = sorted((one for one in chosen if not math.isnan(one.ratio)), key=lambda one: one.ratio)
    if not known:
        return
    counts = Counter(_place(one.ratio) for one in known)
    each = -(-max(counts.values()) // DEEPEST)
    for row in range(-(-max(counts.values()) // each)):
        yield "".join(pointer if counts[place] > row * each else " " for place in range(WIDTH)).rstrip()
    for one in dict.fromkeys([known[0], known[-1]]):
        label = f"{one.label}: {written(one.ratio)}"
        yield " " * min(_place(one.ratio), WIDTH - len(label)) + label
    if each > 1:
        yield f"{pointer}: up to {each} trials"


def _tick(tick: float, ratios: NDArray[np.float64]) -> str:
    """What stands under a place of the scale: at either end also that the last bar holds more than its own."""
    if tick == LOWEST and (ratios < LOWEST).any():
        return f"<= {tick:g}"
    return f">= {tick:g}" if tick == HIGHEST and (ratios > HIGHEST).any() else f"{tick:g}"


def _line(labels: Sequence[tuple[float, str]]) -> str:
    """A line with each label beginning at its place on the scale."""
    line = ""
    for ratio, label in labels:
        line = line.ljust(_place(ratio)) + label
    return line


def _place(ratio: float) -> int:
    """In which column of the scale a ratio stands."""
    share = math.log(min(max(ratio, LOWEST), HIGHEST) / LOWEST) / math.log(HIGHEST / LOWEST)
    return round(share * (WIDTH - 1))
