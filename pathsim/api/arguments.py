"""What is handed in by a user's program, checked: one sentence says what is wrong with it."""

from typing import SupportsIndex

LARGEST = 2**63 - 1
"""The largest whole number that is taken: it is calculated with in 64 bits."""
MOST_REPLICATES = 1_000_000_000
MOST_WORKERS = 512


class ArgumentError(ValueError):
    """An argument that cannot be, with a sentence for the user that begins with its name."""


def whole(name: str, value: SupportsIndex, least: int = 0, most: int = LARGEST) -> int:
    """A whole number between these limits. Raises ArgumentError if it is none."""
    try:
        number = value.__index__()
    except AttributeError:
        number = None
    if number is None or not least <= number <= most:
        raise ArgumentError(f"{name}: expected a whole number from {least:,} to {most:,}, found {value!r}")
    return number


def seed_of(asked: SupportsIndex | None) -> int:
    """The seed that was asked for, or one that is drawn. Raises ArgumentError if it cannot be one."""
    return drawn_seed() if asked is None else whole("seed", asked)


def drawn_seed(below: int = 1_000_000) -> int:
    """A seed for a user who gave none: short enough to type again."""
    import secrets  # noqa: PLC0415 - only who gives no seed waits for it

    return secrets.randbelow(below)


def needs(extra: str, *modules: str) -> None:
    """Raise ImportError, with a sentence, unless these modules of an extra are installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise ImportError(f"this needs {' and '.join(missing)}: install 'pathsim-trials[{extra}]'")
