"""Whose words, and when: what stands around a match decides whether it alerts. The finding itself is always kept.

A language's scopes are in its `scope.toml`. Each has phrases that count just before a match in its clause (`before`),
just after it (`after`), anywhere in the sentence (`near`), or in the sentence after it where it is a question
(`answered`); `unless` phrases anywhere take the scope away again. What stands behind `&` in a phrase may stand nearby.
"""

from collections.abc import Mapping, Sequence

from moderation.screening.index import Index
from moderation.screening.nearby import Nearby
from moderation.screening.phrases import Phrase
from moderation.screening.words import Sentence

NOW = "now"
IDIOM = "idiom"
"""A manner of speaking; each concept knows its own."""
PLACES = ("before", "after", "near", "answered", "unless")


class Scopes:
    """A language's scopes, in the order in which they are asked."""

    __slots__ = ("_indexes", "idiom", "names")

    def __init__(self, rows: Mapping[str, Mapping[str, tuple[Phrase, ...]]]) -> None:
        """`rows`: for each scope its phrases by place."""
        self.names = tuple(rows)
        self.idiom = self.names.index(IDIOM) if IDIOM in rows else -1
        self._indexes = {place: Index(row.get(place, ()) for row in rows.values()) for place in PLACES}

    def told(self, place: str, nearby: Nearby, letters: str) -> set[int]:
        """The scopes that some letters of a sentence speak for at a place, by number."""
        return nearby.told(self._indexes[place], letters)


class Around:
    """What stands in one sentence, asked once for all matches in it."""

    __slots__ = ("_answer", "_here", "_near", "_scopes", "_sentence", "_unless")

    def __init__(self, scopes: Scopes, every: Sequence[Sentence], place: int) -> None:
        """Nothing is looked for until a match asks. `place`: which of every sentence of a text it is."""
        self._scopes, self._sentence, self._here = scopes, every[place], Nearby(every, place)
        asked = self._sentence.end == "?" and place + 1 < len(every)
        self._answer = Nearby(every, place + 1) if asked else None
        self._near: set[int] | None = None
        self._unless = set[int]()

    def scope_of(self, start: int, end: int, ignores: frozenset[str], idioms: Index) -> str:
        """`now`, or why a match between two of the sentence's words does not alert by itself."""
        letters, scopes, here = self._sentence.letters, self._scopes, self._here
        spoken = here.places(idioms)
        if any(first < end and start < last for first, last in spoken):
            return IDIOM
        if self._near is None:
            self._unless = scopes.told("unless", here, letters)
            self._near = scopes.told("near", here, letters)
            if self._answer is not None:
                self._near |= scopes.told("answered", self._answer, self._answer.letters)
        if spoken and scopes.idiom not in self._unless:
            return IDIOM
        clause = letters[self._sentence.clause(start) : start]
        said = self._near | scopes.told("before", here, clause) | scopes.told("after", here, letters[end:])
        for number in sorted(said - self._unless):
            if scopes.names[number] not in ignores:
                return scopes.names[number]
        return NOW
