"""What posting knows of a room: read once, and trusted only while nothing has changed that could matter.

Whatever moves a session, a turn or a group's room tells the members' topic of that room in the same transaction, and
whatever takes somebody's access away or gives it, and a new name, tells `system:access`. So under the room's lock two
numbers say whether what was read still holds. What nobody tells (a row changed by hand) is seen within
`REMEMBER_SECONDS`. Other kinds of room are read anew for each post.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from uuid import UUID

from groups import facts
from groups.access import RoomAccess, enter
from groups.authors import part
from groups.events import Author, MessageHidden, MessagePosted, MessageRestored, MessageWithdrawn
from groups.models import Membership, Room, Session
from groups.services.standing import live_sessions_for
from live import log, revoke
from peers.models import User
from peers.permissions import Permission

REMEMBER_SECONDS = 30.0
REMEMBER_ROOMS = 4096


@dataclass(slots=True)
class KnownRoom:
    """A room, its live session, and who some people are there."""

    room: Room
    live: Session | None
    facts: facts.Facts
    names: dict[UUID, str]
    """Display names of the people the facts are about."""
    read_at: float
    head: int = -1
    """The members' head as of which this holds; -1 until that is known."""
    access: int = -1
    """The same for `system:access`."""
    _entered: dict[tuple[UUID, Permission, date], RoomAccess] = field(default_factory=dict, init=False)
    _authors: dict[UUID, Author] = field(default_factory=dict, init=False)

    def enter(self, person: UUID, permission: Permission = Permission.ROOM_READ) -> RoomAccess:
        """The doorway. Raises `Http404`, `PermissionDenied`."""
        key = person, permission, facts.today(self.room.cohort)
        if (found := self._entered.get(key)) is None:
            found = self._entered[key] = enter(self.facts, person, self.room, permission)
        return found

    def author(self, person: UUID) -> Author:
        """Somebody it knows, as the room is told of them."""
        if (found := self._authors.get(person)) is None:
            cohort = self.room.cohort
            held = {
                role.value for scope in (cohort.pk, cohort.programme_id) for role in self.facts.roles[person, scope]
            }
            found = self._authors[person] = Author(id=str(person), name=self.names[person], role=part(held))
        return found

    def knows(self, people: Iterable[UUID]) -> bool:
        """Whether it was read lately, and for all of these people."""
        return monotonic() - self.read_at < REMEMBER_SECONDS and all(person in self.names for person in people)


_lock = threading.Lock()
"""The loop, the writer and the readers all remember."""
_rooms: "OrderedDict[UUID, KnownRoom]" = OrderedDict()


def at_hand(room: UUID, person: UUID) -> KnownRoom | None:
    """A room as remembered, without asking the database. Not for deciding."""
    one = _rooms.get(room)
    return one if one is not None and one.knows([person]) else None


def look(wanted: Mapping[UUID, set[UUID]]) -> dict[UUID, KnownRoom]:
    """Rooms and people in them as remembered, or as read now. Not for deciding: nothing is locked."""
    known = {room: one for room, people in wanted.items() if (one := _rooms.get(room)) and one.knows(people)}
    return known | read_now({room: people for room, people in wanted.items() if room not in known})


TALK = (MessagePosted.TYPE, MessageHidden.TYPE, MessageRestored.TYPE, MessageWithdrawn.TYPE)
"""What a room is told that changes nothing about who may post there."""
ACCESS = log.head_of(revoke.TOPIC)
"""Finds how far `system:access` reaches."""


def look_locked(wanted: Mapping[UUID, set[UUID]], held: Mapping[str, int], access: int) -> dict[UUID, KnownRoom]:
    """The same for deciding. `held` are the heads of the rooms' members' topics, whose locks the caller holds;
    `access` is the head of `system:access`, read under them.
    """
    known = {
        room: one
        for room, people in wanted.items()
        if (one := _rooms.get(room))
        and one.knows(people)
        and one.access == access
        and one.head >= 0
        # What decides about a peer room, a live session of either cohort, is told to the group's room and not to it.
        and one.room.kind == Room.Kind.GROUP
    }
    for room in _moved(known.values(), held):
        del known[room]
    fresh = read_now({room: people for room, people in wanted.items() if room not in known})
    for one in fresh.values():
        one.head, one.access = held.get(one.room.topic, -1), access
    return known | fresh


def _moved(known: Iterable[KnownRoom], heads: Mapping[str, int]) -> list[UUID]:
    """In which of these rooms more has happened than talk. Another process's posts move a head, and decide nothing."""
    behind = {one.room.topic: one for one in known if one.head != heads.get(one.room.topic, 0)}
    if not behind:
        return []
    beside = log.told_beside({topic: one.head for topic, one in behind.items()}, TALK)
    return [one.room.pk for topic, one in behind.items() if topic in beside]


def look_checked(room: UUID, person: UUID) -> KnownRoom | None:
    """One room and somebody there, as true as a query can say: remembered if no number has moved, else read now."""
    one, topic = _rooms.get(room), f"room:{room}"
    heads = log.heads([topic, revoke.TOPIC])
    head, access = heads.get(topic, 0), heads.get(revoke.TOPIC, 0)
    if one and one.knows([person]) and one.access == access and one.head >= 0 and not _moved([one], heads):
        return one
    fresh = read_now({room: {person}}).get(room)
    if fresh is not None:
        # Numbers from before the reading: whatever changed meanwhile has moved them, and is read again.
        fresh.head, fresh.access = head, access
        remember([fresh], {})
    return fresh


def remember(rooms: Iterable[KnownRoom], heads: Mapping[str, int]) -> None:
    """Trust these rooms up to their new heads: call once that is committed."""
    with _lock:
        for one in rooms:
            one.head = heads.get(one.room.topic, one.head)
            _rooms[one.room.pk] = one
            _rooms.move_to_end(one.room.pk)
        while len(_rooms) > REMEMBER_ROOMS:
            _rooms.popitem(last=False)


def forget() -> None:
    """Remember nothing."""
    _rooms.clear()


def read_now(wanted: Mapping[UUID, set[UUID]]) -> dict[UUID, KnownRoom]:
    """Rooms and people in them as the database has them now."""
    if not wanted:
        return {}
    read_at = monotonic()
    rooms = Room.objects.select_related("cohort__programme").in_bulk(list(wanted))
    members = _members(rooms.values())
    people_of = {room: wanted[room] | members[rooms[room].cohort_id] for room in rooms}
    people = set[UUID]().union(*people_of.values())
    cohorts = {room.cohort_id: room.cohort for room in rooms.values()}
    about = facts.read(people, list(cohorts.values()), rooms.values())
    live = live_sessions_for(rooms.values())
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "display_name"))
    return {
        identifier: KnownRoom(
            room=room,
            live=live[identifier],
            facts=about,
            names={person: names[person] for person in people_of[identifier] if person in names},
            read_at=read_at,
        )
        for identifier, room in rooms.items()
    }


def _members(rooms: Iterable[Room]) -> defaultdict[UUID, set[UUID]]:
    """Who belongs to each room's cohort: when one of them comes, so do the others."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    here = Membership.objects.filter(cohort__in={room.cohort_id for room in rooms}, ended_at=None)
    for cohort, person in here.values_list("cohort", "person"):
        found[cohort].add(person)
    return found
