"""Which level of care holds on a day, and stepping from one to another on a date."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from peers.errors import NotDone
from peers.models import Level, Stay, User
from records import audit, sealing


def stay_on(person_id: UUID, programme_id: UUID, day: date) -> Stay | None:
    """The stay that holds on a day: the newest begun by then that has not ended. None between stays."""
    begun = Stay.objects.filter(person=person_id, programme=programme_id, starts_on__lte=day)
    stay = begun.order_by("-starts_on").first()
    return stay if stay is not None and (stay.ends_on is None or stay.ends_on >= day) else None


def next_stay(person_id: UUID, programme_id: UUID, day: date) -> Stay | None:
    """The next step that is planned after a day, if any."""
    ahead = Stay.objects.filter(Q(starts_on__gt=day), person=person_id, programme=programme_id)
    return ahead.order_by("starts_on").first()


def history(person_id: UUID, programme_id: UUID) -> list[Stay]:
    """Every level a person was at, is at or is planned to be at, the newest first."""
    return list(Stay.objects.filter(person=person_id, programme=programme_id).order_by("-starts_on"))


def step(*, person_id: UUID, programme_id: UUID, level: Level, on: date, today: date, by: UUID, reason: str) -> Stay:
    """From `on`, a person is at another level; what was planned for later gives way. Past levels stay as they were.

    Also begins the first stay. Raises `NotDone` for a day gone by, and for the level they are at then anyway.
    """
    if on < today:
        raise NotDone("Choose today or a later day.")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person_id)
        mine = Stay.objects.filter(person=person_id, programme=programme_id)
        mine.filter(starts_on__gt=on).delete()
        held = stay_on(person_id, programme_id, on)
        if held is not None and held.level == level:
            raise NotDone(f"They are in {level.label} on that day already.")
        mine.filter(starts_on=on).delete()
        mine.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lt=on).update(ends_on=on - timedelta(days=1))
        stay = Stay(person_id=person_id, programme=programme_id, level=level, starts_on=on, made_by_id=by)
        if reason:
            stay.reason_sealed = sealing.seal(sealing.person(person_id), f"stay:{stay.pk}", reason)
        stay.save(force_insert=True)
        audit.record("stay.step", "stay", stay.pk, actor=by, person=person_id, level=level.value, on=on.isoformat())
        return stay


def finish(*, person_id: UUID, programme_id: UUID, last_day: date, by: UUID | None) -> None:
    """The person leaves the programme: `last_day` is the last of their level, and nothing is planned any more."""
    with transaction.atomic():
        mine = Stay.objects.filter(person=person_id, programme=programme_id)
        mine.filter(starts_on__gt=last_day).delete()
        ended = mine.filter(Q(ends_on=None) | Q(ends_on__gt=last_day)).update(ends_on=last_day)
        if ended:
            audit.record("stay.end", "person", person_id, actor=by, person=person_id, on=last_day.isoformat())


def reason_of(stay: Stay) -> str:
    """Why the step was made; empty if nothing was written."""
    if stay.reason_sealed is None:
        return ""
    return sealing.unseal(sealing.person(stay.person_id), f"stay:{stay.pk}", stay.reason_sealed)
