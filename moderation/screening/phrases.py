"""The language phrases are written in, and what becomes of them: one bounded expression over a sentence's letters.

A phrase is words with one space between them. `(a|b c)` is a choice, `<name>` a named set, `word?` or `(…)?` may be
missing, `(…)*` stands up to three times or not at all. `_` is any one word, `#` any number in digits, `*` up to three
words, `**` up to eight, `~` up to four of the same clause; `^` and `$` are the sentence's ends. `[…]` is what is pointed
at, otherwise all of it. `&` joins what must stand in the sentence with what must stand there or nearby, up to two
sentences away. Filler ("just", "maybe") is read in no text, so no phrase may name it. Nothing repeats without a bound, so
no text makes it slow.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from moderation.screening.alphabet import NUMBERS, SENTENCE_END, Alphabet, one_of

FOLDER = Path(__file__).with_name("lexicon")

REPEATED = re.compile(r"([)>])\*(?!\*)")
PART = re.compile(r"[()\[\]|^$&?_~#@]|\*\*|\*|<[\w-]+>|[^\s()\[\]|<>*^$&?~#@]+")
CLAUSE_WORDS = ("i", "but", "because", "and")
"""What begins another clause."""
PLAIN = {"_": ".", "#": NUMBERS, "*": ".{0,3}?", "**": ".{0,8}?", "^": r"\A", "$": r"\Z"}
TIMES = {"?": "?", "@": "{0,3}"}
STEPS = (0.17, 0.05, 0.016, 0.006, 0.0025, 0.001)
"""The share of sentences that hold a word of each line of `common_words.txt`."""
RARE = 0.0002
_LINES = [
    line.split() for line in FOLDER.joinpath("common_words.txt").read_text("utf-8").splitlines() if line[0] != "#"
]
SHARE = {word: share for share, words in zip(STEPS, _LINES, strict=True) for word in words}
ASKED = 3
"""Sets of words that are looked up before a phrase is searched for: few phrases are left after that."""


@dataclass(eq=False)
class Phrase:
    """One phrase."""

    source: str
    patterns: tuple[str, ...]
    """An expression for each part."""
    needs: tuple[frozenset[str], ...]
    """Sets of words, the rarest first, of which the sentence must hold one each."""
    nearby: frozenset[str]
    """Words of which one must stand nearby, if there are any."""

    @cached_property
    def parts(self) -> tuple[re.Pattern[str], ...]:
        """Its expressions, compiled when the phrase is first looked for: most never are, and all at once take seconds."""
        return tuple(re.compile(pattern) for pattern in self.patterns)

    @cached_property
    def begins(self) -> Callable[[str], re.Match[str] | None]:
        """Finds its first part in some letters."""
        return self.parts[0].search


@dataclass(frozen=True, slots=True)
class _Made:
    pattern: str
    needs: tuple[frozenset[str], ...]
    """Sets of words of which one each must be there."""
    plain: tuple[str, ...] | None = None
    """The letters it may read, where it is nothing but words; else `None`."""


NOTHING = _Made("", (), ("",))


class PhraseError(ValueError):
    """A phrase that cannot be read; the message names it."""


class Sets:
    """Named sets of phrases, each read once however many phrases name it."""

    def __init__(self, sets: Mapping[str, str], forms: Mapping[str, Sequence[str]], alphabet: Alphabet) -> None:
        """`forms`: what words stand for; a phrase's words are spelled out as those of a text are."""
        self.forms = forms
        self.alphabet = alphabet
        self._sets = sets
        self._made: dict[str, _Made | None] = {}

    def and_also(self, sets: Mapping[str, str]) -> "Sets":
        """These sets and some more; of two with one name the later one counts."""
        return Sets({**self._sets, **sets}, self.forms, self.alphabet)

    def made(self, name: str, source: str) -> _Made:
        """What a set stands for. Raises `PhraseError` for a set there is not, or one inside itself."""
        if name not in self._made:
            if name not in self._sets:
                raise PhraseError(f"no set is called {name}: {source}")
            if "&" in self._sets[name]:
                raise PhraseError(f"a set is one part of a phrase: {name}")
            self._made[name] = None
            self._made[name] = _Reader(self._sets[name], source, self).whole()
        made = self._made[name]
        if made is None:
            raise PhraseError(f"a set holds itself: {source}")
        return made


def compile_phrase(source: str, sets: Sets) -> Phrase:
    """A phrase ready to be looked for. Raises `PhraseError`."""
    parts = source.split("&")
    made = [_Reader(part, source, sets).whole(alone=len(parts) == 1) for part in parts]
    needs = sorted(made[0].needs, key=_cost)
    nearby = min((needs for one in made[1:] for needs in one.needs), key=_cost, default=frozenset[str]())
    if not needs:
        raise PhraseError(f"nothing in it must be there: {source}")
    patterns = tuple(one.pattern for one in made)
    return Phrase(source, patterns, tuple(needs[:ASKED]), nearby)


def _cost(anchors: frozenset[str]) -> float:
    """Roughly which share of sentences holds one of these words."""
    return sum(SHARE.get(word, RARE) for word in anchors)


class _Reader:
    """Reads one phrase from left to right."""

    def __init__(self, text: str, source: str, sets: Sets) -> None:
        self.parts = PART.findall(REPEATED.sub(r"\1@", text))
        self.source = source
        self.sets = sets
        self.at = 0

    def whole(self, *, alone: bool = True) -> _Made:
        made = self.choice() if alone else self.row()
        if not alone and "|" in self.parts[self.at : self.at + 1]:
            raise PhraseError(f"a choice beside & stands in brackets: {self.source}")
        if self.at != len(self.parts):
            raise PhraseError(f"a bracket too many: {self.source}")
        return made

    def choice(self) -> _Made:
        made = [self.row()]
        while self.at < len(self.parts) and self.parts[self.at] == "|":
            self.at += 1
            made.append(self.row())
        made = [one for one in made if one.pattern] or made[:1]  # nothing is no choice
        if len(made) == 1:
            return made[0]
        texts = {text for one in made for text in one.plain or ()}
        others = [one.pattern for one in made if one.plain is None]
        needs: tuple[frozenset[str], ...] = ()
        if all(one.needs for one in made):
            needs = (frozenset[str]().union(*(min(one.needs, key=_cost) for one in made)),)
        return _Made(one_of(texts, others), needs, None if others else tuple(texts))

    def row(self) -> _Made:
        row = []
        while self.at < len(self.parts) and self.parts[self.at] not in ("|", ")", "]"):
            made = self.one()
            if self.at < len(self.parts) and self.parts[self.at] in TIMES:
                if made.pattern:
                    made = _Made(f"(?:{made.pattern}){TIMES[self.parts[self.at]]}", ())
                self.at += 1
            if made.pattern:
                row.append(made)
        if len(row) < 2:
            return row[0] if row else NOTHING
        return _Made(
            "".join(made.pattern for made in row),
            tuple(needs for made in row for needs in made.needs),
            _joined(row),
        )

    def one(self) -> _Made:
        part = self.parts[self.at]
        self.at += 1
        if part in "([":
            made = self.choice()
            if self.at >= len(self.parts):
                raise PhraseError(f"a bracket is not closed: {self.source}")
            self.at += 1
            return _Made(f"({made.pattern})", made.needs) if part == "[" and made.pattern else made
        if part in PLAIN:
            return _Made(PLAIN[part], ())
        if part[0] == "<":
            return self.sets.made(part[1:-1], self.source)
        alphabet, words = self.sets.alphabet, self.sets.forms.get(part, (part,))
        if not words:
            raise PhraseError(f"{part} is filler and read in no text: {self.source}")
        if part == "~":
            others = "".join(map(alphabet.letter, CLAUSE_WORDS))
            return _Made(f"[^{others}{SENTENCE_END}]{{0,4}}?", ())
        text = "".join(map(alphabet.letter, words))
        return _Made(text, tuple(frozenset({word}) for word in words), (text,))


def _joined(row: Sequence[_Made]) -> tuple[str, ...] | None:
    """What a row of single words reads; `None` where anything in it is more."""
    texts = [made.plain[0] for made in row if made.plain is not None and len(made.plain) == 1]
    return ("".join(texts),) if len(texts) == len(row) else None
