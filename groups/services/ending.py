"""The end of a cohort: planned for a last day, taken back until that day is over, then done by itself.

On the day after, its memberships end (and with them the conversations of its peers), and the room stays closed. All
that was written and decided is kept.
"""

from datetime import date
from uuid import UUID

from django.db import transaction

from groups.errors import Refused
from groups.models import Cohort, Session
from groups.services import schedule
from groups.zone import local_day
from records import audit
from records.clock import now


def over(cohort: Cohort) -> bool:
    """Whether the cohort's last day has passed."""
    return cohort.ends_on is not None and cohort.ends_on < local_day(cohort.programme, now())


def after(cohort: Cohort, last_day: date) -> list[Session]:
    """The planned sessions an end on `last_day` cancels, soonest first."""
    planned = Session.objects.filter(cohort=cohort, state=Session.State.SCHEDULED).order_by("starts_at")
    return [one for one in planned if local_day(cohort.programme, one.starts_at) > last_day]


def plan(*, cohort_id: UUID, last_day: date, by: UUID) -> Cohort:
    """Plan the cohort's last day and cancel what it had planned after it; the people's homes say so at once.

    Raises `Refused` for a day gone by and for a cohort that has ended.
    """
    with transaction.atomic():
        cohort = _held(cohort_id)
        if over(cohort):
            raise Refused("closed", f"{cohort.name} has ended.")
        if last_day < local_day(cohort.programme, now()):
            raise Refused("not_now", "Choose today or a later day.")
        cohort.ends_on = last_day
        cohort.save(update_fields=["ends_on"])
        cancelled = after(cohort, last_day)
        for one in cancelled:
            schedule.cancel(session_id=one.pk, by=by)
        # Let go of their places in the week, so that taking the end back plans these days anew, and no others.
        Session.objects.filter(pk__in=[one.pk for one in cancelled]).update(slot=None, slot_on=None)
        audit.record(
            "cohort.plan_end", "cohort", cohort.pk, actor=by, on=last_day.isoformat(), cancelled=len(cancelled)
        )
    schedule.fill(now())  # a later last day than planned before: the days between have their sessions again
    return cohort


def take_back(*, cohort_id: UUID, by: UUID) -> Cohort:
    """The cohort goes on. Its weekly times are planned anew. Raises `Refused` once its last day is over."""
    with transaction.atomic():
        cohort = _held(cohort_id)
        if over(cohort):
            raise Refused("closed", f"{cohort.name} has ended. Make a new group, and admit its people there.")
        cohort.ends_on = None
        cohort.save(update_fields=["ends_on"])
        audit.record("cohort.take_back_end", "cohort", cohort.pk, actor=by)
    schedule.fill(now())
    return cohort


def _held(cohort_id: UUID) -> Cohort:
    return Cohort.objects.select_for_update(of=("self",)).select_related("programme").get(pk=cohort_id)
