"""From a flag to its case: one open for each subject and lane, every corroborating flag accepted and shown."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max

from groups.gate import Finding
from groups.models import Cohort, Message, Room, Session
from groups.services.messages import text_of
from live import log
from moderation.escalation.trigger import escalate
from moderation.events import CaseChanged
from moderation.models import Case, CaseEntry, Escalation, Evidence, Flag, Lane, Severity
from moderation.targets import target
from peers.models import User
from records import audit, sealing
from records.clock import now

NUMBERS = "system:numbers"
"""Locked while a case gets its number: they count on without gaps."""


def flag(
    *,
    source: str,
    lane: str,
    reason: str,
    severity: int,
    subject_kind: str,
    subject_id: UUID,
    cohort: Cohort,
    room: Room | None = None,
    message: Message | None = None,
    person: User | None = None,
    reporter: User | None = None,
    note: str = "",
    findings: Sequence[Finding] = (),
    text: str = "",
    cid: str = "",
    written_at: datetime | None = None,
    kind: str = Escalation.Kind.MESSAGE,
    page: bool = False,
) -> Flag:
    """Flag a subject. `text` are words that never became a message (a refused post). Safe to call at the same time.

    A reporter who flags the same subject twice adds nothing new but their note; red and crisis in the care lane are
    escalated in the same transaction. `page`: the screening policy pages for this whatever its severity, and the
    clinician at once, not after the room's lead.
    """
    with transaction.atomic():
        log.lock([f"desk:{cohort.pk}", NUMBERS])
        live = live_session(cohort)
        case, opened = _case(lane, severity, subject_kind, subject_id, cohort, room, message, person, live)
        before = case.severity
        known = None
        if cid:
            known = Flag.objects.filter(case__person=person, cid=cid, case__lane=lane).first()
        if known is not None:
            return known
        made = Flag(
            id=uuid4(),
            case=case,
            source=source,
            reporter=reporter,
            reason=reason,
            severity=severity,
            findings=[asdict(finding) for finding in findings],
            cid=cid,
            at=now(),
        )
        if note.strip():
            made.note_sealed = sealing.seal(sealing.case(case.pk), f"flag:{made.pk}", note)
        made.save()
        _raise(case, severity, live)
        if message is not None:
            keep_evidence(case, message)
        elif text and person is not None:
            _keep_words(case, person, text, written_at or now())
        note_entry(case, "flagged", None, reason=reason, source=source)
        audit.record(
            "case.flag",
            "case",
            case.pk,
            actor=reporter.pk if reporter else None,
            person=person.pk if person else None,
            reason=reason,
            severity=Severity(case.severity).label,
            opened=opened,
        )
        tell(case)
        if lane == Lane.CARE and (severity >= Severity.RED or page) and (opened or severity >= before):
            escalate(
                kind=kind,
                severity=case.severity,
                cohort=cohort,
                person=person,
                case=case,
                session=live,
                by=reporter,
                at_once=page,
            )
        return made


def read_since(flag: Flag, severity: int, findings: Sequence[Finding], *, reason: str, page: bool) -> None:
    """What nobody could check when it was flagged has been read since: it may raise its case, and page for it.

    Inside a transaction that holds the desk. `page`: as for `flag`.
    """
    case = Case.objects.select_for_update().get(pk=flag.case_id)
    live = live_session(case.cohort)
    flag.reason, flag.severity = reason, max(flag.severity, severity)
    flag.findings = [asdict(finding) for finding in findings]
    flag.save(update_fields=["reason", "severity", "findings"])
    _raise(case, flag.severity, live)
    note_entry(case, "read_since", None, severity=Severity(case.severity).label)
    audit.record("case.read_since", "case", case.pk, actor=None, person=case.person_id, severity=severity)
    tell(case)
    if severity >= Severity.RED or page:
        escalate(
            kind=Escalation.Kind.MESSAGE,
            severity=case.severity,
            cohort=case.cohort,
            person=case.person,
            case=case,
            session=live,
            at_once=page,
        )


def live_session(cohort: Cohort) -> Session | None:
    """The cohort's live session, if there is one."""
    return Session.objects.filter(cohort=cohort, state__in=Session.LIVE).first()


def keep_evidence(case: Case, message: Message) -> Evidence:
    """The message's words as they stand, sealed with the case's key, once."""
    found = Evidence.objects.filter(case=case, message_id=message.pk).first()
    if found is not None:
        return found
    evidence = Evidence(
        id=uuid4(),
        case=case,
        message_id=message.pk,
        author_id=message.author_id,
        veils=message.veils,
        written_at=message.written_at,
        taken_at=now(),
        withdrawn_at=message.withdrawn_at,
    )
    evidence.sealed = sealing.seal(sealing.case(case.pk), f"evidence:{evidence.pk}", text_of([message])[message.pk])
    evidence.save()
    return evidence


def note_entry(case: Case, kind: str, by: User | None, note: str = "", **data: str | int | bool | None) -> CaseEntry:
    """One line of a case's timeline."""
    entry = CaseEntry(id=uuid4(), case=case, at=now(), by=by, kind=kind, data=data)
    if note.strip():
        entry.note_sealed = sealing.seal(sealing.case(case.pk), f"entry:{entry.pk}", note)
    entry.save()
    return entry


def tell(case: Case) -> None:
    """Tell the desk, and the staff of the room it is about, that a case changed. Ids and states only."""
    kept = {
        "case": str(case.pk),
        "number": case.number,
        "severity": Severity(case.severity).label,
        "state": case.state,
    }
    topics = [f"desk:{case.cohort_id}", *([f"room:{case.room_id}:staff"] if case.room_id else [])]
    log.tell_all([(topic, CaseChanged, kept) for topic in topics])


def _case(
    lane: str,
    severity: int,
    subject_kind: str,
    subject_id: UUID,
    cohort: Cohort,
    room: Room | None,
    message: Message | None,
    person: User | None,
    live: Session | None,
) -> tuple[Case, bool]:
    found = Case.objects.select_for_update().filter(
        subject_kind=subject_kind, subject_id=subject_id, lane=lane, state=Case.State.OPEN
    )
    if (case := found.first()) is not None:
        return case, False
    at = now()
    return Case.objects.create(
        number=(Case.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
        subject_kind=subject_kind,
        subject_id=subject_id,
        lane=lane,
        person=person,
        cohort=cohort,
        room=room,
        message=message,
        severity=severity,
        opened_at=at,
        due_at=at + target(severity, live=live is not None),
    ), True


def _raise(case: Case, severity: int, live: Session | None) -> None:
    """Automation may only raise: the maximum counts, and the earliest time by which somebody must have looked."""
    case.severity = max(case.severity, severity)
    case.due_at = min(case.due_at, now() + target(severity, live=live is not None))
    case.save(update_fields=["severity", "due_at"])


def _keep_words(case: Case, author: User, text: str, written_at: datetime) -> None:
    evidence = Evidence(id=uuid4(), case=case, author=author, written_at=written_at, taken_at=now())
    evidence.sealed = sealing.seal(sealing.case(case.pk), f"evidence:{evidence.pk}", text)
    evidence.save()
