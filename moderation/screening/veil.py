"""Method, instrument, amount, named place, a figure of body or food: hidden from peers, and only that; the feeling stays."""

from collections.abc import Iterator, Sequence

from moderation.screening.lexicon import Language, Veil
from moderation.screening.nearby import any_holds, spans
from moderation.screening.normal import Normal
from moderation.screening.words import Sentence

BESIDE = 1
"""Sentences before and after in which the feeling may be said."""


def veils(
    language: Language, normal: Normal, every: Sequence[Sentence], words: set[str] | None
) -> Iterator[tuple[int, int]]:
    """The spans of the original that peers should not read; they may overlap. `words`: of all sentences, if several."""
    for place, sentence in enumerate(every):
        said: dict[int, bool] = {}
        for number, phrase in language.veils_index.worth_trying(set(sentence.words), words):
            for start, end in spans(phrase, every, place):
                if number not in said:
                    said[number] = _hidden(language.veils[number], every, place)
                if said[number] and end > start:
                    yield normal.span(*sentence.span(start, end))


def joined(found: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans in order, those that touch or overlap as one."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if kept and start <= kept[-1][1]:
            kept[-1] = kept[-1][0], max(end, kept[-1][1])
        else:
            kept.append((start, end))
    return tuple(kept)


def _hidden(rule: Veil, every: Sequence[Sentence], place: int) -> bool:
    """Whether the sentence, or one beside it, is one of feeling or harm, and it is no ordinary matter."""
    if any_holds(rule.unless, set(every[place].words), every[place].text):
        return False
    around = every[max(0, place - BESIDE) : place + BESIDE + 1]
    words = {word for sentence in around for word in sentence.words}
    return any_holds(rule.needs, words, " ".join(sentence.text for sentence in around))
