"""What ``make mutants`` reads names files and lines that are there."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
AREAS = tomllib.loads((ROOT / "tools/mutants/areas.toml").read_text(encoding="utf-8"))["area"]
EQUIVALENT = tomllib.loads((ROOT / "tools/mutants/equivalent.toml").read_text(encoding="utf-8"))["mutant"]


def test_every_module_and_every_test_of_an_area_is_there() -> None:
    named = [name for area in AREAS for name in (*area["modules"], *area["tests"])]
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_line_that_is_called_equivalent_is_there() -> None:
    texts = {mutant["file"]: (ROOT / mutant["file"]).read_text(encoding="utf-8") for mutant in EQUIVALENT}
    assert texts
    assert [mutant["was"] for mutant in EQUIVALENT if mutant["was"] not in texts[mutant["file"]]] == []
