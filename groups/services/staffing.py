"""The absent-lead rule: a live room is never without somebody who leads it.

It starts with the first socket of the person leading in a session. When their last one has been gone for 30 seconds,
somebody else who may lead and is there leads; with nobody there the room is paused and `SessionUnstaffed` is published,
which reaches the supervisor. `Session.staff_due_at` is when the rule is looked at next: a row, so any worker may look,
and one that was killed loses nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from groups.happenings import SessionUnstaffed
from groups.models import Session
from groups.services import phases, presence
from groups.services.duty import leads_of
from groups.services.hold import Held, hold
from groups.services.phases import ABSENT_AFTER
from records import audit, domain
from records.clock import now

State = Session.State
LATE = timedelta(seconds=15)
"""A look so late means that the worker itself was down."""


def arrived(*, session_id: UUID, person_id: UUID) -> None:
    """A socket of this person joined the session. If they are the one leading, the rule starts to watch."""
    session = Session.objects.filter(pk=session_id, state__in=Session.LIVE).first()
    if session is None or phases.leader(session) != person_id:
        return
    moment = now()
    Session.objects.filter(pk=session_id, lead_seen_at=None).update(lead_seen_at=moment)
    if session.staff_due_at is None and phases.has_to_be_led(session):
        watched = Session.objects.filter(pk=session_id, state=session.state, staff_due_at=None)
        watched.update(staff_due_at=moment + ABSENT_AFTER)


def look(moment: datetime) -> int:
    """Look at every session whose time has come. Due work; safe in several workers at once."""
    due = Session.objects.filter(staff_due_at__lte=moment, state__in=Session.LIVE).values_list("pk", flat=True)
    return sum(look_at(session_id, moment) for session_id in list(due))


def look_at(session_id: UUID, moment: datetime) -> int:
    """Apply the rule to one session; 1 if something changed for the people in it."""
    with transaction.atomic():
        held = hold(session_id)
        session, due = held.session, held.session.staff_due_at
        if due is None or due > moment or session.state not in Session.LIVE:
            return 0  # another worker was here, or somebody moved the session
        seen = presence.seen(session_id, [phases.leader(session)])
        gone_at = seen[0].seen_at + ABSENT_AFTER if seen else moment
        if gone_at > moment:
            return _again(session, gone_at)
        there = presence.connected(session_id, _may_lead(session), moment - ABSENT_AFTER)
        if not there and moment - due > LATE and not presence.anybody(session_id, moment - ABSENT_AFTER):
            return _again(session, moment + ABSENT_AFTER)  # nobody could be seen; give everyone time to come back
        heir = next((person for person in _may_lead(session) if person in there), None)
        if heir is None:
            _unstaffed(held)
        else:
            phases.hand_to(held, heir, actor=None)
        return 1


def _may_lead(session: Session) -> Sequence[UUID]:
    """Who takes over, in this order: the lead, the co-lead, anybody else who may lead the cohort's sessions."""
    may = leads_of(session.cohort) - {phases.leader(session)}
    first = [person for person in (session.lead_id, session.co_lead_id) if person in may]
    return [*first, *sorted(may - set(first))]


def _again(session: Session, due: datetime) -> int:
    Session.objects.filter(pk=session.pk).update(staff_due_at=due)
    return 0


def _unstaffed(held: Held) -> None:
    session = held.session
    if session.state == State.PAUSED:
        session.paused_reason = "unstaffed"
        session.staff_due_at = None
        session.save()
        held.tell([phases.changed(held, "unstaffed")])
    else:
        phases.go(held, State.PAUSED, by=None, reason="unstaffed")
    audit.record("session.unstaffed", "session", session.pk, actor=None)
    domain.publish(SessionUnstaffed(session=session))
