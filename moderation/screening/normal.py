"""A copy of a text that is easier to read for rules, with a map back to the original's code points."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

APOSTROPHES = dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4\uff07\u2032", "'")
UNEVEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]|  | \n|\n |\n\n")
"""White space that becomes something else, and what is dropped; plain text without it needs no map."""
DROPPED = {"Cf", "Mn", "Me", "Cc", "Cs"}
"""Zero-width, combining and control characters say nothing a rule could read."""
UNUSUAL = re.compile(r"[^a-z ',.?!\n]")
"""What a normalised text of plain talk hardly ever holds."""
MOST_OF_ONE = 4
"""Characters that one may become; a few stand for whole sentences, which would make a text of them many times longer."""


@dataclass(frozen=True, slots=True)
class Normal:
    """`text` in lower case; `origin[i]` is where character i of it began in the original, `origin[-1]` the end."""

    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the copy as code points of the original, end exclusive."""
        return self.origin[start], self.origin[end - 1] + 1 if end > start else self.origin[start]


def normalise(text: str) -> Normal:
    """NFKD without marks, case-folded, plain apostrophes, one space or line end for any white space; total."""
    if text.isascii() and not UNEVEN.search(text):
        return Normal(text.lower().replace("`", "'"), range(len(text) + 1))
    letters: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        if character.isspace() or character in "\x1c\x1d\x1e\x1f":
            part = "\n" if character in "\n\r\x0b\x0c\x85\u2028\u2029" else " "
            if letters and letters[-1] in " \n":
                if part == "\n":
                    letters[-1] = "\n"
                continue
            letters.append(part)
            origin.append(position)
            continue
        if "!" <= character <= "~":
            letters.append("'" if character == "`" else character.lower())
            origin.append(position)
            continue
        parts = unicodedata.normalize("NFKD", APOSTROPHES.get(character, character)).casefold()
        for part in parts if len(parts) <= MOST_OF_ONE else character:
            if unicodedata.category(part) in DROPPED:
                continue
            letters.append(" " if part.isspace() else part)
            origin.append(position)
    return Normal("".join(letters), (*origin, len(text)))
