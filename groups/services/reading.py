"""Who read what: visits to a room, and how far a person has read for themselves."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from groups.models import Message, ReadMark, Room
from records import audit
from records.clock import now
from records.models import ReadVisit


def open_visit(person_id: UUID, topic: str) -> UUID:
    """A person began to look at a topic; returns the visit's id."""
    return ReadVisit.objects.create(actor_id=person_id, topic=topic, opened_at=now()).pk


def close_visit(visit_id: UUID, first: int | None, last: int | None) -> None:
    """The visit is over: `first` and `last` seq were actually sent. Written to the audit once."""
    with transaction.atomic():
        changed = ReadVisit.objects.filter(pk=visit_id, closed_at=None).update(
            closed_at=now(), first_seq=first, last_seq=last
        )
        if changed:
            visit = ReadVisit.objects.get(pk=visit_id)
            audit.record(
                "room.read", "topic", visit.topic, actor=visit.actor_id, visit=str(visit.pk), first=first, last=last
            )


def note_page(person_id: UUID, room: Room, first: int | None, last: int | None) -> None:
    """A page showed these seqs."""
    with transaction.atomic():
        visit = ReadVisit.objects.create(
            actor_id=person_id, topic=room.topic, opened_at=now(), closed_at=now(), first_seq=first, last_seq=last
        )
        audit.record("room.read", "topic", room.topic, actor=person_id, visit=str(visit.pk), first=first, last=last)


def mark(person_id: UUID, room_id: UUID, seq: int) -> None:
    """Move a read mark forward, never back."""
    with transaction.atomic():
        ReadMark.objects.get_or_create(room_id=room_id, person_id=person_id, defaults={"seq": 0, "at": now()})
        ReadMark.objects.filter(room=room_id, person=person_id).update(seq=Greatest(F("seq"), seq), at=now())


def marked(person_id: UUID, room_id: UUID) -> int:
    """How far a person has read; 0 if never."""
    return ReadMark.objects.filter(room=room_id, person=person_id).values_list("seq", flat=True).first() or 0


def marked_since(person_id: UUID, room_id: UUID) -> tuple[int, datetime | None]:
    """How far a person has read, and when they last did."""
    found = ReadMark.objects.filter(room=room_id, person=person_id).values_list("seq", "at").first()
    return found or (0, None)


def unread(person_id: UUID, room_id: UUID) -> int:
    """How many messages of others are new to a person."""
    newer = Message.objects.filter(room=room_id, seq__gt=marked(person_id, room_id), state=Message.State.PUBLISHED)
    return newer.exclude(author=person_id).count()
