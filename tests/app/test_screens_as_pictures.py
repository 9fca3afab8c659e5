"""Screens look as they did: a picture of each, glyph by glyph and color by color."""

import pytest
from screens_as_pictures import FOLDER, SHOTS, path_of, taken


@pytest.mark.parametrize("name", SHOTS)
async def test_a_screen_looks_as_it_did(name: str) -> None:
    """If it is meant to look otherwise: ``make golden``, and look at both pictures before you commit."""
    now, before = (await taken(SHOTS[name])).splitlines(), path_of(name).read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, now, strict=False) if old != new]
    assert not changed, changed[:3]
    assert len(now) == len(before)


def test_every_picture_is_of_a_screen() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(SHOTS)
