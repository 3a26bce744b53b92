"""Reading one text: pure, quick, total on any string. The label on whatever it finds is "possible"."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from groups.gate import CONTACT, Finding
from moderation.models.severity import Lane, Severity
from moderation.screening.contact import contacts
from moderation.screening.disguise import undisguised
from moderation.screening.lexicon import Concept, Language, Wording, languages
from moderation.screening.nearby import spans
from moderation.screening.normal import Normal, normalise
from moderation.screening.phrases import Phrase
from moderation.screening.policy import UNREAD
from moderation.screening.scope import NOW, Around
from moderation.screening.veil import joined, veils
from moderation.screening.words import Sentence, Tokens, sentences

BEGINNING, END, BETWEEN = 4_000, 2_000, 34_000
"""Characters that are read of a text: of a long one the beginning and the end as any text, and between them what is plainly
grave; what is longer than all three is not read to its end, and a person reads it. A post has at most 4,000; a refused
one of any length is kept whole as evidence."""
MOST_WORK = 600_000
"""Words searched for phrases in one text, each phrase anew. Counted and not timed: a text is read equally far on every
machine and at every load. The longest posts people write stay below it, some of them not by far; what does
not is read by a person."""
OF_ONE_PHRASE = 8
"""What looking for a phrase costs beside the words of the sentence."""
CONTACT_VERSION = 2
HURRY, LAST = 12, 3
"""Between the beginning and the end of a long text, and at its end, reading may cost this many times less."""
TOUCHING = 12
"""Characters between what is said of a number and the number: `call me on my cell: 312 555 0187` is one finding."""
MOST_OF_ONE = 20
"""Findings of one concept kept for one text: the first ones say it."""
LEVEL = {label: value for value, label in Severity.choices}


@dataclass(slots=True)
class Work:
    """What reading one text may still cost."""

    left: int

    def pays(self, cost: int) -> bool:
        """Take what a step costs; whether there was enough. It never is again afterwards."""
        self.left -= cost
        return self.left >= 0


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
    for offset, part, share in _parts(text):
        reading = _hurried(part) if share == HURRY else _reading(part, own_numbers, MOST_WORK // share)
        for finding in reading[0]:
            found.append(
                replace(finding, start=finding.start + offset, end=finding.end + offset) if offset else finding
            )
        hidden += [(start + offset, end + offset) for start, end in reading[1]]
    if len(text) > BEGINNING + BETWEEN + END:
        found.append(_unread(len(text)))
    found.sort(key=lambda one: (-LEVEL[one.severity] * one.alerts, one.lane != Lane.CARE, one.start, one.rule))
    return Reading(tuple(found), joined(hidden))


def _parts(text: str) -> Iterator[tuple[int, str, int]]:
    """A text, or the parts of one that is far too long: where each begins, and how much less than any reading it may cost."""
    if len(text) <= BEGINNING + END:
        yield 0, text, 1
        return
    yield 0, text[:BEGINNING], 1
    yield BEGINNING, text[BEGINNING:-END][:BETWEEN], HURRY
    yield len(text) - END, text[-END:], LAST


def _hurried(text: str) -> tuple[list[Finding], list[tuple[int, int]]]:
    """Only sentences that hold a grave word, as it stands there."""
    plain, work = normalise(text), Work(MOST_WORK // HURRY)
    found, hidden = _read(plain, Tokens(plain), work, hurried=True)
    return (found if work.left >= 0 else [*found, _unread(len(text))]), hidden


def _reading(text: str, own_numbers: Iterable[str], most: int) -> tuple[list[Finding], list[tuple[int, int]]]:
    plain, work = normalise(text), Work(most)
    tokens = Tokens(plain)
    found, hidden = _read(plain, tokens, work)
    told = _contacts(plain, tokens, own_numbers)
    if (deep := undisguised(plain, tokens.words)) is not None:
        known = {(one.rule, one.start) for one in found if one.alerts}
        tokens = Tokens(deep)
        more, hidden_too = _read(deep, tokens, work)
        found = _merged(found, [one for one in more if (one.rule, one.start) not in known])
        hidden += hidden_too
        told = told or _contacts(deep, tokens, own_numbers)
    found = [*_apart_from(told, found), *told]
    if work.left < 0:
        found.append(_unread(len(text)))
    return found, hidden


def _read(
    normal: Normal, tokens: Tokens, work: Work, *, hurried: bool = False
) -> tuple[list[Finding], list[tuple[int, int]]]:
    found, hidden = list[Finding](), list[tuple[int, int]]()
    for language in languages():
        if tokens.words.isdisjoint(language.triggers):
            continue
        every = list(sentences(tokens, language.forms, language.alphabet))
        words = [set(sentence.words) for sentence in every]
        around = language.index.around(words[0] if len(words) == 1 else set[str]().union(*words))
        seen, spent = dict[str, int](), set[int]()
        for place, sentence in enumerate(every):
            if hurried and language.grave.isdisjoint(words[place]):
                continue
            tried = language.index.worth_trying(words[place], around)
            if not work.pays(len(tried) * (len(sentence.words) + OF_ONE_PHRASE)):
                break
            letters = sentence.letters if tried else ""
            tried = [rule for rule in tried if rule[0] not in spent and rule[1].begins(letters)]
            if tried:
                first = len(language.said)
                found += _findings(language, normal, [rule for rule in tried if rule[0] < first], every, place, seen)
                if len(found) >= MOST_OF_ONE:
                    spent = {n for n, (one, _) in enumerate(language.said) if seen.get(one.rule, 0) >= MOST_OF_ONE}
                details = [(number - first, phrase) for number, phrase in tried if number >= first]
                hidden += veils(language, normal, details, every, place)
    return found, hidden


def _merged(plain: list[Finding], deep: list[Finding]) -> list[Finding]:
    """What the letters say and what they stand for; where both speak of one place, the one that alerts."""
    instead = {(one.rule, one.start) for one in deep}
    return [one for one in plain if (one.rule, one.start) not in instead] + deep


def _findings(
    language: Language,
    normal: Normal,
    tried: Sequence[tuple[int, Phrase]],
    every: Sequence[Sentence],
    place: int,
    seen: dict[str, int],
) -> Iterator[Finding]:
    """The findings in one sentence; `seen`: how many of each rule there were in those before."""
    around = Around(language.scopes, every, place)
    found = [
        _finding(*language.said[number], normal, every[place], around, start, end)
        for number, start, end in _matches(tried, every, place)
    ]
    for one in _once(found):
        seen[one.rule] = seen.get(one.rule, 0) + 1
        if seen[one.rule] <= MOST_OF_ONE:
            yield one


def _matches(
    tried: Iterable[tuple[int, Phrase]], every: Sequence[Sentence], place: int
) -> Iterator[tuple[int, int, int]]:
    """Each wording's matches in one sentence from left to right, none overlapping another of the same wording."""
    ends: dict[int, int] = {}
    for number, start, end in sorted(
        (number, *span) for number, phrase in tried for span in spans(phrase, every, place)
    ):
        if start >= ends.get(number, -1):
            ends[number] = end
            yield number, start, end


def _once(found: list[Finding]) -> list[Finding]:
    """Where two wordings of a concept speak of one place, the one that alerts."""
    kept = list[Finding]()
    for one in sorted(found, key=lambda one: not one.alerts):
        if not any(one.rule == other.rule and one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return kept


def _apart_from(told: Sequence[Finding], found: Sequence[Finding]) -> Iterator[Finding]:
    """The findings that say nothing of what a told number or handle says already, over it or touching it."""
    for one in found:
        beside = one.category == CONTACT and any(
            one.start <= other.end + TOUCHING and other.start <= one.end + TOUCHING for other in told
        )
        if not beside:
            yield one


def _contacts(normal: Normal, tokens: Tokens, own_numbers: Iterable[str]) -> list[Finding]:
    every = list(islice(contacts(normal.text, tokens.words, own_numbers), MOST_OF_ONE))
    return [
        _of_no_concept(CONTACT, CONTACT_VERSION, Lane.CONDUCT, "amber", normal.span(*span)) for span in joined(every)
    ]


def _unread(length: int) -> Finding:
    """Nobody can say what is in it, so a person reads it."""
    return _of_no_concept(UNREAD, 1, Lane.CARE, "red", (0, length))


def _of_no_concept(rule: str, version: int, lane: str, severity: str, span: tuple[int, int]) -> Finding:
    return Finding(
        rule=rule,
        version=version,
        category=rule,
        lane=lane,
        severity=severity,
        alerts=True,
        scope=NOW,
        start=span[0],
        end=span[1],
    )


def _finding(
    concept: Concept, wording: Wording, normal: Normal, sentence: Sentence, around: Around, start: int, end: int
) -> Finding:
    scope = around.scope_of(start, end, wording.ignores, wording.idioms)
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
        track=concept.track if scope == NOW else "",
    )
