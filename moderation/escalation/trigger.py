"""Firing an escalation: once for what is open, snapshotted, the first page in the same transaction."""

from django.db import transaction
from django.db.models import Max

from groups.models import Cohort, Session
from live import log
from moderation.escalation.ladder import ladder
from moderation.escalation.pages import page_step
from moderation.escalation.telling import note_entry, tell
from moderation.models import Case, Escalation, Severity
from moderation.targets import page_after, target
from peers.models import User
from records import audit
from records.clock import now

NUMBERS = "system:numbers"


def escalate(
    *,
    kind: str,
    severity: int,
    cohort: Cohort,
    person: User | None = None,
    case: Case | None = None,
    session: Session | None = None,
    by: User | None = None,
) -> Escalation:
    """Escalate; if it is open already, a rise in severity pages at once and anything else changes nothing."""
    with transaction.atomic():
        log.lock([f"desk:{cohort.pk}", NUMBERS])
        found = _open(kind, case, session)
        if found is not None:
            return _rise(found, severity) if severity > found.severity else found
        at, live = now(), session is not None
        made = Escalation.objects.create(
            number=(Escalation.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
            kind=kind,
            case=case,
            person=person,
            cohort=cohort,
            session=session,
            severity=severity,
            policy=_policy(kind, severity, cohort, session),
            triggered_at=at,
            triggered_by=by,
            ack_due_at=at + target(severity, live=live),
        )
        note_entry(made, "triggered", by)
        audit.record(
            "escalation.trigger",
            "escalation",
            made.pk,
            actor=by.pk if by else None,
            person=person.pk if person else None,
            kind=kind,
            severity=Severity(severity).label,
        )
        page_step(made)
        tell(made)
        return made


def hurry(case: Case, by: User) -> Escalation | None:
    """The lead does not wait for the clock: the next rung is paged now. None if nothing is open for the case."""
    found = _open("", case, None)
    if found is None:
        return None
    note_entry(found, "hurried", by)
    page_step(found)
    tell(found)
    return found


def _open(kind: str, case: Case | None, session: Session | None) -> Escalation | None:
    still = Escalation.objects.select_for_update().exclude(state=Escalation.State.RESOLVED)
    if case is not None:
        return still.filter(case=case).first()
    return still.filter(kind=kind, session=session).first() if session is not None else None


def _rise(found: Escalation, severity: int) -> Escalation:
    """Graver than before: whoever acknowledged the milder one has not acknowledged this."""
    found.severity = severity
    found.policy = _policy(found.kind, severity, found.cohort, found.session)
    found.state, found.step = Escalation.State.TRIGGERED, 0
    found.acknowledged_at = found.acknowledged_by = None
    found.ack_due_at = now() + target(severity, live=found.session_id is not None)
    found.policy["loop_from"] = (found.pages.aggregate(last=Max("step"))["last"] or 0) + 1
    found.save()
    note_entry(found, "raised", None, severity=Severity(severity).label)
    page_step(found)
    tell(found)
    return found


def _policy(kind: str, severity: int, cohort: Cohort, session: Session | None) -> dict[str, object]:
    live = session is not None
    return {
        "ladder": ladder(kind, severity, cohort, session, now()),
        "page_after": int(page_after(severity, live=live).total_seconds()),
        "loop_from": 0,
    }
