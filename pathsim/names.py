"""Names of a scenario as readers see them. Of what a user wrote only the first letter of a line changes its case."""

import re


def spoken(name: str) -> str:
    """A name of the file as words inside a sentence."""
    return name.replace("_", " ").strip() or name


def readable(name: str) -> str:
    """A name of the file as words at the beginning of a line."""
    return with_capital(spoken(name))


def with_capital(words: str) -> str:
    """Words with a capital, unless the first one has capitals of its own, as mRNA has, or begins with no letter."""
    return words[:1].title() + words[1:] if words.partition(" ")[0].islower() else words


def lowered(heading: str) -> str:
    """A heading inside a sentence: without its capital, unless its first word is no plain one, as MRD is."""
    return heading[:1].lower() + heading[1:] if heading.partition(" ")[0][1:].islower() else heading


def in_words(text: str) -> str:
    """The words of a text in small letters, with a space between them, to look for."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


_COMPARED = re.compile(
    r"""\b([^\W\d]\w*)\s+(==|!=|<=|>=|<|>|not\ in|in)\s+(\[[^\]]*\]|'[^']*'|"[^"]*"|-?\d[\d.]*)""", re.VERBOSE
)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_SIGNS = {"==": "is", "!=": "is not", "in": "is", "not in": "is not", "<=": "≤", ">=": "≥"}


def conditions_in_words(text: str) -> str:
    """A text in which conditions of the file stand, with these as one says them: mrd is not high, age ≥ 10.

    What only looks like a condition stays as it is: a list is what stands in brackets, a level what stands in quotes.
    """

    def told(found: re.Match[str]) -> str:
        column, sign, value = found.groups()
        if ("in" in sign) is not value.startswith("["):
            return found[0]
        levels = [spoken(single or double) for single, double in _QUOTED.findall(value)]
        return f"{spoken(column)} {_SIGNS.get(sign, sign)} {' or '.join(levels) or value}"

    return _COMPARED.sub(told, text)


def in_line(text: str) -> str:
    """A text of the file in one line, without characters that are not for reading."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def abbreviated(name: str, label: str) -> str:
    """DFS if disease-free survival is called dfs: a name that is made of its label's initials; else the label."""
    initials = "".join(re.findall(r"\b\w", label))
    if len(initials) > 1 and initials.casefold() == name.casefold():
        return name.upper() if name.islower() else name
    return in_line(label)
