"""Answering an escalation: acknowledge, note, resolve."""

from django.db import transaction

from groups.errors import Refused
from live import log
from moderation.escalation.states import DISPOSITIONS, may_go
from moderation.escalation.telling import note_entry, owner, tell
from moderation.models import Case, Escalation, Severity
from peers.models import User
from peers.permissions import Permission, Role
from peers.services.roles import allows
from records import audit, sealing
from records.clock import now

State = Escalation.State


def may_acknowledge(escalation: Escalation, person: User, roles: frozenset[Role]) -> str:
    """Why this person may not acknowledge; empty if they may.

    Clinicians and supervisors may. The lead of the live room may for anything but a crisis, which needs a clinician.
    """
    if escalation.state != State.TRIGGERED:
        return "It has been acknowledged already." if escalation.state == State.ACKNOWLEDGED else "It is resolved."
    if allows(roles, Permission.ESCALATION_ACKNOWLEDGE):
        return ""
    if allows(roles, Permission.SESSION_LEAD) and escalation.session_id:
        if escalation.severity < Severity.CRISIS:
            return ""
        return "A crisis is acknowledged by a clinician. Stay with the person; the clinician is paged."
    return "A clinician acknowledges this."


def may_resolve(escalation: Escalation, roles: frozenset[Role]) -> str:
    """Why this person may not resolve; empty if they may. Red and above: a clinician."""
    if escalation.state == State.RESOLVED:
        return "It is resolved."
    if allows(roles, Permission.ESCALATION_RESOLVE):
        return ""
    if escalation.kind == Escalation.Kind.UNSTAFFED and Role.SUPERVISOR in roles:
        return ""
    if escalation.severity < Severity.RED and allows(roles, Permission.ESCALATION_ACKNOWLEDGE):
        return ""
    return "A clinician resolves this."


def acknowledge(escalation: Escalation, *, by: User, roles: frozenset[Role]) -> Escalation:
    """The answer "I have it": paging stops. Acknowledged is not yet contact made. Raises `Refused`."""
    with transaction.atomic():
        found = _hold(escalation)
        if why := may_acknowledge(found, by, roles):
            raise Refused("closed", why)
        _go(found, State.ACKNOWLEDGED)
        found.acknowledged_at, found.acknowledged_by, found.next_page_at = now(), by, None
        found.save(update_fields=["state", "acknowledged_at", "acknowledged_by", "next_page_at"])
        if found.case_id is not None:
            Case.objects.filter(pk=found.case_id, first_acted_at=None).update(first_acted_at=found.acknowledged_at)
        _done(found, "acknowledged", by)
        return found


def resolve(escalation: Escalation, *, by: User, roles: frozenset[Role], disposition: str, note: str) -> Escalation:
    """Close it with a disposition and a note. Raises `Refused` without either, or for somebody who may not."""
    with transaction.atomic():
        found = _hold(escalation)
        if why := may_resolve(found, roles):
            raise Refused("closed", why)
        if disposition not in DISPOSITIONS:
            raise Refused("empty", "Choose how it ended.")
        if not note.strip():
            raise Refused("empty", "Write what happened; one sentence is enough.")
        _go(found, State.RESOLVED)
        found.resolved_at, found.resolved_by, found.next_page_at = now(), by, None
        found.disposition = disposition
        found.note_sealed = sealing.seal(owner(found), f"escalation:{found.pk}", note)
        found.save(update_fields=["state", "resolved_at", "resolved_by", "next_page_at", "disposition", "note_sealed"])
        _done(found, "resolved", by, disposition=disposition)
        return found


def add_note(escalation: Escalation, *, by: User, note: str) -> None:
    """A line of what is known or was tried. Raises `Refused` when there is nothing in it."""
    if not note.strip():
        raise Refused("empty", "There is nothing written yet.")
    with transaction.atomic():
        found = _hold(escalation)
        note_entry(found, "note", by, note)
        audit.record("escalation.note", "escalation", found.pk, actor=by.pk, person=found.person_id)
        tell(found)


def _hold(escalation: Escalation) -> Escalation:
    log.lock([f"desk:{escalation.cohort_id}"])
    return Escalation.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=escalation.pk)


def _go(found: Escalation, to: str) -> None:
    if not may_go(found.state, to):
        raise Refused("closed", "It has moved on since. Open it again.")
    found.state = to


def _done(found: Escalation, kind: str, by: User, **data: str) -> None:
    note_entry(found, kind, by, **data)
    audit.record(f"escalation.{kind}", "escalation", found.pk, actor=by.pk, person=found.person_id, **data)
    tell(found)
