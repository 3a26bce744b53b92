"""Who may lead a session and who takes part in it, asked again under its lock: a role that ended counts at once."""

from uuid import UUID

from groups.access import roles_in
from groups.errors import Refused
from groups.models import Cohort
from groups.services.hold import Held
from peers.models import Grant
from peers.permissions import ROLE_GRANTS, Permission, Role
from peers.services.roles import allows


def may_lead(person_id: UUID, cohort: Cohort) -> bool:
    """Whether a person may lead this cohort's sessions: its facilitators and co-facilitators."""
    return allows(roles_in(person_id, cohort), Permission.SESSION_LEAD)


def require_lead(held: Held, by: UUID) -> None:
    """Raises `Refused` unless `by` may lead this session."""
    if not may_lead(by, held.session.cohort):
        raise Refused("not_allowed", "Only those who lead this group can do that.")


def require_participant(held: Held, person_id: UUID) -> None:
    """Raises `Refused` unless the person takes part in this session as a participant."""
    if Role.PARTICIPANT not in roles_in(person_id, held.session.cohort):
        raise Refused("not_allowed", "This is for the members of the group.")


def leads_of(cohort: Cohort) -> set[UUID]:
    """Everybody who may lead this cohort's sessions."""
    roles = [role for role, granted in ROLE_GRANTS.items() if Permission.SESSION_LEAD in granted]
    scopes = [cohort.pk, cohort.programme_id]
    held = Grant.objects.filter(scope__in=scopes, role__in=roles, ended_at=None, person__is_active=True)
    return set(held.values_list("person", flat=True))
