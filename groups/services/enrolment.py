"""Who belongs to a cohort: enrolling, and discharge at once or after a last day."""

import logging
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from groups.errors import Refused
from groups.happenings import MembershipEnded
from groups.models import Cohort, Membership, Programme, Session
from groups.services import places
from groups.zone import local_day
from live import revoke
from peers.models import User
from peers.services import identity, stays
from records import audit, domain
from records.clock import now

log = logging.getLogger("holdfast.people")


def enrol(*, cohort_id: UUID, person_id: UUID, by: UUID, starts_on: date | None = None) -> Membership:
    """A person belongs to a cohort from `starts_on` (today if not given), a local date of the programme.

    Raises `Refused` for somebody under 18, a full cohort, a closed one that has met, one that has ended, and somebody
    who belongs to it already.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(of=("self",)).select_related("programme").get(pk=cohort_id)
        person = User.objects.get(pk=person_id)
        today = local_day(cohort.programme, now())
        first = starts_on or today
        if first < today:
            raise Refused("not_now", "The first day cannot be in the past.")
        if cohort.ends_on is not None and cohort.ends_on < first:
            raise Refused("closed", f"{cohort.name} has ended by then. Choose another group.")
        require_age(cohort.programme, identity.birth_date(person), first)
        _require_place(cohort, person_id)
        try:
            with transaction.atomic():
                made = Membership.objects.create(cohort=cohort, person=person, starts_on=first, enrolled_by_id=by)
        except IntegrityError:
            raise Refused("not_now", f"They belong to {cohort.name} already.") from None
        audit.record("membership.start", "cohort", cohort.pk, actor=by, person=person_id, on=first.isoformat())
        revoke.recheck(person_id)
        return made


def require_age(programme: Programme, born: date | None, day: date) -> None:
    """Raise `Refused` for somebody under 18 on `day` unless the programme has the adolescent track."""
    if born is None:
        raise Refused("not_now", "Record the birth date first.")
    if born >= day:
        raise Refused("not_now", "Check the birth date.")
    if identity.age_on(born, day) < identity.ADULT and not programme.adolescent_track:
        raise Refused(
            "closed",
            "This person is under 18. This program has no adolescent track, so its groups are for adults only.",
        )


def discharge(*, cohort_id: UUID, person_id: UUID, by: UUID | None, last_day: date | None = None) -> Membership:
    """End a membership now, or plan its last day. Ended, the room and every socket in it close at once.

    Raises `Refused` for somebody who does not belong to the cohort, and for a day gone by.
    """
    with transaction.atomic():
        found = _held(Membership.objects.filter(cohort=cohort_id, person=person_id, ended_at=None).first())
        if found is None:
            raise Refused("not_found", "They do not belong to this group.")
        today = local_day(found.cohort.programme, now())
        if last_day is None:
            _end(found, today, by)
            return found
        if last_day < max(today, found.starts_on):
            raise Refused("not_now", "The last day cannot be in the past, or before the first.")
        found.ends_on, found.ended_by_id = last_day, by
        found.save(update_fields=["ends_on", "ended_by"])
        audit.record("membership.plan_end", "cohort", cohort_id, actor=by, person=person_id, on=last_day.isoformat())
        return found


def end_due(moment: datetime) -> int:
    """End the memberships whose last day, or whose cohort's, is over. Due work, safe in two workers; how many."""
    done = 0
    for programme in Programme.objects.all():
        today = local_day(programme, moment)
        mine = Membership.objects.filter(cohort__programme=programme, ended_at=None)
        due = mine.filter(Q(ends_on__lt=today) | Q(cohort__ends_on__lt=today))
        for identifier in list(due.values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    done += _end_if_due(identifier, today)
            except Exception as error:
                log.error("membership %s could not be ended (%s)", identifier, type(error).__name__)
    return done


def _end_if_due(identifier: UUID, today: date) -> int:
    found = _held(Membership.objects.filter(pk=identifier, ended_at=None).first())
    if found is None:
        return 0
    own, cohorts = found.ends_on, found.cohort.ends_on
    passed = [day for day in (own, cohorts) if day is not None and day < today]
    meets = Session.objects.filter(cohort=found.cohort_id, state__in=Session.LIVE).exists()
    if not passed or (meets and own not in passed):  # a last session that runs past midnight ends with its people
        return 0
    _end(found, min(passed), found.ended_by_id)
    return 1


def _held(found: Membership | None) -> Membership | None:
    """The membership, locked where the database can, while it is still open."""
    if found is None:
        return None
    locked = Membership.objects.select_for_update(of=("self",)).select_related("cohort__programme")
    return locked.filter(pk=found.pk, ended_at=None).first()


def _end(membership: Membership, last_day: date, by: UUID | None) -> None:
    if not Membership.objects.filter(pk=membership.pk, ended_at=None).update(
        ended_at=now(), ends_on=last_day, ended_by=by
    ):
        return
    cohort, person_id = membership.cohort, membership.person_id
    others = Membership.objects.filter(cohort__programme=cohort.programme_id, person=person_id, ended_at=None)
    if not others.exists():
        stays.finish(person_id=person_id, programme_id=cohort.programme_id, last_day=last_day, by=by)
    audit.record("membership.end", "cohort", cohort.pk, actor=by, person=person_id)
    domain.publish(MembershipEnded(person_id=person_id, cohort_id=cohort.pk))


def _require_place(cohort: Cohort, person_id: UUID) -> None:
    mine = Membership.objects.filter(cohort=cohort, person=person_id)
    if mine.filter(ended_at=None).exists():
        raise Refused("not_now", f"They belong to {cohort.name} already.")
    met = Session.objects.filter(cohort=cohort, began_at__isnull=False).exists()
    if cohort.joining == Cohort.Joining.CLOSED and met and not mine.exists():
        raise Refused("closed", f"{cohort.name} is closed: it has met, and nobody new joins after the first session.")
    if places.taken(cohort) >= cohort.capacity:
        who = "A supervisor" if cohort.capacity >= places.USUAL_MOST else "The program admin"
        raise Refused(
            "closed", f"{cohort.name} is full: its {cohort.capacity} places are taken. {who} can give it more."
        )
