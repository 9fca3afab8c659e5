"""What AALL1331 shows with seed 21, figure by figure: nothing of it changes unless somebody means it to.

If a change of results is meant, ``make golden`` writes the new figures.
"""

import math
from typing import Any

from goldens import figures, stored_figures


def same(found: Any, stored: Any) -> bool:
    """Whether a figure is the stored one; the last digits belong to the machine."""
    if isinstance(found, float) and isinstance(stored, float):
        return math.isclose(found, stored, rel_tol=1e-11, abs_tol=1e-13)
    return type(found) is type(stored) and bool(found == stored)


def test_the_figures_of_aall1331_never_change() -> None:
    found, stored = figures(), stored_figures()
    assert list(found) == list(stored)
    assert {path: value for path, value in found.items() if not same(value, stored[path])} == {}
