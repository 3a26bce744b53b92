"""What a room's page needs, for the room's own address and for the session's console alike."""

from typing import Any
from uuid import UUID, uuid4

from groups import reading_room
from groups.access import RoomAccess, SessionAccess
from groups.console import console
from groups.marks import RANK, VEILED
from groups.models import Room
from groups.policies import can_post
from groups.services import presence, reading
from groups.services.marking import screen_down
from groups.services.standing import live_session_for, standing
from groups.words import head_and_rest, why_not, zone_of
from live import log
from peers.models import User


def context(reader: User, access: RoomAccess, *, before: int | None = None) -> dict[str, Any]:
    """A whole page of a room; opening its newest page moves the reader's mark to the head."""
    page = shown(reader, access, before)
    marked, marked_at = reading.marked_since(reader.pk, access.room.pk)
    newer = [message.id for message in page.messages if marked and not message.mine and (message.seq or 0) > marked]
    head = log.head(access.room.topic)
    if before is None:
        reading.mark(reader.pk, access.room.pk, head)
        _sign_of(reader, access.room)
    return standing_context(reader, access) | {
        "page": page,
        "new_id": newer[0] if newer else None,
        "marked_at": marked_at,
        "head": head,
        "staff_head": log.head(access.room.staff_topic) if access.is_staff else 0,
        "own_head": log.head(f"person:{reader.pk}"),
        "cid": str(uuid4()),
        "looking_back": before is not None,
        "severities": list(RANK) if access.is_staff else [],
        "veiled_words": f"{VEILED} {access.room.others}",
        "screen_down": screen_down([access.room]) if access.is_staff else None,
    }


def _sign_of(reader: User, room: Room) -> None:
    """Somebody without JavaScript has no socket; their page is a sign that they are in the live session."""
    live = presence.live_in([room.pk]).get(room.pk)
    if live is not None:
        presence.touched(person_id=reader.pk, session_id=live)


def standing_context(reader: User, access: RoomAccess) -> dict[str, Any]:
    """Where the reader stands: the phase, the turn, and whether and why not they may write."""
    decision = can_post(standing(reader.pk, access))
    session = live_session_for(access.room) if access.room.kind == Room.Kind.GROUP else None
    inside = SessionAccess(access.cohort, access.roles, access.room, session) if session is not None else None
    why = "" if decision.allowed else why_not(decision, access.cohort, zone_of(reader, access.cohort))
    return {
        "access": access,
        "room": access.room,
        "room_name": room_name(access.room, reader.pk),
        "session": session,
        "console": console(inside, reader) if inside is not None else None,
        "decision": decision,
        "why_not": why,
        "closed": dict(zip(("title", "more"), head_and_rest(why), strict=True)),
        "base": "base_staff.html" if access.is_staff else "base_participant.html",
    }


def shown(reader: User, access: RoomAccess, before: int | None) -> reading_room.Page:
    """A page of messages; that it was shown is kept."""
    page = reading_room.page(access, reader.pk, before=before)
    if page.messages:
        reading.note_page(reader.pk, access.room, *page.span)
    return page


def room_name(room: Room, reader: UUID) -> str:
    """What a room is called by somebody in it."""
    if room.kind == Room.Kind.PEER:
        other = room.people.exclude(person=reader).select_related("person").first()
        return other.person.display_name if other else "A conversation"
    return f"{room.cohort.name} staff" if room.kind == Room.Kind.STAFF else room.cohort.name


def uuid_of(raw: str | None) -> UUID | None:
    """An id somebody sent; None if it is none."""
    try:
        return UUID(raw) if raw else None
    except ValueError:
        return None
