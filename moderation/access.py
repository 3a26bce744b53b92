"""The doorways of the desk: cases and escalations of the cohorts one works for. Anything else is not there."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from groups.access import cohorts_with, roles_in
from groups.models import Cohort
from moderation.models import Case, Escalation
from peers.models import User
from peers.permissions import Permission, Role
from peers.services.roles import allows


@dataclass(frozen=True, slots=True)
class CaseAccess:
    """A case, and what the person who asked is in its cohort."""

    case: Case
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class EscalationAccess:
    """An escalation, and what the person who asked is in its cohort."""

    escalation: Escalation
    roles: frozenset[Role]


def access_case(user: User, case_id: UUID) -> CaseAccess:
    """The case, for staff who read cases there, and for the lead of the very room it is about."""
    case = (
        Case.objects.select_related("cohort__programme", "person", "room", "message", "claimed_by")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise Http404
    roles = roles_in(user.pk, case.cohort)
    leads_here = allows(roles, Permission.SESSION_LEAD) and case.room is not None and case.room.kind == "group"
    if case.person_id == user.pk or not (allows(roles, Permission.CASE_READ) or leads_here):
        raise Http404
    return CaseAccess(case, roles)


def cases_of(user: User) -> QuerySet[Case]:
    """Every case of the cohorts this person reads cases for; never one about themselves."""
    cohorts = cohorts_with(user, Permission.CASE_READ)
    found = Case.objects.filter(cohort__in=cohorts).exclude(person=user)
    return found.select_related("cohort", "person", "room", "claimed_by")


def access_escalation(user: User, escalation_id: UUID) -> EscalationAccess:
    """The escalation, for clinicians and supervisors in scope, and for the leads of the room it arose in."""
    found = Escalation.objects.select_related(
        "cohort__programme", "person", "case", "session", "acknowledged_by", "resolved_by"
    ).filter(pk=escalation_id)
    escalation = found.first()
    if escalation is None:
        raise Http404
    roles = roles_in(user.pk, escalation.cohort)
    if not allows(roles, Permission.ESCALATION_READ):
        raise Http404
    if not allows(roles, Permission.ESCALATION_ACKNOWLEDGE) and escalation.session_id is None:
        raise Http404
    return EscalationAccess(escalation, roles)


def escalations_of(user: User) -> QuerySet[Escalation]:
    """Every escalation this person may open."""
    wide: QuerySet[Cohort] = cohorts_with(user, Permission.ESCALATION_ACKNOWLEDGE)
    near: QuerySet[Cohort] = cohorts_with(user, Permission.SESSION_LEAD)
    found = Escalation.objects.filter(Q(cohort__in=wide) | Q(cohort__in=near, session__isnull=False))
    return found.select_related("cohort", "person", "acknowledged_by")
