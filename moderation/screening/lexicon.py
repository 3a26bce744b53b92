"""The phrase list as compiled rules. The list itself is `phrases.toml`, which people read and edit."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PHRASES = Path(__file__).with_name("phrases.toml")
GAP = r"(?:[^\s.!?]+ ){0,3}?"
"""What `*` in a phrase stands for: up to three words of the same sentence."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing the screen looks for, with its reasons and its examples."""

    name: str
    version: int
    lane: str
    severity: str
    why: str
    patterns: tuple[tuple[frozenset[str] | None, re.Pattern[str]], ...]
    """Each phrase, and the words it can begin with (None: any)."""
    exempt: re.Pattern[str] | None
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@lru_cache(maxsize=1)
def concepts() -> tuple[Concept, ...]:
    """Every concept of the list, gravest first as it stands there. Raises on a list that cannot be read."""
    rows = tomllib.loads(PHRASES.read_text())["concept"]
    return tuple(
        Concept(
            name=row["name"],
            version=row["version"],
            lane=row["lane"],
            severity=row["severity"],
            why=row["why"],
            patterns=tuple((_begins(phrase), _compile([phrase])) for phrase in row["patterns"]),
            exempt=_compile(row["except"]) if "except" in row else None,
            fires=tuple(row["fires"]),
            silent=tuple(row["silent"]),
        )
        for row in rows
    )


@lru_cache(maxsize=1)
def by_word() -> dict[str, tuple[tuple[int, Concept, re.Pattern[str]], ...]]:
    """Every phrase under each word it can begin with, and under `""` those that can begin with any; in the list's order.

    A sentence holds few words that a phrase begins with, so few phrases need to be tried.
    """
    found: dict[str, list[tuple[int, Concept, re.Pattern[str]]]] = {"": []}
    words = {word for concept in concepts() for begins, _ in concept.patterns for word in begins or ()}
    for number, concept in enumerate(concepts()):
        for begins, pattern in concept.patterns:
            for word in ("", *words) if begins is None else begins:
                found.setdefault(word, []).append((number, concept, pattern))
    return {word: tuple(entries) for word, entries in found.items()}


def _begins(phrase: str) -> frozenset[str] | None:
    """The words (runs of letters, digits and underscores) a phrase can begin with; None where that cannot be said."""
    starts, rest = [phrase], " "
    if phrase.startswith("("):
        inner, _, rest = phrase[1:].partition(")")
        starts = inner.split("|")
        if "(" in inner or not (rest.startswith(" ") or rest == ""):
            return None
    words = set()
    for start in starts:
        word = re.match(r"\w+(?=$|[ '])", start)
        if word is None:
            return None
        words.add(word.group())
    return frozenset(words)


def _compile(phrases: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){_phrase(phrase)}(?!\w)" for phrase in phrases))


def _phrase(phrase: str) -> str:
    """A phrase of the list as a regular expression: every part bounded, so that no text makes it slow."""
    phrase = re.sub(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", lambda found: f"(?:{found[1]})", phrase)
    phrase = phrase.replace("(?:(?:", "(?:(?:").replace(" * ", f" {GAP}").removesuffix(" *")
    return phrase.replace(")* ", "){0,4} ").replace(")*(", "){0,4}(")
