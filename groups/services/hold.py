"""Holding a session: its room's topics, then its row, locked until the transaction ends; and telling both topics.

A post locks the room's topic first, so whoever changes a session does the same: one order, no deadlock, and what is
told takes its place among the messages exactly where it became true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from groups.errors import Refused
from groups.models import Room, Session
from live import log
from live.events import Event, Kept

Told = tuple[type[Event], Kept]


@dataclass(slots=True)
class Held:
    """A locked session and the room it meets in. Change `session`, save it, tell, all in one transaction."""

    session: Session
    room: Room

    def tell(self, told: Sequence[Told], *, staff_only: bool = False, also: Sequence[tuple[str, Told]] = ()) -> None:
        """Tell the room's members and its staff, and the topics in `also`, in one go."""
        if not told and not also:
            return
        topics = [self.room.staff_topic] if staff_only else [self.room.topic, self.room.staff_topic]
        rows = [(topic, cls, kept) for cls, kept in told for topic in topics]
        log.tell_all([*rows, *((topic, cls, kept) for topic, (cls, kept) in also)])


def hold(session_id: UUID, *, topics: Sequence[str] = ()) -> Held:
    """Lock a session and what it tells (its room's topics and `topics`). Raises `Refused` if there is none."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A session is held inside a transaction.")
    room = Room.objects.filter(kind=Room.Kind.GROUP, cohort__sessions=session_id).first()
    if room is None:
        raise Refused("not_found", "There is no such session.")
    log.lock([room.topic, room.staff_topic, *topics])
    session = Session.objects.select_for_update(of=("self",)).select_related("cohort__programme").get(pk=session_id)
    return Held(session, room)
