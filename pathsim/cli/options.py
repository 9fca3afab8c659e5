"""Options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

LARGEST_SEED = 2**63 - 1


def _settings(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    settings = {}
    for text in values:
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            raise click.BadParameter(
                f"write path=value, for example --set trial.patients=400, not '{text}'", ctx, param
            )
        settings[path.strip()] = value.strip()
    return settings


def _seed(ctx: click.Context, param: click.Parameter, value: int | None) -> int | None:
    if value is not None and not 0 <= value <= LARGEST_SEED:
        raise click.BadParameter(f"a seed is a whole number from 0 to {LARGEST_SEED}", ctx, param)
    return value


scenario_argument = click.argument("scenario")
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    callback=_settings,
    metavar="PATH=VALUE",
    help="Change one value of the scenario; pathsim sources lists the paths. Can be repeated.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
seed_option = click.option(
    "--seed",
    type=int,
    callback=_seed,
    metavar="N",
    help="The seed: the same one gives the same trial. Drawn and printed if absent.",
)


def drawn_seed() -> int:
    """A seed for a user who gave none: short enough to type again."""
    import secrets

    return secrets.randbelow(1_000_000)
