"""Method, instrument, amount, named place, a figure of body or food: hidden from peers, and only that; the feeling stays."""

from collections.abc import Iterable, Iterator, Sequence

from moderation.screening.alphabet import SENTENCE_END
from moderation.screening.lexicon import Language, Veil
from moderation.screening.nearby import any_holds, spans
from moderation.screening.normal import Normal
from moderation.screening.phrases import Phrase
from moderation.screening.words import Sentence

BESIDE = 1
"""Sentences before and after in which the feeling may be said."""


def veils(
    language: Language, normal: Normal, tried: Iterable[tuple[int, Phrase]], every: Sequence[Sentence], place: int
) -> Iterator[tuple[int, int]]:
    """The spans of the original that peers should not read in one sentence; they may overlap.

    `tried`: phrases that may stand there, with their veil's number.
    """
    said: dict[int, bool] = {}
    for number, phrase in tried:
        for start, end in spans(phrase, every, place):
            if number not in said:
                said[number] = _hidden(language.veils[number], every, place)
            if said[number] and end > start:
                yield normal.span(*every[place].span(start, end))


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
    if any_holds(rule.unless, set(every[place].words), every[place].letters):
        return False
    around = every[max(0, place - BESIDE) : place + BESIDE + 1]
    words = {word for sentence in around for word in sentence.words}
    return any_holds(rule.needs, words, SENTENCE_END.join(sentence.letters for sentence in around))
