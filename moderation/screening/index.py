"""Which phrases are worth looking for in a sentence: those for which every word that must be there is there.

Every phrase is a bit. For each word there is a number whose bits are the phrases it serves: one number for their first
set of needed words, one for the second and so on. A sentence's words are joined by OR, the sets by AND; what remains has
a word of each set. Most phrases end there without being looked at, however many there are.
"""

from collections.abc import Iterable, Iterator

from moderation.screening.phrases import Phrase

STEPS = 4
"""Sets of words that are joined; the few phrases left are asked for the rest of theirs one by one."""


class Index:
    """Phrases of numbered rules, found by the words they cannot do without."""

    __slots__ = ("_rules", "_serves", "_unasked", "_words")

    def __init__(self, rules: Iterable[tuple[Phrase, ...]]) -> None:
        """`rules`: the phrases of rule 0, of rule 1 and so on."""
        self._rules = [(number, phrase) for number, phrases in enumerate(rules) for phrase in phrases]
        asked = [(phrase.anchors, *phrase.needs) for _, phrase in self._rules]
        self._serves: list[dict[str, int]] = []
        self._unasked: list[int] = []
        for step in range(min(STEPS, max(map(len, asked), default=0))):
            serves: dict[str, int] = {}
            unasked = 0
            for place, needs in enumerate(asked):
                if step >= len(needs):
                    unasked |= 1 << place
                    continue
                for word in needs[step]:
                    serves[word] = serves.get(word, 0) | 1 << place
            self._serves.append(serves)
            self._unasked.append(unasked)
        self._words = frozenset(word for serves in self._serves for word in serves)

    @property
    def anchors(self) -> frozenset[str]:
        """Without any of these words nothing is worth trying."""
        return frozenset(self._serves[0]) if self._serves else frozenset()

    def worth_trying(self, words: set[str], nearby: set[str] | None = None) -> Iterator[tuple[int, Phrase]]:
        """Each phrase that could stand in a sentence of these words, with its rule's number.

        `nearby`: the words of the whole text, for what may stand in another sentence; without it, those of the sentence.
        """
        known = words & self._words
        left = -1 if known else 0
        for serves, unasked in zip(self._serves, self._unasked, strict=True):
            having = unasked
            for word in known:
                if word in serves:
                    having |= serves[word]
            left &= having
            if not left:
                return
        around = words if nearby is None else nearby
        while left > 0:
            lowest = left & -left
            left ^= lowest
            rule = self._rules[lowest.bit_length() - 1]
            phrase = rule[1]
            if not any(map(words.isdisjoint, phrase.needs[STEPS - 1 :])) and not any(
                map(around.isdisjoint, phrase.nearby)
            ):
                yield rule
