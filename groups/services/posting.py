"""Posting: the one path of every message, from a socket or a form, in every kind of room, one at a time or many.

`read` authorises, screens and seals outside any transaction. `keep` decides again under the rooms' locks and keeps each
message with everything that follows from it, or keeps that it was refused. Nothing is shown before it is kept.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import Http404

from groups import facts
from groups.access import RoomAccess, enter
from groups.errors import Refused
from groups.gate import Draft, Verdict
from groups.happenings import MessageScreened, PostRefused
from groups.models import Cohort, Message, Room, Session
from groups.policies import can_post
from groups.services.messages import about
from groups.services.screening import screen
from groups.services.standing import live_sessions_for, standing_in
from groups.services.telling import tell_new
from groups.text import clean, readable
from groups.words import why_not, zone_of
from live import log
from peers.models import User
from peers.permissions import Permission
from records import audit, domain, sealing
from records.clock import now

State = Message.State
READ_AT_MOST = 40_000
"""Characters of a refused, far too long text that are still read by the screen and kept as evidence."""
Away = Http404 | PermissionDenied


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Somebody wants to say something in a room."""

    person_id: UUID
    room_id: UUID
    cid: str
    """The client's own id of it: the same again gives the same receipt."""
    text: str
    reply_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A post was kept: `state` is published or held, `seq` its place in the room or None while it has none."""

    message_id: UUID
    state: str
    seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A post that was authorised, screened and sealed, ready to be kept."""

    post: Post
    access: RoomAccess
    message_id: UUID
    text: str
    sealed: bytes
    verdict: Verdict
    unfit: Refused | None = None
    """The text itself cannot be a message; it was read all the same."""


Outcome = Receipt | Refused | Http404 | PermissionDenied
"""What becomes of a post. A refusal is an outcome too: it is kept, since its words were read."""


class Posts:
    """Posts as the writer takes them: many in one transaction (see `records.writer.Work`)."""

    def ready(self, items: Sequence[Post]) -> Sequence[Judged | Exception]:
        """Outside any transaction."""
        return read(items)

    def apply(self, items: Sequence[Judged]) -> Sequence[Outcome]:
        """Inside one."""
        return keep(items)


POSTS = Posts()


def post(*, person_id: UUID, room_id: UUID, cid: str, text: str, reply_to: UUID | None = None) -> Receipt:
    """Post a message; the same `cid` again gives the same receipt. Raises `Refused`, `Http404`, `PermissionDenied`."""
    judged = read([Post(person_id=person_id, room_id=room_id, cid=cid, text=text, reply_to=reply_to)])[0]
    if isinstance(judged, Exception):
        raise judged
    with transaction.atomic():
        outcome = keep([judged])[0]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def read(posts: Sequence[Post]) -> list[Judged | Exception]:
    """Authorise, screen and seal each; an exception stands for one that goes no further."""
    rooms = _rooms(one.room_id for one in posts)
    known = facts.read({one.person_id for one in posts}, _cohorts(rooms), rooms.values())
    live = live_sessions_for(rooms.values())
    read: list[Judged | Exception] = []
    for one in posts:
        try:
            read.append(_judge(one, _enter(known, one, rooms.get(one.room_id)), live.get(one.room_id) is not None))
        except (Refused, Http404, PermissionDenied) as away:
            read.append(away)
    return read


def keep(batch: Sequence[Judged]) -> list[Outcome]:
    """Decide under the rooms' locks and keep, in order; inside a transaction."""
    log.lock(topic for one in batch for topic in _topics(one))
    # Asked again: between reading and keeping somebody may have been discharged, or the phase may have changed.
    rooms = _rooms(one.access.room.pk for one in batch)
    known = facts.read({one.post.person_id for one in batch}, _cohorts(rooms), rooms.values())
    live = live_sessions_for(rooms.values())
    kept_before, recent, answerable = _kept_before(batch), _recent(batch), _answerable(batch)
    outcomes: list[Outcome] = []
    new: list[tuple[int, Message, Judged]] = []
    at = now()
    for place, one in enumerate(batch):
        key = (one.post.person_id, one.post.room_id, one.post.cid)
        if (before := kept_before.get(key)) is not None:
            outcomes.append(before)
            continue
        try:
            access = _enter(known, one.post, rooms.get(one.post.room_id))
        except (Http404, PermissionDenied) as away:
            outcomes.append(away)
            continue
        session = live[access.room.pk]
        refused = one.unfit or _refusal(one, access, session, recent, answerable)
        if refused is not None:
            _keep_refusal(one, session, refused)
            outcomes.append(refused)
            continue
        recent[one.post.person_id] += 1
        message = _message(one, session, access.room)
        message.written_at, message.shown_at = at, None if one.verdict.action.holds else at
        new.append((place, message, one))
        outcomes.append(Receipt(message.pk, "held" if one.verdict.action.holds else "published", None))
        kept_before[key] = outcomes[-1]
    _keep_messages(new, known, outcomes)
    # The same client id twice in one batch is one message, and both are told its place.
    places = {one.message_id: one for one in outcomes if isinstance(one, Receipt) and one.seq is not None}
    return [places.get(one.message_id, one) if isinstance(one, Receipt) else one for one in outcomes]


def _keep_messages(new: Sequence[tuple[int, Message, Judged]], known: facts.Facts, outcomes: list[Outcome]) -> None:
    if not new:
        return
    tell_new([(message, one.text, one.verdict) for _, message, one in new], known)
    Message.objects.bulk_create([message for _, message, _ in new])
    audit.record_all(
        [
            audit.row(
                "message.post",
                "message",
                message.pk,
                actor=message.author_id,
                person=message.author_id,
                state=message.state,
            )
            for _, message, _ in new
        ]
    )
    for place, message, one in new:
        domain.publish(MessageScreened(message=message, text=one.text, verdict=one.verdict))
        outcomes[place] = Receipt(message.pk, "held" if one.verdict.action.holds else "published", message.seq)


def _judge(one: Post, access: RoomAccess, live: bool) -> Judged:
    text, unfit = one.text, None
    try:
        text = clean(text)
    except Refused as refused:
        if refused.code == "empty":
            raise
        text, unfit = readable(text)[:READ_AT_MOST], refused
    message_id = uuid4()
    draft = Draft(
        message_id=message_id,
        room_id=one.room_id,
        room_kind=access.room.kind,
        cohort_id=access.cohort.pk,
        author_id=one.person_id,
        text=text,
        live=live,
        author_is_staff=access.is_staff,
    )
    return Judged(
        post=one,
        access=access,
        message_id=message_id,
        text=text,
        sealed=sealing.seal(sealing.room(one.room_id), about(message_id), text),
        verdict=screen(draft),
        unfit=unfit,
    )


def _enter(known: facts.Facts, one: Post, room: Room | None) -> RoomAccess:
    if room is None:
        raise Http404
    return enter(known, one.person_id, room, Permission.ROOM_READ)


def _topics(one: Judged) -> list[str]:
    """What is told when the post is kept; all of it is locked first, in one order."""
    room = one.access.room
    found = [room.topic]
    if one.verdict.action.holds or one.verdict.veils:
        found += [room.staff_topic, f"person:{one.post.person_id}"]
    return found


def _rooms(identifiers: Iterable[UUID]) -> dict[UUID, Room]:
    return Room.objects.select_related("cohort__programme").in_bulk(set(identifiers))


def _cohorts(rooms: dict[UUID, Room]) -> list[Cohort]:
    return list({room.cohort_id: room.cohort for room in rooms.values()}.values())


def _kept_before(batch: Sequence[Judged]) -> dict[tuple[UUID, UUID, str], Outcome]:
    mine = Message.objects.filter(
        author__in={one.post.person_id for one in batch}, cid__in={one.post.cid for one in batch}
    )
    return {
        (author, room, cid): Receipt(identifier, "published" if seq is not None else "held", seq)
        for identifier, author, room, cid, seq in mine.values_list("pk", "author", "room", "cid", "seq")
    }


def _recent(batch: Sequence[Judged]) -> Counter[UUID]:
    """How many messages each author has had kept within the last minute."""
    since = now() - timedelta(seconds=60)
    mine = Message.objects.filter(author__in={one.post.person_id for one in batch}, written_at__gt=since)
    return Counter(dict(mine.values_list("author").annotate(Count("pk"))))


def _answerable(batch: Sequence[Judged]) -> set[tuple[UUID, UUID]]:
    """(message, room) of what is answered and can be."""
    wanted = {one.post.reply_to for one in batch if one.post.reply_to is not None}
    if not wanted:
        return set()
    shown = Message.objects.filter(pk__in=wanted, state=State.PUBLISHED).exclude(seq=None)
    return set(shown.values_list("pk", "room"))


def _refusal(
    one: Judged,
    access: RoomAccess,
    session: Session | None,
    recent: Counter[UUID],
    answerable: set[tuple[UUID, UUID]],
) -> Refused | None:
    decision = can_post(standing_in(session, one.post.person_id, access))
    if not decision.allowed:
        person = User.objects.get(pk=one.post.person_id)
        return Refused(decision.code, why_not(decision, access.cohort, zone_of(person, access.cohort)))
    if recent[one.post.person_id] >= settings.POSTS_PER_MINUTE:
        return Refused("rate", "That was a lot in one minute. Your words are still here; send them again in a moment.")
    if one.post.reply_to is not None and (one.post.reply_to, access.room.pk) not in answerable:
        return Refused("not_found", "The message you answer is not here any more.")
    return None


def _keep_refusal(one: Judged, session: Session | None, refused: Refused) -> None:
    domain.publish(
        PostRefused(
            room_id=one.access.room.pk,
            cohort_id=one.access.cohort.pk,
            session_id=session.pk if session else None,
            author_id=one.post.person_id,
            cid=one.post.cid,
            code=refused.code,
            text=one.text,
            verdict=one.verdict,
        )
    )


def _message(one: Judged, session: Session | None, room: Room) -> Message:
    return Message(
        id=one.message_id,
        room=room,
        session=session if room.kind == Room.Kind.GROUP else None,
        author_id=one.post.person_id,
        cid=one.post.cid,
        sealed=one.sealed,
        veils=[list(span) for span in one.verdict.veils],
        reply_to_id=one.post.reply_to,
        state=State.HELD if one.verdict.action.holds else State.PUBLISHED,
    )
