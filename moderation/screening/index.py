"""Which phrases are worth looking for in a sentence: those for which every word that must be there is there."""

from collections.abc import Iterable, Iterator

from moderation.screening.phrases import Phrase


class Index:
    """Phrases of numbered rules, found by the words they cannot do without."""

    __slots__ = ("_by_word", "_needs", "_rules")

    def __init__(self, rules: Iterable[tuple[Phrase, ...]]) -> None:
        """`rules`: the phrases of rule 0, of rule 1 and so on."""
        self._rules = [(number, phrase) for number, phrases in enumerate(rules) for phrase in phrases]
        self._needs = [phrase.needs for _, phrase in self._rules]
        by_word: dict[str, list[int]] = {}
        for place, (_, phrase) in enumerate(self._rules):
            for word in phrase.anchors:
                by_word.setdefault(word, []).append(place)
        self._by_word = {word: tuple(places) for word, places in by_word.items()}

    @property
    def anchors(self) -> frozenset[str]:
        """Without any of these words nothing is worth trying."""
        return frozenset(self._by_word)

    def worth_trying(self, words: set[str]) -> Iterator[tuple[int, Phrase]]:
        """Each phrase that could stand in a sentence of these words, with its rule's number."""
        by_word, needs = self._by_word, self._needs
        for place in sorted({place for word in words if word in by_word for place in by_word[word]}):
            for need in needs[place]:
                if words.isdisjoint(need):
                    break
            else:
                yield self._rules[place]
