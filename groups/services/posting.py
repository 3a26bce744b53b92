"""Posting: the one path of every message, from a socket or a form, in every kind of room, one at a time or many.

`read` authorises, screens and seals outside any transaction. `keep` decides again under the rooms' locks and keeps each
message with everything that follows from it, or keeps that it was refused. Nothing is shown before it is kept.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, SynchronousOnlyOperation
from django.db import transaction
from django.http import Http404

from groups.access import RoomAccess
from groups.errors import Refused
from groups.gate import Action, Draft, Verdict
from groups.happenings import MessageMarked, PostRefused
from groups.models import Message, Room
from groups.policies import can_post
from groups.services import earlier
from groups.services.earlier import Post, Receipt
from groups.services.known_rooms import ACCESS, KnownRoom, at_hand, look, look_locked, read_now, remember
from groups.services.messages import about
from groups.services.screening import screen
from groups.services.standing import standing_in
from groups.services.telling import tell_new
from groups.text import clean, readable
from groups.words import why_not, zone_of
from live import log
from peers.models import User
from records import audit, domain, rows, sealing
from records.clock import now
from records.entropy import new_id
from records.models import AuditRow

State = Message.State
NOTHING = Verdict(action=Action.PUBLISH)
"""What the gate makes of most words: nothing."""
READ_AT_MOST = 40_000
"""Characters of a refused, far too long text that are still read by the screen and kept as evidence."""
Away = Http404 | PermissionDenied


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A post that was authorised, screened and sealed, ready to be kept."""

    post: Post
    known: KnownRoom
    access: RoomAccess
    draft: Draft
    text: str
    sealed: bytes
    verdict: Verdict
    unfit: Refused | None = None
    """The text itself cannot be a message; it was read all the same."""


Outcome = Receipt | Refused | Http404 | PermissionDenied
"""What becomes of a post. A refusal is an outcome too: it is kept, since its words were read."""


class Posts:
    """Posts as the writer takes them: many in one transaction (see `records.writer.Work`)."""

    def quick(self, item: Post) -> Judged | None:
        """For somebody the room is remembered to be open to. Whoever is turned away is looked up first."""
        known = at_hand(item.room_id, item.person_id)
        if known is None:
            return None
        try:
            return _judge(item, known)
        except (Refused, Http404, PermissionDenied, SynchronousOnlyOperation):
            return None

    def ready(self, items: Sequence[Post]) -> Sequence[Judged | Exception]:
        """Outside any transaction."""
        return read(items)

    def apply(self, items: Sequence[Judged]) -> tuple[Sequence[Outcome], Sequence[rows.Write]]:
        """Inside one."""
        return keep(items)


POSTS = Posts()


def post(*, person_id: UUID, room_id: UUID, cid: str, text: str, reply_to: UUID | None = None) -> Receipt:
    """Post a message; the same `cid` again gives the same receipt. Raises `Refused`, `Http404`, `PermissionDenied`."""
    judged = read([Post(person_id=person_id, room_id=room_id, cid=cid, text=text, reply_to=reply_to)])[0]
    if isinstance(judged, Exception):
        raise judged
    with transaction.atomic():
        (outcome,), last = keep([judged])
        rows.run(last, commit=True)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def read(posts: Sequence[Post]) -> list[Judged | Exception]:
    """Authorise, screen and seal each; an exception stands for one that goes no further."""
    rooms = look(_wanted(posts))
    read: list[Judged | Exception] = []
    for one in posts:
        try:
            read.append(_judge(one, rooms.get(one.room_id)))
        except Refused as refused:
            read.append(refused)
        except (Http404, PermissionDenied):
            # What was remembered does not turn anybody away: they may have come back since.
            try:
                read.append(_judge(one, read_now({one.room_id: {one.person_id}}).get(one.room_id)))
            except (Refused, Http404, PermissionDenied) as away:
                read.append(away)
    return read


def keep(batch: Sequence[Judged]) -> tuple[list[Outcome], list[rows.Write]]:
    """Decide under the rooms' locks and keep, in order; inside a transaction.

    What each has come to, and what is still to be written when nothing else is.
    """
    posts = [one.post for one in batch]
    held, (access, *earlier_rows) = log.lock_and_read(
        (topic for one in batch for topic in _topics(one)), [ACCESS, *earlier.statements(posts)]
    )
    # Asked again: between reading and keeping somebody may have been discharged, or the phase may have changed.
    rooms = look_locked(_wanted(posts), held, access[0][0] if access else 0)
    before, recent = earlier.read(earlier_rows)
    answerable = earlier.answerable(posts)
    outcomes: list[Outcome] = []
    new: list[tuple[int, Message, Judged]] = []
    at = now()
    for place, one in enumerate(batch):
        key = (one.post.person_id, one.post.room_id, one.post.cid)
        if (known := before.get(key)) is not None:
            outcomes.append(known)
            continue
        try:
            one = _seen_as_it_is(one, rooms.get(one.post.room_id))
            refused = one.unfit or _refusal(one, recent, answerable)
        except (Refused, Http404, PermissionDenied) as away:
            outcomes.append(away)
            continue
        if refused is not None:
            _keep_refusal(one, refused)
            outcomes.append(refused)
            continue
        recent[one.post.person_id] += 1
        message = _message(one, at)
        new.append((place, message, one))
        before[key] = Receipt(message.pk, _state(one), None)
        outcomes.append(before[key])
    last = _keep_messages(new, held, outcomes)
    heads = dict(held)
    for _, message, one in new:
        if message.seq is not None:
            heads[one.known.room.topic] = message.seq
    transaction.on_commit(lambda: remember(rooms.values(), heads), robust=True)
    # The same client id twice in one batch is one message, and both are told its place.
    places = {one.message_id: one for one in outcomes if isinstance(one, Receipt) and one.seq is not None}
    return [places.get(one.message_id, one) if isinstance(one, Receipt) else one for one in outcomes], last


def _keep_messages(
    new: Sequence[tuple[int, Message, Judged]], held: Mapping[str, int], outcomes: list[Outcome]
) -> list[rows.Write]:
    if not new:
        return []
    last: list[rows.Write] = []
    tell_new([(message, one.text, one.verdict, one.known) for _, message, one in new], held, last)
    last.append(rows.Insert(Message, [rows.of(message) for _, message, _ in new]))
    last.append(rows.Insert(AuditRow, [_audited(message) for _, message, _ in new]))
    for place, message, one in new:
        outcomes[place] = Receipt(message.pk, _state(one), message.seq)
    marked = [(message, one) for _, message, one in new if one.verdict != NOTHING]
    if marked:  # whoever hears of it writes more, and refers to the message
        rows.run(last)
        last = []
    for message, one in marked:
        domain.publish(MessageMarked(message=message, text=one.text, verdict=one.verdict))
    return last


def _audited(message: Message) -> rows.Row:
    person = message.author_id
    return audit.row("message.post", "message", message.pk, actor=person, person=person, state=message.state)


def _judge(one: Post, known: KnownRoom | None) -> Judged:
    if known is None:
        raise Http404
    access = known.enter(one.person_id)
    text, unfit = one.text, None
    try:
        text = clean(text)
    except Refused as refused:
        if refused.code == "empty":
            raise
        text, unfit = readable(text)[:READ_AT_MOST], refused
    message_id = new_id()
    draft = Draft(
        message_id=message_id,
        room_id=one.room_id,
        room_kind=access.room.kind,
        cohort_id=access.cohort.pk,
        programme_id=access.cohort.programme_id,
        author_id=one.person_id,
        text=text,
        live=known.live is not None,
        author_is_staff=access.is_staff,
    )
    return Judged(
        post=one,
        known=known,
        access=access,
        draft=draft,
        text=text,
        sealed=sealing.seal(sealing.room(one.room_id), about(message_id), text),
        verdict=screen(draft),
        unfit=unfit,
    )


def _seen_as_it_is(one: Judged, known: KnownRoom | None) -> Judged:
    """The same on what holds under the lock; judged again where the gate was told something else."""
    if known is one.known:
        return one  # it was decided on the very same facts
    if known is None:
        raise Http404
    access = known.enter(one.post.person_id)
    if (known.live is not None, access.is_staff) != (one.draft.live, one.draft.author_is_staff):
        return _judge(one.post, known)
    return replace(one, known=known, access=access)


def _topics(one: Judged) -> list[str]:
    """What is told when the post is kept; all of it is locked first, in one order."""
    room = one.access.room
    found = [room.topic]
    if one.verdict.action.holds or one.verdict.veils:
        found += [room.staff_topic, f"person:{one.post.person_id}"]
    return found


def _wanted(posts: Iterable[Post]) -> dict[UUID, set[UUID]]:
    wanted: dict[UUID, set[UUID]] = {}
    for one in posts:
        wanted.setdefault(one.room_id, set()).add(one.person_id)
    return wanted


def _refusal(one: Judged, recent: Counter[UUID], answerable: set[tuple[UUID, UUID]]) -> Refused | None:
    person_id, access = one.post.person_id, one.access
    decision = can_post(standing_in(one.known.live, person_id, access))
    if not decision.allowed:
        person = User.objects.get(pk=person_id)
        return Refused(decision.code, why_not(decision, access.cohort, zone_of(person, access.cohort)))
    if 0 < settings.POSTS_PER_MINUTE <= recent[person_id]:
        return Refused("rate", "That was a lot in one minute. Your words are still here; send them again in a moment.")
    if one.post.reply_to is not None and (one.post.reply_to, access.room.pk) not in answerable:
        return Refused("not_found", "The message you answer is not here any more.")
    return None


def _keep_refusal(one: Judged, refused: Refused) -> None:
    domain.publish(
        PostRefused(
            room_id=one.access.room.pk,
            cohort_id=one.access.cohort.pk,
            session_id=one.known.live.pk if one.known.live else None,
            author_id=one.post.person_id,
            cid=one.post.cid,
            code=refused.code,
            text=one.text,
            verdict=one.verdict,
        )
    )


def _state(one: Judged) -> str:
    return "held" if one.verdict.action.holds else "published"


def _message(one: Judged, at: datetime) -> Message:
    room, held = one.access.room, one.verdict.action.holds
    session = one.known.live if room.kind == Room.Kind.GROUP else None
    row = {
        "id": one.draft.message_id,
        "room_id": room.pk,
        "session_id": session.pk if session else None,
        "author_id": one.post.person_id,
        "cid": one.post.cid,
        "sealed": one.sealed,
        "veils": [list(span) for span in one.verdict.veils],
        "reply_to_id": one.post.reply_to,
        "state": State.HELD if held else State.PUBLISHED,
        "seq": None,
        "written_at": at,
        "shown_at": None if held else at,
        "withdrawn_at": None,
    }
    # Made as one that was read, which it soon is: by name it takes three times as long.
    message = Message.from_db(None, row.keys(), row.values())
    Message._meta.get_field("room").set_cached_value(message, room)
    return message
