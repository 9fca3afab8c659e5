"""The code of a class: a few letters and digits that say what it is about, in which version, and of which seed."""

import re
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256

from pathsim.state import LARGEST
from pathsim.text import harmless

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L and O, which look like digits, and without U."""
READ_AS = str.maketrans("ILO", "110")
"""What is taken for another character, as Crockford has it."""
BETWEEN = re.compile(r"[\s\-\u2010-\u2015]")
"""What may stand between characters: blanks and hyphens, which writing programs make longer."""
BITS = 5
"""Of a character."""
NAME_BITS, VERSION_BITS = 12, 7
MATERIAL, LEAST_OF_SEED, GROUP = 4, 3, 4
"""Characters that say what the class is about, that say the seed at least, and that are written together."""
LEAST = MATERIAL + LEAST_OF_SEED + 1
MOST = MATERIAL + -(-(LARGEST + 1).bit_length() // BITS) + 1
"""Characters of a code, with the one that checks the others."""
SHORT_SEEDS = 1 << LEAST_OF_SEED * BITS
"""Seeds below this one make the shortest codes."""
MODULUS = 0b100101
"""x^5 + x^2 + 1, which makes polynomials over two elements a field of 32, and x a generator of it."""


class ClassCodeError(ValueError):
    """A text that is no code, or a code of nothing that is here, with a sentence for the user."""


@dataclass(frozen=True, slots=True)
class ClassCode:
    """What a class is about: a hash of its name and one of its content, a seed, and whether all see the same trial.

    Its text is in base 32: four characters for ``is_same`` (1 bit), the name (12) and the version (7), then the seed in
    as many as it needs, three at least, then one that checks the others.

    The characters c_1, ..., c_n are taken for elements of the field of 32, and the last one is such that
    g^n + c_1 g^(n-1) + ... + c_n = 0, where g generates the field. A wrong character adds (c - c') g^k to this sum, and
    two neighbors in each other's place add (c - c')(g^k - g^(k-1)). Neither is 0, for a field has no divisors of 0 and
    g is not 1: so every single wrong character and every swap of two neighbors is found, wherever it is. The first
    term stands for a character before the code, so that zeros in front of it are found, too.
    """

    name_bits: int
    """Of the name of what it is about."""
    version_bits: int
    """Of its content, and of pathsim's version."""
    seed: int | None
    """None for the trial that the material itself says, which is then the same for all."""
    is_same: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for what no code can hold."""
        is_seed = self.is_same if self.seed is None else 0 <= self.seed <= LARGEST
        if not (is_seed and 0 <= self.name_bits < 1 << NAME_BITS and 0 <= self.version_bits < 1 << VERSION_BITS):
            raise ValueError(f"no code can hold {self}")

    def __str__(self) -> str:
        """The code as it is shown, in groups of four."""
        material = (self.is_same << NAME_BITS | self.name_bits) << VERSION_BITS | self.version_bits
        values = _digits(material, MATERIAL) + _digits(self._number, LEAST_OF_SEED)
        text = "".join(ALPHABET[value] for value in [*values, _times_x(_remainder(values))])
        return "-".join(text[begin : begin + GROUP] for begin in range(0, len(text), GROUP))

    @property
    def _number(self) -> int:
        """The seed as it stands in the text; of a trial that is the same for all one more, for there may be none."""
        return (0 if self.seed is None else self.seed + 1) if self.is_same else self.seed or 0

    @classmethod
    def read(cls, text: str) -> "ClassCode":
        """The code that somebody typed; case, spaces and hyphens do not matter. Raises ClassCodeError if it is none."""
        # What is much too long is neither looked through nor said again.
        whole = BETWEEN.sub("", text[: 8 * MOST])
        # Of other alphabets some small letters have a large one of this: they are none of ours.
        typed = "".join(character.upper() if character.isascii() else character for character in whole)
        typed = typed.translate(READ_AS)
        if wrong := next((character for character in typed if character not in ALPHABET), ""):
            raise ClassCodeError(f"'{harmless(wrong)}' cannot be part of a code, which has digits and letters but no U")
        if len(typed) < LEAST:
            raise ClassCodeError(
                f"a code has at least {LEAST} characters, such as 4F7K-2M9A: this one has {len(typed)}"
            )
        if len(typed) > MOST or len(text) > 8 * MOST:
            raise ClassCodeError(f"a code has at most {MOST} characters: this is longer")
        values = [ALPHABET.index(character) for character in typed]
        if _remainder(values):
            raise ClassCodeError("the last character does not fit: one of them is wrong")
        material, number = _number(values[:MATERIAL]), _number(values[MATERIAL:-1])
        is_same = bool(material >> NAME_BITS + VERSION_BITS)
        seed = (number - 1 if number else None) if is_same else number
        if (seed or 0) > LARGEST or _digits(number, LEAST_OF_SEED) != values[MATERIAL:-1]:
            raise ClassCodeError("this is no code: its seed is written as none is")
        name = material >> VERSION_BITS & (1 << NAME_BITS) - 1
        return cls(name, material & (1 << VERSION_BITS) - 1, seed, is_same)


def bits_of(text: str, bits: int) -> int:
    """The first bits of the hash of a text, the same on any machine and in any version of Python."""
    return int.from_bytes(sha256(text.encode("utf-8", "surrogateescape")).digest()[:4]) >> 32 - bits


def _digits(number: int, least: int) -> list[int]:
    """A number in base 32, in so many digits at least."""
    count = max(least, -(-number.bit_length() // BITS))
    return [number >> BITS * place & (1 << BITS) - 1 for place in reversed(range(count))]


def _number(values: list[int]) -> int:
    return reduce(lambda number, value: number << BITS | value, values, 0)


def _times_x(element: int) -> int:
    """An element of the field times its generator."""
    doubled = element << 1
    return doubled ^ MODULUS if doubled >> BITS else doubled


def _remainder(values: list[int]) -> int:
    """The sum of the class's docstring by Horner's rule: 0 for a whole code. To add is to subtract in this field."""
    return reduce(lambda found, value: _times_x(found) ^ value, values, 1)
