"""Who is paged, rung by rung: read when an escalation fires, and again for every further round."""

from datetime import datetime
from uuid import UUID

from groups.models import Cohort, Session
from groups.services import presence
from moderation.models import Escalation, OnCall, Severity
from peers.models import Grant, User
from peers.permissions import ROLE_GRANTS, Permission, Role

Ladder = list[list[str]]
"""Rungs in order, each the ids of those paged together. Empty rungs are left out, so nobody waits for nobody."""
RUNGS = (OnCall.Rung.CLINICIAN, OnCall.Rung.BACK_UP, OnCall.Rung.SUPERVISOR)


def ladder(
    kind: str, severity: int, cohort: Cohort, session: Session | None, at: datetime, *, at_once: bool = False
) -> Ladder:
    """The rungs of one escalation at a moment; with nobody on call, every clinician and supervisor in scope.

    For something in a live session those who lead there are rung 0. A crisis, somebody asking for help, and what
    the screening policy pages for (`at_once`) goes to them and to the on-call clinician at the same time, so those are
    one rung. An unstaffed room is the supervisor's
    first. Empty only where the programme has neither clinician nor supervisor at all.
    """
    answering = [_on_call(cohort, rung, at) for rung in RUNGS]
    if kind == Escalation.Kind.UNSTAFFED:
        answering = [answering[2], answering[0], answering[1]]
    answering = [rung for rung in answering if rung] or [rung for rung in [everybody(cohort)] if rung]
    leads = [] if kind == Escalation.Kind.UNSTAFFED else _leads(session, at)
    if not leads:
        return answering
    if answering and (at_once or severity >= Severity.CRISIS or kind == Escalation.Kind.HELP):
        return [list(dict.fromkeys(leads + answering[0])), *answering[1:]]
    return [leads, *answering]


def everybody(cohort: Cohort) -> list[str]:
    """Every clinician and supervisor of the cohort and its programme."""
    return [str(person) for person in _holders(cohort, Permission.ESCALATION_ACKNOWLEDGE)]


def can_open(cohort: Cohort) -> set[str]:
    """Everybody whose role lets them read an escalation of this cohort; paging anybody else would lose time."""
    return {str(person) for person in _holders(cohort, Permission.ESCALATION_READ)}


def with_clinicians(escalation: Escalation) -> bool:
    """Whether it has gone past the room's own leads: a clinician or supervisor was paged, or has it."""
    answering = _holders(escalation.cohort, Permission.ESCALATION_ACKNOWLEDGE)
    if escalation.acknowledged_by_id is not None:
        return escalation.acknowledged_by_id in answering
    return escalation.pages.filter(person__in=answering).exists()


def names(people: list[str]) -> str:
    """`Dr. Kim, Dr. Lee`."""
    found = User.objects.filter(pk__in=people).order_by("display_name")
    return ", ".join(found.values_list("display_name", flat=True))


def _leads(session: Session | None, at: datetime) -> list[str]:
    """Those leading a live session who are there. Until a lead's first socket nobody's absence is known."""
    if session is None or session.state not in Session.LIVE:
        return []
    leads = [person for person in (session.leading_id or session.lead_id, session.co_lead_id) if person]
    here = {seen.person for seen in presence.seen(session.pk, leads) if seen.here(at)}
    unknown = session.lead_seen_at is None and session.state != Session.State.LOBBY
    return [str(person) for person in dict.fromkeys(leads) if unknown or person in here]


def _on_call(cohort: Cohort, rung: int, at: datetime) -> list[str]:
    shifts = OnCall.objects.filter(programme=cohort.programme_id, rung=rung, starts_at__lte=at, ends_at__gt=at)
    may = set(_holders(cohort, Permission.ESCALATION_ACKNOWLEDGE))
    people = dict.fromkeys(shifts.order_by("starts_at").values_list("person", flat=True))
    return [str(person) for person in people if person in may]


def _holders(cohort: Cohort, permission: Permission) -> list[UUID]:
    roles: list[Role] = [role for role, granted in ROLE_GRANTS.items() if permission in granted]
    held = Grant.objects.filter(
        scope__in=[cohort.pk, cohort.programme_id], role__in=roles, ended_at=None, person__is_active=True
    )
    return list(dict.fromkeys(held.order_by("granted_at").values_list("person", flat=True)))
