"""Refuse a release whose tag, version and changelog do not say the same: `python tools/release.py v0.1.0`."""

import re
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def problems(tag: str, version: str, changelog: str) -> list[str]:
    """What is wrong with a release of this tag; nothing if it can go out."""
    found = [] if tag == f"v{version}" else [f"the tag is {tag}, and the version is {version}"]
    newest = re.search(r"^## (.+)$", changelog, re.MULTILINE)
    heading = "nothing" if newest is None else newest[1]
    if not re.fullmatch(rf"{re.escape(version)} \(\d{{4}}-\d{{2}}-\d{{2}}\)", heading):
        found.append(f"the changelog begins with '{heading}', and not with '{version} (the day of the release)'")
    return found


if __name__ == "__main__":
    package = runpy.run_path(str(ROOT / "pathsim" / "version.py"))
    sys.exit("\n".join(problems(sys.argv[1], package["__version__"], (ROOT / "CHANGELOG.md").read_text("utf-8"))) or 0)
