"""What a programme's admin arranges: cohorts, when they meet, and the weekly hours of each level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from groups.errors import Refused
from groups.models import Cohort, Programme, ProgrammeLevel, Room, ScheduleSlot, Session
from groups.services import places, schedule
from groups.zone import local_day
from peers.models import Grant, Level, User
from peers.permissions import Role
from records import audit
from records.clock import now

LEADS = (Role.FACILITATOR, Role.CO_FACILITATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortPlan:
    """What an admin decides about a cohort."""

    name: str
    kind: str
    joining: str
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyTime:
    """When a cohort meets, in the programme's zone, and who leads."""

    weekday: int
    """ISO, 1 = Monday."""
    starts: time
    minutes: int
    lead: UUID
    co_lead: UUID | None


def create_cohort(*, programme: Programme, plan: CohortPlan, by: UUID) -> Cohort:
    """A new cohort with its group room and its staff line. Raises `Refused` for a name that is taken."""
    with transaction.atomic():
        made = _keep(Cohort(programme=programme), plan)
        for kind in (Room.Kind.GROUP, Room.Kind.STAFF):
            Room.objects.create(kind=kind, cohort=made, opened_at=now())
        audit.record("cohort.create", "cohort", made.pk, actor=by)
        return made


def edit_cohort(*, cohort: Cohort, plan: CohortPlan, by: UUID) -> Cohort:
    """Change a cohort. Raises `Refused` for fewer places than are taken, and a name that is taken."""
    with transaction.atomic():
        held = Cohort.objects.select_for_update().get(pk=cohort.pk)
        taken = places.taken(held)
        if plan.capacity < taken:
            raise Refused("not_now", f"{taken} people belong to it, so it needs at least {taken} places.")
        audit.record("cohort.edit", "cohort", held.pk, actor=by, capacity=plan.capacity, joining=plan.joining)
        return _keep(held, plan)


def leads_of(cohort: Cohort) -> QuerySet[User]:
    """Who can lead a cohort's sessions, by name."""
    held = Grant.objects.filter(role__in=LEADS, scope=cohort.pk, ended_at=None)
    return User.objects.filter(pk__in=held.values("person"), is_active=True).order_by("display_name")


def running(cohort: Cohort) -> QuerySet[ScheduleSlot]:
    """The weekly times that still hold, in the order of the week."""
    slots = ScheduleSlot.objects.filter(cohort=cohort).select_related("lead", "co_lead")
    return slots.exclude(until__lt=local_day(cohort.programme, now())).order_by("weekday", "starts")


def add_time(*, cohort: Cohort, weekly: WeeklyTime, by: UUID) -> ScheduleSlot:
    """The cohort meets at another weekly time; its sessions of the next four weeks are made at once.

    Raises `Refused` for a lead who does not lead this cohort, and for a time that overlaps another one.
    """
    with transaction.atomic():
        Cohort.objects.select_for_update().get(pk=cohort.pk)
        leads = set(leads_of(cohort).values_list("pk", flat=True))
        if weekly.lead not in leads or (weekly.co_lead and weekly.co_lead not in leads):
            raise Refused("not_found", "Choose people who lead this group.")
        if weekly.co_lead == weekly.lead:
            raise Refused("not_now", "Choose two different people, or nobody as co-lead.")
        if any(_overlap(slot, weekly) for slot in running(cohort)):
            raise Refused("not_now", "The group meets then already.")
        made = ScheduleSlot.objects.create(
            cohort=cohort,
            weekday=weekly.weekday,
            starts=weekly.starts,
            minutes=weekly.minutes,
            lead_id=weekly.lead,
            co_lead_id=weekly.co_lead,
        )
        audit.record("slot.add", "slot", made.pk, actor=by)
    schedule.fill(now())
    return made


def end_time(*, slot: ScheduleSlot, by: UUID, until: date) -> int:
    """A weekly time stops after a day; its sessions after it are cancelled and everybody's home says so. How many."""
    with transaction.atomic():
        if until < local_day(slot.cohort.programme, now()):
            raise Refused("not_now", "Choose today or a later day.")
        ScheduleSlot.objects.filter(pk=slot.pk).update(until=until)
        over = Session.objects.filter(slot=slot, slot_on__gt=until, state=Session.State.SCHEDULED)
        identifiers = list(over.values_list("pk", flat=True))
        for identifier in identifiers:
            schedule.cancel(session_id=identifier, by=by)
        audit.record("slot.end", "slot", slot.pk, actor=by, until=until.isoformat(), cancelled=len(identifiers))
        return len(identifiers)


def set_levels(*, programme: Programme, minutes: Mapping[Level, int], by: UUID) -> None:
    """The target minutes a week of each level."""
    with transaction.atomic():
        for level, weekly in minutes.items():
            ProgrammeLevel.objects.update_or_create(
                programme=programme, level=level, defaults={"weekly_minutes": weekly}
            )
            audit.record("programme.level", "programme", programme.pk, actor=by, level=level.value, minutes=weekly)


def staff_of(programme: Programme, query: str = "") -> list[tuple[Grant, str]]:
    """Everybody who holds a role in the programme, by name, and where it holds; `query` searches the names."""
    places = dict(programme.cohorts.values_list("pk", "name"))
    held = Grant.objects.filter(scope__in=[programme.pk, *places], ended_at=None).select_related("person")
    ordered = held.filter(person__display_name__icontains=query).order_by("person__display_name", "role", "pk")
    return [(grant, places.get(grant.scope, "the whole program")) for grant in ordered]


def _keep(cohort: Cohort, plan: CohortPlan) -> Cohort:
    cohort.name, cohort.kind, cohort.joining, cohort.capacity = plan.name, plan.kind, plan.joining, plan.capacity
    try:
        with transaction.atomic():
            cohort.save()
    except IntegrityError:
        raise Refused("not_now", "Another group has this name.") from None
    return cohort


def _overlap(slot: ScheduleSlot, weekly: WeeklyTime) -> bool:
    """Whether two weekly times overlap, one that runs past midnight and past Sunday included. In minutes of a week."""
    week = 7 * 24 * 60
    one, other = _minute(slot.weekday, slot.starts), _minute(weekly.weekday, weekly.starts)
    return (other - one) % week < slot.minutes or (one - other) % week < weekly.minutes


def _minute(weekday: int, starts: time) -> int:
    return (weekday - 1) * 24 * 60 + starts.hour * 60 + starts.minute
