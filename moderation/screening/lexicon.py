"""The lexicon as compiled rules. The lexicon itself is the folder `lexicon`: TOML that people read and edit."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moderation.screening.alphabet import Alphabet
from moderation.screening.index import Index
from moderation.screening.phrases import FOLDER, Phrase, PhraseError, Sets, compile_phrase
from moderation.screening.scope import Scopes
from moderation.screening.typos import near, swapped

CHECKED = ("name", "version", "lane", "severity", "source", "why", "patterns", "fires", "silent")


@dataclass(frozen=True, slots=True)
class Wording:
    """Phrases of a concept that the same company quiets."""

    phrases: tuple[Phrase, ...]
    ignores: frozenset[str]
    """Scopes that do not lower them."""
    idioms: Index
    """Where one of these stands in the sentence too, it is a manner of speaking."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing the screen looks for, in one language, with its reasons and its examples."""

    rule: str
    category: str
    version: int
    lane: str
    severity: str
    source: str
    why: str
    track: str
    """`duty to warn` or `mandated report`, for what a clinician has to decide on beside care; else empty."""
    wordings: tuple[Wording, ...]
    """How it is said, and where it can be said outright, how that is."""
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Veil:
    """One kind of detail peers do not read, and the company in which it is hidden."""

    kind: str
    why: str
    phrases: tuple[Phrase, ...]
    needs: Index
    """One of these must stand in the sentence or beside it."""
    unless: Index


@dataclass(frozen=True, slots=True)
class Language:
    """Everything known of one language."""

    code: str
    forms: Mapping[str, tuple[str, ...]]
    masked: tuple[str, ...]
    """Grave words that people write in disguise."""
    common: tuple[str, ...]
    """Words met so often that letters without spaces are rather read as these."""
    grave: frozenset[str]
    """Words of which a sentence holds one if it is read in a hurry."""
    alphabet: Alphabet
    scopes: Scopes
    concepts: tuple[Concept, ...]
    said: tuple[tuple[Concept, Wording], ...]
    """Each wording with its concept; the index numbers them in this order."""
    index: Index
    """The phrases of wordings, and after them those of veils."""
    veils: tuple[Veil, ...]
    triggers: frozenset[str]
    """Words as they are written; a text without any of them holds nothing of this language."""

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Every phrase of its concepts and veils."""
        rules = [wording.phrases for _, wording in self.said] + [one.phrases for one in self.veils]
        return tuple(phrase for phrases in rules for phrase in phrases)


@lru_cache(maxsize=1)
def languages() -> tuple[Language, ...]:
    """Every language of the lexicon, English first. Raises on a file that cannot be read."""
    return tuple(_language(code) for code in sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()))


def concepts() -> tuple[Concept, ...]:
    """Every concept of every language."""
    return tuple(concept for language in languages() for concept in language.concepts)


def _language(code: str) -> Language:
    files = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((FOLDER / code).glob("*.toml"))}
    sets: dict[str, str] = files.pop("sets")["sets"]
    spelled = files.pop("forms")
    scopes = files.pop("scope")
    details = files.pop("veil", {"veil": []})
    forms = _forms(spelled)
    alphabet = Alphabet()
    common = Sets(sets, forms, alphabet)
    made = tuple(concept for file in files.values() for concept in _concepts(file, code, _sets_of(file, common)))
    veils = _veils(details, _sets_of(details, common))
    known = Scopes({name: {at: _phrases(rows, common) for at, rows in row.items()} for name, row in scopes.items()})
    said = tuple((concept, wording) for concept in made for wording in concept.wordings)
    index = Index([wording.phrases for _, wording in said] + [one.phrases for one in veils])
    every_form = _slips(spelled, alphabet.words) | forms
    return Language(
        code=code,
        forms=every_form,
        masked=tuple(spelled.get("masked", ())),
        common=tuple(spelled.get("common", ())),
        grave=frozenset(spelled["masked"]) | frozenset(spelled["grave"]),
        alphabet=alphabet,
        scopes=known,
        concepts=made,
        said=said,
        index=index,
        veils=veils,
        triggers=index.anchors | {form for form, plain in every_form.items() if not index.anchors.isdisjoint(plain)},
    )


def _sets_of(file: Mapping[str, Any], common: Sets) -> Sets:
    return common.and_also(file["sets"]) if "sets" in file else common


def _concepts(file: Mapping[str, Any], code: str, sets: Sets) -> Iterator[Concept]:
    return (_concept(row, code, sets) for row in file["concept"])


def _concept(row: Mapping[str, Any], code: str, sets: Sets) -> Concept:
    missing = [name for name in CHECKED if name not in row]
    if missing:
        raise PhraseError(f"{row.get('name')} ({code}) says nothing about {', '.join(missing)}")
    return Concept(
        rule=row["name"] if code == "en" else f"{row['name']} ({code})",
        category=row["name"],
        version=row["version"],
        lane=row["lane"],
        severity=row["severity"],
        source=row["source"],
        why=row["why"],
        track=row.get("track", ""),
        wordings=tuple(_wording(one, sets) for one in (row, row.get("outright")) if one),
        fires=tuple(row["fires"]),
        silent=tuple(row["silent"]),
    )


def _wording(row: Mapping[str, Any], sets: Sets) -> Wording:
    return Wording(
        phrases=_phrases(row["patterns"], sets),
        ignores=frozenset(row.get("ignores", ())),
        idioms=Index([_phrases(row.get("idioms", ()), sets)]),
    )


def _phrases(rows: Iterable[str], sets: Sets) -> tuple[Phrase, ...]:
    return tuple(compile_phrase(row, sets) for row in rows)


def _veils(details: Mapping[str, Any], sets: Sets) -> tuple[Veil, ...]:
    return tuple(
        Veil(
            kind=row["kind"],
            why=row["why"],
            phrases=_phrases(row["patterns"], sets),
            needs=Index([_phrases(row["needs"], sets)]),
            unless=Index([_phrases(row["unless"], sets)]),
        )
        for row in details["veil"]
    )


def _forms(spelled: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """How a word is written in a chat -> the words it stands for."""
    filler = frozenset(spelled.get("filler", ()))
    found: dict[str, tuple[str, ...]] = dict.fromkeys(filler, ())
    for rows in spelled["forms"].values():
        for row in rows:
            form, _, plain = (part.strip() for part in row.partition("="))
            found[form] = tuple(word for word in plain.split() if word not in filler)
    return found


def _slips(spelled: Mapping[str, Any], vocabulary: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Slips of the finger -> the word that was meant, unless the slip is a word of a phrase."""
    found: dict[str, tuple[str, ...]] = {}
    for term in spelled.get("typos", ()):
        for wrong in near(term):
            if wrong not in vocabulary:
                found.setdefault(wrong, (term,))
    for term in spelled.get("swapped", ()):
        for wrong in swapped(term) - vocabulary:
            found.setdefault(wrong, (term,))
    return found
