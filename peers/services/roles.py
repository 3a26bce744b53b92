"""Which roles a person holds in given scopes; giving one and ending it."""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction

from live import revoke
from peers.errors import NotDone
from peers.models import Grant
from peers.permissions import ROLE_GRANTS, Permission, Role
from records import audit
from records.clock import now


def roles_at(person_id: UUID, scopes: Iterable[UUID]) -> frozenset[Role]:
    """The staff roles held now in any of the scopes (a cohort and its programme, usually)."""
    held = Grant.objects.filter(person_id=person_id, scope__in=list(scopes), ended_at=None)
    return frozenset(Role(role) for role in held.values_list("role", flat=True))


def scopes_with(person_id: UUID, permission: Permission) -> frozenset[UUID]:
    """Every scope (cohort or programme id) in which a grant of theirs carries `permission`."""
    roles = [role for role, granted in ROLE_GRANTS.items() if permission in granted]
    held = Grant.objects.filter(person_id=person_id, role__in=roles, ended_at=None)
    return frozenset(held.values_list("scope", flat=True))


def allows(roles: Iterable[Role], permission: Permission) -> bool:
    """Whether any of the roles carries the permission."""
    return any(permission in ROLE_GRANTS[role] for role in roles)


def grant(*, person_id: UUID, role: Role, scope: UUID, by: UUID) -> Grant:
    """Somebody holds a staff role in a scope from now on. Raises `NotDone` if they hold it already."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = Grant.objects.create(
                    person_id=person_id, role=role, scope=scope, granted_at=now(), granted_by_id=by
                )
        except IntegrityError:
            raise NotDone("They hold this role there already.") from None
        audit.record("grant.start", "grant", made.pk, actor=by, person=person_id, role=role.value)
        revoke.recheck(person_id)
        return made


def end(*, grant_id: UUID, by: UUID) -> None:
    """A role ends now, and every open socket that rested on it closes. Raises `NotDone` for the last admin's own."""
    with transaction.atomic():
        held = Grant.objects.select_for_update().filter(pk=grant_id, ended_at=None).first()
        if held is None:
            raise NotDone("This role has ended already.")
        others = Grant.objects.filter(role=held.role, scope=held.scope, ended_at=None).exclude(person=held.person_id)
        if held.role == Role.ADMIN and not others.exists():
            raise NotDone("They are the only program admin. Name another one first.")
        Grant.objects.filter(pk=grant_id, ended_at=None).update(ended_at=now())
        audit.record("grant.end", "grant", held.pk, actor=by, person=held.person_id, role=held.role)
        revoke.recheck(held.person_id)
