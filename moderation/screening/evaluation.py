"""Measuring the screen on labelled texts: who was seen, how gravely, who was alarmed for nothing. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import sqrt

from moderation.screening.engine import LEVEL, Reading, read
from moderation.screening.lexicon import concepts

SAFE = frozenset(("none", "green", "safe", "ok", "plain", "0", "false", "no", "conduct-ok", "contact-ok", ""))
"""Labels that mean: nothing here should bring the message before a human."""
SAID_SHORT = {"outing": "naming a member outside"}
"""A label that is no beginning of its category's name."""
MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
"""`[[…]]` in a text: a detail that peers should not read."""
SEVERITIES = ("amber", "red", "crisis")


@cache
def category_of(label: str) -> str:
    """The category a label names, by its name or its first word; only that one counts as found. None: empty."""
    names = sorted({concept.category for concept in concepts()})
    label = SAID_SHORT.get(label, label)
    return next((name for name in names if name == label or name.startswith(f"{label} ")), "")


def is_safe(label: str) -> bool:
    """Whether a label says that a text should alarm nobody: one of `SAFE`, or "non-…", "not …"."""
    plain = label.casefold().strip()
    return plain in SAFE or plain.startswith(("non-", "non_", "non ", "not ", "not_"))


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled text."""

    line: int
    text: str
    label: str
    safe: bool
    """Whether it should alarm nobody."""


@dataclass(slots=True)
class Tally:
    """What became of the texts with one label."""

    safe: bool = False
    """Whether they should alarm nobody."""
    n: int = 0
    alerting: int = 0
    found: int = 0
    """Alerting as the label means it: the category it names, else anything."""
    at_level: int = 0
    """Of texts labelled with a severity: at least that grave."""
    by_severity: Counter[str] = field(default_factory=Counter)
    by_category: Counter[str] = field(default_factory=Counter)
    spans: int = 0
    touched: int = 0
    veiled: int = 0

    def as_json(self, label: str) -> dict[str, object]:
        """In the order people ask."""
        of: dict[str, object] = {
            "n": self.n,
            "safe": self.safe,
            "alerting": share(self.alerting, self.n),
            "interval": interval(self.alerting, self.n),
        }
        if category_of(label):
            of["found"] = share(self.found, self.n)
        if label in SEVERITIES:
            of["at_level"] = share(self.at_level, self.n)
        if self.spans:
            of["spans_touched"] = share(self.touched, self.spans)
        return of | {
            "veiled": share(self.veiled, self.n),
            "severity": dict(self.by_severity),
            "categories": dict(sorted(self.by_category.items(), key=lambda one: (-one[1], one[0]))),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What the screen made of all of them."""

    labels: dict[str, Tally]
    misses: Sequence[tuple[Case, str]]
    """Texts that should have alerted and did not, or not gravely enough, worst first; with why in a word."""

    @property
    def recall(self) -> tuple[int, int]:
        """Of the texts that should alert: how many did, how many there are."""
        risky = [tally for tally in self.labels.values() if not tally.safe]
        return sum(tally.found for tally in risky), sum(tally.n for tally in risky)

    @property
    def false_alarms(self) -> tuple[int, int]:
        """Of the texts that should alarm nobody: how many did, how many there are."""
        calm = [tally for tally in self.labels.values() if tally.safe]
        return sum(tally.alerting for tally in calm), sum(tally.n for tally in calm)

    @property
    def level(self) -> tuple[int, int]:
        """Of the texts labelled with a severity: how many were at least that grave, how many there are."""
        graded = [tally for label, tally in self.labels.items() if label in SEVERITIES]
        return sum(tally.at_level for tally in graded), sum(tally.n for tally in graded)

    @property
    def touched(self) -> tuple[int, int]:
        """Of the details marked in the texts: how many the veil touched, how many there are."""
        return sum(tally.touched for tally in self.labels.values()), sum(tally.spans for tally in self.labels.values())


def evaluate(cases: Iterable[Case]) -> Report:
    """Screen each text and count."""
    labels: dict[str, Tally] = {}
    misses: list[tuple[Case, str]] = []
    for case in cases:
        text, marks = unmarked(case.text)
        reading = read(text)
        tally = labels.setdefault(case.label, Tally(case.safe))
        _count(tally, case, reading)
        tally.spans += len(marks)
        tally.touched += sum(any(a < end and b > start for a, b in reading.veils) for start, end in marks)
        if why := _missed(case, reading):
            misses.append((case, why))
    grave = {label: place for place, label in enumerate(("crisis", "red", "amber"))}
    misses.sort(key=lambda one: (one[1] != "nothing", grave.get(one[0].label, 3), len(one[0].text)))
    return Report(labels, misses)


def unmarked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A text without its `[[…]]`, and where they were."""
    plain, marks, done = "", list[tuple[int, int]](), 0
    for found in MARK.finditer(text):
        plain += text[done : found.start()]
        marks.append((len(plain), len(plain) + len(found[1])))
        plain, done = plain + found[1], found.end()
    return plain + text[done:], marks


def share(part: int, whole: int) -> float:
    """Rounded to four places; nothing of nothing is 0."""
    return round(part / whole, 4) if whole else 0.0


def interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Wilson 1927)."""
    if not whole:
        return 0.0, 1.0
    z, p = 1.959964, part / whole
    middle, spread = p + z * z / (2 * whole), z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return round((middle - spread) / (1 + z * z / whole), 4), round((middle + spread) / (1 + z * z / whole), 4)


def _count(tally: Tally, case: Case, reading: Reading) -> None:
    alerting = {finding.category for finding in reading.findings if finding.alerts}
    tally.n += 1
    tally.alerting += bool(alerting)
    meant = category_of(case.label)
    tally.found += meant in alerting if meant else bool(alerting)
    tally.at_level += LEVEL.get(case.label, 0) <= LEVEL[reading.severity]
    tally.by_severity[reading.severity] += 1
    tally.by_category.update(alerting)
    tally.veiled += bool(reading.veils)


def _missed(case: Case, reading: Reading) -> str:
    """Why a text that should have alerted is a miss; empty if it is none."""
    if case.safe or "[[" in case.text:
        return ""
    alerting = {finding.category for finding in reading.findings if finding.alerts}
    if meant := category_of(case.label):
        return "" if meant in alerting else "nothing" if not alerting else "something else"
    if not alerting:
        scopes = sorted({finding.scope for finding in reading.findings})
        return ", ".join(scopes) if scopes else "nothing"
    return "too mild" if LEVEL.get(case.label, 0) > LEVEL[reading.severity] else ""
