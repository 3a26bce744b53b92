"""Letters without spaces, taken apart into words."""

from collections.abc import Sequence
from functools import lru_cache

from moderation.screening.lexicon import languages
from moderation.screening.phrases import SHARE

LONGEST_RUN = 300
"""Letters that are taken apart at once."""
LONGEST_PART = 14
SURE = 4
"""Letters of a rare word that is believed among strange ones."""
STRANGE = 1.6
"""What a letter that belongs to no word costs; a word costs one."""
NEVER = (float("inf"), 0, "")


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """Every word a phrase names and every form that is spelled out, of all languages."""
    return frozenset().union(*(language.alphabet.words | language.forms.keys() for language in languages()))


def segmented(letters: str, *, loosely: bool = False) -> list[str] | None:
    """Letters without spaces as the fewest words; None if they are not words of the lexicon.

    `loosely`: other common words count too, and up to a third of the letters may be of none.
    """
    if len(letters) > LONGEST_RUN:
        return None
    known = vocabulary()
    best: list[tuple[float, int, str]] = [(0.0, 0, ""), *([NEVER] * len(letters))]
    for end in range(1, len(letters) + 1):
        if loosely:
            best[end] = (best[end - 1][0] + STRANGE, end - 1, "")
        for start in range(max(0, end - LONGEST_PART), end):
            word, cost = letters[start:end], best[start][0] + 1
            if cost >= best[end][0] or (len(word) == 1 and word not in "iau"):
                continue
            if word in known if not loosely else word in SHARE or (len(word) >= SURE and word in known):
                best[end] = (cost, start, word)
    return _path(letters, best)


def _path(letters: str, best: Sequence[tuple[float, int, str]]) -> list[str] | None:
    """The words the cheapest way to the end goes through, strange letters joined; None if there is none."""
    if best[-1] == NEVER:
        return None
    words, strange, end = list[str](), 0, len(letters)
    joined = False
    while end:
        _, start, word = best[end]
        if word:
            words.append(word)
        else:
            strange += 1
            words.append(letters[start] + (words.pop() if joined else ""))
        joined, end = not word, start
    return words[::-1] if strange * 3 <= len(letters) else None
