"""Tables of targets are whole on every terminal: nothing is cut off."""

import io

import pytest
from rich.console import Console

from pathsim.ensembles.run import Recipe, ensemble
from pathsim.report.validation import print_comparisons
from pathsim.scenario.files import find
from pathsim.validation.targets import TargetComparison, compared, paths, targets_of

PART = "Overall survival"


@pytest.fixture(scope="module")
def comparisons() -> list[TargetComparison]:
    recipe = Recipe(find("aall1331"), ())
    scenario = recipe.scenario()
    wanted = targets_of(scenario, [PART])
    assert wanted
    columns = ensemble(Recipe(find("aall1331"), (), figures=paths(wanted)), 1, 8)
    return compared(scenario, columns, [PART])


@pytest.mark.parametrize("width", [80, 95, 100, 112, 113, 114, 160])
def test_no_cell_is_cut(comparisons: list[TargetComparison], width: int) -> None:
    console = Console(file=io.StringIO(), width=width, color_system=None, markup=False, highlight=False)
    print_comparisons(console, comparisons)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
