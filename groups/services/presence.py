"""Who is in a session: spans stored from joins, leaves and heartbeats, so that a killed server forgets nobody.

A span belongs to one person, one session and one running server. It is extended by that server's heartbeat and closed
when the person's last socket there goes; if the server itself goes, the span ends at its last heartbeat. A page opened
without a socket leaves a span too, kept by no server.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Min
from django.db.models.functions import Coalesce

from groups.models import PresenceSpan, Room, Session
from records.clock import now

SERVER = uuid4()
"""This running process."""
AWAY_AFTER = timedelta(seconds=60)
"""A phone that locks is not gone: so long after the last sign of a person they still count as here."""
LOST_AFTER = timedelta(seconds=45)
"""A span without a heartbeat for so long belonged to a server that is no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One person of a session: when they first came, and the last sign of them."""

    person: UUID
    came_at: datetime
    seen_at: datetime

    def here(self, at: datetime) -> bool:
        """Whether they count as here: a connection that dropped less than a minute ago does."""
        return at - self.seen_at < AWAY_AFTER

    def away_minutes(self, at: datetime) -> int:
        """Whole minutes since the last sign of them; 0 while they are here."""
        return 0 if self.here(at) else int((at - self.seen_at).total_seconds() // 60)


def live_in(rooms: Iterable[UUID]) -> dict[UUID, UUID]:
    """The live session of each of the given group rooms, by room."""
    group = dict(Room.objects.filter(pk__in=set(rooms), kind=Room.Kind.GROUP).values_list("cohort", "pk"))
    live = Session.objects.filter(state__in=Session.LIVE, cohort__in=group).values_list("cohort", "pk")
    return {group[cohort]: session for cohort, session in live}


def joined(*, person_id: UUID, room_id: UUID) -> UUID | None:
    """A socket of this person joined the room here. Opens their span; returns the live session, if there is one."""
    session = live_in([room_id]).get(room_id)
    if session is not None:
        _open(session, person_id, SERVER)
    return session


def left(*, person_id: UUID, room_id: UUID) -> UUID | None:
    """This person's last socket in the room went here. Closes their span; returns the live session, if there is one."""
    moment, session = now(), live_in([room_id]).get(room_id)
    if session is not None:
        mine = PresenceSpan.objects.filter(session=session, person=person_id, server=SERVER, left_at=None)
        mine.update(seen_at=moment, left_at=moment)
    return session


def beat(pairs: Iterable[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID, UUID]]:
    """This server's heartbeat for some rooms, with every (person, room) it has a socket for in them.

    Extends their spans, opens missing ones (a session may have become live since), closes those whose socket is gone.
    Returns the (session, person, room) of those whose span it opened.
    """
    connected = set(pairs)
    live = live_in({room for _, room in connected})
    wanted = {(live[room], person) for person, room in connected if room in live}
    kept = {
        (session, person): pk
        for pk, session, person in PresenceSpan.objects.filter(
            server=SERVER, left_at=None, session__in=live.values()
        ).values_list("pk", "session", "person")
    }
    open_spans = PresenceSpan.objects.filter(left_at=None)
    if alive := [pk for key, pk in kept.items() if key in wanted]:
        open_spans.filter(pk__in=alive).update(seen_at=now())
    if gone := [pk for key, pk in kept.items() if key not in wanted]:
        open_spans.filter(pk__in=gone).update(left_at=F("seen_at"))
    opened = sorted(wanted - kept.keys())
    for session, person in opened:
        _open(session, person, SERVER)
    room_of = {session: room for room, session in live.items()}
    return [(session, person, room_of[session]) for session, person in opened]


def touched(*, person_id: UUID, session_id: UUID) -> None:
    """A page of a live session was opened or a form used: a sign of the person, kept as a span of no server's."""
    moment = now()
    with transaction.atomic():
        open_visit = PresenceSpan.objects.filter(session=session_id, person=person_id, server=None, left_at=None)
        recent = open_visit.filter(seen_at__gt=moment - LOST_AFTER)
        if not recent.update(seen_at=moment):
            open_visit.update(left_at=F("seen_at"))
            PresenceSpan.objects.create(session_id=session_id, person_id=person_id, joined_at=moment, seen_at=moment)


def close_lost(moment: datetime) -> int:
    """End spans nobody keeps alive any more at their last heartbeat. Due work; safe in several workers at once."""
    lost = PresenceSpan.objects.filter(left_at=None, seen_at__lt=moment - LOST_AFTER)
    return lost.update(left_at=F("seen_at"))


def close_all(session: Session, moment: datetime) -> None:
    """The session is over: every open span ends now, or where its server was lost."""
    still = PresenceSpan.objects.filter(session=session, left_at=None)
    still.filter(seen_at__lt=moment - LOST_AFTER).update(left_at=F("seen_at"))
    still.update(seen_at=moment, left_at=moment)


def seen(session_id: UUID, people: Collection[UUID] | None = None) -> list[Seen]:
    """Everybody with a span in the session (or those of `people`), in the order they came."""
    return _seen_in([session_id], people)[session_id]


def here(session_id: UUID, at: datetime) -> list[UUID]:
    """Who is here now, in the order they came; a connection that dropped less than 60 s ago counts."""
    return here_in([session_id], at)[session_id]


def here_in(sessions: Iterable[UUID], at: datetime) -> dict[UUID, list[UUID]]:
    """The same for several sessions, in one query."""
    return {
        session: [person.person for person in seen if person.here(at)] for session, seen in _seen_in(sessions).items()
    }


def _seen_in(sessions: Iterable[UUID], people: Collection[UUID] | None = None) -> dict[UUID, list[Seen]]:
    found: dict[UUID, list[Seen]] = {session: [] for session in sessions}
    spans = PresenceSpan.objects.filter(session__in=found)
    if people is not None:
        spans = spans.filter(person__in=people)
    by_person = spans.values("session", "person")
    rows = by_person.annotate(came=Min("joined_at"), last=Max(Coalesce("left_at", "seen_at")))
    for row in rows.order_by("came", "person"):
        found[row["session"]].append(Seen(person=row["person"], came_at=row["came"], seen_at=row["last"]))
    return found


def connected(session_id: UUID, people: Collection[UUID], since: datetime) -> set[UUID]:
    """Which of `people` have an open connection, through a socket, that was alive after `since`."""
    spans = PresenceSpan.objects.filter(session=session_id, person__in=people, left_at=None, seen_at__gt=since)
    spans = spans.exclude(server=None)
    return set(spans.values_list("person", flat=True))


def anybody(session_id: UUID, since: datetime) -> bool:
    """Whether any connection at all was alive after `since`."""
    return PresenceSpan.objects.filter(session=session_id, left_at=None, seen_at__gt=since).exists()


def had_socket(session_id: UUID, person_id: UUID) -> bool:
    """Whether a socket of theirs ever joined this session."""
    return PresenceSpan.objects.filter(session=session_id, person=person_id).exclude(server=None).exists()


def _open(session: UUID, person: UUID, server: UUID) -> None:
    moment = now()
    mine = PresenceSpan.objects.filter(session=session, person=person, server=server, left_at=None)
    if mine.update(seen_at=moment):
        return
    try:
        with transaction.atomic():
            PresenceSpan.objects.create(
                session_id=session, person_id=person, server=server, joined_at=moment, seen_at=moment
            )
    except IntegrityError:
        mine.update(seen_at=moment)


def forget(session: Session) -> None:
    """Forget every connection of a session that is put back in time for a demonstration; page visits stay."""
    PresenceSpan.objects.filter(session=session).exclude(server=None).delete()
