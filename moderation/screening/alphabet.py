"""A sentence as a string with one letter for each word: what a phrase looks for is then a few letters and sets of letters.

Sets of hundreds of words cost no more than one, where they would be as many ways to try in a text of plain letters.
"""

from collections.abc import Iterable

FIRST_NUMBER, FIRST, END = 0x3400, 0x4000, 0xD800
"""Code points of letters that mean nothing in an expression: of words that begin with a digit, and of all others."""
NUMBER, OTHER = chr(FIRST_NUMBER), chr(FIRST)
"""Any word no phrase names."""
NUMBERS = f"[{NUMBER}-{chr(FIRST - 1)}]"
"""An expression for every word that begins with a digit."""
SENTENCE_END = "\n"
"""Between two sentences that are read together. No phrase goes over it."""


class Alphabet:
    """The letters of one language's words, given out as its phrases name them."""

    def __init__(self) -> None:
        """No word is known yet."""
        self._letters: dict[str, str] = {}
        self._free, self._free_number = iter(range(FIRST + 1, END)), iter(range(FIRST_NUMBER + 1, FIRST))

    def letter(self, word: str) -> str:
        """A word's letter; a word that has none is given one. Raises `LookupError` when there are no more."""
        known = self._letters.get(word)
        if known is None:
            free = next(self._free_number if word[0].isdecimal() else self._free, None)
            if free is None:
                raise LookupError("there are more words than letters")
            known = self._letters[word] = chr(free)
        return known

    @property
    def words(self) -> frozenset[str]:
        """Every word that has a letter: those the language's phrases name."""
        return frozenset(self._letters)

    def spelled(self, words: Iterable[str]) -> str:
        """The letters of words; those no phrase names share one, and so do such numbers."""
        known = self._letters
        return "".join([known.get(word) or (NUMBER if word[0].isdecimal() else OTHER) for word in words])


def one_of(texts: Iterable[str], others: Iterable[str] = ()) -> str:
    """An expression for one of some texts, the longest that fits; where none does, for one of other expressions."""
    found = sorted(texts, key=len, reverse=True)
    letters = "".join(text for text in found if len(text) == 1)
    rests: dict[str, list[str]] = {}
    for text in found:
        if len(text) > 1:
            rests.setdefault(text[0], []).append(text[1:])
    ways = [first + one_of(rest) for first, rest in rests.items()]  # each letter is looked at once
    if letters:
        ways.append(f"[{letters}]")
    ways += others
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"
