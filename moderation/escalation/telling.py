"""What an escalation tells: a line of "so far", and the screens of those it concerns. Ids and states only."""

from uuid import uuid4

from live import log
from moderation.events import EscalationChanged
from moderation.models import Escalation, EscalationEntry, Page, Severity
from peers.models import User
from records import sealing
from records.clock import now


def note_entry(
    escalation: Escalation, kind: str, by: User | None, note: str = "", **data: str | int | bool | None
) -> EscalationEntry:
    """One line of "so far"."""
    entry = EscalationEntry(id=uuid4(), escalation=escalation, at=now(), by=by, kind=kind, data=data)
    if note.strip():
        entry.note_sealed = sealing.seal(owner(escalation), f"entry:{entry.pk}", note)
    entry.save()
    return entry


def owner(escalation: Escalation) -> sealing.Owner:
    """Whose key seals an escalation's notes: its case's, else its person's, else its cohort's room key's own."""
    if escalation.case_id:
        return sealing.case(escalation.case_id)
    return sealing.person(escalation.person_id) if escalation.person_id else sealing.case(escalation.pk)


def tell(escalation: Escalation) -> None:
    """Tell the desk and everybody who was paged."""
    kept = {
        "escalation": str(escalation.pk),
        "number": escalation.number,
        "severity": Severity(escalation.severity).label,
        "state": escalation.state,
    }
    paged = Page.objects.filter(escalation=escalation).values_list("person", flat=True).distinct()
    topics = [f"desk:{escalation.cohort_id}", *(f"person:{person}" for person in paged)]
    log.tell_all([(topic, EscalationChanged, kept) for topic in topics])
