"""Which phrases are worth looking for in a sentence: those of which a few words that must be there are there.

Every phrase is a bit. For each word there are numbers whose bits are the phrases it serves: one for their first set of
needed words, one for the second and so on. The numbers of a sentence's words are joined by OR, the sets by AND; what
remains has a word of each set. What phrases want nearby is one number for a whole text. Most phrases end there without
being looked at, however many there are.
"""

from collections.abc import Iterable

from moderation.screening.phrases import ASKED, Phrase

CHUNK = 60
"""Bits that are looked at together: as many as a machine word holds."""


class Index:
    """Phrases of numbered rules, found by the words they cannot do without."""

    __slots__ = ("_below", "_beside", "_content", "_rules", "_serves", "_unasked", "anchors")

    def __init__(self, rules: Iterable[tuple[Phrase, ...]]) -> None:
        """`rules`: the phrases of rule 0, of rule 1 and so on."""
        self._rules = [(number, phrase) for number, phrases in enumerate(rules) for phrase in phrases]
        serves: dict[str, list[int]] = {}
        self._unasked = [0] * ASKED
        self._content = 0
        self._beside: dict[str, int] = {}
        for place, (_, phrase) in enumerate(self._rules):
            bit = 1 << place
            for step in range(ASKED):
                if step >= len(phrase.needs):
                    self._unasked[step] |= bit
                    continue
                for word in phrase.needs[step]:
                    serves.setdefault(word, [0] * ASKED)[step] |= bit
            if not phrase.nearby:
                self._content |= bit
            for word in phrase.nearby:
                self._beside[word] = self._beside.get(word, 0) | bit
        self._below = [(1 << place) - 1 for place in range(0, len(self._rules), CHUNK)]
        self._serves = {word: (first, second, third) for word, (first, second, third) in serves.items()}
        self.anchors = frozenset(word for word, served in serves.items() if served[0])
        """Without any of these words nothing is worth trying."""

    def around(self, words: Iterable[str]) -> int:
        """The phrases that find what they want nearby in a text of these words, as `worth_trying` takes them."""
        found = self._content
        if self._beside:
            for word in words:
                if word in self._beside:
                    found |= self._beside[word]
        return found

    def worth_trying(self, words: set[str], around: int) -> list[tuple[int, Phrase]]:
        """Each phrase that could stand in a sentence of these words, with its rule's number."""
        serves, rules = self._serves, self._rules
        one, (_, two, three) = 0, self._unasked
        for word in words:
            if word in serves:
                first, second, third = serves[word]
                if first:
                    one |= first
                if second:
                    two |= second
                if third:
                    three |= third
        left, found = one & two & three & around, []
        while left:  # from the top, so that what remains gets shorter
            chunk = (left.bit_length() - 1) // CHUNK
            top = left >> chunk * CHUNK
            while top:
                bit = top.bit_length() - 1
                found.append(rules[chunk * CHUNK + bit])
                top ^= 1 << bit
            left &= self._below[chunk]
        found.reverse()
        return found
