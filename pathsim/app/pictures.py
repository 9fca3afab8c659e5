"""Pictures of the screen as files: SVG, or PNG where what draws it is installed."""

from importlib.util import find_spec
from pathlib import Path

from pathsim.whole_files import UnwritableError, bare_name, new_file, write_whole

ENDINGS = (".svg", ".png")
DRAWS = "cairosvg"
"""The library that turns SVG into PNG."""


def without_fonts(picture: str) -> str:
    """The picture without the fonts that it would load from elsewhere: a page must not ask a server for one."""
    kept, inside = [], False
    for line in picture.splitlines():
        inside = inside or line.strip().startswith("@font-face")
        if not inside:
            kept.append(line)
        if inside and line.strip() == "}":
            inside = False
    return "\n".join(kept).replace("Fira Code, monospace", "monospace") + "\n"


def save_picture(picture: str, file: str) -> Path:
    """Write a picture in SVG to a file, as PNG if it is called so; where it is. Raises UnwritableError."""
    path = new_file(file, ENDINGS)
    write_whole(path, _content(without_fonts(picture), path))
    return path


def picture_content(picture: str, name: str) -> tuple[str, bytes]:
    """The name of a file without folders, and its content of a picture in SVG.

    Raises UnwritableError for PNG where nothing draws it.
    """
    path = bare_name(name, ENDINGS)
    return path.name, _content(without_fonts(picture), path)


def _content(picture: str, path: Path) -> bytes:
    if path.suffix.lower() == ".svg":
        return picture.encode()
    if find_spec(DRAWS) is None:
        raise UnwritableError("PNG needs cairosvg: install 'pathsim-trials[png]', or name the picture .svg")
    from cairosvg import svg2png  # noqa: PLC0415 - few want it, and it is slow to load

    drawn: bytes = svg2png(picture.encode(), scale=2)
    return drawn
