"""Options about the figures of ensembles: which are told, and which trials they choose."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from pathsim.text import harmless

if TYPE_CHECKING:
    from pathsim.ensembles.request import EnsembleRequest

Read = TypeVar("Read")
figure_option = click.option(
    "--figure",
    "figures",
    multiple=True,
    metavar="PATH",
    help="Tell of this figure of pathsim run --json, too, such as endpoints.os.arms.ARM.median_days. Can be repeated.",
)
where_option = click.option(
    "--where",
    multiple=True,
    metavar="CONDITION",
    help="Summarize only the trials in which a figure is so: PATH in A..B, PATH < A (or <=, >, >=, ==). Can be "
    "repeated: all have to hold.",
)


def asked(request: "EnsembleRequest", figures: Sequence[str], where: Sequence[str]) -> "EnsembleRequest":
    """The request that tells these figures too, over the replicates that meet these conditions."""
    if not (figures or where):
        return request
    from pathsim.api.figure_names import FigureNames

    names = FigureNames(request.recipe.scenarios())
    return names.asked(request, _read("--figure", figures, names.named), _read("--where", where, names.condition))


def _read(option: str, texts: Sequence[str], read: Callable[[str], Read]) -> list[Read]:
    """What is meant by each of these texts, or a message why one has no meaning."""
    try:
        return [read(text) for text in texts]
    except (KeyError, ValueError) as wrong:
        raise click.BadParameter(str(wrong.args[0]), param_hint=option) from None


@contextmanager
def none_chosen_told() -> Iterator[None]:
    """Say, and fail, if no replicate meets the conditions."""
    from pathsim.api.ensembles import NoneChosenError

    try:
        yield
    except NoneChosenError as wrong:
        from pathsim.cli import FAILED

        click.echo(f"pathsim: --{harmless(str(wrong))}", err=True)
        raise click.exceptions.Exit(FAILED) from None
