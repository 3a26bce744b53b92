"""The doorways: the only way from an id to an object is to be let in.

Never a member and never there give the same `Http404`. A former member is told so kindly (`FormerMember`, 403). Who is
inside but may not do this gets `PermissionDenied` with a reason.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from groups import facts
from groups.facts import Facts
from groups.models import Cohort, Membership, Room, Session
from groups.zone import local_day
from peers.errors import FormerMember
from peers.models import User
from peers.permissions import Permission, Role
from peers.services.roles import allows, scopes_with
from records.clock import now

NOT_YOURS = "Your role does not include this. Ask the person who leads the group if you need it."


@dataclass(frozen=True, slots=True)
class CohortAccess:
    """A cohort, and what the person who asked is in it."""

    cohort: Cohort
    roles: frozenset[Role]

    @property
    def is_staff(self) -> bool:
        """Whether they are here as staff."""
        return bool(self.roles - {Role.PARTICIPANT})

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles carries the permission."""
        return allows(self.roles, permission)


@dataclass(frozen=True, slots=True)
class RoomAccess(CohortAccess):
    """A room, and what the person who asked is in it."""

    room: Room


@dataclass(frozen=True, slots=True)
class SessionAccess(RoomAccess):
    """A session, the group room it meets in, and what the person who asked is in it."""

    session: Session


def roles_in(person_id: UUID, cohort: Cohort) -> frozenset[Role]:
    """What a person is in a cohort now: participant while a member, and every staff role held there."""
    return facts.read([person_id], [cohort]).roles_in(person_id, cohort)


def is_member(person_id: UUID, cohort: Cohort) -> bool:
    """Whether a person is a member of the cohort today."""
    return memberships_on(cohort, local_day(cohort.programme, now())).filter(person=person_id).exists()


def memberships_on(cohort: Cohort, day: date) -> QuerySet[Membership]:
    """The memberships of a cohort that hold on a day of the programme."""
    holds = Q(ends_on=None) | Q(ends_on__gte=day)
    return Membership.objects.filter(holds, cohort=cohort, ended_at=None, starts_on__lte=day)


def present_members(cohort: Cohort) -> QuerySet[User]:
    """Everybody who is a member today and has taken up their invitation, by display name."""
    today = memberships_on(cohort, local_day(cohort.programme, now()))
    return User.objects.filter(pk__in=today.values("person"), is_active=True).order_by("display_name", "pk")


def access_room(user: User, room_id: UUID, permission: Permission) -> RoomAccess:
    """The room, for somebody who may do `permission` there."""
    room = Room.objects.select_related("cohort__programme").filter(pk=room_id).first()
    if room is None:
        raise Http404
    return enter(facts.read([user.pk], [room.cohort], [room]), user.pk, room, permission)


def enter(known: Facts, person_id: UUID, room: Room, permission: Permission) -> RoomAccess:
    """The doorway of a room, on facts that were read: the one place that decides who comes in."""
    if room.kind == Room.Kind.PEER:
        roles = _peer_roles(known, person_id, room)
    else:
        roles = _let_in(known, person_id, room.cohort)
        needs = Permission.STAFF_LINE if room.kind == Room.Kind.STAFF else Permission.ROOM_READ
        if not allows(roles, needs):
            raise Http404
    if not allows(roles, permission):
        raise PermissionDenied(NOT_YOURS)
    return RoomAccess(room.cohort, roles, room)


def access_session(user: User, session_id: UUID, permission: Permission) -> SessionAccess:
    """The session, for somebody who may do `permission` in it."""
    session = (
        Session.objects.select_related("cohort__programme", "lead", "co_lead", "leading").filter(pk=session_id).first()
    )
    if session is None:
        raise Http404
    roles = _let_in_now(user, session.cohort)
    if not allows(roles, Permission.SESSION_READ):
        raise Http404
    if not allows(roles, permission):
        raise PermissionDenied(NOT_YOURS)
    return SessionAccess(session.cohort, roles, group_room(session.cohort), session)


def access_schedule(user: User, session_id: UUID) -> SessionAccess:
    """A session's place in the schedule, for those who keep the cohort's schedule; it opens no room."""
    session = Session.objects.select_related("cohort__programme").filter(pk=session_id).first()
    if session is None:
        raise Http404
    roles = _let_in_now(user, session.cohort)
    if not allows(roles, Permission.COHORT_MANAGE):
        if not allows(roles, Permission.SESSION_READ):
            raise Http404
        raise PermissionDenied(NOT_YOURS)
    return SessionAccess(session.cohort, roles, group_room(session.cohort), session)


def access_cohort(user: User, cohort_id: UUID, permission: Permission) -> CohortAccess:
    """The cohort, for somebody who may do `permission` there."""
    cohort = Cohort.objects.select_related("programme").filter(pk=cohort_id).first()
    if cohort is None:
        raise Http404
    roles = _let_in_now(user, cohort)
    if not allows(roles, permission):
        raise PermissionDenied(NOT_YOURS)
    return CohortAccess(cohort, roles)


def cohorts_with(user: User, permission: Permission) -> QuerySet[Cohort]:
    """Every cohort in which a staff role of this person's carries the permission, by name."""
    scopes = scopes_with(user.pk, permission)
    found = Cohort.objects.filter(Q(pk__in=scopes) | Q(programme__in=scopes))
    return found.select_related("programme").order_by("name")


def cohorts_of(user: User) -> list[Cohort]:
    """Every cohort this person is a member of today, by name."""
    mine = Membership.objects.filter(person=user.pk, ended_at=None).select_related("cohort__programme")
    cohorts = [membership.cohort for membership in mine.order_by("cohort__name")]
    return [cohort for cohort in cohorts if is_member(user.pk, cohort)]


def group_room(cohort: Cohort) -> Room:
    """The cohort's one group room."""
    return Room.objects.select_related("cohort__programme").get(cohort=cohort, kind=Room.Kind.GROUP)


def _let_in_now(user: User, cohort: Cohort) -> frozenset[Role]:
    return _let_in(facts.read([user.pk], [cohort]), user.pk, cohort)


def _let_in(known: Facts, person_id: UUID, cohort: Cohort) -> frozenset[Role]:
    roles = known.roles_in(person_id, cohort)
    if not roles:
        _turn_away(known, person_id, cohort)
    return roles


def _peer_roles(known: Facts, person_id: UUID, room: Room) -> frozenset[Role]:
    if (person_id, room.pk) not in known.in_peer_rooms:
        raise Http404
    if not known.is_member(person_id, room.cohort):
        _turn_away(known, person_id, room.cohort)
    return frozenset({Role.PARTICIPANT})


def _turn_away(known: Facts, person_id: UUID, cohort: Cohort) -> None:
    if known.was_member(person_id, cohort):
        raise FormerMember(cohort.name)
    if known.will_be_member(person_id, cohort):
        raise PermissionDenied("Your first day in this group is still to come. The room opens to you then.")
    raise Http404
