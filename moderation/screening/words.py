"""A text as sentences of plain words: texting forms spelled out, contractions opened, filler left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from moderation.screening.normal import Normal

TOKEN = re.compile(
    r"""([,:()"\u2014\u2013]|\ -+\ |\.{2,}|\.(?=[^\W_]))|\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)*|[.!?\n;]+""", re.VERBOSE
)
"""A pause (group 1), a word, or the end of a sentence."""
LONGEST_SENTENCE = 120
"""Words. A longer run without an end is cut there, so that no sentence costs more than its share."""


@dataclass(slots=True)
class Sentence:
    """A sentence's words, with what each was in the normalised text."""

    words: list[str] = field(default_factory=list)
    places: list[re.Match[str]] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    """Before which words a comma or the like stands."""
    end: str = ""
    """The mark it ends with, `?` or `!` among them."""
    light: bool = False
    """It laughs: `lol`, `haha`."""
    text: str = ""
    """Every word with a space before and after it."""

    def place(self, position: int) -> int:
        """The number of the word that begins at `position` of `text`."""
        return self.text.count(" ", 0, position) - 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of `text`, from a word's beginning to the space after another, in the normalised text."""
        last = max(self.place(end) - 1, self.place(start))
        return self.places[self.place(start)].start(), self.places[last].end()

    def marked(self) -> str:
        """`text` with a comma for the space wherever the writer paused; the same length."""
        if not self.breaks:
            return self.text
        parts = [("," if number in self.breaks else " ") + word for number, word in enumerate(self.words)]
        return "".join(parts) + " "


def sentences(normal: Normal, forms: Mapping[str, Sequence[str]], laughs: frozenset[str]) -> Iterator[Sentence]:
    """The sentences of a text. Several of one word each in a row ("i. want. to.") are read as one."""
    held: Sentence | None = None
    for sentence in _cut(normal, forms, laughs):
        if len(sentence.words) == 1 and sentence.end in (".", "\n", ""):
            held = sentence if held is None else _joined(held, sentence)
            continue
        if held is not None:
            yield _done(held)
            held = None
        yield _done(sentence)
    if held is not None:
        yield _done(held)


def _cut(normal: Normal, forms: Mapping[str, Sequence[str]], laughs: frozenset[str]) -> Iterator[Sentence]:
    now = Sentence()
    for found in TOKEN.finditer(normal.text):
        if found.lastindex:
            now.breaks.add(len(now.words))
            continue
        word = found.group()
        if word[0].isalnum():
            plain = forms.get(word)
            if plain is None:
                now.words.append(word)
                now.places.append(found)
            else:
                now.words.extend(plain)
                now.places.extend([found] * len(plain))
                now.light = now.light or word in laughs
            if len(now.words) < LONGEST_SENTENCE:
                continue
        if now.words:
            now.end = "?" if "?" in word else word[0]
            yield now
            now = Sentence()
    if now.words:
        yield now


def _joined(first: Sentence, second: Sentence) -> Sentence:
    first.words += second.words
    first.places += second.places
    return first


def _done(sentence: Sentence) -> Sentence:
    sentence.text = f" {' '.join(sentence.words)} "
    return sentence
