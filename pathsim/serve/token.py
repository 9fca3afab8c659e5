"""The word that lets a visitor in: short enough to be typed from a wall, too long to be guessed."""

import secrets

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that looks like another one or like a digit."""
ALIKE = str.maketrans("ILO", "110")
LENGTH, GROUP = 8, 4


def drawn_token() -> str:
    """A token that nobody can know: one of 2 to the power of 40."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def read_token(typed: str) -> str:
    """A token as somebody typed it, without what does not matter in it."""
    return "".join(letter for letter in typed.upper() if letter.isalnum()).translate(ALIKE)[: 2 * LENGTH]


def told_token(token: str) -> str:
    """A token as it is shown, in groups."""
    return "-".join(token[start : start + GROUP] for start in range(0, len(token), GROUP))


def is_same(token: str, typed: str) -> bool:
    """Whether this is the token; it takes as long whatever was typed."""
    return secrets.compare_digest(token.encode(), read_token(typed).encode())
