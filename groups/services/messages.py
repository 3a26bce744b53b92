"""Posting and taking back: the one path of every message, from a socket or a form, in every kind of room.

`prepare` reads and judges outside any transaction; `keep` decides again under the room's lock and keeps the message
with everything that follows from it, or keeps that it was refused. Nothing is shown before it is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.http import Http404

from groups.access import RoomAccess, access_room
from groups.errors import Refused
from groups.events import HomeChanged, MessageHeld, MessagePosted, MessageUnveiled, MessageWithdrawn
from groups.gate import Draft, Verdict
from groups.happenings import MessageScreened, MessageTakenBack, PostRefused
from groups.models import Message, Room
from groups.policies import can_post, can_withdraw
from groups.services.screening import screen
from groups.services.standing import live_session_for, standing
from groups.text import clean, readable
from groups.words import why_not, zone_of
from live import log
from live.events import plain
from peers.models import User
from peers.permissions import Permission
from records import audit, domain, sealing
from records.clock import now

State = Message.State
READ_AT_MOST = 40_000
"""Characters of a refused, far too long text that are still read by the screen and kept as evidence."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A post was kept: `state` is published or held, `seq` its place in the room or None while it has none."""

    message_id: UUID
    state: str
    seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A post that was read and judged, ready to be kept."""

    person_id: UUID
    access: RoomAccess
    cid: str
    message_id: UUID
    text: str
    sealed: bytes
    reply_to: UUID | None
    verdict: Verdict
    unfit: Refused | None = None
    """The text itself cannot be a message; it was read all the same."""


def post(*, person_id: UUID, room_id: UUID, cid: str, text: str, reply_to: UUID | None = None) -> Receipt:
    """Post a message; the same `cid` again gives the same receipt. Raises `Refused`, `Http404`, `PermissionDenied`."""
    prepared = prepare(person_id=person_id, room_id=room_id, cid=cid, text=text, reply_to=reply_to)
    with transaction.atomic():
        outcome = keep(prepared) if isinstance(prepared, Prepared) else prepared
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def prepare(*, person_id: UUID, room_id: UUID, cid: str, text: str, reply_to: UUID | None) -> Prepared | Receipt:
    """Authorise, read and judge, outside any transaction. A repeated `cid` gives the receipt it had."""
    access = access_room(User.objects.get(pk=person_id), room_id, Permission.ROOM_READ)
    if (known := _known(person_id, access.room, cid)) is not None:
        return known
    unfit: Refused | None = None
    try:
        text = clean(text)
    except Refused as refused:
        if refused.code == "empty":
            raise
        text, unfit = readable(text)[:READ_AT_MOST], refused
    message_id = uuid4()
    draft = Draft(
        message_id=message_id,
        room_id=room_id,
        room_kind=access.room.kind,
        cohort_id=access.cohort.pk,
        author_id=person_id,
        text=text,
        live=live_session_for(access.room) is not None,
        author_is_staff=access.is_staff,
    )
    sealed = sealing.seal(sealing.room(room_id), about(message_id), text)
    return Prepared(
        person_id=person_id,
        access=access,
        cid=cid,
        message_id=message_id,
        text=text,
        sealed=sealed,
        reply_to=reply_to,
        verdict=screen(draft),
        unfit=unfit,
    )


def keep(prepared: Prepared) -> Receipt | Refused:
    """Decide under the room's lock and keep; inside a transaction. A refusal is returned, since it too is kept."""
    room, person_id = prepared.access.room, prepared.person_id
    log.lock([room.topic, room.staff_topic, f"person:{person_id}"])
    if (known := _known(person_id, room, prepared.cid)) is not None:
        return known
    # Asked again: between reading and keeping somebody may have been discharged, or the phase may have changed.
    access = access_room(User.objects.get(pk=person_id), room.pk, Permission.ROOM_READ)
    refused = prepared.unfit or _refusal(prepared, access)
    if refused is not None:
        _keep_refusal(prepared, refused)
        return refused
    return _keep_message(prepared, access)


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


def _known(person_id: UUID, room: Room, cid: str) -> Receipt | None:
    found = Message.objects.filter(author=person_id, room=room, cid=cid).first()
    if found is None:
        return None
    return Receipt(found.pk, "published" if found.seq is not None else "held", found.seq)


def _refusal(prepared: Prepared, access: RoomAccess) -> Refused | None:
    decision = can_post(standing(prepared.person_id, access))
    if not decision.allowed:
        person = User.objects.get(pk=prepared.person_id)
        return Refused(decision.code, why_not(decision, access.cohort, zone_of(person, access.cohort)))
    since = now() - timedelta(seconds=60)
    recent = Message.objects.filter(author=prepared.person_id, written_at__gt=since)
    if recent.count() >= settings.POSTS_PER_MINUTE:
        return Refused("rate", "That was a lot in one minute. Your words are still here; send them again in a moment.")
    if prepared.reply_to is not None and not _may_answer(prepared.reply_to, access.room):
        return Refused("not_found", "The message you answer is not here any more.")
    return None


def _may_answer(message_id: UUID, room: Room) -> bool:
    shown = Message.objects.filter(pk=message_id, room=room).exclude(seq=None)
    return shown.filter(state=State.PUBLISHED).exists()


def _keep_refusal(prepared: Prepared, refused: Refused) -> None:
    session = live_session_for(prepared.access.room)
    domain.publish(
        PostRefused(
            room_id=prepared.access.room.pk,
            cohort_id=prepared.access.cohort.pk,
            session_id=session.pk if session else None,
            author_id=prepared.person_id,
            cid=prepared.cid,
            code=refused.code,
            text=prepared.text,
            verdict=prepared.verdict,
        )
    )


def _keep_message(prepared: Prepared, access: RoomAccess) -> Receipt:
    room, verdict, at = access.room, prepared.verdict, now()
    held = verdict.action.holds
    message = Message.objects.create(
        id=prepared.message_id,
        room=room,
        session=live_session_for(room) if room.kind == Room.Kind.GROUP else None,
        author_id=prepared.person_id,
        cid=prepared.cid,
        sealed=prepared.sealed,
        veils=[list(span) for span in verdict.veils],
        reply_to_id=prepared.reply_to,
        state=State.HELD if held else State.PUBLISHED,
        written_at=at,
        shown_at=None if held else at,
    )
    if held:
        tell_held(message, verdict)
    else:
        tell_posted(message)
    audit.record(
        "message.post", "message", message.pk, actor=prepared.person_id, person=prepared.person_id, state=message.state
    )
    domain.publish(MessageScreened(message=message, text=prepared.text, verdict=verdict))
    return Receipt(message.pk, "held" if held else "published", message.seq)


def tell_posted(message: Message) -> None:
    """Give a message its place in its room and tell its members; call under the room's lock."""
    room, own = message.room, f"person:{message.author_id}"
    kept = {"id": str(message.pk)}
    told: list[log.Told] = [(room.topic, MessagePosted, kept)]
    if message.veils:
        told += [(topic, MessageUnveiled, kept) for topic in (room.staff_topic, own)]
    if room.kind == Room.Kind.PEER:
        others = room.people.exclude(person=message.author_id).values_list("person", flat=True)
        told += [(f"person:{other}", HomeChanged, {"what": "message"}) for other in others]
    message.seq = log.tell_all(told)[0]
    message.save(update_fields=["seq"])


def tell_held(message: Message, verdict: Verdict) -> None:
    """Tell the room's staff and the author, nobody else, that a message is held."""
    spans = [[finding.start, finding.end] for finding in verdict.findings if finding.alerts]
    staff = {"id": str(message.pk), "severity": verdict.severity, "spans": spans}
    author: dict[str, object] = {"id": str(message.pk), "severity": None, "spans": []}
    log.tell_all(
        [(message.room.staff_topic, MessageHeld, plain(staff)), (f"person:{message.author_id}", MessageHeld, author)]
    )
