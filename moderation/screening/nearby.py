"""Finding a phrase in a sentence and in those around it."""

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
        around = [sentence.letters for sentence in every[max(0, place - NEARBY) : place + NEARBY + 1]]
        if not all(any(part.search(letters) for letters in around) for part in phrase.parts[1:]):
            return []
    return found


def holds(phrase: Phrase, letters: str) -> bool:
    """Whether a phrase stands in one text with all its parts."""
    return all(part.search(letters) for part in phrase.parts)


def any_holds(phrases: Index, words: set[str], letters: str) -> bool:
    """Whether one of some phrases stands in a text; `words` are the text's."""
    return any(holds(phrase, letters) for _, phrase in phrases.worth_trying(words))


def places(phrases: Index, words: set[str], letters: str) -> list[tuple[int, int]]:
    """Where some phrases stand in a text, each once."""
    return [
        found[0].span()
        for _, phrase in phrases.worth_trying(words)
        if all(found := [part.search(letters) for part in phrase.parts]) and found[0]
    ]
