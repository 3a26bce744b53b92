"""Reading one text: pure, quick, total on any string. The label on whatever it finds is "possible"."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from groups.gate import Finding
from moderation.models.severity import Lane, Severity
from moderation.screening.contact import contacts
from moderation.screening.disguise import undisguised
from moderation.screening.lexicon import Concept, Language, languages
from moderation.screening.nearby import spans
from moderation.screening.normal import Normal, normalise
from moderation.screening.scope import NOW, Around
from moderation.screening.veil import joined, veils
from moderation.screening.words import Sentence, sentences

BEGINNING, END = 6_000, 2_000
"""Characters that are read of a text. A post has at most 4,000; a refused one of any length is kept whole as evidence."""
CONTACT_VERSION = 2
WORD = re.compile(r"[a-z0-9']+")
MOST_OF_ONE = 20
"""Findings of one concept kept for one text: the first ones say it."""
LEVEL = {label: value for value, label in Severity.choices}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a text, gravest first, and which spans peers should not read."""

    findings: tuple[Finding, ...]
    veils: tuple[tuple[int, int], ...]

    @property
    def severity(self) -> str:
        """The gravest alerting finding's; the maximum counts, never a sum."""
        alerting = [finding.severity for finding in self.findings if finding.alerts]
        return max(alerting, key=LEVEL.__getitem__, default="green")

    @property
    def lane(self) -> str | None:
        """The lane of the gravest alerting finding; care before conduct."""
        alerting = [finding for finding in self.findings if finding.alerts]
        return alerting[0].lane if alerting else None


def read(text: str, own_numbers: Iterable[str] = ()) -> Reading:
    """Everything the lexicon sees in a text; offsets are code points of `text`. The clinic's own numbers are no contact."""
    found, hidden = list[Finding](), list[tuple[int, int]]()
    for offset, part in _parts(text):
        for finding in (reading := _reading(part, own_numbers))[0]:
            found.append(
                replace(finding, start=finding.start + offset, end=finding.end + offset) if offset else finding
            )
        hidden += [(start + offset, end + offset) for start, end in reading[1]]
    found.sort(key=lambda one: (-LEVEL[one.severity] * one.alerts, one.lane != Lane.CARE, one.start, one.rule))
    return Reading(tuple(found), joined(hidden))


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """A text, or of one that is far too long its beginning and its end, with where each begins."""
    if len(text) <= BEGINNING + END:
        yield 0, text
        return
    yield 0, text[:BEGINNING]
    yield len(text) - END, text[-END:]


def _reading(text: str, own_numbers: Iterable[str]) -> tuple[list[Finding], list[tuple[int, int]]]:
    plain = normalise(text)
    words = set(WORD.findall(plain.text))
    found, hidden = _read(plain, words)
    if (deep := undisguised(plain)) is not None:
        known = {(one.rule, one.start) for one in found if one.alerts}
        more, hidden_too = _read(deep, set(WORD.findall(deep.text)))
        found = _merged(found, [one for one in more if (one.rule, one.start) not in known])
        hidden += hidden_too
    found += [_contact(plain, start, end) for start, end in contacts(plain.text, words, own_numbers)][:MOST_OF_ONE]
    return found, hidden


def _read(normal: Normal, words: set[str]) -> tuple[list[Finding], list[tuple[int, int]]]:
    found, hidden = list[Finding](), list[tuple[int, int]]()
    for language in languages():
        if words.isdisjoint(language.triggers):
            continue
        every = list(sentences(normal, language.forms, language.laughs))
        found += _findings(language, normal, every)
        hidden += veils(language, normal, every)
    return found, hidden


def _merged(plain: list[Finding], deep: list[Finding]) -> list[Finding]:
    """What the letters say and what they stand for; where both speak of one place, the one that alerts."""
    instead = {(one.rule, one.start) for one in deep}
    return [one for one in plain if (one.rule, one.start) not in instead] + deep


def _findings(language: Language, normal: Normal, every: Sequence[Sentence]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    said = {word for sentence in every for word in sentence.words} if len(every) > 1 else None
    for place, sentence in enumerate(every):
        around = Around(language.scopes, sentence)
        for concept, start, end in matches(language, every, place, said):
            seen[concept.rule] = seen.get(concept.rule, 0) + 1
            if seen[concept.rule] <= MOST_OF_ONE:
                yield _finding(concept, normal, sentence, around, start, end)


def matches(
    language: Language, every: Sequence[Sentence], place: int, said: set[str] | None = None
) -> list[tuple[Concept, int, int]]:
    """Each concept's matches in one sentence from left to right, none overlapping another of the same concept."""
    found = sorted(
        (concept, *span)
        for concept, phrase in language.index.worth_trying(set(every[place].words), said)
        for span in spans(phrase, every, place)
    )
    kept, ends = list[tuple[Concept, int, int]](), dict[int, int]()
    for concept, start, end in found:
        if start >= ends.get(concept, -1):
            ends[concept] = end
            kept.append((language.concepts[concept], start, end))
    return kept


def _contact(normal: Normal, start: int, end: int) -> Finding:
    first, last = normal.span(start, end)
    return Finding(
        rule="contact exchange",
        version=CONTACT_VERSION,
        category="contact exchange",
        lane=Lane.CONDUCT,
        severity="amber",
        alerts=True,
        scope=NOW,
        start=first,
        end=last,
    )


def _finding(concept: Concept, normal: Normal, sentence: Sentence, around: Around, start: int, end: int) -> Finding:
    scope = around.scope_of(start, end, concept.ignores, concept.idioms)
    first, last = normal.span(*sentence.span(start, end))
    return Finding(
        rule=concept.rule,
        version=concept.version,
        category=concept.category,
        lane=concept.lane,
        severity=concept.severity,
        alerts=scope == NOW,
        scope=scope,
        start=first,
        end=last,
        track=concept.track,
    )
