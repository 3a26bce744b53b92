"""A text as sentences of plain words: texting forms spelled out, contractions opened, filler left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from moderation.screening.normal import Normal

TOKEN = re.compile(
    r"""\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)*|[,:()"\u2014\u2013]|\ -+\ |\.{2,}|[.!?\n;]+(?![^\W_])|[!?\n;]""",
    re.VERBOSE,
)
"""A word, a pause, or the end of a sentence. A full stop between letters is neither."""
PAUSE = frozenset(',:()"\u2014\u2013 ')
LONGEST_SENTENCE = 120
"""Words. A longer run without an end is cut there, so that no sentence costs more than its share."""


@dataclass(slots=True)
class Sentence:
    """A sentence's words, with the number of the token of the text each came from."""

    words: list[str] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    """Before which words a comma or the like stands."""
    end: str = ""
    """The mark it ends with, `?` or `!` among them."""
    light: bool = False
    """It laughs: `lol`, `haha`."""
    text: str = ""
    """Every word with a space before and after it."""
    whole: str = ""
    """The normalised text it is a part of."""

    def place(self, position: int) -> int:
        """The number of the word that begins at `position` of `text`."""
        return self.text.count(" ", 0, position) - 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of `text`, from a word's beginning to the space after another, in the normalised text."""
        first, last = self.tokens[self.place(start)], self.tokens[max(self.place(end) - 1, self.place(start))]
        # Asked for only where something was found: to remember every token's place would cost every text.
        places = [found.span() for found in islice(TOKEN.finditer(self.whole), last + 1)]
        return places[first][0], places[last][1]

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
    words, tokens, breaks, light = list[str](), list[int](), set[int](), False
    for number, token in enumerate(TOKEN.findall(normal.text)):
        first = token[0]
        if first.isalnum():
            plain = forms.get(token)
            if plain is None:
                words.append(token)
                tokens.append(number)
            else:
                words += plain
                tokens += [number] * len(plain)
                light = light or token in laughs
            if len(words) < LONGEST_SENTENCE:
                continue
        elif first in PAUSE or (first == "." and len(token) > 1 and not token.strip(".")):
            breaks.add(len(words))
            continue
        if words:
            yield Sentence(words, tokens, breaks, "?" if "?" in token else first, light, whole=normal.text)
            words, tokens, breaks, light = [], [], set(), False
    if words:
        yield Sentence(words, tokens, breaks, "", light, whole=normal.text)


def _joined(first: Sentence, second: Sentence) -> Sentence:
    first.words += second.words
    first.tokens += second.tokens
    return first


def _done(sentence: Sentence) -> Sentence:
    sentence.text = f" {' '.join(sentence.words)} "
    return sentence
