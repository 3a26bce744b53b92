"""Finding a phrase in a sentence and in those around it."""

import re
from collections.abc import Sequence

from moderation.screening.index import Index
from moderation.screening.phrases import Phrase
from moderation.screening.words import Sentence

NEARBY = 2
"""Sentences before and after that may complete a phrase of several parts."""


def spans(phrase: Phrase, every: Sequence[Sentence], place: int) -> list[tuple[int, int]]:
    """Where a phrase stands in a sentence, as numbers of words; what it wants beside that may stand up to `NEARBY` sentences away."""
    found = [match.span(match.lastindex or 0) for match in phrase.parts[0].finditer(every[place].letters)]
    if found and len(phrase.parts) > 1:
        return found if _completed(phrase, [sentence.letters for sentence in _around(every, place)]) else []
    return found


class Nearby:
    """A sentence and those around it, asked for many phrases that begin in it."""

    __slots__ = ("_around", "_words", "_words_around", "letters")

    def __init__(self, every: Sequence[Sentence], place: int) -> None:
        """`place`: which of every sentence of a text it is."""
        around = _around(every, place)
        self.letters = every[place].letters
        """The sentence's own."""
        self._words = set(every[place].words)
        self._around = [sentence.letters for sentence in around]
        self._words_around = {word for sentence in around for word in sentence.words}

    def told(self, phrases: Index, letters: str) -> set[int]:
        """The numbers of the rules of which a phrase begins in some letters of the sentence."""
        return {number for number, phrase in self._tried(phrases) if self._found(phrase, letters)}

    def places(self, phrases: Index) -> list[tuple[int, int]]:
        """Where some phrases begin in the sentence, each once."""
        return [found.span() for _, phrase in self._tried(phrases) if (found := self._found(phrase, self.letters))]

    def _tried(self, phrases: Index) -> list[tuple[int, Phrase]]:
        return phrases.worth_trying(self._words, phrases.around(self._words_around))

    def _found(self, phrase: Phrase, letters: str) -> re.Match[str] | None:
        found = phrase.parts[0].search(letters)
        return found if found is None or _completed(phrase, self._around) else None


def any_holds(phrases: Index, words: set[str], letters: str) -> bool:
    """Whether one of some phrases stands in a text with all its parts; `words` are the text's."""
    tried = phrases.worth_trying(words, phrases.around(words))
    return any(all(part.search(letters) for part in phrase.parts) for _, phrase in tried)


def _around(every: Sequence[Sentence], place: int) -> Sequence[Sentence]:
    return every[max(0, place - NEARBY) : place + NEARBY + 1]


def _completed(phrase: Phrase, around: Sequence[str]) -> bool:
    """Whether each further part of a phrase stands in one of some sentences' letters."""
    return all(any(part.search(letters) for letters in around) for part in phrase.parts[1:])
