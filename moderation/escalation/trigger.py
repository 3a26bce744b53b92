"""Firing an escalation: once for what is open, snapshotted, the first page in the same transaction."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max

from groups.models import Cohort, Session
from live import log
from moderation.escalation.ladder import ladder, with_clinicians
from moderation.escalation.pages import is_at_once, page_step, remind, start_over
from moderation.escalation.telling import note_entry, tell
from moderation.models import Case, Escalation, Severity
from moderation.targets import page_after, target
from peers.models import User
from records import audit
from records.clock import now

NUMBERS = "system:numbers"
REMIND_AGAIN = timedelta(minutes=1)
"""Whoever has it is told again that help was asked for once more, at most so often."""
State = Escalation.State


def escalate(
    *,
    kind: str,
    severity: int,
    cohort: Cohort,
    person: User | None = None,
    case: Case | None = None,
    session: Session | None = None,
    by: User | None = None,
    at_once: bool = False,
) -> Escalation:
    """Escalate. What is open already is not fired twice: a rise in severity pages at once, and so does asking for help
    again where no clinician knows yet; anything else changes nothing. `at_once`: the on-call clinician is paged
    together with the leads of a live room, not after them."""
    with transaction.atomic():
        log.lock([f"desk:{cohort.pk}", NUMBERS])
        found = _open(kind, case, session)
        if found is not None and severity > found.severity:
            return _rise(found, severity, at_once)
        if found is not None:
            return _known_already(found, kind, at_once)
        at, live = now(), session is not None
        made = Escalation.objects.create(
            number=(Escalation.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
            kind=kind,
            case=case,
            person=person,
            cohort=cohort,
            session=session,
            severity=severity,
            policy={
                "ladder": ladder(kind, severity, cohort, session, at, at_once=at_once),
                "at_once": at_once,
                "page_after": int(page_after(severity, live=live).total_seconds()),
                "loop_from": 0,
                "loop": 0,
            },
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
    _to_the_next(found, "hurried", by)
    return found


def session_over(session: Session) -> int:
    """The room's leads go home: what only they know of goes to the clinician now. Returns how many did."""
    still = Escalation.objects.select_for_update(of=("self",)).exclude(state=State.RESOLVED)
    waiting = [one for one in still.filter(session=session).select_related("cohort") if not with_clinicians(one)]
    for one in waiting:
        one.session = session
        _to_the_next(one, "session_over", None)
    return len(waiting)


def staffed_again(session: Session) -> None:
    """Say so in "so far"; a human still answers for it."""
    unstaffed = Escalation.objects.filter(kind=Escalation.Kind.UNSTAFFED, session=session)
    for one in unstaffed.exclude(state=State.RESOLVED).select_related("cohort"):
        note_entry(one, "staffed", None)
        tell(one)


def _open(kind: str, case: Case | None, session: Session | None) -> Escalation | None:
    still = Escalation.objects.select_for_update(of=("self",)).select_related("cohort", "session")
    still = still.exclude(state=State.RESOLVED)
    if case is not None:
        return still.filter(case=case).first()
    return still.filter(kind=kind, session=session).first() if session is not None else None


def _known_already(found: Escalation, kind: str, at_once: bool) -> Escalation:
    if kind == Escalation.Kind.HELP:
        return _asked_again(found)
    if at_once and not with_clinicians(found):
        _to_the_next(found, "hurried", None)
    return found


def _rise(found: Escalation, severity: int, at_once: bool) -> Escalation:
    """Graver than before: whoever acknowledged the milder one has not acknowledged this."""
    live = found.session is not None and found.session.state in Session.LIVE
    found.severity = severity
    found.policy["page_after"] = int(page_after(severity, live=live).total_seconds())
    found.policy["at_once"] = at_once = at_once or is_at_once(found)
    start_over(found, ladder(found.kind, severity, found.cohort, found.session, now(), at_once=at_once))
    _unanswered(found)
    found.save()
    note_entry(found, "raised", None, severity=Severity(severity).label)
    page_step(found)
    tell(found)
    return found


def _asked_again(found: Escalation) -> Escalation:
    if not with_clinicians(found):
        _to_the_next(found, "asked_again", None)
        return found
    note_entry(found, "asked_again", None)
    last = found.pages.aggregate(last=Max("at"))["last"]
    if found.acknowledged_by_id is not None and (last is None or now() - last >= REMIND_AGAIN):
        remind(found, found.acknowledged_by_id)
    tell(found)
    return found


def _to_the_next(found: Escalation, why: str, by: User | None) -> None:
    """Page the next rung now, whoever of the room's leads had it."""
    if found.state == State.ACKNOWLEDGED:
        _unanswered(found)
        found.save()
    note_entry(found, why, by)
    page_step(found)
    tell(found)


def _unanswered(found: Escalation) -> None:
    """Back to where the pager goes on (not saved)."""
    found.state, found.acknowledged_at, found.acknowledged_by = State.TRIGGERED, None, None
    live = found.session is not None and found.session.state in Session.LIVE
    found.ack_due_at = now() + target(found.severity, live=live)
