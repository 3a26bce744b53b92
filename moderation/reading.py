"""What a case page shows: the words with their marks, what was said around them, and what happened so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groups.marks import Label, Piece, labels, pieces
from groups.models import Message
from groups.services.messages import text_of
from groups.veil import spans
from moderation.found import Found, all_found
from moderation.models import Case, CaseEntry, Decision, Evidence, Flag, Severity
from moderation.reasons import SCREEN_DOWN, words
from records import audit, sealing

AROUND = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the context."""

    at: datetime
    name: str
    text: str
    state: str
    this: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of evidence, opened."""

    evidence: Evidence
    pieces: Sequence[Piece]
    findings: Sequence[Found]
    """Everything the screen saw in it, what alerts first; also what did not alert by itself."""
    screen_down: bool
    """Nothing was checked when it was written."""
    labels: Sequence[Label]
    """What the marks in it say: of the findings those that alert, and the veils."""
    veils: Sequence[str]
    """What peers do not see of it."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the timeline, in words."""

    at: datetime
    who: str
    what: str
    note: str


def evidence_of(case: Case, reader: object) -> list[Words]:
    """The evidence, opened; each opening is in the audit."""
    flags = list(Flag.objects.filter(case=case).order_by("at"))
    found = []
    for evidence in Evidence.objects.filter(case=case).select_related("author").order_by("taken_at"):
        text = sealing.unseal(sealing.case(case.pk), f"evidence:{evidence.pk}", evidence.sealed)
        about = _flags_of(evidence, flags)
        said = [finding for flag in about for finding in flag.findings if finding["end"] <= len(text)]
        alerting = [finding for finding in said if finding["alerts"]]
        found.append(
            Words(
                evidence,
                pieces(text, evidence.veils, alerting),
                all_found(text, said),
                any(flag.reason == SCREEN_DOWN for flag in about),
                labels(text, evidence.veils, alerting),
                [text[start:end] for start, end in spans(text, evidence.veils)],
            )
        )
        audit.record("evidence.read", "case", case.pk, actor=reader, person=evidence.author_id)  # type: ignore[arg-type]
    return found


def _flags_of(evidence: Evidence, flags: Sequence[Flag]) -> list[Flag]:
    """The flags that speak of these words. Refused words came with one flag, kept just before them."""
    if evidence.message_id is not None:
        return list(flags)
    return [flag for flag in flags if flag.at <= evidence.taken_at][-1:]


def context_of(case: Case) -> list[Line]:
    """Ten messages before and after in the same room, as staff read them."""
    message = case.message
    if message is None:
        return []
    same = Message.objects.filter(room=message.room_id).select_related("author", "room")
    before = list(same.filter(written_at__lt=message.written_at).order_by("-written_at")[:AROUND])
    after = list(same.filter(written_at__gt=message.written_at).order_by("written_at")[:AROUND])
    rows = [*reversed(before), message, *after]
    texts = text_of(rows)
    return [
        Line(row.written_at, row.author.display_name, texts[row.pk], row.state, row.pk == message.pk) for row in rows
    ]


def so_far(case: Case) -> list[Happened]:
    """What happened with this case, oldest first."""
    owner = sealing.case(case.pk)
    found = []
    for entry in CaseEntry.objects.filter(case=case).select_related("by").order_by("at"):
        note = sealing.unseal(owner, f"entry:{entry.pk}", entry.note_sealed) if entry.note_sealed else ""
        found.append(Happened(entry.at, entry.by.display_name if entry.by else "", _what(entry), note))
    for flag in Flag.objects.filter(case=case).exclude(note_sealed=None):
        if flag.note_sealed is not None:
            note = sealing.unseal(owner, f"flag:{flag.pk}", flag.note_sealed)
            found.append(Happened(flag.at, "", "a note came with a flag", note))
    for decision in Decision.objects.filter(case=case).exclude(reason_sealed=None).select_related("by"):
        if decision.reason_sealed is not None:
            reason = sealing.unseal(owner, f"decision:{decision.pk}", decision.reason_sealed)
            found.append(Happened(decision.at, decision.by.display_name, f"gave a reason to {decision.verb}", reason))
    return sorted(found, key=lambda one: one.at)


def other_cases(case: Case) -> list[Case]:
    """The person's other cases in the same cohort, newest first."""
    if case.person_id is None:
        return []
    return list(
        Case.objects.filter(person=case.person_id, cohort=case.cohort_id).exclude(pk=case.pk).order_by("-opened_at")[:8]
    )


def severity_word(severity: int) -> str:
    """`red`."""
    return Severity(severity).label


def _what(entry: CaseEntry) -> str:
    match entry.kind:
        case "flagged":
            return f"flagged: {words(str(entry.data.get('reason', ''))).lower()}"
        case "claimed":
            return "took it"
        case "let_go":
            return "gave it back"
        case "decided":
            return f"decided: {entry.data.get('verb')}"
        case "reversed":
            return f"took back: {entry.data.get('verb')}"
        case "withdrawn":
            return "its author took the message back"
        case "read_since":
            return "the screen worked again and read it"
        case "note":
            return "wrote a note"
        case "identified":
            return "looked at the legal name"
    return entry.kind.replace("_", " ")
