"""A file that changes all of a long one is joined in time that grows with its length, and not with its square."""

from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from pathsim.scenario import files
from pathsim.scenario.layers import join

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


def seconds(folder: Path, count: int, child: str) -> float:
    """How long it takes to join a file of so many targets with one that changes them."""
    (folder / "base.toml").write_text(f'extends = "two-arm-exponential"\n{targets(count, 0.5)}', encoding="utf-8")
    (folder / "child.toml").write_text(f'extends = "base"\ntitle = "x"\n{child}', encoding="utf-8")
    source, took = files.find(str(folder / "child.toml")), []
    for _ in range(2):
        began = process_time()
        join(source, {}, {})
        took.append(process_time() - began)
    return min(took)


@pytest.mark.parametrize("changed", [lambda count: targets(count, 0.4), without, by_set], ids=["said", "out", "set"])
def test_ten_times_as_many_changes_take_about_ten_times_as_long(changed: Changed, tmp_path: Path) -> None:
    few, many = (seconds(tmp_path, count, changed(count)) for count in (250, 2500))
    assert many < 25 * few
