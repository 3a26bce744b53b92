"""Reading one text: pure, quick, total on any string. The label on whatever it finds is "possible"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from groups.gate import Finding
from moderation.models.severity import Lane, Severity
from moderation.screening.lexicon import Concept, by_word
from moderation.screening.normal import Normal, normalise
from moderation.screening.scope import scope_of
from moderation.screening.veil import veils

LONGEST = 40_000
"""Characters read of one text; a post has at most 4,000, a refused one may have more."""
SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
WORD = re.compile(r"\w+")
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


def read(text: str) -> Reading:
    """Everything the phrase list sees in a text; offsets are code points of `text`."""
    normal = normalise(text[:LONGEST])
    findings = sorted(
        _findings(normal), key=lambda one: (-LEVEL[one.severity] * one.alerts, one.lane != Lane.CARE, one.start)
    )
    return Reading(tuple(findings), veils(normal))


def _findings(normal: Normal) -> Iterator[Finding]:
    for found in SENTENCE.finditer(normal.text):
        sentence = found.group()
        for concept, match in _matches(sentence):
            if concept.exempt is None or not concept.exempt.search(sentence, match.start()):
                yield _finding(concept, normal, found.start(), sentence, match)


def _matches(sentence: str) -> list[tuple[Concept, re.Match[str]]]:
    """Each concept's matches from left to right, none overlapping another of the same concept; in the list's order."""
    phrases, found = by_word(), list[tuple[int, int, Concept, re.Match[str]]]()
    ends: dict[int, int] = {}
    for word in WORD.finditer(sentence):
        at = word.start()
        for number, concept, pattern in phrases.get(word.group(), phrases[""]):
            if at >= ends.get(number, 0) and (match := pattern.match(sentence, at)):
                ends[number] = match.end()
                found.append((number, at, concept, match))
    return [(concept, match) for _, _, concept, match in sorted(found, key=lambda one: one[:2])]


def _finding(concept: Concept, normal: Normal, offset: int, sentence: str, match: re.Match[str]) -> Finding:
    scope = scope_of(sentence, match.start(), match.end())
    start, end = normal.span(offset + match.start(), offset + match.end())
    return Finding(
        rule=concept.name,
        version=concept.version,
        category=concept.name,
        lane=concept.lane,
        severity=concept.severity,
        alerts=scope == "now",
        scope=scope,
        start=start,
        end=end,
    )
