"""The order of the desk: (severity, time to breach), with ageing, and each row's reason for standing where it does.

In the one published deployment of risk triage replies rose for every colour except amber, which fell. So a case that is
past its time stands among the next graver ones: it ages, and is never starved by a stream of newer, graver arrivals.
"""

from dataclasses import dataclass
from datetime import datetime

from moderation.models import Case, Flag, Severity
from moderation.reasons import words

AGES_BY = 1
"""A case past its time counts as so many severities graver, up to red; crisis stays alone at the head."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case as it stands in the queue."""

    case: Case
    severity: str
    title: str
    why: str
    who: str


def place(severity: int, due_at: datetime, at: datetime, *, answered: bool = False) -> tuple[int, bool, datetime]:
    """What the queue is sorted by: graver first, then what nobody has answered, then what breaches first. Pure."""
    if answered:
        return -severity, True, due_at
    aged = min(severity + AGES_BY, Severity.RED) if due_at <= at and severity < Severity.RED else severity
    return -aged, False, due_at


def rows(cases: list[Case], at: datetime, reader: object) -> list[Row]:
    """The queue, gravest first, as one reader sees it."""
    flags: dict[object, list[Flag]] = {}
    for flag in Flag.objects.filter(case__in=cases).order_by("at"):
        flags.setdefault(flag.case_id, []).append(flag)
    ordered = sorted(cases, key=lambda case: place(case.severity, case.due_at, at, answered=answered(case)))
    return [
        Row(
            case,
            Severity(case.severity).label,
            title(case),
            _why(case, flags.get(case.pk, []), at),
            _who(case, at, reader),
        )
        for case in ordered
    ]


def answered(case: Case) -> bool:
    """Whether a person has acted on it: its clock has stopped."""
    return case.first_acted_at is not None


def title(case: Case) -> str:
    """What it is about, without a name where none is needed."""
    if case.subject_kind == Case.Subject.MESSAGE:
        if case.room is not None and case.room.kind == "peer":
            return "Message between two peers"
        return f"Message in {case.cohort.name}"
    if case.subject_kind == Case.Subject.PERSON:
        return f"{case.person.display_name if case.person else 'Somebody'}, {case.cohort.name}"
    return f"Room of {case.cohort.name}"


def _why(case: Case, flags: list[Flag], at: datetime) -> str:
    parts = [case.lane]
    if flags:
        parts.append(words(flags[-1].reason).lower())
    if len(flags) > 1:
        parts.append(f"{len(flags)} flags")
    if answered(case):
        parts.append("answered, still open")
    elif case.due_at <= at:
        parts.append("past its time")
    return ", ".join(parts)


def _who(case: Case, at: datetime, reader: object) -> str:
    if case.claimed_by is None or case.claimed_until is None or case.claimed_until <= at:
        return ""
    return "you" if case.claimed_by_id == reader else case.claimed_by.display_name
