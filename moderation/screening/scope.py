"""Whose words, and when: what stands around a match decides whether it alerts. The finding itself is always kept.

A language's scopes are in its `scope.toml`. Each has phrases that count just before a match in its clause (`before`),
just after it (`after`), or anywhere in the sentence (`near`); `unless` phrases anywhere take the scope away again.
"""

from collections.abc import Mapping

from moderation.screening.nearby import holds
from moderation.screening.phrases import Phrase
from moderation.screening.words import Sentence

NOW = "now"
Scopes = Mapping[str, Mapping[str, tuple[Phrase, ...]]]


def scope_of(scopes: Scopes, sentence: Sentence, start: int, end: int, ignores: frozenset[str]) -> str:
    """`now`, or why a match between two places of the sentence's text does not alert by itself."""
    clause: str | None = None
    rest = ""
    for scope, places in scopes.items():
        if scope in ignores:
            continue
        if clause is None:
            marked = sentence.marked()
            clause = " " + marked[:start].rpartition(",")[2].lstrip()
            rest = " " + sentence.text[end:]
        if (
            _any(places.get("near"), sentence.text)
            or _any(places.get("before"), clause)
            or _any(places.get("after"), rest)
        ) and not _any(places.get("unless"), sentence.text):
            return scope
    return NOW


def _any(phrases: tuple[Phrase, ...] | None, text: str) -> bool:
    return phrases is not None and any(holds(phrase, text) for phrase in phrases)
