"""The on-call plan: who answers on which rung from when to when, and what a change would leave without cover."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from groups.errors import Refused
from groups.models import Cohort, Programme, Session
from moderation.escalation.cover import AFTER, Stretch, uncovered
from moderation.models import OnCall
from peers.models import Grant, User
from peers.permissions import ROLE_GRANTS, Permission
from records import audit
from records.clock import now

LONGEST = timedelta(days=7)
LOOK_AHEAD = timedelta(days=7)
ANSWERS = (OnCall.Rung.CLINICIAN, OnCall.Rung.BACK_UP)
"""The rungs that count as cover: a clinician, first or back-up."""


def may_answer(programme: Programme) -> QuerySet[User]:
    """Whoever may acknowledge an escalation in the programme or one of its cohorts, by name."""
    scopes = [programme.pk, *Cohort.objects.filter(programme=programme).values_list("pk", flat=True)]
    roles = [role for role, granted in ROLE_GRANTS.items() if Permission.ESCALATION_ACKNOWLEDGE in granted]
    held = Grant.objects.filter(scope__in=scopes, role__in=roles, ended_at=None).values("person")
    return User.objects.filter(pk__in=held, is_active=True).order_by("display_name")


def shifts(programme: Programme, moment: datetime) -> QuerySet[OnCall]:
    """Shifts under way and to come, in order."""
    ahead = OnCall.objects.filter(programme=programme, ends_at__gt=moment).select_related("person")
    return ahead.order_by("starts_at", "rung", "person__display_name")


def add(*, programme: Programme, person: UUID, rung: int, starts_at: datetime, ends_at: datetime, by: UUID) -> OnCall:
    """Put somebody on call. Raises `Refused` for a shift that cannot be, or that overlaps their own on that rung."""
    with transaction.atomic():
        _lock(programme)
        if ends_at <= starts_at:
            raise Refused("bad_times", "It ends before it begins.")
        if ends_at <= now():
            raise Refused("bad_times", "It is over already. Choose times to come.")
        if ends_at - starts_at > LONGEST:
            raise Refused("bad_times", "One shift lasts 7 days at the most. Add another after it.")
        somebody = may_answer(programme).filter(pk=person).first()
        if somebody is None:
            raise Refused("not_allowed", "They may not answer escalations here.")
        same = OnCall.objects.filter(programme=programme, person=somebody, rung=rung)
        if same.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
            raise Refused("overlap", f"{somebody.display_name} is on this rung already for some of that time.")
        made = OnCall.objects.create(
            programme=programme, person=somebody, rung=rung, starts_at=starts_at, ends_at=ends_at
        )
        _record("on_call.add", made, by)
        return made


def end(*, shift_id: UUID, by: UUID) -> None:
    """End a shift now; one that has not begun is taken out of the plan. Raises `Refused` when it is over."""
    with transaction.atomic():
        _lock(OnCall.objects.select_related("programme").get(pk=shift_id).programme)
        moment = now()
        found = OnCall.objects.filter(pk=shift_id, ends_at__gt=moment).first()
        if found is None:
            raise Refused("over", "This shift is over.")
        if found.starts_at > moment:
            _record("on_call.remove", found, by)
            found.delete()
        else:
            found.ends_at = moment
            found.save(update_fields=["ends_at"])
            _record("on_call.end", found, by)


def bare_after(shift: OnCall, moment: datetime) -> list[Session]:
    """The sessions, live or planned, that ending this shift would leave without a clinician for some of the time."""
    held = Session.objects.filter(cohort__programme=shift.programme_id, ends_at__gt=moment)
    held = held.filter(Q(state=Session.State.SCHEDULED) | Q(state__in=Session.LIVE)).select_related("cohort")
    touched = held.filter(starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at - AFTER).order_by("starts_at")
    covering = OnCall.objects.filter(programme=shift.programme_id, rung__in=ANSWERS, person__is_active=True)
    everybody = list(covering.values_list("starts_at", "ends_at"))
    others = list(covering.exclude(pk=shift.pk).values_list("starts_at", "ends_at"))
    return [
        one
        for one in touched
        if _gaps(others, max(one.starts_at, moment), one.ends_at + AFTER)
        != _gaps(everybody, max(one.starts_at, moment), one.ends_at + AFTER)
    ]


def _gaps(covering: Iterable[Stretch], starts_at: datetime, ends_at: datetime) -> list[Stretch]:
    within = [(begins, ends) for begins, ends in covering if ends > starts_at and begins < ends_at]
    return uncovered(within, starts_at, ends_at)


def _lock(programme: Programme) -> None:
    """Changes of one programme's plan happen one after the other."""
    Programme.objects.select_for_update().get(pk=programme.pk)


def _record(verb: str, shift: OnCall, by: UUID) -> None:
    audit.record(verb, "on_call", shift.pk, actor=by, person=shift.person_id, rung=shift.rung)
