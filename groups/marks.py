"""A text cut where something in it is marked, for those who read the whole of it. Pure; `marks.js` does the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from groups.veil import spans

RANK = {"green": 0, "amber": 1, "red": 2, "crisis": 3}
ARTICLE = re.compile("^(?:an?|the) ")
FOR_STAFF = "veiled for the group"
FOR_AUTHOR = "veiled for your group"


@dataclass(frozen=True, slots=True)
class Label:
    """What stands behind a marked stretch, in words. A veil's has no severity."""

    words: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: plain, veiled for peers, marked by a rule, or both."""

    text: str
    rule: str = ""
    severity: str = ""
    veiled: bool = False
    begins: bool = False
    """Whether a mark begins here: who listens to the page is told so before the words."""
    labels: Sequence[Label] = field(default=())
    """Of every mark that ends here."""

    @property
    def marked(self) -> bool:
        """Whether anything is marked here."""
        return bool(self.rule) or self.veiled


def possible(rule: str) -> str:
    """How a result is named to people: never as something known."""
    return f"possible {ARTICLE.sub('', rule.replace('_', ' '))}"


def pieces(
    text: str,
    veils: Sequence[Sequence[int]] = (),
    findings: Sequence[dict[str, Any]] = (),
    *,
    veiled: str = FOR_STAFF,
) -> list[Piece]:
    """The text in pieces. Where findings overlap the graver one's colour shows; each has its label where it ends."""
    hidden = spans(text, veils)
    found = [one for one in findings if 0 <= one["start"] < one["end"] <= len(text)]
    found.sort(key=lambda one: (-RANK.get(one["severity"], 0), one["start"]))
    cuts = {0, len(text), *(cut for span in hidden for cut in span)}
    cuts |= {one[edge] for one in found for edge in ("start", "end")}
    cut_up = []
    for start, end in pairwise(sorted(cuts)):
        over = next((one for one in found if one["start"] <= start and end <= one["end"]), None)
        ends = {Label(possible(one["rule"]), one["severity"]): None for one in found if one["end"] == end}
        veil_ends = [Label(veiled)] if any(span[1] == end for span in hidden) else []
        cut_up.append(
            Piece(
                text[start:end],
                str(over["rule"]) if over else "",
                str(over["severity"]) if over else "",
                any(first <= start and end <= last for first, last in hidden),
                any(start == one["start"] for one in found) or any(start == span[0] for span in hidden),
                (*ends, *veil_ends),
            )
        )
    return cut_up
