"""What is asked for: an ensemble, and how much of it. A folder keeps it, so that the ensemble can be made again."""

import datetime
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathsim.ensembles.run import Recipe
from pathsim.ensembles.selection import Selection
from pathsim.ensembles.spans import Shard
from pathsim.ensembles.store import ASKED, MADE_FROM, SCHEMA, StoreError, damaged, is_as_written, plainly, read_recipe
from pathsim.results.figure_conditions import FigureCondition, figure_condition
from pathsim.scenario.files import STANDARD_INPUT, Source, find, library
from pathsim.scenario.problems import ScenarioError
from pathsim.version import SCHEMA_VERSION, __version__


@dataclass(frozen=True, slots=True)
class EnsembleRequest:
    """An ensemble, and how much of it."""

    recipe: Recipe
    seed: int
    replicates: int
    """How many; with ``until_se`` at most."""
    until_se: float | None = None
    """The standard error of the power that is enough."""
    shards: int = 1
    """Over how many shards it is spread."""
    figures: tuple[str, ...] = ()
    """Figures, by path, that are told besides those of every ensemble."""
    where: tuple[FigureCondition, ...] = ()
    """The conditions of the replicates over which it is summarized."""

    @property
    def selection(self) -> Selection:
        """The replicates over which it is summarized; of several settings the first decides."""
        return Selection(self.where, "0:" if self.recipe.varied else "")

    def about(self) -> dict[str, Any]:
        """What makes it this ensemble and no other, as results tell it."""
        made, varied = self.recipe.scenario(), [dict(setting) for setting in self.recipe.varied]
        paths = varied[0] if varied else {}
        overrides = {path: value for path, value in made.overrides.items() if path not in paths}
        return {
            "scenario": {"name": made.name, "sha256": made.sha256, "overrides": overrides},
            "seed": self.seed,
            "null": self.recipe.null,
            **({"vary": varied} if varied else {}),
            **({"uncertain": True} if self.recipe.uncertain else {}),
            **({} if self.recipe.until is None else {"until": self.recipe.until.isoformat()}),
        }

    def kept(self) -> dict[str, Any]:
        """What a folder keeps of it."""
        source = self.recipe.source
        return {
            "pathsim": __version__,
            SCHEMA: SCHEMA_VERSION,
            **self.about(),
            **({"further": list(self.recipe.further)} if self.recipe.further else {}),
            MADE_FROM: {
                "name": source.name,
                "file": _lasting(source),
                "text": source.text,
                "settings": self.recipe.settings,
                "varied": self.recipe.varied,
            },
            ASKED: {
                "replicates": self.replicates,
                "until_se": self.until_se,
                "shards": self.shards,
                "figures": list(self.figures),
                "where": list(map(str, self.where)),
            },
        }

    def command(self, folder: Path, shard: Shard | None = None) -> str:
        """What to type to make it, or a shard of it, in this folder."""
        words = ["pathsim", "ensemble", self.recipe.source.asked, "--replicates", str(self.replicates)]
        words += ["--seed", str(self.seed)]
        words += [] if self.until_se is None else ["--until-se", f"{self.until_se:g}"]
        words += ["--null"] if self.recipe.null else []
        words += ["--uncertain"] if self.recipe.uncertain else []
        words += [] if self.recipe.until is None else ["--until", self.recipe.until.isoformat()]
        for path in self.figures:
            words += ["--figure", path]
        for condition in () if shard is not None else self.where:
            words += ["--where", str(condition)]
        for path, value in self.recipe.settings:
            words += ["--set", f"{path}={value}"]
        for path in dict(self.recipe.varied[0]) if self.recipe.varied else ():
            values = dict.fromkeys(dict(setting)[path] for setting in self.recipe.varied)
            words += ["--vary", f"{path}={','.join(values)}"]
        words += [] if shard is None else ["--shard", str(shard)]
        return shlex.join([*words, "--out", str(folder)])

    def with_most(self, other: "EnsembleRequest") -> "EnsembleRequest":
        """The one of both that asks for more replicates."""
        return other if other.replicates > self.replicates else self


def _lasting(source: Source) -> str | None:
    """The file of a scenario, wherever one stands; None in the library, which is wherever pathsim is installed."""
    if source.file == STANDARD_INPUT:
        return source.file
    return None if source.asked == source.name else str(Path(source.file).absolute())


def kept_request(folder: Path) -> EnsembleRequest:
    """What was asked in this folder.

    Raises StoreError if the folder holds no ensemble, or none that this pathsim can make again.
    """
    recipe = read_recipe(folder)
    version = recipe.get("pathsim")
    if isinstance(version, str) and version != __version__:
        raise StoreError(
            f"{folder} was made by pathsim {plainly(version)}, and this is {__version__}: merge with that version"
        )
    if recipe.get(SCHEMA) != SCHEMA_VERSION and is_as_written(recipe):
        raise StoreError(
            f"{folder} was made by a version of pathsim in which figures have other names: make its replicates again"
        )
    if not is_as_written(recipe):
        raise StoreError(f"{damaged(folder)}: make its replicates again, or name another folder")
    try:
        made_from, asked = recipe[MADE_FROM], recipe[ASKED]
        name, file, text = (made_from[key] for key in ("name", "file", "text"))
        source = Source(name, str(library() / f"{name}.toml") if file is None else file, text)
        settings, *varied = (
            tuple((path, value) for path, value in setting)
            for setting in (made_from["settings"], *made_from.get("varied", ()))
        )
        uncertain = recipe.get("uncertain", False)
        date, further = recipe.get("until"), tuple(recipe.get("further", ()))
        until = None if date is None else datetime.date.fromisoformat(date)
        made = Recipe(
            source, settings, recipe["null"], tuple(varied), uncertain=uncertain, until=until, further=further
        )
        figures, where = tuple(asked.pop("figures", ())), tuple(map(figure_condition, asked.pop("where", ())))
        request = EnsembleRequest(made, recipe["seed"], figures=figures, where=where, **asked)
        sha256 = recipe["scenario"]["sha256"]
    except (KeyError, TypeError, ValueError):
        raise StoreError(f"{damaged(folder)}: make its replicates again, or name another folder") from None
    if request.recipe.scenario().sha256 != sha256:
        raise StoreError(
            f"a scenario that '{name}' builds on has changed since {folder} was made: put its earlier text back, or "
            "make the replicates again"
        )
    return request


def has_changed(source: Source) -> bool:
    """Whether the file of this scenario now has another text."""
    try:
        return source.file != STANDARD_INPUT and find(source.file).text != source.text
    except ScenarioError:
        return False
