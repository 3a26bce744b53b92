"""Who somebody is to a room: the display name they chose and the part they play there."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from groups.events import Author
from groups.models import Room
from peers.models import Grant, User
from peers.permissions import Role

Part = Literal["participant", "facilitator", "co-facilitator", "staff"]
PARTS: tuple[tuple[Role, Part], ...] = ((Role.FACILITATOR, "facilitator"), (Role.CO_FACILITATOR, "co-facilitator"))


def authors_in(pairs: Iterable[tuple[UUID, UUID | None]]) -> dict[tuple[UUID, UUID], Author]:
    """The author for each (room, person); None among the people is left out, as is whoever is unknown."""
    wanted = {(room, person) for room, person in pairs if person is not None}
    rooms = Room.objects.filter(pk__in={room for room, _ in wanted}).select_related("cohort")
    scopes = {room.pk: {room.cohort_id, room.cohort.programme_id} for room in rooms}
    people = {person for _, person in wanted}
    known = names(str(person) for person in people)
    held: dict[UUID, set[tuple[UUID, str]]] = {}
    for person, scope, role in Grant.objects.filter(
        person__in=people, scope__in={scope for both in scopes.values() for scope in both}, ended_at=None
    ).values_list("person", "scope", "role"):
        held.setdefault(person, set()).add((scope, role))
    return {
        (room, person): Author(
            id=str(person),
            name=known[str(person)],
            role=part({role for scope, role in held.get(person, ()) if scope in scopes[room]}),
        )
        for room, person in wanted
        if room in scopes and str(person) in known
    }


def names(people: Iterable[str]) -> dict[str, str]:
    """Display names by id."""
    found = User.objects.filter(pk__in=set(people)).values_list("pk", "display_name")
    return {str(person): name for person, name in found}


def part(roles: set[str]) -> Part:
    """What part somebody with these staff roles plays in a room; without any they are a participant."""
    for role, name in PARTS:
        if role in roles:
            return name
    return "staff" if roles else "participant"
