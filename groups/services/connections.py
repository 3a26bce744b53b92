"""An accepted connection becomes a peer room; an ended one closes it at once."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from groups.events import HomeChanged, RoomClosed
from groups.happenings import MembershipEnded
from groups.models import Cohort, Room, RoomPerson
from live import log, revoke
from peers.models import Block, Connection, User
from peers.services import connections
from records import domain
from records.clock import now


@dataclass(frozen=True, slots=True)
class Peer:
    """Another member, as somebody may invite them."""

    person: User
    state: str
    """`""`, `invited` (by me), `asks` (me), `open`, `blocked` (by me)."""
    connection: Connection | None
    room: Room | None


def register() -> None:
    """Hear what happens to connections and memberships."""
    domain.subscribe(connections.ConnectionAccepted, _open_room)
    domain.subscribe(connections.ConnectionEnded, _close_room)
    domain.subscribe(connections.PersonInvited, _tell_home)
    domain.subscribe(MembershipEnded, _leave)


def peers_of(person: User, cohort: Cohort, members: list[User]) -> list[Peer]:
    """Every other member of a cohort, and what there is between them and this person."""
    mine = Connection.objects.filter(Q(inviter=person) | Q(invitee=person), scope=cohort.pk)
    by_other = {
        (found.invitee_id if found.inviter_id == person.pk else found.inviter_id): found
        for found in mine.filter(state__in=["invited", "accepted"])
    }
    blocks = set(Block.objects.filter(person=person, lifted_at=None).values_list("other", flat=True))
    blocked_by = set(Block.objects.filter(other=person, lifted_at=None).values_list("person", flat=True))
    rooms = {
        room.connection_id: room for room in Room.objects.filter(connection_id__in=[c.pk for c in by_other.values()])
    }
    found = []
    for other in members:
        if other.pk == person.pk:
            continue
        connection = by_other.get(other.pk)
        state = _state(person, other, connection, blocks, blocked_by)
        found.append(Peer(other, state, connection, rooms.get(connection.pk) if connection else None))
    return found


def invitations_for(person_id: UUID) -> list[Connection]:
    """Who asks to write to this person, newest first; of somebody blocked nothing is seen."""
    asked = Connection.objects.filter(invitee=person_id, state=Connection.State.INVITED).select_related("inviter")
    return [found for found in asked.order_by("-invited_at") if not connections.blocked(found.inviter_id, person_id)]


def _state(person: User, other: User, connection: Connection | None, blocks: set[UUID], blocked_by: set[UUID]) -> str:
    if other.pk in blocks:
        return "blocked"
    if connection is None:
        return ""
    if connection.state == Connection.State.ACCEPTED:
        return "open"
    if connection.inviter_id == person.pk:
        return "invited"
    return "" if other.pk in blocked_by else "asks"


def _open_room(event: connections.ConnectionAccepted) -> None:
    connection = event.connection
    room = Room.objects.create(
        kind=Room.Kind.PEER, cohort_id=connection.scope, connection_id=connection.pk, opened_at=now()
    )
    both = (connection.inviter_id, connection.invitee_id)
    RoomPerson.objects.bulk_create([RoomPerson(room=room, person_id=person) for person in both])
    log.tell_all([(f"person:{person}", HomeChanged, {"what": "invitation"}) for person in both])


def _close_room(event: connections.ConnectionEnded) -> None:
    room = Room.objects.filter(connection_id=event.connection.pk, closed_at=None).first()
    if room is None:
        return
    room.closed_at = now()
    room.save(update_fields=["closed_at"])
    both = (event.connection.inviter_id, event.connection.invitee_id)
    kept = {"room": str(room.pk)}
    log.tell_all([(topic, RoomClosed, kept) for topic in (room.topic, *(f"person:{person}" for person in both))])
    for person in both:
        revoke.recheck(person)


def _tell_home(event: connections.PersonInvited) -> None:
    with transaction.atomic():
        log.tell(f"person:{event.person_id}", HomeChanged, {"what": "invitation"})


def _leave(event: MembershipEnded) -> None:
    connections.end_all_in(scope=event.cohort_id, person_id=event.person_id)
    revoke.recheck(event.person_id)
