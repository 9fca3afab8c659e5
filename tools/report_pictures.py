"""Make the report of AALL1331 in the docs, and the pictures from it: part of `make pictures`."""

from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from pathsim.cli import cli

DOCS = Path(__file__).parent.parent / "docs"
SEED, TRIALS = 23, 1000
SHOWN = ("flow", "survival-1", "toxicity", "ratios-1")


def main() -> None:
    """Write the report, and keep the figures that the guide shows."""
    asked = ["report", "aall1331", "--seed", str(SEED), "--replicates", str(TRIALS), "--force", "--quiet"]
    with TemporaryDirectory() as folder:
        places = ["--out", str(DOCS / "aall1331-report.html"), "--figures", folder]
        cli.main([*asked, *places], prog_name="pathsim", standalone_mode=False)
        for name in SHOWN:
            copyfile(Path(folder) / f"{name}.svg", DOCS / "pictures" / f"report-{name}.svg")


if __name__ == "__main__":
    main()
