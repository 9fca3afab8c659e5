"""The word that lets a visitor in, short enough to be typed from a wall and too long to be guessed; and who they are.

What is secret has to be chance; no trial knows of it.
"""

import secrets

from pathsim.classroom.code import ALPHABET, READ_AS

LENGTH, GROUP = 8, 4


def drawn_token() -> str:
    """A token that nobody can know: one of 2 to the power of 40."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def drawn_visitor() -> str:
    """What tells a browser from all others, known to it alone."""
    return secrets.token_urlsafe(16)


def read_token(typed: str) -> str:
    """A token as somebody typed it, without what does not matter in it."""
    return "".join(letter for letter in typed.upper() if letter.isalnum()).translate(READ_AS)[: 2 * LENGTH]


def told_token(token: str) -> str:
    """A token as it is shown, in groups."""
    return "-".join(token[start : start + GROUP] for start in range(0, len(token), GROUP))


def is_same(token: str, typed: str) -> bool:
    """Whether this is the token; it takes as long whatever was typed."""
    return secrets.compare_digest(token.encode(), read_token(typed).encode())
