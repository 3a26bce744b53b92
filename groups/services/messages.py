"""A message's own words: taking it back, and reading it. Posting one is `groups/services/posting.py`."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.http import Http404

from groups.access import access_room
from groups.errors import Refused
from groups.events import MessageWithdrawn
from groups.happenings import MessageTakenBack
from groups.models import Message
from groups.policies import can_withdraw
from groups.words import why_not, zone_of
from live import log
from peers.models import User
from peers.permissions import Permission
from records import audit, domain, sealing
from records.clock import now

State = Message.State


def withdraw(*, person_id: UUID, message_id: UUID) -> None:
    """Take back one's own message. The original stays, sealed. Raises `Refused`, `Http404`."""
    with transaction.atomic():
        message = Message.objects.select_related("room__cohort__programme").filter(pk=message_id).first()
        if message is None or message.author_id != person_id:
            raise Http404
        person = User.objects.get(pk=person_id)
        access = access_room(person, message.room_id, Permission.ROOM_READ)
        room, own = access.room, f"person:{person_id}"
        log.lock([room.topic, room.staff_topic, own])
        message.refresh_from_db(fields=["state", "seq"])
        decision = can_withdraw(mine=True, state=message.state)
        if not decision.allowed:
            raise Refused(decision.code, why_not(decision, access.cohort, zone_of(person, access.cohort)))
        shown = message.seq is not None
        message.state, message.withdrawn_at = State.WITHDRAWN, now()
        message.save(update_fields=["state", "withdrawn_at"])
        kept = {"id": str(message.pk), "room": str(room.pk)}
        topics = [room.staff_topic, own, *([room.topic] if shown else [])]
        log.tell_all([(topic, MessageWithdrawn, kept) for topic in topics])
        audit.record("message.withdraw", "message", message.pk, actor=person_id, person=person_id)
        domain.publish(MessageTakenBack(message=message))


def text_of(messages: Iterable[Message]) -> dict[UUID, str]:
    """The whole text of messages, by id. The caller has asked whether the reader may see it."""
    return {
        message.pk: sealing.unseal(sealing.room(message.room_id), about(message.pk), message.sealed)
        for message in messages
    }


def about(message_id: UUID) -> str:
    """What a message's sealed text is bound to: its id and version."""
    return f"{message_id}:1"
