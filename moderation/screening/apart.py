"""Letters without spaces, taken apart into words."""

from collections.abc import Sequence
from functools import lru_cache
from math import log

from moderation.screening.lexicon import languages
from moderation.screening.phrases import RARE, SHARE, STEPS

LONGEST_RUN = 300
"""Letters that are taken apart at once."""
LONGEST_PART = 14
FORM = 4.5
"""What a word that only stands for another one costs beside what a rare one does."""
EACH = 3.0
"""What each word costs beside that: rather few of them."""
NUMBER = 7.0
"""What a word in figures costs, however long."""
ALONE = frozenset("iauy0123456789")
"""What may be a word of one letter."""
STRANGE = 8.0
"""What a letter that belongs to no word costs; a word costs the less the more common it is."""
LIKELY, LIKELY_LOOSELY, LIKELY_PARTED = 3.25, 2.75, 4.5
"""What a letter may cost on average, in letters read loosely, and in letters that somebody has parted: what costs more is
another language, a place or a medicine that happens to be made of words."""
NEVER = (float("inf"), 0, "")


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """Every word a phrase names and every form that is spelled out, of all languages."""
    return frozenset(_costs())


@lru_cache(maxsize=1)
def _costs() -> dict[str, float]:
    """For each word the logarithm of how rarely it is met, and what each costs that is one more."""
    costs = dict.fromkeys((word for language in languages() for word in language.alphabet.words), -log(RARE))
    costs |= {word: -log(STEPS[2]) for language in languages() for word in language.common}
    costs |= {word: -log(share) for word, share in SHARE.items()}
    forms = {
        form: max((costs.get(word, -log(RARE)) for word in plain), default=0.0) + FORM
        for language in languages()
        for form, plain in language.forms.items()
    }
    return {word: cost + EACH for word, cost in (forms | costs).items()}


def segmented(letters: str, *, loosely: bool = False, parted: bool = False) -> list[str] | None:
    """Letters without spaces as the likeliest words; None if they are not words of the lexicon or unlikely.

    `loosely`: up to a third of the letters may be of no word. `parted`: somebody has put something between them.
    """
    if len(letters) > LONGEST_RUN:
        return None
    costs = _costs()
    best: list[tuple[float, int, str]] = [(0.0, 0, ""), *([NEVER] * len(letters))]
    for end in range(1, len(letters) + 1):
        if loosely:
            best[end] = (best[end - 1][0] + STRANGE, end - 1, "")
        for start in range(max(0, end - LONGEST_PART), end):
            word, before = letters[start:end], best[start][0]
            if before >= best[end][0] or (len(word) == 1 and word not in ALONE):
                continue
            cost = before + (NUMBER if word.isdecimal() else costs.get(word, NEVER[0]))
            if cost < best[end][0]:
                best[end] = (cost, start, word)
    likely = LIKELY_LOOSELY if loosely else LIKELY_PARTED if parted else LIKELY
    return _path(letters, best) if best[-1][0] <= likely * len(letters) else None


def _path(letters: str, best: Sequence[tuple[float, int, str]]) -> list[str] | None:
    """The words the cheapest way to the end goes through, strange letters joined; None if too many are strange."""
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
