"""Finding a phrase in a sentence and in those around it."""

from collections.abc import Sequence

from moderation.screening.index import Index
from moderation.screening.phrases import Phrase
from moderation.screening.words import Sentence

NEARBY = 2
"""Sentences before and after that may complete a phrase of several parts."""


def spans(phrase: Phrase, every: Sequence[Sentence], place: int) -> list[tuple[int, int]]:
    """Where a phrase stands in a sentence; what it wants beside that may stand up to `NEARBY` sentences away."""
    first = phrase.parts[0]
    found = []
    for match in first.finditer(every[place].text):
        start, end = match.span(first.groups)
        found.append(
            (start if first.groups else start + 1, end)
        )  # a phrase begins with the space before its first word
    if found and len(phrase.parts) > 1:
        around = [sentence.text for sentence in every[max(0, place - NEARBY) : place + NEARBY + 1]]
        if not all(any(part.search(text) for text in around) for part in phrase.parts[1:]):
            return []
    return found


def holds(phrase: Phrase, text: str) -> bool:
    """Whether a phrase stands in one text with all its parts."""
    return all(part.search(text) for part in phrase.parts)


def any_holds(phrases: Index, words: set[str], text: str) -> bool:
    """Whether one of some phrases stands in a text; `words` are the text's."""
    return any(holds(phrase, text) for _, phrase in phrases.worth_trying(words))
