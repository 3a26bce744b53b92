"""The doorways to people and to a programme: what staff may do for somebody follows from the cohorts they share."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from groups.access import NOT_YOURS, cohorts_with
from groups.models import Cohort, Membership, Programme
from peers.models import Grant, Invitation, User
from peers.permissions import STAFF_ROLES, Permission, Role
from peers.services.roles import allows, roles_at, scopes_with

SEES_PEOPLE = (Permission.PEOPLE_ENROL, Permission.IDENTITY_READ, Permission.PEOPLE_RESET)
"""Any of these opens the list of people; what a person's page shows depends on which."""


@dataclass(frozen=True, slots=True)
class PersonAccess:
    """A participant, and what the person who asked may do for them."""

    person: User
    memberships: list[Membership]
    """In cohorts the reader has a role in, the newest first."""
    roles: frozenset[Role]

    @property
    def programme(self) -> Programme:
        """The programme both have to do with."""
        return self.memberships[0].cohort.programme

    @property
    def reads_care(self) -> bool:
        """Whether levels, modalities and team are shown: to those who enrol, and those who lead or treat."""
        return self.may(Permission.PEOPLE_ENROL) or self.may(Permission.IDENTITY_READ)

    def may(self, permission: Permission) -> bool:
        """Whether one of the shared roles carries the permission."""
        return allows(self.roles, permission)


@dataclass(frozen=True, slots=True)
class ProgrammeAccess:
    """A programme, for somebody with a role in it."""

    programme: Programme
    roles: frozenset[Role]

    @property
    def scopes(self) -> set[UUID]:
        """Where a role can be held here: the programme, and each of its cohorts."""
        return {self.programme.pk, *Cohort.objects.filter(programme=self.programme).values_list("pk", flat=True)}


def access_person(user: User, person_id: UUID, permission: Permission | None = None) -> PersonAccess:
    """A participant of a cohort the reader works in. 404 for everybody else's."""
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        raise Http404
    shared = cohorts_shown(user)
    mine = Membership.objects.filter(person=person, cohort__in=shared).select_related("cohort__programme")
    memberships = list(mine.order_by("-starts_on", "-ended_at"))
    if not memberships:
        raise Http404
    scopes = {scope for one in memberships for scope in (one.cohort_id, one.cohort.programme_id)}
    roles = roles_at(user.pk, scopes)
    if permission is not None and not allows(roles, permission):
        raise PermissionDenied(NOT_YOURS)
    return PersonAccess(person, memberships, roles)


def access_programme(user: User, programme_id: UUID, permission: Permission) -> ProgrammeAccess:
    """A programme, for somebody whose role there carries the permission."""
    programme = Programme.objects.filter(pk=programme_id).first()
    roles = roles_at(user.pk, [programme_id])
    if programme is None or not roles:
        raise Http404
    if not allows(roles, permission):
        raise PermissionDenied(NOT_YOURS)
    return ProgrammeAccess(programme, roles)


def access_grant(user: User, grant_id: UUID) -> tuple[Grant, Programme]:
    """A staff role that holds in a programme the reader manages, and that programme."""
    grant = Grant.objects.select_related("person").filter(pk=grant_id, ended_at=None).first()
    if grant is None:
        raise Http404
    programme = _programme_of(grant.scope)
    access_programme(user, programme.pk, Permission.STAFF_INVITE)
    return grant, programme


def access_invitation(user: User, invitation_id: UUID) -> Invitation:
    """An invitation the reader may take back: to staff with STAFF_INVITE, to participants with PEOPLE_ENROL."""
    invitation = Invitation.objects.filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404
    programme = _programme_of(invitation.scope)
    needs = Permission.STAFF_INVITE if Role(invitation.role) in STAFF_ROLES else Permission.PEOPLE_ENROL
    roles = roles_at(user.pk, [invitation.scope, programme.pk])
    if not roles:
        raise Http404
    if not allows(roles, needs):
        raise PermissionDenied(NOT_YOURS)
    return invitation


def require_any(user: User, *permissions: Permission) -> None:
    """Raise `PermissionDenied` for somebody who holds none of the permissions anywhere."""
    if not any(scopes_with(user.pk, permission) for permission in permissions):
        raise PermissionDenied(NOT_YOURS)


def cohorts_shown(user: User) -> QuerySet[Cohort]:
    """The cohorts whose people this person may see as staff."""
    scopes = frozenset[UUID]().union(*(scopes_with(user.pk, permission) for permission in SEES_PEOPLE))
    found = Cohort.objects.filter(Q(pk__in=scopes) | Q(programme__in=scopes))
    return found.select_related("programme").order_by("name")


def programmes_with(user: User, permission: Permission) -> QuerySet[Programme]:
    """Every programme in which a role of this person's carries the permission."""
    return Programme.objects.filter(pk__in=scopes_with(user.pk, permission)).order_by("name")


def scopes_reached(user: User, permission: Permission) -> set[UUID]:
    """Every scope a permission reaches: the scopes it is held in, and the cohorts of those programmes."""
    return set(scopes_with(user.pk, permission)) | set(cohorts_with(user, permission).values_list("pk", flat=True))


def _programme_of(scope: UUID) -> Programme:
    found = Programme.objects.filter(Q(pk=scope) | Q(cohorts__pk=scope)).first()
    if found is None:
        raise Http404
    return found
