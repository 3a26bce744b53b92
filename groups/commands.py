"""What a socket may ask of a room. The session's own commands are in `groups/session_commands.py`."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from groups.access import RoomAccess
from groups.errors import Refused
from groups.events import Typing
from groups.models import Room
from groups.policies import can_post
from groups.services import messages, reading
from groups.services.earlier import Post as NewPost
from groups.services.known_rooms import look_checked
from groups.services.posting import POSTS
from groups.services.standing import standing
from live.client import NO_ACCESS, Client
from live.commands import Answer, Refusal, command, not_found
from live.passing import apass_on
from live.threads import joins, reads, writes
from live.topics import Follower, authorises, id_of, on_unfollow
from peers.errors import FormerMember
from peers.models import User
from peers.permissions import Permission


@dataclass(frozen=True, slots=True)
class Join:
    """Follow a room."""

    room: UUID
    after: int | None = None
    """Send what the members were told after this seq; null: only what is new."""
    staff_after: int | None = None
    """The same for the staff's topic; ignored for participants."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Stop following a room."""

    room: UUID


@dataclass(frozen=True, slots=True)
class Post:
    """Write a message."""

    room: UUID
    text: str
    """1 to 4,000 code points, counted after CR LF and CR became LF."""
    reply_to: UUID | None = None
    """The message this answers, of the same room."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Say that one is writing; send at most every 3 seconds."""

    room: UUID


@dataclass(frozen=True, slots=True)
class Seen:
    """Say how far one has read."""

    room: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take back one's own message."""

    message: UUID


@command("join", Join)
async def join(client: Client, cid: str, frame: Join) -> Answer:
    """Follow a room's members' topic and, as its staff, its staff topic too. `seq` is the members' head."""
    client.joined = True
    access = await _room(client, frame.room, Permission.ROOM_READ)
    if access.room.closed_at is not None:
        raise Refusal("closed", "This conversation has ended.")
    if access.room.topic not in client.state:  # joined again, it is still the same visit
        visit = await writes(access.room.topic, reading.open_visit, client.user_id, access.room.topic)
        client.state[access.room.topic] = visit
    if access.is_staff:
        staff_seq = await client.follow(access.room.staff_topic, frame.staff_after)
        seq = await client.follow(access.room.topic, frame.after)
        return Answer(seq=seq, extra={"staff_seq": staff_seq})
    return Answer(seq=await client.follow(access.room.topic, frame.after))


@on_unfollow
async def close_visit(client: Follower, topic: str) -> None:
    """A socket stopped looking at a room: what it was actually sent goes into the audit."""
    visit = client.state.pop(topic, None)
    if visit is not None:
        first, last = client.seen.get(topic, (None, None))
        await writes(topic, reading.close_visit, visit, first, last)


@command("leave", Leave)
async def leave(client: Client, cid: str, frame: Leave) -> Answer:
    """Stop following a room."""
    for topic in (f"room:{frame.room}", f"room:{frame.room}:staff"):
        await client.unfollow(topic)
    return Answer()


@command("post", Post)
async def post(client: Client, cid: str, frame: Post) -> Answer:
    """Write a message. The answer says `published` or `held`; the same cid again gives the same answer."""
    try:
        outcome = await joins(
            POSTS,
            NewPost(person_id=client.user_id, room_id=frame.room, cid=cid, text=frame.text, reply_to=frame.reply_to),
        )
    except Refused as refused:
        raise Refusal(refused.code, refused.reason) from None
    except (Http404, PermissionDenied) as away:
        raise turned_away(away) from None
    return Answer(seq=outcome.seq, extra={"id": str(outcome.message_id), "state": outcome.state})


@command("typing", Writing)
async def typing(client: Client, cid: str, frame: Writing) -> Answer:
    """Tell the room that one is writing, if one may write there now."""
    access = await _room(client, frame.room, Permission.ROOM_POST)
    if can_post(await reads(standing, client.user_id, access)).allowed:
        await apass_on(access.room.topic, Typing, {"room": str(frame.room), "person": str(client.user_id)})
    return Answer()


@command("seen", Seen)
async def seen(client: Client, cid: str, frame: Seen) -> Answer:
    """Move one's own read mark forward. Nobody else is told."""
    access = await _room(client, frame.room, Permission.ROOM_READ)
    await writes(access.room.topic, reading.mark, client.user_id, access.room.pk, frame.seq)
    return Answer()


@command("withdraw", Withdraw)
async def withdraw(client: Client, cid: str, frame: Withdraw) -> Answer:
    """Take back one's own message."""
    try:
        await writes("withdraw", messages.withdraw, person_id=client.user_id, message_id=frame.message)
    except Refused as refused:
        raise Refusal(refused.code, refused.reason) from None
    except (Http404, PermissionDenied) as away:
        raise turned_away(away) from None
    return Answer()


def turned_away(away: Http404 | PermissionDenied) -> Refusal:
    """A doorway's answer as a socket gives it."""
    if isinstance(away, FormerMember):
        return Refusal("former_member", str(away), close=NO_ACCESS)
    if isinstance(away, PermissionDenied):
        return Refusal("not_allowed", str(away))
    return not_found()


async def _room(client: Client, room_id: UUID, permission: Permission) -> RoomAccess:
    try:
        return await reads(_access, client.user_id, room_id, permission)
    except (Http404, PermissionDenied) as away:
        raise turned_away(away) from None


def _access(person_id: UUID, room_id: UUID, permission: Permission) -> RoomAccess:
    known = look_checked(room_id, person_id)
    if known is None:
        raise Http404
    return known.enter(person_id, permission)


def _may(person_id: UUID, topic: str, *, staff: bool) -> bool:
    try:
        access = _access(person_id, id_of(topic), Permission.ROOM_READ)
    except (Http404, PermissionDenied):
        return False
    ended = access.room.kind == Room.Kind.PEER and access.room.closed_at is not None
    return access.is_staff if staff else not ended


@authorises("room")
def may_follow_room(person_id: UUID, topic: str) -> bool:
    """Members and staff of a room; of a peer room only while it is open."""
    return _may(person_id, topic, staff=False)


@authorises("staff")
def may_follow_staff(person_id: UUID, topic: str) -> bool:
    """Staff of a room."""
    return _may(person_id, topic, staff=True)


@authorises("person")
def may_follow_person(person_id: UUID, topic: str) -> bool:
    """One's own topic, while one's account is active."""
    return topic == f"person:{person_id}" and User.objects.filter(pk=person_id, is_active=True).exists()
