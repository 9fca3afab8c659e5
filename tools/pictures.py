"""Make the pictures of the README and the docs: `make pictures`."""

from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from pathsim.engines import simulate
from pathsim.report.graph_svg import as_svg
from pathsim.report.terminal import endpoint_part
from pathsim.scenario.scenario import load
from pathsim.trial.results import results

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
BLACK, WHITE = (22, 24, 29), (220, 220, 215)
COLOURS = [(230, 85, 85), (90, 180, 110), (230, 180, 80), (90, 150, 230), (200, 120, 200), (90, 190, 200)]
DARK = TerminalTheme(BLACK, WHITE, [BLACK, *COLOURS, WHITE])


def curves() -> None:
    """Disease-free survival of one simulated AALL1331, as the terminal shows it."""
    scenario = load("aall1331")
    chunk, _ = simulate(scenario, seed=14)
    console = Console(record=True, width=104, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(endpoint_part(console, chunk, results(chunk), "dfs"))
    # One font for all readers: the page must not ask a server for one.
    picture = console.export_svg(title="pathsim run aall1331 --seed 14", theme=DARK)
    (PICTURES / "curves.svg").write_text(without_fonts(picture), encoding="utf-8")


def without_fonts(picture: str) -> str:
    """The picture without the fonts it would load from elsewhere."""
    kept, inside = [], False
    for line in picture.splitlines():
        inside = inside or line.strip().startswith("@font-face")
        if not inside:
            kept.append(line)
        if inside and line.strip() == "}":
            inside = False
    return "\n".join(kept).replace("Fira Code, monospace", "monospace") + "\n"


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    curves()
    (PICTURES / "pathway.svg").write_text(as_svg(load("aall1331")), encoding="utf-8")
