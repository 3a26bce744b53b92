"""What a socket coming, staying and going means for a live session: presence, the round, the absent-lead rule.

Importing this module registers the hooks with `live/topics.py`.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import Error as DatabaseFailure

from groups.events import Presence
from groups.happenings import MembershipEnded
from groups.models import Session
from groups.services import presence, staffing, turns
from live import topics
from live.passing import apass_on
from live.threads import reads, writes
from live.topics import Follower, id_of, kind_of
from records import domain
from records.clock import now

TOGETHER_SECONDS = 0.25
log = logging.getLogger("holdfast.sessions")
_soon: dict[UUID, "asyncio.Task[None]"] = {}
_told: dict[UUID, tuple[UUID, ...]] = {}
"""Whom this process last told each room as here."""
_arriving: set[tuple[UUID, UUID, UUID]] = set()
"""Who came to a session (session, person, room) and could not be lined up yet."""


@topics.on_join
async def came(client: Follower, topic: str) -> None:
    """Somebody's first socket here began to follow a room."""
    if kind_of(topic) != "room":
        return
    room = id_of(topic)
    if await _come(client.user_id, room) and room not in _soon:
        _soon[room] = asyncio.create_task(_tell_soon(room))


@topics.on_leave
async def went(client: Follower, topic: str) -> None:
    """Somebody's last socket here stopped following a room. They count as here for another minute."""
    if kind_of(topic) == "room":
        _told.pop(id_of(topic), None)  # whoever stays is told anew, and nothing is kept of a room nobody is in
        await writes(topic, _went, client.user_id, id_of(topic))


@topics.on_told("session.changed")
async def opened(message: dict[str, Any], people: Sequence[UUID]) -> None:
    """The lobby opened: whoever waited in the room has come to the session."""
    topic = message["on"]
    if message["data"]["state"] == Session.State.LOBBY and kind_of(topic) == "room":
        await asyncio.gather(*(_come(person, id_of(topic)) for person in people))
        await _tell_soon(id_of(topic))


@topics.on_beat
async def stayed(here: Sequence[tuple[UUID, str]]) -> None:
    """These are still here; whoever has been gone for a minute is not told as here any more."""
    pairs = [(person, id_of(topic)) for person, topic in here if kind_of(topic) == "room"]
    if not pairs:
        return
    rooms = {room for _, room in pairs}
    opened = await writes("presence", presence.beat, pairs)
    missed = [one for one in _arriving if one[2] in rooms]
    await asyncio.gather(*(_arrive(*one) for one in {*opened, *missed}))
    await _tell(await reads(_here, rooms))


def _left_the_group(event: MembershipEnded) -> None:
    turns.leave(cohort_id=event.cohort_id, person_id=event.person_id)


domain.subscribe(MembershipEnded, _left_the_group)


async def _come(person_id: UUID, room_id: UUID) -> bool:
    """Whether they came to a live session. Their presence is committed before their turn is looked for: a round that
    begins at this very moment either finds them here, or is found to have begun.
    """
    session = await writes(f"room:{room_id}", presence.joined, person_id=person_id, room_id=room_id)
    if session is not None:
        await _arrive(session, person_id, room_id)
    return session is not None


async def _arrive(session: UUID, person: UUID, room: UUID) -> None:
    """See that somebody who came has a turn, and that a lead is expected to stay."""
    _arriving.discard((session, person, room))
    try:
        await writes(f"room:{room}", _arrived, session, person)
    except DatabaseFailure:
        _arriving.add((session, person, room))  # the next heartbeat tries again
        raise


def _arrived(session: UUID, person_id: UUID) -> None:
    staffing.arrived(session_id=session, person_id=person_id)
    turns.latecomer(session_id=session, person_id=person_id)


def _went(person_id: UUID, room_id: UUID) -> None:
    presence.left(person_id=person_id, room_id=room_id)


def _here(rooms: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    live = presence.live_in(rooms)
    here = presence.here_in(live.values(), now())
    return {room: tuple(here[session]) for room, session in live.items()}


async def _tell_soon(room: UUID) -> None:
    """Many arrive at once when a session opens: they are told together, once."""
    try:
        await asyncio.sleep(TOGETHER_SECONDS)
        _soon.pop(room, None)
        _told.pop(room, None)  # who just came knows nothing yet
        await _tell(await reads(_here, [room]))
    except DatabaseFailure as error:
        log.warning("presence could not be told (%s)", type(error).__name__)


async def _tell(here: dict[UUID, tuple[UUID, ...]]) -> None:
    for room, people in here.items():
        if _told.get(room) != people:
            _told[room] = people
            await apass_on(f"room:{room}", Presence, {"room": str(room), "people": [str(person) for person in people]})
