"""A file that changes all of a long one is joined in work that grows with its length, and not with its square."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from pathsim.scenario import files
from pathsim.scenario.merge import join
from pathsim.scenario.scenario import load

Changed = Callable[[int], str]


def targets(count: int, published: float) -> str:
    figure = "endpoints.os.arms.control.at.365.survival"
    return "[targets]\nassumed = 'x'\n" + "".join(
        f"[targets.t{i}]\npublished = {published}\nfigure = '{figure}'\n" for i in range(count)
    )


def without(count: int) -> str:
    return f"without = {[f'targets.t{i}' for i in range(count)]!r}\n"


def by_set(count: int) -> str:
    return "[set]\n" + "".join(f"'targets.t{i}.published' = {{ value = 0.4, assumed = 'y' }}\n" for i in range(count))


def instructions(folder: Path, count: int, child: str) -> int:
    """How many instructions of Python it takes to join a file of so many targets with one that changes them."""
    (folder / "base.toml").write_text(f'extends = "two-arm-exponential"\n{targets(count, 0.5)}', encoding="utf-8")
    (folder / "child.toml").write_text(f'extends = "base"\ntitle = "x"\n{child}', encoding="utf-8")
    source, done = files.find(str(folder / "child.toml")), 0

    def trace(frame: FrameType, event: str, _: object) -> Callable[..., object]:
        nonlocal done
        frame.f_trace_opcodes = True
        done += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        join(source, {}, {}, load)
    finally:
        sys.settrace(before)
    return done


@pytest.mark.parametrize("changed", [lambda count: targets(count, 0.4), without, by_set], ids=["said", "out", "set"])
def test_ten_times_as_many_changes_take_no_more_than_about_ten_times_the_work(changed: Changed, tmp_path: Path) -> None:
    few, many = (instructions(tmp_path, count, changed(count)) for count in (100, 1000))
    assert many < 15 * few
