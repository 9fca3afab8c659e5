"""What to try where nothing is changed yet: some numbers that matter, each turned far enough to be seen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pathsim.player.views.live import Parameter

MOST = 3


class Suggestion(NamedTuple):
    """A number, and what to turn it to."""

    parameter: Parameter
    value: float


def ranked(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Those that the scenario says to turn first, in its order."""
    return sorted((one for one in parameters if one.rank is not None), key=lambda one: one.rank or 0)


def suggestions(parameters: Sequence[Parameter], values: Mapping[str, float]) -> tuple[Suggestion, ...]:
    """The numbers that the scenario says to turn first; else those that it calls uncertain, else its first ones.

    ``values`` are those that are set to something else than in the file, by path.
    """
    wanted = ranked(parameters) or [one for one in parameters if one.is_main] or list(parameters)
    return tuple(_turned(wanted, values))[:MOST]


def _turned(parameters: Sequence[Parameter], values: Mapping[str, float]) -> Iterator[Suggestion]:
    """Half of each number, or twice it where its slider does not go so low; on a step of the slider."""
    for one in parameters:
        now = values.get(one.path, one.value)
        for factor in (0.5, 2.0):
            value = round(factor * now / one.step) * one.step
            value = float(f"{round(value) if one.whole else value:.6g}")
            if one.lowest <= value <= one.highest and value != now:
                yield Suggestion(one, value)
                break
