"""What decides who is what in which room: read in a few queries however many people and rooms are asked about.

The doorways (`groups/access.py`) and the writer of posts ask the same facts, so there is one answer to "may they?".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from groups.models import Cohort, Membership, Room, RoomPerson
from groups.zone import local_day
from peers.models import Grant
from peers.permissions import Role
from records.clock import now


@dataclass(slots=True)
class Facts:
    """Roles, memberships and places in peer rooms of some people, as of now."""

    roles: defaultdict[tuple[UUID, UUID], set[Role]] = field(default_factory=lambda: defaultdict(set))
    """Staff roles by (person, scope)."""
    memberships: defaultdict[tuple[UUID, UUID], list[Membership]] = field(default_factory=lambda: defaultdict(list))
    """Every membership there ever was, by (person, cohort)."""
    in_peer_rooms: set[tuple[UUID, UUID]] = field(default_factory=set)
    """(person, peer room)."""

    def roles_in(self, person: UUID, cohort: Cohort) -> frozenset[Role]:
        """What a person is in a cohort: participant while a member, and every staff role held there."""
        staff = self.roles[person, cohort.pk] | self.roles[person, cohort.programme_id]
        return frozenset(staff | {Role.PARTICIPANT} if self.is_member(person, cohort) else staff)

    def is_member(self, person: UUID, cohort: Cohort) -> bool:
        """Whether a person is a member of the cohort today."""
        day = today(cohort)
        return any(holds_on(one, day) for one in self.memberships[person, cohort.pk])

    def was_member(self, person: UUID, cohort: Cohort) -> bool:
        """Whether they were one before."""
        day = today(cohort)
        return any(
            one.ended_at is not None or (one.ends_on is not None and one.ends_on < day)
            for one in self.memberships[person, cohort.pk]
        )

    def will_be_member(self, person: UUID, cohort: Cohort) -> bool:
        """Whether their first day is still to come."""
        day = today(cohort)
        return any(one.ended_at is None and one.starts_on > day for one in self.memberships[person, cohort.pk])


def today(cohort: Cohort) -> date:
    """The day it is where the cohort's programme is."""
    return local_day(cohort.programme, now())


def holds_on(membership: Membership, day: date) -> bool:
    """Whether a membership holds on a day of the programme; `groups.access.memberships_on` asks the database so."""
    open_ended = membership.ends_on is None or membership.ends_on >= day
    return membership.ended_at is None and membership.starts_on <= day and open_ended


def read(people: Iterable[UUID], cohorts: Collection[Cohort], rooms: Collection[Room] = ()) -> Facts:
    """The facts about people in cohorts, and in those of the rooms that are peer rooms."""
    facts, people = Facts(), set(people)
    scopes = {scope for cohort in cohorts for scope in (cohort.pk, cohort.programme_id)}
    held = Grant.objects.filter(person__in=people, scope__in=scopes, ended_at=None)
    for person, scope, role in held.values_list("person", "scope", "role"):
        facts.roles[person, scope].add(Role(role))
    for membership in Membership.objects.filter(person__in=people, cohort__in=[cohort.pk for cohort in cohorts]):
        facts.memberships[membership.person_id, membership.cohort_id].append(membership)
    peer = [room.pk for room in rooms if room.kind == Room.Kind.PEER]
    if peer:
        there = RoomPerson.objects.filter(person__in=people, room__in=peer)
        facts.in_peer_rooms = set(there.values_list("person", "room"))
    return facts
