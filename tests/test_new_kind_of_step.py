"""A kind of step is one file and one line: with these, every command, both engines and the app's map know it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAUSE = '''"""A pause: so many days in which nothing happens."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from pathsim.calendar import ticks
from pathsim.distributions import in_words
from pathsim.draws import stream, uniform
from pathsim.fields import Duration
from pathsim.patients import Patients, Stays
from pathsim.steps.spec import Appearance, Arrow, Link, StepSpec


class PauseSpec(StepSpec):
    """Days in which nothing happens."""

    appearance: ClassVar[Appearance] = Appearance("◌", "o", ("[/", "/]"), 'fill="#fff0f0" stroke="#aa0000"')

    kind: Literal["pause"]
    days: Duration = Field(description="How long nothing happens.")
    next: str = Field(description="The step that follows.")

    def arrows(self) -> Iterator[Arrow]:
        """On."""
        yield Arrow(("next",), self.next, "")

    def details(self, resources: Mapping[str, str]) -> Iterator[str]:
        """How long it lasts."""
        yield f"rests {in_words(self.days)}"

    def link(self, link: Link) -> "Pause":
        """The pause, ready to be sampled."""
        return Pause(self, link)


class Pause:
    """A pause, ready to be sampled."""

    def __init__(self, spec: PauseSpec, link: Link) -> None:
        self._days, self._stream = spec.days, stream(link.stream("days"))
        self._next = link.index[spec.next]

    def sample(self, patients: Patients) -> Stays:
        """The length of each patient's pause."""
        length = ticks(self._days(uniform(patients.key, self._stream)))
        return Stays(length, np.full(length.size, self._next, dtype=np.int16))
'''
TRIAL = """
title   = "A drug after a rest"
assumed = "to try a new kind of step"

[trial]
patients = 40
begins   = 2020-01-01
arrivals = "poisson"
per_month = 20
cutoffs.final.day = 1095

[steps.rest]
kind = "pause"
days = [5, 8, 10, 15, 30]
next = "drug"

[steps.drug]
kind = "phase"
exit.death = { next = "dead", median_days = 300 }

[steps.dead]
kind = "end"

[endpoints.os]
label   = "Overall survival"
start   = "rest"
events  = ["death"]
at_days = [365]
"""
MAP = """
from pathsim.engines.choose import simulate
from pathsim.player.lanes import lanes
from pathsim.scenario.files import find
from pathsim.scenario.scenario import load
from pathsim.trial.course import course
chunk, _ = simulate(load(find("trial.toml")), seed=1)
print([station.label for lane in lanes(course(chunk)) for station in (*lane.stations, *lane.elsewhere)])
"""


@pytest.fixture(name="place", scope="module")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of pathsim that has one more kind of step, and a scenario that uses it."""
    place = tmp_path_factory.mktemp("pause")
    shutil.copytree(ROOT / "pathsim", place / "pathsim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "scenarios", place / "scenarios")
    (place / "pathsim" / "steps" / "pause.py").write_text(PAUSE, encoding="utf-8")
    kinds = place / "pathsim" / "steps" / "__init__.py"
    text = kinds.read_text(encoding="utf-8")
    anchor = '    "end": EndSpec,\n'
    assert text.count(anchor) == 1
    text = text.replace(anchor, anchor + '    "pause": PauseSpec,\n')
    text = text.replace(
        "from pathsim.steps.phase import", "from pathsim.steps.pause import PauseSpec\nfrom pathsim.steps.phase import"
    )
    kinds.write_text(text, encoding="utf-8")
    (place / "trial.toml").write_text(TRIAL, encoding="utf-8")
    return place


def told(place: Path, *arguments: str) -> str:
    """What Python prints in that folder."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(place), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_checked(place: Path) -> None:
    assert "3 steps, 6 numbers and 1 date, nothing wrong" in told(place, "-m", "pathsim", "check", "trial.toml")


def test_both_engines_run_it_alike(place: Path) -> None:
    results = [
        json.loads(told(place, "-m", "pathsim", "run", "trial.toml", "--seed", "1", "--json", "--engine", engine))
        for engine in ("vectorized", "discrete-event")
    ]
    assert results[0] == results[1]
    (rest,) = [row for row in results[0]["flow"] if row["step"] == "rest"]
    assert rest["left"] == {"drug": 40}


@pytest.mark.parametrize(
    ("form", "there"),
    [("text", "◌ Rest · rests 10 days (5\N{EN DASH}30)"), ("mermaid", '[/"Rest<br/>rests 10 days'), ("svg", "#fff0f0")],
)
def test_its_map_shows_it_as_it_says(place: Path, form: str, there: str) -> None:
    assert there in told(place, "-m", "pathsim", "graph", "trial.toml", "--format", form)


def test_the_schema_has_its_keys(place: Path) -> None:
    keys = json.loads(told(place, "-m", "pathsim", "schema"))["$defs"]["PauseSpec"]["properties"]
    assert keys["days"]["description"] == "How long nothing happens."
    assert set(keys) >= {"kind", "label", "stream", "days", "next", "assumed"}


def test_the_map_of_the_app_has_it(place: Path) -> None:
    assert told(place, "-c", MAP).startswith("['Rest', 'Drug'")


def test_the_reference_lists_its_keys(place: Path) -> None:
    page = told(
        place, "-c", f"import runpy; print(runpy.run_path({str(ROOT / 'tools' / 'reference.py')!r})['reference']())"
    )
    assert '### `kind = "pause"`\n\nDays in which nothing happens.' in page
    assert (
        "| `days` | days, their quantiles, or `{ exponential = MEAN }` | *required* | How long nothing happens. |"
        in page
    )
