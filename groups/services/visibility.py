"""What staff may do with a message's place in the room: release, hide, restore. Who may is decided in `moderation`."""

from uuid import UUID

from groups.errors import Refused
from groups.events import MessageHidden, MessageReleased, MessageRestored
from groups.models import Message
from groups.services.messages import State
from groups.services.telling import tell_posted, told_whole
from live import log
from live.events import Event
from records import audit
from records.clock import now


def release(message_id: UUID, *, by: UUID) -> Message:
    """Let a held message take its place in the room now; it says when it was written. Inside a transaction.

    Raises `Refused` if it is not held any more.
    """
    message = _locked(message_id, State.HELD, "This message is not held any more.")
    message.state, message.shown_at = State.PUBLISHED, now()
    message.save(update_fields=["state", "shown_at"])
    tell_posted(message)
    _tell(message, MessageReleased, room=False)
    audit.record("message.release", "message", message.pk, actor=by, person=message.author_id)
    return message


def hide(message_id: UUID, *, by: UUID) -> Message:
    """Hide a shown message from the group. Inside a transaction. Raises `Refused` if it is not shown."""
    message = _locked(message_id, State.PUBLISHED, "This message is not showing to the group.")
    message.state = State.HIDDEN
    message.save(update_fields=["state"])
    _tell(message, MessageHidden)
    audit.record("message.hide", "message", message.pk, actor=by, person=message.author_id)
    return message


def restore(message_id: UUID, *, by: UUID) -> Message:
    """Show a hidden message again where it stood. Inside a transaction. Raises `Refused` if it is not hidden."""
    message = _locked(message_id, State.HIDDEN, "This message is not hidden.")
    message.state = State.PUBLISHED
    message.save(update_fields=["state"])
    _tell(message, MessageRestored)
    if whole := told_whole(message):
        log.tell_all(whole)
    audit.record("message.restore", "message", message.pk, actor=by, person=message.author_id)
    return message


def hold_again(message_id: UUID, *, by: UUID) -> Message:
    """Undo a release: the message has its place now, so it is hidden there. Inside a transaction."""
    return hide(message_id, by=by)


def _locked(message_id: UUID, state: str, otherwise: str) -> Message:
    message = Message.objects.select_related("room").get(pk=message_id)
    log.lock([message.room.topic, message.room.staff_topic, f"person:{message.author_id}"])
    message.refresh_from_db(fields=["state", "seq", "veils"])
    if message.state != state:
        raise Refused("closed", otherwise)
    return message


def _tell(message: Message, cls: type[Event], *, room: bool = True) -> None:
    kept = {"id": str(message.pk), "room": str(message.room_id)}
    topics = [message.room.staff_topic, f"person:{message.author_id}", *([message.room.topic] if room else [])]
    log.tell_all([(topic, cls, kept) for topic in topics])
