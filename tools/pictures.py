"""Make the pictures of the README and the docs: `make pictures`."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from pathsim.app.pictures import without_fonts
from pathsim.engines.choose import simulate
from pathsim.ensembles.run import Recipe, ensemble
from pathsim.report.graph_svg import as_svg
from pathsim.report.terminal import endpoint_part
from pathsim.report.validation import print_validation
from pathsim.results.json import results
from pathsim.scenario.files import find
from pathsim.scenario.scenario import load
from pathsim.validation.targets import compared, paths, targets_of

SEED, TRIALS = 23, 5000
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
BLACK, WHITE = (22, 24, 29), (220, 220, 215)
COLOURS = [(230, 85, 85), (90, 180, 110), (230, 180, 80), (90, 150, 230), (200, 120, 200), (90, 190, 200)]
DARK = TerminalTheme(BLACK, WHITE, [BLACK, *COLOURS, WHITE])


def curves() -> None:
    """Disease-free survival of one simulated AALL1331, as the terminal shows it."""
    chunk, _ = simulate(load("aall1331"), seed=SEED)
    console = screen(104)
    console.print(endpoint_part(console, chunk, results(chunk)["trial"]["cutoff_day"], "dfs"))
    keep(console, "curves", f"pathsim run aall1331 --seed {SEED}")


def validation() -> None:
    """Published results of survival beside many simulated trials."""
    parts = ("Disease-free", "Overall")
    recipe = Recipe.of(find("aall1331"), {})
    scenario = recipe.scenario()
    recipe = replace(recipe, figures=paths(targets_of(scenario, parts)), as_it_went=True)
    columns = ensemble(recipe, 1, TRIALS)
    console = screen(114)
    print_validation(console, scenario, 1, TRIALS, compared(scenario, columns, parts))
    asked = " ".join(f"--part {part}" for part in parts)
    keep(console, "validation", f"pathsim validate aall1331 --replicates {TRIALS} --seed 1 {asked}")


def screen(width: int) -> Console:
    """A terminal that remembers what it shows."""
    return Console(
        record=True, width=width, file=StringIO(), force_terminal=True, color_system="truecolor", highlight=False
    )


def keep(console: Console, name: str, title: str) -> None:
    """Write down what a terminal shows."""
    # One font for all readers: the page must not ask a server for one.
    picture = console.export_svg(title=title, theme=DARK)
    (PICTURES / f"{name}.svg").write_text(without_fonts(picture), encoding="utf-8")


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    curves()
    validation()
    (PICTURES / "pathway.svg").write_text(as_svg(load("aall1331")), encoding="utf-8")
