"""A picture of any screen is a file, found by its name in the list of commands."""

from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from driving import driven

from pathsim.app.pictures import save_picture
from pathsim.whole_files import UnwritableError

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="5"/></svg>'


async def test_a_picture_is_saved_by_the_command_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven(size=(100, 30)) as driver:
        await driver.press("ctrl+p", *"save picture", "enter", "enter")
        file = tmp_path / "aall1331-live.svg"
        await driver.until(file.exists, "it is written")
    text = file.read_text(encoding="utf-8")
    shown = "".join(ET.fromstring(text).itertext())  # noqa: S314 - our own
    shown = shown.replace("\xa0", " ")
    assert "chemotherapy" in shown
    assert "Save this picture" not in shown
    # Whoever opens it asks no server for anything.
    assert "@font-face" not in text
    assert "url(http" not in text


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("", "needs a name"),
        ("there.svg", "already exists"),
        ("no-such-folder/one.svg", "there is no folder"),
        ("x" * 300, "cannot be written"),
        ("a\0b", "cannot be written"),
    ],
    ids=["none", "there", "folder", "long", "null"],
)
def test_why_a_picture_cannot_be_written_is_told(
    file: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.svg").write_text("mine")
    with pytest.raises(UnwritableError, match=told):
        save_picture(SVG, file)
    assert [one.name for one in tmp_path.iterdir()] == ["there.svg"]
    assert Path("there.svg").read_text() == "mine"


def test_a_picture_is_svg_unless_it_is_called_otherwise(tmp_path: Path) -> None:
    assert save_picture(SVG, str(tmp_path / "one")) == tmp_path / "one.svg"
    assert save_picture(SVG, str(tmp_path / "v1.2")) == tmp_path / "v1.2.svg"


@pytest.mark.skipif(find_spec("cairosvg") is not None, reason="it is installed")
def test_without_the_library_png_is_refused_with_the_extra_that_has_it(tmp_path: Path) -> None:
    with pytest.raises(UnwritableError, match=r"install 'pathsim-trials\[png\]'"):
        save_picture(SVG, str(tmp_path / "one.png"))


@pytest.mark.skipif(find_spec("cairosvg") is None, reason="needs cairosvg, an extra")
def test_png_is_drawn(tmp_path: Path) -> None:
    assert save_picture(SVG, str(tmp_path / "one.png")).read_bytes().startswith(b"\x89PNG")
