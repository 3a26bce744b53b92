"""Who may follow a desk."""

from uuid import UUID

from groups.access import roles_in
from groups.models import Cohort
from live.topics import authorises, id_of
from peers.permissions import Permission
from peers.services.roles import allows


@authorises("desk")
def may_follow_desk(person_id: UUID, topic: str) -> bool:
    """Whoever reads cases or escalations of the cohort."""
    try:
        cohort = Cohort.objects.filter(pk=id_of(topic)).first()
    except (ValueError, IndexError):
        return False
    if cohort is None:
        return False
    roles = roles_in(person_id, cohort)
    return allows(roles, Permission.CASE_READ) or allows(roles, Permission.ESCALATION_READ)
