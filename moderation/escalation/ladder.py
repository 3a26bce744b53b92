"""Who is paged, rung by rung, as it stands when an escalation fires."""

from datetime import datetime
from uuid import UUID

from groups.models import Cohort, Session
from moderation.models import Escalation, OnCall, Severity
from peers.models import Grant
from peers.permissions import Role

Ladder = list[list[str]]
"""Rungs in order, each the ids of those paged together. Empty rungs are left out, so nobody waits for nobody."""


def ladder(kind: str, severity: int, cohort: Cohort, session: Session | None, at: datetime) -> Ladder:
    """The rungs of one escalation. Never empty: with nobody on call, every clinician and supervisor in scope.

    For something in a live session the room's lead and co-lead are rung 0. A crisis pages them and the on-call
    clinician at the same time, so those are one rung there. An unstaffed room is the supervisor's first.
    """
    rungs = [
        _on_call(cohort, rung, at) for rung in (OnCall.Rung.CLINICIAN, OnCall.Rung.BACK_UP, OnCall.Rung.SUPERVISOR)
    ]
    if kind == Escalation.Kind.UNSTAFFED:
        rungs = [rungs[2], rungs[0], rungs[1]]
    elif session is not None:
        leads = [str(person) for person in (session.leading_id or session.lead_id, session.co_lead_id) if person]
        leads = list(dict.fromkeys(leads))
        rungs = [leads + rungs[0], *rungs[1:]] if severity >= Severity.CRISIS else [leads, *rungs]
    rungs = [rung for rung in rungs if rung]
    answering = {
        person
        for rung in (rungs[1:] if session is not None and severity < Severity.CRISIS else rungs)
        for person in rung
    }
    return rungs if answering else [*rungs, everybody(cohort)]


def everybody(cohort: Cohort) -> list[str]:
    """Every clinician and supervisor of the cohort and its programme."""
    held = Grant.objects.filter(
        scope__in=[cohort.pk, cohort.programme_id],
        role__in=[Role.CLINICIAN, Role.SUPERVISOR],
        ended_at=None,
        person__is_active=True,
    )
    return [str(person) for person in dict.fromkeys(held.order_by("granted_at").values_list("person", flat=True))]


def _on_call(cohort: Cohort, rung: int, at: datetime) -> list[str]:
    shifts = OnCall.objects.filter(
        programme=cohort.programme_id, rung=rung, starts_at__lte=at, ends_at__gt=at, person__is_active=True
    )
    people: dict[UUID, None] = dict.fromkeys(shifts.order_by("starts_at").values_list("person", flat=True))
    return [str(person) for person in people]
