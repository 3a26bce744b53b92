"""A text cut where something in it is marked, for those who read the whole of it. Pure; `marks.js` does the same.

The words themselves stay as they were written: what a mark says stands in a list below them, with its span.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from groups.veil import spans

RANK = {"green": 0, "amber": 1, "red": 2, "crisis": 3}
ARTICLE = re.compile("^(?:an?|the) ")
VEILED = "veiled for"
"""What a veil's label says, before the words for those who do not read it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: plain, veiled for peers, marked by a rule, or both."""

    text: str
    rule: str = ""
    severity: str = ""
    veiled: bool = False

    @property
    def marked(self) -> bool:
        """Whether anything is marked here."""
        return bool(self.rule) or self.veiled


@dataclass(frozen=True, slots=True)
class Label:
    """What a mark says, and of which words. A veil's has no severity."""

    says: str
    words: str
    severity: str = ""


def possible(rule: str) -> str:
    """How a result is named to people: never as something known."""
    return f"possible {ARTICLE.sub('', rule.replace('_', ' '))}"


def pieces(text: str, veils: Sequence[Sequence[int]] = (), findings: Sequence[dict[str, Any]] = ()) -> list[Piece]:
    """The text in pieces; where findings overlap the graver one shows."""
    hidden, found = spans(text, veils), _fitting(text, findings)
    cuts = {0, len(text), *(cut for span in hidden for cut in span)}
    cuts |= {one[edge] for one in found for edge in ("start", "end")}
    cut_up = []
    for start, end in pairwise(sorted(cuts)):
        over = next((one for one in found if one["start"] <= start and end <= one["end"]), None)
        rule, severity = (str(over["rule"]), str(over["severity"])) if over else ("", "")
        veiled = any(first <= start and end <= last for first, last in hidden)
        cut_up.append(Piece(text[start:end], rule, severity, veiled))
    return cut_up


def labels(
    text: str,
    veils: Sequence[Sequence[int]] = (),
    findings: Sequence[dict[str, Any]] = (),
    *,
    others: str = "peers",
) -> list[Label]:
    """What the marks say, gravest first, each once; the veils last. `others`: who does not read what is veiled."""
    said = [
        Label(possible(one["rule"]), text[one["start"] : one["end"]], one["severity"])
        for one in _fitting(text, findings)
    ]
    return list(
        dict.fromkeys([*said, *(Label(f"{VEILED} {others}", text[start:end]) for start, end in spans(text, veils))])
    )


def _fitting(text: str, findings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that lie within the text, gravest first."""
    found = [one for one in findings if 0 <= one["start"] < one["end"] <= len(text)]
    return sorted(found, key=lambda one: (-RANK.get(one["severity"], 0), one["start"]))
