"""A text as sentences of plain words: texting forms spelled out, contractions opened, filler left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from moderation.screening.alphabet import Alphabet
from moderation.screening.normal import Normal

_SIGNS = r"""LETTERWORD*(?:'WORD+)*|\d+(?:[.,]\d+)+|WORD+(?:'WORD+)*|[,:()"\u2014\u2013]|\ -+\ |\.{2,}|[.!?\n;]+(?!WORD)|[!?\n;]"""
TOKEN = re.compile(_SIGNS.replace("LETTER", r"[^\W\d_]").replace("WORD", r"[^\W_]"))
"""A word, a pause, or the end of a sentence. A full stop between letters is neither."""
PLAIN_TOKEN = re.compile(_SIGNS.replace("LETTER", "[a-z]").replace("WORD", "[a-z0-9]"))
"""The same for a text of plain letters, which is quicker to look for."""
PAUSE = frozenset(',:()"\u2014\u2013 ')
LINE_END = "\n"
FIGURES = ("2", "4")
"""What they stand for depends on the next word: `want 2 die`, `took 2 pills`."""
SHORT_LINE = 4
"""Words. A shorter line goes on in the next one."""
LONGEST_SENTENCE = 120
"""Words. A longer run without an end is cut there, so that no sentence costs more than its share."""


class Tokens:
    """The tokens of a text; their places are found when somebody asks, since most texts hold nothing."""

    __slots__ = ("_places", "_text", "_token", "every", "words")

    def __init__(self, normal: Normal) -> None:
        """Read it."""
        self._text = normal.text
        self._token = PLAIN_TOKEN if normal.text.isascii() else TOKEN
        self.every: list[str] = self._token.findall(normal.text)
        self.words = frozenset(self.every)
        """All there are, marks among them."""
        self._places: list[tuple[int, int]] | None = None

    @property
    def places(self) -> list[tuple[int, int]]:
        """Where each begins and ends."""
        if self._places is None:
            self._places = [found.span() for found in self._token.finditer(self._text)]
        return self._places


@dataclass(slots=True)
class Sentence:
    """A sentence's words, with the number of the token of the text each came from."""

    words: list[str]
    tokens: list[int]
    breaks: set[int]
    """Before which words a comma or the like stands."""
    end: str
    """The mark it ends with, `?` or `!` among them; empty where the text ends without one."""
    whole: Tokens
    """Those of the text it is a part of."""
    alphabet: Alphabet
    _letters: str = ""

    @property
    def letters(self) -> str:
        """A letter for each word, spelled when somebody asks: in most sentences there is nothing to look for."""
        if not self._letters:
            self._letters = self.alphabet.spelled(self.words)
        return self._letters

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Words from one number up to another, in the normalised text."""
        first, last = self.tokens[start], self.tokens[max(end - 1, start)]
        return self.whole.places[first][0], self.whole.places[last][1]

    def clause(self, start: int) -> int:
        """The number of the word after the writer's last pause before a word, or the word itself."""
        return max((number for number in self.breaks if number <= start), default=0)


def sentences(whole: Tokens, forms: Mapping[str, Sequence[str]], alphabet: Alphabet) -> Iterator[Sentence]:
    """The sentences of a text. Several of one word each in a row ("i. want. to.") are read as one."""
    held: Sentence | None = None
    for sentence in _cut(whole, forms, alphabet):
        if len(sentence.words) == 1 and sentence.end in (".", "\n", ""):
            held = sentence if held is None else _joined(held, sentence)
            continue
        if held is not None:
            yield held
            held = None
        yield sentence
    if held is not None:
        yield held


def _cut(whole: Tokens, forms: Mapping[str, Sequence[str]], alphabet: Alphabet) -> Iterator[Sentence]:
    words, tokens, breaks, line = list[str](), list[int](), set[int](), 0
    for number, token in enumerate(whole.every):
        first = token[0]
        if first.isalnum():
            plain = forms.get(token)
            if plain is None and token in FIGURES and number + 1 < len(whole.every):
                plain = forms.get(f"{token} {whole.every[number + 1]}")
            if plain is None:
                words.append(token)
                tokens.append(number)
            else:
                words += plain
                tokens += [number] * len(plain)
            if len(words) < LONGEST_SENTENCE:
                continue
        elif (
            first in PAUSE
            or (first == "." and len(token) > 1 and not token.strip("."))
            or (first == LINE_END and len(words) - line < SHORT_LINE)
        ):
            line = len(words) if first == LINE_END else line
            breaks.add(len(words))
            continue
        if words:
            yield Sentence(words, tokens, breaks, "?" if "?" in token else first, whole, alphabet)
            words, tokens, breaks, line = [], [], set(), 0
    if words:
        yield Sentence(words, tokens, breaks, "", whole, alphabet)


def _joined(first: Sentence, second: Sentence) -> Sentence:
    first.words += second.words
    first.tokens += second.tokens
    return first
