"""Which roles a person holds in given scopes."""

from collections.abc import Iterable
from uuid import UUID

from peers.models import Grant
from peers.permissions import ROLE_GRANTS, Permission, Role


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
