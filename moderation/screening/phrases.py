"""The language phrases are written in, and what becomes of them: one bounded expression over a sentence's words.

A phrase is words with one space between them. `(a|b c)` is a choice, `<name>` a named set, `word?` or `(…)?` may be
missing, `(…)*` stands up to three times or not at all. `_` is any one word, `#` any number in digits, `*` up to three
words, `**` up to eight, `~` up to four of the same clause; `^` and `$` are the sentence's ends. `[…]` is what is pointed
at, otherwise all of it. `&` joins what must stand in the sentence with what must stand there or nearby, up to two
sentences away. Nothing repeats without a bound, so no text makes it slow.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).with_name("lexicon")

REPEATED = re.compile(r"\)\*(?!\*)")
PART = re.compile(r"[()\[\]|^$&?_~#@]|\*\*|\*|<[\w-]+>|[^\s()\[\]|<>*^$&?~#@]+")
WORD = r"[^ ]+ "
PLAIN = {
    "_": WORD,
    "#": r"\d[^ ]* ",
    "*": rf"(?:{WORD}){{0,3}}?",
    "**": rf"(?:{WORD}){{0,8}}?",
    "^": r"(?<=\A )",
    "$": r"(?=\Z)",
    "~": rf"(?:(?!(?:i|but|because|and) ){WORD}){{0,4}}?",
}
TIMES = {"?": "?", "@": "{0,3}"}
STEPS = (0.17, 0.05, 0.016, 0.006, 0.0025, 0.001)
"""The share of sentences that hold a word of each line of `common_words.txt`."""
RARE = 0.0002
_LINES = [
    line.split() for line in FOLDER.joinpath("common_words.txt").read_text("utf-8").splitlines() if line[0] != "#"
]
SHARE = {word: share for share, words in zip(STEPS, _LINES, strict=True) for word in words}
CHECKED = 8
"""Sets of words looked up before a phrase is searched for: most phrases end there."""


@dataclass(eq=False)
class Phrase:
    """One phrase. `anchors`: a sentence without any of these words cannot hold it."""

    source: str
    patterns: tuple[str, ...]
    """An expression for each part."""
    anchors: frozenset[str]
    needs: tuple[frozenset[str], ...]
    """More sets of words of which the sentence must hold one each."""
    nearby: tuple[frozenset[str], ...]
    """The same for what may stand nearby."""
    words: frozenset[str]
    """Every word it names."""

    @cached_property
    def parts(self) -> tuple[re.Pattern[str], ...]:
        """Its expressions, compiled when the phrase is first looked for: most never are, and all at once take seconds."""
        return tuple(re.compile(pattern) for pattern in self.patterns)


@dataclass(slots=True)
class _Made:
    pattern: str
    needs: list[frozenset[str]]
    """Sets of words of which one each must be there."""


class PhraseError(ValueError):
    """A phrase that cannot be read; the message names it."""


def compile_phrase(source: str, sets: Mapping[str, str], forms: Mapping[str, Sequence[str]]) -> Phrase:
    """A phrase ready to be looked for. Its words are spelled out as those of a text are. Raises `PhraseError`."""
    readers = [_Reader(part, source, forms) for part in expand(source, sets).split("&")]
    made = [reader.whole() for reader in readers]
    needs, nearby = sorted(made[0].needs, key=_cost), sorted((n for one in made[1:] for n in one.needs), key=_cost)
    if not needs:
        raise PhraseError(f"nothing in it must be there: {source}")
    patterns = tuple(f" {one.pattern}" for one in made)
    words = frozenset[str]().union(*(reader.words for reader in readers))
    return Phrase(source, patterns, needs[0], tuple(needs[1:CHECKED]), tuple(nearby[:CHECKED]), words)


def expand(source: str, sets: Mapping[str, str], depth: int = 0) -> str:
    """A phrase with its named sets written out. Raises `PhraseError` for a set there is not, or one inside itself."""
    if depth > 8:
        raise PhraseError(f"a set holds itself: {source}")

    def written(found: re.Match[str]) -> str:
        if found[1] not in sets:
            raise PhraseError(f"no set is called {found[1]}: {source}")
        return f"({expand(sets[found[1]], sets, depth + 1)})"

    return re.sub(r"<([\w-]+)>", written, source)


def _cost(anchors: frozenset[str]) -> float:
    """Roughly which share of sentences holds one of these words."""
    return sum(SHARE.get(word, RARE) for word in anchors)


class _Reader:
    """Reads one phrase from left to right."""

    def __init__(self, text: str, source: str, forms: Mapping[str, Sequence[str]]) -> None:
        self.parts = PART.findall(REPEATED.sub(")@", text))
        self.source = source
        self.forms = forms
        self.words = set[str]()
        self.at = 0

    def whole(self) -> _Made:
        made = self.choice()
        if self.at != len(self.parts):
            raise PhraseError(f"a bracket too many: {self.source}")
        return made

    def choice(self) -> _Made:
        made = [self.row()]
        while self.at < len(self.parts) and self.parts[self.at] == "|":
            self.at += 1
            made.append(self.row())
        made = [one for one in made if one.pattern] or made[:1]  # what is only filler is no choice
        if len(made) == 1:
            return made[0]
        pattern = "(?:" + "|".join(one.pattern for one in made) + ")"
        if not all(one.needs for one in made):
            return _Made(pattern, [])
        return _Made(pattern, [frozenset[str]().union(*(min(one.needs, key=_cost) for one in made))])

    def row(self) -> _Made:
        pattern, needs = "", list[frozenset[str]]()
        while self.at < len(self.parts) and self.parts[self.at] not in ("|", ")", "]"):
            made = self.one()
            if self.at < len(self.parts) and self.parts[self.at] in TIMES:
                made = _Made(f"(?:{made.pattern}){TIMES[self.parts[self.at]]}" if made.pattern else "", [])
                self.at += 1
            pattern += made.pattern
            needs += made.needs
        return _Made(pattern, needs)

    def one(self) -> _Made:
        part = self.parts[self.at]
        self.at += 1
        if part in "([":
            made = self.choice()
            if self.at >= len(self.parts):
                raise PhraseError(f"a bracket is not closed: {self.source}")
            self.at += 1
            kept = "(" if part == "[" else "(?:"
            return _Made(f"{kept}{made.pattern})" if made.pattern else "", made.needs)
        if part in PLAIN:
            return _Made(PLAIN[part], [])
        plain = self.forms.get(part, (part,))
        self.words.update(plain)
        return _Made("".join(f"{re.escape(word)} " for word in plain), [frozenset({word}) for word in plain])
