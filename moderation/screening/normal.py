"""A copy of a text that is easier to read for rules, with a map back to the original's code points."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

APOSTROPHES = dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4\uff07", "'")
UNEVEN = re.compile(r"[^\S ]|[\x1c-\x1f]| {2}")
"""White space that becomes something else; plain text without it needs no map."""
DROPPED = {"Cf", "Mn", "Me"}
"""Zero-width and combining characters say nothing a rule could read."""


@dataclass(frozen=True, slots=True)
class Normal:
    """`text` in lower case; `origin[i]` is where character i of it began in the original, `origin[-1]` the end."""

    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the copy as code points of the original, end exclusive."""
        return self.origin[start], self.origin[end - 1] + 1 if end > start else self.origin[start]


def normalise(text: str) -> Normal:
    """NFKC, case-folded, plain apostrophes, one space for any white space; total on any string."""
    if text.isascii() and not UNEVEN.search(text):
        return Normal(text.lower().replace("`", "'"), range(len(text) + 1))
    letters: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        if unicodedata.category(character) in DROPPED:
            continue
        for part in unicodedata.normalize("NFKC", APOSTROPHES.get(character, character)).casefold():
            if unicodedata.category(part) in DROPPED:
                continue
            part = " " if part.isspace() else part
            if part == " " and letters and letters[-1] == " ":
                continue
            letters.append(part)
            origin.append(position)
    return Normal("".join(letters), (*origin, len(text)))
