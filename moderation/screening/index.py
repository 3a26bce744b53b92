"""Which phrases are worth looking for in a sentence: those of which a few words that must be there are there.

Every phrase is a bit. For each word there are numbers whose bits are the phrases it serves: one for their first set of
needed words, one for the second and so on. The numbers of a sentence's words are joined by OR, the sets by AND; what
remains has a word of each set. Most phrases end there without being looked at, however many there are.
"""

from collections.abc import Iterable

from moderation.screening.phrases import ASKED, Phrase


class Index:
    """Phrases of numbered rules, found by the words they cannot do without."""

    __slots__ = ("_rules", "_serves", "_unasked", "anchors")

    def __init__(self, rules: Iterable[tuple[Phrase, ...]]) -> None:
        """`rules`: the phrases of rule 0, of rule 1 and so on."""
        self._rules = [(number, phrase) for number, phrases in enumerate(rules) for phrase in phrases]
        serves: dict[str, list[int]] = {}
        self._unasked = [0] * ASKED
        for place, (_, phrase) in enumerate(self._rules):
            bit = 1 << place
            for step in range(ASKED):
                if step >= len(phrase.needs):
                    self._unasked[step] |= bit
                    continue
                for word in phrase.needs[step]:
                    serves.setdefault(word, [0] * ASKED)[step] |= bit
        self._serves = {word: (first, second, third) for word, (first, second, third) in serves.items()}
        self.anchors = frozenset(word for word, served in serves.items() if served[0])
        """Without any of these words nothing is worth trying."""

    def worth_trying(self, words: set[str], nearby: set[str] | None = None) -> list[tuple[int, Phrase]]:
        """Each phrase that could stand in a sentence of these words, with its rule's number.

        `nearby`: the words of the whole text, for what may stand in another sentence; without it, those of the sentence.
        """
        serves, around = self._serves, words if nearby is None else nearby
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
        left, found = one & two & three, []
        while left:  # from the top, so that what remains gets shorter
            place = left.bit_length() - 1
            rule = self._rules[place]
            if not rule[1].nearby or not rule[1].nearby.isdisjoint(around):
                found.append(rule)
            left ^= 1 << place
        found.reverse()
        return found
